"""The capsule in candidates.json: what it holds, and what it must never hold."""

import hashlib
import json
from dataclasses import replace
from importlib.resources import files

from microcal_xray.environment import installed_versions, platform_words
from microcal_xray.origin import Origin, Reading, pixel_sha256
from microcal_xray.reporting import (
    candidates_json,
    failed_result,
    image_result,
    image_result_from_dict,
    skipped_result,
)
from microcal_xray.settings import Settings

ORIGIN = Origin("ab" * 32, 1234, {"pydicom": "3.0.2", "odd": None}, Reading((0.1, 0.2), "MONOCHROME1", True))


def _with_origin(findings):
    return replace(findings, radiograph=replace(findings.radiograph, origin=ORIGIN))


def test_the_run_says_what_it_ran_on():
    document = json.loads(candidates_json([], Settings()))
    capsule = document["capsule"]
    assert capsule["versions"] == installed_versions()
    assert capsule["versions"]["microcal_xray"] == document["version"]
    assert capsule["platform"] == platform_words()
    assert capsule["seeds"] == {}


def test_the_model_is_known_by_its_hash():
    model = files("microcal_xray.measurement").joinpath("models", "ranker.json").read_bytes()
    capsule = json.loads(candidates_json([], Settings()))["capsule"]
    assert set(capsule["models"]) == {"ranker", "intervals", "limit", "bumps", "series", "change"}
    assert capsule["models"]["ranker"] == hashlib.sha256(model.replace(b"\r\n", b"\n")).hexdigest()


def test_an_image_says_where_it_comes_from_and_comes_back(make_findings):
    findings = _with_origin(make_findings())
    result = image_result(findings, "a.dcm")
    capsule = json.loads(json.dumps(result.as_dict()))["capsule"]
    assert capsule == {
        "pixel_sha256": pixel_sha256(findings.radiograph.pixels, findings.radiograph.usable),
        "bone_sha256": None,
        "file_sha256": "ab" * 32,
        "file_bytes": 1234,
        "decoders": {"pydicom": "3.0.2", "odd": None},
        "reading": {"spacing_mm": [0.1, 0.2], "photometric": "MONOCHROME1", "secondary_capture": True},
    }
    again = image_result_from_dict(json.loads(json.dumps(result.as_dict())))
    assert (again.origin, again.pixel_sha256) == (ORIGIN, result.pixel_sha256)


def test_an_array_has_the_hash_of_its_pixels_alone(make_findings):
    capsule = image_result(make_findings(), "a").as_dict()["capsule"]
    assert len(capsule["pixel_sha256"]) == 64
    assert capsule["file_sha256"] is None
    assert capsule["decoders"] == {}


def test_a_failed_file_keeps_its_origin_and_a_skipped_one_has_none():
    failed = failed_result("a.dcm", "the file is empty", origin=ORIGIN).as_dict()["capsule"]
    assert (failed["file_sha256"], failed["pixel_sha256"]) == ("ab" * 32, None)
    assert skipped_result("a.txt", "not an image").as_dict()["capsule"] is None
