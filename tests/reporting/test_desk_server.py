"""The desk as the review server sends it: events are sent, kept until they are stored, and never lost."""

import json

import pytest

from microcal_xray.reporting import image_result, report_html
from microcal_xray.settings import Settings

pytestmark = pytest.mark.slow

ADDRESS = "http://desk.invalid/"


class _Server:
    """What `microcal review` answers, played inside the browser: nothing listens anywhere."""

    def __init__(self, html, block):
        self.block = block
        self.html = html
        self.stored: dict[str, dict] = {}
        self.refused = []
        self.away = False

    def page(self):
        block = json.dumps(self.block)
        return self.html.replace(
            "</body>", f'<script type="application/json" id="desk-server">{block}</script></body>'
        )

    def answer(self, route):
        request = route.request
        if request.url == ADDRESS:
            route.fulfill(body=self.page(), content_type="text/html; charset=utf-8")
        elif (
            request.url != ADDRESS + "events"
            or request.headers.get("x-microcal-token") != self.block["token"]
        ):
            self.refused.append(request.url)
            route.fulfill(status=403, body="{}")
        elif self.away:
            route.abort()
        elif request.method == "GET":
            route.fulfill(json={"events": list(self.stored.values())})
        else:
            events = json.loads(request.post_data)["events"]
            self.stored.update({event["event"]: event for event in events})
            route.fulfill(json={"stored": [event["event"] for event in events]})


@pytest.fixture
def server(make_findings):
    results = [image_result(make_findings(name), name) for name in ("anna.dcm", "bert.dcm")]
    block = {
        "api": "events",
        "token": "s3cret",
        "reader": "anna",
        "order": ["bert.dcm", "anna.dcm"],
        "blinded": True,
    }
    return _Server(report_html(results, Settings()), block)


@pytest.fixture
def open_served(browser, server):
    contexts = []

    def open_served(context=None):
        if context is None:
            context = browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 768})
            context.route("**/*", server.answer)
            contexts.append(context)
        page = context.new_page()
        page.goto(ADDRESS)
        page.locator("html[data-ready=yes]").wait_for()
        return page

    yield open_served
    for context in contexts:
        context.close()
    assert server.refused in ([], [ADDRESS + "favicon.ico"])


def test_images_come_in_the_order_of_the_server_without_their_names(open_served):
    page = open_served()
    assert page.evaluate("desk.image.file") == "bert.dcm"
    assert page.locator("#file").inner_text() == "Image 1"
    assert page.locator("#images .name").all_inner_texts() == ["Image 1", "Image 2"]
    shown = page.locator("#desk").inner_text() + page.locator("#stage").get_attribute("aria-label")
    assert "bert" not in shown
    page.keyboard.press("j")
    assert page.evaluate("desk.image.file") == "anna.dcm"
    page.locator("#to-record").click()
    assert page.locator("#reader").input_value() == "anna"
    assert page.locator("#reader").get_attribute("readonly") is not None


def test_a_decision_is_stored_by_the_server_and_comes_back_from_it(open_served, server):
    page = open_served()
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.locator("#saved", has_text="saved").filter(has_not_text="not").wait_for()
    (event,) = server.stored.values()
    assert (event["reader"], event["image"], event["line"], event["action"]) == (
        "anna",
        "bert.dcm",
        "1",
        "accept",
    )
    assert (
        page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith(EVENT_KEPT)).length") == 0
    )
    other = open_served()  # another browser: all it knows is from the server
    other.locator("#candidates td.verdict .accept").wait_for()


def test_what_the_server_did_not_store_is_kept_and_sent_later(open_served, server):
    page = open_served()
    server.away = True
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.press("2")
    page.keyboard.press("u")
    page.locator("#saved", has_text="not saved yet (2)").wait_for()
    assert server.stored == {}
    again = open_served(page.context)  # the browser was closed and opened in between
    again.locator("#saved", has_text="not saved yet (2)").wait_for()
    page.close()
    server.away = False
    again.evaluate("desk.keeper.send()")
    again.locator("#saved[data-state=saved_server]").wait_for()
    assert sorted(event["action"] for event in server.stored.values()) == ["reject", "unsure"]
