"""Try the product as a new user would: clone, `make demo`, judge a candidate, hand the decision on.

Nothing is known but `make demo` of the README and what it prints; the page is driven by what stands on it.
The first way ends with the file that the page downloads, the second with the table of `microcal review`.
Before each act in the browser the script waits as long as a person takes to find the place (--pause-s).
Packages are installed before the clock of the demonstration starts, and timed apart.

    python tools/new_user_trial.py                  # in a folder that is removed afterwards
    python tools/new_user_trial.py --pause-s 0      # the machine's own time
"""

import argparse
import csv
import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PATIENCE_MS = 120_000


class Clock:
    """Prints each step with the time it took."""

    def __init__(self) -> None:
        self.begun = self.last = time.monotonic()

    def step(self, words: str) -> None:
        """Say what was done since the step before."""
        now = time.monotonic()
        print(f"{now - self.last:7.1f} s  {words}", flush=True)
        self.last = now

    def end(self, words: str) -> None:
        """Say how long all took."""
        print(f"{time.monotonic() - self.begun:7.1f} s  IN ALL: {words}\n", flush=True)


class Person:
    """Acts on a page at a person's pace, by what is written there."""

    def __init__(self, page: Page, pause_s: float) -> None:
        self.page = page
        self.pause_s = pause_s
        page.set_default_timeout(PATIENCE_MS)

    def _think(self) -> None:
        time.sleep(self.pause_s)

    def press(self, key: str) -> None:
        """Press a key."""
        self._think()
        self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        """Click the button of that name."""
        self._think()
        self.page.get_by_role("button", name=name).click()

    def write(self, label: str, text: str) -> None:
        """Write into the field of that label."""
        self._think()
        self.page.get_by_label(label).fill(text)


def main() -> None:
    """Run the trial and print the steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--source", default=str(ROOT), help="what is cloned (default: this repository)")
    parser.add_argument("--folder", type=Path, help="where to; it is kept (default: one that is removed)")
    parser.add_argument("--pause-s", type=float, default=4.0, help="before each act (default %(default)g s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as running:
        clone = (arguments.folder or Path(temporary)) / "microcal"
        browser = running.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        clock = Clock()
        _run(["git", "clone", "--quiet", arguments.source, str(clone)], Path(temporary))
        clock.step("git clone")
        assert "make demo" in (clone / "README.md").read_text(encoding="utf-8").split("## ")[0]
        _run(["make", ".venv/.installed"], clone)
        clock.step("packages installed (from the network, or pip's cache)")
        clock.end("clone and installation")
        _first_way(browser, clone, arguments.pause_s)
        _second_way(browser, clone, arguments.pause_s)
        browser.close()


def _first_way(browser: Browser, clone: Path, pause_s: float) -> None:
    clock = Clock()
    said = _run(["make", "demo"], clone)
    clock.step("make demo")
    for line in said.strip().splitlines():
        print(f"           | {line}")
    report = Path(_found(r"Open (/.*report\.html) in a browser", said))
    time.sleep(pause_s)
    page = browser.new_context(accept_downloads=True).new_page()
    person = Person(page, pause_s)
    page.goto(report.as_uri())
    page.locator("html[data-shown]").wait_for()
    clock.step("report.html is open, the first radiograph is shown")
    person.press(_found(r"Press (\w):", said))
    page.locator("#candidates tr.chosen").first.wait_for()
    clock.step(f"first candidate: {page.locator('#announce').inner_text()}")
    person.click("Accept")
    clock.step(f"verdict: {page.locator('#announce').inner_text()}; {page.locator('#saved').inner_text()}")
    person.click("Decisions")
    person.write("Reader", "anna")
    with page.expect_download() as waiting:
        person.click("Download decisions")
    record = clone / waiting.value.suggested_filename
    waiting.value.save_as(record)
    (event,) = json.loads(record.read_text(encoding="utf-8"))["events"]
    clock.step(f"{record.name}: {event['action']} candidate {event['line']} of {event['image']}")
    clock.end("from `make demo` to the first exported decision, the page alone")


def _second_way(browser: Browser, clone: Path, pause_s: float) -> None:
    clock = Clock()
    said = _run(["make", "demo"], clone)
    clock.step("make demo")
    command, export = (
        line.split() for line in re.findall(r"^ +(\S+microcal review .*)$", said, re.MULTILINE)
    )
    with _served(command, clone) as address:
        time.sleep(pause_s)
        page = browser.new_page()
        person = Person(page, pause_s)
        page.goto(address)
        clock.step("the server's first page")
        person.write("Name", "anna")
        person.click("Open")
        page.locator("html[data-shown]").wait_for()
        clock.step("the desk, the first radiograph is shown")
        person.press("n")
        person.press("r")
        page.locator("#saved[data-state=saved_server]").wait_for()
        clock.step(
            f"verdict: {page.locator('#announce').inner_text()}; {page.locator('#saved').inner_text()}"
        )
    written = _found(r"Written: (.*\.csv)", _run(export, clone))
    with (clone / written).open(encoding="utf-8-sig", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["reader"] == "anna")
    clock.step(f"{written}: {row['reader']}, {row['file']}, line {row['line']}, {row['verdict']}")
    clock.end("from `make demo` to the first exported decision, by `microcal review`")


@contextmanager
def _served(command: list[str], clone: Path) -> Iterator[str]:
    with subprocess.Popen(
        [*command, "--port", "0"], cwd=clone, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as server:
        try:
            assert server.stdout is not None
            yield _found(r"Open (http\S+)", server.stdout.readline())
        finally:
            server.send_signal(signal.SIGINT)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"nothing like {pattern!r} stands in:\n{text}")
    return match[1]


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


if __name__ == "__main__":
    main()
