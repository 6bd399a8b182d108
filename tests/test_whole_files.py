import os

import pytest

from microcal_xray.errors import OutputError
from microcal_xray.whole_files import write_whole


def _names(folder):
    return {path.name for path in folder.iterdir()}


def test_the_path_comes_back_and_text_keeps_its_newlines(tmp_path):
    assert write_whole(tmp_path / "a.csv", "\u00fc\n\udcff").read_bytes() == "\u00fc\n\\udcff".encode()
    assert write_whole(tmp_path / "a.png", b"\r\n").read_bytes() == b"\r\n"


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    target = tmp_path / "a.csv"
    write_whole(target, "before")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OutputError, match=r"a\.csv: cannot be written \(No space left on device\)"):
        write_whole(target, "after")
    assert target.read_text() == "before"
    assert _names(tmp_path) == {"a.csv"}


def test_an_interrupt_leaves_no_half_file(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.csv", "after")
    assert _names(tmp_path) == set()


def test_a_link_in_place_of_a_file_is_replaced_not_followed(tmp_path):
    (tmp_path / "victim").write_text("mine")
    try:
        (tmp_path / "a.csv").symlink_to(tmp_path / "victim")
    except OSError:
        pytest.skip("links cannot be made here")
    write_whole(tmp_path / "a.csv", "ours")
    assert (tmp_path / "victim").read_text() == "mine"
    assert (tmp_path / "a.csv").read_text() == "ours"
