"""`microcal review`: read the images of a report, and what came of it."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..reporting.words import plural
from .exit_status import DONE, FAILED
from .export import export_line
from .progress import watched
from .reading import given_path
from .running import ended_like_ctrl_c
from .terminal import say

if TYPE_CHECKING:
    from ..reviewing import Store, Study

_DESCRIPTION = """\
Serve the report of OUT as a reading desk on this machine's own address, and keep every decision in OUT.
Several people can read at once, each under a name. Needs the extra: pip install microcal-xray[review]
"""
_EPILOG = """\
examples:
  microcal review report                              # open the address it says; Ctrl-C ends it
  microcal review report --assign anna,ben,carl --readings 2 --seed 7
  microcal review report --blinded --seed 7
  microcal review report --adjudicate --reader dora   # settle what the readers disagree on
  microcal review report --agreement
  microcal review report --export csv,geojson,truth
  microcal review report --export sr --source clinic/2024 --verifying-observer Who^Verifies \\
      --verifying-organization "Clinic"
  microcal evaluate report/candidates.json report     # decisions as truth

Decisions stand in OUT/decisions.sqlite. It names the readers, and comments hold what they wrote: only you can
open it. docs/review.md says how a reading study is run and what the numbers mean.

Exit status: 0 done, 1 some reports could not be written or something failed, 2 bad usage.
"""
_FOR_THE_DESK = ("reader", "blinded", "adjudicate")


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "review",
        parents=[every],
        help="read the images of a report, compare readers, export decisions",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=given_path, metavar="OUT", help="the folder that `analyze` wrote")
    tasks = parser.add_argument_group("instead of serving").add_mutually_exclusive_group()
    tasks.add_argument(
        "--assign", metavar="NAMES", help="say who reads which images, names separated by commas"
    )
    tasks.add_argument("--progress", action="store_true", help="say how far each reader is")
    tasks.add_argument("--agreement", action="store_true", help="say how well the readers agree")
    tasks.add_argument("--export", metavar="KINDS", help=f"write decisions, of {_KINDS}")
    tasks.add_argument(
        "--import",
        dest="records",
        nargs="+",
        type=given_path,
        metavar="RECORD",
        help="take in decisions that the page saved as files",
    )
    _add_desk_options(parser)
    _add_result_options(parser)
    parser.set_defaults(run=run)


_KINDS = "csv,json,geojson,labelme,coco,truth,records,sr"


def _add_desk_options(parser: argparse.ArgumentParser) -> None:
    desk = parser.add_argument_group("for serving")
    desk.add_argument("--reader", metavar="NAME", help="who reads (default: asked for on the first page)")
    desk.add_argument("--blinded", action="store_true", help="mix the images, for each reader in another way")
    desk.add_argument(
        "--seed", type=int, metavar="N", help="by which they are mixed or assigned, or of the bootstrap"
    )
    desk.add_argument(
        "--port", type=int, metavar="P", help="on which it is served (default 8765; 0: any that is free)"
    )
    desk.add_argument("--adjudicate", action="store_true", help="settle disagreements instead of reading")


def _add_result_options(parser: argparse.ArgumentParser) -> None:
    results = parser.add_argument_group("for results")
    results.add_argument(
        "--readings", type=int, default=2, metavar="N", help="readers for each image (default %(default)s)"
    )
    results.add_argument(
        "--truth", type=given_path, metavar="TRUTH", help="score readers against this, not their consensus"
    )
    results.add_argument(
        "--replicates", type=int, default=2000, metavar="N", help="of the bootstrap (default %(default)s)"
    )
    results.add_argument("--json", action="store_true", help="print the agreement as JSON")
    results.add_argument(
        "--source", nargs="+", type=given_path, metavar="PATH", help="the images, for --export sr"
    )
    results.add_argument(
        "--verifying-observer", metavar="NAME", help="who takes responsibility for reports, as Family^Given"
    )
    results.add_argument("--verifying-organization", metavar="NAME", help="and for whom; both or neither")


def run(arguments: argparse.Namespace) -> int:
    """Serve, or do what was asked instead.

    Raises
    ------
    MicrocalError
        If an argument is wrong, there is nothing to review, or results cannot be written.
    """
    from ..reviewing import read_study  # evaluation costs half a second that other commands should not pay

    study = read_study(arguments.out)
    if arguments.assign is not None:
        return _assign(study, arguments)
    if arguments.records:
        return _take_in(study, arguments)
    if arguments.progress:
        return _say_progress(study)
    if arguments.agreement:
        return _say_agreement(study, arguments)
    if arguments.export is not None:
        return _export(study, arguments)
    return _serve(study, arguments)


def _serve(study: "Study", arguments: argparse.Namespace) -> int:
    from ..reviewing import USUAL_PORT, ReviewOptions, open_store, reader_name, require_desk, serve

    options = ReviewOptions(
        reader=None if arguments.reader is None else reader_name(arguments.reader),
        is_blinded=arguments.blinded,
        seed=arguments.seed or 0,
        is_adjudication=arguments.adjudicate,
    )
    if arguments.seed is not None and not arguments.blinded:
        raise SettingsError("--seed mixes the images of --blinded and --assign; give one of them, or no seed")
    if not arguments.adjudicate:
        require_desk(study.out)
    port = USUAL_PORT if arguments.port is None else arguments.port
    with ended_like_ctrl_c():
        serve(open_store(study), options, port=port, announce=lambda address: say(f"Open {address}"))
    return DONE


def _assign(study: "Study", arguments: argparse.Namespace) -> int:
    from ..reviewing import Order, assigned, open_store, reader_name

    names = [reader_name(name) for name in arguments.assign.split(",")]
    store, seed = open_store(study), arguments.seed or 0
    taken = sorted(set(store.orders()) & set(names))
    if taken:
        raise SettingsError(f"{taken[0]} has images already; name only readers who have not begun")
    files = [image.file for image in study.images]
    shares = assigned(files, names, readings=arguments.readings, seed=seed)
    for reader, share in shares.items():
        store.record_order(reader, Order(share, seed))
        say(f"{reader}: {plural(len(share), 'image')}")
    return DONE


def _take_in(study: "Study", arguments: argparse.Namespace) -> int:
    from ..reviewing import open_store, read_record

    records = [read_record(path, study, reader=arguments.reader) for path in arguments.records]
    store = open_store(study)
    for path, record in zip(arguments.records, records, strict=True):
        known = {event.id for event in store.events(record.reader, role=record.role)}
        store.add(record.events, role=record.role)
        new = sum(event.id not in known for event in record.events)
        say(f"{path}: {plural(new, 'new event')} of {record.reader}, {len(record.events) - new} known")
    return DONE


def _say_progress(study: "Study") -> int:
    from ..reviewing import open_store, progress_of

    store = open_store(study, make=False)
    orders = store.orders()
    everything = [image.file for image in study.images]
    for reader in store.readers():
        files = orders[reader].files if reader in orders else everything
        known = [file for file in files if file in study.by_file]
        each = progress_of(reader, known, store.events(reader), study)
        minutes = f", {each.seconds / 60:.0f} min" if each.seconds else ""
        say(f"{reader}: {each.done} of {each.images} images done, {plural(each.decisions, 'line')}{minutes}")
    return DONE


def _say_agreement(study: "Study", arguments: argparse.Namespace) -> int:
    from .. import evaluation as ev
    from ..reviewing import Role, agreement, agreement_document, agreement_text, open_store

    store = open_store(study, make=False)
    bootstrap = ev.Bootstrap(replicates=arguments.replicates, seed=arguments.seed or 0)
    listed = ev.read_candidates(study.out).images
    truth = None if arguments.truth is None else ev.read_truth(arguments.truth, candidates=listed)
    result = agreement(
        study,
        store.events(),
        store.events(role=Role.ADJUDICATION),
        truth=truth,
        options=ev.EvaluationOptions(bootstrap=bootstrap),
    )
    if arguments.json:
        say(json.dumps(agreement_document(result), allow_nan=False))
    else:
        for line in agreement_text(result).splitlines():
            say(line)
    return DONE


def _export(study: "Study", arguments: argparse.Namespace) -> int:
    from ..reviewing import ExportKind, open_store, write_decisions

    names = [name.strip() for name in arguments.export.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(ExportKind)]
    if unknown or not names:
        raise SettingsError(f"--export is {arguments.export!r}; known are {', '.join(ExportKind)}")
    kinds = [ExportKind(name) for name in dict.fromkeys(names)]
    store = open_store(study, make=False)
    wants_reports = ExportKind.SR in kinds
    if wants_reports and not arguments.source:
        raise SettingsError("--export sr needs the images: give the same paths as to `analyze` by --source")
    for path in write_decisions(store, [kind for kind in kinds if kind is not ExportKind.SR]):
        say(f"Written: {path}")
    return _write_reports(store, arguments.source, arguments) if wants_reports else DONE


def _write_reports(store: "Store", paths: list[Path], arguments: argparse.Namespace) -> int:
    from ..exporting import Verifier
    from ..reviewing import stored_decisions, write_reports

    observer, organization = arguments.verifying_observer, arguments.verifying_organization
    if (observer is None) != (organization is None):
        raise SettingsError(
            "--verifying-observer and --verifying-organization stand together; give both or neither"
        )
    verifier = None if observer is None else Verifier(observer, organization)
    with watched(sys.stderr) as show:
        summary = write_reports(stored_decisions(store), paths, verifier=verifier, report=show)
    for file, reason in summary.failures:
        say(f"no report: {file}: {reason}", sys.stderr)
    say(export_line(summary))
    return FAILED if summary.failures else DONE
