"""A structured report: TID 1500 of PS3.16, a measurement group of TID 1501 for each line, bump and cluster.

The polyline stands under the numbers that were measured along it (NUM, INFERRED FROM, SCOORD, SELECTED FROM,
IMAGE). That form is drawn by the OHIF viewer; the planar region of TID 1410 is as valid and is not drawn.
What is said of the image as a whole stands under Qualitative Evaluations, with candidates and without: OHIF
fails on a measurement group that has no line.

highdicom is imported inside the functions: it is an extra, and takes 0.6 s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..reporting.words import SPACING_SHORT
from . import bump_codes, codes
from .analysis import Analysis
from .codes import Concept
from .identifiers import DEVICE_UID, uid
from .kinds import ExportOptions, LineTracking
from .listed import ListedLine, listed_lines, result_concept, review_counts
from .listed_bumps import listed_bumps, listed_clusters
from .source import SourceImage

if TYPE_CHECKING:
    import highdicom as hd
    from pydicom.sr.coding import Code

# OHIF 3 takes a group with this tracking identifier for a measurement of its own, which can be edited.
_OHIF_TOOL = "Cornerstone3DTools@^0.1.0:PlanarFreehandROI"
_MOST_POINTS = 8000  # of 8 bytes: the length of an element in explicit VR ends at 65534
_DECIMALS_OF_SPACING = 6


def structured_report(analysis: Analysis, source: SourceImage, options: ExportOptions) -> Dataset:
    """Return the report as a Comprehensive SR, still without patient, dates and final identifiers.

    Parameters
    ----------
    analysis : Analysis
    source : SourceImage
    options : ExportOptions
    """
    from highdicom import sr

    listed = (*listed_lines(analysis), *listed_bumps(analysis), *listed_clusters(analysis))
    groups = [_group(each, analysis, source, options) for each in listed]
    verifier = analysis.review.verifier if analysis.review else None
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=_device(analysis)),
        procedure_reported=_coded(codes.PROCEDURE),
        imaging_measurements=groups or [_no_group()],
    )
    items = content[0].ContentSequence
    items.insert(len(items) - 1, _image_library(analysis, source))
    if not groups:
        del items[-1]
    items.append(_whole_image(analysis))
    _write_numbers_plainly(content)
    return sr.ComprehensiveSR(
        evidence=[source.reference()],
        content=content,
        series_instance_uid=uid("placeholder"),
        series_number=1,
        sop_instance_uid=uid("placeholder"),
        instance_number=source.instance_number,
        manufacturer="microcal_xray",
        is_complete=True,
        is_final=verifier is not None,
        is_verified=verifier is not None,
        verifying_observer_name=verifier.name if verifier else None,
        verifying_organization=verifier.organization if verifier else None,
    )


def graphic_data(path_px: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    r"""Return points (row, column) at pixel centres as DICOM's (column, row) from the corner of the image.

    Parameters
    ----------
    path_px : (N, 2) float array

    Notes
    -----
    PS3.3 C.18.6.1.2 and C.10.5.1.2: the top left corner of the first pixel is 0\0, its centre 0.5\0.5.

    Examples
    --------
    >>> graphic_data(np.array([[0.0, 0.0], [2.0, 7.0]])).tolist()
    [[0.5, 0.5], [7.5, 2.5]]
    """
    return np.asarray(path_px, np.float64)[:, ::-1] + 0.5


def _device(analysis: Analysis) -> hd.sr.ObserverContext:
    from highdicom import sr
    from pydicom.sr.codedict import codes as dictionary

    return sr.ObserverContext(
        observer_type=dictionary.DCM.Device,
        observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
            uid=DEVICE_UID,
            name="microcal_xray",
            manufacturer_name="microcal_xray",
            model_name="microcal_xray",
            serial_number=analysis.version,
        ),
    )


def _no_group() -> hd.sr.MeasurementsAndQualitativeEvaluations:
    """Return a stand-in: highdicom makes no report without a measurement, though TID 1500 has it."""
    from highdicom import sr

    return sr.MeasurementsAndQualitativeEvaluations(
        sr.TrackingIdentifier(uid=uid("placeholder"), identifier="none")
    )


def _whole_image(analysis: Analysis) -> hd.sr.ContainerContentItem:
    """Return what was asked for and came out, for the image as a whole (TID 1500 row 12)."""
    from highdicom import sr
    from pydicom.sr.codedict import codes as dictionary

    contains = sr.RelationshipTypeValues.CONTAINS
    count = len(listed_lines(analysis))
    words = [(codes.RESULT, result_concept(analysis))]
    words += [(codes.CAUTION, codes.caution_concept(caution)) for caution in analysis.result.cautions]
    texts = [
        (_coded(codes.CANDIDATES), str(count)),
        *((_coded(name), str(number)) for name, number in _counts(analysis)),
        (_coded(codes.FALSE_MARKS_ASKED), f"{analysis.settings.false_marks:.10g}"),
        (dictionary.DCM.AlgorithmName, "microcal_xray"),
        (dictionary.DCM.AlgorithmVersion, analysis.version),
        *(
            (dictionary.DCM.AlgorithmParameters, f"{name}={value}")
            for name, value in analysis.settings.as_dict().items()
        ),
    ]
    return _container(
        _coded(codes.QUALITATIVE_EVALUATIONS),
        *(
            sr.CodeContentItem(_coded(name), _coded(value), relationship_type=contains)
            for name, value in words
        ),
        *(sr.TextContentItem(name, text, relationship_type=contains) for name, text in texts),
    )


def _counts(analysis: Analysis) -> Iterable[tuple[Concept, int]]:
    if analysis.review is None:
        yield bump_codes.BUMPS, len(analysis.result.bumps)
        yield bump_codes.CLUSTERS, len(analysis.result.clusters)
    yield from review_counts(analysis)


def _group(
    line: ListedLine, analysis: Analysis, source: SourceImage, options: ExportOptions
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    from highdicom import sr
    from pydicom.sr.codedict import codes as dictionary

    is_plain, basis = options.tracking is LineTracking.PLAIN, _basis(analysis)
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=_tracking_uid(line, source),
            identifier=f"microcal_xray {line.name}" if is_plain else _OHIF_TOOL,
        ),
        finding_type=_coded(line.finding),
        method=_coded(basis) if basis else None,
        finding_sites=_sites(analysis),
        measurements=_measurements(line, source),
        qualitative_evaluations=[_evaluation(name, value) for name, value in line.words],
    )
    for item in group[0].ContentSequence:
        if (
            item.name == dictionary.SCT.MeasurementMethod
        ):  # highdicom writes CONTAINS, TID 1501 wants a modifier
            item.RelationshipType = sr.RelationshipTypeValues.HAS_CONCEPT_MOD.value
    return group


def _tracking_uid(line: ListedLine, source: SourceImage) -> str:
    """Follow the same line through reports: made of its place alone, so that a new number changes nothing."""
    place = np.round(line.path_px, 2).tolist()
    return uid("line", source.sop_instance_uid, line.kind.value, repr(place))


def _sites(analysis: Analysis) -> list[hd.sr.FindingSite] | None:
    from highdicom import sr

    known = analysis.result.acquisition
    site = codes.SITES.get((known.body_part if known else None) or "")
    if known is None or site is None:
        return None
    side = codes.LATERALITIES.get(known.laterality or "")
    return [sr.FindingSite(anatomic_location=_coded(site), laterality=_coded(side) if side else None)]


def _measurements(line: ListedLine, source: SourceImage) -> list[hd.sr.Measurement]:
    """Return the numbers, with nothing but the line under those that were measured along it.

    OHIF draws a line only if it is the one item there. So what a millimetre means is not said under its
    number but in the words of its unit, and in code as the measurement method of the group.
    """
    from highdicom import sr

    words = SPACING_SHORT[source.radiograph.spacing_source]
    return [
        sr.Measurement(
            name=_coded(number.concept),
            value=value,
            unit=_coded(
                replace(number.unit, meaning=f"{number.unit.value} {words}") if number.is_mm else number.unit
            ),
            referenced_coordinates=[_line(line, source)] if number.is_along_line else None,
        )
        for number, value in line.numbers
    ]


def _basis(analysis: Analysis) -> Concept | None:
    spacing = analysis.result.spacing
    return None if spacing is None else codes.SPACING_BASES[spacing.source]


def _line(line: ListedLine, source: SourceImage) -> hd.sr.CoordinatesForMeasurement:
    from highdicom import sr

    return sr.CoordinatesForMeasurement(
        graphic_type=sr.GraphicTypeValues.POLYLINE,
        graphic_data=graphic_data(_not_too_many(line.path_px)),
        source_image=sr.SourceImageForRegion(source.sop_class_uid, source.sop_instance_uid),
    )


def _not_too_many(path_px: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    step = -(-len(path_px) // _MOST_POINTS)
    return path_px if step == 1 else np.concatenate([path_px[:-1:step], path_px[-1:]])


def _image_library(analysis: Analysis, source: SourceImage) -> hd.sr.ContainerContentItem:
    """Describe the image (TID 1600) with the spacing that was used.

    highdicom's own takes ImagerPixelSpacing even where a calibrated spacing was used, so that a report would
    hold two; and it fails without one.
    """
    from highdicom import sr
    from pydicom.sr.codedict import codes as dictionary

    context = sr.RelationshipTypeValues.HAS_ACQ_CONTEXT
    rows, columns = source.radiograph.pixels.shape
    sizes = [(dictionary.DCM.PixelDataRows, rows, codes.PIXELS)]
    sizes += [(dictionary.DCM.PixelDataColumns, columns, codes.PIXELS)]
    spacing = analysis.result.spacing
    if spacing is not None:
        across, down = (round(mm, _DECIMALS_OF_SPACING) for mm in (spacing.column_mm, spacing.row_mm))
        sizes += [(dictionary.DCM.HorizontalPixelSpacing, across, codes.MILLIMETRE)]
        sizes += [(dictionary.DCM.VerticalPixelSpacing, down, codes.MILLIMETRE)]
    image = sr.ImageContentItem(
        name=dictionary.SCT.Source,
        referenced_sop_class_uid=source.sop_class_uid,
        referenced_sop_instance_uid=source.sop_instance_uid,
        relationship_type=sr.RelationshipTypeValues.CONTAINS,
    )
    image.ContentSequence = sr.ContentSequence(
        [
            sr.CodeContentItem(
                name=dictionary.DCM.Modality,
                value=_coded(codes.modality_concept(source.radiograph.acquisition.modality)),
                relationship_type=context,
            ),
            *(
                sr.NumContentItem(name=name, value=value, unit=_coded(unit), relationship_type=context)
                for name, value, unit in sizes
            ),
        ]
    )
    group = _container(dictionary.DCM.ImageLibraryGroup, image)
    return _container(dictionary.DCM.ImageLibrary, group)


def _container(name: Code | hd.sr.CodedConcept, *items: hd.sr.ContentItem) -> hd.sr.ContainerContentItem:
    from highdicom import sr

    container = sr.ContainerContentItem(name=name, relationship_type=sr.RelationshipTypeValues.CONTAINS)
    container.ContentSequence = sr.ContentSequence(items)
    return container


def _write_numbers_plainly(items: Iterable[Dataset]) -> None:
    """Write 3 and not 3.0: most readers show the number as it is written."""
    for item in items:
        for measured in item.get("MeasuredValueSequence") or ():
            measured.NumericValue = f"{measured.NumericValue:.10g}"
        _write_numbers_plainly(item.get("ContentSequence") or ())


def _evaluation(name: Concept, value: Concept) -> hd.sr.QualitativeEvaluation:
    from highdicom import sr

    return sr.QualitativeEvaluation(name=_coded(name), value=_coded(value))


def _coded(concept: Concept) -> hd.sr.CodedConcept:
    from highdicom import sr

    return sr.CodedConcept(concept.value, concept.scheme, concept.meaning)
