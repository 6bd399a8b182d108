"""`microcal send`: DICOM objects to an archive."""

import argparse
import json
import sys

from ..errors import SettingsError
from ..pacs import (
    Connection,
    PacsAddress,
    SendSummary,
    Sent,
    TlsFiles,
    address_from_text,
    objects_to_send,
    send,
)
from ..pacs.send import Proof
from ..reporting.foreign_text import printable_text
from ..reporting.words import plural
from .exit_status import DONE, FAILED
from .reading import given_path
from .terminal import say

_DESCRIPTION = """\
Send DICOM objects to an archive (C-STORE), then read each back (C-FIND, C-GET) to be sure that it is there
and is the same. Needs the extra: pip install microcal-xray[pacs]
"""
_EPILOG = """\
examples:
  microcal send report --to ARCHIVE@pacs.example:104
  microcal send report --to ARCHIVE@pacs.example:2762 --tls --tls-authorities clinic.pem

Sending twice does no harm: an object that is there already is the same one. Without --tls what is sent can be
read on the way.

Exit status: 0 all are in the archive, 1 some are not (each is named with its reason) or nobody answers, 2 bad
usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    defaults = Connection(PacsAddress("ARCHIVE", "localhost", 104))
    parser = commands.add_parser(
        "send",
        parents=[every],
        help="send DICOM objects to an archive",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=given_path,
        metavar="PATH",
        help="a folder that `analyze` wrote, or DICOM files",
    )
    parser.add_argument(
        "--to", type=_address, required=True, metavar="TITLE@HOST:PORT", help="the archive (AET, host, port)"
    )
    parser.add_argument(
        "--title", default=defaults.calling_title, metavar="AET", help="our own title (default %(default)s)"
    )
    parser.add_argument("--tls", action="store_true", help="encrypt, and check who the archive is")
    parser.add_argument(
        "--tls-authorities", type=given_path, metavar="PEM", help="whom to trust (default: as the system)"
    )
    parser.add_argument("--tls-certificate", type=given_path, metavar="PEM", help="our own certificate")
    parser.add_argument("--tls-key", type=given_path, metavar="PEM", help="and its key")
    parser.add_argument(
        "--timeout-s",
        type=float,
        default=defaults.timeout_s,
        metavar="S",
        help="for each answer (default %(default)g)",
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=defaults.retries,
        metavar="N",
        help="of a connection (default %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print a summary as JSON on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Send the objects and say what is certain.

    Raises
    ------
    MicrocalError
        If an argument is wrong, pynetdicom is missing, or the archive cannot be reached.
    """
    files = (arguments.tls_authorities, arguments.tls_certificate, arguments.tls_key)
    if any(files) and not arguments.tls:
        raise SettingsError("files for TLS were given without --tls; nothing is sent unencrypted by mistake")
    connection = Connection(
        address=arguments.to,
        calling_title=arguments.title,
        tls=TlsFiles(*files) if arguments.tls else None,
        timeout_s=arguments.timeout_s,
        retries=arguments.retries,
    )
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


def _address(text: str) -> PacsAddress:
    try:
        return address_from_text(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
