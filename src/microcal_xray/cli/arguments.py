"""How arguments are taken apart: an error is one line that names the argument, its value and the remedy."""

import argparse
import difflib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from ..errors import SettingsError
from .exit_status import USAGE
from .terminal import say

Word = TypeVar("Word", bound=StrEnum)


class CommandParser(argparse.ArgumentParser):
    """A parser that complains in one line; argparse itself writes all of the usage before it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Else a complaint would speak of an "invalid int value".
        self.register("type", int, whole_number)
        self.register("type", float, number)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the options are listed, and end."""
        say(f"{self.prog}: {message}; see `{self.prog} --help`", sys.stderr)
        raise SystemExit(USAGE)

    def parse_known_args(  # type: ignore[override]  # argparse has it overloaded
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Return what was given; what is unknown is refused here, where the sub-command can be named."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [name for action in self._actions for name in action.option_strings]
            self.error(f"{unknown[0]!r} is unknown{_near(unknown[0], options)}")
        return known, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, _none_of(str(value), [str(each) for each in action.choices]))


def whole_number(text: str) -> int:
    """Return the whole number that an argument holds.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.

    Examples
    --------
    >>> whole_number("12")
    12
    """
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def number(text: str) -> float:
    """Return the number that an argument holds.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.

    Examples
    --------
    >>> number("0.5")
    0.5
    """
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def one_of(words: type[Word]) -> Callable[[str], Word]:
    """Return a function that takes the text of an argument for one of some words.

    Examples
    --------
    >>> from microcal_xray.findings import Kind
    >>> one_of(Kind)("lucent")
    <Kind.LUCENT: 'lucent'>
    """

    def chosen(text: str) -> Word:
        try:
            return words(text)
        except ValueError:
            raise argparse.ArgumentTypeError(_none_of(text, [word.value for word in words])) from None

    return chosen


@contextmanager
def named_as_typed(options: Mapping[str, str]) -> Iterator[None]:
    """Let a complaint about a setting begin with the option that was typed.

    Parameters
    ----------
    options : mapping of str to str
        The name of a setting, with which the complaint begins, to that of the option.

    Examples
    --------
    >>> with named_as_typed({"full_depth_megabytes": "--page-mb"}):
    ...     raise SettingsError("full_depth_megabytes is -1.0; it must be from 0 to 2000")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: --page-mb is -1.0; it must be from 0 to 2000
    """
    try:
        yield
    except SettingsError as error:
        name, space, rest = str(error).partition(" ")
        raise SettingsError(f"{options.get(name, name)}{space}{rest}") from error


def _none_of(text: str, known: Sequence[str]) -> str:
    return f"{text!r} is none of {', '.join(known)}{_near(text, known)}"


def _near(text: str, known: Iterable[str]) -> str:
    """Return a question for the end of a complaint, where something known is spelled much the same."""
    found = difflib.get_close_matches(text.partition("=")[0], list(known), n=1, cutoff=0.7)
    return f" (did you mean {found[0]}?)" if found else ""
