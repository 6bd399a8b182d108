import numpy as np
import pytest
from reading_scenes import checked, drawn, own, row_path, said, write_study

from microcal_xray.findings import Kind
from microcal_xray.reader_verdicts import ReaderVerdict, Reason
from microcal_xray.reviewing import fold
from microcal_xray.reviewing.reading import aided, unaided


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("out"), {"a.png": (20, 60), "b.png": ()})


@pytest.fixture
def folded(study):
    def make(*events):
        return fold(checked(study, "anna", *events), study.by_file["a.png"])

    return make


def line(reading, name):
    return next(line for line in reading.lines if line.line == name)


def test_nothing_said_is_a_reading_like_any_other(folded):
    reading = folded()
    assert [each.line for each in reading.lines] == ["1", "2"]
    assert len(reading.unjudged) == 2
    assert not reading.is_done
    assert reading.marked == ()


def test_the_last_verdict_wins_and_brings_its_reason(folded):
    reading = folded(
        said("a.png", "1", "reject", reason="overlap", comment="beside the fibula"),
        said("a.png", "1", "accept"),
    )
    assert line(reading, "1").verdict is ReaderVerdict.ACCEPT
    assert line(reading, "1").reason is None
    assert line(reading, "1").comment == "beside the fibula"  # an empty comment says nothing
    assert line(reading, "1").seconds == 2


def test_clear_takes_a_verdict_away_and_a_note_sets_the_comment(folded):
    reading = folded(
        said("a.png", "1", "reject", reason="texture"),
        said("a.png", "1", "clear"),
        said("a.png", "1", "note", comment="look again"),
        said("a.png", "", "note", comment="blurred"),
    )
    assert (line(reading, "1").verdict, line(reading, "1").reason) == (None, None)
    assert line(reading, "1").comment == "look again"
    assert reading.comment == "blurred"


def test_a_moved_candidate_gets_its_own_path_back(folded):
    moved = said("a.png", "1", "move", path_px=row_path(30), kind="sclerotic")
    there = line(folded(moved), "1")
    assert there.path_px.tolist() == row_path(30)
    assert (there.is_moved, there.kind) == (True, Kind.SCLEROTIC)
    back = line(folded(moved, said("a.png", "1", "remove")), "1")
    assert back.path_px.tolist() == row_path(20)
    assert (back.is_moved, back.kind) == (False, Kind.LUCENT)


def test_an_own_line_is_accepted_unless_its_reader_says_otherwise(folded):
    assert line(folded(drawn("a.png", 1, 90)), own(1)).mark is ReaderVerdict.ACCEPT
    assert (
        line(folded(drawn("a.png", 1, 90), said("a.png", own(1), "unsure")), own(1)).mark
        is ReaderVerdict.UNSURE
    )


def test_an_own_line_can_be_moved_removed_and_drawn_again(folded):
    moved = said("a.png", own(1), "move", path_px=row_path(95))
    assert line(folded(drawn("a.png", 1, 90), moved), own(1)).path_px[0, 0] == 95
    gone = folded(drawn("a.png", 1, 90), said("a.png", own(1), "remove"))
    assert [each.line for each in gone.lines] == ["1", "2"]
    again = folded(drawn("a.png", 1, 90), said("a.png", own(1), "remove"), drawn("a.png", 1, 92))
    assert line(again, own(1)).path_px[0, 0] == 92


def test_a_verdict_on_a_line_that_nobody_drew_is_no_line(folded):
    assert [each.line for each in folded(said("a.png", own(7), "accept")).lines] == ["1", "2"]


def test_done_can_be_taken_back(folded):
    assert folded(said("a.png", "", "done")).is_done
    assert not folded(said("a.png", "", "done"), said("a.png", "", "reopen")).is_done


def test_events_on_other_images_have_no_effect(folded):
    assert not folded(said("b.png", "", "done")).is_done


def test_reasons_and_paths_are_of_the_right_sort(folded):
    reading = folded(said("a.png", "2", "reject", reason="nutrient_canal"))
    assert line(reading, "2").reason is Reason.NUTRIENT_CANAL
    assert not line(reading, "2").path_px.flags.writeable
    assert np.isfinite(line(reading, "2").path_px).all()


def test_unaided_is_what_came_before_the_marks_were_shown(study):
    image = study.by_file["a.png"]
    events = checked(
        study,
        "anna",
        drawn("a.png", 1, 21),
        said("a.png", "", "done"),
        said("a.png", "", "reopen", overlay_visible=True),
        said("a.png", "1", "accept", overlay_visible=True),
        said("a.png", own(1), "remove"),  # the marks are off again: too late
        said("a.png", "", "done"),
    )
    before, after = unaided(events, image), aided(events, image)
    assert [each.line for each in before.marked] == [own(1)]
    assert [each.line for each in after.marked] == ["1"]


def test_who_saw_the_marks_first_never_read_unaided(study):
    image = study.by_file["a.png"]
    events = checked(
        study, "anna", said("a.png", "1", "accept", overlay_visible=True), said("a.png", "", "done")
    )
    assert unaided(events, image) is None
    assert aided(events, image) is not None


def test_who_never_saw_the_marks_or_is_not_done_did_not_read_aided(study):
    image = study.by_file["a.png"]
    assert aided(checked(study, "anna", said("a.png", "", "done")), image) is None
    assert aided(checked(study, "anna", said("a.png", "1", "accept", overlay_visible=True)), image) is None
