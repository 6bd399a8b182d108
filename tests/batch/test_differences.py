"""What counts as a difference between two records."""

import copy
import json

import pytest

from microcal_xray.batch.differences import differences

RECORD = {
    "status": "ok",
    "reason": None,
    "rows": 160,
    "spacing_mm": [0.143, 0.143],
    "cautions": ["eight_bit"],
    "candidates": [
        {
            "id": 1,
            "kind": "lucent",
            "score": 1.23,
            "path_px": [[1.0, 2.0], [3.0, 4.0], [5.5, 6.0]],
            "length_mm": 3.0,
            "angle_to_bone_deg": None,
            "evidence": {
                "false_marks": 0.000123,
                "terms": [{"name": "profile", "value": 0.5}, {"name": "prior", "value": -2.0}],
            },
        },
        {"id": 2, "kind": "sclerotic", "score": 0.5, "path_px": [[9.0, 9.0], [9.0, 12.0]]},
    ],
}


def words(change):
    """Return in words what differs after a change of the record."""
    now = copy.deepcopy(RECORD)
    change(now)
    return [str(each) for each in differences(RECORD, now)]


def test_a_record_does_not_differ_from_itself():
    assert words(lambda now: None) == []


def first(now):
    return now["candidates"][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda now: first(now).update(score=1.25), "candidate 1 score 1.23 -> 1.25"),
        (lambda now: first(now).update(kind="sclerotic"), "candidate 1 kind lucent -> sclerotic"),
        (lambda now: first(now).update(length_mm=3.002), "candidate 1 length_mm 3.0 -> 3.002"),
        (lambda now: first(now).update(length_mm=None), "candidate 1 length_mm 3.0 -> null"),
        (lambda now: first(now).update(angle_to_bone_deg=3.5), "candidate 1 angle_to_bone_deg null -> 3.5"),
        (lambda now: now["candidates"][1].update(id=3), "candidate 3 id 2 -> 3"),
        (lambda now: now.update(rows=161), "rows 160 -> 161"),
        (lambda now: now.update(rows=True), "rows 160 -> true"),
        (lambda now: now.update(reason="why"), "reason null -> why"),
        (lambda now: now["spacing_mm"].__setitem__(0, 0.1431), "spacing_mm[0] 0.143 -> 0.1431"),
        (lambda now: now["cautions"].__setitem__(0, "lossy"), "cautions[0] eight_bit -> lossy"),
        (lambda now: now["cautions"].append("lossy"), "number of cautions 1 -> 2"),
        (lambda now: now["candidates"].pop(), "number of candidates 2 -> 1"),
        (lambda now: now.update(candidates=None), "candidates a list of 2 -> null"),
        (lambda now: now.update(spacing_mm=None), "spacing_mm [0.143, 0.143] -> null"),
        (lambda now: first(now).update(evidence=None), "candidate 1 evidence an object of 2 -> null"),
        (
            lambda now: first(now)["evidence"].update(false_marks=0.000126),
            "candidate 1 evidence false_marks 0.000123 -> 0.000126",
        ),
        (
            lambda now: first(now)["evidence"]["terms"][1].update(value=-2.02),
            "candidate 1 evidence terms prior value -2.0 -> -2.02",
        ),
        (lambda now: first(now).pop("kind"), "candidate 1 kind lucent -> null"),
    ],
)
def test_a_change_is_named_with_both_values(change, said):
    assert words(change) == [said]


@pytest.mark.parametrize(
    "change",
    [
        lambda now: first(now).update(score=1.24),
        lambda now: first(now).update(length_mm=3.001),
        lambda now: first(now)["path_px"].__setitem__(1, [3.01, 3.99]),
        lambda now: first(now)["evidence"].update(false_marks=0.000124),
        lambda now: first(now)["evidence"]["terms"][0].update(value=0.501),
    ],
)
def test_one_step_of_the_last_digit_is_no_difference(change):
    now = copy.deepcopy(RECORD)
    change(now)
    assert now != RECORD
    assert differences(RECORD, now) == ()


@pytest.mark.parametrize(
    ("name", "before", "after", "is_same"),
    [
        ("score", 1.23, 1.24, True),
        ("score", 1.24, 1.23, True),
        ("score", 1.23, 1.25, False),
        ("score", 1.2, 1.3, False),  # 1.20 and 1.30
        ("score", 1.2, 1.21, True),
        ("score", -0.01, 0.01, False),
        ("false_marks", 12.3, 12.4, True),
        ("false_marks", 12.3, 12.5, False),
        ("false_marks", 1.0, 1.01, True),
        ("false_marks", 1.23e-7, 1.24e-7, True),
        ("false_marks", 1.23e-7, 1.25e-7, False),
        ("angle_to_bone_deg", 45.1, 45.2, True),
        ("angle_to_bone_deg", 45.1, 45.3, False),
        ("path_px", 312.8, 312.9, False),
        ("length_px", 112.3, 112.4, True),  # four digits
        ("length_px", 112.3, 112.5, False),
        ("length_px", 1234.0, 1235.0, True),
        ("length_px", 1234.0, 1236.0, False),
        ("noise", 0.003456, 0.003457, True),
        ("noise", 0.003456, 0.003459, False),
        ("noise", 0.003456, 0.0036, False),
        ("share", 0.0, 1e-6, True),
        ("share", 0.0, 0.5, False),
        ("width_mm", 43.72, 43.73, True),
        ("width_mm", 0.2, 0.21, False),
        ("spacing_mm", 0.143, 0.144, False),
        ("rows", 3, 4, False),
        ("rows", 3, 3.0, True),
    ],
)
def test_two_numbers_are_the_same_up_to_one_step_of_their_last_digit(name, before, after, is_same):
    assert (differences({name: before}, {name: after}) == ()) is is_same


def test_a_path_that_moved_is_one_difference_by_its_farthest_point():
    def move(now):
        first(now)["path_px"] = [[1.02, 2.0], [3.0, 4.5], [5.5, 6.2]]

    assert words(move) == ["candidate 1 path_px[1][1] 4.0 -> 4.5"]


def test_a_path_with_another_number_of_points_says_so():
    assert words(lambda now: first(now)["path_px"].append([7.0, 7.0])) == [
        "number of candidate 1 path_px 3 -> 4"
    ]


def test_fields_that_the_record_does_not_have_are_not_compared():
    assert words(lambda now: (now.update(limit={"width_mm": 1}), first(now).update(tortuosity=1.1))) == []


def test_a_new_field_is_compared_without_new_code():
    before = {"limit": {"equivalent_width_mm": {"value": 0.120, "interval": [0.100, 0.140]}, "unit": "mm"}}
    after = copy.deepcopy(before)
    after["limit"]["equivalent_width_mm"]["interval"][1] = 0.141  # the unit of the field holds inside it
    assert differences(before, after) == ()
    after["limit"]["equivalent_width_mm"]["interval"][1] = 0.142
    (found,) = differences(before, after)
    assert found.what == "limit equivalent_width_mm interval[1]"


HOSTILE = [
    10**4000,
    -(10**4000),
    "x" * 10**6,
    "\x1b[31m\nnew line",
    [],
    {},
    [[[[]]]],
    [[1, 2], "x", None],
    {"id": {"id": []}},
    True,
    None,
    0.0,
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", [name for name in RECORD if name != "reason"])
def test_hostile_values_are_differences_in_one_short_line(name, value):
    found = differences({**RECORD, name: value}, RECORD)
    assert found
    for each in found:
        assert len(str(each)) < 500
        assert str(each).isprintable()
        json.dumps([each.recorded, each.now], allow_nan=False)


def test_hostile_names_of_fields_are_differences_in_one_short_line():
    (found,) = differences({"\x1b[31m\n" + "x" * 10**6: 1}, RECORD)
    assert len(str(found)) < 500
    assert str(found).isprintable()


def test_deep_nesting_ends_where_our_record_ends():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert differences({"candidates": deep}, RECORD)
