import dataclasses
import pickle

import numpy as np
import pytest

from microcal_xray.reporting import (
    Status,
    failed_result,
    image_result,
    image_result_from_dict,
    skipped_result,
)


def test_a_result_says_what_was_found(make_findings):
    record = image_result(make_findings(), "sub/tibia.dcm").as_dict()
    assert (record["file"], record["status"], record["reason"]) == ("sub/tibia.dcm", "ok", None)
    assert (record["rows"], record["columns"], record["spacing_mm"]) == (120, 90, [0.1, 0.1])
    first, second = record["candidates"]
    assert (first["score"], first["length_mm"], first["width_mm"]) == (12.35, 3.0, 0.3)
    assert second["angle_to_bone_deg"] is None
    assert second["cautions"] == ["no_bone_axis"]


def test_unknown_spacing_is_null_and_named(make_findings):
    record = image_result(make_findings(spacing_mm=None), "a.png").as_dict()
    assert (record["spacing_mm"], record["spacing_source"]) == (None, "none")
    assert record["candidates"][0]["length_mm"] is None
    assert record["candidates"][0]["length_px"] == 30.0


def test_every_status_has_the_same_fields(make_findings):
    results = [image_result(make_findings(), "a"), failed_result("b", "empty"), skipped_result("c", "text")]
    fields = [list(result.as_dict()) for result in results]
    assert fields[0] == fields[1] == fields[2]
    assert [result.status for result in results] == [Status.OK, Status.FAILED, Status.SKIPPED]


@pytest.mark.parametrize("spacing_mm", [None, (0.1, 0.1), (0.2, 0.1)])
def test_a_record_comes_back_as_it_was_written(make_findings, spacing_mm):
    result = image_result(make_findings(spacing_mm=spacing_mm), "a.dcm")
    again = image_result_from_dict(result.as_dict(), preview_jpeg=result.preview_jpeg)
    assert again.as_dict() == result.as_dict()
    assert again.preview_jpeg == result.preview_jpeg


def test_a_result_survives_the_way_between_processes(make_findings):
    result = image_result(make_findings(), "a.dcm")
    assert pickle.loads(pickle.dumps(result)).as_dict() == result.as_dict()


def test_candidates_are_sorted_by_falling_score(make_findings):
    findings = make_findings(candidates=3)
    turned = dataclasses.replace(findings, candidates=findings.candidates[::-1])
    assert [c["id"] for c in image_result(turned, "a").as_dict()["candidates"]] == [1, 2, 3]


def test_paths_are_rounded_to_a_hundredth_and_never_minus_zero(make_findings):
    findings = make_findings(candidates=1)
    path = np.array([[-0.001, 1 / 3], [2.0, 7.126]])
    odd = dataclasses.replace(findings.candidates[0], path_px=path)
    record = image_result(dataclasses.replace(findings, candidates=(odd,)), "a").as_dict()
    assert str(record["candidates"][0]["path_px"]) == "[[0.0, 0.33], [2.0, 7.13]]"


def test_a_number_that_is_not_finite_is_null_but_a_score_must_be_finite(make_findings):
    findings = make_findings(candidates=1)
    vague = dataclasses.replace(findings.candidates[0], contrast_sd=float("nan"))
    record = image_result(dataclasses.replace(findings, candidates=(vague,)), "a").as_dict()
    assert record["candidates"][0]["contrast_sd"] is None
    wrong = dataclasses.replace(findings.candidates[0], score=float("inf"))
    with pytest.raises(ValueError, match="a: candidate 1 has a score or a path that is not finite"):
        image_result(dataclasses.replace(findings, candidates=(wrong,)), "a")


def test_a_name_that_is_not_unicode_is_written_out():
    assert failed_result("caf\udce9.dcm", "empty").as_dict()["file"] == "caf\\xe9.dcm"
