"""A structured report: PS3.16 TID 1500 with one TID 1501 measurement group for each candidate.

The polyline stands under the numbers that were measured along it (NUM, INFERRED FROM, SCOORD, SELECTED FROM,
IMAGE). That form is drawn by the OHIF viewer; the planar region of TID 1410 is as valid and is not drawn.
The first group is about the image as a whole, so that a report without candidates says what was asked for.

highdicom is imported inside the functions: it is an extra, and takes 0.6 s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..findings import Candidate
from ..radiograph import Spacing
from . import codes
from .analysis import Analysis
from .codes import Concept
from .identifiers import DEVICE_UID, uid
from .kinds import ExportOptions, LineTracking
from .numbers import reported_numbers
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

    candidates = analysis.result.candidates
    groups = [_summary(analysis, source)]
    groups += [_group(candidate, analysis, source, options) for candidate in candidates]
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=_device(analysis)),
        procedure_reported=_coded(codes.PROCEDURE),
        imaging_measurements=groups,
    )
    _library_before_measurements(content[0].ContentSequence, _image_library(analysis, source))
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
        is_final=False,
        is_verified=False,
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


def _summary(analysis: Analysis, source: SourceImage) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    from highdicom import sr

    numbers = {
        codes.CANDIDATES: len(analysis.result.candidates),
        codes.FALSE_MARKS_ASKED: float(analysis.settings.false_marks),
    }
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=uid("summary", source.sop_instance_uid), identifier="microcal_xray: the image as a whole"
        ),
        algorithm_id=sr.AlgorithmIdentification(
            name="microcal_xray",
            version=analysis.version,
            parameters=[f"{name}={value}" for name, value in analysis.settings.as_dict().items()],
        ),
        measurements=[
            sr.Measurement(name=_coded(name), value=value, unit=_coded(codes.NO_UNITS))
            for name, value in numbers.items()
        ],
        qualitative_evaluations=[
            _evaluation(codes.CAUTION, codes.caution_concept(caution)) for caution in analysis.result.cautions
        ],
        source_images=[sr.SourceImageForMeasurementGroup(source.sop_class_uid, source.sop_instance_uid)],
    )


def _group(
    candidate: Candidate, analysis: Analysis, source: SourceImage, options: ExportOptions
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    from highdicom import sr

    words = [
        (codes.APPEARANCE, codes.APPEARANCES[candidate.kind]),
        (codes.TIER, codes.TIERS[candidate.tier]),
        *((codes.CAUTION, codes.caution_concept(caution)) for caution in candidate.cautions),
    ]
    is_plain = options.tracking is LineTracking.PLAIN
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=_tracking_uid(candidate, source),
            identifier=f"microcal_xray candidate {candidate.id}" if is_plain else _OHIF_TOOL,
        ),
        finding_type=_coded(codes.LINE),
        finding_sites=_sites(analysis),
        measurements=_measurements(candidate, analysis, source),
        qualitative_evaluations=[_evaluation(name, value) for name, value in words],
    )


def _tracking_uid(candidate: Candidate, source: SourceImage) -> str:
    """Follow the same line through reports: made of its place alone, so that a new number changes nothing."""
    place = np.round(candidate.path_px, 2).tolist()
    return uid("line", source.sop_instance_uid, candidate.kind.value, repr(place))


def _sites(analysis: Analysis) -> list[hd.sr.FindingSite] | None:
    from highdicom import sr

    known = analysis.result.acquisition
    site = codes.SITES.get((known.body_part if known else None) or "")
    if known is None or site is None:
        return None
    side = codes.LATERALITIES.get(known.laterality or "")
    return [sr.FindingSite(anatomic_location=_coded(site), laterality=_coded(side) if side else None)]


def _measurements(candidate: Candidate, analysis: Analysis, source: SourceImage) -> list[hd.sr.Measurement]:
    from highdicom import sr

    measurements = []
    for number, value in reported_numbers(candidate):
        measurement = sr.Measurement(
            name=_coded(number.concept),
            value=value,
            unit=_coded(number.unit),
            referenced_coordinates=[_line(candidate, source)] if number.is_along_line else None,
        )
        if number.is_mm and analysis.result.spacing is not None:
            _state_basis(measurement[0], analysis.result.spacing)
        measurements.append(measurement)
    return measurements


def _state_basis(item: Dataset, spacing: Spacing) -> None:
    """Say beside a number in millimetres what they mean: its measurement method.

    It goes behind the polyline: OHIF looks for that in the first place only.
    """
    from highdicom import sr
    from pydicom.sr.codedict import codes as dictionary

    item.ContentSequence.append(
        sr.CodeContentItem(
            name=dictionary.SCT.MeasurementMethod,
            value=_coded(codes.SPACING_BASES[spacing.source]),
            relationship_type=sr.RelationshipTypeValues.HAS_CONCEPT_MOD,
        )
    )


def _line(candidate: Candidate, source: SourceImage) -> hd.sr.CoordinatesForMeasurement:
    from highdicom import sr

    return sr.CoordinatesForMeasurement(
        graphic_type=sr.GraphicTypeValues.POLYLINE,
        graphic_data=graphic_data(_not_too_many(candidate.path_px)),
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


def _container(name: Code, *items: hd.sr.ContentItem) -> hd.sr.ContainerContentItem:
    from highdicom import sr

    container = sr.ContainerContentItem(name=name, relationship_type=sr.RelationshipTypeValues.CONTAINS)
    container.ContentSequence = sr.ContentSequence(items)
    return container


def _library_before_measurements(content: hd.sr.ContentSequence, library: hd.sr.ContentItem) -> None:
    content.insert(len(content) - 1, library)


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
