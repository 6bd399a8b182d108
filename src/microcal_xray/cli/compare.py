"""`microcal compare`: what changed between radiographs of one bone."""

import argparse
from collections import Counter
from datetime import date
from itertools import pairwise

from ..changes import BumpChange, Comparison, LineChange, QuantityChange, Series, Verdict
from ..comparing import compare_series
from ..errors import SettingsError
from ..reporting.compare_write import write_comparison
from ..reporting.words import plural
from .exit_status import DONE, FAILED
from .reading import add_reading_options, given_path, radiograph_at
from .settings_file import add_settings_options, chosen_settings
from .terminal import complain, say

_DESCRIPTION = """\
Lay the bone of a prior radiograph on that of the current one, measure every candidate of either in
both, and say for each: new, gone, larger, smaller, brighter, unchanged or not comparable. The words are
about the pictures, not about the patient. Writes comparison.html, comparison.json and comparison.csv.
docs/compare.md says how each word is found."""

_EPILOG = """\
Exit status: 1 where a pair could not be compared; why is said.

Examples:
  microcal compare march.dcm june.dcm --out change
  microcal compare a.dcm b.dcm c.dcm --weeks 0,3,8 --out change"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "compare",
        parents=[every],
        help="say what changed between radiographs of one bone",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("prior", type=given_path, metavar="PRIOR", help="the earlier radiograph")
    parser.add_argument("current", type=given_path, metavar="CURRENT", help="the later radiograph")
    parser.add_argument(
        "more",
        type=given_path,
        nargs="*",
        default=[],  # else argparse names it among what is missing
        metavar="MORE",
        help="later ones still, in their order",
    )
    parser.add_argument("--out", type=given_path, required=True, metavar="DIR", help="where to write")
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--weeks",
        type=_weeks,
        metavar="0,A,B",
        help="when each radiograph was taken, in weeks from the first",
    )
    when.add_argument(
        "--dates",
        type=_weeks_from_dates,
        metavar="YYYY-MM-DD,...",
        dest="weeks",
        help="the same as dates; only the weeks between them are kept",
    )
    add_settings_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, print one line for each line, and write the page, the JSON and the CSV.

    Raises
    ------
    MicrocalError
        If a file cannot be read, a setting is wrong or the folder cannot be written to.
    """
    paths = [arguments.prior, arguments.current, *arguments.more]
    settings = chosen_settings(arguments)
    if arguments.weeks is not None and len(arguments.weeks) != len(paths):
        raise SettingsError(
            f"{plural(len(arguments.weeks), 'time')} for {len(paths)} radiographs; give one for each"
        )
    series = compare_series(
        [radiograph_at(path, arguments) for path in paths], settings, weeks=arguments.weeks
    )
    page = write_comparison(series, arguments.out, settings)
    refused = _describe(series)
    say(f"Page: {page}")
    return FAILED if refused else DONE


def _describe(series: Series) -> int:
    """Print what was found; return how many pairs could not be compared."""
    refused = 0
    for comparison in series.comparisons:
        names = f"{comparison.prior.radiograph.name} -> {comparison.current.radiograph.name}"
        if not comparison.registration.is_comparable:
            complain(f"{names}: not comparable: {comparison.registration.reason}")
            refused += 1
            continue
        say(f"{names}: {_counts(comparison)}")
        for line in comparison.lines:
            say(_words("line", line, "length", line.length))
        for bump in comparison.bumps:
            say(_words("bump", bump, "height", bump.height))
    return refused


def _words(noun: str, one: LineChange | BumpChange, quantity: str, change: QuantityChange | None) -> str:
    size = (
        ""
        if change is None
        else f", {quantity} {change.prior.value:.1f} -> {change.current.value:.1f} {change.unit}"
    )
    return f"  {noun} {one.id}: {one.verdict.value}{size}{f' ({one.reason})' if one.reason else ''}"


def _counts(comparison: Comparison) -> str:
    counts = Counter(line.verdict for line in comparison.lines)
    return (
        ", ".join(f"{counts[word]} {word.value}" for word in Verdict if counts[word]) or "no lines in either"
    )


def _weeks(text: str) -> tuple[float, ...]:
    """Return the weeks that an argument names.

    Raises
    ------
    argparse.ArgumentTypeError
        If one is no number.

    Examples
    --------
    >>> _weeks("0,3,8.5")
    (0.0, 3.0, 8.5)
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of weeks; give numbers as in 0,3,8"
        ) from None


def _weeks_from_dates(text: str) -> tuple[float, ...]:
    """Return the weeks between dates, to a seventh; the dates themselves are forgotten.

    Raises
    ------
    argparse.ArgumentTypeError
        If one is no date, or they do not rise.

    Examples
    --------
    >>> _weeks_from_dates("2020-01-01,2020-01-22")
    (0.0, 3.0)
    """
    try:
        days = [date.fromisoformat(part.strip()) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            "the dates cannot be read; give them as YYYY-MM-DD,YYYY-MM-DD"
        ) from None
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise argparse.ArgumentTypeError("each date must be later than the one before; sort the radiographs")
    return tuple(round((day - days[0]).days / 7, 2) for day in days)
