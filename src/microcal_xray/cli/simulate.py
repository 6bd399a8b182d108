"""`microcal simulate`: radiographs whose lines are known."""

import argparse
import sys

from tqdm import tqdm

from ..batch import usable_cores
from ..simulation import Family, simulate_folder
from .arguments import one_of
from .exit_status import DONE
from .reading import given_path
from .terminal import say


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "simulate",
        parents=[every],
        help="make radiographs whose lines are known",
        description="Write simulated limb radiographs as DICOM, with the place, width and contrast of each "
        "line in them. The same seed gives the same images.",
        epilog="Example: microcal simulate --out simulated --count 4 --seed 1",
    )
    parser.add_argument(
        "--out",
        type=given_path,
        required=True,
        metavar="DIR",
        help="the folder for the images: new, empty, or an earlier simulation, which is replaced",
    )
    parser.add_argument("--count", type=int, default=8, metavar="N", help="how many (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="0 or more (default %(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=usable_cores(), metavar="N", help="processes (default %(default)s)"
    )
    parser.add_argument(
        "--family",
        type=one_of(Family),
        choices=tuple(Family),
        default=Family.TUNING,
        help="tuning: to choose by; held-out: limbs and exposures kept for reporting (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the images.

    Raises
    ------
    SettingsError
        If the count or the seed is out of range.
    OutputError
        If the folder cannot be written to, or holds anything but an earlier simulation.
    """
    with tqdm(total=arguments.count, unit="file", file=sys.stderr, disable=None) as bar:

        def show(written: int) -> None:
            bar.update(written - bar.n)

        truth = simulate_folder(
            arguments.out,
            count=arguments.count,
            seed=arguments.seed,
            family=arguments.family,
            jobs=arguments.jobs,
            progress=show,
        )
    say(f"Images: {arguments.count}, in {arguments.out}; their lines: {truth.name}")
    return DONE
