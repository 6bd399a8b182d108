import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from microcal_xray.reporting import failed_result, image_result, report_html, skipped_result
from microcal_xray.reporting.foreign_text import printable_text
from microcal_xray.settings import Settings

_HOSTILE = [
    "<script>alert(1)</script>.dcm",
    "</script><img src=x onerror=alert(2)>.dcm",
    '"onmouseover="alert(3)".dcm',
    "a&lt;b>$title ${script}.dcm",
    "\u2028\u2029<!--.dcm",
]


class _Page(HTMLParser):
    """Collects tags, attributes and the text of scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.raw, self.text = [], {"script": [], "style": []}, ""
        self._inside = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in self.raw:
            self._inside = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside:
            self.raw[self._inside][-1] += data
        else:
            self.text += data


def _page(results, **options):
    return _Page(report_html(results, Settings(), **options))


def _data(page):
    return json.loads(page.raw["script"][0])


def test_the_page_loads_nothing(make_findings):
    page = _page([image_result(make_findings(), "a.dcm")])
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert attributes.get("src", "data:").startswith("data:")
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_only_our_script_and_styles_are_allowed_by_their_hash(make_findings):
    page = _page([image_result(make_findings(), "a.dcm")])
    (policy,) = [attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes]
    assert policy.startswith("default-src 'none'; img-src data: blob:; ")
    assert "unsafe" not in policy
    for source in (page.raw["script"][-1], *page.raw["style"]):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    data_types = {attributes.get("type") for tag, attributes in page.tags if tag == "script"}
    assert data_types == {"application/json", "text/plain", None}


@pytest.mark.parametrize("name", _HOSTILE)
def test_foreign_text_stays_text(make_findings, name):
    plain = _page([image_result(make_findings(body_part="TIBIA"), "x"), failed_result("y", "z")])
    hostile = _page([image_result(make_findings(body_part=name), name), failed_result(name, name)])
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.raw["script"][-1] == plain.raw["script"][-1]
    assert _data(hostile)["images"][0]["file"] == printable_text(name)
    assert printable_text(name) in hostile.text


def test_the_data_block_holds_what_the_reviewer_sees(make_findings):
    (image,) = _data(_page([image_result(make_findings(), "a.dcm")]))["images"]
    assert image["preview"] == {
        "width": 90,
        "height": 120,
        "scale_x": 1.0,
        "scale_y": 1.0,
        "mm_per_px": 0.1,
    }
    assert image["place"] == "L  \u00b7  TIBIA  \u00b7  AP"
    assert image["candidates"][1]["cautions"] == [
        "the direction of the bone is unclear here, so the angle to it is unknown"
    ]
    assert [
        "Grey scale",
        "log attenuation, 14 bits, stored inverted (MONOCHROME1), shown with bone bright",
    ] in (image["facts"])


def test_a_picture_that_is_not_square_is_shown_with_its_true_scale(make_findings):
    findings = make_findings(shape=(100, 100), spacing_mm=(0.2, 0.1))
    (image,) = _data(_page([image_result(findings, "a.dcm")]))["images"]
    assert (image["preview"]["scale_x"], image["preview"]["scale_y"]) == (1.0, 2.0)
    assert image["preview"]["mm_per_px"] == 0.1


def test_unknown_spacing_is_a_dash_that_says_why(make_findings):
    page = _page([image_result(make_findings(spacing_mm=None), "a.png")])
    assert _data(page)["images"][0]["preview"]["mm_per_px"] is None
    assert ("span", {"title": "pixel spacing unknown"}) in page.tags


def test_failed_and_skipped_files_are_listed_with_their_reasons(make_findings):
    page = _page([failed_result("b.dcm", "the file is empty"), skipped_result("c.txt", "not an image")])
    for words in ("b.dcm", "the file is empty", "c.txt", "not an image", "2 files not searched"):
        assert words in page.text
    assert _data(page)["images"] == []


def test_what_is_left_out_of_the_page_is_said_and_linked(make_findings):
    results = [
        image_result(make_findings(), "a.dcm"),
        image_result(make_findings(), "b.dcm").without_preview(),
    ]
    page = _page(results, overlay_links={"b.dcm": "overlays/b.dcm.png"})
    assert [image["file"] for image in _data(page)["images"]] == ["a.dcm"]
    assert "1 radiograph with weaker or no candidates left out here" in page.text
    assert ("a", {"href": "overlays/b.dcm.png"}) in page.tags


def test_settings_and_version_are_on_the_page():
    page = _page([])
    assert all(name in page.text for name in Settings().as_dict())
    assert "not a medical device" in page.text.lower()


def test_the_page_uses_the_words_of_the_field(make_findings):
    page = _page([image_result(make_findings(), "a.dcm"), failed_result("b", "c")])
    shown = page.text + page.raw["script"][-1] + page.raw["script"][0]
    assert not re.search(r"diagnos|fracture|probabilit", shown, re.IGNORECASE)


def test_the_same_results_give_the_same_page(make_findings):
    pages = {report_html([image_result(make_findings(), "a")], Settings()) for _ in range(2)}
    assert len(pages) == 1
