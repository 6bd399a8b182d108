"""What a reader decides on the desk: events as the contract has them, kept, undone, handed on, taken in."""

import json
import re
from dataclasses import replace

import pytest

from microcal_xray.reporting import image_result, write_results
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow

FIELDS = {
    "event",
    "utc",
    "reader",
    "image",
    "pixel_sha256",
    "line",
    "action",
    "reason",
    "comment",
    "kind",
    "path_px",
    "overlay_visible",
    "seconds",
}
FILES = ("a.dcm", "b.dcm", "c.dcm")


@pytest.fixture(scope="module")
def results(make_findings, with_evidence):
    return [
        image_result(with_evidence(make_findings()), FILES[0]),
        image_result(make_findings(spacing_mm=None, candidates=3), FILES[1]),
        image_result(make_findings(candidates=0), FILES[2]),
    ]


@pytest.fixture(scope="module")
def desk_report(results, tmp_path_factory):
    return write_results(results, tmp_path_factory.mktemp("desk"), Settings())


def events(page):
    return page.evaluate("desk.record.events")


def actions(page):
    return [(event["line"], event["action"]) for event in events(page)]


def test_verdicts_by_key_and_button_become_events_of_the_contract(open_desk, desk_report, results):
    page = open_desk(desk_report)
    page.keyboard.press("a")  # nothing is chosen yet
    assert "Choose a candidate first" in page.locator("#announce").inner_text()
    page.keyboard.press("n")
    page.keyboard.press("a")
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.locator("#reason").select_option("harris_line")
    page.keyboard.press("c")
    page.keyboard.type("beside <b>it</b>")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("o")
    page.locator("[data-verdict=unsure]").click()
    page.keyboard.press("x")
    made = events(page)
    assert all(set(event) == FIELDS for event in made)
    told = [(e["line"], e["action"], e["reason"], e["comment"], e["overlay_visible"]) for e in made]
    assert told == [
        ("1", "accept", None, "", True),
        ("2", "reject", None, "", True),
        ("2", "reject", "harris_line", "", True),
        ("2", "note", "harris_line", "beside <b>it</b>", True),
        ("2", "unsure", None, "beside <b>it</b>", False),
        ("2", "clear", None, "beside <b>it</b>", False),
    ]
    assert {e["image"] for e in made} == {FILES[0]}
    assert {e["pixel_sha256"] for e in made} == {results[0].pixel_sha256}
    assert all(re.fullmatch("[0-9a-f]{32}", e["event"]) for e in made)
    assert [e["utc"] for e in made] == sorted(e["utc"] for e in made)
    assert all(0 <= e["seconds"] < 60 for e in made)
    signs = page.locator("#candidates td.verdict span").all_inner_texts()
    assert signs == ["\u2713", "\u00b7"]


def test_the_time_in_focus_is_logged_for_each_line_by_itself(open_desk, desk_report):
    page = open_desk(desk_report)
    page.evaluate("globalThis.wait = (by) => { desk.clock.since -= by; }")
    page.keyboard.press("1")
    page.evaluate("wait(4200)")
    page.keyboard.press("2")
    page.evaluate("wait(2000)")
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.evaluate("wait(1000)")
    page.keyboard.press("a")
    page.keyboard.press("u")
    page.keyboard.press("d")
    seconds = {}
    for event in events(page):
        seconds.setdefault(event["line"], []).append(event["seconds"])
    assert seconds["2"][0] == pytest.approx(2.0, abs=1.5)
    assert seconds["1"][0] == pytest.approx(5.2, abs=1.5)
    assert seconds["1"][1] < 1.5
    assert seconds[""][0] >= 7.2


def test_decisions_survive_a_reload_and_are_undone_and_done_again(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.keyboard.press("d")
    assert page.locator("#file").inner_text() == FILES[1]
    assert page.locator("#progress-words").inner_text() == "1 of 3 images done"
    page.keyboard.press("z")
    assert page.locator("#file").inner_text() == FILES[0]  # undoing shows what it undoes
    page.keyboard.press("Control+z")
    assert page.locator("#candidates td.verdict span").first.inner_text() == "\u2713"
    page.locator("#undo").click()
    page.keyboard.press("z")
    assert "Nothing to undo" in page.locator("#announce").inner_text()
    assert actions(page)[3:] == [("", "reopen"), ("1", "accept"), ("1", "clear")]
    page.keyboard.press("y")
    page.locator("#redo").click()
    assert page.locator("#candidates td.verdict span").first.inner_text() == "\u2715"
    before = events(page)
    page.keyboard.press("y")
    page.reload()
    page.locator("html[data-ready=yes]").wait_for()
    assert events(page)[: len(before)] == before
    assert page.locator("#file").inner_text() == FILES[1]  # the first that is not done
    assert page.locator("#progress-words").inner_text() == "1 of 3 images done"
    page.keyboard.press("k")
    assert page.locator("#candidates td.verdict span").first.inner_text() == "\u2715"
    assert page.locator("#saved").inner_text() == "saved in this browser"


def test_a_missed_line_is_drawn_where_the_pointer_is_at_any_zoom(open_desk, desk_report):
    page = open_desk(desk_report)
    box = page.locator("#stage").bounding_box()
    wanted = [[20.0, 30.0], [35.5, 48.25], [60.0, 52.0]]
    keys = set()
    for zoom in ("", "+++", "----"):
        for key in zoom:
            page.keyboard.press(key)
        page.locator("#add").click()
        places = page.evaluate("(path) => desk.stage.onScreen(path)", wanted)
        for x, y in places:
            page.mouse.click(box["x"] + x, box["y"] + y)
        page.keyboard.press("Enter")
        event = events(page)[-1]
        assert (event["action"], event["kind"], event["overlay_visible"]) == ("add", "lucent", False)
        pixel = 1 / page.evaluate("desk.stage.zoom")  # the mouse stands on whole pixels of the screen
        for point, expected in zip(event["path_px"], wanted, strict=True):
            assert point == pytest.approx(expected, abs=0.51 * pixel + 0.006)
        assert re.fullmatch("own-[0-9a-f]{12}", event["line"])
        keys.add(event["line"])
        assert page.locator("#candidates tr.chosen .number-mark").inner_text() == "ABC"[len(keys) - 1]
    assert len(keys) == 3
    page.locator(".kinds button", has_text="sclerotic").click()
    page.keyboard.press("Delete")
    assert [action for _, action in actions(page)[-2:]] == ["add", "remove"]
    assert events(page)[-2]["kind"] == "sclerotic"
    page.keyboard.press("z")
    assert page.locator("#candidates .number-mark").all_inner_texts() == ["1", "2", "A", "B", "C"]


def test_a_line_is_drawn_by_keys_alone_and_given_up_by_escape(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("l")
    assert "Enter or a double click ends it" in page.locator("#draw-hint").inner_text()
    for key in (
        "Space",
        "Backspace",
        "ArrowLeft",
        "Space",
        "ArrowDown",
        "ArrowDown",
        "Shift+ArrowDown",
        "Space",
    ):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    (event,) = events(page)
    (first_row, first_column), (last_row, last_column) = event["path_px"]
    zoom = page.evaluate("desk.stage.zoom")
    assert last_row - first_row == pytest.approx(17 / zoom, abs=0.02)
    assert (
        first_column
        == last_column
        == pytest.approx(page.evaluate("desk.stage.inImage([desk.stage.paneWidth / 2 - 8, 0])[1]"), abs=0.02)
    )
    page.keyboard.press("l")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert "needs two points" in page.locator("#announce").inner_text()
    page.keyboard.press("Escape")
    assert len(events(page)) == 1


def test_a_candidate_is_moved_redrawn_and_put_back(open_desk, desk_report):
    page = open_desk(desk_report)
    path = "desk.lines()[0].path"
    page.keyboard.press("1")
    original = page.evaluate(path)
    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    moved = page.evaluate(path)
    assert [moved[0], moved[-1]] == [[row + 2, column] for row, column in (original[0], original[-1])]
    assert "moved by the reader" in page.locator("#candidates tr.chosen").first.inner_text()
    page.keyboard.press("e")
    handle = page.locator("#lines .handle").last.bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    zoom = page.evaluate("desk.stage.zoom")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 12)
    page.mouse.up()
    page.keyboard.press("Enter")
    pulled = page.evaluate(path)
    expected = [moved[-1][0] + 12 / zoom, moved[-1][1] + 30 / zoom]
    assert pulled[-1] == pytest.approx(expected, abs=1.0 / zoom)
    assert pulled[0] == moved[0]
    page.keyboard.press("e")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert page.evaluate(path) == pulled
    page.keyboard.press("Delete")
    assert page.evaluate(path) == original
    assert actions(page) == [("1", "move"), ("1", "move"), ("1", "remove")]
    page.keyboard.press("z")
    assert page.evaluate(path) == pulled


def test_a_path_stays_within_the_picture(open_desk, desk_report):
    page = open_desk(desk_report)
    page.keyboard.press("-")
    page.keyboard.press("l")
    box = page.locator("#stage").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + 3)
    page.mouse.dblclick(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    (event,) = events(page)
    assert event["path_px"] == [[0, 0], [119, 89]]


def _downloaded(page, tmp_path):
    page.locator("#to-record").click()
    with page.expect_download() as waiting:
        page.locator("#download").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_record_is_downloaded_and_loaded_elsewhere(open_desk, desk_report, tmp_path):
    page = open_desk(desk_report)
    page.locator("#to-record").click()
    page.locator("#reader").fill("anna")
    page.locator("#reader").press("Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("d")
    path = _downloaded(page, tmp_path)
    assert re.fullmatch(r"decisions-anna-\d{4}-\d\d-\d\d\.json", path.name)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert set(record) == {"schema", "format", "results", "reader", "exported_utc", "events"}
    assert (record["schema"], record["format"], record["reader"]) == ("microcal-decisions", 1, "anna")
    assert [event["reader"] for event in record["events"]] == ["anna", "anna"]

    other = open_desk(desk_report)  # a browser that knows nothing of it
    assert events(other) == []
    other.locator("#to-record").click()
    other.locator("#load-file").set_input_files(path)
    other.locator("#record-news", has_text="2 decisions loaded, 0 were here").wait_for()
    assert events(other) == record["events"]
    assert other.locator("#reader").input_value() == "anna"
    other.locator("#load-file").set_input_files(path)
    other.locator("#record-news", has_text="0 decisions loaded, 2 were here").wait_for()
    assert other.locator("#progress-words").inner_text() == "1 of 3 images done"
    other.reload()
    other.locator("html[data-ready=yes]").wait_for()
    assert events(other) == record["events"]


def _event(results, **changes):
    return {
        "event": "0" * 32,
        "utc": "2026-01-02T03:04:05.678Z",
        "reader": "",
        "image": FILES[0],
        "pixel_sha256": results[0].pixel_sha256,
        "line": "1",
        "action": "accept",
        "reason": None,
        "comment": "",
        "kind": None,
        "path_px": None,
        "overlay_visible": True,
        "seconds": 1.0,
        **changes,
    }


WRONG = {
    "event": {"event": "x"},
    "utc": {"utc": "yesterday"},
    "reader": {"reader": "x" * 65},
    "line": {"line": "own-<img>"},
    "action": {"action": "delete"},
    "reason": {"reason": "<script>"},
    "comment": {"comment": "x" * 2001},
    "kind": {"action": "add", "line": "own-" + 12 * "0", "path_px": [[1, 1], [2, 2]]},
    "path_px": {"action": "move", "path_px": [[1, "2"], [3, 4]]},
    "overlay_visible": {"overlay_visible": 1},
    "seconds": {"seconds": -1},
    "unknown": {"more": 1},
}


def test_a_record_that_is_not_one_is_refused_as_a_whole(open_desk, desk_report, results, tmp_path):
    page = open_desk(desk_report)
    load = """(content) => {
        try { return desk.keeper.load(content, desk.byFile); } catch (error) { return error.message; }
    }"""
    good = {"schema": "microcal-decisions", "format": 1, "events": [_event(results)]}
    for field, changes in WRONG.items():
        record = {**good, "events": [_event(results), _event(results, **changes)]}
        assert page.evaluate(load, json.dumps(record)) == f"event 2 is not valid ({field})", field
    assert page.evaluate(load, "<html>") == "it is not JSON"
    assert "not a record" in page.evaluate(load, json.dumps({**good, "format": 2}))
    assert "not a record" in page.evaluate(load, "[]")
    assert events(page) == []
    elsewhere = [
        {"image": "other.dcm"},
        {"pixel_sha256": "1" * 64},
        {"line": "3"},
        {"action": "move", "path_px": [[1, 1], [120, 3]]},
    ]
    made = [_event(results, event=f"{i:032x}", **changes) for i, changes in enumerate(elsewhere, 1)]
    taken = page.evaluate(load, json.dumps({**good, "events": [_event(results), *made]}))
    assert taken == {"taken": 1, "skipped": 4}
    hostile = _event(results, event="f" * 32, comment="<img src=x onerror=document.title='owned'>")
    page.evaluate(load, json.dumps({**good, "events": [{**hostile, "utc": "2026-02-02T03:04:05.678Z"}]}))
    page.keyboard.press("1")
    assert page.locator("#comment").input_value() == hostile["comment"]
    assert page.title() == "Candidate lines in 3 radiographs"
    page.evaluate("desk.record.reader = 'bob'")
    refused = page.evaluate(load, json.dumps({**good, "events": [_event(results, reader="anna")]}))
    assert refused == "it is the record of anna; enter that name first"


def test_comments_on_an_image_and_images_that_are_done(open_desk, desk_report):
    page = open_desk(desk_report)
    page.locator("#image-comment").fill("rotated")
    page.locator("#image-comment").press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert "All images are done" in page.locator("#announce").inner_text()
    assert page.locator("#progress-words").inner_text() == "3 of 3 images done"
    assert actions(page) == [("", "note"), ("", "done"), ("", "done"), ("", "done")]
    page.locator("#filter").select_option("open")
    assert page.locator("#images li:visible").count() == 0
    assert page.locator("#index-note").inner_text() == "No image is left in this list."
    page.locator("#filter").select_option("marked")
    assert page.locator("#images li:visible").count() == 2
    page.keyboard.press("Escape")
    page.locator("#done").click()
    assert events(page)[-1]["action"] == "reopen"


def test_a_change_of_pixels_leaves_old_decisions_alone(open_desk, desk_report, results, browser, tmp_path):
    context = browser.new_context(locale="en-GB")
    page = open_desk(desk_report, context=context)
    page.keyboard.press("1")
    page.keyboard.press("a")
    changed = [replace(results[0], pixel_sha256="2" * 64), *results[1:]]
    other = open_desk(write_results(changed, tmp_path, Settings()), context=context)
    assert events(other) == []
