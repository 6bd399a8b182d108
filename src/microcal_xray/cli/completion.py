"""`microcal completion SHELL`: a script by which the Tab key completes commands, options and files."""

import argparse
from collections.abc import Iterator

from .exit_status import DONE
from .reading import given_path, given_place

_SHELLS = ("bash", "zsh", "fish", "powershell")
_FOLDERS = frozenset({"DIR", "FOLDER", "OUT"})  # what folders are called in the usage
_DESCRIPTION = """\
Print a script by which the Tab key completes commands, options, their choices and files. It is made from this
version's own options; make it again after an update.
"""
_EPILOG = """\
examples:
  microcal completion bash > ~/.local/share/bash-completion/completions/microcal
  microcal completion zsh > ~/.zfunc/_microcal              # ~/.zfunc in fpath, before compinit
  microcal completion fish > ~/.config/fish/completions/microcal.fish
  microcal completion powershell >> $PROFILE

Exit status: 0 printed, 2 bad usage.
"""


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    every: argparse.ArgumentParser,
    *,
    whole: argparse.ArgumentParser,
) -> None:
    """Add the command to the others; `whole` is the parser that holds them all."""
    parser = commands.add_parser(
        "completion",
        parents=[every],
        help="print a script for the Tab key of a shell",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh, fish or powershell")
    parser.set_defaults(run=run, whole=whole)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    # Imported here: no other command needs it.
    import shtab

    for action in _actions(arguments.whole):
        if action.type in (given_path, given_place):
            files = shtab.DIRECTORY if action.metavar in _FOLDERS else shtab.FILE
            action.complete = files  # type: ignore[attr-defined]  # shtab looks for it there
    print(shtab.complete(arguments.whole, shell=arguments.shell))  # all of it is ours: nothing to escape
    return DONE


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield every option and argument, those of the sub-commands too."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
