"""Settings from a JSON file and from options."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ..errors import SettingsError
from ..settings import Settings, settings_from_dict
from .arguments import named_as_typed
from .reading import given_path

_LARGEST_FILE_BYTES = 1_000_000


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how lines are looked for."""
    parser.add_argument(
        "--false-marks",
        type=float,
        metavar="F",
        help=f"how long the list may be: about F false candidates per image without lines on average, "
        f"over 0, up to 100 (default {Settings().false_marks:g})",
    )
    parser.add_argument(
        "--false-bumps",
        type=float,
        metavar="F",
        help=f"the same for bumps of the outlines, counted apart (default {Settings().false_bumps:g})",
    )
    parser.add_argument(
        "--settings",
        type=given_path,
        metavar="FILE",
        help="a JSON file of settings; `microcal settings` prints one to start from",
    )


def chosen_settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for; an option wins over the file.

    Raises
    ------
    SettingsError
        If the file cannot be read, or a value is out of range.
    """
    settings = Settings() if arguments.settings is None else read_settings(arguments.settings)
    with named_as_typed({"false_marks": "--false-marks", "false_bumps": "--false-bumps"}):
        if arguments.false_marks is not None:
            settings = replace(settings, false_marks=arguments.false_marks)
        if arguments.false_bumps is not None:
            settings = replace(settings, false_bumps=arguments.false_bumps)
    return settings


def read_settings(path: Path) -> Settings:
    """Return the settings in a JSON file; what it does not name keeps its default.

    Raises
    ------
    SettingsError
        If it is absent, too large or no JSON object, or a name or a value is wrong.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{path}: the settings cannot be read ({error.strerror})") from error
    if len(content) > _LARGEST_FILE_BYTES:
        raise SettingsError(f"{path}: too large to be a file of settings; `microcal settings` prints one")
    try:
        # utf-8-sig: editors on Windows like to begin a file with a byte order mark.
        values: Any = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not a JSON file of settings ({error})") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: must hold one JSON object; `microcal settings` prints one")
    try:
        return settings_from_dict(values)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
