"""The one table of numbers, with candidates as they are and as an evidence card makes them."""

from types import SimpleNamespace

import pytest
from dicom_sources import candidate

from microcal_xray.exporting.numbers import NUMBERS, reported_numbers


def names(line):
    return {number.name: value for number, value in reported_numbers(line)}


def with_card(line, **estimates):
    card = {
        name: SimpleNamespace(value=value, low=low, high=high)
        for name, (value, low, high) in estimates.items()
    }
    object.__setattr__(line, "measured", SimpleNamespace(**card))
    return line


def test_each_number_of_a_plain_candidate_comes_once():
    assert list(names(candidate(1))) == [
        "length_mm",
        "width_mm",
        "angle_to_bone_deg",
        "contrast_sd",
        "false_marks",
        "score",
    ]
    assert {"length_px", "width_px"} < set(names(candidate(1, mm=None)))


def test_an_evidence_card_adds_the_equivalent_width_and_intervals():
    line = with_card(
        candidate(1),
        length_mm=(6.0, 5.8, 6.3),
        length_px=(40.0, 38.7, 42.0),
        equivalent_width_mm=(0.042, 0.03, 0.055),
        equivalent_width_px=(0.28, 0.2, 0.37),
    )
    found = names(line)
    assert (found["equivalent_width_mm"], found["equivalent_width_mm_low"]) == (0.042, 0.03)
    assert (found["length_mm_low"], found["length_mm_high"]) == (5.8, 6.3)
    assert not [name for name in found if "_px" in name]


def test_without_a_spacing_the_card_counts_pixels():
    line = with_card(
        candidate(1, mm=None), equivalent_width_px=(0.28, 0.2, 0.37), length_px=(40.0, 38.7, 42.0)
    )
    found = names(line)
    assert (found["equivalent_width_px"], found["equivalent_width_px_high"], found["length_px_low"]) == (
        0.28,
        0.37,
        38.7,
    )
    assert not [name for name in found if "_mm" in name]


def test_a_width_that_is_unknown_is_not_that_of_the_card_which_has_no_blur():
    line = with_card(candidate(1, mm=None), width_mm=(0.2, 0.1, 0.3), width_px=(1.4, 0.7, 2.1))
    assert names(line)["width_px"] == candidate(1).width_px
    assert "width_mm" not in names(line)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_left_out(value):
    assert "equivalent_width_mm" not in names(
        with_card(candidate(1), equivalent_width_mm=(value, value, value))
    )


def test_no_two_rows_could_be_mistaken_for_each_other():
    assert len({(number.concept.value, number.unit.value) for number in NUMBERS}) == len(NUMBERS)
    assert len({number.name for number in NUMBERS}) == len(NUMBERS)
