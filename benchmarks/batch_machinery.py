"""What the machinery of a batch costs beside the analysis: memory, time per file, scaling to two jobs.

    python benchmarks/batch_machinery.py memory [--rows 100000]    # stand-in results, no worker process
    python benchmarks/batch_machinery.py overhead [--files 2000]   # stand-in analysis in worker processes
    python benchmarks/batch_machinery.py scaling [FOLDER]          # the real analysis, one job and two

Each prints a line of JSON and takes under five minutes on two idle cores. Memory is the resident size of the
supervisor. Without FOLDER, `scaling` analyses --files (48) variants of sample_data.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from microcal_xray.batch import BatchOptions, Earlier, analyze
from microcal_xray.batch.journal_rows import FileResult
from microcal_xray.batch.one_file import FileAnalysis, FileTask
from microcal_xray.batch.supervisor import Outcome
from microcal_xray.findings import Candidate, Findings, Kind, Tier
from microcal_xray.loading import read_radiograph
from microcal_xray.origin import Reading
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import ImageResult, image_result, searched_result, written
from microcal_xray.settings import Settings


class StandIn(FileAnalysis):
    """Returns a made-up result with the candidates and pictures of a usual one; reads nothing."""

    def __call__(self, task: FileTask, ask: Callable[[tuple[str, str]], str | None]) -> FileResult:
        """Return the result, which the name alone decides."""
        number = int(task.path.stem)
        pixels = f"{number:064x}"
        ask((pixels, task.file))
        task.overlay.touch()
        result = searched_result(_findings(number), task.file)
        # The pictures of all rows are the same: made once, so that the machinery is measured and not they.
        pictures = {name: getattr(_pictures(), name) for name in _PICTURES}
        return FileResult(written(replace(result, **pictures)), pixels)


@cache
def _pictures() -> ImageResult:
    return image_result(_findings(0), "0.png")


def _findings(number: int) -> Findings:
    radiograph = radiograph_from_array(_PIXELS, spacing_mm=0.15)
    lines = tuple(
        Candidate(
            id=place + 1,
            kind=Kind.LUCENT,
            tier=Tier.WEAK,
            score=(number * 7919 % 1000) / 500 - place,
            path_px=np.cumsum(np.ones((60, 2)), axis=0) + place,
            length_px=80.0,
            width_px=3.0,
            length_mm=12.0,
            width_mm=0.45,
            contrast_sd=3.0,
            angle_to_bone_deg=80.0,
        )
        for place in range(2)
    )
    return Findings(radiograph, Settings(), lines)


_ANALYSIS: Any = import_module("microcal_xray.batch.analysis")
_PICTURES = ("preview_jpeg", "limit_map_jpeg", "limit_range_px", "limit_layer", "packed_pixels")
_PIXELS = np.random.default_rng(1).normal(1000, 50, (64, 48)).astype(np.float32)


def resident_mib() -> float:
    """Return the resident memory of this process (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def memory(rows: int) -> dict[str, Any]:
    """Run a batch of so many stand-in results without worker processes and follow the memory."""
    followed: list[tuple[int, float]] = []

    def in_this_process(
        items: Iterator[FileTask], work: StandIn, *, answer: Any, **_: Any
    ) -> Iterator[Outcome[FileTask, FileResult]]:
        for item in items:
            yield Outcome(item, work(item, answer))

    def follow(progress: Any) -> None:
        if progress.done % max(rows // 20, 1) == 0:
            followed.append((progress.done, round(resident_mib(), 1)))

    with tempfile.TemporaryDirectory() as name, _stand_in():
        folder = _files(Path(name), rows)
        _ANALYSIS.supervise = in_this_process
        before, begun = resident_mib(), time.monotonic()
        summary = analyze([folder], Path(name) / "out", options=BatchOptions(jobs=1), report=follow)
        seconds, after = time.monotonic() - begun, resident_mib()
        sizes = {path.name: path.stat().st_size for path in (Path(name) / "out").iterdir() if path.is_file()}
    import resource

    return {
        "rows": rows,
        "ok": summary.ok,
        "before_mib": round(before, 1),
        "while_working_mib": followed,
        "after_writing_mib": round(after, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "ms_per_row": round(seconds / rows * 1000, 2),
        "bytes": sizes,
    }


def overhead(files: int) -> dict[str, Any]:
    """Run stand-in analyses in one worker process; what is beside the work function is the machinery."""
    with tempfile.TemporaryDirectory() as name, _stand_in():
        folder = _files(Path(name), files)
        task = FileTask(folder / "00" / "0.png", "0.png", Path(name) / "overlay", Path(name) / "draft")
        work = StandIn(Settings(), Reading())
        begun = time.monotonic()
        for _ in range(200):
            work(task, lambda question: None)
        alone = (time.monotonic() - begun) / 200
        times: list[float] = []
        analyze(
            [folder],
            Path(name) / "out",
            options=BatchOptions(jobs=1, files_per_worker=10**9),
            report=lambda progress: times.append(time.monotonic()),
        )
    # From the tenth file on, so that the start of the worker is not counted; it is once in 200 files.
    per_file = (times[-1] - times[10]) / (len(times) - 11)
    return {
        "files": files,
        "work_ms": round(alone * 1000, 2),
        "per_file_ms": round(per_file * 1000, 2),
        "overhead_ms": round((per_file - alone) * 1000, 2),
    }


def scaling(folder: Path | None, files: int) -> dict[str, Any]:
    """Run the real analysis of a folder with one job and with two."""
    seconds = {}
    with tempfile.TemporaryDirectory() as name:
        folder = folder or _variants(Path(name) / "in", files)
        for jobs in (1, 2):
            options = BatchOptions(jobs=jobs, earlier=Earlier.FRESH, spacing_mm=0.143)
            begun = time.monotonic()
            summary = analyze([folder], Path(name) / "out", options=options)
            seconds[jobs] = time.monotonic() - begun
    return {
        "files": summary.files,
        "ok": summary.ok,
        "one_job_s": round(seconds[1], 1),
        "two_jobs_s": round(seconds[2], 1),
        "of_perfect_scaling": round(seconds[1] / 2 / seconds[2], 3),
    }


def _variants(folder: Path, count: int) -> Path:
    """Write so many radiographs that differ from those of sample_data by a little noise, as pictures."""
    samples = sorted((Path(__file__).parents[1] / "sample_data").glob("*.dcm"))
    rng = np.random.default_rng(1)
    folder.mkdir()
    for number in range(count):
        pixels = read_radiograph(samples[number % len(samples)]).pixels
        low, high = float(pixels.min()), float(pixels.max())
        grey = 2000 + (pixels - low) / (high - low) * 60_000 + rng.normal(0, 1, pixels.shape)
        Image.fromarray(grey.astype(np.uint16)).save(folder / f"{number:04d}.png")
    return folder


@contextmanager
def _stand_in() -> Iterator[None]:
    usual = _ANALYSIS.FileAnalysis, _ANALYSIS.supervise
    _ANALYSIS.FileAnalysis = StandIn
    try:
        yield
    finally:
        _ANALYSIS.FileAnalysis, _ANALYSIS.supervise = usual


def _files(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / "in" / f"{number % 100:02d}" / f"{number}.png"
        if number < 100:
            path.parent.mkdir(parents=True)
        path.touch()
    return folder / "in"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["memory", "overhead", "scaling"])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--files", type=int)
    asked = parser.parse_args()
    if asked.what == "memory":
        found = memory(asked.rows)
    elif asked.what == "overhead":
        found = overhead(asked.files or 2000)
    else:
        found = scaling(asked.folder, asked.files or 48)
    print(json.dumps(found))


if __name__ == "__main__":
    # Workers find the stand-in by the name of this file, not as __main__.
    sys.path.insert(0, str(Path(__file__).parent))
    import batch_machinery

    batch_machinery.main()
