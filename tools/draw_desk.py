"""Draw the pictures of docs/desk.md: the report page of sample_data/ in headless Chromium."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

import microcal_xray as mx
from microcal_xray.reporting import PageOptions, image_result, write_results
from microcal_xray.settings import Settings

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
PATIENCE_MS = 180_000  # of a machine that has much else to do


@dataclass(frozen=True)
class View:
    """One picture: how large, in which colours and language, the keys that lead there, on which page."""

    name: str
    size: tuple[int, int]
    theme: Literal["dark", "light"]
    locale: str
    image: str
    keys: tuple[str, ...]
    is_own_page: bool = False


VIEWS = (
    View("desk_original", (1440, 900), "dark", "en-GB", "metatarsals.dcm", ()),
    View(
        "desk_one_image", (1440, 900), "light", "en-GB", "forearm_fissure.dcm", ("n", "a"), is_own_page=True
    ),
    View("desk_dark", (1440, 900), "dark", "en-GB", "metatarsals.dcm", ("n", "a", "n")),
    View("desk_side_by_side", (1440, 900), "light", "fr-FR", "tibia_microcallus.dcm", ("n", "a", "s")),
    View("desk_limit", (1440, 900), "light", "en-GB", "tibia_fissure.dcm", ("n", "r", "h")),
    View("desk_tablet", (820, 1180), "dark", "fr-FR", "forearm_fissure.dcm", ("n", "u")),
    View("desk_tablet_light", (1180, 820), "light", "en-GB", "femur_fissure.dcm", ("n", "e")),
)


def main() -> None:
    """Search the samples, write their page and take the pictures."""
    paths = sorted((ROOT / "sample_data").glob("*.dcm"))
    results = [image_result(mx.find_lines(mx.read_radiograph(path)), path.name) for path in paths]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        page = write_results(results, Path(folder) / "batch", Settings())
        pages = Path(folder) / "each"
        write_results(results, pages, Settings(), page=PageOptions(pages="per-image"))
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for view in VIEWS:
            shown = pages / "pages" / f"{view.image}.html" if view.is_own_page else page
            print(_drawn(browser, shown, view))
        browser.close()


def _drawn(browser: Browser, report: Path, view: View) -> Path:
    width, height = view.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=view.theme, locale=view.locale
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(report.as_uri(), wait_until="commit")
    page.locator("html[data-ready=yes]").wait_for()
    if not view.is_own_page:
        page.locator(f"#images button[title='{view.image}']").click()
    shown = page.evaluate("desk.current")
    page.locator(f"html[data-shown='{shown}']").wait_for()
    for key in view.keys:
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    target = PICTURES / f"{view.name}.jpg"
    page.screenshot(path=target, type="jpeg", quality=84)
    context.close()
    return target


if __name__ == "__main__":
    main()
