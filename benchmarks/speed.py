"""Measure time and peak memory of each stage beside two filters of scikit-image.

python benchmarks/speed.py [MEGAPIXELS ...]

The numbers go to build/bench/speed.json; report.py makes a page of them.
"""

import json
import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from skimage import filters

from microcal_xray import (
    Evidence,
    Radiograph,
    Settings,
    __version__,
    find_lines,
    radiograph_from_array,
    read_radiograph,
)
from microcal_xray.bone import long_axis
from microcal_xray.detectable import detectability_of, quality_of, scenery_of
from microcal_xray.detection import ridge_paths
from microcal_xray.limit import shipped_models
from microcal_xray.measurement import AxisMap, feature_table, picture_maps, shipped_rankers
from microcal_xray.measuring import Judged, Scene, candidate
from microcal_xray.preprocessing import find_field, in_range, working_image
from microcal_xray.searching import Search, Sharpness, search, sharpness_of

RESULTS = Path(__file__).parents[1] / "build" / "bench" / "speed.json"
SAMPLES = Path(__file__).parents[1] / "sample_data"
MEGAPIXELS = (1.0, 5.0, 10.0)
_WHOLE = "--whole"
PEERS = ("skimage.filters.frangi, 8 scales", "skimage.filters.sato, 8 scales")
_SPACING_MM = 0.143
_USUAL_PX = (40, 160)  # of the working image, 10 to 40 mm: the outlines of the made shaft are longer
_SCALES_PX = tuple(float(sigma) for sigma in np.linspace(1.5, 7, 8))
_REPEATED_UP_TO_MEGAPIXELS = 2.0  # larger pictures take long enough for one run to be a fair measure


@dataclass(frozen=True)
class Measured:
    """What one stage took on one picture."""

    megapixels: float
    stage: str
    seconds: float
    peak_mebibytes: float


def seconds(task: Callable[[], object], repeats: int = 3) -> float:
    """Return the best wall time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_mebibytes(task: Callable[[], object]) -> float:
    """Return the most memory that a run held at once, beyond what was held before."""
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def limb(megapixels: float) -> npt.NDArray[np.float32]:
    """Return a shaft with noise, five to four in shape."""
    columns = round((megapixels * 1e6 / 1.25) ** 0.5)
    across = np.abs(np.linspace(-1, 1, columns))
    profile = 300.0 * (across < 0.8) + 500.0 * (across < 0.3) - 250.0 * (across < 0.15)
    rng = np.random.default_rng(0)
    grain = rng.normal(0, 15, (round(1.25 * columns), columns))
    return np.asarray(profile + grain, np.float32)


def stages(megapixels: float) -> dict[str, Callable[[], object]]:
    """Return what is measured on a picture of that size, by name."""
    pixels = limb(megapixels)
    usable = np.ones(pixels.shape, bool)
    working = working_image(pixels, usable, mm_per_px=_SPACING_MM)
    field = find_field(working.pixels, usable=working.usable)
    image = in_range(working.pixels, body=field.body)
    paths = ridge_paths(image, searched=field.body)
    axes = [AxisMap(*long_axis(image, scale_px=scale)) for scale in (10.0, 28.0, 55.0)]
    maps = picture_maps(image, axes=axes)
    table = feature_table(paths, maps)
    ranker = shipped_rankers()["lucent"]
    radiograph = radiograph_from_array(pixels, spacing_mm=_SPACING_MM)
    found = search(radiograph)
    return {
        "working size": lambda: working_image(pixels, usable, mm_per_px=_SPACING_MM),
        "usable field": lambda: find_field(working.pixels, usable=working.usable),
        "candidate paths, both kinds": lambda: ridge_paths(image, searched=field.body),
        "bone axis, three windows": lambda: [
            long_axis(image, scale_px=scale) for scale in (10.0, 28.0, 55.0)
        ],
        "maps of the surroundings": lambda: picture_maps(image, axes=axes),
        "features of all paths": lambda: feature_table(paths, maps),
        "ranking, one kind": lambda: ranker.terms(table),
        "from array to ranked candidates": lambda: _ranked(radiograph),
        "quality and limit": lambda: _what_could_show(radiograph, found),
        "evidence card, ten lines of 10 to 40 mm": lambda: _cards(radiograph, found, 10),
        "find_lines, both kinds": lambda: find_lines(radiograph),
        PEERS[0]: lambda: filters.frangi(pixels, sigmas=_SCALES_PX),
        PEERS[1]: lambda: filters.sato(pixels, sigmas=_SCALES_PX),
    }


def path_length(points_px: npt.NDArray[np.float64]) -> float:
    """Return the length of a path in its pixels."""
    return float(np.hypot(*np.diff(points_px, axis=0).T).sum())


def _ranked(radiograph: Radiograph) -> Search:
    found = search(radiograph)
    assert found.features is not None
    for ranker in shipped_rankers().values():
        ranker.terms(found.features)
        ranker.court.likelihoods(found.features.of(range(10)))  # of what is listed
    return found


def _what_could_show(radiograph: Radiograph, found: Search) -> None:
    seen = scenery_of(radiograph, found)
    if seen is not None:
        quality_of(seen)
        detectability_of(seen, shipped_models(), false_marks=1.0)


def _cards(radiograph: Radiograph, found: Search, count: int, sharpness: Sharpness | None = None) -> None:
    scene = Scene.of(found, radiograph, sharpness)
    reason = Evidence(strength=0.0, terms=(), mimics=(), false_marks=1.0)
    usual = [path for path in found.paths if _USUAL_PX[0] <= path_length(path.points_px) <= _USUAL_PX[1]]
    for number, path in enumerate(usual[:count], start=1):
        candidate(number, Judged(path, 0.0, reason), scene, Settings())


def processor_seconds(task: Callable[[], object], repeats: int = 3) -> float:
    """Return the least processor time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


@dataclass(frozen=True)
class WholePicture:
    """What finding the lines of a picture took, and what measuring them and its limit took again."""

    name: str
    megapixels: float
    candidates: int
    detection_seconds: float
    evidence_seconds: float


def whole_picture(path: Path) -> WholePicture:
    """Return what a picture took: a card for as many lines as are marked in it."""
    radiograph = read_radiograph(path)
    found, count = search(radiograph), len(find_lines(radiograph).candidates)
    sharpness = sharpness_of(found)  # measured once for both: its time is in that of what could show
    each = WholePicture(
        path.name,
        radiograph.pixels.size / 1e6,
        count,
        processor_seconds(lambda: _ranked(radiograph)),
        processor_seconds(lambda: _what_could_show(radiograph, found))
        + (processor_seconds(lambda: _cards(radiograph, found, count, sharpness)) if count else 0.0),
    )
    print(
        f"{each.name:24s} {each.megapixels:5.1f} Mpx, {count} candidates: found in "
        f"{each.detection_seconds:.2f} s, measured in {each.evidence_seconds:.2f} s of processor time",
        file=sys.stderr,
    )
    return each


def measured(megapixels: float) -> list[Measured]:
    """Return what each stage takes on a picture of that size."""
    repeats = 3 if megapixels <= _REPEATED_UP_TO_MEGAPIXELS else 1
    results = []
    for name, task in stages(megapixels).items():
        # Apart: counting memory slows a run down.
        each = Measured(megapixels, name, seconds(task, repeats), peak_mebibytes(task))
        print(
            f"{megapixels:5.1f} Mpx  {name:34s} {each.seconds:7.2f} s {each.peak_mebibytes:7.0f} MiB",
            flush=True,
        )
        results.append(each)
    return results


def _whole_pictures() -> Any:
    # One thread, as in a batch: waiting threads of a linear algebra library count as processor time.
    one = dict.fromkeys(("OPENCV_FOR_THREADS_NUM", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [sys.executable, __file__, _WHOLE]
    done = subprocess.run(command, env={**os.environ, **one}, check=True, capture_output=True, text=True)
    print(done.stderr, end="")
    return json.loads(done.stdout)


def main() -> None:
    """Measure, print, and write the numbers down."""
    if sys.argv[1:] == [_WHOLE]:
        print(json.dumps([asdict(whole_picture(path)) for path in sorted(SAMPLES.glob("*.dcm"))]))
        return
    print(f"microcal_xray {__version__}, Python {platform.python_version()}, {platform.machine()}")
    command = [sys.executable, "-c", "import microcal_xray"]
    import_seconds = seconds(lambda: subprocess.run(command, check=True))
    print(f"import microcal_xray {import_seconds:.2f} s")
    sizes = [float(word) for word in sys.argv[1:]] or MEGAPIXELS
    results = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "import_seconds": import_seconds,
        "stages": [asdict(each) for size in sizes for each in measured(size)],
        "whole": _whole_pictures(),
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"wrote {RESULTS}")


if __name__ == "__main__":
    main()
