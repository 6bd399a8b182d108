"""A DICOM data set as a `Radiograph`; the patient stays behind here."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset

from ..dead_pixels import fill_dead_pixels
from ..errors import UnreadableRadiographError
from ..origin import Reading
from ..radiograph import Acquisition, ImageCaution, Intent, Radiograph, Signal, Spacing, filled_caution
from .air_check import air_looks_bright
from .colour import grey
from .complaints import one_line
from .decoding import StoredValues, decode, lossy
from .defined_terms import BODY_PARTS, LATERALITIES, MODALITIES, VIEWS, defined_term
from .dicom_file import read_header, read_whole
from .header import code, instance_uid, integer, numbers
from .modality import attenuation
from .modality_tags import ModalityValues, modality_values
from .origins import origin_of
from .pixel_layout import PixelLayout, pixel_layout
from .polarity import Photometric, polarity_of_signal, tags_disagree, turned
from .quality import pixel_cautions
from .sop_classes import has_pixels, intent, is_secondary_capture, require_radiograph
from .spacing import SpacingTags, spacing_from_tags
from .usable_area import usable_area

_LOG_STEP = 1e-3  # a thousandth of attenuation, below the noise of any radiograph


def check_dicom(path: Path, *, secondary_capture: bool) -> None:
    """Judge a DICOM file by its header alone.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        With the reason, as `read_dicom` would.
    """
    header = read_header(path)
    require_radiograph(header, secondary_capture=secondary_capture)
    _photometric(pixel_layout(header), None)


def read_dicom(
    path: Path,
    *,
    spacing: Spacing | None,
    photometric: Photometric | None,
    secondary_capture: bool,
    name: str,
    reading: Reading,
) -> Radiograph:
    """Return the radiograph in a DICOM file.

    Parameters
    ----------
    path : Path
    spacing : Spacing or None
        What the caller knows; None: what the file says.
    photometric : Photometric or None
        What the caller knows of the polarity; None: what the file says.
    secondary_capture : bool
    name : str
    reading : Reading
        The same as the caller said it, for the record.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        With the reason alone; the door adds the path.
    """
    header = read_header(path)
    require_radiograph(header, secondary_capture=secondary_capture)
    layout = pixel_layout(header)
    polarity = _photometric(layout, photometric)
    dataset = read_whole(path)
    if not has_pixels(dataset):
        raise UnreadableRadiographError("holds no pixel data; the file may be truncated")
    stored = decode(dataset, layout)
    found, of_spacing = (spacing, ImageCaution.NONE) if spacing else _spacing(dataset)
    usable, of_area = usable_area(dataset, stored.values, bits_allocated=layout.bits_allocated, spacing=found)
    grey_values, of_colour = grey(stored.values)
    modal = modality_values(dataset, stored.values if layout.samples == 1 else grey_values, layout)
    signal = _signal(dataset, layout)
    sign = integer(dataset, "PixelIntensityRelationshipSign") if signal is Signal.LOG else None
    pixels = _bone_bright(modal, polarity)
    if signal is Signal.LOG:
        by_sign = polarity_of_signal(sign, is_descending=modal.is_descending)
        pixels = _attenuation(modal, photometric or by_sign or polarity)
    repaired = fill_dead_pixels(pixels, usable)
    pixels, usable = repaired.pixels, repaired.usable
    step = _LOG_STEP if signal is Signal.LOG else modal.step
    cautions = layout.cautions | stored.cautions | of_spacing | of_area | of_colour | modal.cautions
    cautions |= _header_cautions(dataset) | pixel_cautions(pixels, usable, bits=layout.bits_stored, step=step)
    cautions |= filled_caution(repaired.filled_px)
    if air_looks_bright(pixels, usable):
        cautions |= ImageCaution.AIR_BRIGHTER_THAN_BONE
    if photometric is not None:
        cautions |= ImageCaution.POLARITY_BY_USER
    elif _tags_disagree(dataset, polarity, modal, sign):
        cautions |= ImageCaution.POLARITY_TAGS_DISAGREE
    return Radiograph(
        pixels=pixels,
        usable=usable,
        spacing=found,
        signal=signal,
        intent=intent(dataset),
        name=name,
        cautions=cautions,
        acquisition=_acquisition(dataset, layout, stored),
        origin=origin_of(
            path,
            reading=reading,
            decoders=("pydicom", *filter(None, [stored.decoder])),
            instance=instance_uid(dataset),
        ),
        filled_px=repaired.filled_px,
    )


def _photometric(layout: PixelLayout, asked: Photometric | None) -> Photometric:
    if asked is not None:
        return asked
    if layout.samples == 3:
        return Photometric.MONOCHROME2
    if layout.photometric is None:
        raise UnreadableRadiographError(
            "PhotometricInterpretation is missing or unknown; "
            'pass photometric="MONOCHROME2" if high values are bone, else "MONOCHROME1"'
        )
    return Photometric(layout.photometric)


def _spacing(dataset: Dataset) -> tuple[Spacing | None, ImageCaution]:
    return spacing_from_tags(
        SpacingTags(
            pixel=numbers(dataset, "PixelSpacing"),
            calibration=code(dataset, "PixelSpacingCalibrationType"),
            imager=numbers(dataset, "ImagerPixelSpacing"),
            scanned=numbers(dataset, "NominalScannedPixelSpacing"),
        )
    )


def _signal(dataset: FileDataset, layout: PixelLayout) -> Signal:
    """Return LOG if the values are proportional to the detector's signal, so that their logarithm is taken.

    The tags describe what was stored (PS3.3 C.8.11.3.1.2) and never ask for a transform. LOG data stay as
    they are, in grey levels: the factor of their logarithm is not in the header.
    """
    linear = code(dataset, "PixelIntensityRelationship") == "LIN"
    is_raw = linear and layout.samples == 1 and intent(dataset) is Intent.FOR_PROCESSING
    return Signal.LOG if is_raw else Signal.GREY


def _bone_bright(modal: ModalityValues, polarity: Photometric) -> npt.NDArray[np.float32]:
    return turned(modal.values, polarity, lowest=modal.lowest, highest=modal.highest)


def _attenuation(modal: ModalityValues, polarity: Photometric) -> npt.NDArray[np.float32]:
    """Return -ln of the signal, which is low where bone is: the bone-bright picture mirrored."""
    signal = np.float32(modal.lowest + modal.highest) - _bone_bright(modal, polarity)
    return attenuation(signal, full_scale=max(modal.highest, modal.step), quantum=modal.step)


def _header_cautions(dataset: FileDataset) -> ImageCaution:
    cautions = lossy(dataset, dataset.file_meta.TransferSyntaxUID)
    if code(dataset, "BurnedInAnnotation") == "YES":
        cautions |= ImageCaution.BURNED_IN_TEXT
    if is_secondary_capture(dataset):
        cautions |= ImageCaution.SECONDARY_CAPTURE
    return cautions


def _tags_disagree(dataset: Dataset, polarity: Photometric, modal: ModalityValues, sign: int | None) -> bool:
    return tags_disagree(
        polarity,
        lut_shape=code(dataset, "PresentationLUTShape"),
        rescale_type=code(dataset, "RescaleType"),
        is_descending=modal.is_descending,
        intensity_sign=sign,
    )


def _acquisition(dataset: FileDataset, layout: PixelLayout, stored: StoredValues) -> Acquisition:
    laterality = "ImageLaterality" if code(dataset, "ImageLaterality") else "Laterality"
    syntax = dataset.file_meta.TransferSyntaxUID
    return Acquisition(
        file_format="DICOM",
        modality=defined_term(dataset, "Modality", MODALITIES),
        body_part=defined_term(dataset, "BodyPartExamined", BODY_PARTS),
        laterality=defined_term(dataset, laterality, LATERALITIES),
        view=defined_term(dataset, "ViewPosition", VIEWS),
        photometric=layout.photometric,
        compression=one_line(syntax.name) if stored.decoder else None,
        bits_stored=layout.bits_stored,
        decoder=stored.decoder,
    )
