"""
What this image could have shown
================================

No detector sees everything, and no picture shows everything. For each place: the equivalent width from
which on a dark line across the bone, 10 mm long, would have been listed in 80 % of cases. An empty list
excludes what is above that, and nothing else.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

import microcal_xray as mx

figure, panels = plt.subplots(1, 3, figsize=(10.5, 6.2))
for axes, name in zip(panels, ("tibia_fissure", "femur_plain", "forearm_plain"), strict=True):
    radiograph = mx.read_radiograph(f"../../sample_data/{name}.dcm")
    limit = mx.find_lines(radiograph).limit
    mm = radiograph.mm_per_pixel()
    rows, columns = radiograph.pixels.shape
    low, high = np.percentile(radiograph.pixels, (25, 99.8))
    axes.imshow(radiograph.pixels, extent=(0, columns * mm, rows * mm, 0), vmin=low, vmax=high)
    width_mm = limit.width_map_px * mm
    down, right = limit.width_map_px.shape * np.array(limit.block_px) * mm
    drawn = axes.imshow(
        np.where(np.isfinite(width_mm), width_mm, np.nan),
        extent=(0, right, down, 0),
        cmap="viridis",
        norm=LogNorm(0.1, 1.0),
        alpha=0.75,
        interpolation="nearest",
    )
    axes.set(xlim=(0, columns * mm), ylim=(rows * mm, 0), xlabel="mm", title=name.replace("_", ", "))
panels[0].set_ylabel("mm")
bar = figure.colorbar(drawn, ax=panels, shrink=0.7, ticks=[0.1, 0.2, 0.3, 0.5, 1.0])
bar.ax.set_yticklabels(["0.1", "0.2", "0.3", "0.5", "1"])
bar.set_label("equivalent width that would have been listed (mm)")
figure.suptitle("Thick bone and strong texture hide lines that thin bone shows", x=0.02, ha="left")
