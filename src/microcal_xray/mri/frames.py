"""From headers to frames: where each slice lies and how it was made, classic and enhanced alike.

One of the two files of this room that know pydicom. Names, numbers, dates and free texts of the patient are
never looked at; identifiers only tell series apart while they are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset

from ..errors import NotARadiographError, UnreadableSeriesError
from ..loading.defined_terms import BODY_PARTS, LATERALITIES, defined_term
from ..loading.dicom_file import read_header
from ..loading.header import code, integer, number, numbers
from ..loading.modality import rescale
from ..loading.pixel_layout import PixelLayout, pixel_layout
from ..loading.sop_classes import sop_class
from ..radiograph import MAXIMUM_SPACING_MM, MINIMUM_SPACING_MM, ImageCaution
from .volume import MRCaution
from .weighting import SequenceTags

MAXIMUM_VOXELS = 150_000_000  # 0.6 GB as floats; 570 slices of 512 x 512
_CLASSIC = uid.MRImageStorage
_ENHANCED = frozenset({uid.EnhancedMRImageStorage, uid.LegacyConvertedEnhancedMRImageStorage})
_STRONGEST_TESLA = 15.0
_KINDS = frozenset({"PHASE", "PHASE MAP", "P", "REAL", "R", "IMAGINARY", "I", "WATER", "FAT", "IN_PHASE"})
_MORE_KINDS = frozenset({"OUT_PHASE", "OPP_PHASE", "OPPOSED_PHASE", "W", "F", "IP", "OP", "ADC", "TRACE"})
_CONVERTED = ("UnassignedPerFrameConvertedAttributesSequence", "UnassignedSharedConvertedAttributesSequence")


@dataclass(frozen=True)
class Frame:
    """One slice, as its header describes it.

    Parameters
    ----------
    path : Path
    index, count : int
        Which frame of its file, of how many.
    layout : PixelLayout
    position_mm : (3,) tuple of float
    cosines : tuple of float
        ImageOrientationPatient, unchecked.
    spacing_mm : (row, column)
    thickness_mm : float or None
    slope, intercept : float
    tags : SequenceTags
    flip_angle_deg, field_strength_t : float or None
    body_part, laterality : str or None
    identity : str
        Tells an instance from its copies.
    series : tuple
        What tells series apart: its identifier, the kind of picture, the echo, the stack.
    passes : tuple
        What may tell slices at one place apart: acquisition, time point, diffusion weighting.
    cautions : MRCaution
    """

    path: Path
    index: int
    count: int
    layout: PixelLayout
    position_mm: tuple[float, float, float]
    cosines: tuple[float, ...]
    spacing_mm: tuple[float, float]
    thickness_mm: float | None
    slope: float
    intercept: float
    tags: SequenceTags
    flip_angle_deg: float | None
    field_strength_t: float | None
    body_part: str | None
    laterality: str | None
    identity: str
    series: tuple[object, ...]
    passes: tuple[float | None, ...]
    cautions: MRCaution


def frames_of(path: Path) -> tuple[Frame, ...]:
    """Return the frames of one file, judged by its header alone.

    Raises
    ------
    NotARadiographError
        If it is another kind of object.
    UnreadableRadiographError, UnreadableSeriesError
        If its header is broken, or says nothing of where its slices lie.
    """
    header = read_header(path)
    kind = sop_class(header)
    if kind != _CLASSIC and kind not in _ENHANCED:
        raise NotARadiographError("is no magnetic resonance image")
    count = _count(header)
    header.NumberOfFrames = 1  # the layout is that of one frame
    layout = pixel_layout(header)
    if layout.samples != 1:
        raise UnreadableSeriesError("is a colour picture, not a signal")
    if layout.rows * layout.columns * count > MAXIMUM_VOXELS:
        raise UnreadableSeriesError(
            f"{count} frames of {layout.rows} x {layout.columns} pixels are over the limit of "
            f"{MAXIMUM_VOXELS // 1_000_000} million voxels"
        )
    if kind == _CLASSIC:
        if count > 1:
            raise UnreadableSeriesError(f"holds {count} frames, but no place for each")
        return (_frame(path, header, layout, _Tags((header,)), 0, 1),)
    return tuple(_enhanced(path, header, layout, count))


def _count(header: Dataset) -> int:
    if not numbers(header, "NumberOfFrames"):
        return 1
    count = integer(header, "NumberOfFrames")
    if count is None or not 1 <= count <= MAXIMUM_VOXELS:
        raise UnreadableSeriesError("NumberOfFrames is no number of frames; the file is broken")
    return count


class _Tags:
    """Looks an element up in the nearest of several data sets that has it."""

    def __init__(self, sets: tuple[Dataset, ...]) -> None:
        self._sets = sets

    def of(self, keyword: str, inside: str | None = None) -> Dataset:
        """Return the data set that holds the element, directly or in a macro; an empty one if none does."""
        for each in self._sets:
            found = _first(each, inside) if inside else None
            if found is not None and keyword in found:
                return found
        for each in self._sets:
            if keyword in each:
                return each
        return Dataset()

    def number(self, keyword: str, inside: str | None = None) -> float | None:
        return number(self.of(keyword, inside), keyword)

    def code(self, keyword: str, inside: str | None = None) -> str | None:
        return code(self.of(keyword, inside), keyword)

    def numbers(self, keyword: str, inside: str | None = None) -> tuple[float, ...] | None:
        return numbers(self.of(keyword, inside), keyword)

    def codes(self, keyword: str, inside: str | None = None) -> tuple[str, ...]:
        return _codes(self.of(keyword, inside), keyword)


def _enhanced(path: Path, header: FileDataset, layout: PixelLayout, count: int) -> Iterator[Frame]:
    shared = _first(header, "SharedFunctionalGroupsSequence") or Dataset()
    groups = header.get("PerFrameFunctionalGroupsSequence")
    if groups is None or len(groups) < 1:
        raise UnreadableSeriesError("an enhanced object without functional groups: its slices have no place")
    if len(groups) < count:
        raise UnreadableSeriesError(f"{len(groups)} functional groups for {count} frames; the file is broken")
    converted_shared = _first(shared, _CONVERTED[1])
    for index in range(count):
        own = groups[index]
        converted = _first(own, _CONVERTED[0])
        sets = (own, shared, converted, converted_shared, header)
        yield _frame(path, header, layout, _Tags(tuple(s for s in sets if s is not None)), index, count)


def _frame(
    path: Path, header: FileDataset, layout: PixelLayout, tags: _Tags, index: int, count: int
) -> Frame:
    position = tags.numbers("ImagePositionPatient", "PlanePositionSequence") or ()
    if len(position) != 3 or not np.isfinite(position).all():
        raise UnreadableSeriesError("ImagePositionPatient is missing or is not three numbers")
    slope, intercept, caution = rescale(
        tags.numbers("RescaleSlope", "PixelValueTransformationSequence"),
        tags.numbers("RescaleIntercept", "PixelValueTransformationSequence"),
    )
    is_bad = bool((caution | layout.cautions) & ImageCaution.BAD_TAG)
    field = tags.number("MagneticFieldStrength")
    kinds = _kinds(tags)
    sequence = _sequence(tags, kinds)
    return Frame(
        path=path,
        index=index,
        count=count,
        layout=layout,
        position_mm=(position[0], position[1], position[2]),
        cosines=tags.numbers("ImageOrientationPatient", "PlaneOrientationSequence") or (),
        spacing_mm=_spacing(tags),
        thickness_mm=_positive(tags.number("SliceThickness", "PixelMeasuresSequence")),
        slope=slope,
        intercept=intercept,
        tags=sequence,
        flip_angle_deg=tags.number("FlipAngle", "MRTimingAndRelatedParametersSequence"),
        field_strength_t=field if field is not None and 0 < field <= _STRONGEST_TESLA else None,
        body_part=defined_term(tags.of("BodyPartExamined"), "BodyPartExamined", BODY_PARTS),
        laterality=_laterality(tags),
        identity=str(header.get("SOPInstanceUID", "")) or str(path),
        series=(
            str(header.get("SeriesInstanceUID", "")),
            tuple(sorted(kinds)),
            sequence.echo_time_ms,
            tags.code("StackID", "FrameContentSequence"),
        ),
        passes=(
            sequence.inversion_time_ms,
            tags.number("FlipAngle", "MRTimingAndRelatedParametersSequence"),
            tags.number("DiffusionBValue", "MRDiffusionSequence"),
            tags.number("TemporalPositionIdentifier"),
            tags.number("TemporalPositionIndex", "FrameContentSequence"),
            tags.number("AcquisitionNumber"),
        ),
        cautions=MRCaution.BAD_TAG if is_bad else MRCaution.NONE,
    )


def _spacing(tags: _Tags) -> tuple[float, float]:
    spacing = tags.numbers("PixelSpacing", "PixelMeasuresSequence") or ()
    low, high = MINIMUM_SPACING_MM, MAXIMUM_SPACING_MM
    if len(spacing) != 2 or not all(low <= each <= high for each in spacing):
        raise UnreadableSeriesError(f"PixelSpacing is missing or not two numbers of {low} to {high} mm")
    return spacing[0], spacing[1]


def _kinds(tags: _Tags) -> frozenset[str]:
    """Return the kinds of picture that make one series two: phase, water, fat and so on."""
    found = {*tags.codes("FrameType", "MRImageFrameTypeSequence"), *tags.codes("ImageType")}
    return frozenset(found & (_KINDS | _MORE_KINDS))


def _sequence(tags: _Tags, kinds: frozenset[str]) -> SequenceTags:
    scanning = set(tags.codes("ScanningSequence"))
    pulse = tags.code("EchoPulseSequence")
    scanning |= {"SE"} if pulse == "SPIN" else {"GR"} if pulse in ("GRADIENT", "BOTH") else set()
    if tags.code("InversionRecovery", "MRModifierSequence") == "YES":
        scanning.add("IR")
    echo = tags.number("EffectiveEchoTime", "MREchoSequence") or tags.number("EchoTime")
    inversion = tags.numbers("InversionTimes", "MRModifierSequence") or tags.numbers("InversionTime") or ()
    name = str(tags.of("SequenceName").get("SequenceName", "")).strip(" \0*").lower()
    return SequenceTags(
        repetition_time_ms=_positive(tags.number("RepetitionTime", "MRTimingAndRelatedParametersSequence")),
        echo_time_ms=_positive(echo),
        inversion_time_ms=_positive(inversion[0] if inversion else None),
        scanning=frozenset(scanning),
        fat_suppressed=_fat_suppressed(tags, kinds),
        sequence_name=name,
    )


def _fat_suppressed(tags: _Tags, kinds: frozenset[str]) -> bool | None:
    selected = tags.code("SpectrallySelectedSuppression", "MRModifierSequence")
    if kinds & {"WATER", "W"} or selected in ("FAT", "FAT_AND_WATER"):
        return True
    options = tags.codes("ScanOptions")
    if "FS" in options or any(each.startswith(("FAT_SAT", "FATSAT", "SPAIR")) for each in options):
        return True
    return False if options or selected is not None else None


def _laterality(tags: _Tags) -> str | None:
    for keyword, inside in (
        ("FrameLaterality", "FrameAnatomySequence"),
        ("ImageLaterality", None),
        ("Laterality", None),
    ):
        found = defined_term(tags.of(keyword, inside), keyword, LATERALITIES)
        if found:
            return found
    return None


def _first(dataset: Dataset, keyword: str) -> Dataset | None:
    try:
        items = dataset.get(keyword)
        return items[0] if items is not None and len(items) and isinstance(items[0], Dataset) else None
    except (TypeError, KeyError, IndexError):  # a hostile element of that tag that is no sequence
        return None


def _codes(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    value = dataset.get(keyword)
    if value is None or isinstance(value, bytes):
        return ()
    items = [value] if isinstance(value, str) else list(value)
    single = (str(item).strip(" \0").upper() for item in items[:64])
    return tuple(item for item in single if item)


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None
