"""A secondary capture: the overlay burned into a copy, which any viewer shows and none can take off.

highdicom is imported inside the function: it is an extra, and takes 0.6 s.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import UID

from ..loading.header import code, numbers
from ..radiograph import ImageCaution
from ..reporting import overlay
from ..reporting.overlay import FULL_DPI
from ..reporting.words import plural
from .analysis import Analysis
from .identifiers import uid
from .kinds import NOT_FOR_DIAGNOSIS
from .source import SourceImage

_PURPOSE = ("121322", "DCM", "Source image for image processing operation")


def secondary_capture(analysis: Analysis, source: SourceImage) -> Dataset:
    """Return the secondary capture, still without patient, dates and final identifiers.

    It has no pixel spacing: the picture is scaled and framed, and nothing is to be measured on it.

    Parameters
    ----------
    analysis : Analysis
    source : SourceImage
    """
    from highdicom import sc

    dataset = sc.SCImage(
        pixel_array=_picture(analysis, source),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),  # replaced below: highdicom wants a pair that the source may not have
        study_instance_uid=source.study_instance_uid,
        series_instance_uid=uid("placeholder"),
        series_number=1,
        sop_instance_uid=uid("placeholder"),
        instance_number=source.instance_number,
        manufacturer="microcal_xray",
    )
    dataset.PatientOrientation = source.patient_orientation
    dataset.ConversionType = "WSD"
    dataset.DerivationDescription = f"{NOT_FOR_DIAGNOSIS}. Line candidates drawn on a scaled copy."
    dataset.SourceImageSequence = [_source_image(source)]
    is_text = bool(analysis.result.cautions & ImageCaution.BURNED_IN_TEXT)
    dataset.BurnedInAnnotation = "YES" if is_text else "NO"  # of what identifies the patient
    _carry_loss(dataset, analysis, source)
    return dataset


def _picture(analysis: Analysis, source: SourceImage) -> npt.NDArray[np.uint8]:
    count = len(analysis.result.candidates)
    title = f"{NOT_FOR_DIAGNOSIS}   \u00b7   {plural(count, 'candidate') if count else 'no candidate listed'}"
    figure = overlay(analysis.findings(source.radiograph), title=title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=FULL_DPI, pil_kwargs={"compress_level": 1})
    with Image.open(buffer) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def _source_image(source: SourceImage) -> Dataset:
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = _PURPOSE
    item = Dataset()
    item.ReferencedSOPClassUID = UID(source.sop_class_uid)
    item.ReferencedSOPInstanceUID = UID(source.sop_instance_uid)
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item


def _carry_loss(dataset: Dataset, analysis: Analysis, source: SourceImage) -> None:
    """Say that the source was compressed with loss: once lost, lost for good (PS3.3 C.7.6.1.1.5)."""
    if not analysis.result.cautions & ImageCaution.LOSSY:
        dataset.LossyImageCompression = "00"
        return
    dataset.LossyImageCompression = "01"
    ratios = [
        ratio for ratio in numbers(source.header, "LossyImageCompressionRatio") or () if 0 < ratio < 1e6
    ]
    method = code(source.header, "LossyImageCompressionMethod")
    if ratios:
        dataset.LossyImageCompressionRatio = [f"{ratio:.6g}" for ratio in ratios]
    if method:
        dataset.LossyImageCompressionMethod = method
