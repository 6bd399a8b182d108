"""`microcal shards`: lists of files for many machines, and the result of all of them."""

import argparse
import json
import sys

from ..reporting.words import plural
from ..sharding import USUAL_PER_SHARD, MergedTable, MergeSummary, index_of, make_shards, merge, place_of
from ..version import __version__
from .exit_status import DONE, FAILED
from .reading import given_path, given_place
from .terminal import say

_DESCRIPTION = """\
Beyond one machine: `make` writes lists of about a thousand files each (shards); any scheduler runs
`microcal analyze --shard` over them, each to one part; `merge` joins the parts. docs/scale.md has recipes.
"""
_EPILOG = """\
examples:
  microcal shards make /data/clinic --out shards
  microcal shards make s3://bucket/2024 --out s3://bucket/shards --per-shard 500
  microcal shards make names.txt --root /data/clinic --out shards
  microcal analyze --shard shards/shard-000007.json --out parts       # a task of any scheduler
  microcal analyze --shard shards --out parts --dask tcp://10.0.0.1:8786 --merge result
  microcal shards merge parts --shards shards --out result
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "shards",
        help="lists of files for many machines, and their results joined",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="what to do", metavar="make|merge", required=True)
    making = actions.add_parser("make", parents=[every], help="write shards")
    making.add_argument(
        "source",
        type=given_place,
        metavar="FOLDER|LIST|s3://BUCKET/PREFIX",
        help="a folder, an object store, or a text file with a name per line (after a tab its length)",
    )
    making.add_argument(
        "--out", type=given_place, required=True, metavar="DIR", help="new or empty; s3:// too"
    )
    making.add_argument(
        "--per-shard",
        type=int,
        default=USUAL_PER_SHARD,
        metavar="N",
        help="files in a shard (default %(default)s)",
    )
    making.add_argument(
        "--root", metavar="ROOT", help="what the names in LIST are relative to (default: its folder)"
    )
    making.set_defaults(run=_make)
    merging = actions.add_parser("merge", parents=[every], help="join parts into one result")
    merging.add_argument("parts", type=given_place, metavar="PARTS", help="where the parts are; s3:// too")
    merging.add_argument("--out", type=given_path, required=True, metavar="OUT", help="a folder")
    merging.add_argument(
        "--shards",
        type=given_place,
        metavar="DIR",
        help="where the shards are: refuse if a part is missing or not of its shard (else join those there)",
    )
    merging.add_argument(
        "--tables",
        type=_tables,
        default=tuple(MergedTable),
        metavar="parquet,csv,json",
        help="what is written (default: all)",
    )
    merging.add_argument("--json", action="store_true", help="print a summary as JSON on standard output")
    merging.set_defaults(run=_merge)


def merge_line(summary: MergeSummary) -> str:
    """Return what is said of a merged result."""
    found = f"{plural(summary.candidates, 'candidate')} in {plural(summary.ok, 'image')}"
    parts = f"{plural(summary.parts, 'part')} joined in {summary.out}"
    return f"{found}; {summary.failed} failed, {summary.skipped} skipped. {parts}."


def _make(arguments: argparse.Namespace) -> int:
    made = make_shards(
        str(arguments.source), str(arguments.out), per_shard=arguments.per_shard, root=arguments.root
    )
    shards, files = plural(made.shards, "shard"), plural(made.files, "file")
    say(f"{shards} of {files}, {made.bytes / 1e9:.3g} GB in all, in {arguments.out}.")
    return DONE


def _merge(arguments: argparse.Namespace) -> int:
    shards = None if arguments.shards is None else place_of(arguments.shards)
    summary = merge(
        place_of(arguments.parts),
        arguments.out,
        tables=arguments.tables,
        shards=shards,
        expected=None if shards is None else index_of(shards).shards,
    )
    for file, first in summary.same_instance:
        say(
            f"note: {file} has the SOP instance UID of {first} but other pixels; both were analysed",
            sys.stderr,
        )
    say(json.dumps(_record(summary)) if arguments.json else merge_line(summary))
    return FAILED if summary.failed else DONE


def _tables(text: str) -> tuple[MergedTable, ...]:
    try:
        return tuple(MergedTable(name) for name in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of parquet, csv and json") from None


def _record(summary: MergeSummary) -> dict[str, object]:
    return {
        "schema": "microcal-merge-summary/1",
        "version": __version__,
        "parts": summary.parts,
        "files": summary.files,
        "ok": summary.ok,
        "failed": summary.failed,
        "skipped": summary.skipped,
        "candidates": summary.candidates,
    }
