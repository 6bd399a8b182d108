"""The noun that every stage shares: one radiograph, bone brighter than air, without the patient."""

import math
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Flag, StrEnum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

from .dead_pixels import fill_dead_pixels
from .errors import SettingsError
from .origin import Origin

MINIMUM_SPACING_MM = 0.005
MAXIMUM_SPACING_MM = 5.0
MAXIMUM_SPACING_RATIO = 5.0  # of rows to columns and of columns to rows


class SpacingSource(StrEnum):
    """Where the millimetre comes from; each length is only as good as this."""

    DETECTOR = "detector"  # in the plane of the detector; the bone is smaller by an unknown magnification
    FIDUCIAL = "calibrated-fiducial"  # calibrated by an object of known size
    GEOMETRY = "calibrated-geometry"  # corrected for the known magnification
    FILM = "film"  # the scanner's spacing on digitised film
    USER = "user"  # given by the caller
    NONE = "none"  # unknown: nothing is measured in millimetres


class Intent(StrEnum):
    """What the picture was made for; it decides whether contrast has a physical meaning."""

    FOR_PROCESSING = "for-processing"
    FOR_PRESENTATION = "for-presentation"
    UNSPECIFIED = "unspecified"  # DICOM without the tag, as in CR
    PICTURE = "picture"  # PNG, JPEG, TIFF


class Signal(StrEnum):
    """The unit of the pixels."""

    LOG = "log"  # -ln of the detector signal: a difference of 0.01 is 1 % of attenuation
    GREY = "grey"  # grey levels of unknown meaning; contrasts are relative


class ImageCaution(Flag):
    """Reasons to trust a radiograph less. Each member's meaning is in `IMAGE_CAUTIONS`."""

    NONE = 0
    POLARITY_TAGS_DISAGREE = auto()
    AIR_BRIGHTER_THAN_BONE = auto()
    NO_SPACING = auto()
    SPACING_NOT_USED = auto()
    SPACING_TAGS_DISAGREE = auto()
    LOSSY = auto()
    EIGHT_BIT = auto()
    COLOUR = auto()
    HIGH_BIT = auto()
    CLIPPED = auto()
    LOW_CONTRAST = auto()
    SMALL = auto()
    BURNED_IN_TEXT = auto()
    SECONDARY_CAPTURE = auto()
    PADDED_PIXEL_DATA = auto()
    BAD_TAG = auto()
    POLARITY_BY_USER = auto()
    PROCESSED = auto()
    BLOCK_TRACES = auto()
    BLURRED = auto()
    UNDER_EXPOSED = auto()
    FILLED_PIXELS = auto()
    HARDLY_SEARCHED = auto()
    MORE_THAN_ASKED = auto()


IMAGE_CAUTIONS: dict[ImageCaution, str] = {
    ImageCaution.POLARITY_TAGS_DISAGREE: (
        "the tags contradict each other on polarity; PhotometricInterpretation was followed, "
        "in linear raw data PixelIntensityRelationshipSign"
    ),
    ImageCaution.AIR_BRIGHTER_THAN_BONE: (
        "the border is brighter than the middle: if the polarity is turned, lucent and sclerotic are swapped"
    ),
    ImageCaution.NO_SPACING: "no pixel spacing: nothing is measured in millimetres",
    ImageCaution.SPACING_NOT_USED: "a pixel spacing of zero or of an absurd size or ratio was ignored",
    ImageCaution.SPACING_TAGS_DISAGREE: "two spacing tags disagree; the calibrated one was used",
    ImageCaution.LOSSY: "lossy compression: block edges can look like fine lines",
    ImageCaution.EIGHT_BIT: "only 8 bits of grey",
    ImageCaution.COLOUR: "a colour picture, turned to grey",
    ImageCaution.HIGH_BIT: "the high bit is not where it belongs; the stored values were shifted back",
    ImageCaution.CLIPPED: "many pixels are clipped at the end of the grey range",
    ImageCaution.LOW_CONTRAST: "the picture is nearly constant",
    ImageCaution.SMALL: "the picture is too small to look for lines",
    ImageCaution.BURNED_IN_TEXT: "text is burned in, says the file",
    ImageCaution.SECONDARY_CAPTURE: "a secondary capture: its grey levels and its spacing may mean nothing",
    ImageCaution.PADDED_PIXEL_DATA: "the pixel data are longer than the picture; the rest was ignored",
    ImageCaution.BAD_TAG: "a tag holds a value that cannot be used; the standard's default was taken",
    ImageCaution.POLARITY_BY_USER: "the polarity was given by the user, whatever the file says",
    ImageCaution.PROCESSED: "processed for presentation: contrasts are relative, and edges may be enhanced",
    ImageCaution.BLOCK_TRACES: "steps between blocks of 8 pixels: the picture was once compressed with loss",
    ImageCaution.BLURRED: "blurred: even the sharpest edges are wide",
    ImageCaution.UNDER_EXPOSED: "noisy bone: too little exposure for its thickness",
    ImageCaution.FILLED_PIXELS: "single pixels without a value were filled from their neighbours",
    ImageCaution.HARDLY_SEARCHED: "hardly anything could be searched: finding nothing here excludes nothing",
    ImageCaution.MORE_THAN_ASKED: (
        "far more candidates than asked for: this is no such picture as the dial of false marks was set by"
    ),
}


@dataclass(frozen=True)
class Spacing:
    """The distance between neighbouring pixel centres.

    Parameters
    ----------
    row_mm : float
        Distance between the centres of two rows (vertical), 0.005 to 5 mm.
    column_mm : float
        Distance between the centres of two columns (horizontal), 0.005 to 5 mm, and at most 5 times the other
        or a fifth of it.
    source : SpacingSource

    Raises
    ------
    SettingsError
        If a distance is not a finite number in that range, or the two are too different.

    Examples
    --------
    >>> Spacing(0.143, 0.143).is_square
    True
    """

    row_mm: float
    column_mm: float
    source: SpacingSource = SpacingSource.USER

    def __post_init__(self) -> None:
        for name, value in (("row", self.row_mm), ("column", self.column_mm)):
            if not (math.isfinite(value) and MINIMUM_SPACING_MM <= value <= MAXIMUM_SPACING_MM):
                raise SettingsError(
                    f"{name} spacing {value!r} mm is outside "
                    f"{MINIMUM_SPACING_MM}-{MAXIMUM_SPACING_MM} mm; give the distance between pixel centres"
                )
        if not 1 / MAXIMUM_SPACING_RATIO <= self.row_mm / self.column_mm <= MAXIMUM_SPACING_RATIO:
            raise SettingsError(
                f"row spacing {self.row_mm!r} mm and column spacing {self.column_mm!r} mm differ more than "
                f"{MAXIMUM_SPACING_RATIO:g}-fold; give the distance between pixel centres"
            )

    @property
    def is_square(self) -> bool:
        """Whether rows and columns are equally far apart, within 0.1 %."""
        return abs(self.row_mm / self.column_mm - 1) < 1e-3


@dataclass(frozen=True)
class Acquisition:
    """What the file says about how the picture was made. It never holds the patient.

    Parameters
    ----------
    file_format : str
        "DICOM", "PNG", "JPEG" or "TIFF".
    modality, body_part, laterality, view, photometric, compression : str or None
        Terms that DICOM defines; None when the header has none or another word, which might be a name.
        `photometric` also of a TIFF, in DICOM's words.
    bits_stored : int
    decoder : str or None
        The package that decoded the compressed pixel data; decoders can differ by a grey level.
    """

    file_format: str = "array"
    modality: str | None = None
    body_part: str | None = None
    laterality: str | None = None
    view: str | None = None
    photometric: str | None = None
    compression: str | None = None
    bits_stored: int | None = None
    decoder: str | None = None


@dataclass(frozen=True, eq=False)  # == of arrays has no single answer: a radiograph equals itself alone
class Radiograph:
    """One projection radiograph, as every stage sees it.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Bone is brighter than air. Finite. Read-only after construction.
    usable : (R, C) bool array
        False where the file itself says that there is no picture: padding, shutter, collimator. Read-only.
    spacing : Spacing or None
        None when unknown; millimetres are then None everywhere.
    signal : Signal
        The unit of the pixels.
    intent : Intent
    name : str
        A short name for tables and titles; never taken from a DICOM tag.
    cautions : ImageCaution
    acquisition : Acquisition
    origin : Origin or None
        Which file it was read from, and how; None for an array, and where the pixels were changed since.
    filled_px : int
        How many pixels held no value and were filled from their neighbours, see `fill_dead_pixels`.

    Raises
    ------
    ValueError
        If the pixels are not a finite two-dimensional array, or the mask has another shape.

    Examples
    --------
    >>> import numpy as np
    >>> pixels = np.zeros((4, 6), np.float32)
    >>> radiograph = Radiograph(pixels, pixels == 0, spacing=Spacing(0.1, 0.1))
    >>> radiograph.mm_per_pixel()
    0.1
    >>> radiograph == Radiograph(pixels, pixels == 0, spacing=Spacing(0.1, 0.1))
    False

    See Also
    --------
    radiograph_from_array : the same from any array
    """

    pixels: npt.NDArray[np.float32] = field(repr=False)
    usable: npt.NDArray[np.bool_] = field(repr=False)
    spacing: Spacing | None = None
    signal: Signal = Signal.GREY
    intent: Intent = Intent.PICTURE
    name: str = "radiograph"
    cautions: ImageCaution = ImageCaution.NONE
    acquisition: Acquisition = Acquisition()
    origin: Origin | None = None
    filled_px: int = 0

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels, dtype=np.float32)
        if pixels.ndim != 2 or pixels.size == 0:
            raise ValueError(f"pixels have shape {pixels.shape}; give one picture in grey, (rows, columns)")
        if not np.isfinite(pixels).all():
            raise ValueError(
                "pixels must be finite; radiograph_from_array takes others where `usable` is False"
            )
        usable = np.array(self.usable, dtype=bool)
        if usable.shape != pixels.shape:
            raise ValueError(f"usable has shape {usable.shape}, pixels have {pixels.shape}")
        pixels.flags.writeable = False
        usable.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)
        object.__setattr__(self, "usable", usable)

    @property
    def spacing_source(self) -> SpacingSource:
        """Where the millimetre comes from; `SpacingSource.NONE` when it is unknown."""
        return self.spacing.source if self.spacing else SpacingSource.NONE

    def mm_per_pixel(self) -> float:
        """Return the side of a square pixel in millimetres (the finer one if they are not square).

        Raises
        ------
        ValueError
            If the spacing is unknown.
        """
        if self.spacing is None:
            raise ValueError(f"{self.name}: the pixel spacing is unknown; pass spacing_mm")
        return min(self.spacing.row_mm, self.spacing.column_mm)


def radiograph_from_array(
    pixels: npt.ArrayLike,
    *,
    usable: npt.ArrayLike | None = None,
    spacing_mm: float | Sequence[float] | npt.NDArray[np.number] | None = None,
    signal: Signal = Signal.GREY,
    name: str = "array",
) -> Radiograph:
    """Return a radiograph made of an array in which bone is brighter than air.

    Parameters
    ----------
    pixels : (R, C) array_like
        Of real numbers, finite where they are usable. What a masked array masks is not.
    usable : (R, C) array_like of bool, optional
        False where there is no picture; the pixels there may be anything. None: all pixels are usable.
        Groups of up to 9 unusable pixels away from the border are filled from their neighbours.
    spacing_mm : float or (row, column), optional
        Distance between pixel centres in millimetres. None: unknown.
    signal : Signal
    name : str

    Raises
    ------
    SettingsError
        If the spacing is no number or pair of numbers, or out of range.
    ValueError
        If the pixels are not a two-dimensional array of real numbers, or one that is usable is not finite.

    Examples
    --------
    >>> radiograph_from_array([[0.0, 1.0], [2.0, 3.0]], spacing_mm=0.2).spacing_source.value
    'user'
    >>> radiograph_from_array([[0.5, float("nan")]], usable=[[True, False]]).pixels.tolist()
    [[0.5, 0.5]]
    """
    given: np.ma.MaskedArray[Any, Any] = np.ma.asanyarray(pixels)
    seen = ~np.ma.getmaskarray(given)
    if usable is not None:
        said = np.asarray(usable, bool)
        if said.shape != seen.shape:
            raise ValueError(
                f"usable has shape {said.shape}, pixels have {seen.shape}; give one for each pixel"
            )
        seen &= said
    repaired = fill_dead_pixels(_held(np.ma.getdata(given), seen), seen)
    cautions = ImageCaution.NONE if spacing_mm is not None else ImageCaution.NO_SPACING
    return Radiograph(
        pixels=repaired.pixels,
        usable=repaired.usable,
        spacing=spacing_from_user(spacing_mm),
        signal=signal,
        name=name,
        cautions=cautions | filled_caution(repaired.filled_px),
        filled_px=repaired.filled_px,
    )


def filled_caution(filled_px: int) -> ImageCaution:
    """Return FILLED_PIXELS if any pixel was filled.

    Parameters
    ----------
    filled_px : int
    """
    return ImageCaution.FILLED_PIXELS if filled_px else ImageCaution.NONE


def _held(values: npt.NDArray[Any], seen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return values in single precision, those that are not finite set to the smallest; none may be seen."""
    if values.dtype.kind not in "biufO":
        raise ValueError(f"pixels are of type {values.dtype}; give real numbers")
    with np.errstate(over="ignore"):  # what becomes infinite by it is refused below
        single = values.astype(np.float32)
    finite = np.isfinite(single)
    if (~finite & seen).any():
        raise ValueError("pixels must be finite; where they are not, set `usable` to False")
    return np.where(finite, single, single[finite].min() if finite.any() else np.float32(0))


def spacing_from_user(
    spacing_mm: float | Sequence[float] | npt.NDArray[np.number] | None,
) -> Spacing | None:
    """Return the spacing that a caller gave as one number or as (row, column); None stays None.

    Parameters
    ----------
    spacing_mm : float or (row, column) or None
        The pair in any sequence: tuple, list or array.

    Raises
    ------
    SettingsError
        If it is neither one number nor two, or if one is not finite or out of range.

    Examples
    --------
    >>> spacing_from_user([0.1, 0.2])
    Spacing(row_mm=0.1, column_mm=0.2, source=<SpacingSource.USER: 'user'>)
    """
    if spacing_mm is None:
        return None
    try:
        given = np.asarray(spacing_mm)
    except ValueError:  # lists of different lengths
        given = np.empty(0, object)
    if given.dtype.kind not in "iuf" or given.shape not in ((), (2,)):
        shown = " ".join(reprlib.repr(spacing_mm).split())
        raise SettingsError(f"spacing {shown} is neither one number of millimetres nor two, (row, column)")
    row_mm, column_mm = np.broadcast_to(given, 2).astype(float).tolist()
    return Spacing(row_mm, column_mm, SpacingSource.USER)
