"""Identifiers: the same content has the same, any other another."""

import datetime
from dataclasses import replace

import numpy as np
import pytest
from dicom_sources import found, renumbered, source_file

from microcal_xray.exporting import Analysis, ExportOptions, ResultKind, dicom_objects, object_bytes, to_dicom
from microcal_xray.findings import Kind, Tier
from microcal_xray.reporting import image_result, image_result_from_dict
from microcal_xray.settings import Settings

KINDS = tuple(ResultKind)
NOON = datetime.datetime(2030, 1, 2, 12, 0, 0)


def identifiers(findings, path, **options):
    return {
        kind: each.SOPInstanceUID for kind, each in to_dicom(findings, path, kinds=KINDS, **options).items()
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return source_file(tmp_path_factory.mktemp("identifiers"))


@pytest.fixture(scope="module")
def usual(path):
    return identifiers(found(path), path)


def test_the_same_findings_give_the_same_identifiers_at_any_time(path, usual):
    assert identifiers(found(path), path, created=NOON) == usual
    assert len(set(usual.values())) == len(KINDS)


def test_the_same_time_gives_the_same_bytes(path):
    once, again = (to_dicom(found(path), path, kinds=["sr", "gsps"], created=NOON) for _ in range(2))
    assert [object_bytes(each) for each in once.values()] == [object_bytes(each) for each in again.values()]
    assert (once[ResultKind.SR].ContentDate, once[ResultKind.SR].ContentTime) == ("20300102", "120000")


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"length_mm": 6.5}, {ResultKind.SR, ResultKind.GSPS}),
        ({"score": 1.5}, {ResultKind.SR}),
        ({"kind": Kind.LUCENT}, set(KINDS)),
        ({"tier": Tier.WEAK}, set(KINDS)),
        ({"path_px": np.array([[40.0, 25.0], [41.0, 65.0]])}, set(KINDS)),
    ],
    ids=["length", "score", "kind", "tier", "path"],
)
def test_whatever_changes_in_an_object_changes_its_identifier(path, usual, changes, kinds):
    changed = identifiers(renumbered(found(path), **changes), path)
    assert {kind for kind in KINDS if changed[kind] != usual[kind]} == kinds


def test_another_list_other_settings_and_another_version_change_all(path, usual):
    fewer = identifiers(found(path, 1), path)
    asked = identifiers(found(path, settings=Settings(false_marks=4)), path)
    result = image_result_from_dict(image_result(found(path), "leg.dcm").as_dict())
    options = ExportOptions(kinds=KINDS)
    later = dicom_objects(Analysis(result, Settings(), "9.9"), path, options)
    for other in (fewer, asked, {kind: each.SOPInstanceUID for kind, each in later.items()}):
        assert not set(other.values()) & set(usual.values())


def test_another_patient_changes_all(tmp_path, usual):
    path = source_file(tmp_path, PatientName="Test^Corrected")
    assert not set(identifiers(found(path), path).values()) & set(usual.values())


def test_a_difference_below_the_decimals_of_the_record_changes_nothing(path, usual):
    findings = found(path)
    nearly = renumbered(findings, path_px=findings.candidates[0].path_px + 1e-4, score=1.3401)
    assert identifiers(nearly, path) == usual


def test_results_of_one_series_share_a_series_and_those_of_another_do_not(tmp_path, path):
    def series(where):
        return to_dicom(found(where), where, kinds=["sr"])[ResultKind.SR].SeriesInstanceUID

    second, elsewhere, other_side = (
        source_file(tmp_path / name, **tags)
        for name, tags in (
            ("a", {"SOPInstanceUID": "1.2.3.44", "InstanceNumber": 3}),
            ("b", {"SeriesInstanceUID": "1.2.3.55"}),
            ("c", {"ImageLaterality": "R"}),
        )
        if not (tmp_path / name).mkdir()
    )
    assert series(second) == series(path)
    assert series(elsewhere) != series(path)
    assert series(other_side) != series(path)


def test_numbers_of_series_and_images_follow_the_source(tmp_path, path):
    made = to_dicom(found(path), path, kinds=KINDS)
    assert [int(each.SeriesNumber) for each in made.values()] == [9103, 9203, 9303, 9403]
    assert {int(each.InstanceNumber) for each in made.values()} == {2}
    odd = source_file(tmp_path, SeriesNumber=123456, InstanceNumber=None)
    report = to_dicom(found(odd), odd, kinds=["sr"])[ResultKind.SR]
    assert (report.SeriesNumber, report.InstanceNumber) == (9100, 1)


def test_the_tracking_of_a_line_survives_new_numbers_but_no_new_place(path):
    from content_tree import groups, named

    def tracking(findings):
        report = to_dicom(findings, path, kinds=["sr"])[ResultKind.SR]
        return [named(group, "112040")[0].UID for group in groups(report)]

    findings = found(path)
    moved = renumbered(findings, path_px=findings.candidates[0].path_px + 1)
    assert tracking(renumbered(findings, length_mm=7.0)) == tracking(findings)
    assert tracking(replace(moved))[0] != tracking(findings)[0]
    assert tracking(moved)[1] == tracking(findings)[1]
