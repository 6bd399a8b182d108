"""Outlines of areas as paths."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt


def outlines(image: npt.NDArray[np.float32], level: float) -> list[npt.NDArray[np.float64]]:
    """Return the lines along which an image passes a level, each (N, 2) points (row, column)."""
    # Imported here: it costs 0.1 s, which commands that simulate nothing should not pay.
    from skimage import measure

    # The library has no types; this says what it does.
    find: Callable[[npt.NDArray[np.float32], float], list[npt.NDArray[Any]]] = measure.find_contours
    return [np.asarray(contour, np.float64) for contour in find(image, level)]
