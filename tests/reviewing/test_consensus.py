import pytest
from reading_scenes import checked, drawn, own, row_path, said, write_study

from microcal_xray.reader_verdicts import ReaderVerdict, Reason
from microcal_xray.reviewing import Basis, consensus, consensus_truth

DONE = said("a.png", "", "done")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    # 0.1 mm per pixel: the hit rule's 1.5 mm are 15 rows.
    return write_study(tmp_path_factory.mktemp("out"), {"a.png": (20, 60), "b.png": ()})


@pytest.fixture
def agreed(study):
    def make(readings, adjudication=()):
        events = [
            event
            for reader, sent in readings.items()
            for event in checked(study, reader, *sent, said("a.png", "", "done"))
        ]
        return consensus(study, events, checked(study, "dora", *adjudication))

    return make


def lines(found):
    return {line.line: (line.verdict, line.basis) for line in found[0].lines}


def test_what_both_say_is_agreed_and_what_only_one_says_is_open(agreed):
    found = agreed(
        {
            "anna": [said("a.png", "1", "accept"), said("a.png", "2", "accept")],
            "ben": [said("a.png", "1", "accept"), said("a.png", "2", "reject")],
        }
    )
    assert lines(found) == {
        "1": (ReaderVerdict.ACCEPT, Basis.AGREED),
        "2": (ReaderVerdict.UNSURE, Basis.OPEN),
    }
    assert [place.line for place in found[0].open] == ["2"]
    assert found[0].readers == ("anna", "ben")


def test_who_is_done_and_says_nothing_rejects(agreed):
    found = agreed({"anna": [said("a.png", "1", "accept")], "ben": []})
    assert lines(found) == {
        "1": (ReaderVerdict.UNSURE, Basis.OPEN),
        "2": (ReaderVerdict.REJECT, Basis.AGREED),
    }


def test_who_is_not_done_has_no_part(study):
    events = checked(study, "anna", said("a.png", "1", "accept"))
    assert consensus(study, events) == ()
    both = [*events, *checked(study, "ben", said("a.png", "1", "reject"), said("a.png", "", "done"))]
    (found,) = consensus(study, both)
    assert found.readers == ("ben",)
    assert {line.basis for line in found.lines} == {Basis.ONE_READER}


def test_whoever_adjudicates_decides(agreed):
    readings = {
        "anna": [said("a.png", "2", "accept")],
        "ben": [said("a.png", "2", "reject", reason="overlap")],
    }
    rejected = agreed(readings, [said("a.png", "2", "reject")])
    assert lines(rejected)["2"] == (ReaderVerdict.REJECT, Basis.ADJUDICATED)
    assert rejected[0].lines[1].reason is Reason.OVERLAP  # of who had said so
    twice = agreed(readings, [said("a.png", "2", "reject"), said("a.png", "2", "accept")])
    assert lines(twice)["2"] == (ReaderVerdict.ACCEPT, Basis.ADJUDICATED)


def test_lines_drawn_on_one_spot_are_one_place(agreed):
    found = agreed({"anna": [drawn("a.png", 1, 100)], "ben": [drawn("a.png", 2, 110)]})
    assert lines(found)[own(1)] == (ReaderVerdict.ACCEPT, Basis.AGREED)
    assert own(2) not in lines(found)


def test_lines_too_far_apart_or_of_another_kind_are_two_places(agreed):
    for other in (drawn("a.png", 2, 116), drawn("a.png", 2, 101, kind="sclerotic")):
        found = agreed({"anna": [drawn("a.png", 1, 100)], "ben": [other]})
        assert lines(found)[own(1)] == (ReaderVerdict.UNSURE, Basis.OPEN)
        assert lines(found)[own(2)] == (ReaderVerdict.UNSURE, Basis.OPEN)


def test_a_line_that_covers_less_than_half_of_the_other_is_another(agreed):
    short = drawn("a.png", 2, 100, path_px=row_path(100, 20, 21))  # 1 of 40 columns, and 15 around it
    found = agreed({"anna": [drawn("a.png", 1, 100)], "ben": [short]})
    assert own(2) in lines(found)


def test_a_line_drawn_over_a_candidate_is_a_verdict_on_it(agreed):
    found = agreed({"anna": [drawn("a.png", 1, 25)], "ben": [said("a.png", "1", "accept")]})
    assert lines(found)["1"] == (ReaderVerdict.ACCEPT, Basis.AGREED)
    assert own(1) not in lines(found)


def test_what_others_drew_can_be_taken_over_or_refused(agreed):
    readings = {"anna": [drawn("a.png", 1, 100)], "ben": []}
    taken = agreed(readings, [drawn("a.png", 1, 100), said("a.png", own(1), "accept")])
    assert lines(taken)[own(1)] == (ReaderVerdict.ACCEPT, Basis.ADJUDICATED)
    refused = agreed(readings, [drawn("a.png", 1, 100), said("a.png", own(1), "reject")])
    assert lines(refused)[own(1)] == (ReaderVerdict.REJECT, Basis.ADJUDICATED)


def test_a_line_that_only_the_adjudicator_drew_counts(agreed):
    found = agreed({"anna": [], "ben": []}, [drawn("a.png", 5, 100)])
    assert lines(found)[own(5)] == (ReaderVerdict.ACCEPT, Basis.ADJUDICATED)


def test_the_path_is_that_of_the_first_reader_who_moved_it(agreed):
    found = agreed(
        {
            "ben": [said("a.png", "1", "move", path_px=row_path(24)), said("a.png", "1", "accept")],
            "anna": [said("a.png", "1", "move", path_px=row_path(22)), said("a.png", "1", "accept")],
        }
    )
    assert found[0].lines[0].path_px.tolist() == row_path(22)
    assert found[0].lines[0].is_moved


def test_the_truth_has_lines_unsure_lines_and_mimics(agreed):
    found = agreed(
        {
            "anna": [said("a.png", "1", "accept"), said("a.png", "2", "reject", reason="nutrient_canal")],
            "ben": [said("a.png", "1", "accept"), drawn("a.png", 1, 100)],
        }
    )
    (truth,) = consensus_truth(found)
    assert [(line.path_px[0, 0], line.unsure) for line in truth.lines] == [(20, False), (100, True)]
    assert [(mimic.name, mimic.path_px[0, 0]) for mimic in truth.mimics] == [("nutrient_canal", 60)]
    assert (truth.rows, truth.columns, truth.spacing_mm) == (120, 90, (0.1, 0.1))
