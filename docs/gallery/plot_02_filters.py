"""
One fissure, four filters
=========================

What four filters make of the same fissure, on the same pixels. Two well-known ridge filters answer to the
outline of the bone more loudly than to the line. A top-hat does well on a line as clear as this, at every
grain of noise. The last, ours, takes the step beside a line away from its height, smooths along, and asks
how much of it is *unusual in its own direction*.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage.filters import meijering, sato
from skimage.morphology import black_tophat, disk

import microcal_xray as mx
from microcal_xray.detection import DIRECTIONS, Polarity, frames_around, oriented_response, ridge_paths
from microcal_xray.searching import looked_at, surveyed

start = looked_at(mx.read_radiograph("../../sample_data/tibia_fissure.dcm"))
image = surveyed(start).image  # a quarter of a millimetre per pixel
searched = start.field.body & ~start.field.metal


def ours(image):
    """Return the largest answer to dark lines over all directions, each in its usual units."""
    best = np.zeros(image.shape, np.float32)
    for frame in frames_around(searched, directions=DIRECTIONS):
        answer = oriented_response(image, searched, frame, sigmas_px=(1.2, 2.0), along_px=8.0, around_px=28.0)
        z = answer.best()[:, 0]
        row, column = np.indices(z.shape).reshape(2, -1)
        at = answer.frame.in_picture(row, column).round().astype(int)
        inside = ((at >= 0) & (at < image.shape)).all(axis=1)
        np.maximum.at(best, tuple(at[inside].T), z.ravel()[inside])
    return ndimage.grey_closing(best, 3)  # every third row was kept


PART = (slice(290, 430), slice(55, 290))
EXTENT = (0, (PART[1].stop - PART[1].start) / 4, (PART[0].stop - PART[0].start) / 4, 0)
answers = {
    "Sato: outlines before the line": sato(image, sigmas=[2.0], black_ridges=True),
    "Meijering: the same": meijering(image, sigmas=[2.0], black_ridges=True),
    "Black top-hat: the line, and noise": black_tophat(image, disk(4)),
    "Ours: what is unusual in its direction": ours(image),
}
figure, panels = plt.subplots(3, 2, figsize=(10, 9.6), sharex=True, sharey=True)
panels = panels.ravel()
panels[0].imshow(image[PART], extent=EXTENT, vmin=0.2, vmax=1.1)
panels[0].set_title("The picture: a fissure across a shin bone")
for axes, (title, answer) in zip(panels[1:], answers.items(), strict=False):
    axes.imshow(answer[PART], extent=EXTENT, cmap="magma", vmin=0, vmax=np.quantile(answer[PART], 0.999))
    axes.set_title(title)
panels[5].imshow(image[PART], extent=EXTENT, vmin=0.2, vmax=1.1)
for path in ridge_paths(image, searched=searched):
    if path.polarity is Polarity.DARK:
        at = (path.points_px - (PART[0].start, PART[1].start) + 0.5) / 4
        panels[5].plot(at[:, 1], at[:, 0], color="#56B4E9", linewidth=1.5)
panels[5].set(title="Ours, summed along paths: all that may be a line", xlim=EXTENT[:2], ylim=EXTENT[2:])
for axes in panels:
    axes.set(xlabel="mm", ylabel="mm")
    axes.label_outer()
