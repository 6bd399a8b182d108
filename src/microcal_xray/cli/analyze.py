"""`microcal analyze`: from files and folders to a report."""

import argparse
import json
import sys
from dataclasses import replace

from ..batch import BatchSummary, Progress, analyze
from ..errors import SettingsError
from ..radiograph import IMAGE_CAUTIONS, ImageCaution
from ..reporting.foreign_text import printable_text
from ..reporting.words import plural
from ..version import __version__
from .analyze_shards import add_shard_options, asks_for_shards, run_shards
from .exit_status import DONE, FAILED, INTERRUPTED
from .export import add_dicom_options, chosen_objects, export_line, export_record
from .page import add_page_options, chosen_page
from .progress import watched
from .reading import add_bone_option, add_reading_options, given_path, given_place
from .running import (
    add_earlier_options,
    add_running_options,
    add_table_option,
    chosen_batch,
    ended_like_ctrl_c,
)
from .settings_file import add_settings_options
from .terminal import complain, say

_DESCRIPTION = """\
Look for thin dark and bright lines in radiographs and write candidates for a reviewer. Folders are walked
down; files (DICOM, PNG, JPEG, TIFF) are judged by their content, not by their names.
"""
_EPILOG = """\
examples:
  microcal analyze sample_data --out report
  microcal analyze clinic/2024 more/leg.dcm --out report --jobs 4 --false-marks 0.5
  microcal analyze scans --out report --spacing-mm 0.1 --json > summary.json
  microcal analyze clinic/2024 --out report --dicom sr,gsps,sc
  microcal analyze leg.dcm --out report --bone leg_bone.png
  microcal analyze --shard shards/shard-000000.json --out parts   # see `microcal shards --help`

OUT gets report.html (open it in a browser), candidates.csv, bumps.csv, candidates.json, images.csv and
overlays/, and journal.sqlite, by which the same command goes on where it was killed. It may be new, empty or
an earlier result. Files with the same pixels are analysed once. In these files an image is named relative to
the folder that was given, or to the deepest folder that holds everything that was given. With --dicom the
results are also in OUT/dicom as DICOM objects, which name the patient; see `microcal export --help`.

Exit status: 0 all were read (files that are no radiographs are skipped), 1 some inputs failed (each is named
with its reason, the rest is done), 2 bad usage, 130 interrupted by Ctrl-C or SIGTERM
(what was finished is in OUT). With --shard: 0 the parts are there (which files failed is in their lists
of errors), 1 a part is not, and the same command tries again.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "analyze",
        parents=[every],
        help="look for lines in files and folders and write a report",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=given_path, metavar="PATH", help="files or folders")
    parser.add_argument(
        "--out",
        type=given_place,
        required=True,
        metavar="OUT",
        help="the folder for the results; with --shard also s3://BUCKET/PREFIX",
    )
    add_shard_options(parser)
    add_settings_options(parser)
    add_reading_options(parser)
    add_bone_option(parser)
    add_running_options(parser)
    add_earlier_options(parser)
    add_table_option(parser)
    add_dicom_options(parser, default=None)
    add_page_options(parser)
    parser.add_argument("--json", action="store_true", help="print a summary as JSON on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyse the files and say where the report is.

    Raises
    ------
    MicrocalError
        If an argument is wrong, or the results cannot be written.
    """
    options = replace(
        chosen_batch(arguments),
        bone=arguments.bone,
        earlier=arguments.earlier,
        table_format=arguments.format,
    )
    if asks_for_shards(arguments):
        if arguments.bone is not None:
            raise SettingsError("--bone is for files and folders; leave it out with --shard")
        return run_shards(arguments, options)
    begun = False
    try:
        with ended_like_ctrl_c(), watched(sys.stderr) as show:

            def report(progress: Progress) -> None:
                nonlocal begun
                begun = True  # from now on, whatever happens is followed by the writing of the report
                show(progress)

            summary = analyze(
                arguments.paths,
                arguments.out,
                options=options,
                dicom=chosen_objects(arguments),
                page=chosen_page(arguments),
                report=report,
            )
    except KeyboardInterrupt:
        complain(f"interrupted; what was finished before is in {arguments.out}" if begun else "interrupted")
        return INTERRUPTED
    for file, first in summary.same_instance:
        say(
            f"note: {file} has the SOP instance UID of {first} but other pixels; both were analysed",
            sys.stderr,
        )
    for file in summary.hardly_searched:
        say(f"note: {file}: {IMAGE_CAUTIONS[ImageCaution.HARDLY_SEARCHED]}", sys.stderr)
    refused = summary.dicom.failures if summary.dicom else ()
    for file, reason in refused:
        say(f"no DICOM results: {file}: {reason}", sys.stderr)
    if arguments.json:
        say(json.dumps(_record(summary)))
    else:
        for line in _lines(summary):
            say(line)
    return FAILED if summary.failed or refused else DONE


def _lines(summary: BatchSummary) -> list[str]:
    if summary.ok or summary.failed:
        found = f"{plural(summary.candidates, 'candidate')} in {plural(summary.ok, 'image')}"
        why = " (images.csv says why)" if summary.skipped else ""
        first = f"{found}; {summary.failed} failed, {summary.skipped} skipped{why}."
    elif summary.skipped:
        first = f"No radiograph was found; {summary.skipped} skipped, images.csv says why."
    else:
        first = "No radiograph was found: there is no file; check the path."
    dicom = [export_line(summary.dicom)] if summary.dicom else []
    return [first, *dicom, f"Report: {summary.report}"]


def _record(summary: BatchSummary) -> dict[str, object]:
    """Return the summary without the folders of this machine: outputs are named relative to OUT."""
    dicom = {"dicom": export_record(summary.dicom)} if summary.dicom else {}
    return {
        "schema": "microcal-summary/1",
        "version": __version__,
        "files": summary.files,
        "ok": summary.ok,
        "failed": summary.failed,
        "skipped": summary.skipped,
        "resumed": summary.resumed,
        "candidates": summary.candidates,
        "failures": [
            {"file": printable_text(file), "reason": printable_text(reason)}
            for file, reason in summary.failures
        ],
        "hardly_searched": [printable_text(file) for file in summary.hardly_searched],
        "report": summary.report.name,
        **dicom,
    }
