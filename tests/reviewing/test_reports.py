"""The consensus as structured reports of DICOM images."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pydicom
import pytest
from reading_scenes import candidate, checked, drawn, own, said

from microcal_xray import Findings, read_radiograph, read_results
from microcal_xray.cli import main
from microcal_xray.errors import SettingsError
from microcal_xray.exporting import ExportOptions, ResultKind, Verifier, dicom_objects, object_bytes
from microcal_xray.reader_verdicts import ReaderVerdict
from microcal_xray.reporting import image_result, write_results
from microcal_xray.reviewing import Role, open_store, read_study, stored_decisions
from microcal_xray.reviewing.reports import reviewed_analyses
from microcal_xray.settings import Settings

SAMPLES = Path(__file__).parents[2] / "sample_data"
FILES = ("tibia_fissure.dcm", "femur_plain.dcm")
FOR_SURE = ["--verifying-observer", "Who^Verifies", "--verifying-organization", "Clinic"]
VERIFIER = Verifier("Who^Verifies", "Clinic")
TIBIA, FEMUR = FILES


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """Return a folder with two radiographs and candidates on them that nobody had to look for."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "images").mkdir()
    results = []
    for name, rows in zip(FILES, ((400, 500, 600), (300,)), strict=True):
        shutil.copy(SAMPLES / name, folder / "images" / name)
        candidates = tuple(candidate(number, row) for number, row in enumerate(rows, 1))
        radiograph = read_radiograph(folder / "images" / name)
        results.append(image_result(Findings(radiograph, Settings(), candidates), name))
    write_results(results, folder / "out", Settings())
    return folder


@pytest.fixture
def store(analysed):
    """Return decisions: a candidate accepted, a drawn line unsure, nothing on the other image; both done."""
    for path in (analysed / "out").glob("decisions.sqlite*"):
        path.unlink()
    study = read_study(analysed / "out")
    store = open_store(study)
    store.add(
        checked(
            study,
            "anna",
            said(TIBIA, "1", "accept", reason="old_change", comment="a secret of the reader's"),
            drawn(TIBIA, 1, 0, path_px=[[400.0, 300.0], [405.0, 340.0]]),
            said(TIBIA, own(1), "unsure"),
            said(TIBIA, "", "done"),
            said(FEMUR, "", "done"),
        )
    )
    return store


def report_of(store, analysed, name, **options):
    analyses, _ = reviewed_analyses(stored_decisions(store), **options)
    (analysis,) = [each for each in analyses if each.result.file == name]
    kinds = ExportOptions(kinds=(ResultKind.SR,))
    return dicom_objects(analysis, analysed / "images" / name, kinds)[ResultKind.SR]


def texts(report):
    """Return what a report says in words, by code."""
    return {
        item.ConceptNameCodeSequence[0].CodeValue: item.TextValue
        for container in report.ContentSequence
        for item in container.get("ContentSequence") or ()
        if item.ValueType == "TEXT"
    }


def test_what_was_accepted_is_listed_and_the_rest_is_counted(analysed, store):
    report = report_of(store, analysed, TIBIA)
    found = read_results(report).candidates
    assert [each.verdict for each in found] == [ReaderVerdict.ACCEPT, ReaderVerdict.UNSURE]
    assert found[0].numbers["length_mm"] == store.study.by_file[TIBIA].candidates["1"].length_mm
    assert (found[1].tier, list(found[1].numbers)) == (None, ["length_mm"])
    assert texts(report)["LEFT_OUT"] == "2"
    assert texts(report)["READERS"] == "1"
    assert "old change" in str(report)
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")


def test_a_moved_candidate_keeps_none_of_its_numbers_but_a_length(analysed, store):
    moved = said(TIBIA, "1", "move", path_px=[[500.0, 300.0], [500.0, 340.0]])
    store.add(checked(store.study, "anna", moved))
    first = read_results(report_of(store, analysed, TIBIA)).candidates[0]
    assert list(first.numbers) == ["length_mm"]
    assert first.path_px.tolist() == [[500, 300], [500, 340]]


def test_neither_readers_nor_their_words_are_in_a_report(analysed, store):
    content = object_bytes(report_of(store, analysed, TIBIA))
    assert b"anna" not in content
    assert b"secret" not in content


def test_an_image_without_accepted_lines_has_a_report_that_says_so(analysed, store):
    report = report_of(store, analysed, FEMUR)
    assert read_results(report).candidates == ()
    assert "NONE_ACCEPTED" in str(report)


def test_the_same_decisions_have_the_same_identifier_and_other_decisions_another(analysed, store):
    plain = report_of(store, analysed, TIBIA).SOPInstanceUID
    verified = report_of(store, analysed, TIBIA, verifier=VERIFIER).SOPInstanceUID
    assert report_of(store, analysed, TIBIA, verifier=VERIFIER).SOPInstanceUID == verified
    store.add(checked(store.study, "anna", said(TIBIA, "1", "unsure")))
    assert len({plain, verified, report_of(store, analysed, TIBIA).SOPInstanceUID}) == 3


def test_nobody_verifies_what_readers_disagree_on(store):
    store.add(checked(store.study, "ben", said(TIBIA, "", "done")))
    analyses, without = reviewed_analyses(stored_decisions(store), verifier=VERIFIER)
    assert [each.result.file for each in analyses] == [FEMUR]
    assert without[0][0] == TIBIA
    assert "adjudicate" in without[0][1]
    settled = [said(TIBIA, "1", "accept"), drawn(TIBIA, 1, 9)]
    store.add(checked(store.study, "dora", *settled), role=Role.ADJUDICATION)
    assert reviewed_analyses(stored_decisions(store), verifier=VERIFIER)[1] == ()


def test_an_image_that_nobody_read_gets_no_report(store):
    store.add(checked(store.study, "anna", said(FEMUR, "", "reopen")))
    _, without = reviewed_analyses(stored_decisions(store))
    assert without == ((FEMUR, "nobody is done with it"),)


@pytest.mark.slow  # worker processes import highdicom
def test_the_command_writes_verified_reports_where_all_is_settled(analysed, store, capsys):
    out, images = str(analysed / "out"), str(analysed / "images")
    export = ["review", out, "--export", "sr", "--source", images]
    assert main(export[:4]) == 2
    assert "--source" in capsys.readouterr().err
    assert main([*export, *FOR_SURE[:2]]) == 2
    assert "together" in capsys.readouterr().err
    assert main([*export, *FOR_SURE]) == 0
    for name in FILES:
        report = pydicom.dcmread(analysed / "out" / "dicom" / f"{name}.sr.dcm")
        (observer,) = report.VerifyingObserverSequence
        assert (report.VerificationFlag, report.PreliminaryFlag) == ("VERIFIED", "FINAL")
        assert (str(observer.VerifyingObserverName), observer.VerifyingOrganization) == (
            "Who^Verifies",
            "Clinic",
        )
        assert len(observer.VerificationDateTime) == 14


@pytest.mark.parametrize("name", ["", " ", "M\u00fcller^Anna", "a\\b", "a=b", "x" * 65, "a\nb"])
def test_a_name_that_no_report_can_hold_is_refused(name):
    with pytest.raises(SettingsError, match="verifying observer"):
        Verifier(name, "Clinic")


@pytest.mark.slow
def test_no_validator_finds_an_error(analysed, store, tmp_path):
    programs = {"dciodvfy": "dicom3tools", "DicomSRValidator": "pixelmed-apps"}
    missing = [f"{name} ({package})" for name, package in programs.items() if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}: NOT validated")
    path = tmp_path / "report.dcm"
    for name, verifier in ((FEMUR, VERIFIER), (TIBIA, None), (TIBIA, VERIFIER)):
        path.write_bytes(object_bytes(report_of(store, analysed, name, verifier=verifier)))
        assert errors("dciodvfy", "-new", str(path)) == []
    # Java takes its time: the fullest of them alone.
    assert errors("DicomSRValidator", "-checkcontentitemorder", "-checktemplateid", str(path)) == []


def errors(*command):
    """Return the lines in which a validator complains."""
    # The validator's style sheets have more operators than Java allows by default.
    limits = ("xpathTotalOpLimit", "xpathExprOpLimit", "xpathExprGrpLimit")
    java = " ".join(f"-Djdk.xml.{limit}=0" for limit in limits)
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | {"JAVA_TOOL_OPTIONS": java},
        check=False,
    )
    said = run.stdout + run.stderr
    assert said  # neither is silent
    return [line for line in said.splitlines() if re.match(r"(Error|E:|F:)", line)]
