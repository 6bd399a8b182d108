"""
A bump of the outline
=====================

Bone laid on the outside of a shaft, 2 mm high. The outline leaves its own smooth course; what lies between
the two is measured, each number with its interval.
"""

import matplotlib.pyplot as plt
import numpy as np

import microcal_xray as mx
from microcal_xray.simulation import Along, Anatomy, Side, Thickening, simulate_limb

bone = Thickening(Along(from_end_mm=70, length_mm=14, side=Side.RIGHT), thickness_mm=2.0, mineral=0.5)
limb = simulate_limb(anatomy=Anatomy.HUMERUS, seed=43, lines=[bone])
findings = mx.find_lines(limb.radiograph)
bump = findings.bumps[0]

mm = limb.radiograph.mm_per_pixel()
pixels = limb.radiograph.pixels
rows, columns = pixels.shape
row, column = bump.top_px.mean(axis=0) * mm
figure, (whole, near) = plt.subplots(1, 2, figsize=(8.6, 6.4), width_ratios=(1, 1.35))
for axes in (whole, near):
    axes.imshow(
        pixels,
        extent=(0, columns * mm, rows * mm, 0),
        vmin=np.percentile(pixels, 25),
        vmax=np.percentile(pixels, 99.8),
    )
    axes.set(xlabel="mm", ylabel="mm")
whole.add_patch(plt.Rectangle((column - 14, row - 16), 28, 32, fill=False, color="#E69F00", linewidth=1.5))
whole.set_title("An upper arm")
outer, base = bump.top_px * mm, bump.base_px * mm
near.fill(
    [*outer[:, 1], *base[::-1, 1]],
    [*outer[:, 0], *base[::-1, 0]],
    color="#009E73",
    alpha=0.35,
    linewidth=0,
    label="the bump",
)
near.plot(outer[:, 1], outer[:, 0], color="#009E73", linewidth=2, label="outline")
near.plot(base[:, 1], base[:, 0], "--", color="#E69F00", linewidth=2, label="its smooth course")
near.set(xlim=(column - 14, column + 14), ylim=(row + 16, row - 16))
height = bump.height_mm
near.set_title(f"{height.value:.1f} mm high ({height.low:.1f} to {height.high:.1f}); drawn: 2.0 mm")
near.legend(loc="lower left", labelcolor="white")
