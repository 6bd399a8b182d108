"""What an image could show, in the words of the report page; could_show.js lays it out."""

from typing import Any

from .limit_words import limit_notes, limit_sentences, limit_table, quality_facts
from .results import ImageResult
from .words import ENGLISH, Words


def could_show(result: ImageResult, words: Words = ENGLISH) -> dict[str, Any] | None:
    """Return what the page says of an image's limit and quality; None where no bone was searched.

    Parameters
    ----------
    result : ImageResult
    words : Words
    """
    if result.limit is None or result.quality is None:
        return None
    sentences = limit_sentences(result.limit, words)
    return {
        # A negative result needs what is known of radiographs in general as well.
        "sentences": sentences if result.candidates else [*sentences, words.text("limit.literature")],
        "notes": limit_notes(result.limit, words),
        "table": limit_table(result.limit, words),
        "map": _map(result, words),
        "quality": quality_facts(result.quality, words),
    }


def _map(result: ImageResult, words: Words) -> dict[str, str] | None:
    if result.limit_map_jpeg is None or result.limit is None or result.limit_range_px is None:
        return None
    mm = result.limit.mm_per_px
    low, high = (
        f"{words.number(width, '.1f')} px" if mm is None else f"{words.number(width * mm, '.2f')} mm"
        for width in result.limit_range_px
    )
    length = result.limit.map_length_px
    longest = f"{length:.0f} px" if mm is None else f"{length * mm:.0f} mm"
    return {
        "low": low,
        "high": high,
        "unreached": words.text("limit.unreached"),
        "caption": words.filled("limit.map_caption", {"length": longest}),
    }
