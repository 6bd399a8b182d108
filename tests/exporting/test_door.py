"""Findings in, objects out: what the door lets through."""

from dataclasses import replace

import numpy as np
import pytest
from dicom_sources import dx, found, pixels, saved, source_file
from PIL import Image

import microcal_xray as mx
from microcal_xray.errors import MicrocalError, SettingsError
from microcal_xray.exporting import export


def test_the_usual_kinds_are_report_state_and_capture(tmp_path):
    path = source_file(tmp_path)
    assert list(mx.to_dicom(found(path), path)) == ["sr", "gsps", "sc"]
    assert list(mx.to_dicom(found(path), path, kinds=["sc", mx.ResultKind.SR, "sc"])) == ["sc", "sr"]


@pytest.mark.parametrize(
    ("kinds", "complaint"),
    [
        (["pdf"], "'pdf' is no DICOM result; known are sr, gsps, sc, seg"),
        ([], "no DICOM result was asked for"),
        ("sr", "kinds is 'sr'; give a list"),
    ],
)
def test_a_kind_that_is_not_known_is_refused(tmp_path, kinds, complaint):
    path = source_file(tmp_path)
    with pytest.raises(SettingsError, match=complaint):
        mx.to_dicom(found(path), path, kinds=kinds)


def test_another_picture_is_refused(tmp_path):
    path = source_file(tmp_path)
    findings = found(path)
    (tmp_path / "other").mkdir()
    other = saved(dx(np.roll(pixels(), 1, axis=0)), tmp_path / "other")
    with pytest.raises(SettingsError, match="holds another picture than the one that was analyzed"):
        mx.to_dicom(findings, other)


def test_the_same_picture_under_other_tags_is_the_same(tmp_path):
    findings = found(source_file(tmp_path))
    (tmp_path / "other").mkdir()
    other = source_file(tmp_path / "other", PatientName="Test^Corrected", SOPInstanceUID="1.2.3.9")
    assert mx.to_dicom(findings, other, kinds=["sr"])["sr"].PatientName == "Test^Corrected"


def test_a_picture_has_no_study(tmp_path):
    path = tmp_path / "leg.png"
    Image.fromarray(pixels()).save(path)
    findings = mx.find_lines(mx.read_radiograph(path))
    with pytest.raises(SettingsError, match=r"leg\.png: is not a DICOM file, so it has no patient"):
        mx.to_dicom(findings, path)


def test_polarity_and_spacing_that_the_user_gave_are_kept(tmp_path):
    path = source_file(tmp_path)
    findings = found(path, photometric=mx.Photometric.MONOCHROME1, spacing_mm=(0.2, 0.2))
    report = mx.read_results(mx.to_dicom(findings, path, kinds=["sr"])["sr"])
    assert report.candidates[0].spacing_source == "user"
    assert report.candidates[0].numbers["length_mm"] == pytest.approx(8)


def test_a_candidate_without_some_numbers_lacks_them_and_nothing_else(tmp_path):
    path = source_file(tmp_path)
    findings = found(path, 1)
    bare = replace(
        findings.candidates[0],
        width_px=float("nan"),
        width_mm=None,
        contrast_sd=float("nan"),
        angle_to_bone_deg=None,
        evidence=None,
    )
    made = mx.to_dicom(replace(findings, candidates=(bare,)), path, kinds=["sr", "gsps", "sc", "seg"])
    assert set(mx.read_results(made[mx.ResultKind.SR]).candidates[0].numbers) == {"length_mm", "score"}


def test_without_highdicom_one_line_says_how_to_get_it(tmp_path, monkeypatch):
    path = source_file(tmp_path)
    findings = found(path)
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    with pytest.raises(
        MicrocalError, match=r"^DICOM results need one more package: pip install microcal-xray\[dicom\]$"
    ):
        mx.to_dicom(findings, path)
