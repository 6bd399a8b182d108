"""`microcal doctor`: what is installed, what can be decoded, and whether the main job runs."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..batch.health import Extra, Health, examine
from ..version import __version__
from .exit_status import DONE, FAILED
from .reading import given_path
from .terminal import say

_DESCRIPTION = """\
Say what is installed: versions, the ranking model, the decoders and what they decode; and try the main job:
memory, writing, and a drawn radiograph that is analysed as `microcal analyze` does. Nothing is left behind.
"""
_EPILOG = """\
examples:
  microcal doctor
  microcal doctor --out report --json > doctor.json

Exit status: 0 the main job runs (a decoder may be missing), 1 it does not, 2 bad usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "doctor",
        parents=[every],
        help="say what is installed and whether it works",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out",
        type=given_path,
        default=Path("."),
        metavar="OUT",
        help="where results are to be written (default: here)",
    )
    parser.add_argument("--json", action="store_true", help="print the same as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Examine the installation and say what was found."""
    health = examine(arguments.out)
    if arguments.json:
        say(json.dumps(_record(health)))
    else:
        for line in _lines(health):
            say(line)
    return DONE if health.is_able else FAILED


def _lines(health: Health) -> list[str]:
    capsule = health.capsule
    lines = ["Versions"]
    lines += [_named(name, version) for name, version in capsule["versions"].items()]
    lines += [_named("platform", " ".join(filter(None, capsule["platform"].values())))]
    lines += ["", "Models, by their SHA-256"]
    lines += [_named(name, digest) for name, digest in capsule["models"].items()]
    lines += ["", "Decoders"]
    lines += [_named(name, version) for name, version in health.decoders.items()]
    lines += ["", "Compressed transfer syntaxes, with what decodes them"]
    lines += [f"  {', '.join(each.found) or 'nothing':<18} {each.name}" for each in health.syntaxes]
    lines += ["", "Extras, by pip install microcal-xray[NAME], with what they add"]
    lines += [_extra_line(each) for each in health.extras]
    lines += ["", "Checks"]
    lines += [f"  {check.state:<18} {check.name}: {check.words}" for check in health.checks]
    lines += ["", "The main job runs." if health.is_able else "The main job does not run."]
    return lines


def _named(name: str, version: str | None) -> str:
    return f"  {name:<18} {version or 'not installed'}"


def _extra_line(extra: Extra) -> str:
    version = f"{extra.package} {extra.version}" if extra.version else "not installed"
    old = f", which does not do: {extra.asked} is asked" if extra.version and not extra.is_there else ""
    return f"  {extra.name:<18} {extra.adds}; {version}{old}"


def _record(health: Health) -> dict[str, Any]:
    return {
        "schema": "microcal-doctor/1",
        "version": __version__,
        "able": health.is_able,
        "capsule": dict(health.capsule),
        "decoders": dict(health.decoders),
        "transfer_syntaxes": [
            {"name": each.name, "found": list(each.found), "lacking": list(each.lacking)}
            for each in health.syntaxes
        ],
        "extras": [
            {
                "name": each.name,
                "package": each.package,
                "version": each.version,
                "asked": each.asked,
                "adds": each.adds,
            }
            for each in health.extras
        ],
        "checks": [
            {"name": check.name, "state": check.state.value, "words": check.words} for check in health.checks
        ],
    }
