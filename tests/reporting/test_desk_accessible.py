"""What a screen reader and a keyboard find on the page, by Chromium's accessibility tree and by axe-core."""

import re

import pytest

from microcal_xray.reporting import PageOptions, image_result, write_results
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(make_findings, with_evidence):
    return [
        image_result(with_evidence(make_findings()), "a.dcm"),
        image_result(make_findings(spacing_mm=None, candidates=3), "b.png"),
    ]


@pytest.fixture(scope="module")
def desk_report(results, tmp_path_factory):
    return write_results(results, tmp_path_factory.mktemp("accessible"), Settings())


def _violations(axe, page):
    found = axe.run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_in_any_state_of_the_page(open_desk, desk_report, results, theme, tmp_path):
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed: ACCESSIBILITY NOT TESTED",
    )
    axe = module.Axe()
    # Without motion: a colour half way through a transition has no contrast worth judging.
    look = {"color_scheme": theme, "reduced_motion": "reduce"}
    page = open_desk(desk_report, **look, locale="fr-FR" if theme == "light" else "en-GB")
    assert _violations(axe, page) == []
    for keys in ("na", "l", "?", "t"):
        for key in keys:
            page.keyboard.press(key)
        assert _violations(axe, page) == [], keys
        page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.locator("#to-record").click()
    page.locator("#record-next summary").click()
    assert _violations(axe, page) == []
    index = write_results(results, tmp_path, Settings(), page=PageOptions(pages="per-image"))
    assert _violations(axe, open_desk(index, **look)) == []


def test_axe_would_find_a_button_without_a_name(open_desk, desk_report):
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed: ACCESSIBILITY NOT TESTED",
    )
    page = open_desk(desk_report)
    page.evaluate("""() => { const node = document.getElementById("next");
        for (const name of ["aria-label", "title"]) node.removeAttribute(name); node.textContent = ""; }""")
    assert "button-name" in [name for name, _ in _violations(module.Axe(), page)]


def test_the_tree_names_what_is_there(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("n")
    page.keyboard.press("a")
    tree = page.locator("body").aria_snapshot()
    for line in (
        'navigation "Radiographs"',
        'toolbar "View"',
        'application "Radiograph a.dcm, 2 candidates"',
        'complementary "Findings"',
        'table "Candidates (2)"',
        'button "Candidate 1: show on the radiograph" [expanded]',
        'button "\u2713 Accept A" [pressed]',
        'group "Your verdict"',
        'img "accepted"',
    ):
        assert line in tree, line


def test_verdicts_and_the_state_of_saving_are_spoken(open_desk, desk_report):
    page = open_desk(desk_report)
    for name in ("#announce", "#saved", "#record-news"):
        assert page.locator(name).get_attribute("role") == "status"
    spoken = []
    for key in ("n", "a", "x", "o", "z"):
        page.keyboard.press(key)
        spoken.append(page.locator("#announce").inner_text())
    assert spoken == [
        "Candidate 1, lucent, strong, not judged",
        "accepted",
        "not judged",
        "Original",
        "Undone.",
    ]
    assert page.locator("#saved").inner_text() == "saved in this browser"


def test_the_focus_goes_from_the_head_to_the_pictures_to_the_verdicts(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("n")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "stage"
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
    verdicts = [stop for stop in stops if re.search(r"Accept|Reject|Unsure", stop)]
    assert [words.split()[1] for words in verdicts] == ["Accept", "Reject", "Unsure"]
    assert stops[0] == "1"  # the first candidate
    page.keyboard.press("t")
    assert page.locator("#skip").get_attribute("href") == "#summary"
