"""Draw the house from its imports, for docs/architecture.md.

python tools/draw_architecture.py [--check]

Floors are rows, rooms are boxes with the first line of their docstrings, and a line goes from a room to what
it imports. What another one brings along anyway is left out (the transitive reduction of the imports), or
nothing could be seen. `--check` draws nothing and ends with 1 if the stored picture is another one.
"""

import argparse
import ast
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "microcal_xray"
PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

_WIDTH, _LEFT, _BOX, _HIGH, _GAP, _BETWEEN = 1500, 150, 158, 82, 10, 64
_LETTERS_A_LINE, _LINES = 25, 4
_NAMES = {
    6: "the command",
    5: "many files,\nother systems",
    4: "composing,\nshowing, scoring",
    3: "the stages",
    2: "what is asked\nand found",
    1: "the nouns",
}
_COLOURS = {6: "#6b4a86", 5: "#8a4b5f", 4: "#a8652f", 3: "#3f7d5a", 2: "#2f6f8f", 1: "#56606b"}
# Which rooms share a floor is written in pyproject.toml as layers; a floor begins with these.
_FIRST_OF = {"cli": 6, "reviewing": 5, "reporting": 4, "simulation": 3, "changes": 2, "radiograph": 1}
_ROWS_OF = {4: ("detectable",), 3: ("detection",)}  # a new row begins with these
# The way of one radiograph, in the order of `pipeline.find_lines`.
_WAY = (
    "loading",
    "preprocessing",
    "bone",
    "detection",
    "quality",
    "limit",
    "contour",
    "measurement",
    "series",
    "grouping",
    "reporting",
)
_HIDDEN = frozenset({"__main__", "__init__", "version"})


@dataclass(frozen=True)
class Box:
    """A room's place in the picture: its upper left corner and its floor."""

    left: float
    top: float
    floor: int

    @property
    def middle(self) -> float:
        """Across."""
        return self.left + _BOX / 2


def imports() -> dict[str, set[str]]:
    """Return what each room imports from which other rooms."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        room = parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == len(parts):
                modules = [node.module] if node.module else [alias.name for alias in node.names]
                found.setdefault(room, set()).update(module.split(".")[0] for module in modules)
    rooms = {room for room in found.keys() | set().union(*found.values()) if room not in _HIDDEN}
    return {
        room: {other for other in found.get(room, ()) if other in rooms - {room}} for room in sorted(rooms)
    }


def reduced(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the imports without those that follow from others.

    Raises
    ------
    ValueError
        If rooms import each other in a circle.
    """
    below: dict[str, set[str]] = {}

    def reached(room: str, above: tuple[str, ...] = ()) -> set[str]:
        if room in above:
            raise ValueError(f"a circle of imports: {' -> '.join((*above, room))}")
        if room not in below:
            found = set(edges[room])
            for other in edges[room]:
                found |= reached(other, (*above, room))
            below[room] = found
        return below[room]

    for room in edges:
        reached(room)
    return {
        room: {one for one in others if not any(one in below[other] for other in others)}
        for room, others in edges.items()
    }


def rows(rooms: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return the floor and the rooms of each row, the uppermost first, from the layers in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"^layers = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    if layers is None:
        raise ValueError("pyproject.toml has no layers")
    found: list[tuple[int, list[str]]] = []
    floor = 0
    for layer in re.findall(r'"([^"]+)"', layers[1]):
        here = [room for room in re.split(r"\s*\|\s*", layer.strip("()")) if room in rooms]
        if not here:
            continue
        floor = next((_FIRST_OF[room] for room in here if room in _FIRST_OF), floor)
        if not found or found[-1][0] != floor or here[0] in _ROWS_OF.get(floor, ()):
            found.append((floor, []))
        found[-1][1].extend(here)
    return found


def places(found: list[tuple[int, list[str]]], edges: Mapping[str, set[str]]) -> dict[str, Box]:
    """Return where each room stands; rooms stand near what they are joined with."""
    both = {room: set(others) for room, others in edges.items()}
    for room, others in edges.items():
        for other in others:
            both[other].add(room)
    across = {room: float(place) for _, row in found for place, room in enumerate(row)}
    for _ in range(12):
        for _, row in found:
            wanted = {
                room: _mean([across[other] for other in sorted(both[room])], across[room]) for room in row
            }
            for place, room in enumerate(sorted(row, key=lambda each: (wanted[each], each))):
                across[room] = (place + 0.5) / len(row) * 8
    boxes, top = {}, 20.0
    for (floor, row), following in pairwise([*found, (0, [])]):
        step = (_WIDTH - _LEFT - _GAP) / max(len(row), 4)
        start = _LEFT + (_WIDTH - _LEFT - _GAP - step * len(row)) / 2
        for place, room in enumerate(sorted(row, key=lambda each: across[each])):
            boxes[room] = Box(start + step * (place + 0.5) - _BOX / 2, top, floor)
        top += _HIGH + (_BETWEEN if following[0] != floor else _BETWEEN * 0.75)
    return boxes


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def docstring(room: str) -> str:
    """Return the first sentence of a room's docstring, as much as fits into its box."""
    path = PACKAGE / room / "__init__.py" if (PACKAGE / room).is_dir() else PACKAGE / f"{room}.py"
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    return said.replace("`", "").replace("\n", " ").rstrip(".")


def drawing() -> str:
    """Return the picture as SVG."""
    every = imports()
    edges = reduced(every)
    found = rows(sorted(every))
    boxes = places(found, edges)
    high = max(box.top for box in boxes.values()) + _HIGH + 58
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {high:.0f}" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif" role="img" '
        'aria-label="The rooms of microcal_xray on six floors, and what each imports">',
        f'<rect width="{_WIDTH}" height="{high:.0f}" fill="#fbfaf7"/>',
        *_bands(boxes),
        *(_edge(boxes[room], boxes[other]) for room in sorted(edges) for other in sorted(edges[room])),
        *(_room(room, boxes[room]) for room in sorted(boxes)),
        *_legend(high, sum(map(len, every.values())), sum(map(len, edges.values()))),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bands(boxes: Mapping[str, Box]) -> list[str]:
    parts = []
    for floor, colour in _COLOURS.items():
        tops = [box.top for box in boxes.values() if box.floor == floor]
        top, high = min(tops) - 14, max(tops) - min(tops) + _HIGH + 28
        parts.append(
            f'<rect x="8" y="{top:.1f}" width="{_WIDTH - 16}" height="{high:.1f}" rx="14" fill="{colour}" '
            'fill-opacity="0.075"/>'
        )
        middle = top + high / 2 - 4
        parts.append(
            f'<text x="24" y="{middle - 6:.1f}" font-size="20" font-weight="700" fill="{colour}">'
            f"floor {floor}</text>"
        )
        for number, line in enumerate(_NAMES[floor].split("\n")):
            y = middle + 13 + 15 * number
            parts.append(f'<text x="24" y="{y:.1f}" font-size="12.5" fill="{colour}">{line}</text>')
    return parts


def _edge(upper: Box, lower: Box) -> str:
    colour = _COLOURS[upper.floor]
    if upper.top == lower.top:  # in one row: an arc below it
        start, end, low = upper.middle, lower.middle, upper.top + _HIGH
        deep = low + 14 + 0.035 * abs(end - start)
        course = f"M{start:.1f} {low:.1f} C{start:.1f} {deep:.1f} {end:.1f} {deep:.1f} {end:.1f} {low:.1f}"
    else:
        # Ends are spread over the width of the box, so that lines can be told apart where they meet.
        lean = max(-0.4, min(0.4, (lower.middle - upper.middle) / 1500)) * _BOX
        start, end = upper.middle + lean, lower.middle - lean
        top, low = upper.top + _HIGH, lower.top
        bend = min(70.0, 0.5 * (low - top))
        course = f"M{start:.1f} {top:.1f} C{start:.1f} {top + bend:.1f} {end:.1f} {low - bend:.1f} "
        course += f"{end:.1f} {low:.1f}"
    return f'<path d="{course}" fill="none" stroke="{colour}" stroke-width="1.3" stroke-opacity="0.5"/>'


def _room(room: str, box: Box) -> str:
    colour = _COLOURS[box.floor]
    is_folder = (PACKAGE / room).is_dir()
    parts = [
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{_BOX}" height="{_HIGH}" rx="8" fill="#ffffff" '
        f'stroke="{colour}" stroke-width="{1.8 if is_folder else 1.0}"/>',
        f'<text x="{box.left + 10:.1f}" y="{box.top + 20:.1f}" font-size="14.5" font-weight="650" '
        f'fill="{colour}">{escape(room)}{"/" if is_folder else ""}</text>',
    ]
    lines = textwrap.wrap(docstring(room), _LETTERS_A_LINE, max_lines=_LINES, placeholder=" …")
    parts += [
        f'<text x="{box.left + 10:.1f}" y="{box.top + 35 + 13 * number:.1f}" font-size="10.5" '
        f'fill="#3c3c3c">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    if room in _WAY:
        x, y = box.left + _BOX - 4, box.top + 2
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="#c8452b"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{y + 4.2:.1f}" font-size="12" font-weight="700" fill="#fff" '
            f'text-anchor="middle">{_WAY.index(room) + 1}</text>'
        )
    return "\n".join(parts)


def _legend(high: float, every: int, drawn: int) -> list[str]:
    y = high - 20
    words = (
        "the way of one radiograph, in the order of pipeline.find_lines. \u2003 A line goes from a room to "
        f"what it imports ({drawn} of {every} pairs; what follows from others is left out). \u2003 "
        "Thick frame: a folder."
    )
    return [
        f'<circle cx="30" cy="{y - 4:.1f}" r="9" fill="#c8452b"/>',
        f'<text x="30" y="{y - 0.4:.1f}" font-size="10" fill="#fff" text-anchor="middle">1</text>',
        f'<text x="46" y="{y:.1f}" font-size="12.5" fill="#3c3c3c">{words}</text>',
    ]


def main() -> int:
    """Draw the picture, or say whether the stored one is this one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        return int(PICTURE.read_text(encoding="utf-8") != drawing())
    PICTURE.write_text(drawing(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
