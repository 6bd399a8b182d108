"""`microcal info`: what a file says about itself, without the patient."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..loading import read_radiograph
from ..radiograph import IMAGE_CAUTIONS, Intent, Radiograph, Signal
from ..reporting.words import INTENT_WORDS, caution_names, spacing_words
from .exit_status import DONE
from .reading import add_reading_options
from .terminal import say

_SIGNAL_WORDS = {
    Signal.LOG: "logarithm of the detector signal",
    Signal.GREY: "grey levels of unknown meaning",
}
_POLARITY_WORDS = {
    None: "not stated; bright is taken for bone",
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
    parser.add_argument("file", type=Path, metavar="FILE", help="one DICOM, PNG, JPEG or TIFF file")
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
    if not arguments.file.is_file():
        raise SettingsError(f"{arguments.file}: no such file; check the path")
    radiograph = read_radiograph(
        arguments.file,
        spacing_mm=arguments.spacing_mm,
        photometric=arguments.photometric,
        secondary_capture=arguments.secondary_capture,
    )
    if arguments.json:
        say(json.dumps(_facts(radiograph)))
    else:
        _describe(radiograph, polarity=arguments.photometric or radiograph.acquisition.photometric)
    return DONE


def _facts(radiograph: Radiograph) -> dict[str, Any]:
    spacing, acquisition = radiograph.spacing, radiograph.acquisition
    rows, columns = radiograph.pixels.shape
    return {
        "rows": rows,
        "columns": columns,
        "usable_share": round(float(radiograph.usable.mean()), 4),
        "spacing_mm": None if spacing is None else [spacing.row_mm, spacing.column_mm],
        "spacing_source": radiograph.spacing_source.value,
        "intent": radiograph.intent.value,
        "signal": radiograph.signal.value,
        "file_format": acquisition.file_format,
        "modality": acquisition.modality,
        "body_part": acquisition.body_part,
        "laterality": acquisition.laterality,
        "view": acquisition.view,
        "photometric": acquisition.photometric,
        "compression": acquisition.compression,
        "bits_stored": acquisition.bits_stored,
        "decoder": acquisition.decoder,
        "cautions": caution_names(radiograph.cautions),
    }


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
        ("size", f"{rows} rows x {columns} columns, {radiograph.usable.mean():.0%} usable"),
        ("bits", bits),
        ("spacing", spacing_words(radiograph.spacing)),
        ("polarity", _POLARITY_WORDS[polarity]),
        ("intent", INTENT_WORDS[radiograph.intent]),
        ("signal", _SIGNAL_WORDS[radiograph.signal]),
    ]
    if radiograph.intent is not Intent.PICTURE:
        lines.append(("compression", f"{compression}{decoder}"))
    return lines
