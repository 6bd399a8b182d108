"""The sheet of one radiograph: the picture with its candidates, a short card for each, what could be seen."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ...bump import Bump
from ...findings import Candidate
from ..bump_names import bump_name
from ..limit_words import limit_sentences
from ..overlay_bumps import draw_bumps, draw_clusters
from ..overlay_marks import draw_candidates, draw_scale_bar
from ..page_bumps import bump_card, cluster_facts, outline_facts
from ..page_evidence import evidence_card
from ..page_measured import measured_card
from ..results import ImageResult
from ..words import Words, caution_names, spacing_words
from .paper import (
    HEIGHT,
    MARGIN,
    QUIET_INK,
    WIDTH,
    Block,
    Column,
    Line,
    axes_at,
    broken,
    fill,
    rule,
    sheet,
    shortened,
    write,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDE = WIDTH - 2 * MARGIN
_GAP = 14.0
_UPRIGHT = 0.8  # height over width from which the cards stand beside the picture
_PICTURE_WIDE, _PICTURE_HIGH = 272.0, 600.0
_LYING_HIGH = 330.0
_SHOWN = ("length", "equivalent_width", "width", "d_prime", "angle_to_bone", "crossed")
_QUIET = 6.5
_NOTHING = "\u2013"  # what was not measured has no line on paper


def image_sheets(result: ImageResult, words: Words) -> Iterator[Figure]:
    """Return the sheets of one radiograph: the first with the picture, more where the cards need them."""
    figure = sheet()
    notes = _notes(result, words)
    foot = MARGIN + 4 + notes.height
    top = _head(figure, result, words, HEIGHT - MARGIN)
    columns = _picture(figure, result, words, top, foot + 8)
    fill(figure, Column(MARGIN, foot, _WIDE, MARGIN), notes)
    for block in _cards(result, words):
        while columns:
            left = fill(figure, columns[0], block)
            if left is not None:
                columns[0] = left
                break
            columns.pop(0)
        if not columns:
            yield figure
            figure = sheet()
            top = _head(figure, result, words, HEIGHT - MARGIN)
            columns = _halves(top, MARGIN + 4)
            left = fill(figure, columns[0], block)
            columns[0] = columns[0] if left is None else left
    yield figure


def _head(figure: Figure, result: ImageResult, words: Words, top: float) -> float:
    name = Line(shortened(result.file, _WIDE - 110, size=12, weight="bold"), 12, "bold")
    write(figure, name, MARGIN, top)
    count = words.counted("count.candidate", len(result.candidates))
    write(figure, Line(count, 9), WIDTH - MARGIN, top - 2, align="right")
    top -= name.height + 1
    for line in broken(_facts(result, words), _WIDE, size=_QUIET + 0.5, colour=QUIET_INK):
        write(figure, line, MARGIN, top)
        top -= line.height
    rule(figure, top - 1)
    return top - 8


def _facts(result: ImageResult, words: Words) -> str:
    acquisition = result.acquisition
    known = [acquisition.laterality, acquisition.body_part, acquisition.view] if acquisition else []
    size = {"rows": result.rows, "columns": result.columns}
    known += [
        words.filled("facts.size.words", size),
        words.text(f"intent.{result.intent}") if result.intent else None,
        spacing_words(result.spacing, words),
    ]
    return "   \u00b7   ".join(each for each in known if each)


def _picture(figure: Figure, result: ImageResult, words: Words, top: float, foot: float) -> list[Column]:
    """Draw the radiograph with its candidates; return the columns that are left for the cards."""
    image = np.asarray(Image.open(io.BytesIO(result.preview_jpeg or b"")).convert("L"))
    proportion = image.shape[0] / image.shape[1]
    upright = proportion >= _UPRIGHT
    most_wide, most_high = (
        (_PICTURE_WIDE, min(_PICTURE_HIGH, top - foot)) if upright else (_WIDE, min(_LYING_HIGH, top - foot))
    )
    wide = min(most_wide, most_high / proportion)
    high = wide * proportion
    axes = axes_at(figure, MARGIN, top - high, wide, high)
    axes.set_axis_off()
    rows, columns = result.rows or 1, result.columns or 1
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, aspect="auto", extent=extent)
    axes.set_autoscale_on(False)
    points_per_pixel = np.array([high / rows, wide / columns])
    draw_candidates(axes, result.candidates, points_per_pixel, shape=(rows, columns))
    draw_clusters(axes, result.clusters, result.candidates, result.bumps, points_per_pixel)
    draw_bumps(axes, result.bumps, points_per_pixel)
    draw_scale_bar(axes, (rows, columns), result.spacing, points_per_pixel, words)
    if upright:
        left = MARGIN + wide + _GAP
        return [Column(left, top, WIDTH - MARGIN - left, foot), *_below(top - high, foot, wide)]
    return _halves(top - high - _GAP, foot)


def _below(top: float, foot: float, wide: float) -> list[Column]:
    return [Column(MARGIN, top - _GAP, wide, foot)] if top - foot > 120 else []


def _halves(top: float, foot: float) -> list[Column]:
    wide = (_WIDE - _GAP) / 2
    return [Column(left, top, wide, foot) for left in (MARGIN, MARGIN + wide + _GAP)]


def _cards(result: ImageResult, words: Words) -> Iterator[Block]:
    wide = WIDTH - 2 * MARGIN - _PICTURE_WIDE - _GAP
    records = result.as_dict()["candidates"]
    for candidate, record in zip(result.candidates, records, strict=True):
        yield Block(tuple(_card(candidate, record, words, wide)), after=9)
    for bump in result.bumps:
        yield Block(tuple(_bump_card(bump, words, wide)), after=9)


def _card(candidate: Candidate, record: Mapping[str, Any], words: Words, wide: float) -> Iterator[Line]:
    kind, tier = words.text(f"kind.{candidate.kind}"), words.text(f"tier.{candidate.tier}")
    yield from broken(f"{candidate.id}   {kind}, {tier}", wide, size=8.5, weight="bold")
    measured = record["measured"]
    card = measured_card(measured, "", words)
    if card is None:
        if candidate.length_mm is not None:
            value = f"{words.number(candidate.length_mm, '.1f')}{words.text('unit.mm')}"
            yield from broken(_named(words.text("list.length"), value, words), wide)
    else:
        labels = {words.text(f"card.{name}") for name in _SHOWN}
        for label, value, interval, _ in card["rows"]:
            if label in labels and value != _NOTHING:
                shown = f"{value} ({interval})" if interval else value
                yield from broken(_named(label, shown, words), wide)
    evidence = evidence_card(record["evidence"], words)
    if evidence is not None:
        for text in (evidence["expected"], evidence["mimics"]):
            yield from broken(text, wide, colour=QUIET_INK)
    for name in caution_names(candidate.cautions):
        yield from broken(f"\u26a0 {words.text(f'caution.{name}')}", wide, colour=QUIET_INK)


def _bump_card(bump: Bump, words: Words, wide: float) -> Iterator[Line]:
    card = bump_card(bump, words)
    yield from broken(f"{bump_name(bump)}   {card['kind']}, {card['tier']}", wide, size=8.5, weight="bold")
    for label, value, interval, _ in card["rows"]:
        yield from broken(_named(label, f"{value} ({interval})" if interval else value, words), wide)
    yield from broken(card["expected"], wide, colour=QUIET_INK)
    for caution in card["cautions"]:
        yield from broken(f"\u26a0 {caution}", wide, colour=QUIET_INK)


def _named(label: str, value: str, words: Words) -> str:
    return words.filled("print.named", {"label": label, "value": value})


def _notes(result: ImageResult, words: Words) -> Block:
    """Return what holds for the whole image: outlines, clusters, limit, what millimetres are worth."""
    source = result.as_dict()["spacing_source"]
    names = dict.fromkeys(
        [*caution_names(result.cautions), *(caution_names(result.quality.cautions) if result.quality else [])]
    )
    texts = [
        *(
            _named(name, fact, words)
            for name, fact in outline_facts(result, words) + cluster_facts(result, words)
        ),
        *(
            [" ".join([*limit_sentences(result.limit, words), words.text("print.map")])]
            if result.limit
            else []
        ),
        f"{words.text(f'spacing.{source}')} {words.text('card.intervals')}",
        *(f"\u26a0 {words.text(f'caution.{name}')}" for name in names),
    ]
    lines = (broken(text, _WIDE, size=_QUIET, colour=QUIET_INK) for text in texts if text)
    return Block(tuple(line for some in lines for line in some), after=0)
