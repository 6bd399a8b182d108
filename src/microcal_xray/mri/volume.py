"""The nouns of a magnetic resonance series: the volume, where it lies in the patient, how it was made."""

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Weighting(StrEnum):
    """What makes a tissue bright in a series."""

    T1 = "t1"
    T1_FAT_SUPPRESSED = "t1-fat-suppressed"
    T2 = "t2"
    T2_FAT_SUPPRESSED = "t2-fat-suppressed"
    PROTON_DENSITY = "pd"
    PROTON_DENSITY_FAT_SUPPRESSED = "pd-fat-suppressed"
    STIR = "stir"
    UNKNOWN = "unknown"

    @property
    def shows_oedema(self) -> bool:
        """Whether water is bright and marrow fat dark: a series in which oedema of marrow can be measured."""
        return self in (
            Weighting.STIR,
            Weighting.T2_FAT_SUPPRESSED,
            Weighting.PROTON_DENSITY_FAT_SUPPRESSED,
        )


class MRCaution(Flag):
    """Reasons to trust a series less. Each member's meaning is in `MR_CAUTIONS`."""

    NONE = 0
    TRUNCATED = auto()
    LEFT_OUT = auto()
    MISSING_SLICES = auto()
    UNEVEN_SLICES = auto()
    DUPLICATE_SLICES = auto()
    SLICE_GAPS = auto()
    NOT_ORTHOGONAL = auto()
    SHEARED = auto()
    SINGLE_SLICE = auto()
    LOSSY = auto()
    BAD_TAG = auto()
    RESCALE_DIFFERS = auto()
    INVERTED = auto()


MR_CAUTIONS: dict[MRCaution, str] = {
    MRCaution.TRUNCATED: "a file ends too early: rows that are missing are 0 and not usable",
    MRCaution.LEFT_OUT: "some files or frames could not be read and were left out",
    MRCaution.MISSING_SLICES: "one or more slices are missing between others",
    MRCaution.UNEVEN_SLICES: "the slices are not evenly spaced; each one's own position is used",
    MRCaution.DUPLICATE_SLICES: "slices with the same pixels at the same position were left out",
    MRCaution.SLICE_GAPS: "the slices are thinner than their distance: what lies between is not seen",
    MRCaution.NOT_ORTHOGONAL: "rows and columns are not quite at right angles in the header; turned",
    MRCaution.SHEARED: "the slices are not stacked along their normal; each one's own position is used",
    MRCaution.SINGLE_SLICE: "one slice alone: nothing is measured across slices",
    MRCaution.LOSSY: "lossy compression",
    MRCaution.BAD_TAG: "a tag holds a value that cannot be used; the standard's default was taken",
    MRCaution.RESCALE_DIFFERS: "the slices are scaled differently; each one's own scale was applied",
    MRCaution.INVERTED: "stored inverted (MONOCHROME1); turned, so that more signal is a higher value",
}


@dataclass(frozen=True)
class MRAcquisition:
    """What the headers say about how a series was made. It never holds the patient, nor any free text.

    Parameters
    ----------
    weighting : Weighting
    weighting_reason : str
        The values that it was guessed from, or why it is unknown.
    repetition_time_ms, echo_time_ms, inversion_time_ms : float or None
    flip_angle_deg : float or None
    field_strength_t : float or None
        None also for a value that is no tesla (old devices write gauss or millitesla).
    fat_suppressed : bool or None
        None: the headers do not say.
    slice_thickness_mm : float or None
    body_part, laterality : str or None
        Terms that DICOM defines.
    compression, decoder : str or None
    multi_frame : bool
        Whether it came as enhanced multi-frame objects.
    """

    weighting: Weighting = Weighting.UNKNOWN
    weighting_reason: str = "made from an array"
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    field_strength_t: float | None = None
    fat_suppressed: bool | None = None
    slice_thickness_mm: float | None = None
    body_part: str | None = None
    laterality: str | None = None
    compression: str | None = None
    decoder: str | None = None
    multi_frame: bool = False


@dataclass(frozen=True)
class MRVolume:
    """One stack of parallel slices.

    Parameters
    ----------
    voxels : (S, R, C) float32 array
        Stored values after each slice's own rescale; arbitrary units. Finite. Read-only.
    positions_mm : (S, 3) float array
        Centre of the first voxel of each slice in the patient's coordinates (x to the left, y to the back,
        z to the head), rising along the normal.
    row_direction, column_direction : (3,) float array
        Unit vectors along a row (rising column index) and along a column (rising row index).
    row_spacing_mm, column_spacing_mm : float
        Distance between the centres of neighbouring rows, and of neighbouring columns.
    usable_rows : (S,) int array, optional
        Rows from the top that were in the file. None: all.
    missing_mm : tuple of float
        Places along the normal, counted from the first slice, where a slice seems to be missing.
    name : str
        For tables and titles; never taken from a tag.
    cautions : MRCaution
    acquisition : MRAcquisition
    left_out : tuple of str
        One line for each file or frame that was left out, with its reason.

    Raises
    ------
    ValueError
        If a shape or a value is wrong.

    Notes
    -----
    DICOM PS3.3 C.7.6.2.1.1: the index (slice, row, column) lies at position of the slice + row times
    `row_spacing_mm` along `column_direction` + column times `column_spacing_mm` along `row_direction`.

    Examples
    --------
    >>> volume = MRVolume(
    ...     np.zeros((2, 4, 4)), [[0, 0, 0], [0, 0, 5]], [1, 0, 0], [0, 1, 0], 0.5, 0.5
    ... )
    >>> volume.patient_mm([[1, 2, 3]]).tolist()
    [[1.5, 1.0, 5.0]]
    """

    voxels: npt.NDArray[np.float32]
    positions_mm: FloatArray
    row_direction: FloatArray
    column_direction: FloatArray
    row_spacing_mm: float
    column_spacing_mm: float
    usable_rows: npt.NDArray[np.int64] | None = None
    missing_mm: tuple[float, ...] = ()
    name: str = "series"
    cautions: MRCaution = MRCaution.NONE
    acquisition: MRAcquisition = MRAcquisition()
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        voxels = np.array(self.voxels, np.float32)
        if voxels.ndim != 3 or voxels.size == 0:
            raise ValueError(f"voxels must have three dimensions, not shape {voxels.shape}")
        if not np.isfinite(voxels).all():
            raise ValueError("voxels must be finite")
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "voxels": voxels,
            "positions_mm": np.array(self.positions_mm, np.float64),
            "row_direction": np.array(self.row_direction, np.float64),
            "column_direction": np.array(self.column_direction, np.float64),
            "usable_rows": np.full(len(voxels), voxels.shape[1])
            if self.usable_rows is None
            else np.array(self.usable_rows, np.int64),
        }
        shapes = {"positions_mm": (len(voxels), 3), "row_direction": (3,), "column_direction": (3,)}
        for name, shape in {**shapes, "usable_rows": (len(voxels),)}.items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} has shape {arrays[name].shape}; it must be {shape}")
        if not (self.row_spacing_mm > 0 and self.column_spacing_mm > 0):
            raise ValueError("the spacings must be over 0")
        for name, array in arrays.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def normal(self) -> FloatArray:
        """Unit vector across the slices, in which their positions rise."""
        return np.cross(self.row_direction, self.column_direction)

    @property
    def distances_mm(self) -> FloatArray:
        """(S,) Places of the slices along the normal; the first is 0."""
        return np.asarray((self.positions_mm - self.positions_mm[0]) @ self.normal)

    @property
    def slice_step_mm(self) -> float | None:
        """Usual distance between neighbouring slices; None for one slice alone."""
        return float(np.median(np.diff(self.distances_mm))) if len(self.voxels) > 1 else None

    @property
    def voxel_mm3(self) -> float | None:
        """Volume that a voxel stands for, gaps between slices included; None where it is not known."""
        depth = self.slice_step_mm or self.acquisition.slice_thickness_mm
        return None if depth is None else self.row_spacing_mm * self.column_spacing_mm * depth

    @property
    def affine(self) -> FloatArray:
        """(4, 4) From (slice, row, column, 1) to patient mm, exact where the slices are evenly stacked."""
        last = len(self.voxels) - 1
        matrix = np.eye(4)
        depth = self.acquisition.slice_thickness_mm or 1.0
        matrix[:3, 0] = (self.positions_mm[-1] - self.positions_mm[0]) / last if last else self.normal * depth
        matrix[:3, 1] = self.column_direction * self.row_spacing_mm
        matrix[:3, 2] = self.row_direction * self.column_spacing_mm
        matrix[:3, 3] = self.positions_mm[0]
        return matrix

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(S, R, 1) False in rows that were missing in the file."""
        rows = np.arange(self.voxels.shape[1])
        assert self.usable_rows is not None  # __post_init__ has made it
        return (rows[None, :] < self.usable_rows[:, None])[:, :, None]

    def patient_mm(self, index: npt.ArrayLike) -> FloatArray:
        """Return where indices lie in the patient.

        Parameters
        ----------
        index : (N, 3) array_like
            Slice, row, column; whole numbers are centres. Between slices the position is interpolated,
            beyond the last it goes on.

        Returns
        -------
        (N, 3) float array
            In mm: x to the left, y to the back, z to the head.
        """
        points = np.atleast_2d(np.asarray(index, np.float64))
        origin = self._position_at(points[:, 0])
        rows = points[:, 1:2] * self.row_spacing_mm * self.column_direction
        return np.asarray(origin + rows + points[:, 2:3] * self.column_spacing_mm * self.row_direction)

    def index_of(self, points_mm: npt.ArrayLike) -> FloatArray:
        """Return the (slice, row, column), not rounded, of points in the patient: `patient_mm` inverted.

        Parameters
        ----------
        points_mm : (N, 3) array_like
        """
        points = np.atleast_2d(np.asarray(points_mm, np.float64))
        along = (points - self.positions_mm[0]) @ self.normal
        if len(self.voxels) == 1:
            slices = along / (self.acquisition.slice_thickness_mm or 1.0)
        else:
            slices = _extrapolated(along, self.distances_mm, np.arange(len(self.voxels), dtype=float))
        inside = points - self._position_at(slices)
        rows = inside @ self.column_direction / self.row_spacing_mm
        return np.stack([slices, rows, inside @ self.row_direction / self.column_spacing_mm], axis=1)

    def voxel_centres_mm(self) -> FloatArray:
        """Return the centre of every voxel in the patient, (S, R, C, 3)."""
        shape = self.voxels.shape
        return self.patient_mm(np.indices(shape).reshape(3, -1).T).reshape(*shape, 3)

    def pitch_mm(self, direction: npt.ArrayLike) -> float:
        """Return the size of a voxel along a direction of the patient: what a length along it is sure to.

        Parameters
        ----------
        direction : (3,) array_like
            A unit vector.
        """
        unit = np.asarray(direction, np.float64)
        depth = self.slice_step_mm or self.acquisition.slice_thickness_mm or 0.0
        sides = (
            self.row_spacing_mm * (self.column_direction @ unit),
            self.column_spacing_mm * (self.row_direction @ unit),
            depth * (self.normal @ unit),
        )
        return float(np.sqrt(sum(side**2 for side in sides)))

    def _position_at(self, slices: FloatArray) -> FloatArray:
        if len(self.voxels) == 1:
            depth = self.acquisition.slice_thickness_mm or 1.0
            return np.asarray(self.positions_mm[0] + slices[:, None] * depth * self.normal)
        steps = np.arange(len(self.voxels), dtype=float)
        return np.stack([_extrapolated(slices, steps, self.positions_mm[:, k]) for k in range(3)], axis=1)


def _extrapolated(at: FloatArray, known: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate linearly, and go on with the outermost slopes beyond the ends."""
    place = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 2)
    share = (at - known[place]) / (known[place + 1] - known[place])
    return np.asarray(values[place] + share * (values[place + 1] - values[place]))
