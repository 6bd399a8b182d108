"""The served pages in a browser: nothing breaks the content policy, other pages get nowhere."""

import http.server
import threading

import numpy as np
import pytest
from asking import Served
from reading_scenes import checked, drawn, own, said, write_study

from microcal_xray.findings import Findings
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import write_overlay, write_report
from microcal_xray.reviewing import Role, open_store, read_study
from microcal_xray.reviewing.events import RefusedEventError, reader_name
from microcal_xray.reviewing.start_page import start_page
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Return a study on which two readers disagree, one of them with a hostile comment."""
    out = tmp_path_factory.mktemp("out")
    study = write_study(out, {"a.png": (20, 60), "b.png": ()})
    for image in study.images:
        grey = np.tile(np.linspace(0, 1, 90), (120, 1))
        radiograph = radiograph_from_array(grey, spacing_mm=(0.1, 0.1), name=image.file)
        findings = Findings(radiograph, Settings(), image.result.candidates)
        write_overlay(findings, out / "overlays" / f"{image.file}.png")
    store = open_store(study)
    store.add(
        checked(
            study,
            "anna",
            said("a.png", "1", "accept"),
            drawn("b.png", 1, 90),
            *(said(file, "", "done") for file in study.by_file),
        )
    )
    store.add(
        checked(
            study,
            "ben",
            said("a.png", "1", "reject", reason="overlap", comment=HOSTILE),
            *(said(file, "", "done") for file in study.by_file),
        )
    )
    return out


def opened(browser, address):
    """Return an open page and what it complains of."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    return page, messages


def test_a_reader_names_himself_and_the_page_may_talk_to_its_server(browser, out):
    with Served(out) as served:
        page, messages = opened(browser, served.address)
        page.get_by_label("Name").fill("Carl")
        page.get_by_role("button", name="Open").click()
        page.locator("html[data-ready=yes]").wait_for()
        assert page.url == f"{served.address}carl/"
        told = page.evaluate("JSON.parse(document.getElementById('desk-server').textContent)")
        assert (told["reader"], told["token"]) == ("carl", served.token)
        events = [said("a.png", "2", "accept")]
        sent = page.evaluate(
            """async ([told, events]) => {
                const answer = await fetch(told.api, {method: "POST", body: JSON.stringify({events}),
                    headers: {"Content-Type": "application/json", "X-Microcal-Token": told.token}});
                const all = await (await fetch(told.api)).json();
                return [await answer.json(), all.events.length];
            }""",
            [told, events],
        )
        assert sent == [{"stored": [events[0]["event"]]}, 1]
        assert messages == []
        page.close()


def test_a_page_from_elsewhere_reads_nothing_and_writes_nothing(browser, out, tmp_path):
    (tmp_path / "index.html").write_text("<title>elsewhere</title>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as elsewhere, Served(out) as served:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        page, _ = opened(browser, f"http://127.0.0.1:{elsewhere.server_address[1]}/")
        before = len(open_store(read_study(out)).events())
        # Even one that has got hold of the token.
        tried = page.evaluate(
            """async ([address, token, events]) => {
                const said = [];
                for (const init of [
                    {}, {mode: "no-cors"},
                    {method: "POST", mode: "no-cors", body: JSON.stringify({events})},
                    {method: "POST", body: JSON.stringify({events}),
                     headers: {"Content-Type": "application/json", "X-Microcal-Token": token}},
                ]) {
                    try { const answer = await fetch(address, init); said.push(answer.type + answer.status); }
                    catch (error) { said.push("refused"); }
                }
                return said;
            }""",
            [f"{served.address}anna/events", served.token, [said("a.png", "2", "accept")]],
        )
        assert set(tried) <= {"refused", "opaque0"}
        assert tried[3] == "refused"
        assert len(open_store(read_study(out)).events()) == before
        page.close()
        elsewhere.shutdown()


@pytest.mark.parametrize(
    ("name", "taken"),
    [("a/b", False), ("-x", False), ("", False), ("  Jos\u00e9 O.-B_2 ", True), ("\u674e", True)],
)
def test_the_first_page_takes_the_names_that_the_server_takes(browser, name, taken):
    """The pattern that the browser checks is that of the server: nobody lands on a bare refusal."""
    page = browser.new_page()
    html, _ = start_page([], is_adjudication=False)
    page.set_content(html.decode())
    page.fill("input", name)
    assert page.locator("input").evaluate("input => input.checkValidity()") is taken
    if taken:
        assert reader_name(name)
    else:
        with pytest.raises(RefusedEventError):
            reader_name(name)
    page.close()


def test_disagreements_are_settled_by_hand(browser, out):
    with Served(out, "--adjudicate", "--reader", "dora") as served:
        page, messages = opened(browser, served.address)
        assert page.locator(".card").count() == 2
        assert page.get_by_text(HOSTILE).count() == 1  # shown as text
        assert page.locator(".card img").count() == 0
        shown = page.locator(".card svg image")
        assert shown.count() == 2
        answers = [page.request.get(f"{served.address}../overlays/{name}.png") for name in ("a.png", "b.png")]
        assert [answer.status for answer in answers] == [200, 200]
        page.screenshot(path=str(out / "adjudication.png"), full_page=True)
        for number, button in enumerate(("accept", "reject")):
            card = page.locator(".card").nth(number)
            card.locator("input").fill("as seen together")
            card.get_by_role("button", name=button).click()
            page.get_by_text("Saved.").wait_for()
        assert messages == []
        page.close()
    events = open_store(read_study(out)).events(role=Role.ADJUDICATION)
    assert [(event.reader, event.line, event.action.value) for event in events] == [
        ("dora", "1", "accept"),
        ("dora", own(1), "add"),
        ("dora", own(1), "reject"),
    ]
    assert events[0].comment == "as seen together"


def test_what_is_decided_on_the_desk_by_keys_is_in_the_store(browser, tmp_path):
    leg = np.tile(np.linspace(0, 1, 90), (120, 1))
    study = write_study(tmp_path, {"a.png": (20, 60), "b.png": ()})
    findings = [
        Findings(
            radiograph_from_array(leg + number, spacing_mm=(0.1, 0.1), name=image.file),
            Settings(),
            image.result.candidates,
        )
        for number, image in enumerate(study.images)
    ]
    write_report(findings, tmp_path)
    with Served(tmp_path) as served:
        page, messages = opened(browser, f"{served.address}eve/")
        page.locator("html[data-ready=yes]").wait_for()
        for key in ("n", "a", "n", "r"):
            page.keyboard.press(key)
        events = []
        for _ in range(100):  # the page's policy forbids what playwright would wait with
            events = open_store(read_study(tmp_path)).events()
            if len(events) == 2:
                break
            page.wait_for_timeout(50)
        assert [(each.reader, each.image, each.line, each.action.value) for each in events] == [
            ("eve", "a.png", "1", "accept"),
            ("eve", "a.png", "2", "reject"),
        ]
        page.reload()
        page.locator("#candidates td.verdict span", has_text="\u2715").wait_for()
        assert page.locator("#candidates td.verdict span").all_inner_texts() == ["\u2713", "\u2715"]
        assert messages == []
        page.close()
