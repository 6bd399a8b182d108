"""The journal by itself: which pictures it keeps, and that it holds what it was given."""

import sqlite3

import pytest

from microcal_xray.batch.journal import Expected, opened_journal
from microcal_xray.batch.journal_rows import FileResult
from microcal_xray.errors import OutputError
from microcal_xray.reporting import Status, WrittenResult, skipped_result, written


@pytest.fixture
def journal(tmp_path):
    with opened_journal(tmp_path, full_depth_bytes=10**8) as journal:
        journal._pictures_kept = 2
        yield journal


def analysed(file, pixels, score):
    row = WrittenResult(
        file, Status.OK, None, 1, score, f'{{"file": "{file}"}}', "i\n", "c\n", "b\n", b"preview", b"map"
    )
    return FileResult(row, pixels * 32)


def expect(journal, *files):
    journal.expect(Expected(file, mark=(1, 1)) for file in files)


def pictured(journal):
    journal.settle_pictures()
    return [kept.file for kept in journal.kept() if kept.result and kept.result.preview_jpeg]


def test_what_is_kept_comes_back_whole_in_the_order_of_the_outputs(journal):
    expect(journal, "b", "a", "caf\udce9\n")
    row = WrittenResult(
        "caf\udce9\n", Status.OK, None, 1, 0.5, '{"x": "é"}', "i\n", "c\nc\n", "b\n", b"\0p", b"m", (1.5, 4.0)
    )
    journal.keep(FileResult(row, "ab" * 32, "cd" * 32))
    found = list(journal.kept())
    assert [kept.file for kept in found] == ["a", "b", "caf\udce9\n"]
    assert found[2].result == row
    assert found[0].result is None


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_the_strongest_keep_their_picture_whatever_came_first(journal, order):
    expect(journal, "a", "b", "c", "d")
    results = [
        analysed("a", "aa", 1.0),
        analysed("b", "bb", 3.0),
        analysed("c", "cc", None),
        analysed("d", "dd", 1.0),
    ]
    for number in order:
        journal.keep(results[number])
    assert pictured(journal) == ["a", "b"]  # a and d are equal: the first in order wins


def test_copies_take_no_picture_from_others_and_one_that_lacks_its_picture_is_called_up(journal):
    expect(journal, "a", "b", "c")
    journal.keep(analysed("b", "aa", 3.0))
    journal.keep(analysed("a", "aa", 3.0))
    journal.keep(analysed("c", "cc", 1.0))  # two stronger ones are there, but they are one
    assert pictured(journal) == ["a"]
    assert journal.call_up("pictures") == 1
    assert [todo.file for todo in journal.todo()] == ["c"]
    journal.keep(analysed("c", "cc", 1.0))
    assert pictured(journal) == ["a", "c"]
    assert journal.call_up("pictures") == 0


def test_overlay_names_that_could_be_mistaken_are_told(journal):
    expect(journal, "leg/a.png", "leg__a.png", "b.png")
    assert {todo.file: todo.is_alone for todo in journal.todo()} == {
        "leg/a.png": False,
        "leg__a.png": False,
        "b.png": True,
    }


def test_a_file_that_is_not_opened_has_its_row_and_can_become_one_that_is(journal):
    skipped = written(skipped_result("pipe", "is not an ordinary file"))
    journal.expect([Expected("pipe", known=skipped)])
    assert [kept.result for kept in journal.kept(is_opened=False)] == [skipped]
    assert journal.counts() == {}
    expect(journal, "pipe")
    assert [todo.file for todo in journal.todo()] == ["pipe"]


def test_an_error_of_the_data_base_names_the_remedy(tmp_path):
    again = "make room and give the same command again"
    with pytest.raises(OutputError, match=again), opened_journal(tmp_path, full_depth_bytes=10**8):
        raise sqlite3.OperationalError("database or disk is full")
    with (
        pytest.raises(OutputError, match="start anew with --fresh"),
        opened_journal(tmp_path, full_depth_bytes=10**8),
    ):
        raise sqlite3.DatabaseError("malformed")


def test_a_name_that_holds_sql_is_a_name(journal):
    name = "'; DROP TABLE files; --.png"
    expect(journal, name)
    assert [todo.file for todo in journal.todo()] == [name]
