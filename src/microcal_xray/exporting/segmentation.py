"""A segmentation: the pixels of each candidate, for programs that count pixels.

highdicom is imported inside the function: it is an extra, and takes 0.6 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..findings import Candidate
from . import codes
from .analysis import Analysis
from .identifiers import uid
from .kinds import NOT_FOR_DIAGNOSIS
from .source import SourceImage

if TYPE_CHECKING:
    import highdicom as hd

_SUB_PIXELS = 4  # fixed point of OpenCV: sixteenths of a pixel
_NARROWEST_PX = 1.0


def segmentation(analysis: Analysis, source: SourceImage) -> Dataset | None:
    """Return a binary segmentation with one segment for each candidate; None without candidates.

    Still without patient, dates and final identifiers.

    Parameters
    ----------
    analysis : Analysis
    source : SourceImage
    """
    from highdicom import seg, sr

    candidates = analysis.result.candidates
    if not candidates:
        return None  # the standard has no segmentation without a segment; the report says that there are none
    reference = source.reference()
    reference.PatientOrientation = source.patient_orientation or ["", ""]
    name = sr.CodedConcept
    morphology = name("49755003", "SCT", "Morphologically Abnormal Structure")
    descriptions = [
        seg.SegmentDescription(
            segment_number=candidate.id,
            segment_label=f"{candidate.id} {candidate.kind.value} {candidate.tier.value}",
            segmented_property_category=morphology,
            segmented_property_type=name(*_type(candidate)),
            algorithm_type="AUTOMATIC",
            algorithm_identification=_algorithm(analysis),
        )
        for candidate in candidates
    ]
    shape = source.radiograph.pixels.shape
    masks = np.stack([line_mask(candidate, shape) for candidate in candidates], axis=-1)
    dataset = seg.Segmentation(
        source_images=[reference],
        pixel_array=masks[np.newaxis],
        segmentation_type="BINARY",
        segment_descriptions=descriptions,
        series_instance_uid=uid("placeholder"),
        series_number=1,
        sop_instance_uid=uid("placeholder"),
        instance_number=source.instance_number,
        manufacturer="microcal_xray",
        manufacturer_model_name="microcal_xray",
        software_versions=analysis.version,
        device_serial_number="0",
        content_label="MICROCAL",
        content_description=NOT_FOR_DIAGNOSIS,
        content_creator_name="microcal_xray^",
    )
    dataset.PatientOrientation = source.patient_orientation
    _name_dimensions(dataset, source)
    return dataset


def _name_dimensions(dataset: Dataset, source: SourceImage) -> None:
    """Put an identifier that follows from the source in place of the random one of highdicom."""
    dimensions = uid("dimensions", source.sop_instance_uid)
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions


def line_mask(candidate: Candidate, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Return 1 on the line of a candidate, as wide as it was measured, at least one pixel.

    Parameters
    ----------
    candidate : Candidate
    shape : (rows, columns)
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    away = np.ones(shape, np.uint8)
    points = np.rint(candidate.path_px[:, ::-1] * 2**_SUB_PIXELS).astype(np.int32)
    cv2.polylines(away, [points], False, 0, thickness=1, shift=_SUB_PIXELS)  # thicker ones come out too thick
    beside = (max(float(np.nan_to_num(candidate.width_px)), _NARROWEST_PX) - 1) / 2
    return (cv2.distanceTransform(away, cv2.DIST_L2, 5) <= beside).astype(np.uint8)


def _type(candidate: Candidate) -> tuple[str, str, str]:
    found = codes.APPEARANCES[candidate.kind]
    return found.value, found.scheme, found.meaning


def _algorithm(analysis: Analysis) -> hd.AlgorithmIdentificationSequence:
    import highdicom as hd
    from pydicom.sr.codedict import codes as dictionary

    return hd.AlgorithmIdentificationSequence(
        name="microcal_xray", version=analysis.version, family=dictionary.DCM.ImageProcessing
    )
