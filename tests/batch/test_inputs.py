import os
import sys

import pytest

from microcal_xray.batch.inputs import find_inputs
from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.reporting import write_results
from microcal_xray.settings import Settings


@pytest.fixture
def tree(tmp_path):
    for name in ["leg/b.dcm", "leg/a.dcm", "leg/deep/er/c.dcm", "arm/a.dcm", "top.dcm"]:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "in"


def names(paths, out):
    return [entry.file for entry in find_inputs(paths, out=out)]


def test_a_folder_is_walked_down_and_sorted(tree, tmp_path):
    expected = ["arm/a.dcm", "leg/a.dcm", "leg/b.dcm", "leg/deep/er/c.dcm", "top.dcm"]
    assert names([tree], tmp_path / "out") == expected


def test_a_file_is_named_by_its_own_name(tree, tmp_path):
    assert names([tree / "leg" / "deep" / "er" / "c.dcm"], tmp_path / "out") == ["c.dcm"]


def test_several_inputs_are_named_relative_to_what_holds_them_all(tree, tmp_path):
    paths = [tree / "leg" / "deep", tree / "arm" / "a.dcm"]
    assert names(paths, tmp_path / "out") == ["arm/a.dcm", "leg/deep/er/c.dcm"]
    assert names(paths[::-1], tmp_path / "out") == names(paths, tmp_path / "out")


def test_what_is_named_twice_comes_once(tree, tmp_path):
    paths = [tree / "leg", tree, tree / "leg" / "a.dcm", tree / "arm" / ".." / "leg"]
    assert names(paths, tmp_path / "out") == names([tree], tmp_path / "out")


def test_a_relative_path_is_as_good(tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tree / "leg")
    assert names(["."], tmp_path / "out") == ["a.dcm", "b.dcm", "deep/er/c.dcm"]
    assert names(["a.dcm", "../top.dcm"], tmp_path / "out") == ["leg/a.dcm", "top.dcm"]


def test_the_output_folder_is_left_out(tree):
    (tree / "report").mkdir()
    (tree / "report" / "picture.png").write_bytes(b"x")
    assert not any(name.startswith("report") for name in names([tree], tree / "report"))
    assert "report/picture.png" in names([tree], tree / "elsewhere")


def test_results_of_an_earlier_run_in_the_folder_are_no_inputs(tree, tmp_path):
    write_results([], tree / "leg" / "report", Settings())
    (tree / "leg" / "report" / "overlays").mkdir()
    (tree / "leg" / "report" / "overlays" / "a.png").write_bytes(b"x")
    found = {entry.file: entry.reason for entry in find_inputs([tree], out=tmp_path / "out")}
    assert found["leg/report"] == "holds results of microcal, which are not analysed"
    assert [file for file in found if file.startswith("leg/report")] == ["leg/report"]


@pytest.mark.parametrize("inside", [".", "overlays", "overlays/a.png"])
def test_an_input_inside_the_output_folder_is_refused(tmp_path, inside):
    out = tmp_path / "out"
    (out / "overlays").mkdir(parents=True)
    (out / "overlays" / "a.png").write_bytes(b"x")
    with pytest.raises(OutputError, match="lies in the output folder"):
        find_inputs([out / inside], out=out)


def test_a_missing_path_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.dcm: no such file or folder"):
        find_inputs([tmp_path / "absent.dcm"], out=tmp_path / "out")


def test_no_path_at_all_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="name at least one"):
        find_inputs([], out=tmp_path / "out")


def test_an_empty_folder_has_no_inputs(tmp_path):
    (tmp_path / "in").mkdir()
    assert find_inputs([tmp_path / "in"], out=tmp_path / "out") == ()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file kinds")
def test_links_and_special_files_are_named_and_not_opened(tree, tmp_path):
    os.mkfifo(tree / "pipe")
    (tree / "aaa").symlink_to(tree / "leg" / "a.dcm")
    (tree / "circle").symlink_to(tree)
    (tree / "nowhere").symlink_to(tree / "absent")
    (tmp_path / "outside.dcm").write_bytes(b"x")
    (tree / "linked.dcm").symlink_to(tmp_path / "outside.dcm")
    (tree / ".git").mkdir()
    entries = {
        entry.file: (entry.status, entry.reason) for entry in find_inputs([tree], out=tmp_path / "out")
    }
    assert entries["pipe"] == ("skipped", "is not an ordinary file")
    assert entries["aaa"] == ("skipped", "is a link to leg/a.dcm")
    assert entries["circle"] == ("skipped", "is a link to a folder, which is not followed")
    assert entries["nowhere"] == ("failed", "is a link that leads nowhere")
    assert entries["linked.dcm"] == ("ok", None)
    assert entries[".git"] == ("skipped", "is hidden")


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_linked_file_keeps_the_name_that_was_given(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "0f3a").write_bytes(b"x")
    (tmp_path / "leg.dcm").symlink_to(tmp_path / "store" / "0f3a")
    assert names([tmp_path / "leg.dcm"], tmp_path / "out") == ["leg.dcm"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_a_failure_of_its_own(tree, tmp_path):
    (tree / "leg").chmod(0)
    try:
        entries = {entry.file: entry for entry in find_inputs([tree], out=tmp_path / "out")}
    finally:
        (tree / "leg").chmod(0o755)
    assert entries["leg"].status == "failed"
    assert "Permission denied" in entries["leg"].reason
    assert "arm/a.dcm" in entries
