"""Pairs of simulated visits with a bump that stayed, grew, came or went: what `compare` says of it.

    python tools/measure_bump_change.py --first 80000 --pairs 60 --minutes 10 --keep bumps.jsonl
    python tools/measure_bump_change.py --keep bumps.jsonl --table

Both visits as in `tools/change_pairs.py`: turned and rolled by up to 5 degrees, shifted by up to 5 mm,
exposed differently, half of them processed. One bump of 1 mm and more is drawn; one that grew is 1.8 times as
high. A bump is on the drawn one where the middle of its base lies within 3 mm.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import microcal_xray as mx
from microcal_xray.changes import BumpChange
from microcal_xray.comparing import compare
from microcal_xray.simulation import (
    USUAL_DETECTOR,
    Anatomy,
    Exposure,
    Output,
    Position,
    SimulatedRadiograph,
    Target,
    Thickening,
    simulate_limb,
)
from microcal_xray.simulation.frame import Frame
from microcal_xray.simulation.random_lines import lines_of_sort
from microcal_xray.simulation.simulate import person_of

_LIMBS = (Anatomy.TIBIA, Anatomy.FEMUR, Anatomy.FOREARM, Anatomy.HUMERUS, Anatomy.METATARSALS)
_HAPPENED = ("same", "grew", "same", "shrank", "same", "came", "same", "went")
_WORDS = {"same": "unchanged", "grew": "larger", "shrank": "smaller", "came": "new", "went": "gone"}
_GROWTH, _NEAR_MM, _LEAST_MM, _MOST_ROWS_MM = 1.8, 3.0, 1.0, 110.0
_BUMPS = 0.5  # false ones an image that are listed
_STREAM = 0x42554D50


def row_of(seed: int) -> dict[str, Any]:
    """Return what is said of the bumps of a pair."""
    rng = np.random.default_rng([seed, _STREAM])
    limb, happened = _LIMBS[seed % len(_LIMBS)], _HAPPENED[seed // len(_LIMBS) % len(_HAPPENED)]
    usual, person = USUAL_DETECTOR[limb], person_of(limb, seed)
    detector = replace(usual, rows=min(usual.rows, round(_MOST_ROWS_MM / usual.spacing_mm)))
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, person.centre_mm)
    drawn = [each for each in lines_of_sort(Target.BUMP, person, frame, rng) if isinstance(each, Thickening)]
    if not drawn or drawn[0].thickness_mm < _LEAST_MM:
        return {"seed": seed, "happened": None}
    low, high = drawn[0], replace(drawn[0], thickness_mm=_GROWTH * drawn[0].thickness_mm)
    held = {
        "same": (low, low),
        "grew": (low, high),
        "shrank": (high, low),
        "came": (None, low),
        "went": (low, None),
    }
    moved = Position(
        turn_deg=float(rng.uniform(-5, 5)),
        shift_mm=(float(rng.uniform(-5, 5)), float(rng.uniform(-5, 5))),
        roll_deg=float(rng.uniform(-5, 5)),
    )
    output = Output() if rng.random() < 0.5 else Output(intent=mx.Intent.FOR_PRESENTATION)
    pictures: list[SimulatedRadiograph] = []
    for visit, (line, position) in enumerate(zip(held[happened], (Position(), moved), strict=True)):
        exposure = Exposure(air_kerma_ugy=float(rng.uniform(12, 50)), tube_kv=int(rng.choice([55, 60, 66])))
        lines = [] if line is None else [line]
        pictures.append(
            simulate_limb(
                anatomy=limb,
                seed=seed,
                lines=lines,
                detector=detector,
                exposure=exposure,
                output=output,
                position=position,
                visit=visit,
            )
        )
    settings = mx.Settings(false_bumps=_BUMPS)
    found = compare(pictures[0].radiograph, pictures[1].radiograph, settings)
    heights = [0.0 if line is None else line.thickness_mm for line in held[happened]]
    return {
        "seed": seed,
        "happened": happened,
        "limb": limb.value,
        "comparable": found.registration.is_comparable,
        "heights": heights,
        "bumps": [_plain(each, pictures) for each in found.bumps],
    }


def _plain(bump: BumpChange, pictures: list[SimulatedRadiograph]) -> dict[str, Any]:
    is_drawn = False
    for outline, picture in zip((bump.prior_outline_px, bump.current_outline_px), pictures, strict=True):
        if len(outline) and picture.truth:
            base = outline[len(outline) // 2 :].mean(axis=0)
            away = np.linalg.norm(picture.truth[0].path_px - base, axis=1).min()
            is_drawn |= bool(away * picture.detector.spacing_mm < _NEAR_MM)
    height = bump.height
    return {
        "verdict": bump.verdict.value,
        "reason": bump.reason,
        "is_drawn": is_drawn,
        "listed": [bump.prior_id is not None, bump.current_id is not None],
        "height": None if height is None else [height.prior.value, height.current.value],
        "least_significant": None if height is None else height.least_significant,
    }


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the table of docs/compare.md."""
    pairs = [row for row in rows if row["happened"]]
    lines = [
        "| what happened | pairs | compared and listed | right word | median error of the change (mm) |",
        "| --- | --- | --- | --- | --- |",
    ]
    for happened, word in _WORDS.items():
        own = [row for row in pairs if row["happened"] == happened]
        drawn = [
            (row, bump)
            for row in own
            for bump in [each for each in row["bumps"] if each["is_drawn"] and each["height"]][:1]
        ]
        right = sum(bump["verdict"] == word for _, bump in drawn)
        errors = [
            abs((bump["height"][1] - bump["height"][0]) - (row["heights"][1] - row["heights"][0]))
            for row, bump in drawn
        ]
        error = f"{np.median(errors):.2f}" if errors else "-"
        lines.append(f"| {happened} | {len(own)} | {len(drawn)} | {right} | {error} |")
    other = [bump for row in pairs for bump in row["bumps"] if not bump["is_drawn"] and bump["height"]]
    false = sum(bump["verdict"] != "unchanged" for bump in other)
    least = [bump["least_significant"] for row in pairs for bump in row["bumps"] if bump["height"]]
    lines.append("")
    lines.append(f"Bumps that were not drawn, with a word of change: {false} of {len(other)}.")
    lines.append(f"Least significant change, median: {np.median(least):.2f} mm." if least else "")
    return lines


def main() -> None:
    """Simulate, compare and keep, or print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=80000)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=600.0, help="then no new pair is begun")
    parser.add_argument("--keep", type=Path, required=True, help="the file of the rows")
    parser.add_argument("--table", action="store_true", help="print the table of the rows kept")
    asked = parser.parse_args()
    kept = asked.keep.read_text(encoding="utf-8").splitlines() if asked.keep.exists() else []
    rows = [json.loads(line) for line in kept]
    if asked.table:
        print(*table(rows), sep="\n")
        return
    done, until = {row["seed"] for row in rows}, time.monotonic() + 60 * asked.minutes
    with asked.keep.open("a", encoding="utf-8") as file:
        for seed in range(asked.first, asked.first + asked.pairs):
            if seed not in done and time.monotonic() < until:
                print(json.dumps(row_of(seed)), file=file, flush=True)


if __name__ == "__main__":
    main()
