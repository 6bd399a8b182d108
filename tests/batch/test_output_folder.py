import os
import sys

import pytest

from microcal_xray.batch.output_folder import keep_overlays, prepare_output, remove_work
from microcal_xray.errors import OutputError
from microcal_xray.reporting import write_results
from microcal_xray.settings import Settings


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    folder = prepare_output(tmp_path / "a" / "b")
    assert folder.overlays.is_dir()
    remove_work(folder)
    assert sorted(path.name for path in folder.path.iterdir()) == ["overlays"]


def test_an_earlier_result_is_taken_over(tmp_path):
    write_results([], tmp_path, Settings())
    prepare_output(tmp_path)


def test_what_an_interrupted_run_left_is_taken_over(tmp_path):
    folder = prepare_output(tmp_path)
    (folder.work / "left.jpg").write_bytes(b"x")
    assert not any(prepare_output(tmp_path).work.iterdir())


@pytest.mark.parametrize("content", ["{}", '{"schema": "other/1"}', ""])
def test_a_folder_with_other_files_is_refused_untouched(tmp_path, content):
    (tmp_path / "candidates.json").write_text(content)
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(
        OutputError, match="not empty and holds no earlier result; choose a new or an empty one"
    ):
        prepare_output(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["candidates.json", "thesis.docx"]


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_the_way_is_named(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose another output folder"):
        prepare_output(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written to"):
        prepare_output(tmp_path / "out")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, not even from root")
def test_a_folder_where_nothing_can_be_made_is_named():
    with pytest.raises(OutputError, match="cannot be written to"):
        prepare_output("/proc/report")


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_overlays_behind_a_link_are_not_touched(tmp_path):
    pictures = tmp_path / "holiday pictures"
    pictures.mkdir()
    (pictures / "beach.png").write_bytes(b"x")
    write_results([], tmp_path / "out", Settings())
    (tmp_path / "out" / "overlays").symlink_to(pictures)
    with pytest.raises(OutputError, match="links in place of folders"):
        prepare_output(tmp_path / "out")
    assert (pictures / "beach.png").exists()


def test_only_stale_pictures_are_removed(tmp_path):
    folder = prepare_output(tmp_path)
    for name in ["old.png", "new.png", "notes.txt"]:
        (folder.overlays / name).write_bytes(b"x")
    keep_overlays(folder, ["new.png"])
    assert sorted(path.name for path in folder.overlays.iterdir()) == ["new.png", "notes.txt"]
