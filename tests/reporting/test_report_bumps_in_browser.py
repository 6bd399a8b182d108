"""Bumps and clusters on the page as a reviewer's browser shows them."""

from dataclasses import replace

import pytest

from invented_bumps import invented_bump, with_invented_bumps
from microcal_xray.cluster import Cluster, ClusterPattern
from microcal_xray.reporting import image_result, write_results
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(make_findings, tmp_path_factory):
    results = [
        image_result(with_invented_bumps(make_findings), "a.dcm"),
        image_result(make_findings(), "b.dcm"),
    ]
    return write_results(results, tmp_path_factory.mktemp("report"), Settings())


@pytest.fixture
def page(open_desk, report):
    return open_desk(report)


def drawn(page, selector):
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    return page.locator(selector)


def test_they_are_drawn_with_the_overlay_and_gone_without_it(page):
    assert drawn(page, "#lines .bump-mark").count() == 0
    page.keyboard.press("o")
    names = [drawn(page, "#lines .bump-mark text").nth(place).text_content() for place in (0, 1)]
    assert names == ["B1", "P2"]
    assert page.locator("#lines .bump-mark.periosteal.weak").count() == 1
    assert page.locator("#lines .cluster text").all_text_contents() == ["C1"]
    assert "bump of the outline (B)" in page.locator("#legend").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert drawn(page, "#lines .bump-mark").count() == 0  # the next image has none
    assert not page.locator("#bumps").is_visible()
    assert "bump of the outline (B)" not in page.locator("#legend").inner_text()


def test_a_bracket_begins_where_the_bump_begins_and_keeps_off_its_top(page):
    page.keyboard.press("o")
    points = drawn(page, "#lines .bump-mark.bump .rail").get_attribute("points").split()
    bracket = [[float(value) for value in point.split(",")] for point in points]
    base, top = (
        page.evaluate("(path) => desk.stage.onScreen(path)", path.tolist())
        for path in (invented_bump().base_px, invented_bump().top_px)
    )
    assert bracket[0] == pytest.approx(base[0], abs=0.1)
    assert bracket[-1] == pytest.approx(base[-1], abs=0.1)
    middle = len(top) // 2
    away = [a - b for a, b in zip(bracket[1 + middle], top[middle], strict=True)]
    assert sum(value**2 for value in away) ** 0.5 == pytest.approx(5, abs=0.2)


def test_a_row_opens_its_card_and_shows_its_bump(page):
    page.locator("#bumps-table .number-mark", has_text="B1").click()
    assert drawn(page, "#lines .bump-mark.chosen.bump").count() == 1
    card = page.locator("#bumps-table .why").inner_text()
    assert "0.8 mm" in card
    assert "Callus index" in card
    assert page.evaluate("document.activeElement.textContent") == "B1"
    page.locator("#bumps-table .number-mark", has_text="B1").click()
    assert page.locator("#bumps-table .why").count() == 0
    page.keyboard.press("n")  # a line is chosen as before
    assert drawn(page, "#lines .candidate.chosen").count() == 1


def test_the_list_is_in_the_words_of_the_reader(page):
    assert "line 1, bump B1" in page.locator("#clusters").inner_text()
    page.locator("#languages button", has_text="FR").click()
    assert "saillie" in page.locator("#bumps-table tbody").inner_text()
    assert "saillie B1" in page.locator("#clusters").inner_text()
    assert "indice" in page.locator("#bumps-table thead").inner_text().lower()


def test_faint_lines_of_a_pattern_are_drawn_in_its_frame_and_told(open_desk, make_findings, tmp_path):
    faint = (((30.0, 20.0), (30.0, 80.0)), ((50.0, 20.0), (50.0, 80.0)), ((72.0, 20.0), (72.0, 80.0)))
    pattern = Cluster(1, ClusterPattern.GROWTH_ARREST, (), (), 42.0, 4.2, 21.0, 2.1, 1.1, faint)
    result = replace(image_result(with_invented_bumps(make_findings), "a.dcm"), clusters=(pattern,))
    page = open_desk(write_results([result], tmp_path, Settings()))
    page.keyboard.press("o")
    assert drawn(page, "#lines .cluster polyline.frame").count() == 3
    assert page.locator("#lines .cluster text").all_text_contents() == ["C1"]
    assert "3 faint lines that are not listed" in page.locator("#clusters").inner_text()
