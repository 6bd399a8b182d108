import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources

import pytest

from microcal_xray import reporting
from microcal_xray.reporting import (
    PageOptions,
    failed_result,
    image_result,
    page_summary,
    report_html,
    skipped_result,
    words_of,
)
from microcal_xray.reporting.foreign_text import printable_text
from microcal_xray.reporting.page import SCRIPTS, STYLES, run_id
from microcal_xray.settings import Settings
from microcal_xray.version import __version__

_WORDS_IN_THE_TEMPLATE = ("data-words", "data-title", "data-label", "data-placeholder")

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


def _script(page):
    (script,) = [text for text in page.raw["script"] if text.startswith('"use strict"')]
    return script


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
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for source in (_script(page), *page.raw["style"]):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    data_types = {attributes.get("type") for tag, attributes in page.tags if tag == "script"}
    assert data_types == {"application/json", "text/plain", None}


@pytest.mark.parametrize("name", _HOSTILE)
def test_foreign_text_stays_text(make_findings, name):
    plain = _page([image_result(make_findings(body_part="TIBIA"), "x"), failed_result("y", "z")])
    hostile = _page([image_result(make_findings(body_part=name), name), failed_result(name, name)])
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert _script(hostile) == _script(plain)
    assert _data(hostile)["images"][0]["file"] == printable_text(name)
    assert printable_text(name) in hostile.text


def test_the_data_block_holds_what_the_reviewer_sees(make_findings):
    (image,) = _data(_page([image_result(make_findings(), "a.dcm")]))["images"]
    shape = {name: image[name] for name in ("rows", "columns", "row_size", "column_size", "mm", "full_depth")}
    assert shape == {
        "rows": 120,
        "columns": 90,
        "row_size": 1.0,
        "column_size": 1.0,
        "mm": 0.1,
        "full_depth": True,
    }
    assert image["says"]["en"]["place"] == image["says"]["fr"]["place"] == "L  \u00b7  TIBIA  \u00b7  AP"
    assert image["says"]["en"]["candidates"][1]["cautions"] == [
        "the direction of the bone is unclear here, so the angle to it is unknown"
    ]
    assert image["says"]["fr"]["candidates"][1]["cautions"] == [
        "l\u2019axe de l\u2019os est incertain ici\u00a0: angle avec l\u2019os inconnu"
    ]
    assert [
        "Grey scale",
        "log attenuation, 14 bits, stored inverted (MONOCHROME1), shown with bone bright",
    ] in image["says"]["en"]["facts"]


def test_a_picture_that_is_not_square_is_shown_with_its_true_scale(make_findings):
    findings = make_findings(shape=(100, 100), spacing_mm=(0.2, 0.1))
    (image,) = _data(_page([image_result(findings, "a.dcm")]))["images"]
    assert (image["column_size"], image["row_size"]) == (1.0, 2.0)
    assert image["mm"] == 0.1


def test_unknown_spacing_is_a_dash_that_says_why(make_findings):
    page = _page([image_result(make_findings(spacing_mm=None), "a.png")])
    assert _data(page)["images"][0]["mm"] is None
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
    assert _data(page)["left_out"] == 1
    assert ("a", {"href": "overlays/b.dcm.png"}) in page.tags


def test_a_table_has_so_many_rows_and_says_where_the_others_stand(make_findings, monkeypatch):
    monkeypatch.setattr(page_summary, "MOST_ROWS", 2)
    results = [
        image_result(make_findings(candidates=0), "a none.dcm").without_preview(),
        image_result(make_findings(best_score=3.0), "b weak.dcm").without_preview(),
        image_result(make_findings(best_score=9.0), "c strong.dcm").without_preview(),
        *(failed_result(f"bad {number}.dcm", "broken") for number in range(3)),
    ]
    text = _page(results).text
    assert [name in text for name in ("a none.dcm", "b weak.dcm", "c strong.dcm")] == [False, True, True]
    assert [f"bad {number}.dcm" in text for number in range(3)] == [True, True, False]
    assert text.count("1 more has its row in images.csv alone.") == 2
    assert "3 radiographs searched" in text
    assert "3 files not searched" in text


def test_settings_and_version_are_on_the_page():
    page = _page([])
    assert all(name in page.text for name in Settings().as_dict())
    assert "not a medical device" in page.text.lower()


def test_the_page_uses_the_words_of_the_field(make_findings):
    page = _page([image_result(make_findings(), "a.dcm"), failed_result("b", "c")])
    shown = page.text + "".join(page.raw["script"])
    assert not re.search(r"diagnos|fracture|probabilit", shown, re.IGNORECASE)


def test_the_same_results_give_the_same_page(make_findings):
    pages = {report_html([image_result(make_findings(), "a")], Settings()) for _ in range(2)}
    assert len(pages) == 1


def test_the_run_is_named_by_files_pixels_and_settings(make_findings):
    result = image_result(make_findings(), "a")
    runs = {
        run_id([result], Settings()),
        run_id([replace(result, file="b")], Settings()),
        run_id([replace(result, pixel_sha256="0" * 64)], Settings()),
        run_id([result], Settings(false_marks=4)),
    }
    assert len(runs) == 4
    assert _data(_page([result]))["results"] == {"version": __version__, "run": run_id([result], Settings())}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_written_in_the_language_asked_for(make_findings, language):
    html = report_html(
        [image_result(make_findings(), "a")], Settings(), options=PageOptions(language=language)
    )
    assert f'<html lang="{language}">' in html
    page = _Page(html)
    assert words_of(language).text("desk.summary") in page.text
    assert ("div", {"class": "in-language", "lang": language}) in page.tags  # not hidden
    assert _data(page)["language"] == language


def test_every_word_that_the_script_asks_for_is_there(make_findings):
    page = _page([image_result(make_findings(), "a")])
    words = json.loads(page.raw["script"][1])
    script = _script(page)
    asked = set(re.findall(r'text\("([a-z_.]+)"', script))
    counted = set(re.findall(r'counted\("([a-z_.]+)"', script))
    asked |= {f"{key}.{number}" for key in counted for number in ("one", "other")}
    for _, attributes in page.tags:
        asked |= {value for name, value in attributes.items() if name in _WORDS_IN_THE_TEMPLATE}
    assert len(asked) > 100
    assert {language: asked - set(texts) for language, texts in words.items()} == {"en": set(), "fr": set()}


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES, "report.html"])
def test_a_file_of_the_page_holds_one_idea(name):
    text = (resources.files(reporting) / "templates" / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
