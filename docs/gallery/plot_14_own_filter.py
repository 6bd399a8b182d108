"""
A filter of your own beside ours
================================

A ridge filter of scikit-image, kept inside the bone and across it, against the candidates of
``find_lines``. On the shin bone both find the fissure; in the forearm the simple filter is caught by the
small bones of the wrist, which lie over each other. :doc:`/howto/own_filter` goes on from here to the
evidence card and the score.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage.filters import sato
from skimage.measure import label, regionprops
from skimage.morphology import skeletonize

import microcal_xray as mx
from microcal_xray.searching import looked_at, surveyed


def own_lines(radiograph):
    """Return what a plain ridge filter finds, as (N, 2) points of the picture as stored."""
    start = looked_at(radiograph)
    survey = surveyed(start)
    anatomy = survey.anatomy
    inside = anatomy.bone & (anatomy.outline_distance_px > 8)
    even = survey.image - ndimage.gaussian_filter(survey.image, 8)
    answer = np.where(inside, sato(even, sigmas=[2.0], black_ridges=True), 0)
    strong = answer > np.quantile(answer[inside], 0.97)
    for piece in regionprops(label(skeletonize(strong), connectivity=2)):
        centred = piece.coords - piece.coords.mean(axis=0)
        along = np.linalg.svd(centred, full_matrices=False)[2][0]
        row, column = piece.coords[len(piece.coords) // 2]
        if len(piece.coords) >= 16 and abs(np.sin(np.arctan2(*along) - anatomy.axis_rad[row, column])) > 0.7:
            yield start.stored(piece.coords[np.argsort(centred @ along)].astype(float))


figure, panels = plt.subplots(1, 4, figsize=(11, 6.2))
for (mine, ours), name in zip(panels.reshape(2, 2), ("tibia_fissure", "forearm_fissure"), strict=True):
    radiograph = mx.read_radiograph(f"../../sample_data/{name}.dcm")
    mm = radiograph.mm_per_pixel()
    rows, columns = radiograph.pixels.shape
    low, high = np.percentile(radiograph.pixels, (25, 99.8))
    for axes in (mine, ours):
        axes.imshow(radiograph.pixels, extent=(0, columns * mm, rows * mm, 0), vmin=low, vmax=high)
        axes.set(xlabel="mm")
    for path in own_lines(radiograph):
        mine.plot(*(path.T[::-1] * mm), ".", color="#E69F00", markersize=3)
    for line in mx.find_lines(radiograph).candidates:
        if line.kind is mx.Kind.LUCENT:
            ours.plot(*(line.path_px.T[::-1] * mm), color="#56B4E9", linewidth=2.5)
    mine.set_title("a ridge filter")
    ours.set_title("find_lines, dark lines")
panels[0].set_ylabel("mm")
