"""Single pixels without a value, and short runs of them: filled as by the defect map of a detector."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

MOST_PIXELS = 9  # of a group that is filled: a run that a line across bone outlasts many times, or 3 x 3
_REACH_PX = 2  # the middle of 3 x 3 is so far from the nearest pixel with a value


@dataclass(frozen=True)
class Filled:
    """A picture whose small gaps are filled.

    Parameters
    ----------
    pixels : (R, C) float32 array
    usable : (R, C) bool array
    filled_px : int
        How many pixels were filled; where it is 0 both arrays are those that came.
    """

    pixels: FloatImage
    usable: Mask
    filled_px: int


def fill_dead_pixels(pixels: FloatImage, usable: Mask) -> Filled:
    """Return a picture with every small group of unusable pixels filled from the pixels around it.

    Parameters
    ----------
    pixels : (R, C) float32 array
    usable : (R, C) bool array
        False where there is no picture.

    Returns
    -------
    Filled
        Groups of more than 9 pixels (joined by sides or corners), and those at the border of the picture,
        stay unusable: nobody knows what they hid, and beside them no line is looked for.

    Notes
    -----
    The value is the mean of the usable pixels up to 2 rows and columns away, each by the inverse square of
    its distance. It follows a slope and keeps no edge finer than the gap: less than a line needs to be seen.

    Examples
    --------
    >>> pixels = np.tile(np.arange(5, dtype=np.float32), (5, 1))
    >>> usable = np.ones((5, 5), bool)
    >>> pixels[2, 2], usable[2, 2] = -1, False
    >>> repaired = fill_dead_pixels(pixels, usable)
    >>> repaired.pixels[2].tolist(), repaired.filled_px
    ([0.0, 1.0, 2.0, 3.0, 4.0], 1)
    """
    gaps = _small_gaps(usable) if not usable.all() else np.zeros_like(usable)
    if not gaps.any():
        return Filled(pixels, usable, 0)
    rows, columns = np.nonzero(gaps)
    repaired = pixels.copy()
    repaired[rows, columns] = _mean_around(pixels, usable, rows, columns)
    return Filled(repaired, usable | gaps, len(rows))


def _small_gaps(usable: Mask) -> Mask:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    # The frame joins all that touches the border into one group.
    framed = np.pad(~usable, 1, constant_values=True).astype(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(framed, connectivity=8, ltype=cv2.CV_32S)
    is_small = facts[:, cv2.CC_STAT_AREA] <= MOST_PIXELS
    is_small[[0, labels[0, 0]]] = False
    return np.asarray(is_small[labels[1:-1, 1:-1]])


def _mean_around(
    pixels: FloatImage, usable: Mask, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    total, weights = np.zeros((2, len(rows)))
    steps = range(-_REACH_PX, _REACH_PX + 1)
    for down, right in ((down, right) for down in steps for right in steps if down or right):
        # Beyond the border the same pixel is counted twice, which moves no mean of a smooth picture.
        row = np.clip(rows + down, 0, pixels.shape[0] - 1)
        column = np.clip(columns + right, 0, pixels.shape[1] - 1)
        weight = usable[row, column] / (down**2 + right**2)
        total += weight * pixels[row, column]
        weights += weight
    return np.asarray(total / weights)
