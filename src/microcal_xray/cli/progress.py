"""How a batch is watched: a bar on a terminal, a line now and then elsewhere; failures at once on both."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm

from ..batch import Progress
from ..reporting import Status
from .terminal import say, shown

_LINE_EVERY_S = 10.0


@contextmanager
def watched(stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    """Give a function to be called with each `Progress`.

    Parameters
    ----------
    stream : text stream
        Where to show it; a terminal gets a bar with the rate and the remaining time.
    """
    if not stream.isatty():
        yield PlainLines(stream)
        return
    # Where a terminal says that its size is zero, tqdm shows no bar; this function then says 80 x 24.
    columns, rows = shutil.get_terminal_size()
    with tqdm(unit="file", file=stream, ncols=columns, nrows=rows) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            if progress.file is None:
                bar.initial = bar.n = progress.resumed  # so that the rate is that of this run
            if progress.status is Status.FAILED:
                bar.write(shown(failure_line(progress), stream), file=stream)
            bar.set_postfix(failed=progress.failed, skipped=progress.skipped, refresh=False)
            bar.update(progress.done - bar.n)

        yield show


@contextmanager
def counted(stream: TextIO, *, unit: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function to be called with what is done and of how many; None where nothing is shown.

    Parameters
    ----------
    stream : text stream
        A terminal gets a bar; elsewhere nothing is said.
    unit : str
    """
    if not stream.isatty():
        yield None
        return
    columns, rows = shutil.get_terminal_size()
    with tqdm(unit=unit, file=stream, ncols=columns, nrows=rows) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


class PlainLines:
    """Print a line every ten seconds and for every failure.

    Parameters
    ----------
    stream : text stream
    clock : callable, optional
        Returns seconds.
    """

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._start_s = self._last_s = clock()

    def __call__(self, progress: Progress) -> None:
        """Take note of the progress, and print it if it is time."""
        if progress.status is Status.FAILED:
            say(failure_line(progress), self._stream)
        now_s = self._clock()
        if progress.file is None and progress.resumed:
            say(f"going on: {progress.resumed} of {progress.total} files were finished before", self._stream)
        if now_s - self._last_s >= _LINE_EVERY_S and progress.done > progress.resumed:
            self._last_s = now_s
            say(progress_line(progress, elapsed_s=now_s - self._start_s), self._stream)


def failure_line(progress: Progress) -> str:
    """Return the line about a file that failed.

    Examples
    --------
    >>> failure_line(Progress(total=1, done=1, failed=1, file="a.dcm", reason="the file is empty"))
    'failed: a.dcm: the file is empty'
    """
    return f"failed: {progress.file}: {progress.reason}"


def progress_line(progress: Progress, *, elapsed_s: float) -> str:
    """Return how far a batch is, its rate and the time that remains at that rate.

    Parameters
    ----------
    progress : Progress
        With at least one file done that an earlier run had not.
    elapsed_s : float
        Over 0.

    Examples
    --------
    >>> progress_line(Progress(total=100, done=20, failed=1), elapsed_s=10)
    '20 of 100 files, 1 failed, 2.0 files/s, 0:00:40 left'
    >>> progress_line(Progress(total=100, done=20, resumed=10), elapsed_s=10)
    '20 of 100 files, 0 failed, 1.0 files/s, 0:01:20 left'
    """
    rate = (progress.done - progress.resumed) / elapsed_s
    left_s = round((progress.total - progress.done) / rate)
    hours, minutes = divmod(left_s // 60, 60)
    left = f"{hours}:{minutes:02d}:{left_s % 60:02d} left"
    speed = f"{rate:.1f} files/s" if rate >= 1 else f"{1 / rate:.1f} s/file"
    return f"{progress.done} of {progress.total} files, {progress.failed} failed, {speed}, {left}"
