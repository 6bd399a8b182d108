"""
A filter of your own beside ours
================================

A ridge filter of scikit-image, kept inside the bone and across it, in the place of the search of
``find_lines``, against that search itself. On the shin bone both find the fissure; in the forearm the simple
filter misses it. What it finds is measured and shown like any other line. :doc:`/howto/own_filter` goes on
from here to the evidence card and the score.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage.filters import sato
from skimage.measure import label, regionprops
from skimage.morphology import skeletonize

import microcal_xray as mx


def plain_ridges(image, searched):
    """Return what a plain ridge filter finds in a picture."""
    axis_rad, _ = mx.bone.long_axis(image, scale_px=28)
    inside = ndimage.binary_erosion(searched & (image > 0.5), iterations=8)
    even = image - ndimage.gaussian_filter(image, 8)
    answer = np.where(inside, sato(even, sigmas=[2.0], black_ridges=True), 0)
    strong = answer > np.quantile(answer[inside], 0.97)
    lines = []
    for piece in regionprops(label(skeletonize(strong), connectivity=2)):
        centred = piece.coords - piece.coords.mean(axis=0)
        along = np.linalg.svd(centred, full_matrices=False)[2][0]
        row, column = piece.coords[len(piece.coords) // 2]
        if len(piece.coords) >= 16 and abs(np.sin(np.arctan2(*along) - axis_rad[row, column])) > 0.7:
            path = piece.coords[np.argsort(centred @ along)][::4]
            lines.append(mx.FoundLine(mx.Kind.LUCENT, len(piece.coords), path))
    return lines


figure, panels = plt.subplots(1, 4, figsize=(11, 6.2))
for (mine, ours), name in zip(panels.reshape(2, 2), ("tibia_fissure", "forearm_fissure"), strict=True):
    radiograph = mx.read_radiograph(f"../../sample_data/{name}.dcm")
    mm = radiograph.mm_per_pixel()
    rows, columns = radiograph.pixels.shape
    low, high = np.percentile(radiograph.pixels, (25, 99.8))
    for axes in (mine, ours):
        axes.imshow(radiograph.pixels, extent=(0, columns * mm, rows * mm, 0), vmin=low, vmax=high)
        axes.set(xlabel="mm")
    for axes, finder, colour in ((mine, plain_ridges, "#E69F00"), (ours, None, "#56B4E9")):
        for line in mx.find_lines(radiograph, line_finder=finder).candidates:
            if line.kind is mx.Kind.LUCENT:
                axes.plot(*(line.path_px.T[::-1] * mm), color=colour, linewidth=2.5)
    mine.set_title("a ridge filter")
    ours.set_title("find_lines, dark lines")
panels[0].set_ylabel("mm")
