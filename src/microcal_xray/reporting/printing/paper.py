"""Sheets of A4 and the words on them: sizes, fonts, and lines that are broken where the column ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from ..foreign_text import printable_text
from ..overlay_marks import POINTS_PER_INCH, overlay_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

WIDTH, HEIGHT = 595.0, 842.0  # A4 in points
MARGIN = 42.0
INK, QUIET_INK, RULE = "#111111", "#555555", "#bbbbbb"

_LEADING = 1.35  # of the size, from line to line
_MISSING = "\u25a1"
_MEASURED_SIZE = 72.0
_Weight = Literal["normal", "bold"]


@dataclass(frozen=True)
class Line:
    """One line of words.

    Parameters
    ----------
    text : str
    size : float
        In points.
    weight : {"normal", "bold"}
    colour : str
    """

    text: str
    size: float = 7.5
    weight: _Weight = "normal"
    colour: str = INK

    @property
    def height(self) -> float:
        """Points from this line to the next."""
        return self.size * _LEADING


@dataclass(frozen=True)
class Column:
    """A part of a sheet that is filled from its top.

    Parameters
    ----------
    left, top, width, bottom : float
        In points from the lower left corner of the sheet.
    """

    left: float
    top: float
    width: float
    bottom: float


@dataclass(frozen=True)
class Block:
    """Lines that stay together.

    Parameters
    ----------
    lines : tuple of Line
    after : float
        Points of air below.
    """

    lines: tuple[Line, ...]
    after: float = 6.0

    @property
    def height(self) -> float:
        """Points from its top to its foot, without the air."""
        return sum(line.height for line in self.lines)


def sheet() -> Figure:
    """Return an empty sheet."""
    # matplotlib takes 0.4 to 0.7 s to import, and most users of the package never draw.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / POINTS_PER_INCH, HEIGHT / POINTS_PER_INCH), dpi=POINTS_PER_INCH)
    figure.set_layout_engine("none")
    return figure


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place of the sheet, in points."""
    return figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT))


def write(
    figure: Figure, line: Line, left: float, top: float, *, align: Literal["left", "right"] = "left"
) -> None:
    """Write a line with its top at a place of the sheet, in points."""
    figure.text(
        left / WIDTH,
        (top - line.size) / HEIGHT,
        line.text,
        ha=align,
        va="baseline",
        fontproperties=overlay_font(line.size, weight=line.weight),
        color=line.colour,
        parse_math=False,  # a file name may hold dollar signs
    )


def rule(figure: Figure, top: float) -> None:
    """Draw a thin line across the sheet."""
    from matplotlib.lines import Line2D  # imported where it is used: see `sheet`

    ends = [MARGIN / WIDTH, 1 - MARGIN / WIDTH]
    figure.add_artist(Line2D(ends, [top / HEIGHT] * 2, color=RULE, linewidth=0.5))


def fill(figure: Figure, column: Column, block: Block) -> Column | None:
    """Write a block at the top of a column; return what is left of it, or None where it does not fit."""
    if column.top - block.height < column.bottom:
        return None
    top = column.top
    for line in block.lines:
        write(figure, line, column.left, top)
        top -= line.height
    return Column(column.left, top - block.after, column.width, column.bottom)


def broken(
    text: str,
    width: float,
    *,
    size: float = 7.5,
    weight: _Weight = "normal",
    colour: str = INK,
) -> tuple[Line, ...]:
    """Return text as lines that are no wider than so many points; a longer word is cut.

    Examples
    --------
    >>> [line.text for line in broken("of the outline of a bone", 60.0, size=8.0)]
    ['of the outline', 'of a bone']
    """
    lines, line = [], ""
    for word in drawable(text).split(" "):
        while word and words_wide(word, size, weight) > width:
            cut = len(word)
            while cut > 1 and words_wide(word[:cut], size, weight) > width:
                cut -= 1
            if line:
                lines.append(line)
                line = ""
            lines.append(word[:cut])
            word = word[cut:]
        longer = f"{line} {word}" if line else word
        if line and words_wide(longer, size, weight) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    if line:
        lines.append(line)
    return tuple(Line(each, size, weight, colour) for each in lines)


def shortened(text: str, width: float, *, size: float = 7.5, weight: _Weight = "normal") -> str:
    """Return text that is no wider than so many points: its middle gives way."""
    shown = drawable(text)
    if words_wide(shown, size, weight) <= width:
        return shown
    keep = len(shown)
    while keep > 2 and words_wide(_without_middle(shown, keep), size, weight) > width:
        keep -= 1
    return _without_middle(shown, keep)


def _without_middle(text: str, keep: int) -> str:
    head = keep * 2 // 3
    return f"{text[:head]}\u2026{text[len(text) - (keep - head) :]}"


def words_wide(text: str, size: float, weight: _Weight = "normal") -> float:
    """Return how many points wide words are."""
    font = _font(weight)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64 * size / _MEASURED_SIZE


@cache
def _font(weight: _Weight) -> FT2Font:
    # Imported where they are used: see `sheet`. A font of our own: drawing changes the size of shared ones.
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(findfont(overlay_font(_MEASURED_SIZE, weight=weight)))
    font.set_size(_MEASURED_SIZE, POINTS_PER_INCH)
    return font


def drawable(text: str) -> str:
    """Return the text with a box for each letter that the font does not have."""
    known = _font("normal").get_charmap()
    return "".join(letter if ord(letter) in known else _MISSING for letter in printable_text(text))
