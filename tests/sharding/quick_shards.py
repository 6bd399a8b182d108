"""The analysis of a file of a shard in a few milliseconds; worker processes import it from here.

A Dask worker that is told to preload this file uses it for every shard.
"""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from microcal_xray.batch.journal_rows import FileResult
from microcal_xray.batch.supervisor import Outcome
from microcal_xray.findings import Candidate, Findings, Kind, Tier
from microcal_xray.radiograph import Radiograph
from microcal_xray.settings import Settings
from microcal_xray.sharding import one_shard_file, running

_SLOW_S = 0.1  # so that there is a middle in which a worker can be killed


class QuickShardAnalysis(one_shard_file.ShardAnalysis):
    """Reads for real; in place of the search stands a candidate that the pixels decide."""

    def __call__(self, task, ask) -> FileResult:
        one_shard_file.find_lines = one_line
        return super().__call__(task, ask)


class SlowShardAnalysis(QuickShardAnalysis):
    """The same, but takes its time."""

    def __call__(self, task, ask) -> FileResult:
        time.sleep(_SLOW_S)
        return super().__call__(task, ask)


def in_this_process(items, work, *, answer, **_):
    for item in items:
        yield Outcome(item, work(item, answer))


def one_line(radiograph: Radiograph, settings: Settings) -> Findings:
    score = round(float(radiograph.pixels.mean()) % 1, 2)
    path_px = np.array([[1.0, 1.0], [1.0 + score, 9.0]])
    line = Candidate(1, Kind.LUCENT, Tier.WEAK, score, path_px, 8.0, 2.0, None, None, 3.0, None)
    return Findings(radiograph, settings, (line,))


def draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = np.random.default_rng(seed).integers(0, 60_000, (24, 20))
    Image.fromarray(grey.astype(np.uint16)).save(path)


def dask_setup(worker: object) -> None:
    """Called by a Dask worker that preloads this file."""
    sys.path.insert(0, str(Path(__file__).parent))  # so that its child processes find the class too
    import quick_shards

    running.ShardAnalysis = quick_shards.SlowShardAnalysis
