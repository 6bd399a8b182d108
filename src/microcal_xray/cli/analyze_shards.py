"""`microcal analyze --shard`: one shard, a folder of them, or all of them on a cluster."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..batch import BatchOptions, Progress
from ..errors import SettingsError
from ..reporting.words import plural
from ..sharding import (
    ShardOutcome,
    ShardSummary,
    analyze_on_dask,
    analyze_shard,
    index_of,
    merge,
    numbered_shard,
    place_of,
    read_shard,
    shard_number,
    total,
)
from ..version import __version__
from .exit_status import DONE, FAILED, INTERRUPTED
from .progress import watched
from .reading import given_path, given_place
from .running import ended_like_ctrl_c
from .shards import merge_line
from .terminal import complain, say


def add_shard_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say that shards are analysed, and where."""
    shards = parser.add_argument_group("beyond one machine (docs/scale.md)")
    shards.add_argument(
        "--shard",
        type=given_place,
        metavar="FILE|FOLDER",
        help="analyse the files of a shard, or of each in a folder, into parts in OUT, without a page; "
        "a part that is there is left; folders may be s3://BUCKET/PREFIX",
    )
    shards.add_argument("--root", metavar="ROOT", help="where the files are, if not where the shard says")
    shards.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="have a Dask cluster do the shards of a folder, as tcp://10.0.0.1:8786 (extra "
        "microcal-xray[cluster]); --jobs is then per shard, 1 unless given",
    )
    shards.add_argument(
        "--merge", type=given_path, metavar="FOLDER", help="when all parts are there, join them into FOLDER"
    )


def asks_for_shards(arguments: argparse.Namespace) -> bool:
    """Return whether shards are asked for, once the arguments are known to fit together.

    Raises
    ------
    SettingsError
        If they do not.
    """
    others = [name for name in ("dask", "merge", "root") if getattr(arguments, name) is not None]
    if arguments.shard is None:
        if others:
            raise SettingsError(f"--{others[0]} goes with --shard")
        if not arguments.paths:
            raise SettingsError("no input was given; name at least one file or folder, or a shard by --shard")
        addresses = [path for path in (*arguments.paths, arguments.out) if str(path).startswith("s3:")]
        if addresses:
            raise SettingsError("s3:// goes through shards; make them with `microcal shards make`")
        return False
    if arguments.paths:
        raise SettingsError(f"{arguments.paths[0]}: a shard names its files; leave the path or --shard out")
    if arguments.dicom is not None:
        raise SettingsError(
            "--dicom does not go with --shard; `microcal export` makes DICOM objects of files"
        )
    return True


def run_shards(arguments: argparse.Namespace, options: BatchOptions) -> int:
    """Analyse shards and say how many files they came to.

    Raises
    ------
    MicrocalError
        If an argument is wrong, or a part cannot be written.
    """
    try:
        with ended_like_ctrl_c(), watched(sys.stderr) as show:
            outcomes = _outcomes(arguments, options, show)
    except KeyboardInterrupt:
        complain("interrupted; parts that are there are left, the same command goes on")
        return INTERRUPTED
    failures = [outcome for outcome in outcomes if outcome.summary is None]
    for outcome in failures:
        complain(f"no part of shard {outcome.number}: {outcome.failure}")
    summary = total([outcome.summary for outcome in outcomes if outcome.summary is not None])
    say(json.dumps(_record(summary, len(failures))) if arguments.json else _line(summary, arguments.out))
    if failures:
        return FAILED
    if arguments.merge is not None:
        merged = merge(place_of(arguments.out), arguments.merge, expected=len(outcomes))
        if not arguments.json:
            say(merge_line(merged))
    return DONE


def _outcomes(
    arguments: argparse.Namespace, options: BatchOptions, show: Callable[[Progress], None]
) -> list[ShardOutcome]:
    out = place_of(arguments.out)
    folder, name = _shard_file(arguments.shard)
    if name is None:
        shards = place_of(folder)
        progress = _Shown(index_of(shards).files, show)
        if arguments.dask is not None:
            return analyze_on_dask(
                shards,
                out,
                scheduler=arguments.dask,
                options=options,
                root=arguments.root,
                report=lambda outcome, count: progress.add(outcome.summary),
            )
        outcomes = []
        for number in range(index_of(shards).shards):
            shard = numbered_shard(shards, number)
            summary = analyze_shard(shard, out, options=options, root=arguments.root, report=progress.within)
            progress.add(summary)
            outcomes.append(ShardOutcome(number, summary))
        return outcomes
    if arguments.dask is not None:
        raise SettingsError(f"{arguments.shard}: --dask takes the folder of all shards")
    if arguments.merge is not None:
        raise SettingsError(f"{arguments.shard}: --merge takes the folder of all shards")
    shard = read_shard(place_of(folder), name)
    return [
        ShardOutcome(
            shard.number, analyze_shard(shard, out, options=options, root=arguments.root, report=show)
        )
    ]


def _shard_file(given: Path | str) -> tuple[str | Path, str | None]:
    """Return the folder, and the name of the one shard in it; None: all of them."""
    if isinstance(given, Path):
        if given.is_dir():
            return given, None
        if not given.is_file():
            raise SettingsError(f"{given}: no such shard; check the path")
        return given.parent, given.name
    folder, _, name = given.rpartition("/")
    return (folder, name) if shard_number(name) is not None else (given, None)


class _Shown:
    """Adds up the progress of shards.

    Parameters
    ----------
    files : int
        In all shards.
    show : callable
    """

    def __init__(self, files: int, show: Callable[[Progress], None]) -> None:
        self._show = show
        self._before = Progress(total=files)
        show(self._before)

    def within(self, progress: Progress) -> None:
        """Show how far a shard is."""
        if progress.file is not None:
            self._show(self._sum(progress))

    def add(self, summary: ShardSummary | None) -> None:
        """Show that a shard is done."""
        if summary is None:
            return
        done = Progress(summary.files, summary.files, summary.failed, summary.skipped)
        self._before = replace(
            self._sum(done), resumed=self._before.resumed + summary.files * summary.resumed
        )
        self._show(replace(self._before, file=f"shard {summary.number}"))

    def _sum(self, progress: Progress) -> Progress:
        before = self._before
        return replace(
            progress,
            total=before.total,
            done=before.done + progress.done,
            failed=before.failed + progress.failed,
            skipped=before.skipped + progress.skipped,
            resumed=before.resumed,
        )


def _line(summary: ShardSummary, out: Path | str) -> str:
    found = f"{plural(summary.candidates, 'candidate')} in {plural(summary.ok, 'image')}"
    there = " (all were there before)" if summary.resumed and summary.number else ""
    parts = f"{plural(summary.number, 'part')} in {out}"
    return f"{found}; {summary.failed} failed, {summary.skipped} skipped. {parts}{there}."


def _record(summary: ShardSummary, failures: int) -> dict[str, object]:
    return {
        "schema": "microcal-shards-summary/1",
        "version": __version__,
        "shards": summary.number,
        "shards_without_part": failures,
        "files": summary.files,
        "ok": summary.ok,
        "failed": summary.failed,
        "skipped": summary.skipped,
        "candidates": summary.candidates,
        "resumed": summary.resumed,
    }
