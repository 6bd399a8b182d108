"""On to what is not judged yet, what is said when nothing is left, and the window of the part in view."""

import numpy as np
import pytest

from microcal_xray.reporting import image_result, write_results
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow

FILES = ("a.dcm", "b.dcm", "c.dcm")


@pytest.fixture(scope="module")
def findings(make_findings, with_evidence):
    return [with_evidence(make_findings()), make_findings(candidates=0), make_findings(candidates=3)]


@pytest.fixture(scope="module")
def desk_report(findings, tmp_path_factory):
    results = [image_result(each, file) for each, file in zip(findings, FILES, strict=True)]
    return write_results(results, tmp_path_factory.mktemp("going"), Settings())


def chosen(page):
    return page.evaluate("desk.marks.chosen")


def stands_out(page):
    return page.locator("#to-record").evaluate("node => node.classList.contains('main')")


def test_g_goes_to_what_has_no_verdict_and_skips_the_rest(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("g")
    assert chosen(page) == "1"
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.keyboard.press("g")
    assert chosen(page) == "1"  # round to the one that was passed over
    page.keyboard.press("a")
    page.keyboard.press("g")
    assert page.locator("#file").inner_text() == "c.dcm"  # b.dcm has nothing to judge
    assert chosen(page) is None
    assert page.locator("#mode").inner_text() == "Original"  # the radiograph comes before its candidates
    for _ in range(3):
        page.keyboard.press("g")
        page.keyboard.press("u")
    page.keyboard.press("g")
    assert page.locator("#note").inner_text() == "Every candidate has a verdict."
    assert page.locator("#file").inner_text() == "c.dcm"


def test_what_done_leaves_without_a_verdict_is_said(open_desk, desk_report):
    page = open_desk(desk_report)
    assert page.locator("#note").is_hidden()
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("d")
    assert page.locator("#note").inner_text() == "1 candidate without a verdict counts as rejected."
    assert page.locator("#file").inner_text() == "b.dcm"
    page.keyboard.press("d")
    assert not stands_out(page)
    page.keyboard.press("d")
    assert page.locator("#note").inner_text() == (
        "All images are done. 3 candidates without a verdict count as rejected. "
        "Download them by the button Decisions, above."
    )
    assert stands_out(page)
    page.keyboard.press("z")
    assert not stands_out(page)


def test_a_key_that_does_nothing_says_why_where_it_is_seen(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("a")
    assert page.locator("#note").inner_text() == "Choose a candidate first: N goes to the next one."
    assert page.locator("#announce").inner_text() == page.locator("#note").inner_text()


def test_choosing_leaves_the_list_of_candidates_in_view(open_desk, desk_report):
    page = open_desk(desk_report)
    for _ in range(2):
        page.keyboard.press("n")
        assert page.locator("#findings").evaluate("node => node.scrollTop") == 0
        page.locator("#candidates tr.chosen [data-verdict=accept]").wait_for()


@pytest.mark.parametrize("zoom", [0, 4])
def test_the_window_of_the_part_in_view_is_that_of_numpy(open_desk, desk_report, findings, zoom):
    page = open_desk(desk_report)
    for _ in range(zoom):
        page.keyboard.press("+")
    page.keyboard.press("Shift+W")
    window = page.evaluate("[desk.stage.window.low, desk.stage.window.high]")
    top, left = page.evaluate("desk.stage.inImage([0, 0])")
    bottom, right = page.evaluate("desk.stage.inImage([desk.stage.paneWidth, desk.stage.paneHeight])")
    pixels = findings[0].radiograph.pixels
    ends = [max(0, round(top)), max(0, round(left))]
    part = np.sort(pixels[ends[0] : round(bottom) + 1, ends[1] : round(right) + 1], axis=None)
    assert (part.size < pixels.size) == bool(zoom)
    expected = part[np.floor(np.array([0.01, 0.99]) * (part.size - 1)).astype(int)]
    assert window == pytest.approx(expected, abs=1e-6)
    page.keyboard.press("w")
    assert page.evaluate("desk.stage.window") == page.evaluate("desk.stage.firstWindow()")
    page.locator("#here").click()
    assert page.evaluate("[desk.stage.window.low, desk.stage.window.high]") == window


def test_hints_name_the_key_in_the_language_of_the_reader(open_desk, desk_report):
    for locale, words in (("en-GB", "(Shift+W)"), ("fr-FR", "(Maj+W)")):
        page = open_desk(desk_report, locale=locale)
        assert page.locator("#here").get_attribute("title").endswith(words)
        assert page.locator("#overlay").get_attribute("title").endswith("(O)")


def test_the_way_from_the_record_to_a_table_is_told(open_desk, desk_report):
    page = open_desk(desk_report)
    page.locator("#to-record").click()
    page.locator("#record-next summary").click()
    commands = page.locator("#record-commands").inner_text().splitlines()
    assert commands[0].startswith("microcal review OUT --import decisions-")
    assert commands[0].endswith(".json --reader NAME")
    assert commands[1] == "microcal review OUT --export csv"
    page.locator("#reader").fill("anna")
    page.locator("#reader").press("Tab")
    assert "decisions-anna-" in page.locator("#record-commands").inner_text()
    assert "--reader" not in page.locator("#record-commands").inner_text()
