"""
Turned radiographs
==================

A radiograph lies as it lies: nothing is known of *up*. The picture is turned in steps of twenty degrees and
searched anew. The fissure is found at each; its score wavers, since turning resamples the pixels and trees
answer in steps.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

import microcal_xray as mx

radiograph = mx.read_radiograph("../../sample_data/tibia_fissure.dcm")
part = radiograph.pixels[300:920, :520].astype(float)[::2, ::2]  # twice the pixel is enough here
MM = 2 * radiograph.mm_per_pixel()
inside = np.ones(part.shape)


def turned(angle_deg):
    """Return the strongest dark candidate after a turn, and the picture."""
    pixels = ndimage.rotate(part, angle_deg, order=1, mode="constant", cval=part.min())
    usable = ndimage.rotate(inside, angle_deg, order=0) > 0.5
    one = mx.radiograph_from_array(pixels, usable=usable, spacing_mm=MM, signal=mx.Signal.LOG)
    dark = [line for line in mx.find_lines(one).candidates if line.kind is mx.Kind.LUCENT]
    return pixels, dark[0] if dark else None


angles = np.arange(0, 180, 20)
found = [turned(angle) for angle in angles]

figure = plt.figure(figsize=(10, 4.6))
grid = figure.add_gridspec(2, 5)
for place, number in enumerate((0, 1, 3, 4, 6, 8)):
    axes = figure.add_subplot(grid[place // 3, place % 3])
    pixels, line = found[number]
    rows, columns = pixels.shape
    axes.imshow(pixels, extent=(0, columns * MM, rows * MM, 0), vmin=1.2, vmax=3.9)
    if line is not None:
        axes.plot(*(line.path_px.T[::-1] * MM), color="#56B4E9", linewidth=2)
    axes.set(title=f"{angles[number]}°", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
polar = figure.add_subplot(grid[:, 3:], projection="polar")
scores = [0 if line is None else line.score for _, line in found]
polar.plot(np.radians([*angles, 180]), [*scores, scores[0]], "o-")
polar.set(thetamin=0, thetamax=180, ylim=(0, max(scores) * 1.15), title="score of the fissure, by the turn")
polar.set_theta_zero_location("E")
