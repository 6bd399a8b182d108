"""Measure the report page in headless Chromium: first paint, window and level, moving, many images.

The radiograph is simulated noise over a bone-like shape, 3000 x 2400 pixels, which packs worse than most
real ones. Chromium runs as it is, without a graphics card where the machine has none. Beside the time on the
clock stands the processor time of the page's process, all threads together, which depends less on what else
the machine does. The numbers go to standard output as the table of docs/desk.md.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from microcal_xray.findings import Findings
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import ImageResult, PageOptions, image_result, write_results
from microcal_xray.settings import Settings

ROWS, COLUMNS = 3000, 2400
STEPS = 40

# Each returns the milliseconds of every step: all that is computed and drawn, up to the pixels of the canvas.
TIMES = """(step) => {
    const times = [];
    for (let i = 0; i < %d; i++) {
        const before = performance.now();
        steps[step](i);
        desk.stage.drawNow();
        times.push(performance.now() - before);
    }
    return times;
}"""
STEP_FUNCTIONS = """() => {
    globalThis.steps = {
        window: (i) => desk.stage.changeWindow(i %% 2 ? 0.05 : -0.05, 0),
        move: (i) => desk.stage.moveBy(i %% 2 ? 7 : -7, 3),
        zoom: (i) => desk.stage.zoomBy(i %% 2 ? 1.07 : 1 / 1.05, 400, 300),
    };
}""".replace("%%", "%")


def main() -> None:
    """Write the page, open it several times and print the table."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        one = _page_of(1, Path(folder) / "one", full_depth=True)
        many = _page_of(arguments.images, Path(folder) / "many", full_depth=False)
        print("| | on the clock: middle (slowest) | processor time |\n| --- | --- | --- |")
        _print("page of one image, 12 bits", f"{one.stat().st_size / 1e6:.1f} MB")
        _print_times("first paint of that page", _first_paints(browser, one, arguments.times))
        _measure_steps(browser, one)
        _print(f"page of {arguments.images} images in 8 bits", f"{many.stat().st_size / 1e6:.0f} MB")
        _print_times("first paint of that page", _first_paints(browser, many, arguments.times))
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often a page is opened")
    parser.add_argument("--images", type=int, default=300, help="images in the page of many")
    return parser.parse_args()


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


def _radiograph() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return 12 bits: air, soft tissue and two bones under noise of 12 grey levels."""
    across = np.linspace(-1, 1, COLUMNS)
    shape = 400 + 1200 * np.sqrt(np.maximum(0, 1 - (across / 0.8) ** 2))
    for middle, half_width in ((-0.2, 0.18), (0.25, 0.08)):
        shape += 1500 * np.sqrt(np.maximum(0, 1 - ((across - middle) / half_width) ** 2))
    noise = np.random.default_rng(1).normal(0, 12, (ROWS, COLUMNS))
    return np.clip(shape[None, :] + noise, 0, 4095).round()


def _page_of(count: int, folder: Path, *, full_depth: bool) -> Path:
    radiograph = radiograph_from_array(_radiograph(), spacing_mm=0.143, name="large")
    result: ImageResult = image_result(Findings(radiograph, Settings()), "large.dcm")
    results = (replace(result, file=f"large_{number:03d}.dcm") for number in range(count))
    options = PageOptions() if full_depth else PageOptions(full_depth_megabytes=0)
    return write_results(results, folder, Settings(), embedded_images=count, page=options)


def _first_paints(browser: Browser, path: Path, times: int) -> list[float]:
    """Return the milliseconds from the start of the visit to the frame in which the pixels stand."""
    paints = []
    for _ in range(times):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri(), wait_until="commit")
        page.locator("html[data-shown='0']").wait_for(timeout=60_000)
        paints.append(float(page.evaluate("desk.stage.firstPaint")))
        page.close()
    return paints


def _processor_ms(page: Page) -> dict[int, float]:
    """Return how long each process that shows pages has worked since it began, all threads together."""
    browser = page.context.browser
    assert browser is not None
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return {each["id"]: 1000 * each["cpuTime"] for each in processes if each["type"] == "renderer"}


def _measure_steps(browser: Browser, path: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.locator("html[data-shown='0']").wait_for()
    page.evaluate(STEP_FUNCTIONS)
    size = page.evaluate("`${desk.stage.canvas.width} x ${desk.stage.canvas.height}`")
    painter = {"ProcessorPainter": "processor", "CardPainter": "graphics card"}[
        page.evaluate("desk.stage.painter.constructor.name")
    ]
    _print("drawn by", f"{painter}, {size} pixels on the screen")
    views: dict[str, Callable[[Page], object]] = {
        "whole image": lambda page: page.evaluate("desk.stage.fit()"),
        "one to one": lambda page: page.evaluate("desk.stage.oneToOne(400, 300)"),
    }
    for view, show in views.items():
        for step, words in (("window", "new window and level"), ("move", "a step of moving")):
            show(page)
            _print_steps(page, f"{words}, {view}", step)
    _print_steps(page, "a step of zooming", "zoom")
    page.close()


def _print_steps(page: Page, words: str, step: str) -> None:
    page.evaluate(TIMES % STEPS, step)  # once to get warm
    before = sum(_processor_ms(page).values())
    milliseconds = page.evaluate(TIMES % STEPS, step)
    _print_times(words, milliseconds, (sum(_processor_ms(page).values()) - before) / STEPS)


def _print_times(words: str, milliseconds: list[float], processor_ms: float | None = None) -> None:
    middle, worst = statistics.median(milliseconds), max(milliseconds)
    processor = "" if processor_ms is None else f"{processor_ms:.0f} ms"
    _print(words, f"{middle:.0f} ms ({worst:.0f} ms)", processor)


def _print(words: str, value: str, processor: str = "") -> None:
    print(f"| {words} | {value} | {processor} |", flush=True)


if __name__ == "__main__":
    main()
