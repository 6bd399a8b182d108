"""The clear lines of sample_data/ stand at the top of their lists, where the truth says."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import KDTree

import microcal_xray as mx

SAMPLES = Path(__file__).parents[1] / "sample_data"
TRUTH = {image["file"]: image for image in json.loads((SAMPLES / "truth.json").read_text())["images"]}


def distance_mm(candidate: mx.Candidate, line: dict, mm_per_px: float) -> float:
    """Return the median distance of a candidate's points from a true line."""
    ends = np.array(line["path_px"])
    along = np.linspace(0, len(ends) - 1, 2000)
    dense = np.stack([np.interp(along, np.arange(len(ends)), ends[:, axis]) for axis in (0, 1)], axis=1)
    return float(np.median(KDTree(dense).query(candidate.path_px)[0]) * mm_per_px)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "kind"), [("tibia_fissure.dcm", "lucent"), ("tibia_microcallus.dcm", "sclerotic")]
)
def test_the_clear_line_is_among_the_first_three_within_a_millimetre(file, kind):
    radiograph = mx.read_radiograph(SAMPLES / file)
    (line,) = (line for line in TRUTH[file]["lines"] if line["kind"] == kind)
    first_three = mx.find_lines(radiograph).candidates[:3]
    distances = [distance_mm(one, line, radiograph.mm_per_pixel()) for one in first_three if one.kind == kind]
    assert distances, "no candidate of that kind"
    assert min(distances) < 1.0


def test_the_files_are_those_of_the_list():
    for row in (SAMPLES / "SHA256SUMS").read_text().splitlines():
        digest, name = row.split()
        assert hashlib.sha256((SAMPLES / name.lstrip("*")).read_bytes()).hexdigest() == digest


def test_two_samples_show_no_line_and_all_are_small():
    assert sum(not image["lines"] for image in TRUTH.values()) == 2
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 15e6
