"""`microcal listen`: radiographs from a modality or an archive, results back to it."""

import argparse
import datetime
import json
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ..errors import SettingsError
from ..exporting import USUAL_KINDS, ExportOptions
from ..node import Bounds, NodeOptions, listen
from ..node.options import GIB, MIB
from ..node.quieter import Log
from ..pacs import Connection, PacsAddress, TlsFiles, address_from_text
from .connection import add_tls_files
from .exit_status import DONE
from .export import add_dicom_options, chosen_objects
from .reading import add_reading_options, given_path
from .running import add_running_options, chosen_batch
from .settings_file import add_settings_options
from .terminal import say

_DESCRIPTION = """\
Receive radiographs (C-STORE, C-ECHO), analyse each study once it is quiet, write its results to a folder of
OUT, and send its DICOM results (report, presentation state, capture) to an archive. Needs the extras:
pip install microcal-xray[dicom,pacs]
"""
_EPILOG = """\
examples:
  microcal listen --port 11112 --aet MICROCAL --out results --reply-to ARCHIVE@pacs.example:104
  microcal listen --port 11112 --aet MICROCAL --out results --bind 192.0.2.7 --allow-from ROUTER,CR1 \\
      --reply-to ARCHIVE@pacs.example:104 --health-port 8104

It listens on the loopback unless --bind says otherwise. A title (AET) is no proof of who calls: let only
those machines reach the port that should, or use --tls with --tls-authorities.

An image that was acknowledged is on the disk. After a stop, a crash or a loss of power, start it again with
the same OUT and it goes on. Ctrl-C or SIGTERM stops it: what is under way is finished or begun again next
time. docs/dicom.md has what is accepted and answered, docs/reliability.md what hostile peers can do.

Exit status: 0 stopped as asked, 1 it cannot run, 2 bad usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "listen",
        parents=[every],
        help="receive radiographs and send results back",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = NodeOptions(port=0, out=given_path("."))
    parser.add_argument("--port", type=int, required=True, metavar="N", help="to listen on")
    parser.add_argument("--aet", default=usual.title, help="our own title (default %(default)s)")
    parser.add_argument("--out", type=given_path, required=True, metavar="OUT", help="for results and state")
    parser.add_argument(
        "--bind", default=usual.bind, metavar="ADDRESS", help="to listen on (default %(default)s)"
    )
    parser.add_argument(
        "--allow-from",
        type=_titles,
        default=(),
        metavar="AET,AET",
        help="titles that may call (default: any)",
    )
    parser.add_argument(
        "--reply-to",
        type=_address,
        metavar="TITLE@HOST:PORT",
        help="the archive for the DICOM results (default: they stay in OUT)",
    )
    parser.add_argument(
        "--settle-seconds",
        type=float,
        default=usual.settle_s,
        metavar="S",
        help="how long no image of a study must have come before it is analysed (default %(default)g)",
    )
    parser.add_argument(
        "--keep-hours",
        type=float,
        default=usual.keep_s / 3600,
        metavar="H",
        help="how long the images of a finished study are kept (default %(default)g)",
    )
    parser.add_argument(
        "--health-port", type=int, metavar="N", help="health and counters by HTTP, on the loopback alone"
    )
    parser.add_argument("--json", action="store_true", help="write the log as JSON, an object a line")
    _add_bounds(parser)
    _add_tls(parser)
    add_dicom_options(parser, default=",".join(USUAL_KINDS))
    add_settings_options(parser)
    add_reading_options(parser)
    add_running_options(parser)
    parser.set_defaults(run=run)


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    usual = Bounds()
    bounds = parser.add_argument_group("limits")
    bounds.add_argument(
        "--most-associations",
        type=int,
        default=usual.associations,
        metavar="N",
        help="at a time (default %(default)s)",
    )
    bounds.add_argument(
        "--largest-object-mib",
        type=float,
        default=usual.object_bytes / MIB,
        metavar="M",
        help="a larger object is refused (default %(default)g)",
    )
    bounds.add_argument(
        "--inbox-gib",
        type=float,
        default=usual.inbox_bytes / GIB,
        metavar="G",
        help="images kept; over it, objects are refused (default %(default)g)",
    )
    bounds.add_argument(
        "--free-gib",
        type=float,
        default=usual.free_bytes / GIB,
        metavar="G",
        help="left free on the disk; below it, objects are refused (default %(default)g)",
    )
    bounds.add_argument(
        "--timeout-s",
        type=float,
        default=usual.timeout_s,
        metavar="S",
        help="a peer that is silent for so long is cut off (default %(default)g)",
    )
    bounds.add_argument(
        "--object-timeout-s",
        type=float,
        default=usual.object_s,
        metavar="S",
        help="one that brings no whole object for so long, too (default %(default)g)",
    )


def _add_tls(parser: argparse.ArgumentParser) -> None:
    tls = parser.add_argument_group("encryption")
    tls.add_argument("--tls", action="store_true", help="callers must encrypt")
    tls.add_argument("--reply-tls", action="store_true", help="encrypt to the archive, and check who it is")
    add_tls_files(tls, "whom to trust; with --tls, callers must then show a certificate of theirs")


def run(arguments: argparse.Namespace) -> int:
    """Run the node until it is told to stop.

    Raises
    ------
    MicrocalError
        If an argument is wrong, a package is missing, or it cannot listen.
    """
    options = _options(arguments)
    log = _json_line if arguments.json else _plain_line
    one_at_a_time = threading.Lock()

    def told(event: str, values: dict[str, object]) -> None:
        with one_at_a_time:
            say(log(event, values), sys.stderr)

    def started(port: int, health_port: int | None) -> None:
        where = {"aet": options.title, "address": options.bind, "port": port}
        told("listening", where if health_port is None else {**where, "health_port": health_port})

    stop = threading.Event()
    with _stopped_by_signals(stop), _threads_die_quietly(told), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's quote values that a peer sent
        listen(options, stop=stop, log=told, started=started)
    told("stopped", {})
    return DONE


def _options(arguments: argparse.Namespace) -> NodeOptions:
    files = TlsFiles(arguments.tls_authorities, arguments.tls_certificate, arguments.tls_key)
    if files != TlsFiles() and not (arguments.tls or arguments.reply_tls):
        raise SettingsError(
            "files for TLS were given without --tls or --reply-tls; nothing goes unencrypted by mistake"
        )
    return NodeOptions(
        port=arguments.port,
        title=arguments.aet,
        out=arguments.out,
        bind=arguments.bind,
        allowed=arguments.allow_from,
        tls=files if arguments.tls else None,
        reply=_reply(arguments, files),
        settle_s=arguments.settle_seconds,
        keep_s=arguments.keep_hours * 3600,
        health_port=arguments.health_port,
        bounds=Bounds(
            associations=arguments.most_associations,
            object_bytes=_bytes("--largest-object-mib", arguments.largest_object_mib, MIB),
            inbox_bytes=_bytes("--inbox-gib", arguments.inbox_gib, GIB),
            free_bytes=_bytes("--free-gib", arguments.free_gib, GIB),
            timeout_s=arguments.timeout_s,
            object_s=arguments.object_timeout_s,
        ),
        batch=chosen_batch(arguments),
        export=chosen_objects(arguments) or ExportOptions(),
    )


def _reply(arguments: argparse.Namespace, files: TlsFiles) -> Connection | None:
    address: PacsAddress | None = arguments.reply_to
    if address is None:
        return None
    return Connection(
        address=address,
        calling_title=arguments.aet,
        tls=files if arguments.reply_tls else None,
        timeout_s=arguments.timeout_s,
    )


def _bytes(option: str, number: float, unit: int) -> int:
    try:
        return int(number * unit)
    except (ValueError, OverflowError) as error:
        raise SettingsError(f"{option} is {number}; it must be a number") from error


def _titles(text: str) -> tuple[str, ...]:
    titles = tuple(title.strip() for title in text.split(","))
    if not all(titles):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty title; give AET,AET")
    return titles


def _address(text: str) -> PacsAddress:
    try:
        address = address_from_text(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if not isinstance(address, PacsAddress):
        raise argparse.ArgumentTypeError(
            f"{address} is a web address; results go back by DIMSE, to AET@HOST:PORT"
        )
    return address


def _plain_line(event: str, values: dict[str, object]) -> str:
    shown = " ".join(f"{key}={_quoted(value)}" for key, value in values.items())
    return f"{_now()} {event.replace(' ', '-')} {shown}".rstrip()


def _json_line(event: str, values: dict[str, object]) -> str:
    return json.dumps({"time": _now(), "event": event, **values})


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text) if not text or any(letter in text for letter in ' "=') else text


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set the event at Ctrl-C or SIGTERM; a second one ends at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {each: signal.signal(each, asked) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler or signal.SIG_DFL)


@contextmanager
def _threads_die_quietly(told: Log) -> Iterator[None]:
    """Name the error that ends a thread of an association, not its text: that may quote what a peer sent."""
    before = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        told("thread ended", {"error": arguments.exc_type.__name__})

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = before
