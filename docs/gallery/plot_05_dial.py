"""
The dial: how many false marks may there be?
============================================

One search, read at four settings. The dial is a number that can be checked by counting: about so many false
marks on a picture *without* lines. It is no probability.
"""

import matplotlib.pyplot as plt
import numpy as np

import microcal_xray as mx

radiograph = mx.read_radiograph("../../sample_data/metatarsals.dcm")
mm = radiograph.mm_per_pixel()
rows, columns = radiograph.pixels.shape
low, high = np.percentile(radiograph.pixels, (30, 99.8))
COLOURS = {"lucent": "#56B4E9", "sclerotic": "#E69F00"}

figure, panels = plt.subplots(2, 2, figsize=(8.6, 9.6), sharex=True, sharey=True)
for axes, false_marks in zip(panels.flat, (0.01, 0.5, 4, 30), strict=True):
    found = mx.find_lines(radiograph, mx.Settings(false_marks=false_marks)).candidates
    axes.imshow(radiograph.pixels, extent=(0, columns * mm, rows * mm, 0), vmin=low, vmax=high)
    for line in found:
        style = "-" if line.tier is mx.Tier.STRONG else (0, (3, 1.5))
        axes.plot(*(line.path_px.T[::-1] * mm), color=COLOURS[line.kind], linestyle=style, linewidth=1.8)
    listed = f"{len(found)} candidate" + ("" if len(found) == 1 else "s")
    axes.set(title=f"{false_marks:g} false marks a picture: {listed}")
    axes.label_outer()
for axes in panels[-1]:
    axes.set_xlabel("mm")
for axes in panels[:, 0]:
    axes.set_ylabel("mm")
figure.suptitle("Blue: dark lines. Orange: bright lines. Dashed: only just listed.", x=0.02, ha="left")
