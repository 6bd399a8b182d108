"""`microcal info`: what a file says about itself, without the patient."""

import argparse
import json
from typing import Any

from ..radiograph import IMAGE_CAUTIONS, Intent, Radiograph
from ..reporting.results import image_facts
from ..reporting.words import INTENT_WORDS, SIGNAL_WORDS, plural, spacing_words
from .exit_status import DONE
from .reading import add_reading_options, asked_radiograph, given_path
from .terminal import say

_POLARITY_WORDS = {
    "MONOCHROME1": "MONOCHROME1, stored with bone low; turned so that bone is bright",
    "MONOCHROME2": "MONOCHROME2, stored with bone high",
}


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "info",
        parents=[every],
        help="say what a file holds",
        description="Say what a radiograph's file holds: size, bits, spacing and its source, polarity, "
        "intent, cautions. Nothing about the patient is printed.",
    )
    parser.add_argument("file", type=given_path, metavar="FILE", help="one DICOM, PNG, JPEG or TIFF file")
    parser.add_argument("--json", action="store_true", help="print the same as JSON")
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what the file holds.

    Raises
    ------
    MicrocalError
        If it is not there, or cannot be read.
    """
    radiograph = asked_radiograph(arguments)
    if arguments.json:
        say(json.dumps(_facts(radiograph)))
    else:
        _describe(radiograph, polarity=arguments.photometric or radiograph.acquisition.photometric)
    return DONE


def _facts(radiograph: Radiograph) -> dict[str, Any]:
    usable_share = round(float(radiograph.usable.mean()), 4)
    return {**image_facts(radiograph), "usable_share": usable_share}


def _describe(radiograph: Radiograph, *, polarity: str | None) -> None:
    for name, value in _lines(radiograph, polarity):
        say(f"{name:<12} {value}")
    for caution in radiograph.cautions:
        say(f"{'caution':<12} {IMAGE_CAUTIONS[caution]}")


def _lines(radiograph: Radiograph, polarity: str | None) -> list[tuple[str, str]]:
    acquisition = radiograph.acquisition
    rows, columns = radiograph.pixels.shape
    part = [acquisition.modality, acquisition.body_part, acquisition.laterality, acquisition.view]
    compression = acquisition.compression or "none"
    decoder = f", decoded by {acquisition.decoder}" if acquisition.decoder else ""
    bits = "unknown" if acquisition.bits_stored is None else str(acquisition.bits_stored)
    lines = [
        ("format", acquisition.file_format),
        ("content", ", ".join(word for word in part if word) or "not stated"),
        (
            "size",
            f"{rows} rows x {columns} columns, {radiograph.usable.mean():.0%} usable{_filled(radiograph)}",
        ),
        ("bits", bits),
        ("spacing", spacing_words(radiograph.spacing)),
        ("polarity", _polarity_words(polarity)),
        ("intent", INTENT_WORDS[radiograph.intent]),
        ("signal", SIGNAL_WORDS[radiograph.signal]),
    ]
    if radiograph.intent is not Intent.PICTURE:
        lines.append(("compression", f"{compression}{decoder}"))
    return lines


def _filled(radiograph: Radiograph) -> str:
    count = radiograph.filled_px
    return f", {plural(count, 'pixel')} without a value filled" if count else ""


def _polarity_words(polarity: str | None) -> str:
    if polarity is None:
        return "not stated; bright is taken for bone"
    return _POLARITY_WORDS.get(polarity, f"{polarity}, in colour; bright is taken for bone")
