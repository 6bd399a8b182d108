"""Read a structured report of ours back; pydicom is enough, highdicom is not needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset

from ..bump import BumpCaution, BumpKind
from ..cluster import ClusterPattern
from ..errors import MicrocalError, UnreadableRadiographError
from ..findings import CandidateCaution, Kind, Tier
from ..loading.complaints import clear_reasons, complaints_name
from ..loading.dicom_file import read_header
from ..radiograph import ImageCaution
from ..reader_verdicts import ReaderVerdict
from . import bump_codes, codes
from .codes import Concept
from .identifiers import DEVICE_UID
from .listed_bumps import BUMP_NUMBERS, CLUSTER_NUMBERS
from .numbers import NUMBERS, ReportedNumber

_Caution = TypeVar("_Caution", CandidateCaution, ImageCaution, BumpCaution)
_Word = TypeVar("_Word")

_MEASUREMENTS, _GROUP, _FINDING = "126010", "125007", "121071"
_TRACKING_UID, _METHOD, _SITE, _LATERALITY = "112040", "370129005", "363698007", "272741003"
_DEVICE_OBSERVER_UID, _VERSION = "121012", "111003"

_KINDS = {concept.value: kind for kind, concept in codes.APPEARANCES.items()}
_TIERS = {concept.value: tier for tier, concept in codes.TIERS.items()}
_VERDICTS = {concept.value: verdict for verdict, concept in codes.VERDICTS.items()}
_BUMP_KINDS = {concept.value: kind for kind, concept in bump_codes.BUMP_KINDS.items()}
_PATTERNS = {concept.value: pattern for pattern, concept in bump_codes.CLUSTER_PATTERNS.items()}
_BASES = {concept.value: source for source, concept in codes.SPACING_BASES.items()}


@dataclass(frozen=True)
class ReportedCandidate:
    """One candidate as a report has it.

    Parameters
    ----------
    id : int
        Its place in the report, from 1.
    kind : Kind
    tier : Tier or None
        None for a line that a reviewer drew or moved.
    path_px : (N, 2) float array
        The centre line as (row, column), whole numbers at pixel centres. Read-only.
    numbers : mapping of str to float
        By the names of candidates.json: `length_mm`, `score`, ..., the ends of a 95 % interval with `_low`
        and `_high` behind. What is unknown is absent; lengths in pixels are there only where those in
        millimetres are not.
    tracking_uid : str
        The same for the same line of the same image in every report.
    cautions : CandidateCaution
    site, laterality : str or None
        The words of the report, as "Tibia" and "Left".
    spacing_source : str or None
        What its millimetres mean, see `SpacingSource`; None without millimetres.
    verdict : ReaderVerdict or None
        Of the reviewers; None in a report that nobody has reviewed.
    """

    id: int
    kind: Kind
    tier: Tier | None
    path_px: npt.NDArray[np.float64]
    numbers: Mapping[str, float]
    tracking_uid: str
    cautions: CandidateCaution = CandidateCaution.NONE
    site: str | None = None
    laterality: str | None = None
    spacing_source: str | None = None
    verdict: ReaderVerdict | None = None


@dataclass(frozen=True)
class ReportedBump:
    """One bump of an outline as a report has it.

    Parameters
    ----------
    kind : BumpKind
    tier : Tier
    outline_px : (N, 2) float array
        Closed: along the top and back along the base, (row, column). Read-only.
    numbers : mapping of str to float
        By the names of candidates.json, as those of a candidate.
    tracking_uid : str
    cautions : BumpCaution
    """

    kind: BumpKind
    tier: Tier
    outline_px: npt.NDArray[np.float64]
    numbers: Mapping[str, float]
    tracking_uid: str
    cautions: BumpCaution = BumpCaution.NONE


@dataclass(frozen=True)
class ReportedCluster:
    """Findings that lie close together as a report has them.

    Parameters
    ----------
    pattern : ClusterPattern
    middles_px : (N, 2) float array
        The middles of its members along the way in which they lie. Read-only.
    numbers : mapping of str to float
        `extent_mm`, `spacing_mm` (without a spacing `_px`) and `members`.
    """

    pattern: ClusterPattern
    middles_px: npt.NDArray[np.float64]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class ReportedResults:
    """What a report says about one image.

    Parameters
    ----------
    version : str
        Of microcal_xray.
    study_instance_uid, series_instance_uid, sop_instance_uid : str
        Of the image.
    false_marks : float
        That were asked for.
    candidates : tuple of ReportedCandidate
        In the order of the report; empty when nothing was listed, which is a result like any other.
    cautions : ImageCaution
    bumps : tuple of ReportedBump
    clusters : tuple of ReportedCluster
    """

    version: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    false_marks: float
    candidates: tuple[ReportedCandidate, ...] = field(default=())
    cautions: ImageCaution = ImageCaution.NONE
    bumps: tuple[ReportedBump, ...] = ()
    clusters: tuple[ReportedCluster, ...] = ()


def results_of_file(report: str | Path | FileDataset) -> ReportedResults:
    """Return what a report says; see `microcal_xray.read_results`."""
    if isinstance(report, Dataset):
        with clear_reasons():
            return _results(report)
    with complaints_name(Path(report)):
        return _results(read_header(Path(report)))


def identifier_of_file(path: Path) -> str | None:
    """Return the SOP instance UID in a file; None if it cannot be read."""
    try:
        with complaints_name(path):
            return str(read_header(path).SOPInstanceUID)
    except MicrocalError:
        return None


def _results(report: Dataset) -> ReportedResults:
    nodes = report.get("ContentSequence") or []
    if report.get("Modality") != "SR" or not any(_is_our_device(item) for item in nodes):
        raise UnreadableRadiographError("is no structured report of microcal_xray")
    groups = [
        item
        for container in _named(nodes, _MEASUREMENTS)
        for item in _named(container.get("ContentSequence") or [], _GROUP)
    ]
    # A word of a later version is no line.
    lines = [group for group in groups if _finding(group) == codes.LINE.value]
    wholes = _named(nodes, codes.QUALITATIVE_EVALUATIONS.value)
    if len(wholes) != 1:
        raise UnreadableRadiographError("the report says nothing of the image as a whole")
    (whole,) = wholes
    evidence = report.CurrentRequestedProcedureEvidenceSequence[0]
    series = evidence.ReferencedSeriesSequence[0]
    return ReportedResults(
        version=str(_one(whole, _VERSION).TextValue),
        study_instance_uid=str(evidence.StudyInstanceUID),
        series_instance_uid=str(series.SeriesInstanceUID),
        sop_instance_uid=str(series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID),
        false_marks=float(_one(whole, codes.FALSE_MARKS_ASKED.value).TextValue),
        candidates=tuple(_candidate(number, group) for number, group in enumerate(lines, 1)),
        cautions=_cautions(whole, ImageCaution),
        bumps=tuple(_bump(group) for group in groups if _finding(group) in _BUMP_KINDS),
        clusters=tuple(_cluster(group) for group in groups if _finding(group) == bump_codes.CLUSTER.value),
    )


def _finding(group: Dataset) -> str:
    return _coded_value(group, Concept(_FINDING, "DCM", "Finding"))


def _bump(group: Dataset) -> ReportedBump:
    numbers, outline = _measured(group, BUMP_NUMBERS)
    if outline is None:
        raise UnreadableRadiographError("a bump of the report has no outline")
    tier = _word(group, codes.TIER, _TIERS)
    if tier is None:
        raise UnreadableRadiographError("a bump of the report does not say how it is drawn")
    return ReportedBump(
        kind=_BUMP_KINDS[_finding(group)],
        tier=tier,
        outline_px=outline,
        numbers=numbers,
        tracking_uid=str(_one(group, _TRACKING_UID).UID),
        cautions=_cautions(group, BumpCaution),
    )


def _cluster(group: Dataset) -> ReportedCluster:
    numbers, middles = _measured(group, CLUSTER_NUMBERS)
    if middles is None:
        raise UnreadableRadiographError("a cluster of the report has no place")
    pattern = _PATTERNS[_coded_value(group, bump_codes.CLUSTER_PATTERN)]
    return ReportedCluster(pattern, middles, numbers)


def _measured(
    group: Dataset, rows: tuple[ReportedNumber, ...]
) -> tuple[Mapping[str, float], npt.NDArray[np.float64] | None]:
    """Return the numbers of a group by their names, and the first polyline under them."""
    numbers: dict[str, float] = {}
    path: npt.NDArray[np.float64] | None = None
    for item in group.ContentSequence:
        if item.ValueType != "NUM":
            continue
        unit = item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0]
        for known in rows:
            if _is(item.ConceptNameCodeSequence[0], known.concept) and _is(unit, known.unit):
                numbers[known.name] = _number(item)
        for child in item.get("ContentSequence") or []:
            if child.ValueType == "SCOORD" and path is None:
                path = _path(child)
    return MappingProxyType(numbers), path


def _candidate(number: int, group: Dataset) -> ReportedCandidate:
    numbers, path = _measured(group, NUMBERS)
    if path is None:
        raise UnreadableRadiographError(f"candidate {number} of the report has no line")
    methods = _named(group.ContentSequence, _METHOD)
    basis = _BASES.get(str(methods[0].ConceptCodeSequence[0].CodeValue)) if methods else None
    sites = _named(group.ContentSequence, _SITE)
    sides = _named(sites[0].get("ContentSequence") or [], _LATERALITY) if sites else []
    return ReportedCandidate(
        id=number,
        kind=_KINDS[_coded_value(group, codes.APPEARANCE)],
        tier=_word(group, codes.TIER, _TIERS),
        path_px=path,
        numbers=numbers,
        tracking_uid=str(_one(group, _TRACKING_UID).UID),
        cautions=_cautions(group, CandidateCaution),
        site=str(sites[0].ConceptCodeSequence[0].CodeMeaning) if sites else None,
        laterality=str(sides[0].ConceptCodeSequence[0].CodeMeaning) if sides else None,
        spacing_source=None if basis is None else basis.value,
        verdict=_word(group, codes.VERDICT, _VERDICTS),
    )


def _path(item: Dataset) -> npt.NDArray[np.float64]:
    points = np.array(item.GraphicData, np.float64).reshape(-1, 2)
    if item.GraphicType != "POLYLINE" or len(points) < 2 or not np.isfinite(points).all():
        raise UnreadableRadiographError("a line of the report is no polyline")
    path = points[:, ::-1] - 0.5  # see `structured_report.graphic_data`
    path.flags.writeable = False
    return path


def _cautions(group: Dataset, kind: type[_Caution]) -> _Caution:
    found = kind(0)
    for item in _named(group.ContentSequence, codes.CAUTION.value):
        caution = codes.CAUTIONS.get(str(item.ConceptCodeSequence[0].CodeValue))
        if isinstance(caution, kind):  # a later version may know others
            found |= caution
    return found


def _number(item: Dataset) -> float:
    return float(item.MeasuredValueSequence[0].NumericValue)


def _coded_value(group: Dataset, name: Concept) -> str:
    return str(_one(group, name.value).ConceptCodeSequence[0].CodeValue)


def _word(group: Dataset, name: Concept, known: Mapping[str, _Word]) -> _Word | None:
    """Return what a coded word stands for; None where it is absent."""
    return known[_coded_value(group, name)] if _named(group.ContentSequence, name.value) else None


def _one(group: Dataset, name: str) -> Dataset:
    found = _named(group.ContentSequence, name)
    if len(found) != 1:
        raise UnreadableRadiographError(f"the report has {len(found)} items {name} where one is wanted")
    return found[0]


def _named(items: "list[Dataset]", name: str) -> list[Dataset]:
    return [item for item in items if _value_of(_first(item.get("ConceptNameCodeSequence"))) == name]


def _is_our_device(item: Dataset) -> bool:
    name = _value_of(_first(item.get("ConceptNameCodeSequence")))
    return name == _DEVICE_OBSERVER_UID and item.get("UID") == DEVICE_UID


def _first(sequence: "list[Dataset] | None") -> Dataset | None:
    return sequence[0] if sequence else None


def _value_of(code: Dataset | None) -> str | None:
    return None if code is None else str(code.get("CodeValue"))


def _is(code: Dataset, concept: Concept) -> bool:
    return (code.get("CodeValue"), code.get("CodingSchemeDesignator")) == (concept.value, concept.scheme)
