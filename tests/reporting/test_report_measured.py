"""The evidence card on its way into the files, back, and onto the page."""

import dataclasses
import json
import re

import numpy as np
import pytest
from invented_card import invented

from microcal_xray.measured import ContrastUnit, Estimate, Measured
from microcal_xray.reporting import image_result, image_result_from_dict, report_html, table
from microcal_xray.reporting.measured_record import estimate_dict, measured_dict, measured_from_dict
from microcal_xray.reporting.page_measured import measured_card
from microcal_xray.settings import Settings

SENTENCE = "Lengths follow the pixel spacing that the user gave."


def rows_of(measured: Measured) -> dict[str, list[str]]:
    card = measured_card(measured_dict(measured), SENTENCE)
    return {row[0]: row[1:] for row in card["rows"]}


@pytest.mark.parametrize("mm", [0.1, None])
@pytest.mark.parametrize("resolved", [True, False])
def test_a_card_comes_back_as_it_was_written(mm, resolved):
    record = json.loads(json.dumps(measured_dict(invented(mm=mm, resolved=resolved))))
    assert measured_dict(measured_from_dict(record)) == record


def test_a_result_with_a_card_comes_back_as_it_was_written(make_findings):
    findings = make_findings()
    measured = tuple(dataclasses.replace(each, measured=invented()) for each in findings.candidates)
    result = image_result(dataclasses.replace(findings, candidates=measured), "a.dcm")
    again = image_result_from_dict(json.loads(json.dumps(result.as_dict())))
    assert again.as_dict() == result.as_dict()
    assert again.candidates[0].measured.place.cortices == ("left",)


def test_without_a_card_the_record_says_null_and_the_cells_are_empty(make_findings):
    assert image_result(make_findings(), "a").as_dict()["candidates"][0]["measured"] is None
    row = table(make_findings())[0]
    assert (row["equivalent_width_mm"], row["resolved"], row["stability"]) == (None, "", None)


def test_numbers_keep_four_digits_however_small():
    assert estimate_dict(Estimate(0.000123456, 0.0, 12345.6, "log mm")) == {
        "value": 0.0001235,
        "low": 0.0,
        "high": 12350.0,
        "unit": "log mm",
    }


def test_a_record_that_is_not_ours_is_refused():
    record = measured_dict(invented())
    with pytest.raises(ValueError, match="d_prime is null"):
        measured_from_dict(record | {"d_prime": None})
    with pytest.raises(ValueError, match="interval"):
        measured_from_dict(record | {"z": {"value": 3, "low": 4, "high": 5, "unit": "1"}})


def test_the_table_has_the_card_in_columns(make_findings):
    findings = make_findings(candidates=1)
    candidate = dataclasses.replace(findings.candidates[0], measured=invented())
    (row,) = table(dataclasses.replace(findings, candidates=(candidate,)))
    assert row["equivalent_width_mm"] == pytest.approx(0.17)
    assert (row["resolved"], row["cortices"], row["crossed"]) == ("yes", "left", 0.6)
    assert row["stability"] == pytest.approx(8 / 9)


def test_the_page_shows_numbers_with_their_interval_and_unit():
    rows = rows_of(invented())
    assert rows["Length"][:2] == ["11 mm", "9 to 14"]  # no more digits than the interval is worth
    assert rows["Equivalent width"][:2] == ["0.17 mm", "0.14 to 0.21"]
    assert rows["Width"][:2] == ["0.32 mm", "0.26 to 0.40"]
    assert rows["Angle to bone"][:2] == ["84\u00b0", "80 to 88"]
    assert rows["Crosses"][0] == "0.60, reaches left cortex"
    assert rows["Stability"][0] == "8 of 9"
    assert rows["Place along the bone"][0] == "\u2013"


def test_the_page_says_when_the_width_is_not_resolved():
    rows = rows_of(invented(resolved=False))
    assert rows["Width"][:2] == ["not resolved", "blur 0.18 mm"]
    assert measured_card(measured_dict(invented(resolved=False)), SENTENCE)["width"] == "<0.18"
    assert measured_card(measured_dict(invented(mm=None, resolved=False)), SENTENCE)["width"] == "<1.8 px"


def test_grey_levels_are_called_relative():
    rows = rows_of(invented(contrast=ContrastUnit.RELATIVE))
    assert rows["Peak contrast"][0] == "0.20 grey levels, relative"
    assert rows["Integrated contrast"][0] == "0.090 grey levels \u00b7 mm, relative"


def test_without_spacing_the_card_counts_pixels():
    rows = rows_of(invented(mm=None))
    assert rows["Length"][0] == "112 px"
    assert not [words for row in rows.values() for words in row[:2] if "mm" in words]


def test_the_plot_stays_in_its_box_and_turns_with_the_line():
    plot = measured_card(measured_dict(invented()), SENTENCE)["plot"]
    for name in ("band", "mean", "model"):
        numbers = np.array(re.findall(r"-?[\d.]+", plot[name]), float).reshape(-1, 2)
        assert (numbers >= 0).all()
        assert (numbers <= (plot["wide"], plot["high"])).all()
    mean = np.array(re.findall(r"[\d.]+", plot["mean"]), float).reshape(-1, 2)
    assert mean[12, 1] == mean[:, 1].max()  # dark: down on the screen
    assert plot["ends"] == ["\u22120.6 mm", "+0.6 mm"]


def test_the_page_tells_what_the_millimetre_is_worth_and_uses_the_words_of_the_field(make_findings):
    findings = make_findings()
    measured = tuple(dataclasses.replace(each, measured=invented()) for each in findings.candidates)
    page = report_html([image_result(dataclasses.replace(findings, candidates=measured), "a")], Settings())
    assert "the bone is smaller by an unknown magnification, typically 2 to 10 %" in page
    assert not re.search(r"diagnos|fracture|probabilit", page, re.IGNORECASE)
