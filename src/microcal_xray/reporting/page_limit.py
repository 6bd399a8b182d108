"""What an image could show, in the words of the report page; could_show.js lays it out."""

import base64
from typing import Any

from .limit_words import LITERATURE, limit_notes, limit_sentences, limit_table, quality_facts
from .results import ImageResult


def could_show(result: ImageResult) -> dict[str, Any] | None:
    """Return what the page says of an image's limit and quality; None where no bone was searched.

    Parameters
    ----------
    result : ImageResult
    """
    if result.limit is None or result.quality is None:
        return None
    sentences = limit_sentences(result.limit)
    return {
        # A negative result needs what is known of radiographs in general as well.
        "sentences": sentences if result.candidates else [*sentences, LITERATURE],
        "notes": limit_notes(result.limit),
        "table": limit_table(result.limit),
        "map": _map(result),
        "quality": quality_facts(result.quality),
    }


def _map(result: ImageResult) -> dict[str, str] | None:
    if result.limit_map_jpeg is None or result.limit is None or result.limit_range_px is None:
        return None
    mm = result.limit.mm_per_px
    low, high = (
        f"{width:.1f} px" if mm is None else f"{width * mm:.2f} mm" for width in result.limit_range_px
    )
    length = result.limit.map_length_px
    words = f"{length:.0f} px" if mm is None else f"{length * mm:.0f} mm"
    picture = base64.b64encode(result.limit_map_jpeg).decode("ascii")
    return {
        "picture": f"data:image/jpeg;base64,{picture}",
        "low": low,
        "high": high,
        "unreached": "none",
        "caption": f"Smallest equivalent width of a dark line across the bone, {words} long.",
    }
