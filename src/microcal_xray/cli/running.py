"""How commands that work on many files are run: their options, and what ends them."""

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..batch import BatchOptions, Earlier, TableFormat, usable_cores
from .arguments import named_as_typed, one_of
from .settings_file import chosen_settings

_OPTIONS = {
    "jobs": "--jobs",
    "time_limit_s": "--time-limit-s",
    "memory_limit_gib": "--memory-limit-gib",
}


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """Add the options on jobs and limits."""
    defaults = BatchOptions()
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help=f"images worked on at a time (default: one for each processor core, here {usable_cores()}); "
        "results do not depend on it",
    )
    parser.add_argument(
        "--time-limit-s",
        type=float,
        default=defaults.time_limit_s,
        metavar="S",
        help="an image that takes longer fails, in seconds (default %(default)g)",
    )
    parser.add_argument(
        "--memory-limit-gib",
        type=float,
        default=defaults.memory_limit_gib,
        metavar="G",
        help="an image that needs more memory fails, in GiB (default %(default)g; 0: no limit; Linux only)",
    )


def chosen_batch(arguments: argparse.Namespace) -> BatchOptions:
    """Return how many files are worked on, from the options on settings, reading and running.

    Raises
    ------
    SettingsError
        If a value is out of its range, or the file of settings cannot be read.
    """
    return replace(
        chosen_limits(arguments),
        settings=chosen_settings(arguments),
        spacing_mm=arguments.spacing_mm,
        photometric=arguments.photometric,
        secondary_capture=arguments.secondary_capture,
    )


def chosen_limits(arguments: argparse.Namespace) -> BatchOptions:
    """Return how many files are worked on at a time and what one may cost, from the options on running.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """
    with named_as_typed(_OPTIONS):
        return BatchOptions(
            jobs=arguments.jobs,
            time_limit_s=arguments.time_limit_s,
            memory_limit_gib=arguments.memory_limit_gib or None,
        )


def add_table_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says in which formats the tables are written."""
    parser.add_argument(
        "--format",
        type=one_of(TableFormat),
        choices=list(TableFormat),
        default=TableFormat.CSV,
        metavar="csv|parquet",
        help="parquet: candidates, images, bumps and clusters in Parquet beside the tables in CSV "
        "(needs the extra microcal-xray[parquet])",
    )


def add_earlier_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what becomes of what an earlier run has finished."""
    choices = parser.add_mutually_exclusive_group()
    for choice, words in {
        Earlier.RESUME: "go on where an earlier run into OUT ended (the default); refused if that had other "
        "inputs, settings or versions",
        Earlier.RETRY_FAILED: "the same, and try once more what failed",
        Earlier.FRESH: "forget what an earlier run into OUT finished, and start anew",
    }.items():
        choices.add_argument(
            f"--{choice}",
            dest="earlier",
            action="store_const",
            const=choice,
            default=Earlier.RESUME,
            help=words,
        )


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """Take a request to end (SIGTERM), as a queue or a container sends it, for Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
