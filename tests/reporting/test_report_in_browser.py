"""The report page as a reviewer's browser shows it, opened from disk."""

from dataclasses import replace

import pytest
from test_report_limit import QUALITY, limit

from microcal_xray.reporting import failed_result, image_result, words_of, write_results
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow


def drawn(page):
    """Wait until what was asked for is on the screen: it is drawn with the next frame."""
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")


def expect_count(page, selector, count):
    drawn(page)
    assert page.locator(selector).count() == count


_HOSTILE = "<script>document.title='owned'</script>.dcm"


@pytest.fixture(scope="module")
def report(make_findings, with_evidence, tmp_path_factory):
    results = [
        image_result(with_evidence(make_findings(_HOSTILE, body_part="<b>x</b>")), _HOSTILE),
        image_result(make_findings(spacing_mm=None, candidates=3), "b.png"),
        image_result(make_findings(candidates=0), "c.dcm"),
        failed_result("d<img src=x onerror=alert(1)>.dcm", "the file is <b>empty</b>"),
    ]
    return write_results(results, tmp_path_factory.mktemp("report"), Settings())


@pytest.fixture
def page(open_desk, report):
    return open_desk(report)


def test_the_original_comes_first_and_the_overlay_by_key(page):
    assert page.locator("#mode").inner_text() == "Original"
    assert page.locator("#lines .candidate").count() == 0
    page.keyboard.press("o")
    expect_count(page, "#lines .candidate", 2)
    assert page.locator("#mode").inner_text() == "Overlay"
    assert page.locator("#lines .strong").count() == 1
    page.keyboard.press("o")
    expect_count(page, "#lines .candidate", 0)


def test_each_image_starts_as_the_original(page):
    page.keyboard.press("o")
    page.keyboard.press("j")
    assert page.locator("#file").inner_text() == "b.png"
    expect_count(page, "#lines .candidate", 0)
    page.keyboard.press("k")
    expect_count(page, "#lines .candidate", 2)


def test_hostile_text_is_shown_as_text(page):
    assert page.title() == "Candidate lines in 3 radiographs"
    assert page.locator("#file").inner_text() == _HOSTILE
    assert "<b>x</b>" in page.locator("#place").inner_text()
    page.keyboard.press("t")
    assert "the file is <b>empty</b>" in page.locator("#summary").inner_text()


def test_lines_lie_where_the_pixels_are(page):
    zoom = page.evaluate("desk.stage.zoom")
    x, y = page.evaluate("desk.stage.onScreen([[30, 45]])[0]")
    left, top = page.evaluate("[desk.stage.x, desk.stage.y]")
    assert (x - left, y - top) == pytest.approx((45.5 * zoom, 30.5 * zoom))
    assert page.evaluate("desk.stage.inImage(desk.stage.onScreen([[30, 45]])[0])") == pytest.approx([30, 45])


def test_a_row_chooses_its_line_and_a_line_its_row(page):
    page.locator("#candidates .number-mark", has_text="2").click()
    page.locator("#lines .chosen.sclerotic").wait_for(timeout=5000)
    assert "sclerotic" in page.locator("#lines .chosen").get_attribute("class")
    page.keyboard.press("n")
    assert "lucent" in page.locator("#lines .chosen").get_attribute("class")
    page.locator("#lines .sclerotic .grip").dispatch_event("click")
    assert page.locator("#candidates tr.chosen .number-mark").inner_text() == "2"


def test_the_chosen_candidate_tells_why_it_stands_there(page):
    cards = page.locator("#candidates .evidence")
    assert cards.count() == 0
    page.keyboard.press("n")
    button = page.locator("#candidates .number-mark").first
    assert button.get_attribute("aria-expanded") == "true"
    text = cards.first.inner_text().replace("\u00a0", " ")
    assert "expected 0.012 such marks per normal picture" in text
    assert "looks also like: joint space 0.62, growth plate 0.21" in text
    assert page.locator("#candidates .evidence .number").first.inner_text() == "+7.0"
    page.keyboard.press("n")
    assert cards.count() == 1
    assert page.locator("#candidates tr.chosen .number-mark").inner_text() == "2"
    assert "looks" not in cards.first.inner_text()


def test_the_cards_stay_closed_where_the_reader_closed_them(page):
    page.keyboard.press("n")
    page.locator("#candidates .why summary").click()
    assert page.locator("#candidates .evidence").is_hidden()
    page.keyboard.press("n")
    assert page.locator("#candidates .evidence").is_hidden()
    page.locator("#candidates .why summary").click()
    assert page.locator("#candidates .evidence").is_visible()


def test_a_bar_shows_the_sign_by_its_side_and_the_value_by_its_length(page):
    page.keyboard.press("n")
    boxes = """items => items.map(item => {
        const box = name => item.querySelector(name).getBoundingClientRect();
        const [bar, axis, track] = ["i", "b", ".track"].map(box);
        return [(bar.left - axis.left) / track.width, bar.width / track.width, item.innerText];
    })"""
    items = page.locator("#candidates .evidence").first.locator("li").evaluate_all(boxes)
    values = [7.0, *(0.5 * place - 2.25 for place in range(1, 11))]
    span = 7.0 + 1.75
    assert len(items) == 11
    for (left, width, text), value in zip(items, values, strict=True):
        assert left == pytest.approx(min(0.0, value) / span, abs=0.01)  # whole pixels
        assert width == pytest.approx(abs(value) / span, abs=0.01)
        assert ("\u2212" if value < 0 else "+") in text


def test_a_candidate_without_evidence_has_no_card(page):
    page.keyboard.press("j")
    page.keyboard.press("n")
    assert page.locator("#candidates tr.chosen .number-mark").count() == 1
    assert page.locator("#candidates .evidence").count() == 0


def test_pointing_at_a_row_marks_its_line(page):
    page.keyboard.press("o")
    page.locator("#candidates tbody tr").first.hover()
    page.locator("#lines .pointed").wait_for(state="attached")
    assert "lucent" in page.locator("#lines .pointed").get_attribute("class")


def test_zoom_keeps_the_scale_bar_true(page):
    def bar_mm_per_screen_px():
        words = page.locator("#scale-words").inner_text()
        return float(words.split()[0]) / page.evaluate(
            "parseFloat(document.getElementById('scale-bar').style.width)"
        )

    assert "mm, at the detector" in page.locator("#scale-words").inner_text()
    for _ in range(4):
        assert bar_mm_per_screen_px() == pytest.approx(
            0.1 / page.evaluate("desk.stage.zoom"), rel=1e-4
        )  # CSS rounds
        page.keyboard.press("+")
        drawn(page)
    page.keyboard.press("0")
    assert page.evaluate("desk.stage.fitted")


def test_the_wheel_zooms_at_the_pointer_and_drag_moves(page):
    stage = page.locator("#stage").bounding_box()
    x, y = stage["x"] + 200, stage["y"] + 150
    page.mouse.move(x, y)
    under = "[(200 - desk.stage.x) / desk.stage.zoom, (150 - desk.stage.y) / desk.stage.zoom]"
    before, zoom = page.evaluate(under), page.evaluate("desk.stage.zoom")
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert page.evaluate("desk.stage.zoom") > zoom
    assert page.evaluate(under) == pytest.approx(before, abs=1 / zoom)  # the pointer is on whole pixels
    place = page.evaluate("[desk.stage.x, desk.stage.y]")
    page.mouse.down()
    page.mouse.move(x + 40, y + 25)
    page.mouse.up()
    assert page.evaluate("[desk.stage.x, desk.stage.y]") == pytest.approx([place[0] + 40, place[1] + 25])


def test_unknown_spacing_is_told_on_the_desk(page):
    page.keyboard.press("j")
    # The bar is drawn with the picture, a frame later.
    page.locator("#scale-words", has_text="pixels, pixel spacing unknown").wait_for(timeout=5000)
    dash = page.locator("#candidates tbody tr").first.locator("span[title='pixel spacing unknown']").first
    assert dash.inner_text() == "\u2013"


def test_no_candidates_is_said_without_an_empty_table(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("#no-candidates").is_visible()
    # Nothing was searched there, so nothing below could say what that excludes.
    assert page.locator("#no-candidates").inner_text() == words_of("en").text("list.no_limit")
    assert page.locator("#candidates").is_hidden()
    page.keyboard.press("n")
    page.keyboard.press("j")
    assert page.locator("#file").inner_text() == "c.dcm"


def test_the_summary_sorts_and_opens(page):
    page.keyboard.press("t")
    assert page.locator("#desk").is_hidden()
    page.locator("#summary :lang(en) th button", has_text="Candidates").click()
    counts = (
        page.locator("#summary :lang(en) table").first.locator("tbody tr td:nth-child(2)").all_inner_texts()
    )
    assert counts == ["3", "2", "0"]
    page.locator("#summary :lang(en) .open", has_text="b.png").click()
    assert page.locator("#file").inner_text() == "b.png"


def test_invert_and_keys_dialog(page):
    page.keyboard.press("i")
    assert page.locator("#invert").get_attribute("aria-pressed") == "true"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("o")
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    expect_count(page, "#lines .candidate", 0)


def test_the_whole_desk_fits_a_laptop(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    page.keyboard.press("n")
    panel = page.locator("#panel")
    assert panel.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_another_script_does_not_run(browser, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace("</body>", "<script>document.title='owned'</script></body>"), "utf-8")
    page = browser.new_page()
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(changed.as_uri())
    page.locator("html[data-ready=yes]").wait_for()
    assert page.title() == "Candidate lines in 3 radiographs"
    assert any("Content Security Policy" in message for message in messages)
    page.close()


def test_without_scripts_the_summary_is_shown(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#summary").is_visible()
    context.close()


def test_what_an_image_could_show_is_laid_out_as_text(open_desk, make_findings, tmp_path):
    limited = replace(make_findings(candidates=0), quality=QUALITY, limit=limit())
    results = [image_result(limited, "a.dcm"), image_result(make_findings(candidates=0), "b.dcm")]
    page = open_desk(write_results(results, tmp_path, Settings()))
    assert "from an equivalent width of 0.40 mm" in page.locator("#could-show").inner_text()
    assert page.locator("#no-candidates").inner_text() == words_of("en").text("list.none")
    assert page.locator("#could-show-table").is_hidden()
    page.locator("#could-show summary").click()
    assert page.locator("#could-show-table tr.place").count() == 4
    assert page.locator("#could-show-map").evaluate("image => image.naturalWidth") > 0
    assert "0.20 (0.18 to 0.23) mm wide" in page.locator("#quality").inner_text()
    page.keyboard.press("j")
    assert page.locator("#could-show").is_hidden()


def test_the_limit_is_a_layer_over_the_pixels_it_is_about(open_desk, make_findings, tmp_path):
    limited = replace(make_findings(candidates=0), quality=QUALITY, limit=limit())
    results = [image_result(limited, "a.dcm"), image_result(make_findings(candidates=0), "b.dcm")]
    page = open_desk(write_results(results, tmp_path, Settings()))
    assert page.locator("#limit-picture").is_hidden()
    page.keyboard.press("h")
    assert page.locator("#limit").get_attribute("aria-pressed") == "true"
    assert "Smallest equivalent width of a dark line" in page.locator("#legend").inner_text()
    for _ in range(3):  # at any zoom, 15 x 12 blocks of 8 pixels from the upper left corner
        drawn(page)
        box, stage = (page.locator(name).bounding_box() for name in ("#limit-picture", "#stage"))
        (left, top), (right, bottom) = page.evaluate("desk.stage.onScreen([[-0.5, -0.5], [119.5, 95.5]])")
        corners = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
        expected = [stage["x"] + left, stage["y"] + top, stage["x"] + right, stage["y"] + bottom]
        assert corners == pytest.approx(expected, abs=0.1)
        page.keyboard.press("+")
    assert page.locator("#limit-picture").evaluate("image => [image.naturalWidth, image.naturalHeight]") == [
        12,
        15,
    ]
    page.keyboard.press("j")
    assert page.locator("#limit-picture").is_hidden()
    assert page.locator("#limit").is_disabled()
