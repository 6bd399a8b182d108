"""The `microcal` command: its sub-commands, and what an error looks like to a user."""

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TextIO

from ..batch import BatchStoppedError
from ..errors import MicrocalError, OutputError, SettingsError, UnreadableResultError
from ..version import __version__
from . import (
    analyze,
    compare,
    completion,
    doctor,
    evaluate,
    export,
    fetch,
    info,
    limit,
    listen,
    mri,
    replay,
    review,
    send,
    settings,
    shards,
    simulate,
)
from .arguments import CommandParser
from .exit_status import FAILED, INTERRUPTED, USAGE
from .terminal import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Run one `microcal` command and return its exit status; no error leaves it as an exception.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the command's name. None: those of this process.

    Returns
    -------
    int
        0 all done, 1 something failed, 2 bad usage, 130 interrupted.

    Examples
    --------
    >>> main(["analyze", "absent.dcm", "--out", "report"])
    2
    """
    parser = _parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        return USAGE
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:  # argparse has said why
        return end.code if isinstance(end.code, int) else USAGE
    try:
        return _run(arguments)
    except OSError:  # there is nobody to tell: the reader has gone, or standard error is full too
        _forget(sys.stdout, sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = CommandParser(
        prog="microcal",
        description="Find thin dark and bright lines across bone in radiographs, for a reviewer to judge. "
        "Not a medical device.",
        epilog="Exit status: 0 all done, 1 some inputs failed, 2 bad usage, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"microcal {__version__}")
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--debug", action="store_true", help="show where in the program an error arose")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        analyze,
        export,
        send,
        fetch,
        listen,
        info,
        limit,
        compare,
        mri,
        settings,
        simulate,
        evaluate,
        replay,
        review,
        shards,
        doctor,
    ):
        command.add_parser(commands, every)
    completion.add_parser(commands, every, whole=parser)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    try:
        status: int = arguments.run(arguments)
        return status
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        if arguments.debug:
            traceback.print_exc()
        if isinstance(error, OSError):
            _forget(sys.stdout)
        complain(_words(error))
        return _status(error)


def _words(error: Exception) -> str:
    if isinstance(error, MicrocalError):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, OSError):
        return f"cannot read or write ({error.strerror or type(error).__name__})"
    return f"unexpected {type(error).__name__}: {error}; please report it (--debug shows the place)"


def _status(error: Exception) -> int:
    is_usage = isinstance(error, SettingsError | OutputError | UnreadableResultError)
    return USAGE if is_usage and not isinstance(error, BatchStoppedError) else FAILED


def _forget(*streams: TextIO) -> None:
    """Drop what could not be written: the reader has gone, as in `info FILE | head -1`, or a disk is full."""
    # What is still buffered would be written, and fail again, when the interpreter ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor needs no help
            os.dup2(nowhere, stream.fileno())
