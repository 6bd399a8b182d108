"""Draw the pictures of docs/compare.md from a simulated pair, and its page.

    python tools/draw_change.py docs/pictures          # writes compare_pair.png
    python tools/draw_change.py docs/pictures --page change-report

The pair is a fissure of the thigh bone that healed into a bright line, with the leg turned, shifted and
rolled between two visits.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from change_pairs import Happened, pair_of
from PIL import Image, ImageDraw

import microcal_xray as mx
from microcal_xray.reporting.compare_pictures import difference_levels, grey_levels, on_view

SEED = 44003
HALF_MM = 30.0
_PANEL_PX = 420
_GAP_PX = 6
_HEAD_PX = 22


def main() -> None:
    """Compare one pair and draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", type=Path, help="also write the page there")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    pair = pair_of(asked.seed, happened=Happened.HEALED)
    prior, current = replace(pair.prior, name="first visit"), replace(pair.current, name="six weeks later")
    settings = mx.Settings(false_marks=0.5)
    series = mx.compare_series([prior, current], settings, weeks=[0, 6])
    for line in series.comparisons[0].lines:
        print(line.id, line.verdict.value, line.reason or "", line.contrast)
    if asked.page:
        print(mx.write_comparison(series, asked.page, settings))
    picture = panels(series.comparisons[0])
    picture.save(asked.folder / "compare_pair.png", optimize=True)


def panels(comparison: mx.Comparison) -> Image.Image:
    """Return prior, current and difference around the first line, side by side."""
    view, like = comparison.view, comparison.current.radiograph
    if view is None:
        raise SystemExit(f"not comparable: {comparison.registration.reason}")
    path = on_view(comparison.lines[0].current_path_px, comparison)
    middle = path.mean(axis=0)
    half = HALF_MM * view.scale / like.mm_per_pixel()
    top, left = np.maximum(middle - half, 0).astype(int).tolist()
    window = slice(top, top + int(2 * half)), slice(left, left + int(2 * half))
    current = grey_levels(view.current, view.usable, like)
    levels = [
        grey_levels(view.prior, view.usable, like)[window],
        current[window],
        difference_levels(view, current)[window],
    ]
    drawn = Image.new("RGB", (3 * _PANEL_PX + 2 * _GAP_PX, _PANEL_PX + _HEAD_PX), "#0b0e11")
    pen = ImageDraw.Draw(drawn)
    words = ("prior, laid on the current picture", "current", "difference: orange is brighter now")
    for index, (panel, word) in enumerate(zip(levels, words, strict=True)):
        image = Image.fromarray(panel).convert("RGB").resize((_PANEL_PX, _PANEL_PX), Image.Resampling.BICUBIC)
        drawn.paste(image, (index * (_PANEL_PX + _GAP_PX), _HEAD_PX))
        pen.text((index * (_PANEL_PX + _GAP_PX) + 4, 5), word, fill="#e3e9ee")
    return drawn


if __name__ == "__main__":
    main()
