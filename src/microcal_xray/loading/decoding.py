"""From the pixel data of a data set to stored values, with the same decoder on every machine."""

from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
import numpy.typing as npt
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import get_frame, parse_basic_offsets
from pydicom.pixels.decoders.base import get_decoder

from ..errors import UnreadableRadiographError
from ..radiograph import ImageCaution
from .codestream import StreamSize, jpeg2000_size, jpeg2000_tiles, jpeg_size
from .complaints import one_line
from .header import code
from .lossless_jpeg import require_sound_stream
from .pixel_layout import PixelLayout

# pydicom by itself takes whichever decoder is installed and answers first, and lossy decoders differ by a
# grey level. So each syntax has its own one. Pillow and openjpeg stand where they can: they are the most
# closely watched; GDCM alone reads JPEG Lossless. RLE goes through pydicom's own Python (0.3 s for 7
# megapixels): pylibjpeg-rle is faster, but a broken segment makes its Rust panic past `except`. GDCM is a
# second choice for none: what the first refuses can end the whole process there.
DECODERS: dict[str, str] = {
    uid.RLELossless: "pydicom",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
_NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
_JPEG_2000 = frozenset(
    {uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K}
)
_LOSSLESS_JPEG = frozenset({uid.JPEGLossless, uid.JPEGLosslessSV1})
_ALWAYS_LOSSY = frozenset({uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless})
_LOSSY_UNLESS_TAGGED = frozenset({uid.JPEG2000, uid.HTJ2K})


@dataclass(frozen=True)
class StoredValues:
    """Decoded stored values, before the modality transform.

    Parameters
    ----------
    values : (R, C) or (R, C, 3) integer array
    decoder : str or None
        The package that decoded them; None if they were not compressed.
    cautions : ImageCaution
    """

    values: npt.NDArray[np.integer]
    decoder: str | None
    cautions: ImageCaution


def decode(dataset: FileDataset, layout: PixelLayout) -> StoredValues:
    """Return the stored values of the first frame; the data set's own bit depth may be rewritten.

    Raises
    ------
    UnreadableRadiographError
        If the pixel data are truncated, contradict the header, or no decoder reads them.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if layout.photometric is None:
        dataset.PhotometricInterpretation = "MONOCHROME2"  # only the caller's word decides; pydicom wants one
    dataset.PixelRepresentation = int(layout.signed)
    dataset.SamplesPerPixel = layout.samples
    dataset.NumberOfFrames = 1
    if syntax in _NATIVE:
        return _native(dataset, layout)
    return _compressed(dataset, layout)


def lossy(header: Dataset, syntax: uid.UID) -> ImageCaution:
    """Return the caution of lossy compression, now or earlier in the life of the picture."""
    tagged = code(header, "LossyImageCompression")
    unless_tagged = syntax in _LOSSY_UNLESS_TAGGED and tagged != "00"
    is_lossy = tagged == "01" or syntax in _ALWAYS_LOSSY or unless_tagged
    return ImageCaution.LOSSY if is_lossy else ImageCaution.NONE


def _native(dataset: FileDataset, layout: PixelLayout) -> StoredValues:
    length, needed = len(dataset.PixelData), layout.frame_bytes
    if layout.photometric == "YBR_FULL_422":
        needed = needed * 2 // 3
    if length < needed:
        raise UnreadableRadiographError(f"truncated: {length} of {needed} bytes of pixel data")
    cautions = ImageCaution.PADDED_PIXEL_DATA if length > needed + needed % 2 else ImageCaution.NONE
    if layout.shift:
        cautions |= ImageCaution.HIGH_BIT
    return StoredValues(_decoded(dataset, layout, plugin=""), None, cautions)


def _compressed(dataset: FileDataset, layout: PixelLayout) -> StoredValues:
    syntax = dataset.file_meta.TransferSyntaxUID
    decoder = DECODERS.get(syntax)
    if decoder is None:
        name = one_line(syntax.name) if syntax.is_valid else "named in the header"
        raise UnreadableRadiographError(
            f"the transfer syntax {name} cannot be decoded; "
            "convert the file to Explicit VR Little Endian first"
        )
    # The offset table could point to another frame than the one that is checked here.
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            delattr(dataset, keyword)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    stream = _stream_size(syntax, frame, layout)
    _require_same_size(stream, layout)
    if syntax in _JPEG_2000:
        _require_all_tiles(frame)
    if syntax in _LOSSLESS_JPEG:
        require_sound_stream(frame)
    cautions = ImageCaution.NONE
    if len(parse_basic_offsets(dataset.PixelData)) > 1:
        cautions |= ImageCaution.PADDED_PIXEL_DATA
    if syntax == uid.JPEGExtended12Bit and stream is not None and stream.bits > 8:
        return StoredValues(_twelve_bit_jpeg(frame, layout), "imagecodecs", cautions)
    if stream is not None and stream.bits != layout.high_bit + 1:
        layout = replace(layout, high_bit=layout.bits_stored - 1)  # a stream of fewer bits is aligned already
    if layout.shift:
        cautions |= ImageCaution.HIGH_BIT
    return StoredValues(_decoded_or_refused(dataset, layout, decoder), decoder, cautions)


def _decoded_or_refused(dataset: FileDataset, layout: PixelLayout, decoder: str) -> npt.NDArray[np.integer]:
    try:
        return _decoded(dataset, layout, decoder)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise nearly anything, and their texts may quote the header
        name = one_line(dataset.file_meta.TransferSyntaxUID.name)
        reason = type(error).__name__
        raise UnreadableRadiographError(f"the {name} stream cannot be decoded ({reason})") from error


def _decoded(dataset: FileDataset, layout: PixelLayout, plugin: str) -> npt.NDArray[np.integer]:
    """Decode with the value taken from where HighBit says (PS3.5 8.1.1); pydicom looks at the low end."""
    if layout.shift:
        dataset.BitsStored, dataset.HighBit = layout.high_bit + 1, layout.high_bit
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    values, _ = decoder.as_array(dataset, index=0, decoding_plugin=plugin)
    return values >> layout.shift


def _stream_size(syntax: uid.UID, frame: bytes, layout: PixelLayout) -> StreamSize | None:
    if syntax == uid.RLELossless:
        _require_plausible_rle(frame, layout)
        return None
    size = jpeg2000_size(frame) if syntax in _JPEG_2000 else jpeg_size(frame)
    if size is None:
        name = one_line(syntax.name)
        raise UnreadableRadiographError(f"the {name} stream has no frame header; it is broken")
    return size


def _require_plausible_rle(frame: bytes, layout: PixelLayout) -> None:
    """Refuse more bytes than the worst of RLE takes, 129 for 128 (PS3.5 G.3.1); each could become 64."""
    if len(frame) > 1.05 * layout.frame_bytes + 1024:
        raise UnreadableRadiographError(
            f"{len(frame)} bytes of RLE are too many for {layout.rows} x {layout.columns} pixels; "
            "the file is broken or hostile"
        )


def _require_same_size(stream: StreamSize | None, layout: PixelLayout) -> None:
    if stream is None:
        return
    if (stream.rows, stream.columns, stream.samples) != (layout.rows, layout.columns, layout.samples):
        raise UnreadableRadiographError(
            f"the stream says {stream.rows} x {stream.columns} pixels of {stream.samples} samples, "
            f"the header {layout.rows} x {layout.columns} of {layout.samples}; the file is broken or hostile"
        )


def _require_all_tiles(frame: bytes) -> None:
    announced, there = jpeg2000_tiles(frame)
    if not 0 < announced <= there:
        raise UnreadableRadiographError(f"truncated: {there} of {announced} tiles of the JPEG 2000 stream")


def _twelve_bit_jpeg(frame: bytes, layout: PixelLayout) -> npt.NDArray[np.integer]:
    try:
        # An extra of 80 MB for this one syntax, so it may be absent.
        imagecodecs = import_module("imagecodecs")
    except ImportError as error:
        raise UnreadableRadiographError(
            "JPEG Extended with 12 bits needs one more decoder: pip install microcal-xray[codecs-full]"
        ) from error
    values: npt.NDArray[np.integer] = np.asarray(imagecodecs.jpeg_decode(frame))
    wanted = (layout.rows, layout.columns) if layout.samples == 1 else (layout.rows, layout.columns, 3)
    if values.shape != wanted:
        raise UnreadableRadiographError(f"the decoded picture has shape {values.shape}, not {wanted}")
    return values
