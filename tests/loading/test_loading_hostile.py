"""Files that are broken or mean harm: one clear line, soon, and nothing else."""

import struct
import zlib

import numpy as np
import pytest
from dicom_files import dx, ramp, saved, with_stream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import uid
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from microcal_xray.errors import MicrocalError, NotARadiographError, UnreadableRadiographError
from microcal_xray.loading import Verdict, find_radiographs, read_radiograph
from microcal_xray.loading.complaints import clear_reasons
from microcal_xray.radiograph import ImageCaution, Radiograph


def complaint(path, error: type[MicrocalError] = UnreadableRadiographError) -> str:
    with pytest.raises(error) as caught:
        read_radiograph(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert text.isprintable()
    assert len(text) < 400 + len(str(path))
    return text


def written(path, data: bytes):
    path.write_bytes(data)
    return path


def test_what_is_not_there_is_named(tmp_path):
    assert "no such file" in complaint(tmp_path / "absent.dcm")


def test_a_folder_is_not_a_file(tmp_path):
    assert "find_radiographs" in complaint(tmp_path)


def test_an_empty_file_is_called_so(tmp_path):
    assert "empty" in complaint(written(tmp_path / "a.dcm", b""))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n", "neither DICOM nor PNG, JPEG or TIFF"),
        (b"\0" * 4096, "neither DICOM"),
        (b"GIF89a" + b"\0" * 50, "GIF picture; save it as PNG"),
        (b"BM" + b"\0" * 50, "BMP picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP picture"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000 picture"),
        (b"\x08", "neither DICOM"),
    ],
)
def test_other_formats_are_named(tmp_path, data, reason):
    path = written(tmp_path / "a.dcm", data)
    assert reason in complaint(path, NotARadiographError)
    found = list(find_radiographs(path))
    assert [(file.verdict, str(path) in file.reason) for file in found] == [(Verdict.SKIPPED, False)]


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"MM\0*"])
@pytest.mark.parametrize("rest", [b"", b"\0" * 200, b"\xff" * 200])
def test_a_picture_that_is_only_a_magic_number_fails(tmp_path, magic, rest):
    complaint(written(tmp_path / "a", magic + rest))


@pytest.mark.parametrize("keep", [140, 200, 300, 400, 600])
def test_a_truncated_header_fails(tmp_path, keep):
    path = saved(dx(ramp(), bits=12), tmp_path)
    complaint(written(path, path.read_bytes()[:keep]))


def test_truncated_pixel_data_say_how_much_is_there(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path)
    assert "truncated: 3740 of 3840 bytes" in complaint(written(path, path.read_bytes()[:-100]))


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_a_truncated_stream_fails(tmp_path, syntax, capfd):
    dataset = dx(ramp(), bits=12)
    dataset.compress(syntax)
    path = saved(dataset, tmp_path)
    complaint(written(path, path.read_bytes()[:-1500]))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_truncated_picture_fails(tmp_path, name):
    Image.fromarray(ramp(200, 200, bits=8)).save(tmp_path / name)
    path = tmp_path / name
    complaint(written(path, path.read_bytes()[: path.stat().st_size // 2]))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Rows": 0}, "no picture"),
        ({"Rows": None}, "Rows is missing"),
        ({"Columns": None}, "Columns is missing"),
        ({"Rows": 65535, "Columns": 65535}, "limit of 150 megapixels"),
        ({"BitsAllocated": 12}, "BitsAllocated is 12"),
        ({"BitsAllocated": 1}, "BitsAllocated is 1"),
        ({"BitsStored": 0}, "BitsStored is 0"),
        ({"BitsStored": 17}, "BitsStored is 17"),
        ({"BitsStored": None}, "BitsStored is missing"),
        ({"SamplesPerPixel": 3}, "SamplesPerPixel 3 contradicts MONOCHROME2"),
        ({"PixelData": None}, "no pixel data"),
        ({"SOPClassUID": ""}, ""),
    ],
)
def test_a_header_that_cannot_be_is_named(tmp_path, tags, reason):
    dataset = dx(ramp(), bits=12, **tags)
    del dataset.file_meta.MediaStorageSOPClassUID
    assert reason in complaint(saved(dataset, tmp_path))


def test_a_missing_pixel_representation_is_taken_as_unsigned(tmp_path):
    radiograph = read_radiograph(saved(dx(ramp(), bits=12, PixelRepresentation=None), tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.BAD_TAG


@pytest.mark.parametrize("frames", [2, 1_000_000])
def test_several_frames_are_refused_with_their_number(tmp_path, frames):
    path = saved(dx(ramp(), bits=12, NumberOfFrames=frames), tmp_path)
    assert f"holds {frames} frames" in complaint(path, NotARadiographError)


@pytest.mark.parametrize(
    ("syntax", "marker", "offset"),
    [
        (uid.JPEG2000Lossless, b"\xff\x51", 6),
        (uid.JPEGLSLossless, b"\xff\xf7", 5),
    ],
)
def test_a_stream_that_claims_another_size_is_never_decoded(tmp_path, monkeypatch, syntax, marker, offset):
    dataset = dx(ramp(), bits=12)
    dataset.compress(syntax)
    stream = bytearray(dataset.PixelData)
    huge = (
        struct.pack(">II", 60000, 60000)
        if syntax == uid.JPEG2000Lossless
        else struct.pack(">HH", 60000, 60000)
    )
    at = stream.index(marker) + offset
    stream[at : at + len(huge)] = huge
    dataset.PixelData = bytes(stream)
    monkeypatch.setattr("microcal_xray.loading.decoding.get_decoder", None)
    assert "60000 x 60000 pixels" in complaint(saved(dataset, tmp_path))


def test_a_jpeg_that_claims_another_size_is_never_decoded(tmp_path, monkeypatch):
    Image.fromarray(ramp(bits=8)).save(tmp_path / "a.jpg")
    stream = bytearray((tmp_path / "a.jpg").read_bytes())
    at = stream.index(b"\xff\xc0") + 5
    stream[at : at + 4] = struct.pack(">HH", 65000, 65000)
    dataset = with_stream(dx(ramp(bits=8)), bytes(stream), uid.JPEGBaseline8Bit)
    monkeypatch.setattr("microcal_xray.loading.decoding.get_decoder", None)
    assert "65000 x 65000 pixels" in complaint(saved(dataset, tmp_path))


@pytest.mark.parametrize(
    "syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGBaseline8Bit]
)
def test_a_stream_of_junk_fails(tmp_path, syntax, capfd):
    complaint(saved(with_stream(dx(ramp(bits=8)), b"\xff\xd8" + bytes(range(256)), syntax), tmp_path))
    assert capfd.readouterr() == ("", "")


def _deflated(tmp_path, inflated: bytes):
    """A file in the deflated syntax with any content."""
    dataset = dx(ramp(), bits=12)
    dataset.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian
    path = saved(dataset, tmp_path)
    whole = path.read_bytes()
    meta = 132 + 12 + struct.unpack_from("<I", whole, 140)[0]
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return written(path, whole[:meta] + deflate.compress(inflated) + deflate.flush())


def test_a_deflate_bomb_of_zeros_is_not_inflated(tmp_path):
    complaint(_deflated(tmp_path, b"\0" * (16 << 20)))


def test_a_deflate_bomb_behind_a_good_header_is_not_inflated(tmp_path):
    body = saved(dx(ramp(), bits=12), tmp_path).read_bytes()
    body = body[132 + 12 + struct.unpack_from("<I", body, 140)[0] :]
    assert "inflates to more" in complaint(_deflated(tmp_path, body + b"\0" * (16 << 20)))
    assert np.array_equal(read_radiograph(_deflated(tmp_path, body)).pixels, ramp())


def test_broken_deflated_data_fail(tmp_path):
    data = bytearray(_deflated(tmp_path, bytes(ramp().tobytes())).read_bytes())
    data[-2000:-1000] = b"\xff" * 1000
    complaint(written(tmp_path / "a.dcm", bytes(data)))


def test_a_file_of_empty_elements_is_given_up(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path)
    meta = 132 + 12 + struct.unpack_from("<I", path.read_bytes(), 140)[0]
    empty = b"\x08\0\x08\0CS\0\0"
    assert "elements" in complaint(written(path, path.read_bytes()[:meta] + empty * 30_000))
    assert "elements" in complaint(written(path, path.read_bytes()[:132] + b"\2\0\3\0CS\0\0" * 30_000))
    assert "elements" in complaint(written(path, path.read_bytes()[:132] + b"\0" * 200_000))
    assert "SOP class" in complaint(written(path, path.read_bytes()[:132] + b"\0" * 1000))


def test_nested_sequences_fail_without_a_crash(tmp_path):
    depth = 5000
    path = saved(dx(ramp(), bits=12), tmp_path)
    meta = 132 + 12 + struct.unpack_from("<I", path.read_bytes(), 140)[0]
    sequence = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    complaint(written(path, path.read_bytes()[:meta] + sequence * depth))


def test_an_element_of_nearly_four_gigabytes_fails(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path)
    meta = 132 + 12 + struct.unpack_from("<I", path.read_bytes(), 140)[0]
    complaint(written(path, path.read_bytes()[:meta] + b"\x08\0\x08\0OB\0\0\xf0\xff\xff\xffabc"))


def test_too_much_rle_is_not_decoded(tmp_path):
    stream = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\0" * 100_000
    dataset = with_stream(dx(ramp(bits=8)), stream, uid.RLELossless)
    assert "too many for 40 x 48 pixels" in complaint(saved(dataset, tmp_path))


@pytest.mark.parametrize("segment", [b"\x81\0" * 10, b"\x81\0" * 400, b"\x7f\0", b""])
def test_rle_of_another_length_than_the_picture_fails_or_is_cut(tmp_path, segment):
    stream = struct.pack("<16I", 1, 64, *[0] * 14) + segment
    path = saved(with_stream(dx(ramp(bits=8)), stream, uid.RLELossless), tmp_path)
    if len(segment) == 800:
        assert read_radiograph(path).pixels.max() == 0
    else:
        complaint(path)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "huge.dcm"
    with path.open("wb") as file:
        file.write(b"\0" * 128 + b"DICM")
        file.truncate(2 << 30)  # sparse
    assert "limit" in complaint(path)


def test_a_picture_over_the_limit_is_not_decoded(tmp_path):
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path = written(tmp_path / "bomb.png", b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT")
    assert "150 megapixels" in complaint(path)


def test_a_tiff_over_the_limit_is_not_decoded(tmp_path):
    entries = [(256, 4, 1, 40000), (257, 4, 1, 40000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 40000), (279, 4, 1, 1_600_000_000)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    path = written(tmp_path / "bomb.tif", b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0))
    assert "150 megapixels" in complaint(path)


def test_a_tiff_strip_that_inflates_too_far_is_stopped(tmp_path):
    strip = zlib.compress(b"\0" * (32 << 20))
    entries = [
        (256, 4, 1, 64),
        (257, 4, 1, 64),
        (258, 3, 1, 8),
        (259, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, 1, 200),
    ]
    entries += [(277, 3, 1, 1), (278, 4, 1, 64), (279, 4, 1, len(strip))]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = (b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0)).ljust(200, b"\0")
    path = written(tmp_path / "bomb.tif", head + strip)
    assert read_radiograph(path).pixels.shape == (64, 64)  # libtiff stops at the announced size


def test_a_name_with_line_breaks_and_foreign_letters_stays_on_one_line(tmp_path):
    path = tmp_path / "tibia ü\n\x1b[31m骨.dcm"
    try:
        path.write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(UnreadableRadiographError, match=r"tibia ü .*骨\.dcm: the file is empty") as caught:
        read_radiograph(path)
    assert str(caught.value).isprintable()
    path.unlink()
    path = saved(dx(ramp(), bits=12), tmp_path, "tibia ü\n骨.dcm")
    assert read_radiograph(path).name == "tibia ü 骨"


@pytest.mark.parametrize(
    "stored", [np.full((40, 40), 7, np.uint16), np.zeros((8, 8), np.uint8), np.ones((1, 1), np.uint8)]
)
def test_constant_and_tiny_pictures_are_read(tmp_path, stored):
    radiograph = read_radiograph(saved(dx(stored), tmp_path))
    assert np.array_equal(radiograph.pixels, stored)
    assert radiograph.cautions & ImageCaution.LOW_CONTRAST
    assert bool(radiograph.cautions & ImageCaution.SMALL) == (min(stored.shape) < 32)


def test_a_value_in_a_header_never_reaches_a_complaint(tmp_path):
    dataset = dx(ramp(), bits=12, SOPClassUID="1.2\x1b[31m/../evil")
    text = complaint(saved(dataset, tmp_path), NotARadiographError)
    assert "unknown kind" in text
    assert "evil" not in text


def test_a_file_without_a_preamble_is_read(tmp_path):
    dataset = dx(ramp(), bits=12)
    path = tmp_path / "bare"
    bare = Dataset(dict(dataset.items()))
    for name, implicit in (("implicit", True), ("explicit", False)):
        path = tmp_path / name
        bare.save_as(path, implicit_vr=implicit, little_endian=True)
        assert path.read_bytes()[128:132] != b"DICM"
        assert np.array_equal(read_radiograph(path).pixels, ramp())


def test_a_bare_data_set_without_pixels_is_no_radiograph(tmp_path):
    bare = Dataset()
    bare.SpecificCharacterSet = "ISO_IR 100"
    bare.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    bare.save_as(tmp_path / "bare", implicit_vr=True, little_endian=True)
    complaint(tmp_path / "bare")


_keywords = st.sampled_from(
    [
        "Rows",
        "Columns",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "SamplesPerPixel",
        "NumberOfFrames",
        "PixelPaddingValue",
        "PlanarConfiguration",
    ]
)
_texts = st.sampled_from(
    [
        "PhotometricInterpretation",
        "RescaleSlope",
        "RescaleIntercept",
        "PixelSpacing",
        "ImagerPixelSpacing",
        "ShutterShape",
        "PresentationIntentType",
        "PixelIntensityRelationship",
        "LossyImageCompression",
        "BodyPartExamined",
    ]
)
_words = st.sampled_from(
    ["", "0", "-1", "1\\1", "nan", "1e400", "RGB", "YBR_FULL_422", "MONOCHROME1", "CIRCULAR", "LIN", "x" * 99]
)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    numbers=st.dictionaries(_keywords, st.sampled_from([0, 1, 2, 3, 8, 12, 16, 40, 65535]), max_size=3),
    texts=st.dictionaries(_texts, _words, max_size=3),
    cut=st.none() | st.integers(1, 4000),
    flip=st.none() | st.integers(132, 1000),
)
def test_any_header_gives_a_radiograph_or_one_clear_line(tmp_path, numbers, texts, cut, flip):
    dataset = dx(ramp(), bits=12, **numbers)
    for keyword, text in texts.items():
        dataset[keyword] = _raw(keyword, text)
    data = bytearray(saved(dataset, tmp_path).read_bytes())
    if flip is not None:
        data[flip % len(data)] ^= 0xFF
    path = written(tmp_path / "a.dcm", bytes(data[:cut]))
    (found,) = find_radiographs(path)
    outcome = _outcome(path)
    if isinstance(outcome, Radiograph):
        assert found.verdict is Verdict.RADIOGRAPH
    else:
        assert outcome.startswith(str(path))
        assert outcome.isprintable()


def _outcome(path) -> Radiograph | str:
    try:
        return read_radiograph(path)
    except MicrocalError as error:
        return str(error)


def _raw(keyword: str, text: str):
    data = text.encode() + b" " * (len(text) % 2)
    tag = Tag(tag_for_keyword(keyword))
    return RawDataElement(tag, dictionary_VR(tag), len(data), data, 0, False, True)


def test_sequences_where_values_belong_do_no_harm(tmp_path):
    dataset = dx(ramp(), bits=12)
    dataset.add_new(0x00281053, "SQ", Sequence([Dataset()]))
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.BAD_TAG


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "holds no PNG picture that can be decoded"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, "holds no JPEG picture that can be decoded"),
    ],
)
def test_a_picture_that_cannot_be_recognised_tells_no_folder(tmp_path, data, reason):
    folder = tmp_path / ("long folder name " * 12)
    folder.mkdir()
    (found,) = find_radiographs(written(folder / "it's broken.png", data))
    assert found.reason == reason
    assert complaint(found.path) == f"{found.path}: {reason}"


def test_a_truncated_picture_is_called_so(tmp_path):
    Image.fromarray(ramp(200, 200, bits=8)).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    assert "truncated" in complaint(written(tmp_path / "a.png", data[: len(data) // 2]))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("cannot identify image file '/home/doe/a.png'"), "cannot be read (OSError)"),
        (PermissionError(13, "Permission denied", "/home/doe/a.png"), "cannot be read (Permission denied)"),
        (ValueError("invalid literal: 'DOE^JANE'"), "the file is broken (ValueError)"),
        (KeyError("DOE^JANE"), "the file is broken (KeyError)"),
    ],
)
def test_the_text_of_a_foreign_error_is_kept_back(error, reason):
    with pytest.raises(UnreadableRadiographError) as caught, clear_reasons():
        raise error
    assert str(caught.value) == reason


def test_an_unknown_transfer_syntax_that_is_no_uid_is_not_quoted(tmp_path):
    dataset = dx(ramp(), bits=12)
    path = saved(dataset, tmp_path)
    known = uid.ExplicitVRLittleEndian.encode()
    data = path.read_bytes()
    assert known in data
    text = complaint(written(path, data.replace(known, b"DOE^JANE 19700101".ljust(len(known))[: len(known)])))
    assert "DOE" not in text


def test_too_little_memory_is_told_as_such_and_ends_no_walk(tmp_path, monkeypatch):
    def without_memory(*_: object, **__: object) -> None:
        raise MemoryError

    path = saved(dx(ramp(), bits=12), tmp_path)
    monkeypatch.setattr("microcal_xray.loading.dicom.read_header", without_memory)
    with pytest.raises(MemoryError):
        read_radiograph(path)
    (found,) = find_radiographs(path)
    assert found.verdict is Verdict.FAILED
    assert "more memory" in found.reason


def test_a_decoder_without_memory_is_no_broken_stream(tmp_path, monkeypatch):
    def without_memory(*_: object, **__: object) -> None:
        raise MemoryError

    dataset = dx(ramp(), bits=12)
    dataset.compress(uid.RLELossless)
    path = saved(dataset, tmp_path)
    monkeypatch.setattr("microcal_xray.loading.decoding.get_decoder", without_memory)
    with pytest.raises(MemoryError):
        read_radiograph(path)
