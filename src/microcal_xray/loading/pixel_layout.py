"""How the header says that the pixels are stored, checked before a single one is read."""

from dataclasses import dataclass

from pydicom.dataset import Dataset

from ..errors import NotARadiographError, UnreadableRadiographError
from ..radiograph import ImageCaution
from .header import code, integer, numbers
from .size_limit import require_size

_COLOUR = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})
_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})


@dataclass(frozen=True)
class PixelLayout:
    """The Image Pixel module (PS3.3 C.7.6.3) of one frame.

    Parameters
    ----------
    rows, columns : int
    samples : int
        1 for grey, 3 for colour.
    bits_allocated, bits_stored, high_bit : int
        The stored value occupies `bits_stored` bits of the `bits_allocated`, the topmost at `high_bit`.
    signed : bool
    photometric : str or None
        None when absent or unknown; colour always has one.
    cautions : ImageCaution
    """

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str | None
    cautions: ImageCaution

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame, without the byte that makes their number even."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8

    @property
    def shift(self) -> int:
        """Unused bits below the stored value; 0 where the header is as the standard wants it."""
        return max(self.high_bit - self.bits_stored + 1, 0)


def pixel_layout(header: Dataset) -> PixelLayout:
    """Return the layout of the pixels of a header with one frame.

    Raises
    ------
    NotARadiographError
        For more than one frame or a colour palette.
    UnreadableRadiographError
        For a missing or impossible value; the text names it.
    """
    rows, columns = _whole(header, "Rows"), _whole(header, "Columns")
    require_size(rows, columns)
    cautions = _one_frame(header)
    photometric = _photometric(header)
    allocated, stored = _bits(header)
    high_bit, high_bit_caution = _high_bit(header, allocated=allocated, stored=stored)
    sign = integer(header, "PixelRepresentation")
    if sign not in (0, 1):
        cautions |= ImageCaution.BAD_TAG
    return PixelLayout(
        rows=rows,
        columns=columns,
        samples=_samples(header, photometric),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high_bit,
        signed=sign == 1,
        photometric=photometric,
        cautions=cautions | high_bit_caution,
    )


def _whole(header: Dataset, keyword: str) -> int:
    value = integer(header, keyword)
    if value is None:
        raise UnreadableRadiographError(f"{keyword} is missing or no number; the header may be truncated")
    return value


def _one_frame(header: Dataset) -> ImageCaution:
    if not numbers(header, "NumberOfFrames"):
        return ImageCaution.NONE
    frames = integer(header, "NumberOfFrames")
    if frames is not None and frames > 1:
        raise NotARadiographError(f"holds {frames} frames; export the one wanted as a single picture")
    return ImageCaution.NONE if frames == 1 else ImageCaution.BAD_TAG


def _photometric(header: Dataset) -> str | None:
    photometric = code(header, "PhotometricInterpretation")
    if photometric == "PALETTE COLOR":
        raise NotARadiographError("is painted with a colour palette; export it in grey")
    return photometric if photometric in _GREY | _COLOUR else None


def _samples(header: Dataset, photometric: str | None) -> int:
    wanted = 3 if photometric in _COLOUR else 1
    samples = integer(header, "SamplesPerPixel")
    if samples is None and wanted == 1:
        return 1
    if samples != wanted:
        what = photometric or "an unknown PhotometricInterpretation"
        raise UnreadableRadiographError(f"SamplesPerPixel {samples} contradicts {what}")
    return wanted


def _bits(header: Dataset) -> tuple[int, int]:
    allocated = _whole(header, "BitsAllocated")
    if allocated not in (8, 16, 32):
        raise UnreadableRadiographError(f"BitsAllocated is {allocated}; 8, 16 or 32 can be read")
    stored = _whole(header, "BitsStored")
    if not 1 <= stored <= allocated:
        raise UnreadableRadiographError(f"BitsStored is {stored}; it must be 1 to {allocated}")
    return allocated, stored


def _high_bit(header: Dataset, *, allocated: int, stored: int) -> tuple[int, ImageCaution]:
    """Return the high bit; one that cannot be is replaced by the standard's, BitsStored - 1."""
    high_bit = integer(header, "HighBit")
    if high_bit is None or high_bit == stored - 1:
        return stored - 1, ImageCaution.NONE
    if stored <= high_bit < allocated:
        return high_bit, ImageCaution.NONE
    return stored - 1, ImageCaution.BAD_TAG
