"""Fit the errors of `compare` on rows of tools/change_rows.py, or say from such rows how well it holds.

    python tools/measure_change.py --fit fit.jsonl test.jsonl
    python tools/measure_change.py --folds fit.jsonl test.jsonl
    python tools/measure_change.py --tables test.jsonl
    python tools/measure_change.py --real FOLDER --pairs 5

The first takes the pairs in which nothing changed and writes registration/models/change.json. The second
fits on those of each file and says how often a word of change is said of those of the other, on which nothing
was fitted. The third prints the tables of docs/compare.md. The last compares real pictures with copies of
themselves that were turned, shifted, made smaller and given other greys: nothing changed there.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from change_fit import Record, fitted, words_on
from change_rows import kept_rows
from change_tables import tables
from scipy import ndimage

import microcal_xray as mx
from microcal_xray.comparing import compare

FACTORS = Path(__file__).parents[1] / "src/microcal_xray/registration/models/change.json"


def copied(radiograph: mx.Radiograph, seed: int) -> mx.Radiograph:
    """Return a copy as another visit without any change would give: turned, shifted, smaller, other greys."""
    rng = np.random.default_rng(seed)
    turn, scale = np.radians(rng.uniform(-5, 5)), rng.uniform(1.0, 1.15)
    shape = np.array(radiograph.pixels.shape)
    linear = scale * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    middle = (shape - 1) / 2
    offset = middle + rng.uniform(-0.03, 0.03, 2) * shape - linear @ middle
    held = [
        ndimage.affine_transform(image, linear, offset, order=order, mode="constant")
        for image, order in ((radiograph.pixels, 3), (radiograph.usable.astype(np.uint8), 0))
    ]
    low, high = np.percentile(radiograph.pixels, [1, 99.5])
    greys = np.clip((held[0] - low) / max(float(high - low), 1e-6), 0, 1) ** rng.uniform(0.8, 1.25)
    inside = ndimage.affine_transform(np.ones(shape, np.uint8), linear, offset, order=0) > 0
    noisy = np.rint(200 * greys + rng.normal(0, 0.7, greys.shape))
    return mx.radiograph_from_array(noisy, usable=inside & (held[1] > 0), name=f"copy of {radiograph.name}")


def real_copies(folder: Path, most: int) -> None:
    """Print a row for each of some real pictures compared with a changed copy of itself."""
    print("| picture | comparable | texture | still off (px) | verdicts |")
    print("| --- | --- | --- | --- | --- |")
    files = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".dcm")
    )
    for index, path in enumerate(files[:: max(1, len(files) // most)][:most]):
        prior = mx.read_radiograph(path)
        found = compare(prior, copied(prior, index), mx.Settings(false_marks=1.0))
        words = Counter(line.verdict.value for line in found.lines)
        counts = ", ".join(f"{count} {word}" for word, count in words.items()) or "no lines"
        one = found.registration
        print(
            f"| {index + 1} | {one.is_comparable} | {one.texture:.2f} | {one.residual_px:.2f} | {counts} |",
            flush=True,
        )


def folds(one: Sequence[Record], other: Sequence[Record]) -> list[str]:
    """Return how often a word of change is said of unchanged lines, with errors fitted on other pairs."""
    rows = [
        "| fitted on | unchanged lines with a word of change (95 % interval, pairs drawn again) | lines |"
    ]
    rows.append("| --- | --- | --- |")
    words = [words_on(held, fitted(used)) for used, held in ((one, other), (other, one))]
    for name, said in (
        ("the first", words[0]),
        ("the second", words[1]),
        ("each the other", words[0] + words[1]),
    ):
        rng = np.random.default_rng(0)
        drawn = [
            float(np.mean(np.concatenate([said[i] for i in rng.integers(0, len(said), len(said))])))
            for _ in range(1000)
        ]
        low, high = np.percentile(drawn, [2.5, 97.5])
        every = np.concatenate(said)
        rows.append(f"| {name} | {every.mean():.3f} ({low:.3f} to {high:.3f}) | {len(every)} |")
    return rows


def main() -> None:
    """Fit, or print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--fit", type=Path, nargs="+", metavar="ROWS", help="rows of pairs without any change")
    what.add_argument(
        "--folds", type=Path, nargs=2, metavar="ROWS", help="fit on one file, measure on the other"
    )
    what.add_argument(
        "--tables", type=Path, nargs="+", metavar="ROWS", help="rows that nothing was fitted on"
    )
    what.add_argument("--real", type=Path, help="a folder of pictures to compare with copies of themselves")
    parser.add_argument("--pairs", type=int, default=5, help="of real pictures")
    asked = parser.parse_args()
    if asked.real:
        real_copies(asked.real, asked.pairs)
        return
    if asked.folds:
        print(*folds(*(kept_rows(path) for path in asked.folds)), sep="\n")
        return
    rows = [row for path in asked.fit or asked.tables for row in kept_rows(path)]
    if asked.tables:
        print(*tables(rows), sep="\n")
        return
    FACTORS.write_text(json.dumps(fitted(rows), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(FACTORS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
