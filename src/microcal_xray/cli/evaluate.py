"""`microcal evaluate`: how well a detector did against the truth, and whether another one does better."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..loading import read_radiograph
from .exit_status import DONE
from .reading import given_path
from .terminal import say

if TYPE_CHECKING:
    from ..evaluation import Evaluation, EvaluationOptions

Load = Callable[[str], npt.NDArray[np.float32]]

_DESCRIPTION = """\
Score a list of candidates against the truth: sensitivity at several numbers of false marks per image, FROC,
wAFROC with patient-clustered intervals, ranks, and what the misses and the false marks were.
docs/evaluation.md has the hit rules."""

_EPILOG = """\
TRUTH is a truth.json of `microcal simulate`, a CSV of polylines, boxes (a COCO JSON, or a folder of YOLO text
as FracAtlas and GRAZPEDWRI-DX have it), or what reviewers decided: a folder that was read with `microcal
review`, whose consensus is taken, or a decisions record that the page saved.

Examples:
  microcal evaluate OUT/candidates.json simulated/truth.json
  microcal evaluate OUT/candidates.json truth.csv --false-mark-images line-free --pictures images --out scores
  microcal evaluate A/candidates.json truth.json --against B/candidates.json
  microcal evaluate OUT/candidates.json OUT"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "evaluate",
        parents=[every],
        help="score candidates against the truth",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "candidates", type=given_path, metavar="CANDIDATES.json", help="what `microcal analyze` wrote"
    )
    parser.add_argument(
        "truth",
        type=given_path,
        metavar="TRUTH",
        help="truth.json, CSV, COCO JSON, a YOLO folder or decisions",
    )
    parser.add_argument(
        "--against",
        type=given_path,
        metavar="OTHER.json",
        help="compare with these candidates of the same images",
    )
    parser.add_argument(
        "--out", type=given_path, metavar="DIR", help="also write text, JSON and a page with plots there"
    )
    parser.add_argument(
        "--pictures",
        type=given_path,
        metavar="FOLDER",
        help="where the images are, to show the worst cases on the page",
    )
    parser.add_argument(
        "--false-mark-images",
        choices=("all", "line-free", "lines"),
        default="all",
        help="the images on which false marks are counted (default %(default)s)",
    )
    parser.add_argument(
        "--replicates", type=int, default=2000, metavar="N", help="of the bootstrap (default %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of the bootstrap (default %(default)s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Score, print, and write where asked.

    Raises
    ------
    UnreadableTruthError
        If a file cannot be used or the files do not belong together.
    OutputError
        If the folder cannot be written to.
    """
    # Imported here: scipy.stats costs half a second, which the other commands should not pay.
    from .. import evaluation as ev

    options = ev.EvaluationOptions(
        bootstrap=ev.Bootstrap(replicates=arguments.replicates, seed=arguments.seed),
        false_mark_images=ev.FalseMarkImages(arguments.false_mark_images),
    )
    load = _loader(arguments.pictures)
    evaluation = _evaluated(arguments.candidates, arguments, options)
    if arguments.against:
        comparison = ev.compare(evaluation, _evaluated(arguments.against, arguments, options))
        _say_lines(ev.comparison_text(comparison))
        page = arguments.out and ev.write_comparison(comparison, arguments.out, load=load)
    else:
        _say_lines(ev.evaluation_text(evaluation))
        page = arguments.out and ev.write_evaluation(evaluation, arguments.out, load=load)
    if page:
        say(f"Page: {page}")
    return DONE


def _evaluated(candidates: Path, arguments: argparse.Namespace, options: "EvaluationOptions") -> "Evaluation":
    """Return the scores against whatever form of truth was given."""
    from .. import evaluation as ev
    from ..reviewing import holds_decisions, truth_of_decisions

    if not holds_decisions(arguments.truth):
        return ev.evaluate_files(candidates, arguments.truth, options=options)
    truth = truth_of_decisions(arguments.truth, results=arguments.candidates)
    return ev.evaluate(ev.read_candidates(candidates), truth, options=options)


def _say_lines(text: str) -> None:
    for line in text.splitlines():
        say(line)


def _loader(folder: Path | None) -> Load | None:
    if folder is None:
        return None
    return lambda file: read_radiograph(folder / file, secondary_capture=True).pixels
