"""`microcal export`: from a report to DICOM objects."""

import argparse
import json
import sys

from ..batch import ExportSummary, export
from ..errors import SettingsError
from ..exporting import USUAL_KINDS, ExportOptions, LineTracking, ResultKind, result_kinds
from ..reporting.foreign_text import printable_text
from ..reporting.words import plural
from .exit_status import DONE, FAILED
from .progress import watched
from .reading import given_path
from .terminal import say

_DESCRIPTION = """\
Write the results of an earlier `microcal analyze` as DICOM objects of the same study as each image: a
structured report (sr), a presentation state (gsps), a secondary capture (sc), a segmentation (seg).
docs/dicom.md has all. Needs the extra: pip install microcal-xray[dicom]
"""
_EPILOG = """\
examples:
  microcal export report --source clinic/2024
  microcal export report --source clinic/2024 --dicom sr,gsps --ohif-editable

The objects go to OUT/dicom. They name the patient, as the images do, so only you can open that folder; what
an earlier export left there is removed. Each image is read again and must still be the one that was analyzed.
Pictures (PNG, JPEG, TIFF) have no study and get nothing.

Exit status: 0 every DICOM image has its objects, 1 some have none (each is named with its reason), 2 bad
usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "export",
        parents=[every],
        help="write results as DICOM objects",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=given_path, metavar="OUT", help="the folder that `analyze` wrote")
    parser.add_argument(
        "--source",
        nargs="+",
        type=given_path,
        required=True,
        metavar="PATH",
        help="the images: the same files or folders that were given to `analyze`",
    )
    add_dicom_options(parser, default=",".join(USUAL_KINDS))
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="images worked on at a time (default: all cores)"
    )
    parser.add_argument("--json", action="store_true", help="print a summary as JSON on standard output")
    parser.set_defaults(run=run)


def add_dicom_options(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    """Add the options that say which objects are made and how."""
    parser.add_argument(
        "--dicom",
        type=_kinds,
        default=default,
        metavar="KINDS",
        help=f"which objects, of {','.join(ResultKind)} (default {default or 'none'})",
    )
    parser.add_argument(
        "--ohif-editable",
        action="store_true",
        help="let the OHIF viewer load the lines of a report so that they can be moved",
    )


def chosen_objects(arguments: argparse.Namespace) -> ExportOptions | None:
    """Return what the options ask for; None when no objects are wanted."""
    if arguments.dicom is None:
        return None
    tracking = LineTracking.OHIF_EDITABLE if arguments.ohif_editable else LineTracking.PLAIN
    return ExportOptions(kinds=arguments.dicom, tracking=tracking)


def run(arguments: argparse.Namespace) -> int:
    """Write the objects and say where they are.

    Raises
    ------
    MicrocalError
        If an argument is wrong, highdicom is missing, or the objects cannot be written.
    """
    options = chosen_objects(arguments) or ExportOptions()
    with watched(sys.stderr) as show:
        summary = export(arguments.out, arguments.source, options=options, jobs=arguments.jobs, report=show)
    if arguments.json:
        say(json.dumps({"schema": "microcal-export/1", **export_record(summary)}))
    else:
        say(export_line(summary))
    return FAILED if summary.failures else DONE


def export_line(summary: ExportSummary) -> str:
    """Return what an export came to, in one line."""
    left = [
        *([f"{len(summary.failures)} failed"] if summary.failures else []),
        *([f"{plural(len(summary.without), 'picture')} without a study"] if summary.without else []),
    ]
    made = f"{plural(len(summary.names), 'object')} for {plural(summary.images, 'image')}"
    return "; ".join([f"DICOM results: {summary.folder}, {made}", *left])


def export_record(summary: ExportSummary) -> dict[str, object]:
    """Return the summary without the folders of this machine."""
    return {
        "images": summary.images,
        "objects": len(summary.names),
        "failures": [
            {"file": printable_text(file), "reason": printable_text(reason)}
            for file, reason in summary.failures
        ],
        "without_study": [printable_text(file) for file, _ in summary.without],
        "folder": summary.folder.name,
    }


def _kinds(text: str) -> tuple[ResultKind, ...]:
    try:
        return result_kinds([name.strip() for name in text.split(",") if name.strip()])
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
