"""One page for each image: names, what stands on which page, the index, and what an earlier run left."""

import json
import re
from html import unescape
from urllib.parse import unquote

import pytest

from microcal_xray.errors import OutputError, SettingsError, UnreadableResultError
from microcal_xray.reporting import PageOptions, failed_result, image_result, write_results
from microcal_xray.reviewing import require_desk
from microcal_xray.settings import Settings

PER_IMAGE = PageOptions(pages="per-image")
FILES = (
    "leg/a.dcm",
    "leg/A.dcm",
    "../../etc/passwd",
    "<script>document.title='owned'</script>.dcm",
    "con.png",
    "\u202egnp.exe",
)


@pytest.fixture
def results(make_findings):
    found = [image_result(make_findings(file, best_score=9.0 - i), file) for i, file in enumerate(FILES)]
    return [*found, failed_result("broken.dcm", "the file is <b>empty</b>")]


def _block(html, name):
    (text,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    return json.loads(text)


def _pages(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "pages").iterdir())}


def _links(index):
    english = index.partition('lang="fr" hidden')[0]
    return [unquote(unescape(link)) for link in re.findall(r'<a href="(pages/[^"]+)"', english)]


def test_each_image_has_one_page_of_a_safe_and_unique_name(results, tmp_path):
    index = write_results(results, tmp_path, Settings(), page=PER_IMAGE)
    pages = _pages(tmp_path)
    assert len({name.casefold() for name in pages}) == len(FILES)
    assert all(re.fullmatch(r"[\w~. -]+\.html", name) and not name.startswith(".") for name in pages)
    held = [_block(html, "report-data")["images"] for html in pages.values()]
    assert all(len(images) == 1 for images in held)
    assert len({images[0]["file"] for images in held}) == len(FILES)
    links = _links(index.read_text(encoding="utf-8"))
    assert sorted(links) == sorted(f"pages/{name}" for name in pages)


def test_foreign_text_is_text_on_every_page(results, tmp_path):
    index = write_results(results, tmp_path, Settings(), page=PER_IMAGE)
    for html in (index.read_text(encoding="utf-8"), *_pages(tmp_path).values()):
        assert "<script>document.title" not in html
        assert "\u202e" not in html
        assert html.count("<script>") == 1  # ours
    assert "<b>empty" not in index.read_text(encoding="utf-8")


def test_all_pages_are_about_the_results_of_the_batch(results, tmp_path):
    batch = write_results(results, tmp_path / "batch", Settings())
    index = write_results(results, tmp_path / "each", Settings(), page=PER_IMAGE)
    expected = _block(batch.read_text(encoding="utf-8"), "report-data")["results"]
    for html in (index.read_text(encoding="utf-8"), *_pages(tmp_path / "each").values()):
        assert _block(html, "report-data")["results"] == expected
    for name in ("candidates.json", "candidates.csv", "images.csv", "bumps.csv"):
        first, second = ((tmp_path / folder / name).read_text() for folder in ("batch", "each"))
        assert re.sub(r'"created_utc": "[^"]*"', "", first) == re.sub(r'"created_utc": "[^"]*"', "", second)


def test_the_limits_of_a_page_hold_for_all_pages_together(results, tmp_path):
    size = max(len(result.packed_pixels) for result in results if result.packed_pixels)
    options = PageOptions(pages="per-image", full_depth_megabytes=2.5 * size / 1e6)
    index = write_results(results, tmp_path, Settings(), embedded_images=4, page=options)
    images = [_block(html, "report-data")["images"][0] for html in _pages(tmp_path).values()]
    assert {image["file"] for image in images if image["full_depth"]} == {"leg/a.dcm", "leg/A.dcm"}
    assert len(images) == 4
    text = index.read_text(encoding="utf-8")
    assert "2 radiographs with weaker or no candidates not embedded" in text
    assert len(_links(text)) == 4


def test_pages_of_an_earlier_run_go_and_files_of_others_stay(results, tmp_path):
    write_results(results, tmp_path, Settings(), page=PER_IMAGE)
    other = tmp_path / "pages" / "mine.html"
    other.write_text("<!doctype html><p>notes</p>")
    write_results(results[:2], tmp_path, Settings(), page=PER_IMAGE)
    assert len(_pages(tmp_path)) == 3
    write_results(results[:2], tmp_path, Settings())
    assert list(_pages(tmp_path)) == ["mine.html"]
    other.unlink()
    write_results(results[:2], tmp_path, Settings())
    assert not (tmp_path / "pages").exists()


def test_a_link_out_of_the_folder_is_not_followed(results, tmp_path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "pages").symlink_to(elsewhere)
    with pytest.raises(OutputError):
        write_results(results, out, Settings(), page=PER_IMAGE)
    assert list(elsewhere.iterdir()) == []


def test_the_review_server_asks_for_the_page_of_the_batch(results, tmp_path):
    write_results(results, tmp_path, Settings(), page=PER_IMAGE)
    with pytest.raises(UnreadableResultError, match="--pages batch"):
        require_desk(tmp_path)
    write_results(results, tmp_path, Settings())
    require_desk(tmp_path)
    with pytest.raises(UnreadableResultError, match="cannot be read"):
        require_desk(tmp_path / "nowhere")


def test_an_unknown_way_to_split_is_refused():
    with pytest.raises(SettingsError, match="pages is 'each'; it must be one of batch, per-image"):
        PageOptions(pages="each")


@pytest.mark.slow
def test_the_page_of_one_image_is_a_whole_desk(open_desk, results, tmp_path):
    index = write_results(results, tmp_path, Settings(), page=PER_IMAGE)
    path = index.parent / _links(index.read_text(encoding="utf-8"))[-1]
    page = open_desk(path)
    assert page.locator("#index").is_hidden()
    assert page.locator("#to-index").get_attribute("href") == "../report.html"
    page.keyboard.press("n")
    page.keyboard.press("a")
    page.keyboard.press("d")
    assert "The image is done." in page.locator("#announce").inner_text()
    assert re.fullmatch(r"decisions-[\w-]+-\d{4}-\d\d-\d\d\.json", page.evaluate("desk.keeper.recordName()"))
    page.reload()
    page.locator("html[data-ready=yes]").wait_for()
    assert [event["action"] for event in page.evaluate("desk.record.events")] == ["accept", "done"]


@pytest.mark.slow
def test_the_index_shows_the_rows_alone(open_desk, results, tmp_path):
    page = open_desk(write_results(results, tmp_path, Settings(), page=PER_IMAGE))
    assert page.locator("#summary").is_visible()
    for name in ("#to-desk", "#to-record", "#progress", "#saved"):
        assert page.locator(name).is_hidden(), name
    addresses = page.locator("#summary :lang(en) td.file a").evaluate_all("links => links.map(it => it.href)")
    assert len(addresses) == len(FILES)
    assert all(address.startswith((tmp_path / "pages").as_uri()) for address in addresses)
