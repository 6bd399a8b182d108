import csv
import dataclasses
import itertools
import json
import os
import sys

import pytest
from PIL import Image

from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.reporting import (
    PageOptions,
    StrongestFirst,
    failed_result,
    image_result,
    table,
    write_overlay,
    write_report,
    write_results,
)
from microcal_xray.settings import Settings

_FILES = {"bumps.csv", "candidates.csv", "candidates.json", "images.csv", "report.html"}


def _names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_report_is_written_with_all_its_files(make_findings, tmp_path):
    page = write_report([make_findings("tibia.dcm")], tmp_path / "new" / "report")
    assert page == tmp_path / "new" / "report" / "report.html"
    assert _names(page.parent) == _FILES | {"overlays/tibia.dcm.png"}
    with Image.open(page.parent / "overlays" / "tibia.dcm.png") as image:
        assert image.format == "PNG"
        assert "Software" not in image.info


def test_equal_names_do_not_collide(make_findings, tmp_path):
    write_report([make_findings("a"), make_findings("a"), make_findings("a (2)")], tmp_path)
    images = json.loads((tmp_path / "candidates.json").read_text(encoding="utf-8"))["images"]
    assert sorted(image["file"] for image in images) == ["a", "a (2)", "a (2) (2)"]
    assert len(list((tmp_path / "overlays").iterdir())) == 3


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a/b\\c", "\0", "", "."])
def test_no_name_leads_out_of_the_folder(make_findings, tmp_path, name):
    out = tmp_path / "deep" / "out"
    write_report([make_findings(name, candidates=0)], out)
    assert _names(tmp_path) == {f"deep/out/{file}" for file in _names(out)}
    assert len(_names(out)) == 6


def test_no_findings_is_a_report_too(tmp_path):
    page = write_report([], tmp_path)
    assert "0 radiographs" in page.read_text(encoding="utf-8").replace("<b>", "").replace("</b>", "")


def test_findings_of_different_settings_are_refused(make_findings, tmp_path):
    other = make_findings(settings=Settings(false_marks=4))
    with pytest.raises(SettingsError, match="different settings; write one report for each"):
        write_report([make_findings(), other], tmp_path)


def test_images_are_sorted_by_file_and_every_input_is_there(make_findings, tmp_path):
    results = [failed_result("z", "empty"), image_result(make_findings(), "m"), failed_result("a", "empty")]
    write_results(iter(results), tmp_path, Settings())
    with (tmp_path / "images.csv").open(encoding="utf-8", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["a", "m", "z"]


def test_the_same_results_give_the_same_bytes(make_findings, tmp_path):
    results = [image_result(make_findings(), "b"), failed_result("a", "empty")]
    write_results(results, tmp_path / "one", Settings())
    write_results(results[::-1], tmp_path / "two", Settings())
    for name in _FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_strongest_images_are_embedded(make_findings, tmp_path):
    scores = {"a": 3.0, "b": 9.0, "c": 5.0, "d": None}
    results = [
        image_result(make_findings(candidates=1 if score else 0, best_score=score or 0.0), file)
        for file, score in scores.items()
    ]
    page = write_results(results, tmp_path, Settings(), embedded_images=2).read_text(encoding="utf-8")
    assert page.count('id="pixels-') == 2
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    assert [image["file"] for image in data["images"]] == ["b", "c"]
    assert "2 radiographs with weaker or no candidates not embedded" in page
    assert data["left_out"] == 2


def _full_depth(page):
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    return {image["file"]: image["full_depth"] for image in data["images"]}


def test_only_the_strongest_are_kept_at_full_depth_where_not_all_fit(make_findings, tmp_path):
    results = [
        image_result(make_findings(candidates=1, best_score=score), file)
        for file, score in {"a": 3.0, "b": 9.0, "c": 5.0}.items()
    ]
    size = len(results[0].packed_pixels)
    for order in (results, results[::-1]):
        options = PageOptions(full_depth_megabytes=2.5 * size / 1e6)
        page = write_results(order, tmp_path, Settings(), page=options).read_text(encoding="utf-8")
        assert _full_depth(page) == {"a": False, "b": True, "c": True}
    page = write_results(results, tmp_path, Settings(), page=PageOptions(full_depth_megabytes=0))
    assert _full_depth(page.read_text(encoding="utf-8")) == {"a": False, "b": False, "c": False}


def test_a_weaker_image_never_takes_the_place_of_a_stronger_one_that_does_not_fit(make_findings):
    sizes = {"strong": (9.0, 3), "middle": (5.0, 9), "weak": (1.0, 4)}
    for order in itertools.permutations(sizes):
        strongest = StrongestFirst(10)
        dropped = []
        for file in order:
            score, size = sizes[file]
            dropped += strongest.add(image_result(make_findings(candidates=1, best_score=score), file), size)
        assert sorted(dropped) == ["middle", "weak"], order


def test_overlays_that_are_there_are_linked(make_findings, tmp_path):
    (tmp_path / "overlays").mkdir()
    write_overlay(make_findings(), tmp_path / "overlays" / "x y__b.dcm.png")
    results = [image_result(make_findings(), file).without_preview() for file in ("x y/b.dcm", "c.dcm")]
    page = write_results(results, tmp_path, Settings()).read_text(encoding="utf-8")
    assert page.count('href="overlays/') == 2  # once in each language
    assert 'href="overlays/x%20y__b.dcm.png"' in page


def test_a_file_in_place_of_the_folder_is_said(make_findings, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="there is a file of that name; give a folder"):
        write_results([], tmp_path / "out", Settings())
    with pytest.raises(OutputError, match="give a folder"):
        write_report([make_findings()], tmp_path / "out" / "below")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_said(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write_results([], tmp_path, Settings())
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_cannot_be_replaced_costs_no_other(make_findings, tmp_path):
    (tmp_path / "candidates.csv").mkdir()  # as good as a table that is open elsewhere on Windows
    with pytest.raises(OutputError, match=r"candidates\.csv \(.+\) cannot be written; close") as raised:
        write_results([image_result(make_findings(), "a.dcm")], tmp_path, Settings())
    assert str(raised.value).count("cannot be written") == 1
    assert "images.csv" not in str(raised.value)
    assert {"candidates.json", "images.csv", "report.html"} <= _names(tmp_path)


def test_every_file_that_cannot_be_replaced_is_named(tmp_path):
    for name in _FILES:
        (tmp_path / name).mkdir()
    with pytest.raises(OutputError) as raised:
        write_results([], tmp_path, Settings())
    assert all(name in str(raised.value) for name in _FILES)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["a\nb.png", "a\u2028b.png", "a\u202egnp.exe", "caf\udce9.png"])
def test_every_file_writes_a_hostile_name_alike(make_findings, tmp_path, name):
    page = write_results([image_result(make_findings(), name)], tmp_path, Settings())
    shown = json.loads((tmp_path / "candidates.json").read_text(encoding="utf-8"))["images"][0]["file"]
    assert shown.isprintable()
    for table_name in ("images.csv", "candidates.csv"):
        with (tmp_path / table_name).open(encoding="utf-8", newline="") as file:
            assert {row["file"] for row in csv.DictReader(file)} == {shown}
    data = json.loads(page.read_text(encoding="utf-8").split('id="report-data">')[1].split("</script>")[0])
    assert data["images"][0]["file"] == shown
    assert {row["file"] for row in table(make_findings(name))} == {shown}


def test_text_is_utf_8_with_unix_newlines(make_findings, tmp_path):
    findings = make_findings()
    renamed = dataclasses.replace(
        findings, radiograph=dataclasses.replace(findings.radiograph, name="ünï 漢\udcff")
    )
    write_report([renamed], tmp_path)
    for name in _FILES - {"bumps.csv"}:  # without bumps it names no file
        data = (tmp_path / name).read_bytes()
        assert b"\r" not in data
        assert "ünï 漢\\xff" in data.decode("utf-8").replace("\\\\", "\\")


def test_no_path_of_this_machine_is_written(make_findings, tmp_path):
    write_report([make_findings()], tmp_path)
    for name in _FILES:
        assert str(tmp_path).encode() not in (tmp_path / name).read_bytes()
