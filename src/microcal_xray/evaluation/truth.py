"""The nouns of the truth: what is known to be in a picture, whoever wrote it down."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..findings import Kind

Paths = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrueLine:
    """A line known to be in the picture.

    Parameters
    ----------
    kind : Kind
    path_px : (N, 2) float array
        Centre line as (row, column); whole numbers are pixel centres. Read-only, of positive length.
    unsure : bool
        Whether it is a line is not known: it is neither hit nor missed, and candidates on it are ignored.
    width_mm, length_mm : float or None
        None when unknown.
    d_prime : float or None
        Detectability of the ideal observer in this picture; None when unknown.
    angle_to_bone_deg : float or None

    Raises
    ------
    ValueError
        If the path is not a finite (N, 2) array with N > 1, or has no length.
    """

    kind: Kind
    path_px: Paths
    unsure: bool = False
    width_mm: float | None = None
    length_mm: float | None = None
    d_prime: float | None = None
    angle_to_bone_deg: float | None = None

    def __post_init__(self) -> None:
        path = frozen_path(self.path_px)
        if np.ptp(path, axis=0).max() == 0:
            raise ValueError("the path has no length")
        object.__setattr__(self, "path_px", path)


@dataclass(frozen=True)
class Box:
    """A rectangle with sides along rows and columns, in pixels; whole numbers are pixel centres.

    Parameters
    ----------
    top_px, left_px, bottom_px, right_px : float
        The sides; the lower right one belongs to it.

    Raises
    ------
    ValueError
        If a side is not finite, or the box is turned inside out.
    """

    top_px: float
    left_px: float
    bottom_px: float
    right_px: float

    def __post_init__(self) -> None:
        sides = (self.top_px, self.left_px, self.bottom_px, self.right_px)
        if not np.isfinite(sides).all() or self.bottom_px < self.top_px or self.right_px < self.left_px:
            raise ValueError(f"not a box: top, left, bottom, right are {sides}")


@dataclass(frozen=True)
class TrueBox:
    """A box known to hold what is looked for; it says nothing about kind, place or direction inside.

    Parameters
    ----------
    box : Box
    name : str
        The class of the data set, such as "fracture".
    """

    box: Box
    name: str


@dataclass(frozen=True)
class Mimic:
    """Something that looks like a line and is none; a candidate on it is a false mark with a name.

    Parameters
    ----------
    name : str
        Such as "nutrient-canal".
    path_px : (N, 2) float array or None
    box : Box or None
        Where it is: exactly one of path and box is given.

    Raises
    ------
    ValueError
        If neither or both are given.
    """

    name: str
    path_px: Paths | None = None
    box: Box | None = None

    def __post_init__(self) -> None:
        if (self.path_px is None) == (self.box is None):
            raise ValueError("a mimic has either a path or a box")
        if self.path_px is not None:
            object.__setattr__(self, "path_px", frozen_path(self.path_px))


@dataclass(frozen=True)
class TrueImage:
    """What is known about one picture.

    Parameters
    ----------
    file : str
        Path relative to the folder of the truth, with forward slashes.
    rows, columns : int or None
        Size in pixels; None when the truth does not say.
    spacing_mm : (row, column) float or None
    anatomy : str or None
    patient : str or None
        Key that ties pictures of one patient together for the intervals; never written out.
        None: the picture stands for itself.
    lines, boxes, mimics : tuple
        A truth in lines has no boxes, and the other way round.
    unsure : bool
        Whether the picture shows any line is not known.
    """

    file: str
    rows: int | None = None
    columns: int | None = None
    spacing_mm: tuple[float, float] | None = None
    anatomy: str | None = None
    patient: str | None = None
    lines: tuple[TrueLine, ...] = ()
    boxes: tuple[TrueBox, ...] = ()
    mimics: tuple[Mimic, ...] = ()
    unsure: bool = False


def frozen_path(points: npt.ArrayLike) -> Paths:
    """Return the points as a read-only (N, 2) array.

    Raises
    ------
    ValueError
        If they are not finite, not pairs, or fewer than two.
    """
    path = np.array(points, dtype=np.float64)
    if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2 or not np.isfinite(path).all():
        raise ValueError(f"a path needs two or more finite (row, column) points, not shape {path.shape}")
    path.flags.writeable = False
    return path
