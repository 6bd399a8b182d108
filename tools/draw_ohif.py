"""Open a report of ours in the viewer OHIF, from a real archive, and take the picture of docs/dicom.md.

sh tools/install_system_packages.sh && sh tools/install_ohif.sh
python tools/draw_ohif.py

A radiograph is analysed, it and its results are sent by DICOMweb to an Orthanc, and OHIF shows them in
Chromium. All of it happens in a network namespace of its own: nothing can reach it, and it can reach nothing.
"""

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ohif_site import ROOT, ohif_site
from playwright.sync_api import Page, TimeoutError, sync_playwright

from microcal_xray import find_lines, read_radiograph
from microcal_xray.exporting import object_bytes, to_dicom
from microcal_xray.pacs import Connection, address_from_text, objects_to_send, send
from microcal_xray.pacs.send import Proof

_PROJECT = Path(__file__).parents[1]
_HTTP_PORT, _DICOM_PORT = 18042, 14242
_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
_WINDOW = {"width": 1280, "height": 800}
_PATIENCE_MS = 200_000
_ATTEMPTS = 10
# OHIF draws by WebGL, which a machine without a graphics card computes.
_CHROMIUM = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)


@dataclass(frozen=True)
class Drawn:
    """What OHIF drew over the radiograph.

    Parameters
    ----------
    viewer : str
        Its version.
    pane_px : (2,) list of float
        Width and height of the pane, in pixels of the screen.
    lines_px : list of (N, 2) lists of float
        The lines, (x, y) from the top left corner of the pane.
    texts : list of str
        What is written beside them.
    """

    viewer: str
    pane_px: list[float]
    lines_px: list[list[list[float]]]
    texts: list[str]


def main() -> None:
    """Draw, and print what was drawn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--image", type=Path, default=_PROJECT / "sample_data" / "tibia_microcallus.dcm")
    parser.add_argument(
        "--picture", type=Path, default=_PROJECT / "docs" / "pictures" / "dicom_sr_in_ohif.png"
    )
    parser.add_argument(
        "--viewer", type=Path, default=_PROJECT / ".ohif", help="where install_ohif.sh put it"
    )
    parser.add_argument("--inside", action="store_true", help="in the namespace already")
    arguments = parser.parse_args()
    if missing := _missing(arguments.viewer):
        raise SystemExit(f"NOT INSTALLED: {missing}; see the head of this file")
    if arguments.inside:
        print(json.dumps(asdict(_drawn(arguments.image, arguments.picture, arguments.viewer))))
        return
    inside = [
        "unshare",
        "-n",
        "sh",
        "-c",
        'ip link set lo up; exec "$@"',
        "sh",
        sys.executable,
        *sys.argv,
        "--inside",
    ]
    raise SystemExit(subprocess.run(inside, check=False).returncode)


def _missing(viewer: Path) -> str | None:
    """Return the first thing that is not on this machine."""
    if shutil.which("Orthanc") is None or not _PLUGIN.is_file():
        return "Orthanc with its DICOMweb plugin"
    if not (viewer / "dist" / "index.html").is_file():
        return "OHIF"
    programs = (name for name in ("chromium", "unshare", "ip") if shutil.which(name) is None)
    return next(programs, None)


def _drawn(image: Path, picture: Path, viewer: Path) -> Drawn:
    findings = find_lines(read_radiograph(image))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [image]
        for kind, dataset in to_dicom(findings, image).items():
            files.append(folder / f"{kind}.dcm")
            files[-1].write_bytes(object_bytes(dataset))
        objects = objects_to_send(files)
        with _orthanc(folder), ohif_site(viewer / "dist", _HTTP_PORT) as site:
            there = Connection(address_from_text(f"http://127.0.0.1:{_HTTP_PORT}{ROOT}"))
            summary = send(objects, there)
            if summary.count(Proof.IDENTICAL) != len(files):
                raise SystemExit("the archive does not have what was sent")
            address = f"{site}/viewer?StudyInstanceUIDs={objects[0].study_instance_uid}"
            return _seen(address, picture, (viewer / "version").read_text().strip())


@contextmanager
def _orthanc(folder: Path) -> Iterator[None]:
    settings = {
        "StorageDirectory": str(folder / "kept"),
        "IndexDirectory": str(folder / "kept"),
        "HttpPort": _HTTP_PORT,
        "DicomPort": _DICOM_PORT,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(_PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": f"{ROOT}/"},
    }
    (folder / "kept").mkdir()
    (folder / "orthanc.json").write_text(json.dumps(settings))
    log = folder / "log"
    with log.open("w") as file:
        archive = subprocess.Popen(["Orthanc", folder / "orthanc.json"], stdout=file, stderr=file)
        try:
            for _ in range(300):
                if "Orthanc has started" in log.read_text(errors="replace"):
                    break
                time.sleep(0.1)
            yield
        finally:
            archive.terminate()
            archive.wait()


def _seen(address: str, picture: Path, version: str) -> Drawn:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=list(_CHROMIUM))
        page = browser.new_page(viewport={"width": _WINDOW["width"], "height": _WINDOW["height"]})
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(address)
        _open_report(page)
        drawn = Drawn(version, _pane_px(page), _lines_px(page), _texts(page))
        page.mouse.move(1, 1)  # no thumbnail is lit up by it
        page.screenshot(path=picture)
        browser.close()
    return drawn


def _open_report(page: Page) -> None:
    """Open the report, and wait until its line is drawn and stands still."""
    report = page.locator('[data-cy^="study-browser-thumbnail"]').filter(has_text="SR").first
    page.locator("canvas").first.wait_for()
    report.wait_for()
    line = page.locator("svg.svg-layer polyline").first
    tour = page.get_by_text("Skip all")
    for _ in range(_ATTEMPTS):  # before the radiograph is there, a click is lost; nothing says when it is
        if tour.count():
            tour.first.click()
        report.dblclick()
        with contextlib.suppress(TimeoutError):
            line.wait_for(state="attached", timeout=_PATIENCE_MS / _ATTEMPTS)
            break
    else:
        raise SystemExit("OHIF opens the study and does not draw the report")
    before: list[list[list[float]]] = []
    while before != (now := _lines_px(page)):
        before = now
        page.wait_for_timeout(1000)


def _pane_px(page: Page) -> list[float]:
    box = page.locator("svg.svg-layer").first.bounding_box()
    return [] if box is None else [box["width"], box["height"]]


def _lines_px(page: Page) -> list[list[list[float]]]:
    """Return each line once; OHIF draws some of them twice, one upon the other."""
    drawn = page.locator("svg.svg-layer polyline")
    points = dict.fromkeys(drawn.nth(number).get_attribute("points") or "" for number in range(drawn.count()))
    return [[[float(part) for part in pair.split(",")] for pair in _pairs(text)] for text in points]


def _pairs(points: str) -> list[str]:
    return points.replace(", ", ",").split()


def _texts(page: Page) -> list[str]:
    return page.locator("svg.svg-layer text tspan").all_text_contents()


if __name__ == "__main__":
    main()
