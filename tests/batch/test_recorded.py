"""A result file from anywhere: usable, or refused in one line with a remedy."""

import json

import pytest

from microcal_xray.batch import recorded
from microcal_xray.batch.recorded import read_recorded, recorded_results
from microcal_xray.errors import UnreadableResultError
from microcal_xray.origin import Origin, Reading
from microcal_xray.reporting import ImageResult, Status, candidates_json, failed_result, skipped_result
from microcal_xray.settings import Settings
from microcal_xray.version import __version__

DIGEST = "ab" * 32
ORIGIN = Origin(DIGEST, 12, {"pydicom": "3.0.2"}, Reading((0.1, 0.2), "MONOCHROME2", True))
OK = ImageResult("a.dcm", Status.OK, origin=ORIGIN, pixel_sha256=DIGEST)


def document():
    results = [OK, failed_result("b.dcm", "the file is empty"), skipped_result("c.txt", "not an image")]
    return json.loads(candidates_json(results, Settings(false_marks=0.5)))


def written(tmp_path, content):
    path = tmp_path / "candidates.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_run_comes_back_as_it_was_written(tmp_path):
    run = read_recorded(written(tmp_path, document()))
    assert run.version == __version__
    assert run.settings == Settings(false_marks=0.5)
    assert run.capsule == document()["capsule"]
    assert [(image.file, image.status) for image in run.images] == [
        ("a.dcm", Status.OK),
        ("b.dcm", Status.FAILED),
        ("c.txt", Status.SKIPPED),
    ]
    assert (run.images[0].origin, run.images[0].pixel_sha256) == (ORIGIN, DIGEST)


def test_the_output_folder_does_as_well(tmp_path):
    written(tmp_path, document())
    assert read_recorded(tmp_path) == read_recorded(tmp_path / "candidates.json")


def test_what_was_found_comes_back_as_it_was(tmp_path):
    path = written(tmp_path, document())
    first, *_ = recorded_results(path, read_recorded(path))
    assert json.dumps(first.as_dict()) == json.dumps(document()["images"][0])


@pytest.mark.parametrize("spoiled", ["signal", "spacing_mm", "cautions", "candidates", "limit"])
def test_a_record_that_this_version_cannot_read_is_refused_where_it_is_needed(tmp_path, spoiled):
    content = document()
    values = {"signal": "x", "spacing_mm": [1], "cautions": [["x"]], "candidates": ["x"], "limit": [1]}
    content["images"][0][spoiled] = values[spoiled]
    path = written(tmp_path, content)
    run = read_recorded(path)
    with pytest.raises(UnreadableResultError, match=r"image 1 is not as this version writes it; run"):
        recorded_results(path, run)


def _changed(change):
    content = document()
    change(content)
    return content


def _in_capsule(**values):
    return _changed(lambda d: d["images"][0]["capsule"].update(values))


def _in_reading(**values):
    return _changed(lambda d: d["images"][0]["capsule"]["reading"].update(values))


_HOSTILE = {
    "empty": (b"", "not a JSON file"),
    "text": (b"dear colleague", "not a JSON file"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a JSON file"),
    "cut short": (json.dumps(document()).encode()[:-200], "not a JSON file"),
    "NaN": (json.dumps(document()).encode().replace(b"0.5", b"NaN"), "NaN is not a number"),
    "infinite": (json.dumps(document()).encode().replace(b"0.5", b"1e999"), "1e999 is too large a number"),
    "endless digits": (b'{"schema": ' + b"1" * 5000 + b"}", "not a JSON file"),
    "deep": (b"[" * 1_000_000, "not a JSON file"),
    "a list": ([], "holds no result of `microcal analyze`"),
    "a text": ("x", "holds no result of `microcal analyze`"),
    "no schema": ({}, "its schema is missing, not 'microcal-candidates/1'"),
    "truth": ({"schema": "microcal-truth/1"}, "its schema is 'microcal-truth/1'"),
    "escapes": ({"schema": "\x1b[31m\n" + "x" * 10**6}, "its schema is"),
    "no capsule": (_changed(lambda d: d.pop("capsule")), "holds no capsule, it was written by an older"),
    "capsule of text": (_changed(lambda d: d.update(capsule="x")), "capsule is not a JSON object"),
    "no version": (_changed(lambda d: d.pop("version")), "does not say which version wrote it"),
    "odd version": (_changed(lambda d: d.update(version="1\n<b>")), "does not say which version wrote it"),
    "no images": (_changed(lambda d: d.pop("images")), "has no list of images"),
    "no settings": (_changed(lambda d: d.pop("settings")), "settings is not a JSON object"),
    "unknown setting": (_changed(lambda d: d["settings"].update(low_sd=1)), "unknown setting 'low_sd'"),
    "bad setting": (_changed(lambda d: d["settings"].update(false_marks="x")), "false_marks is 'x'"),
    "image of text": (_changed(lambda d: d["images"].insert(0, "x")), "image 1 is not a JSON object"),
    "no file": (_changed(lambda d: d["images"][1].pop("file")), "image 2 has no file name"),
    "unknown status": (
        _changed(lambda d: d["images"][1].update(status=["ok"])),
        "image 2 has no known status",
    ),
    "no candidates": (_changed(lambda d: d["images"][0].pop("candidates")), "image 1 has no file name or no"),
    "ok without capsule": (_changed(lambda d: d["images"][0].update(capsule=None)), "image 1 has no capsule"),
    "capsule a list": (_changed(lambda d: d["images"][0].update(capsule=[1])), "damaged capsule"),
    "capsule is empty": (_changed(lambda d: d["images"][0].update(capsule={})), "damaged capsule"),
    "short digest": (_in_capsule(file_sha256="ab"), "damaged capsule"),
    "digest of number": (_in_capsule(pixel_sha256=12), "damaged capsule"),
    "bytes of text": (_in_capsule(file_bytes="12"), "damaged capsule"),
    "decoders a number": (_in_capsule(decoders=3), "damaged capsule"),
    "decoder of list": (_in_capsule(decoders={"pydicom": []}), "damaged capsule"),
    "reading a list": (_in_capsule(reading=[]), "damaged capsule"),
    "three spacings": (_in_reading(spacing_mm=[1, 1, 1]), "damaged capsule"),
    "spacing of zero": (_in_reading(spacing_mm=[0, 0]), "damaged capsule"),
    "huge spacing": (_in_reading(spacing_mm=[10**400, 1]), "damaged capsule"),
    "spacing of text": (_in_reading(spacing_mm="xy"), "damaged capsule"),
    "odd photometric": (_in_reading(photometric="RGB"), "damaged capsule"),
    "odd flag": (_in_reading(secondary_capture="no"), "damaged capsule"),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_what_is_no_usable_result_is_refused_in_one_line_with_a_remedy(tmp_path, name):
    content, complaint = _HOSTILE[name]
    path = written(tmp_path, content)
    with pytest.raises(UnreadableResultError) as caught:
        read_recorded(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert complaint in text
    assert text.isprintable()
    assert len(text) < len(str(path)) + 260
    assert "; " in text  # the remedy


def test_what_is_too_large_is_refused_before_it_is_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded, "_LARGEST_BYTES", 100)
    with pytest.raises(
        UnreadableResultError, match="over 1 GiB; analyse and replay the files in several parts"
    ):
        read_recorded(written(tmp_path, b"[" * 101))


@pytest.mark.parametrize("name", ["absent.json", "a\0b.json", "folder"])
def test_an_absent_file_is_refused(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        UnreadableResultError, match=r"cannot be read .*; give the output folder of `microcal analyze`"
    ):
        read_recorded(tmp_path / name)
