"""Lines that a function of the caller finds, in the place of our own search and its ranking."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .detection import RidgePath
from .findings import Kind
from .measuring import KIND, Judged
from .searching import Search

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
_POLARITY = {kind: polarity for polarity, kind in KIND.items()}


@dataclass(frozen=True, eq=False)
class FoundLine:
    """One line that a function of the caller found.

    Parameters
    ----------
    kind : Kind
    score : float
        How strong it is; larger is stronger. Only the order counts.
    path_px : (N, 2) array_like
        Its course as (row, column) in pixels of the picture that the function was given; two points or more,
        in order, within a few pixels of the line.
    width_px : float
        About how wide it is, full width at half maximum, in the same pixels.

    Raises
    ------
    ValueError
        If the score is not finite, the width not over 0, or the path no such array.

    Examples
    --------
    >>> FoundLine(Kind.LUCENT, 3.5, [[10, 20], [12, 60]]).path_px.shape
    (2, 2)
    """

    kind: Kind
    score: float
    path_px: FloatArray = field(repr=False)
    width_px: float = 4.0  # a millimetre, where the spacing is known

    def __post_init__(self) -> None:
        path = np.array(self.path_px, np.float64)
        if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2 or not np.isfinite(path).all():
            raise ValueError(f"path_px must have shape (N, 2) with N > 1 and be finite, not {path.shape}")
        if not math.isfinite(self.score):
            raise ValueError(f"score is {self.score}; it must be finite")
        if not (math.isfinite(self.width_px) and self.width_px > 0):
            raise ValueError(f"width_px is {self.width_px}; it must be over 0")
        path.flags.writeable = False
        object.__setattr__(self, "path_px", path)
        object.__setattr__(self, "kind", Kind(self.kind))


class LineFinder(Protocol):
    """What `find_lines` takes as `line_finder`: any function of a picture and of where lines may lie.

    Examples
    --------
    >>> def nothing(image: FloatImage, searched: Mask) -> Sequence[FoundLine]:
    ...     return []
    >>> finder: LineFinder = nothing
    """

    def __call__(self, image: FloatImage, searched: Mask, /) -> Sequence[FoundLine]:
        """Return the lines of a picture, in any order.

        Parameters
        ----------
        image : (R, C) float32 array
            On square pixels of a quarter of a millimetre, where the spacing is known; in units of the range
            from air (0) to bone (1). Read-only.
        searched : (R, C) bool array
            Where lines may lie: not air, not metal, not at the edge. Read-only.
        """
        ...


def own_lines(found: Search, line_finder: LineFinder) -> list[Judged]:
    """Return the lines that a function of the caller finds, the strongest first, without evidence.

    Parameters
    ----------
    found : Search
        Prepared; nothing is asked where nothing could be searched.
    line_finder : LineFinder

    Raises
    ------
    ValueError
        If a path leaves the picture.
    TypeError
        If something else than a `FoundLine` is among them.
    """
    if found.survey is None or found.searched is None:
        return []
    image, searched = found.survey.image.view(), found.searched.view()
    image.flags.writeable = searched.flags.writeable = False
    lines = list(line_finder(image, searched))
    for line in lines:
        if not isinstance(line, FoundLine):
            raise TypeError(f"line_finder returned a {type(line).__name__}; give a list of FoundLine")
    lines.sort(key=lambda line: (-line.score, line.path_px[0].tolist()))
    return [Judged(_path(line, image.shape), line.score, None) for line in lines]


def _path(line: FoundLine, shape: tuple[int, ...]) -> RidgePath:
    if (line.path_px < -0.5).any() or (line.path_px > np.array(shape) - 0.5).any():
        rows, columns = shape
        raise ValueError(
            f"path_px of a line with score {line.score:g} leaves the picture of {rows} x {columns} pixels; "
            "give (row, column) in pixels of the picture that the function was given"
        )
    points = len(line.path_px)
    sigma_px = np.full(points, line.width_px / _FWHM_PER_SIGMA)
    return RidgePath(_POLARITY[line.kind], line.score, line.path_px, np.zeros(points), sigma_px)
