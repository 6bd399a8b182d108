"""The options about reading files that several commands share."""

import argparse
from pathlib import Path

from ..errors import SettingsError
from ..loading import Photometric, read_radiograph
from ..radiograph import Radiograph
from .arguments import one_of


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file is to be read."""
    parser.add_argument(
        "--spacing-mm",
        type=spacing_mm,
        metavar="X|R,C",
        help="distance between pixel centres in millimetres: one number, or rows,columns as in 0.143,0.15 "
        "(default: what each file says)",
    )
    parser.add_argument(
        "--photometric",
        type=one_of(Photometric),
        choices=list(Photometric),
        metavar="MONOCHROME1|MONOCHROME2",
        help="the end of the grey range at which bone is stored, low (1) or high (2), where files are wrong "
        "about it",
    )
    parser.add_argument(
        "--secondary-capture",
        action="store_true",
        help="read DICOM secondary captures too; they are skipped otherwise",
    )


def add_bone_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where bone masks are."""
    parser.add_argument(
        "--bone",
        type=given_path,
        metavar="MASK",
        help="where bone is, by your own segmentation: a PNG or TIFF of one band and the same size, 0 where "
        "there is none; for several files a folder of masks with the same relative names (ward/leg.png or "
        "ward/leg.dcm.png for ward/leg.dcm). A file without its mask fails",
    )


def asked_radiograph(arguments: argparse.Namespace) -> Radiograph:
    """Return the one file that a command is about, read as the options say.

    Raises
    ------
    MicrocalError
        If it is not there, or cannot be read.
    """
    return radiograph_at(arguments.file, arguments)


def radiograph_at(path: Path, arguments: argparse.Namespace) -> Radiograph:
    """Return the radiograph in a file that was named, read as the options say.

    Raises
    ------
    MicrocalError
        If it is not there, or cannot be read.
    """
    if path.is_dir():
        raise SettingsError(f"{path}: is a folder; give one file, or the folder to `microcal analyze`")
    if not path.exists():
        what = "is a link that leads nowhere" if path.is_symlink() else "no such file"
        raise SettingsError(f"{path}: {what}; check the path")
    return read_radiograph(
        path,
        spacing_mm=arguments.spacing_mm,
        photometric=arguments.photometric,
        secondary_capture=arguments.secondary_capture,
    )


def given_path(text: str) -> Path:
    """Return the path that an argument names.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is empty, as an unset variable of the shell is: it would mean the current folder.

    Examples
    --------
    >>> given_path("report").name
    'report'
    """
    if not text:
        raise argparse.ArgumentTypeError("the path is empty; for the current folder, give a dot")
    return Path(text)


def given_place(text: str) -> Path | str:
    """Return the folder, the file or the address in an object store that an argument names.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is empty.

    Examples
    --------
    >>> given_place("s3://clinic/2024")
    's3://clinic/2024'
    """
    return text if text.startswith("s3://") else given_path(text)


def spacing_mm(text: str) -> float | tuple[float, float]:
    """Return the spacing that an argument names.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not one number, or two with a comma between.

    Examples
    --------
    >>> spacing_mm("0.1"), spacing_mm("0.1,0.2")
    (0.1, (0.1, 0.2))
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of millimetres, nor two with a comma between")
