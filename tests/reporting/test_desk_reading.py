"""The desk in French, for eyes and ears that differ, on a hostile file, in a notebook; every key."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

import microcal_xray as mx
from microcal_xray.errors import SettingsError
from microcal_xray.reporting import PageOptions, failed_result, image_result, report_html, write_results
from microcal_xray.settings import Settings

HOSTILE = "\"><img src=x onerror=document.title='owned'>{file}$title&lt;.dcm"


@pytest.fixture(scope="module")
def desk_report(make_findings, with_evidence, tmp_path_factory):
    findings = make_findings(HOSTILE, body_part=HOSTILE)
    results = [
        image_result(with_evidence(findings), HOSTILE),
        image_result(make_findings(candidates=0), "b.dcm"),
        failed_result(f"c{HOSTILE}", f"broken: {HOSTILE}"),
    ]
    return write_results(results, tmp_path_factory.mktemp("reading"), Settings())


@pytest.mark.slow
def test_a_french_browser_gets_french_and_the_reader_can_switch(open_desk, desk_report):
    page = open_desk(desk_report, locale="fr-FR")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.keyboard.press("n")
    desk = page.locator("#desk").inner_text()
    for words in (
        "Candidats (2)",
        "Retenir",
        "Fenêtrage",
        "Loupe",
        "Image relue",
        "Incidence",
        "radioclair",
        "franc",
    ):
        assert words in desk
    assert "0,012 marque de cette force attendue par image normale" in desk
    assert "3,0" in page.locator("#candidates tr.chosen").first.inner_text()
    assert "mm, plan du détecteur" in page.locator("#scale-words").inner_text()
    assert not re.search(r"\b(Accept|Window|candidates|Done|Overlay|none|the)\b", desk)
    page.keyboard.press("t")
    assert "2 radiographies analysées" in page.locator("#summary").inner_text()
    page.keyboard.press("?")
    assert "retenir, écarter, douteux" in page.locator("#keys").inner_text()
    page.keyboard.press("Escape")
    page.locator("#languages button", has_text="EN").click()
    assert "Candidates (2)" in page.locator("#desk").inner_text()
    page.keyboard.press("t")
    assert "2 radiographs searched" in page.locator("#summary").inner_text()
    page.reload()
    page.locator("html[data-ready=yes]").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.slow
def test_hostile_text_is_text_wherever_it_comes_up(open_desk, desk_report):
    page = open_desk(desk_report)
    title, images = page.title(), page.locator("img").count()
    for key in ("n", "o", "s", "m", "l", "Escape", "d", "k", "t", "t"):
        page.keyboard.press(key)
    page.locator("#image-comment").fill(HOSTILE)
    page.locator("#image-comment").press("Escape")
    page.locator("#to-record").click()
    page.locator("#reader").fill(HOSTILE)
    page.locator("#reader").press("Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("a")
    assert page.evaluate("desk.record.events.at(-1).reader") == HOSTILE[:64].strip()
    assert page.locator("#file").inner_text() == HOSTILE
    assert HOSTILE in page.locator("#place").inner_text()
    assert page.locator("#images .name").first.text_content() == HOSTILE
    assert page.title() == title == "Candidate lines in 2 radiographs"
    assert page.locator("img").count() == images


@pytest.mark.slow
def test_every_key_of_the_list_does_something_and_every_button_has_a_name(open_desk, desk_report):
    page = open_desk(desk_report)
    listed = set(page.locator("#keys kbd").all_inner_texts()) | set(
        page.locator("#keys kbd").all_text_contents()
    )
    page.evaluate(
        """globalThis.taken = [];
        document.addEventListener("keydown", (event) => taken.push([event.key, event.defaultPrevented]))"""
    )
    names = {
        "\u2212": "-",
        "\u2190": "ArrowLeft",
        "\u2191": "ArrowUp",
        "\u2192": "ArrowRight",
        "\u2193": "ArrowDown",
        "Del": "Delete",
        "Esc": "Escape",
    }
    assert len(listed) > 35
    for key in sorted(listed - {"Esc", "?", "Q", "C", "T", "Shift"}):
        page.keyboard.press("1")
        if key in names and names[key].startswith("Arrow"):
            page.locator("#stage").focus()
        page.evaluate("taken.length = 0")
        page.keyboard.press(names.get(key, key.lower()))
        assert page.evaluate("taken.at(-1)")[1], key
        page.keyboard.press("Escape")  # out of drawing
        page.evaluate("desk.open(0)")
    page.keyboard.press("1")
    page.keyboard.press("a")
    for key, focused in (("q", "reason"), ("c", "comment")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == focused
        page.keyboard.press("Escape")
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, select, textarea, input:not([hidden])")]
        .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.title || node.labels?.length))
        .map((node) => node.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.slow
def test_light_and_dark_follow_the_system_until_the_reader_chooses(open_desk, desk_report):
    page = open_desk(desk_report, color_scheme="light", reduced_motion="reduce")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    assert page.evaluate("getComputedStyle(document.getElementById('fit')).transitionDuration") == "0s"
    page.locator("#theme").click()
    dark = page.evaluate(ground)
    assert sum(map(int, re.findall(r"\d+", light))) > 600 > 150 > sum(map(int, re.findall(r"\d+", dark)))
    assert (
        page.evaluate("getComputedStyle(document.getElementById('stage')).backgroundColor") == "rgb(0, 0, 0)"
    )
    page.reload()
    page.locator("html[data-ready=yes]").wait_for()
    assert page.evaluate(ground) == dark


@pytest.mark.slow
def test_kind_tier_and_verdict_are_told_without_colour(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.evaluate("desk.stage.drawNow()")
    assert page.locator("#lines .lucent circle.mark").count() == 1
    assert page.locator("#lines .sclerotic rect.mark").count() == 1
    dashes = "node => getComputedStyle(node).strokeDasharray"
    assert page.locator("#lines .strong .rail").first.evaluate(dashes) == "none"
    assert page.locator("#lines .weak .rail").first.evaluate(dashes) == "7px, 5px"
    assert page.locator("#lines .accept .sign").text_content() == "\u2713"
    assert page.locator("td.verdict .accept").get_attribute("aria-label") == "accepted"
    assert "Candidate 1, lucent, strong" in page.locator("#lines").evaluate(
        "() => { desk.choose(desk.lines()[0]); return document.getElementById('announce').textContent; }"
    )


@pytest.mark.slow
def test_the_overlay_at_first_look_is_the_choice_of_run_and_reader(open_desk, make_findings, tmp_path):
    results = [image_result(make_findings(), name) for name in ("a.dcm", "b.dcm")]
    options = PageOptions(overlay_at_first=True, language="fr")
    page = open_desk(write_results(results, tmp_path, Settings(), page=options))
    assert page.locator("#mode").inner_text() == "Repères"
    page.locator("#to-record").click()
    page.locator("#first-look").select_option("off")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator("#mode").inner_text() == "Original"
    page.reload()
    page.locator("html[data-ready=yes]").wait_for()
    assert page.locator("#mode").inner_text() == "Original"
    assert page.locator("#overlay").get_attribute("aria-pressed") == "false"


@pytest.mark.slow
def test_the_first_image_is_shown_before_the_last_has_arrived(browser, make_findings):
    results = [image_result(make_findings(), f"{number}.dcm") for number in range(3)]
    html = report_html(results, Settings())
    cut = html.index('<script type="text/plain" id="pixels-2">')
    context = browser.new_context()
    page = context.new_page()
    page.goto("about:blank")
    page.evaluate("(part) => { document.open(); document.write(part); }", html[:cut])
    page.locator("html[data-shown='0']").wait_for()
    assert page.evaluate("document.readyState") == "loading"
    context.close()


@pytest.mark.slow
def test_a_notebook_draws_the_page_in_a_frame_of_its_own(browser, make_findings, tmp_path):
    shown = mx.show(make_findings(HOSTILE), overlay_at_first=True)
    frame = shown._repr_html_()
    host = tmp_path / "notebook.html"
    host.write_text(f"<!doctype html><title>notebook</title><body>{frame}</body>", "utf-8")
    context = browser.new_context(locale="en-GB", viewport={"width": 1100, "height": 760})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(host.as_uri())
    inside = page.frame_locator("iframe")
    inside.locator("html[data-ready=yes]").wait_for()
    inside.locator("#lines .candidate").first.wait_for(state="attached")
    inside.locator("#candidates .number-mark").first.click()
    inside.locator("[data-verdict=accept]").click()
    assert inside.locator("#saved").inner_text() == "not kept by this browser: download them"
    assert page.title() == "notebook"
    assert errors == []
    context.close()


def test_what_a_notebook_gets_is_the_whole_page_and_nothing_around_it(make_findings):
    findings = make_findings(HOSTILE)
    shown = mx.show(findings, language="fr", height_px=500)
    expected = report_html([image_result(findings, HOSTILE)], Settings(), options=PageOptions(language="fr"))
    assert shown.html == expected
    (source,) = re.findall(r'srcdoc="([^"]*)"', shown._repr_html_())
    assert unescape(source) == expected
    assert shown._repr_html_().count("<") == 2
    assert 'height="500" sandbox="allow-scripts allow-downloads allow-modals"' in shown._repr_html_()
    assert repr(shown) == f"<microcal_xray view of {HOSTILE}>"


def test_a_view_of_absurd_height_or_language_is_refused(make_findings):
    with pytest.raises(ValueError, match="height_px is 20; it must be from 200 to 4000"):
        mx.show(make_findings(), height_px=20)
    with pytest.raises(SettingsError, match="language is 'de'"):
        mx.show(make_findings(), language="de")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [-1.0, np.nan, 2001.0])
def test_a_page_of_absurd_size_is_refused(size):
    with pytest.raises(SettingsError, match="full_depth_megabytes is"):
        replace(PageOptions(), full_depth_megabytes=size)
