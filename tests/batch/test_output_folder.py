import os
import subprocess
import sys

import pytest

from microcal_xray.batch.output_folder import held_output, keep_overlays
from microcal_xray.errors import OutputError
from microcal_xray.reporting import write_results
from microcal_xray.settings import Settings


def prepare(out):
    with held_output(out):
        pass


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    with held_output(tmp_path / "a" / "b") as folder:
        assert folder.overlays.is_dir()
        write_results([], folder.path, Settings())
    assert not folder.work.exists()


def test_an_earlier_result_is_taken_over(tmp_path):
    write_results([], tmp_path, Settings())
    prepare(tmp_path)


def test_what_a_killed_run_left_is_taken_over(tmp_path):
    with held_output(tmp_path) as folder:
        left = folder.lock.name
    folder.work.mkdir(exist_ok=True)
    (folder.work / left).touch()
    (folder.work / "left.jpg").write_bytes(b"x")
    with held_output(tmp_path) as folder:
        assert names(folder.work) == [left]


def test_a_run_without_a_result_leaves_a_folder_that_can_be_used_again_and_no_picture(tmp_path):
    with held_output(tmp_path) as folder:
        (folder.work / "preview.jpg").write_bytes(b"x")
    assert names(folder.work) == [folder.lock.name]
    prepare(tmp_path)


def test_a_folder_in_use_is_refused_and_its_files_stay(tmp_path):
    with held_output(tmp_path) as folder:
        (folder.work / "draft.png").write_bytes(b"x")
        for _ in range(2):
            with pytest.raises(OutputError, match="another run is writing there; wait for its end or choose"):
                prepare(tmp_path)
        assert (folder.work / "draft.png").exists()
    prepare(tmp_path)


def test_a_folder_in_use_by_another_process_is_refused_until_that_is_killed(tmp_path):
    code = (
        "import sys, time\n"
        "from microcal_xray.batch.output_folder import held_output\n"
        "with held_output(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path / "out"], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout.readline().strip() == b"held"
            with pytest.raises(OutputError, match="another run is writing there"):
                prepare(tmp_path / "out")
        finally:
            other.kill()
    prepare(tmp_path / "out")


def test_a_folder_that_is_merely_named_like_our_work_does_not_make_it_ours(tmp_path):
    (tmp_path / ".microcal-work").mkdir()
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="choose a new or an empty one"):
        prepare(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path):
    write_results([], tmp_path / "out", Settings())
    (tmp_path / "out" / ".microcal-work").mkdir()
    (tmp_path / "out" / ".microcal-work" / "microcal.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OutputError, match="cannot be written to"):
        prepare(tmp_path / "out")
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("content", ["{}", '{"schema": "other/1"}', ""])
def test_a_folder_with_other_files_is_refused_untouched(tmp_path, content):
    (tmp_path / "candidates.json").write_text(content)
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(
        OutputError, match="not empty and holds no earlier result; choose a new or an empty one"
    ):
        prepare(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["candidates.json", "thesis.docx"]


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_the_way_is_named(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="choose another output folder"):
        prepare(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written to"):
        prepare(tmp_path / "out")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, not even from root")
def test_a_folder_where_nothing_can_be_made_is_named():
    with pytest.raises(OutputError, match="cannot be written to"):
        prepare("/proc/report")


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_overlays_behind_a_link_are_not_touched(tmp_path):
    pictures = tmp_path / "holiday pictures"
    pictures.mkdir()
    (pictures / "beach.png").write_bytes(b"x")
    write_results([], tmp_path / "out", Settings())
    (tmp_path / "out" / "overlays").symlink_to(pictures)
    with pytest.raises(OutputError, match="links in place of folders"):
        prepare(tmp_path / "out")
    assert (pictures / "beach.png").exists()


def test_only_stale_pictures_are_removed(tmp_path):
    with held_output(tmp_path) as folder:
        for name in ["old.png", "new.png", "notes.txt"]:
            (folder.overlays / name).write_bytes(b"x")
        keep_overlays(folder, ["new.png"])
        assert names(folder.overlays) == ["new.png", "notes.txt"]


def test_a_stale_picture_that_cannot_be_removed_is_named_and_the_others_are_removed(tmp_path):
    with held_output(tmp_path) as folder:
        (folder.overlays / "a.png").mkdir()
        (folder.overlays / "b.png").write_bytes(b"x")
        with pytest.raises(OutputError, match=r"cannot remove a\.png \(.+\) of an earlier run"):
            keep_overlays(folder, [])
        assert names(folder.overlays) == ["a.png"]
