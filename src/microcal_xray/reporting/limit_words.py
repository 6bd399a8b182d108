"""The words of what an image could show: page and command line say the same."""

from ..findings import Kind
from ..image_limits import (
    BoneTexture,
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    LimitRow,
    QualityEstimate,
)
from .words import ENGLISH, Words

LITERATURE = ENGLISH.text("limit.literature")
_LEAST_SHARE = 0.1  # of the places: fewer are not worth a look at the map


def limit_sentences(limit: Detectability, words: Words = ENGLISH) -> list[str]:
    """Return what a reviewer should know of the limit, a sentence each; empty where no bone was searched."""
    if not limit.rows:
        return []
    sentences = [_main_sentence(limit, words)]
    tilted = _tilt_sentence(limit, words)
    if tilted:
        sentences.append(tilted)
    return [*sentences, words.text("limit.not_excluded")]


def limit_notes(limit: Detectability, words: Words = ENGLISH) -> list[str]:
    """Return how the limit was found and how to read it, one sentence each."""
    source = (
        words.text("limit.expected")
        if limit.probes == 0
        else words.filled("limit.measured", {"probes": limit.probes})
    )
    return [source, words.text("limit.equivalent_width"), words.text("limit.rough")]


def _main_sentence(limit: Detectability, words: Words) -> str:
    rows = [
        row
        for compartment in Compartment
        if (
            row := limit.row(
                kind=Kind.LUCENT,
                compartment=compartment,
                course=Course.ACROSS,
                length_px=limit.map_length_px,
            )
        )
    ]
    values = {
        "setting": words.counted(
            "limit.setting", limit.false_marks, {"false_marks": words.number(limit.false_marks, "g")}
        ),
        "line": words.filled("limit.line", {"length": length_words(rows[0], words)}),
    }
    reached = [row for row in rows if row.width_px is not None]
    if not reached:
        share = max(row.share_of_bone for row in rows)
        return words.filled("limit.nowhere" if share < _LEAST_SHARE else "limit.mostly_nowhere", values)
    widths = words.text("limit.and").join(
        words.filled(
            "limit.width_at",
            {"width": width_words(row, words), "place": words.text(f"place.{row.compartment}")},
        )
        for row in reached
    )
    rest = [words.text(f"place.{row.compartment}") for row in rows if row.width_px is None]
    exception = words.filled("limit.exception", {"place": rest[0]}) if rest else ""
    return words.filled("limit.from_width", {**values, "widths": widths, "exception": exception})


def _tilt_sentence(limit: Detectability, words: Words) -> str:
    parts = []
    for compartment in Compartment:
        rows = [row for row in limit.tilts if row.compartment is compartment]
        if rows and rows[0].width_mm is not None:
            listed = ", ".join(
                words.filled(
                    "limit.tilt_at",
                    {"width": _mm(row.width_mm, words), "tilt": words.number(row.tilt_deg, "g")},
                )
                for row in rows
            )
            parts.append(
                words.filled("limit.width_at", {"width": listed, "place": words.text(f"place.{compartment}")})
            )
    return words.filled("limit.tilted", {"parts": "; ".join(parts)}) if parts else ""


def _mm(width_mm: float | None, words: Words) -> str:
    return words.text("limit.unreached") if width_mm is None else f"{words.number(width_mm, '.2f')} mm"


def length_words(row: LimitRow, words: Words = ENGLISH) -> str:
    """Return the length of a line with its unit.

    Examples
    --------
    >>> length_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, 10.0, 2.0, 0.3, 1.0))
    '10 mm'
    """
    if row.length_mm is None:
        return f"{words.number(row.length_px, '.0f')} px"
    return f"{words.number(row.length_mm, '.0f')} mm"


def width_words(row: LimitRow, words: Words = ENGLISH) -> str:
    """Return the width with its unit; pixels where millimetres are unknown.

    Examples
    --------
    >>> width_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, None, 2.04, None, 1.0))
    '2.0 px'
    >>> width_words(LimitRow("lucent", Compartment.INNER, Course.ACROSS, 70.2, 10.0, None, None, 0.4))
    'none'
    """
    if row.width_px is not None and row.width_mm is None:
        return f"{words.number(row.width_px, '.1f')} px"
    return _mm(row.width_mm, words)


def limit_table(limit: Detectability, words: Words = ENGLISH) -> list[list[str]]:
    """Return the limit as rows of words: kind and place, course, then one width for each length."""
    if not limit.rows:
        return []
    lengths = list(dict.fromkeys(row.length_px for row in limit.rows))
    first = {row.length_px: row for row in limit.rows}
    head = ["", words.text("limit.to_bone"), *(length_words(first[length], words) for length in lengths)]
    table = [head]
    for kind in Kind:
        for compartment in Compartment:
            for course in Course:
                rows = [
                    row
                    for row in limit.rows
                    if (row.kind, row.compartment, row.course) == (kind, compartment, course)
                ]
                if rows:
                    place = f"{words.text(f'kind_noun.{kind}')} {words.text(f'place.{compartment}')}"
                    widths = (width_words(row, words) for row in rows)
                    table.append([place, words.text(f"course.{course}"), *widths])
    return table


def quality_facts(quality: ImageQuality, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Return what was measured of the quality, as (name, words); what is unknown is left out."""
    facts = [(words.text("quality.sharpness"), _sharpness(quality, words))]
    for each in quality.textures:
        place = {"place": words.text(f"place_short.{each.compartment}")}
        facts.append((words.filled("quality.noise", place), _noise(each, words)))
        facts.append((words.filled("quality.texture", place), _texture(each, words)))
    return [(name, text) for name, text in facts if text]


def _sharpness(quality: ImageQuality, words: Words) -> str:
    if quality.resolution_px is None:
        return words.text("quality.no_edge")
    if quality.resolution_mm is not None:
        return words.filled("quality.wide_mm", {"width": _estimate(quality.resolution_mm, ".2f", words)})
    return words.filled("quality.wide_px", {"width": _estimate(quality.resolution_px, ".1f", words)})


def _noise(texture: BoneTexture, words: Words) -> str:
    return words.filled("quality.noise_words", {"share": _percent(texture.noise, words)})


def _texture(texture: BoneTexture, words: Words) -> str:
    direction = (
        words.text("quality.no_direction")
        if texture.direction_deg is None
        else words.filled("quality.direction", {"angle": round(texture.direction_deg.value)})
    )
    return words.filled(
        "quality.texture_words",
        {
            "share": _percent(texture.texture, words),
            "slope": _estimate(texture.slope, ".1f", words),
            "direction": direction,
        },
    )


def _percent(estimate: QualityEstimate, words: Words) -> str:
    return f"{_estimate(estimate.scaled(100), '.1f', words)} %"


def _estimate(estimate: QualityEstimate, form: str, words: Words) -> str:
    return words.filled(
        "quality.estimate",
        {name: words.number(getattr(estimate, name), form) for name in ("value", "low", "high")},
    )
