"""A page for each sub-command, written from its own parser: nothing about an option stands anywhere else."""

import argparse
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from .whole import write_if_new

front = importlib.import_module("microcal_xray.cli.main")  # the package has a function of that name

_INDENTED = re.compile(r"^  (?=\S)")


def sub_commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each sub-command, in the order in which `microcal --help` lists them."""
    parser = front._parser()
    return dict(_choices(parser).choices)


def summaries() -> dict[str, str]:
    """Return the one line that `microcal --help` says of each."""
    listed = _choices(front._parser())._choices_actions
    return {action.dest: action.help or "" for action in listed}


def write_command_pages(folder: Path) -> None:
    """Write index.md and a page for each sub-command into a folder."""
    said = summaries()
    parsers = sub_commands()
    rows = [f"| [`microcal {name}`]({name}.md) | {_plain(said[name])} |" for name in parsers]
    index = [
        "# Commands",
        "",
        "Each page is written from the command's own parser, as `microcal COMMAND --help` is.",
        "",
        "| command | what it is for |",
        "| --- | --- |",
        *rows,
        "",
        "Exit status: 0 all done, 1 some inputs failed, 2 bad usage, 130 interrupted.",
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *parsers,
        "```",
        "",
    ]
    write_if_new(folder / "index.md", "\n".join(index))
    for name, parser in parsers.items():
        write_if_new(folder / f"{name}.md", command_page(parser))


def command_page(parser: argparse.ArgumentParser) -> str:
    """Return the page of one sub-command as Markdown."""
    parts = [f"# {parser.prog}", "", *_prose(parser.description), "", "## Usage", "", "```text"]
    parts += [_usage(parser), "```", ""]
    for group in parser._action_groups:
        shown = [action for action in group._group_actions if _is_listed(action)]
        if shown:
            title = {"positional arguments": "Arguments"}.get(group.title or "", group.title or "Options")
            parts += [f"## {title[:1].upper()}{title[1:]}", ""]
            parts += [*_prose(group.description), ""] if group.description else []
            for action in shown:
                parts += [*_entry(action, parser), ""]
    parts += _prose(parser.epilog)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                # Its headings stand one lower than those of a page.
                parts += ["", re.sub(r"(?m)^#(?=#* [^#\n])", "##", command_page(below))]
    return "\n".join(parts).rstrip() + "\n"


def _is_listed(action: argparse.Action) -> bool:
    return action.help != argparse.SUPPRESS and not isinstance(action, argparse._SubParsersAction)


def _choices(parser: argparse.ArgumentParser) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action
    raise ValueError("the parser has no sub-commands")


def _usage(parser: argparse.ArgumentParser) -> str:
    formatter = argparse.RawDescriptionHelpFormatter(parser.prog, width=88)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, prefix="")
    return formatter.format_help().strip()


def _entry(action: argparse.Action, parser: argparse.ArgumentParser) -> Iterator[str]:
    value = "" if action.nargs == 0 else _value(action)
    names = action.option_strings or [value]
    follows = f" {value}" if action.option_strings and value else ""
    needed = ", needed" if action.required and action.option_strings else ""
    yield ", ".join(f"`{name}{follows}`" for name in names) + needed
    yield f": {_plain(_expanded(action, parser))}"


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.metavar is not None:
        return action.metavar
    if action.choices is not None:
        return "{" + ",".join(str(choice) for choice in action.choices) + "}"
    return action.dest.upper()


def _expanded(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    return argparse.HelpFormatter(parser.prog)._expand_help(action) if action.help else ""


def _plain(text: str) -> str:
    """Return a sentence for Markdown: asterisks, angles and bars are letters, what is in backquotes stays."""
    pieces = re.split(r"(`[^`]*`)", " ".join(text.split()))
    escaped = [
        piece if piece.startswith("`") else re.sub(r"([*_<>|\[\]$])", r"\\\1", piece) for piece in pieces
    ]
    return "".join(
        re.sub(r"(?<![\w`-])(--[a-z][a-z-]*)", r"`\1`", p) if not p.startswith("`") else p for p in escaped
    )


def _prose(text: str | None) -> Iterator[str]:
    """Yield a description or an epilog; indented lines are commands."""
    block: list[str] = []
    for line in [*(text or "").strip().splitlines(), ""]:
        if _INDENTED.match(line):
            block.append(line.strip())
            continue
        if block:
            yield from ("", "```sh", *block, "```", "")
            block = []
        if line.strip() == "examples:":
            yield from ("## Examples", "")
        else:
            yield _plain(line)
