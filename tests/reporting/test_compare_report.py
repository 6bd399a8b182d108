"""The report of a comparison: the contract, the table, and a page that runs nothing but its own script."""

import base64
import csv
import hashlib
import io
import json
import math
import re
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from compared import BRIGHT, DARK, HOSTILE, change, comparison, line

from microcal_xray import OutputError, Series, Settings, Verdict, write_comparison
from microcal_xray.changes import BumpChange
from microcal_xray.reporting.compare_page import comparison_html
from microcal_xray.reporting.compare_pictures import difference_levels
from microcal_xray.reporting.compare_record import (
    COMPARISON_COLUMNS,
    comparison_csv,
    comparison_json,
    comparison_schema,
)
from microcal_xray.reporting.compare_series import curve_svg, tracks

NEW = line(1, Verdict.NEW, prior_id=None, prior_kind=None, length=None)
BRIGHTER = line(2, Verdict.BRIGHTER, row=60.0, current_kind=BRIGHT)
REFUSED = line(3, Verdict.NOT_COMPARABLE, reason=HOSTILE, length=None, equivalent_width=None, contrast=None)


@pytest.fixture(scope="module")
def series():
    return Series((comparison(NEW, BRIGHTER, REFUSED, names=(HOSTILE, "=1+1")),), (0.0, 6.0))


@pytest.fixture(scope="module")
def page(series):
    return comparison_html(series)


def test_the_record_follows_its_schema(series):
    record = json.loads(comparison_json(series, Settings()))
    jsonschema.validate(record, comparison_schema())
    lines = record["comparisons"][0]["lines"]
    assert [each["verdict"] for each in lines] == ["new", "brighter", "not comparable"]
    assert lines[1]["dark_to_bright"] is True
    assert lines[0]["length"] is None
    assert lines[1]["length"]["is_significant"] is True


def test_what_is_not_known_is_null(series):
    unknown = line(1, Verdict.UNCHANGED, registration_error_px=math.nan, registration_error_mm=None)
    record = json.loads(comparison_json(Series((comparison(unknown),)), Settings()))
    jsonschema.validate(record, comparison_schema())
    assert record["weeks"] is None
    assert record["comparisons"][0]["lines"][0]["registration_error_px"] is None


def test_bumps_are_in_the_record_and_on_the_page():
    square = np.array([[1.0, 1.0], [1.0, 5.0], [4.0, 5.0]])
    nothing = np.zeros((0, 2))
    bumps = (
        BumpChange(1, Verdict.LARGER, None, 1, 2, square, square, change(1.0, 3.0)),
        BumpChange(2, Verdict.NEW, None, None, 1, nothing, square, change(0.0, 2.0)),
        BumpChange(3, Verdict.NOT_COMPARABLE, HOSTILE, 3, None, square, nothing),
    )
    held = Series((replace(comparison(NEW), bumps=bumps),))
    record = json.loads(comparison_json(held, Settings()))
    jsonschema.validate(record, comparison_schema())
    known = record["comparisons"][0]["bumps"]
    assert [each["verdict"] for each in known] == ["larger", "new", "not comparable"]
    assert known[0]["height"]["change"] == 2.0
    assert known[1]["prior_outline_px"] == []
    assert known[2]["height"] is None
    page = comparison_html(held)
    assert page.count('<table class="changes bumps">') == 1
    assert "1.00 \u2192 3.00 mm" in page
    assert HOSTILE not in page


def test_a_page_without_bumps_has_no_table_of_them(page):
    assert "changes bumps" not in page


def test_no_date_is_in_the_record(series):
    assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d\b", comparison_json(series, Settings()))


def test_the_table_has_the_same_columns_and_no_formula(series):
    rows = list(csv.DictReader(io.StringIO(comparison_csv(series))))
    assert tuple(rows[0]) == COMPARISON_COLUMNS
    assert len(rows) == 3
    assert rows[0]["current_file"] == "'=1+1"
    assert rows[1]["length_change_mm"] == "4"
    assert rows[0]["prior_length_mm"] == ""


def test_the_policy_names_the_one_script_and_the_one_style(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'")
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        source = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert "style=" not in page.partition("<body>")[2].partition("<script>")[0]


def test_foreign_text_is_text(page):
    assert "<script>document" not in page
    assert "onerror=alert(1)>" not in page
    assert "&lt;img src=x" in page
    assert page.count("<script") == 2  # the data and the script


def test_a_refused_pair_says_why_and_has_no_difference():
    refused = line(1, Verdict.NOT_COMPARABLE, reason="other bones")
    page = comparison_html(Series((comparison(refused, reason="the bones do not agree"),)))
    assert "Not comparable:" in page
    assert "the bones do not agree" in page
    assert 'class="difference"' not in page


def test_the_difference_has_its_colour_by_its_sign():
    held = comparison().view
    sd = np.zeros(held.usable.shape, np.float32)
    sd[10, 10], sd[20, 20] = 9.0, -9.0
    coloured = difference_levels(
        type(held)(held.prior, held.current, held.usable, sd, 1.0), np.full(held.usable.shape, 100, np.uint8)
    )
    assert coloured[10, 10].tolist() == [230, 159, 0]
    assert coloured[20, 20].tolist() == [86, 180, 233]
    assert len(set(coloured[30, 30].tolist())) == 1  # grey where nothing changed


def test_a_line_is_followed_through_the_pictures():
    first = comparison(line(1, Verdict.UNCHANGED, row=40.0, current_id=5), line(2, Verdict.GONE, row=10.0))
    second = comparison(
        line(1, Verdict.NEW, row=70.0, prior_id=None), line(2, Verdict.LARGER, row=41.0, prior_id=5)
    )
    found = tracks(Series((first, second), (0, 2, 5)))
    numbers = [[step.id if step else None for step in track.steps] for track in found]
    assert numbers == [[1, 2], [2, None], [None, 1]]


def test_a_curve_stands_at_its_weeks():
    both = comparison(line(1, Verdict.UNCHANGED)), comparison(line(1, Verdict.UNCHANGED))
    track = tracks(Series(both, (0, 1, 4)))[0]
    svg = curve_svg(track, "length", (0, 1, 4))
    places = [float(x) for x in re.findall(r'circle cx="([\d.]+)"', svg)]
    assert (places[1] - places[0]) * 3 == pytest.approx(places[3] - places[2], abs=0.3)
    assert curve_svg(tracks(Series((comparison(REFUSED),)))[0], "length", None) == ""


def test_three_files_are_written_whole(series, tmp_path):
    page = write_comparison(series, tmp_path / "out", Settings())
    assert page.name == "comparison.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "comparison.csv",
        "comparison.html",
        "comparison.json",
    ]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="give a folder"):
        write_comparison(series, tmp_path / "file", Settings())


def test_a_signed_width_keeps_its_sign():
    assert change(-0.4, 0.5).change == pytest.approx(0.9)
    assert DARK is not BRIGHT


@pytest.mark.slow
def test_the_keys_work_in_a_browser(series, tmp_path, browser):
    address = write_comparison(series, tmp_path, Settings()).as_uri()
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    assert page.locator(".prior .stage").is_visible()
    assert "What changed" in page.title()
    page.keyboard.press("d")
    assert page.locator("img.difference").is_visible()
    assert not page.locator(".prior .stage").is_visible()
    page.keyboard.press(" ")
    page.keyboard.press("s")
    page.keyboard.press("n")
    assert page.locator("tr.chosen").get_attribute("data-line") == "1"
    assert page.locator(".current svg.lines .chosen").count() == 1
    before = page.evaluate("view.zoom")
    page.keyboard.press("+")
    assert page.evaluate("view.zoom") > before
    transforms = page.evaluate("[...document.querySelectorAll('.sheet')].map((s) => s.style.transform)")
    assert len(set(transforms)) == 1  # linked
    page.keyboard.press("o")
    assert page.locator("svg.lines path").count() == 0
    assert complaints == []
    page.close()
