"""Which DICOM objects hold one projection radiograph."""

from pydicom import uid
from pydicom.dataset import Dataset, FileDataset

from ..errors import NotARadiographError, UnreadableRadiographError
from ..radiograph import Intent
from .header import code

_FOR_PROCESSING = frozenset(
    {
        uid.DigitalXRayImageStorageForProcessing,
        uid.DigitalIntraOralXRayImageStorageForProcessing,
    }
)
_FOR_PRESENTATION = frozenset(
    {
        uid.DigitalXRayImageStorageForPresentation,
        uid.DigitalIntraOralXRayImageStorageForPresentation,
    }
)
_RADIOGRAPHS = (
    _FOR_PROCESSING
    | _FOR_PRESENTATION
    | {
        uid.ComputedRadiographyImageStorage,
        uid.XRayAngiographicImageStorage,
        uid.XRayRadiofluoroscopicImageStorage,
    }
)
_SECONDARY_CAPTURES = frozenset(
    {
        uid.SecondaryCaptureImageStorage,
        uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
        uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
        uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
    }
)
_REASONS = {
    uid.MediaStorageDirectoryStorage: "is a DICOMDIR, a table of contents",
    uid.DigitalMammographyXRayImageStorageForPresentation: "is a mammogram, which shows no bone",
    uid.DigitalMammographyXRayImageStorageForProcessing: "is a mammogram, which shows no bone",
}


def sop_class(header: FileDataset) -> str | None:
    """Return the SOP class UID of a data set, or that of its file meta information; None without both."""
    for source, keyword in ((header, "SOPClassUID"), (header.file_meta, "MediaStorageSOPClassUID")):
        value = source.get(keyword)
        if isinstance(value, str) and value.strip(" \0"):
            return value.strip(" \0")
    return None


def is_secondary_capture(header: FileDataset) -> bool:
    """Return whether the object is a secondary capture: a screen shot, a scan, an import."""
    return sop_class(header) in _SECONDARY_CAPTURES


def require_radiograph(header: FileDataset, *, secondary_capture: bool) -> None:
    """Refuse an object that is no projection radiograph, by its SOP class.

    Accepted are CR, DX and intra-oral (for processing and for presentation), XA and RF; secondary captures
    when asked for. Mammography is refused: the method looks for lines across bone.

    Raises
    ------
    NotARadiographError
        The text says what it is instead.
    UnreadableRadiographError
        If it does not say what it is.
    """
    found = sop_class(header)
    if found is None:
        raise UnreadableRadiographError("names no SOP class; the header may be truncated")
    if found in _RADIOGRAPHS:
        return
    if found in _SECONDARY_CAPTURES:
        if not secondary_capture:
            raise NotARadiographError(
                "is a secondary capture; to read it all the same, pass secondary_capture=True "
                "(on the command line --secondary-capture)"
            )
        return
    raise NotARadiographError(_REASONS.get(uid.UID(found), _named(found)))


def intent(header: FileDataset) -> Intent:
    """Return what the picture was made for: the tag's word, else that of the SOP class (PS3.3 C.8.11.1)."""
    tagged = code(header, "PresentationIntentType")
    if tagged == "FOR PROCESSING":
        return Intent.FOR_PROCESSING
    if tagged == "FOR PRESENTATION":
        return Intent.FOR_PRESENTATION
    found = sop_class(header)
    if found in _FOR_PROCESSING:
        return Intent.FOR_PROCESSING
    return Intent.FOR_PRESENTATION if found in _FOR_PRESENTATION else Intent.UNSPECIFIED


def has_pixels(dataset: Dataset) -> bool:
    """Return whether there are pixel data of whole numbers."""
    return bool(dataset.get("PixelData"))


def _named(found: str) -> str:
    name = uid.UID(found).name
    what = "an object of an unknown kind" if name == found else name.removesuffix(" Storage")
    return f"holds {what}, not a projection radiograph"
