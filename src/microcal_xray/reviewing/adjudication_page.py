"""The page on which disagreements are settled: each with its place and the readings, without names."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import numpy as np
from PIL import Image

from ..evaluation.truth import Paths
from ..reader_verdicts import ReaderVerdict, Reason
from ..reporting.callouts import rails
from ..reporting.overlay import picture_box_px
from ..reporting.overlay_files import OVERLAYS_FOLDER
from ..reporting.words import ENGLISH, KIND_COLOURS, Words
from .consensus import Basis, ConsensusImage
from .desk import json_in_page
from .places import Place
from .reading import LineState
from .requests import TOKEN_HEADER
from .simple_page import simple_page
from .study import StudyImage

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARGIN = 1.2  # of the length of the line, around it
_SMALLEST_VIEW_PX = 160.0
_RAIL_SHARE = 0.03  # of half the view, from a line to each of its rails
# The keys of the desk's own words: on a button, and for what was decided.
_BUTTONS = {
    ReaderVerdict.ACCEPT: "judge.accept",
    ReaderVerdict.UNSURE: "judge.unsure",
    ReaderVerdict.REJECT: "judge.reject",
}
_DECIDED = {
    ReaderVerdict.ACCEPT: "judge.accepted",
    ReaderVerdict.UNSURE: "judge.unsure_done",
    ReaderVerdict.REJECT: "judge.rejected",
}
_OF_THE_SCRIPT = ("saving", "saved", "not_saved", "no_answer")


@dataclass(frozen=True)
class _Picture:
    """The overlay of an image, and how its pixels lie in that."""

    address: str
    size: tuple[int, int]
    box: tuple[float, float, float, float]
    shape: tuple[int, int]

    def points(self, path_px: Paths) -> Paths:
        """Return (x, y) in the overlay of (row, column) in the image."""
        left, top, width, height = self.box
        rows, columns = self.shape
        x = left + (path_px[:, 1] + 0.5) * width / columns
        y = top + (path_px[:, 0] + 0.5) * height / rows
        return np.stack([x, y], axis=1)


def adjudication_page(
    images: Sequence[ConsensusImage],
    names: Mapping[str, str],
    *,
    out: Path,
    token: str,
    words: Words = ENGLISH,
) -> tuple[bytes, str]:
    """Return the page and its content policy.

    Parameters
    ----------
    images : sequence of ConsensusImage
        Places that were adjudicated before are shown as well, after those that wait.
    names : mapping of str to str
        Of the overlay of each image.
    out : Path
        The output folder.
    token : str
        With which the page sends its events.
    words : Words
    """
    cards, waiting = [], 0
    for each in images:
        basis = {line.line: line for line in each.lines}
        picture = _picture(each.image, names.get(each.image.file, ""), out)
        for place in each.places:
            line = basis[place.line]
            if line.basis not in (Basis.OPEN, Basis.ADJUDICATED):
                continue
            waiting += line.basis is Basis.OPEN
            decided = line.verdict if line.basis is Basis.ADJUDICATED else None
            cards.append((decided is not None, _card(each.image, place, picture, decided, words)))
    cards.sort(key=lambda card: card[0])
    block = json_in_page(
        {
            "api": "events",
            "token": token,
            "header": TOKEN_HEADER,
            "words": {name: words.text(f"settle.{name}") for name in _OF_THE_SCRIPT},
        }
    )
    body = (
        f"<h1>{escape(words.counted('settle.waiting', waiting))}</h1>"
        f"<p>{escape(words.text('settle.letters'))}</p>"
        f'<p id="state" role="status"></p>{"".join(card for _, card in cards)}'
        f'<script type="application/json" id="desk-server">{block}</script>'
    )
    return simple_page(
        words.text("settle.title"),
        body,
        style=_template("adjudicate.css"),
        script=_template("adjudicate.js"),
        language=words.language.value,
    )


def _card(
    image: StudyImage,
    place: Place,
    picture: _Picture | None,
    decided: ReaderVerdict | None,
    words: Words,
) -> str:
    own = place.line not in image.candidates
    title = words.filled(
        "settle.drawn" if own else "settle.candidate", {"file": image.file, "number": place.line}
    )
    event = json_in_page(
        {
            "image": image.file,
            "pixel_sha256": image.result.pixel_sha256,
            "line": place.line,
            "own": own,
            "kind": place.kind.value,
            "path_px": place.path_px.tolist(),
        }
    )
    reasons = "".join(
        f'<option value="{reason.value}">{escape(words.text(f"reason.{reason.value}"))}</option>'
        for reason in Reason
    )
    buttons = "".join(
        f'<button type="button" data-action="{verdict.value}" '
        f'aria-pressed="{str(verdict is decided).lower()}">{escape(words.text(key))}</button>'
        for verdict, key in _BUTTONS.items()
    )
    kind, reason, no_reason, comment = (
        escape(words.text(key))
        for key in (f"kind.{place.kind.value}", "judge.reason", "judge.no_reason", "judge.comment")
    )
    return (
        f'<section class="card{" settled" if decided else ""}" data-event="{escape(event)}">'
        f"<h2>{escape(title)}</h2><p>{kind}</p>"
        f"{_drawing(place, picture, words)}<table>{_readings(image, place, words)}</table>"
        f'<p class="judge">{buttons} <label>{reason} <select><option value="">{no_reason}</option>'
        f"{reasons}</select></label> "
        f'<label>{comment} <input maxlength="2000"></label></p></section>'
    )


def _readings(image: StudyImage, place: Place, words: Words) -> str:
    rows = []
    for letter, reader in zip(_LETTERS, _mixed(image.file, place), strict=False):
        said = place.states[reader]
        verdict = words.text(_DECIDED[place.verdicts[reader]])
        parts = [verdict if said else words.filled("settle.unmarked", {"verdict": verdict})]
        parts += [words.text(f"reason.{line.reason.value}") for line in said if line.reason]
        parts += [words.filled("settle.quoted", {"comment": line.comment}) for line in said if line.comment]
        told = escape(words.text("list.joined").join(parts))
        rows.append(f"<tr><th>{letter}</th><td>{told}</td></tr>")
    return "".join(rows)


def _mixed(file: str, place: Place) -> list[str]:
    return sorted(place.verdicts, key=lambda reader: hashlib.sha256(f"{file}\0{reader}".encode()).hexdigest())


def _drawing(place: Place, picture: _Picture | None, words: Words) -> str:
    if picture is None:
        return f"<p>{escape(words.text('settle.no_overlay'))}</p>"
    points = picture.points(place.path_px)
    low, high = points.min(axis=0), points.max(axis=0)
    reach = max(_MARGIN * float(np.hypot(*(high - low))), _SMALLEST_VIEW_PX)
    left, top = (low + high) / 2 - reach
    drawn: list[LineState] = [
        line for states in place.states.values() for line in states if line.is_own or line.is_moved
    ]
    # Beside the line and not over it, as the marks of candidates.
    lines = "".join(
        f'<polyline points="{_numbers(rail)}" stroke="{KIND_COLOURS[line.kind]}"/>'
        for line in drawn
        for rail in rails(picture.points(line.path_px), reach * _RAIL_SHARE)
    )
    width, height = picture.size
    label = escape(words.text("settle.place"))
    return (
        f'<svg viewBox="{left:.1f} {top:.1f} {2 * reach:.1f} {2 * reach:.1f}" role="img" '
        f'aria-label="{label}"><image href="{escape(picture.address)}" width="{width}" height="{height}"/>'
        f"{lines}</svg>"
    )


def _numbers(points: Paths) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _picture(image: StudyImage, name: str, out: Path) -> _Picture | None:
    try:
        with Image.open(out / OVERLAYS_FOLDER / name) as file:
            size = file.size
    except OSError:
        return None
    box = picture_box_px(size[0], image.shape, image.result.spacing)
    return _Picture(f"../{OVERLAYS_FOLDER}/{quote(name)}", size, box, image.shape)


def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")
