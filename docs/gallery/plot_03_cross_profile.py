"""
Across the line: what the evidence card measures
================================================

The picture is straightened along the line and averaged. The band is the interval of each point; the dashed
curve is a slit seen *through the blur of this very picture*. Its area is told well even where its width is
not: that is the equivalent width.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

import microcal_xray as mx

radiograph = mx.read_radiograph("../../sample_data/tibia_fissure.dcm")
line = mx.find_lines(radiograph).candidates[0]
card, mm = line.measured, radiograph.mm_per_pixel()

# %%
# Straightened by hand: points along the line, and from each a step to both sides.

path = line.path_px
tangent = np.gradient(ndimage.gaussian_filter1d(path, 12, axis=0), axis=0)
normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
normal /= np.linalg.norm(normal, axis=1, keepdims=True)
if normal[:, 0].mean() < 0:
    normal = -normal
reach = np.arange(-28, 29)
places = path[None] + reach[:, None, None] * normal[None]
strip = ndimage.map_coordinates(radiograph.pixels, places.transpose(2, 0, 1), order=1)
along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]) * mm

figure, (above, below) = plt.subplots(2, 1, figsize=(8, 6.6), height_ratios=(1, 1.5))
above.imshow(
    strip - ndimage.gaussian_filter(strip, (40, 12)),
    extent=(0, along[-1], reach[-1] * mm, reach[0] * mm),
    aspect="auto",
    vmin=-0.3,
    vmax=0.16,
)
above.set(title="The line, straightened", xlabel="mm along", ylabel="mm across")
profile = card.profile
across = profile.offset_px * mm
below.axvspan(
    -card.blur_mm / 2, card.blur_mm / 2, color="0.93", label=f"blur of the picture, {card.blur_mm:.2f} mm"
)
below.fill_between(
    across, profile.low, profile.high, color="#56B4E9", alpha=0.4, linewidth=0, label="95 % interval"
)
below.plot(across, profile.value, color="#0072B2", label="mean over the line")
below.plot(across, profile.model, "--", color="#D55E00", label="a slit through that blur")
width = card.equivalent_width_mm
below.set(
    title=f"Equivalent width {width.value:.2f} mm ({width.low:.2f} to {width.high:.2f})",
    xlabel="mm from the centre line",
    ylabel="log attenuation",
    xlim=(-2.4, 2.4),
)
below.legend(loc="lower right")
