"""`microcal replay`: a recorded run once more, and whether it comes to the same."""

import argparse
import json
import sys
from dataclasses import replace
from typing import Any

from ..batch import Difference, FoundBy, ImageReplay, Replay, Verdict, replay
from ..reporting.words import plural
from ..version import __version__
from .exit_status import DONE, FAILED
from .progress import watched
from .reading import add_bone_option, given_path
from .running import add_running_options, chosen_limits, ended_like_ctrl_c
from .terminal import say

_DESCRIPTION = """\
Run a recorded analysis again and say whether each file comes to the same: the same candidates, with paths
within 0.01 px and all other numbers within one step of the last digit that is written. Settings and the way
of reading come from the record; nothing is written.
"""
_EPILOG = """\
examples:
  microcal replay report/candidates.json radiographs
  microcal replay report radiographs --json > replay.json

A file is found by its bytes, wherever in FOLDER it is and whatever its name; else by its pixels (tags or
compression have changed); else by its name, which then tells what differs.

Exit status: 0 every file is the same, 1 some are different or missing, 2 bad usage (RESULT is no result of
`microcal analyze`, or FOLDER is not there), 130 interrupted.
"""
_MOST_SHOWN = 4
_MOST_WRITTEN = 100


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "replay",
        parents=[every],
        help="run a recorded analysis again and say same or different",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "result", type=given_path, metavar="RESULT", help="a candidates.json, or the folder that holds it"
    )
    parser.add_argument("folder", type=given_path, metavar="FOLDER", help="where the radiographs are now")
    add_bone_option(parser)
    add_running_options(parser)
    parser.add_argument("--json", action="store_true", help="print all of it as JSON on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay the run and say what it came to.

    Raises
    ------
    MicrocalError
        If an argument is wrong, or RESULT is no result of ours.
    """
    options = replace(chosen_limits(arguments), bone=arguments.bone)
    with ended_like_ctrl_c(), watched(sys.stderr) as show:
        found = replay(arguments.result, arguments.folder, options=options, report=show)
    if arguments.json:
        say(json.dumps(_record(found)))
    else:
        for line in _lines(found):
            say(line)
    return DONE if found.is_same else FAILED


def _lines(found: Replay) -> list[str]:
    counts = ", ".join(f"{found.count(verdict)} {verdict}" for verdict in Verdict)
    skipped = f"; {plural(found.skipped, 'skipped file')} not replayed" if found.skipped else ""
    lines = [_line(image, causes=len(found.environment)) for image in found.images]
    lines.append(f"{counts}{skipped}." if found.images else f"No image was recorded{skipped}.")
    if found.environment:
        lines.append(f"Recorded elsewhere: {_listed(found.environment)}.")
    return lines


def _line(image: ImageReplay, *, causes: int = 0) -> str:
    """Return the line of one image; the first `causes` of its differences must not hide the others.

    Examples
    --------
    >>> _line(ImageReplay("a.dcm", Verdict.SAME, "b.dcm", FoundBy.FILE))
    'same       a.dcm (now b.dcm)'
    >>> _line(ImageReplay("a.dcm", Verdict.MISSING))
    'missing    a.dcm: no file has its bytes, its pixels or its name'
    """
    line = f"{image.verdict:<10} {image.file}"
    if image.verdict is Verdict.MISSING:
        return f"{line}: no file has its bytes, its pixels or its name"
    if image.found_as != image.file:
        line += f" (now {image.found_as})"
    if image.found_by is FoundBy.PIXELS:
        line += ", found by its pixels: the rest of the file has changed"
    parts = [_listed(image.differences[:causes]), _listed(image.differences[causes:])]
    return f"{line}: {'; '.join(filter(None, parts))}" if image.differences else line


def _listed(differences: tuple[Difference, ...]) -> str:
    shown = [str(each) for each in differences[:_MOST_SHOWN]]
    more = len(differences) - len(shown)
    return "; ".join([*shown, f"{more} more"] if more else shown)


def _record(found: Replay) -> dict[str, Any]:
    return {
        "schema": "microcal-replay/1",
        "version": __version__,
        **{verdict.value: found.count(verdict) for verdict in Verdict},
        "skipped": found.skipped,
        "environment": [_plain(each) for each in found.environment],
        "images": [
            {
                "file": image.file,
                "verdict": image.verdict.value,
                "exact": image.exact,
                "found_as": image.found_as,
                "found_by": None if image.found_by is None else image.found_by.value,
                "differences": [_plain(each) for each in image.differences[:_MOST_WRITTEN]],
                "differences_left_out": max(0, len(image.differences) - _MOST_WRITTEN),
            }
            for image in found.images
        ],
    }


def _plain(difference: Difference) -> dict[str, Any]:
    return {"what": difference.what, "recorded": difference.recorded, "now": difference.now}
