"""`microcal send`: DICOM objects to an archive."""

import argparse
import json
import sys

from ..pacs import Connection, SendSummary, Sent, objects_to_send, send
from ..pacs.send import Proof
from ..reporting.foreign_text import printable_text
from ..reporting.words import plural
from .connection import ArchiveCommand, add_archive_parser, chosen_connection
from .exit_status import DONE, FAILED
from .reading import given_path
from .terminal import say

_DESCRIPTION = """\
Send DICOM objects to an archive (C-STORE, or STOW-RS), then read each back (C-FIND and C-GET, or WADO-RS and
QIDO-RS) to be sure that it is there and is the same. For an address that is no URL it needs the extra:
pip install microcal-xray[pacs]
"""
_EPILOG = """\
examples:
  microcal send report --to ARCHIVE@pacs.example:104
  microcal send report --to ARCHIVE@pacs.example:2762 --tls --tls-authorities clinic.pem
  microcal send report --to https://pacs.example/dicom-web --login-file token.txt

Sending twice does no harm: an object that is there already is the same one. Without TLS what is sent can be
read on the way. A password is never typed: it stands in a file or a variable.

Exit status: 0 all are in the archive, 1 some are not (each is named with its reason) or nobody answers, 2 bad
usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    command = ArchiveCommand(
        "send", "send DICOM objects to an archive", _DESCRIPTION, _EPILOG, address_option="--to", run=run
    )
    parser = add_archive_parser(command, commands, every)
    parser.add_argument(
        "paths",
        nargs="+",
        type=given_path,
        metavar="PATH",
        help="a folder that `analyze` wrote, or DICOM files",
    )


def run(arguments: argparse.Namespace) -> int:
    """Send the objects and say what is certain.

    Raises
    ------
    MicrocalError
        If an argument is wrong, pynetdicom is needed and missing, or the archive cannot be reached.
    """
    connection = chosen_connection(arguments)
    summary = send(objects_to_send(arguments.paths), connection, report=_complain)
    if arguments.json:
        say(json.dumps(_record(summary)))
    else:
        say(_line(summary, connection))
    return FAILED if summary.failures else DONE


def _complain(sent: Sent) -> None:
    if sent.proof is Proof.FAILED:
        say(f"failed: {sent.object.path.name}: {sent.reason}", sys.stderr)


def _line(summary: SendSummary, connection: Connection) -> str:
    counts = [f"{summary.count(proof)} {_WORDS[proof]}" for proof in Proof if summary.count(proof)]
    return f"{plural(len(summary.sent), 'object')} to {connection.address}: {', '.join(counts)}"


_WORDS = {
    Proof.IDENTICAL: "read back and identical",
    Proof.LISTED: "listed by the archive",
    Proof.STORED: "stored, but the archive answers no questions",
    Proof.FAILED: "failed",
}


def _record(summary: SendSummary) -> dict[str, object]:
    return {
        "schema": "microcal-send/1",
        **{proof.value: summary.count(proof) for proof in Proof},
        "failures": [
            {"file": printable_text(each.object.path.name), "reason": each.reason}
            for each in summary.failures
        ],
    }
