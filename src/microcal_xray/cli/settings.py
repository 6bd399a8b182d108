"""`microcal settings`: print what would be asked."""

import argparse
import inspect
import json

from ..settings import Settings
from .exit_status import DONE
from .settings_file import add_settings_options, chosen_settings
from .terminal import say


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "settings",
        parents=[every],
        help="print the settings as JSON",
        description="Print the settings that `analyze` would use with the same options, as JSON. Saved to a "
        "file, `--settings FILE` reads them back; a file may name only some of them.",
        epilog="Example: microcal settings --false-marks 0.5 > settings.json",
    )
    add_settings_options(parser)
    parser.add_argument("--explain", action="store_true", help="say what each setting means instead")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the settings, or what they mean."""
    settings = chosen_settings(arguments)
    lines = _meanings() if arguments.explain else json.dumps(settings.as_dict(), indent=2)
    for line in lines.splitlines():
        say(line)
    return DONE


def _meanings() -> str:
    """Return the section on parameters of the docstring, the one place where settings are described."""
    described = inspect.getdoc(Settings) or ""
    return described.partition("Parameters\n----------\n")[2].partition("\n\nRaises")[0]
