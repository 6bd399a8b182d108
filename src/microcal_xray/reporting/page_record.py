"""What the script of the report page is told about one image: numbers once, words in each language."""

import base64
from collections.abc import Mapping
from typing import Any

from ..radiograph import SpacingSource
from .foreign_text import printable_text
from .page_bumps import bump_record, bump_words, outline_facts
from .page_evidence import evidence_card
from .page_limit import could_show
from .page_measured import measured_card
from .results import ImageResult
from .words import Language, Words, caution_names, spacing_words, words_of

_GRAVEST = ("hardly_searched", "more_than_asked")
_OF_THE_PLOT = ("wide", "high", "zero", "band", "mean", "model")


def image_record(result: ImageResult, thumbnail: bytes) -> dict[str, Any]:
    """Return the record of an image with a picture, as plain values.

    Parameters
    ----------
    result : ImageResult
    thumbnail : bytes
        Small JPEG.
    """
    values = result.as_dict()
    row_mm, column_mm = values["spacing_mm"] or (1.0, 1.0)
    finer = min(row_mm, column_mm)
    cards = {language: _cards(values, words_of(language)) for language in Language}
    return {
        "file": printable_text(result.file),
        "pixel_sha256": result.pixel_sha256,
        "rows": values["rows"],
        "columns": values["columns"],
        "row_size": row_mm / finer,
        "column_size": column_mm / finer,
        "mm": finer if result.spacing else None,
        "full_depth": result.packed_pixels is not None,
        "thumbnail": _data_url(thumbnail, "jpeg"),
        "limit_layer": _limit_layer(result),
        "limit_map": None if result.limit_map_jpeg is None else _data_url(result.limit_map_jpeg, "jpeg"),
        "candidates": [
            _candidate(candidate, cards[Language.ENGLISH][place])
            for place, candidate in enumerate(values["candidates"])
        ],
        **bump_record(result),
        "says": {
            language.value: {
                **_image_words(result, words_of(language)),
                **bump_words(result, words_of(language)),
                "candidates": [_without_plot(card) for card in cards[language]],
            }
            for language in Language
        },
    }


def place_words(result: ImageResult) -> str:
    """Return side, part of the body and view where they are known, as DICOM writes them."""
    acquisition = result.acquisition
    if acquisition is None:
        return ""
    known = (acquisition.laterality, acquisition.body_part, acquisition.view)
    return printable_text("  \u00b7  ".join(word for word in known if word))


def _candidate(values: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    measured, evidence = card["measured"], values["evidence"]
    return {
        **{
            name: values[name]
            for name in (
                "id",
                "kind",
                "tier",
                "score",
                "length_mm",
                "width_mm",
                "length_px",
                "width_px",
                "contrast_sd",
                "angle_to_bone_deg",
            )
        },
        "path": values["path_px"],
        "strength": None if evidence is None else evidence["strength"],
        "terms": None if evidence is None else [[term["name"], term["value"]] for term in evidence["terms"]],
        "plot": None if measured is None else {name: measured["plot"][name] for name in _OF_THE_PLOT},
    }


def _cards(values: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    sentence = words.text(f"spacing.{values['spacing_source']}")
    cards = []
    for candidate in values["candidates"]:
        evidence = evidence_card(candidate["evidence"], words)
        cards.append(
            {
                "cautions": [words.text(f"caution.{name}") for name in candidate["cautions"]],
                "evidence": evidence and {"expected": evidence["expected"], "mimics": evidence["mimics"]},
                "measured": measured_card(candidate["measured"], sentence, words),
            }
        )
    return cards


def _without_plot(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the card with the words of its plot alone: the curves are the same in every language."""
    measured = card["measured"]
    if measured is None:
        return dict(card)
    plot = {name: value for name, value in measured["plot"].items() if name not in _OF_THE_PLOT}
    return {**card, "measured": {**measured, "plot": plot}}


def _image_words(result: ImageResult, words: Words) -> dict[str, Any]:
    source = result.spacing.source if result.spacing else SpacingSource.NONE
    return {
        "place": place_words(result),
        "spacing_short": words.text(f"spacing_short.{source}"),
        "spacing_sentence": words.text(f"spacing.{source}"),
        "cautions": [words.text(f"caution.{name}") for name in _cautions(result)],
        "facts": _facts(result, words) + outline_facts(result, words),
        "could_show": could_show(result, words),
    }


def _limit_layer(result: ImageResult) -> dict[str, Any] | None:
    layer = result.limit_layer
    if layer is None:
        return None
    return {"picture": _data_url(layer.png, "png"), "rows": layer.rows, "columns": layer.columns}


def _data_url(picture: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def _cautions(result: ImageResult) -> list[str]:
    """Return the names of what the file says and of what was measured, each once, the gravest first."""
    measured = caution_names(result.quality.cautions) if result.quality else []
    names = dict.fromkeys([*caution_names(result.cautions), *measured])
    return sorted(names, key=lambda name: name not in _GRAVEST)


def _facts(result: ImageResult, words: Words) -> list[tuple[str, str]]:
    """Return what to know about the picture, as (name, words); what is unknown is left out."""
    acquisition = result.acquisition
    if acquisition is None or result.intent is None or result.signal is None:
        return []
    size = words.filled("facts.size.words", {"rows": result.rows, "columns": result.columns})
    facts = [
        ("size", size),
        ("spacing", spacing_words(result.spacing, words)),
        ("made", words.text(f"intent.{result.intent}")),
        ("grey_scale", _grey_scale(result, words)),
        ("filled", words.counted("facts.filled.words", result.filled_px) if result.filled_px else None),
        ("searched", _searched(result, words)),
        ("bone", words.text("facts.bone.words") if result.bone_sha256 else None),
        ("laterality", acquisition.laterality),
        ("body_part", acquisition.body_part),
        ("view", acquisition.view),
        ("format", " ".join(word for word in (acquisition.file_format, acquisition.modality) if word)),
        ("compression", acquisition.compression),
    ]
    return [(words.text(f"facts.{name}"), printable_text(text)) for name, text in facts if text]


def _searched(result: ImageResult, words: Words) -> str | None:
    if result.searched_share is None:
        return None
    return words.filled("facts.searched.words", {"share": words.number(100 * result.searched_share, ".0f")})


def _grey_scale(result: ImageResult, words: Words) -> str:
    acquisition = result.acquisition
    parts = [words.text(f"signal.{result.signal}")] if result.signal else []
    if acquisition and acquisition.bits_stored:
        parts.append(words.filled("facts.bits", {"bits": acquisition.bits_stored}))
    if acquisition and acquisition.photometric == "MONOCHROME1":
        parts.append(words.text("facts.inverted"))
    return ", ".join(parts)
