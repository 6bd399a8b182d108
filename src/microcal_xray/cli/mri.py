"""`microcal mri`: what MR series show of a bone, beside a candidate of its radiograph."""

import argparse
from pathlib import Path

from ..batch.recorded import read_recorded, recorded_results
from ..errors import SettingsError
from ..measured import Estimate
from ..mri import (
    BoneAsk,
    MRFindings,
    MRVolume,
    RadiographPlace,
    list_mri,
    measure_mri,
    read_mri,
    read_mri_all,
)
from ..mri.place import place_of_candidate
from ..radiograph import SpacingSource
from ..reporting import ImageResult, overlay_names
from ..reporting.mri_page import write_mri_report
from ..reporting.words import Language
from .exit_status import DONE
from .reading import given_path
from .terminal import complain, say

_LARGEST_PICTURE_BYTES = 64 << 20
_GIVEN_MM = 5.0  # what a place that was typed in is taken to be sure to
_EPILOG = """\
examples:
  microcal mri study/ --out mr-report
  microcal mri study/ --radiograph report --candidate 1 --out mr-report
  microcal mri study/ --list

The folder holds DICOM MR series of one examination: T1, and T2 fat-suppressed, PD fat-suppressed or STIR.
Points are given in the patient's coordinates, in mm: x to the left, y to the back, z to the head.
Descriptors of gradings are listed with what was measured; no grade is given.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "mri",
        parents=[every],
        help="measure MR series of a bone beside its radiograph",
        description="Measure the marrow, the periosteum and dark lines of one bone in MR series, and show "
        "them beside a candidate of its radiograph.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=given_path, metavar="FOLDER", help="DICOM MR series, or one file")
    parser.add_argument("--out", type=given_path, metavar="DIR", help="the folder for mri.html and mri.json")
    parser.add_argument("--list", action="store_true", help="list the series and stop")
    parser.add_argument(
        "--series", type=_numbers, metavar="N,N", help="use these series alone, as --list counts them"
    )
    parser.add_argument(
        "--radiograph", type=given_path, metavar="OUT", help="the folder that `analyze` wrote"
    )
    parser.add_argument("--candidate", type=int, default=1, metavar="N", help="its number (default 1)")
    parser.add_argument(
        "--image",
        metavar="FILE",
        help="which image of OUT, as candidates.json names it, where it has several",
    )
    parser.add_argument(
        "--at-mm", type=float, metavar="MM", help="a place on the radiograph, in mm from the joint"
    )
    parser.add_argument("--joint", type=_point, metavar="X,Y,Z", help="a point at the joint")
    parser.add_argument(
        "--axis", type=_point, nargs=2, metavar="X,Y,Z", help="two points on the axis of the bone"
    )
    parser.add_argument(
        "--box", type=_point, nargs=2, metavar="X,Y,Z", help="two corners of a box that holds the bone"
    )
    parser.add_argument(
        "--lang", choices=tuple(Language), default=Language.ENGLISH, help="language of the page (default en)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List or measure the series.

    Raises
    ------
    MicrocalError
        If no series can be read, no bone is found, an argument is wrong or the folder cannot be written to.
    """
    if not arguments.folder.exists():
        raise SettingsError(f"{arguments.folder}: no such file or folder; check the path")
    if arguments.list:
        for series in list_mri(arguments.folder):
            say(series.words)
        return DONE
    if arguments.out is None:
        raise SettingsError("--out is missing; give the folder for the report, or --list")
    result = _result(arguments)
    place = _place(arguments, result)
    ask = BoneAsk(axis_mm=arguments.axis, box_mm=arguments.box, joint_mm=arguments.joint)
    found = measure_mri(_volumes(arguments), ask=ask, radiograph=place)
    page = write_mri_report(
        found, arguments.out, overlay_png=_overlay(arguments, result), language=arguments.lang
    )
    _describe(found)
    say(f"Report: {page}")
    return DONE


def _volumes(arguments: argparse.Namespace) -> tuple[MRVolume, ...]:
    if arguments.series is None:
        return read_mri_all(arguments.folder)
    return tuple(read_mri(arguments.folder, series=number) for number in arguments.series)


def _result(arguments: argparse.Namespace) -> ImageResult | None:
    """Return the image of the radiograph's results that the candidate is in."""
    if arguments.radiograph is None:
        return None
    run_record = read_recorded(arguments.radiograph)
    results = recorded_results(arguments.radiograph, run_record)
    own = [each for each in results if arguments.image in (None, each.file) and each.candidates]
    if len(own) != 1:
        names = ", ".join(each.file for each in results[:8])
        raise SettingsError(f"{len(own)} images with candidates fit; give --image, one of: {names}")
    if not any(each.id == arguments.candidate for each in own[0].candidates):
        raise SettingsError(
            f"--candidate is {arguments.candidate}; {own[0].file} has 1 to {len(own[0].candidates)}"
        )
    return own[0]


def _place(arguments: argparse.Namespace, result: ImageResult | None) -> RadiographPlace | None:
    if arguments.at_mm is not None:
        if not 0 <= arguments.at_mm <= 1000:
            raise SettingsError(f"--at-mm is {arguments.at_mm}; give 0 to 1000 mm from the joint")
        low = max(arguments.at_mm - _GIVEN_MM, 0.0)
        return RadiographPlace(None, Estimate(arguments.at_mm, low, arguments.at_mm + _GIVEN_MM, "mm"))
    if result is None:
        return None
    candidate = next(each for each in result.candidates if each.id == arguments.candidate)
    spacing = result.spacing.source if result.spacing else SpacingSource.NONE
    place = place_of_candidate(candidate, spacing)
    if place is None:
        complain("the radiograph shows no end of the bone, so the place cannot be compared; give --at-mm")
    return place


def _overlay(arguments: argparse.Namespace, result: ImageResult | None) -> bytes | None:
    if result is None:
        return None
    record = read_recorded(arguments.radiograph)
    name = overlay_names(image.file for image in record.images)[result.file]
    path = Path(arguments.radiograph) / "overlays" / name
    if not path.is_file() or path.stat().st_size > _LARGEST_PICTURE_BYTES:
        return None
    content = path.read_bytes()
    return content if content.startswith(b"\x89PNG\r\n\x1a\n") else None


def _describe(found: MRFindings) -> None:
    for descriptor in found.descriptors:
        say(descriptor.words)
    if found.oedema is not None:
        stretch = found.from_joint_mm(found.oedema.along_mm)
        if stretch is not None:
            say(f"marrow signal: {stretch[0]:.0f} to {stretch[1]:.0f} mm from the joint")
    if found.place is not None:
        same = "may be the same place" if found.place.may_be_same else "not the same place"
        one = found.place.radiograph_mm
        say(f"radiograph: {one.low:.0f} to {one.high:.0f} mm from the joint, {same}")
    for note in found.notes:
        say(f"note: {note}")


def _point(text: str) -> tuple[float, float, float]:
    """Return the point that an argument names.

    Examples
    --------
    >>> _point("1,-2.5,30")
    (1.0, -2.5, 30.0)
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not all(abs(each) < 1e5 for each in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers of millimetres with commas between")
    return numbers[0], numbers[1], numbers[2]


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not numbers with commas between") from error
