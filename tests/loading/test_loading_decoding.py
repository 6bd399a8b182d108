"""Every transfer syntax that our decoders read, bit by bit, and the odd ways to store bits."""

import io
import sys

import numpy as np
import pytest
from dicom_files import dx, ramp, saved, with_stream
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame

from microcal_xray.errors import NotARadiographError, UnreadableRadiographError
from microcal_xray.loading import read_radiograph
from microcal_xray.loading.codestream import StreamSize, jpeg2000_size, jpeg_size
from microcal_xray.loading.decoding import DECODERS
from microcal_xray.radiograph import ImageCaution, Spacing

DEPTHS = [(8, False), (10, False), (12, False), (14, False), (16, False), (12, True), (16, True)]


def compressed(stored: np.ndarray, bits: int, syntax: uid.UID) -> FileDataset:
    dataset = dx(stored, bits=bits, PixelSpacing=[0.1, 0.1])
    dataset.compress(syntax)
    return dataset


def compressed_by_gdcm(path, target, syntax: str):
    """GDCM alone writes JPEG Lossless."""
    import gdcm

    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(path))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return target


@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_lossless_syntaxes_come_back_bit_by_bit(tmp_path, bits, signed, syntax):
    stored = ramp(bits=bits, signed=signed)
    radiograph = read_radiograph(saved(compressed(stored, bits, syntax), tmp_path))
    assert np.array_equal(radiograph.pixels, stored)
    assert radiograph.acquisition.decoder == DECODERS[syntax]
    assert radiograph.acquisition.compression == syntax.name
    assert not radiograph.cautions & ImageCaution.LOSSY


@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
@pytest.mark.parametrize("syntax", ["JPEGLosslessProcess14", "JPEGLosslessProcess14_1"])
def test_jpeg_lossless_comes_back_bit_by_bit(tmp_path, bits, signed, syntax):
    stored = ramp(bits=bits, signed=signed)
    path = compressed_by_gdcm(saved(dx(stored, bits=bits), tmp_path), tmp_path / "b.dcm", syntax)
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.pixels, stored)
    assert radiograph.acquisition.decoder == "gdcm"


@pytest.mark.parametrize(
    "syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_uncompressed_syntaxes_come_back_bit_by_bit(tmp_path, syntax, bits, signed):
    stored = ramp(bits=bits, signed=signed)
    dataset = dx(stored, bits=bits)
    dataset.file_meta.TransferSyntaxUID = syntax
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, stored)
    assert radiograph.acquisition.decoder is None


def test_big_endian_comes_back(tmp_path):
    stored = ramp(bits=12)
    dataset = dx(stored, bits=12)
    turned = FileDataset(None, dict(dataset.items()), file_meta=dataset.file_meta, preamble=b"\0" * 128)
    turned.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    turned.PixelData = stored.astype(">u2").tobytes()
    turned.set_original_encoding(False, False)
    turned.save_as(tmp_path / "b.dcm")
    assert np.array_equal(read_radiograph(tmp_path / "b.dcm").pixels, stored)


def jpeg(stored: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(stored).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def smooth(rows: int = 40, columns: int = 48) -> np.ndarray:
    return np.add.outer(np.arange(rows) * 2, np.arange(columns) * 3).astype(np.uint8)


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit])
def test_eight_bit_jpeg_comes_back_nearly_and_is_called_lossy(tmp_path, syntax):
    radiograph = read_radiograph(saved(with_stream(dx(smooth()), jpeg(smooth()), syntax), tmp_path))
    assert np.abs(radiograph.pixels - smooth()).max() <= 4  # quality 95
    assert radiograph.cautions & ImageCaution.LOSSY
    assert radiograph.acquisition.decoder == "pillow"


def test_twelve_bit_jpeg_names_the_extra_that_reads_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    stream = bytearray(jpeg(smooth()))
    at = stream.index(b"\xff\xc0")
    stream[at + 1], stream[at + 4] = 0xC1, 12
    dataset = with_stream(dx(ramp(), bits=12), bytes(stream), uid.JPEGExtended12Bit)
    with pytest.raises(UnreadableRadiographError, match=r"pip install microcal-xray\[codecs-full\]"):
        read_radiograph(saved(dataset, tmp_path))


@pytest.mark.parametrize(("tagged", "is_lossy"), [(None, True), ("01", True), ("00", False)])
def test_jpeg_2000_is_lossy_unless_the_header_denies_it(tmp_path, tagged, is_lossy):
    dataset = compressed(ramp(), 12, uid.JPEG2000Lossless)
    dataset.file_meta.TransferSyntaxUID = uid.JPEG2000
    dataset.LossyImageCompression = tagged
    assert bool(read_radiograph(saved(dataset, tmp_path)).cautions & ImageCaution.LOSSY) == is_lossy


def test_an_earlier_loss_is_remembered(tmp_path):
    path = saved(dx(ramp(), LossyImageCompression="01"), tmp_path)
    assert read_radiograph(path).cautions & ImageCaution.LOSSY


@pytest.mark.parametrize("tail", [b".110", b".100", b".999"])  # JPEG XL, MPEG-2, none
def test_a_syntax_that_nobody_reads_is_named(tmp_path, tail):
    path = saved(
        with_stream(dx(ramp(), bits=12), b"\xff\x0a" * 50, uid.UID("1.2.840.10008.1.2.4.100")), tmp_path
    )
    path.write_bytes(path.read_bytes().replace(b"10008.1.2.4.100", b"10008.1.2.4" + tail))
    with pytest.raises(UnreadableRadiographError, match=r"transfer syntax .* convert the file"):
        read_radiograph(path)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_a_misplaced_high_bit_is_shifted_back(tmp_path, signed, syntax):
    stored = ramp(bits=12, signed=signed)
    dataset = dx((stored << 4).astype(stored.dtype), bits=12)
    if syntax == uid.RLELossless:
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.compress(syntax)
    dataset.BitsStored, dataset.HighBit = 12, 15
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, stored)
    assert radiograph.cautions & ImageCaution.HIGH_BIT


def test_the_high_bit_of_a_stream_that_is_aligned_is_ignored(tmp_path):
    dataset = compressed(ramp(), 12, uid.JPEGLSLossless)
    dataset.HighBit = 15
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert not radiograph.cautions & ImageCaution.HIGH_BIT


def test_a_high_bit_that_cannot_be_is_ignored_with_a_caution(tmp_path):
    radiograph = read_radiograph(saved(dx(ramp(), bits=12, HighBit=3), tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.BAD_TAG


def test_old_overlays_in_the_unused_bits_are_masked(tmp_path):
    path = saved(dx((ramp() | 0xA000).astype(np.uint16), bits=12), tmp_path)
    assert np.array_equal(read_radiograph(path).pixels, ramp())


def test_signed_values_without_sign_extension_are_understood(tmp_path):
    stored = ramp(bits=12, signed=True)
    path = saved(dx((stored & 0x0FFF).astype(np.int16), bits=12), tmp_path)
    assert np.array_equal(read_radiograph(path).pixels, stored)


def test_pixel_data_for_two_frames_under_a_header_of_one_give_the_first(tmp_path):
    dataset = dx(ramp(), bits=12, NumberOfFrames=1)
    dataset.PixelData = dataset.PixelData * 2
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.PADDED_PIXEL_DATA


def test_an_odd_number_of_bytes_is_no_padding(tmp_path):
    radiograph = read_radiograph(saved(dx(ramp(33, 35, bits=8)), tmp_path))
    assert not radiograph.cautions & ImageCaution.PADDED_PIXEL_DATA


def test_colour_becomes_luminance_and_equal_channels_stay_what_they_are(tmp_path):
    grey = ramp(bits=8)
    radiograph = read_radiograph(saved(dx(np.stack([grey] * 3, axis=-1)), tmp_path))
    assert np.array_equal(radiograph.pixels, grey)
    assert not radiograph.cautions & ImageCaution.COLOUR
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 100
    radiograph = read_radiograph(saved(dx(red), tmp_path))
    assert radiograph.pixels[0, 0] == pytest.approx(29.9)
    assert radiograph.cautions & ImageCaution.COLOUR


def test_a_palette_is_refused(tmp_path):
    path = saved(dx(ramp(bits=8), PhotometricInterpretation="PALETTE COLOR"), tmp_path)
    with pytest.raises(NotARadiographError, match="colour palette; export it in grey"):
        read_radiograph(path)


def test_the_size_of_each_codestream_is_read_from_its_frame_header():
    for syntax, size_of in (
        (uid.JPEG2000Lossless, jpeg2000_size),
        (uid.JPEGLSLossless, jpeg_size),
    ):
        stream = get_frame(compressed(ramp(), 12, syntax).PixelData, 0, number_of_frames=1)
        assert size_of(stream) == StreamSize(rows=40, columns=48, samples=1, bits=12)
    assert jpeg_size(jpeg(smooth())) == StreamSize(rows=40, columns=48, samples=1, bits=8)


@pytest.mark.parametrize(
    "stream", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0" * 9, b"junk" * 40]
)
def test_a_stream_without_a_frame_header_has_no_size(stream):
    assert jpeg_size(stream) is None
    assert jpeg2000_size(stream) is None


def test_the_patient_stays_behind(tmp_path):
    dataset = dx(ramp(), bits=12, PixelSpacing=[0.1, 0.1], BodyPartExamined="TIBIA", ImageLaterality="L")
    dataset.ViewPosition = "AP"
    radiograph = read_radiograph(saved(dataset, tmp_path, "1.2.840.77"))
    assert "SECRET" not in repr(radiograph)
    assert radiograph.name == "1.2.840.77"
    assert radiograph.spacing == Spacing(0.1, 0.1, radiograph.spacing_source)
    found = radiograph.acquisition
    assert (found.modality, found.body_part, found.laterality, found.view) == ("DX", "TIBIA", "L", "AP")


@pytest.mark.parametrize("text", ["<script>", "=HYPERLINK(1)", "a\x1b[2Jb", "LONGER THAN SIXTEEN", "Ü"])
def test_free_text_in_a_code_is_dropped(tmp_path, text):
    path = saved(dx(ramp(), bits=12, BodyPartExamined=text, ImageLaterality=text), tmp_path)
    assert read_radiograph(path).acquisition.body_part is None
    assert read_radiograph(path).acquisition.laterality is None


@pytest.mark.parametrize("name", ["DOE JANE", "DOE", "JANE_DOE", "19700101"])
def test_a_name_in_a_field_for_codes_stays_behind(tmp_path, name):
    tags = {"BodyPartExamined": name, "ViewPosition": name, "Modality": name, "Laterality": name}
    radiograph = read_radiograph(saved(dx(ramp(), bits=12, **tags), tmp_path))
    found = radiograph.acquisition
    assert (found.modality, found.body_part, found.laterality, found.view) == (None, None, None, None)
    assert name not in repr(radiograph)


@pytest.mark.parametrize(
    ("written", "read"),
    [("LEG", "LEG"), ("THIGH", "THIGH"), ("FOREARM", "FOREARM"), ("FOOT", "FOOT"), ("Lower Leg", "LOWERLEG")],
)
def test_body_parts_that_the_standard_defines_are_kept(tmp_path, written, read):
    path = saved(dx(ramp(), bits=12, BodyPartExamined=written), tmp_path)
    assert read_radiograph(path).acquisition.body_part == read
