"""The viewer OHIF draws a report of ours, out of a real archive: tools/draw_ohif.py opens it in Chromium."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import microcal_xray as mx
from pacs.orthanc import require_dicom_web

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "tibia_microcallus.dcm"
SCREEN_PX = 1.5  # the viewer rounds the size of its pane, and to a tenth each point


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    require_dicom_web("the report in OHIF")
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed: OHIF WAS NOT TESTED")
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium on this machine: THE REPORT WAS NOT TESTED IN OHIF")
    if not (ROOT / ".ohif" / "dist" / "index.html").is_file():
        pytest.skip("OHIF is not here (tools/install_ohif.sh): THE REPORT WAS NOT TESTED IN OHIF")
    picture = tmp_path_factory.mktemp("ohif") / "picture.png"
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "draw_ohif.py", "--image", SAMPLE, "--picture", picture],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert picture.stat().st_size > 10_000
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def findings():
    return mx.find_lines(mx.read_radiograph(SAMPLE))


def test_each_candidate_is_drawn_with_its_numbers(drawn, findings):
    assert findings.candidates  # else nothing is shown here
    outlines = len(findings.bumps) + len(findings.clusters)
    assert len(drawn["lines_px"]) == len(findings.candidates) + outlines
    for candidate in findings.candidates:
        assert f"Path length: {candidate.length_mm:.2f} mm" in drawn["texts"]
        width_mm = candidate.measured.equivalent_width_mm.value
        assert f"Equivalent width: {width_mm:.2f} mm" in drawn["texts"]


def test_each_line_lies_where_the_candidate_lies(drawn, findings):
    shape = np.array(findings.radiograph.pixels.shape)
    pane = np.array(drawn["pane_px"])[::-1]
    screen_px_per_pixel = (pane / shape).min()  # the whole image is in the pane, in its middle
    lines = [np.array(line)[:, ::-1] for line in drawn["lines_px"]]
    for candidate in findings.candidates:
        wanted = (candidate.path_px + 0.5 - shape / 2) * screen_px_per_pixel + pane / 2
        off = [np.abs(np.stack([line[0] - wanted[0], line[-1] - wanted[-1]])).max() for line in lines]
        nearest = lines[int(np.argmin(off))]
        assert min(off) < SCREEN_PX
        away = np.hypot(*(nearest[:, None] - wanted[None]).transpose(2, 0, 1))
        assert away.min(axis=1).max() < SCREEN_PX
