"""
Prior and current
=================

A fissure that was there at the first visit and has a bright line in its place at the second. The leg was
laid down anew: the prior is brought onto the current picture by its bones before anything is compared.
"""

import matplotlib.pyplot as plt
import numpy as np

import microcal_xray as mx
from microcal_xray.simulation import Anatomy, Change, Course, Detector, Fissure, simulate_pair

fissure = Fissure(Course(from_end_mm=95, angle_to_bone_deg=82), width_mm=0.5, depth_mm=8)
prior, current = simulate_pair(
    anatomy=Anatomy.TIBIA,
    seed=12,
    lines=[fissure],
    change=Change.HEALED,
    detector=Detector(800, 460, 0.2),
    centre_mm=(0, -60),
)
found = mx.compare(prior.radiograph, current.radiograph)

# %%
# Both on the same pixels, around the line; the difference is in units of what bone changes by anyhow.

view = found.view
mm = current.radiograph.mm_per_pixel() / view.scale
line = max(found.lines, key=lambda each: len(each.current_path_px) and abs(each.contrast.change))
row, column = line.current_path_px.mean(axis=0) * current.radiograph.mm_per_pixel()
rows, columns = view.current.shape
around = (slice(int(row / mm) - 60, int(row / mm) + 60), slice(int(column / mm) - 60, int(column / mm) + 60))
low, high = np.percentile(view.current[around], (1, 99.8))
figure, (before, after, changed) = plt.subplots(1, 3, figsize=(11, 4.2), sharex=True, sharey=True)
EXTENT = (0, columns * mm, rows * mm, 0)
before.imshow(view.prior, extent=EXTENT, vmin=low, vmax=high)
after.imshow(view.current, extent=EXTENT, vmin=low, vmax=high)
drawn = changed.imshow(view.difference_sd, extent=EXTENT, cmap="PuOr_r", vmin=-8, vmax=8)
figure.colorbar(drawn, ax=changed, label="brighter now, in standard deviations", shrink=0.8)
before.set(title="First visit, laid on the second", ylabel="mm")
after.set_title(f"Second visit: {line.verdict.value}")
changed.set_title("Difference")
for axes in (before, after, changed):
    axes.set(xlim=(column - 24, column + 24), ylim=(row + 20, row - 20), xlabel="mm")

# %%
# Each line gets a word, and the least change that both pictures could have told.

for each in found.lines:
    contrast = each.contrast
    print(f"{each.id}: {each.verdict.value}, contrast by {contrast.change:+.3f}", end="")
    print(f" where {contrast.least_significant:.3f} can be told")
