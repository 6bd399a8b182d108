"""`microcal limit`: the smallest lines that would have been marked in one radiograph."""

import argparse
import json
import sys
from pathlib import Path

from ..errors import SettingsError
from ..image_limits import Detectability
from ..probing import DEFAULT_PROBES, detectability
from ..radiograph import Radiograph
from ..reporting.limit_map import limit_map_png
from ..reporting.limit_record import limit_dict
from ..reporting.limit_words import LITERATURE, limit_notes, limit_sentences, limit_table
from ..whole_files import write_whole
from .exit_status import DONE
from .progress import counted
from .reading import add_reading_options, asked_radiograph, given_path
from .settings_file import add_settings_options, chosen_settings
from .terminal import complain, say


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", every: argparse.ArgumentParser
) -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "limit",
        parents=[every],
        help="say what a radiograph could have shown",
        description="Say from which width on lines would have been marked in 80 % of cases in this "
        "radiograph, by place, course and length. Lines are put into it and looked for, so it takes as long "
        "as a few dozen searches.",
        epilog="Example: microcal limit tibia.dcm --false-marks 0.5 --map limit.png",
    )
    parser.add_argument("file", type=given_path, metavar="FILE", help="one DICOM, PNG, JPEG or TIFF file")
    parser.add_argument(
        "--probes",
        type=int,
        default=DEFAULT_PROBES,
        metavar="N",
        help="lines that are put into the radiograph; 0: none, the limit is expected from its noise, texture "
        "and sharpness alone (default %(default)d)",
    )
    parser.add_argument("--map", type=given_path, metavar="PNG", help="write the map as a picture")
    parser.add_argument("--json", action="store_true", help="print the same as JSON")
    add_settings_options(parser)
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the limit of one radiograph.

    Raises
    ------
    MicrocalError
        If the file cannot be read, a setting is wrong or the map cannot be written.
    """
    if arguments.map is not None and not arguments.map.parent.is_dir():
        # Said before the search, not a minute later.
        raise SettingsError(f"{arguments.map}: the folder of the map is not there; make it or choose another")
    radiograph = asked_radiograph(arguments)
    settings = chosen_settings(arguments)
    with counted(sys.stderr, unit="lines") as show:
        limit = detectability(radiograph, settings, probes=arguments.probes, report=show)
    if arguments.json:
        say(json.dumps({"schema": "microcal-limit-report/1", **(limit_dict(limit) or {})}))
    else:
        _describe(limit)
    if arguments.map is not None:
        _write_map(radiograph, limit, arguments.map)
    return DONE


def _describe(limit: Detectability) -> None:
    sentences = limit_sentences(limit)
    if not sentences:
        say("No bone was found to search: this image excludes nothing.")
        return
    table = limit_table(limit)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        say("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
    for sentence in [*sentences, *limit_notes(limit), LITERATURE]:
        say(sentence)


def _write_map(radiograph: Radiograph, limit: Detectability, path: Path) -> None:
    picture = limit_map_png(radiograph, limit)
    if picture is None:
        complain(f"{path}: not written, no bone was found to search")
        return
    write_whole(path, picture)
