"""`microcal fetch`: radiographs from an archive."""

import argparse
import json
import sys

from tqdm import tqdm

from ..pacs import FetchSummary, Query, fetch
from ..reporting.words import plural
from .connection import ArchiveCommand, add_archive_parser, chosen_connection
from .exit_status import DONE, FAILED
from .reading import given_path
from .terminal import say

_DESCRIPTION = """\
Fetch radiographs from an archive (C-FIND and C-GET, or QIDO-RS and WADO-RS) into a folder that only you can
open; nothing listens on a port. For an address that is no URL it needs the extra:
pip install microcal-xray[pacs]
"""
_EPILOG = """\
examples:
  microcal fetch --from ARCHIVE@pacs.example:104 --accession A-9 --out radiographs
  microcal fetch --from ARCHIVE@pacs.example:104 --patient ID-7 --date 20240101-20240331 --out radiographs
  microcal fetch --from https://pacs.example/dicom-web --login-file token.txt --study 1.2.3 --out radiographs
  microcal analyze radiographs --out report --dicom sr,gsps,sc

The files name the patient. An image that is there already is not fetched again.

Exit status: 0 all that match are there, 1 some are not or nobody answers, 2 bad usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    command = ArchiveCommand(
        "fetch", "fetch radiographs from an archive", _DESCRIPTION, _EPILOG, address_option="--from", run=run
    )
    parser = add_archive_parser(command, commands, every)
    parser.add_argument(
        "--out", type=given_path, required=True, metavar="DIR", help="the folder for the files"
    )
    parser.add_argument("--study", metavar="UID", help="a study instance UID")
    parser.add_argument("--patient", metavar="ID", help="a patient ID")
    parser.add_argument("--accession", metavar="NUMBER", help="an accession number")
    parser.add_argument("--date", metavar="YYYYMMDD[-YYYYMMDD]", help="of the study, beside one of the above")
    parser.add_argument(
        "--modality",
        default=",".join(Query(patient_id="any").modalities),
        metavar="M,M",
        help="which series (default %(default)s)",
    )
    parser.add_argument(
        "--most-images",
        type=int,
        default=Query(patient_id="any").most_images,
        metavar="N",
        help="fetch nothing if more match (default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch the images and say where they are.

    Raises
    ------
    MicrocalError
        If an argument is wrong, pynetdicom is needed and missing, or the archive cannot be reached.
    """
    query = Query(
        study_instance_uid=arguments.study,
        patient_id=arguments.patient,
        accession_number=arguments.accession,
        study_date=arguments.date,
        modalities=tuple(arguments.modality.split(",")),
        most_images=arguments.most_images,
    )
    connection = chosen_connection(arguments)
    with tqdm(unit="image", file=sys.stderr, disable=None) as bar:

        def show(done: int, found: int) -> None:
            bar.total = found
            bar.update(done - bar.n)

        summary = fetch(query, connection, arguments.out, report=show)
    for reason in summary.failures:
        say(f"failed: {reason}", sys.stderr)
    say(json.dumps(_record(summary)) if arguments.json else _line(summary))
    return FAILED if summary.failures else DONE


def _line(summary: FetchSummary) -> str:
    return f"{plural(summary.found, 'image')} found, {summary.written} new: {summary.folder}"


def _record(summary: FetchSummary) -> dict[str, object]:
    return {
        "schema": "microcal-fetch/1",
        "found": summary.found,
        "written": summary.written,
        "failures": list(summary.failures),
    }
