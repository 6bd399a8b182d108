import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_scenes import COLUMNS, ROWS, checked, drawn, own, row_path, said, write_study

from microcal_xray.reviewing import Action, RefusedEventError, event_from_dict, reader_name
from microcal_xray.reviewing.events import LONGEST_COMMENT, MOST_POINTS


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("out"), {"a.png": (20, 60), "b.png": ()})


def test_an_event_is_the_same_after_it_was_written_and_read(study):
    for event in checked(
        study,
        "anna",
        said("a.png", "2", "reject", reason="overlap", comment="a canal?\nno", seconds=4.25),
        drawn("b.png", 1, 40.125, overlay_visible=True),
        said("a.png", "", "done", seconds=None),
    ):
        again = event_from_dict(json.loads(json.dumps(event.as_dict())), study, reader="anna")
        assert again == event


def test_paths_keep_a_hundredth_of_a_pixel(study):
    (event,) = checked(study, "anna", said("a.png", "1", "move", path_px=[[1.23456, 2], [3, 4]]))
    assert event.path_px == ((1.23, 2.0), (3.0, 4.0))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"event": "9f0c"}, "event"),
        ({"event": "G" * 32}, "event"),
        ({"event": 7}, "event"),
        ({"utc": "yesterday"}, "utc"),
        ({"utc": "2026-02-30T00:00:00Z"}, "utc"),
        ({"utc": "2026-11-25T22:00:00+01:00"}, "utc"),
        ({"reader": "ben"}, "reader"),
        ({"image": "c.png"}, "image"),
        ({"image": "../a.png"}, "image"),
        ({"image": None}, "image"),
        ({"pixel_sha256": "0" * 64}, "pixel_sha256"),
        ({"line": "3"}, "line"),
        ({"line": "01"}, "line"),
        ({"line": ""}, "line"),
        ({"line": "own-12"}, "line"),
        ({"line": 1}, "line"),
        ({"action": "delete"}, "action"),
        ({"action": None}, "action"),
        ({"action": "done"}, "line"),
        ({"action": "add"}, "line"),
        ({"reason": "dragon"}, "reason"),
        ({"reason": ["overlap"]}, "reason"),
        ({"comment": "x" * (LONGEST_COMMENT + 1)}, "comment"),
        ({"comment": {"html": "<b>"}}, "comment"),
        ({"kind": "lucent"}, "kind"),
        ({"path_px": row_path(3)}, "path_px"),
        ({"overlay_visible": 1}, "overlay_visible"),
        ({"overlay_visible": None}, "overlay_visible"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": math.nan}, "seconds"),
        ({"seconds": math.inf}, "seconds"),
        ({"seconds": "4"}, "seconds"),
        ({"seconds": True}, "seconds"),
        ({"seconds": 10**400}, "seconds"),
        ({"verdict": "accept"}, "verdict"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_its_name(study, fields, named):
    with pytest.raises(RefusedEventError, match=named):
        event_from_dict({**said("a.png", "1", "accept"), **fields}, study, reader="anna")


@pytest.mark.parametrize(
    "path",
    [
        None,
        [],
        [[1, 2]],
        [[1, 2], [1, 2]],
        [[1, 2], [ROWS, 3]],
        [[1, 2], [3, COLUMNS - 0.4]],
        [[-0.6, 2], [3, 4]],
        [[1, 2], [3, math.nan]],
        [[1, 2], [3, 10**400]],
        [[1, 2], [3]],
        [[1, 2], "34"],
        [[1, 2], [True, 4]],
        [[1, n % COLUMNS] for n in range(MOST_POINTS + 1)],
        {"0": [1, 2], "1": [3, 4]},
    ],
)
def test_a_path_that_is_none_or_leaves_the_image_is_refused(study, path):
    with pytest.raises(RefusedEventError, match="path_px"):
        event_from_dict(drawn("a.png", 1, 3, path_px=path), study, reader="anna")


def test_a_path_may_run_along_the_outer_edge(study):
    edge = [[-0.5, -0.5], [ROWS - 0.5, COLUMNS - 0.5]]
    assert checked(study, "anna", drawn("a.png", 1, 3, path_px=edge))[0].path_px is not None


def test_a_line_is_added_only_with_its_kind(study):
    with pytest.raises(RefusedEventError, match="kind"):
        event_from_dict(drawn("a.png", 1, 3, kind=None), study, reader="anna")


@pytest.mark.parametrize("name", ["event", "utc", "image", "line", "action", "overlay_visible"])
def test_a_field_that_is_needed_and_missing_is_named(study, name):
    values = said("a.png", "1", "accept")
    del values[name]
    with pytest.raises(RefusedEventError, match=f"'{name}' is missing"):
        event_from_dict(values, study, reader="anna")


@pytest.mark.parametrize("values", [None, [], "accept", 3, [["event", 1]]])
def test_what_is_no_object_is_refused(study, values):
    with pytest.raises(RefusedEventError, match="no JSON object"):
        event_from_dict(values, study, reader="anna")


def test_a_letter_that_cannot_be_written_costs_no_decision(study):
    (event,) = checked(study, "anna", said("a.png", "1", "accept", comment="a\x00b\ud800c\td\r\ne\x1b[31m"))
    assert event.comment == "a\ufffdb\ufffdc\td\ne\ufffd[31m"
    event.comment.encode()


@given(
    st.dictionaries(
        st.sampled_from(sorted(said("a.png", "1", "accept"))),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
            lambda inner: (
                st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
@settings(max_examples=80, deadline=None)
def test_whatever_comes_is_an_event_or_is_refused(study, fields):
    values = {**said("a.png", "1", "accept"), **fields}
    try:
        event = event_from_dict(values, study, reader="anna")
    except RefusedEventError:
        return
    assert event.action in Action
    assert event.image in study.by_file


def test_names_are_written_in_one_way():
    assert reader_name(" Anna\tMÜLLER ") == reader_name("anna mu\u0308ller") == "anna müller"


@pytest.mark.parametrize(
    "name", ["", " ", "a" * 41, "<b>", "a/b", "..", "a\x00", "=1+1", "anna\u202e", "a%2f"]
)
def test_names_that_could_be_anything_else_are_refused(name):
    with pytest.raises(RefusedEventError, match="name of the reader"):
        reader_name(name)


def test_own_lines_have_names_of_their_own_form():
    assert own(1) == "own-000000000001"
