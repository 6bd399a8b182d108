"""How well bumps are found and measured: simulated seeds 9000 and up, and marked real pictures if at hand.

Usage: python tools/measure_bumps.py [--first 9000] [--count 160] [--shells N] [--real FOLDER]
                                     [--out FILE.json]

FOLDER holds `truth.csv` and pictures, as ../shared/data/dev does; nothing of it is copied.

Rules. A bump of 1 mm and more height and 5 mm and more length (zero to zero, as drawn) is asked for; one is
hit when the middle of a found bump's base lies within 3 mm of its outline. A found bump that lies within 3 mm
of no bump or layer that was drawn is false. --shells measures as many other pictures, each with a thin shell
beside the cortex; its height is that of gap and shell. A marked box of a real picture is hit when the outline
of a found bump comes into the box, widened by 2 % of the longer side. Intervals: 2000 bootstrap samples of
pictures.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from bump_samples import Sample, is_plain, sample, shell_sample, truth_of

import microcal_xray as mx
from microcal_xray.bump import Bump
from microcal_xray.outlining import find_bumps
from microcal_xray.radiograph import Radiograph
from microcal_xray.searching import Search, looked_at, surveyed
from microcal_xray.settings import Settings

FloatArray = npt.NDArray[np.float64]

_NEAR_MM = 3.0
_LEAST_HEIGHT_MM, _LEAST_LENGTH_MM = 1.0, 5.0
_BOX_MARGIN = 0.02
_SAMPLES = 2000
_LAYER = 0.08  # height over length under which what was drawn is a layer along the cortex
_FALSE = (0.1, 0.25, 0.5, 1.0, 2.0)


def bumps_in(radiograph: Radiograph) -> tuple[tuple[Bump, ...], float]:
    """Return the bumps at two false ones per picture, and the processor time that they took in seconds."""
    found = looked_at(radiograph)
    looked: Search = replace(found, searched=found.field.body, survey=surveyed(found))
    start = time.process_time()
    bumps, _ = find_bumps(looked, radiograph, Settings(false_bumps=max(_FALSE)))
    return bumps, time.process_time() - start


def judged(one: Sample) -> dict[str, Any]:
    """Return what was found in a picture: rates of false bumps and, where one was drawn, the best hit."""
    bumps, seconds = bumps_in(one.radiograph)
    mm = one.radiograph.mm_per_pixel()
    hits: list[Bump] = []
    false: list[Bump] = []
    for bump in bumps:
        middle = bump.base_px.mean(axis=0)
        near = one.path_px is not None and np.linalg.norm(one.path_px - middle, axis=1).min() * mm < _NEAR_MM
        (hits if near else false).append(bump)
    asked = one.bump is not None and one.height_mm >= _LEAST_HEIGHT_MM
    asked = asked and one.bump is not None and one.bump.course.length_mm >= _LEAST_LENGTH_MM
    record: dict[str, Any] = {
        "seed": one.seed, "limb": one.limb, "mimics": one.mimics, "seconds": seconds, "asked": asked,
        "false": [bump.false_bumps for bump in false], "hit": None,
        "layer": one.bump is not None
        and (one.bump.gap_mm > 0 or one.height_mm < _LAYER * one.bump.course.length_mm),
    }  # fmt: skip
    if hits and one.bump is not None and one.height_mm >= _LEAST_HEIGHT_MM:
        best = min(hits, key=lambda bump: bump.false_bumps)
        record["hit"] = best.false_bumps
        record["measured"] = _against(best, one)
    return record


def _against(bump: Bump, one: Sample) -> dict[str, Any]:
    height, area, length = bump.height_mm, bump.area_mm2, bump.length_mm
    if height is None or area is None or length is None:
        raise ValueError(f"seed {one.seed}: a simulated picture has a spacing")
    true_index, index = one.callus_index, bump.callus_index
    return {
        "height": [height.value - one.height_mm, height.low <= one.height_mm <= height.high],
        "area": [area.value / one.area_mm2 - 1, area.low <= one.area_mm2 <= area.high],
        "length": [length.value / one.length_mm - 1, length.low <= one.length_mm <= length.high],
        "callus_index": None
        if index is None or true_index is None
        else [index.value / true_index - 1, index.low <= true_index <= index.high],
        "kind": bump.kind.value,
    }


def summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers with their bootstrap intervals."""
    rng = np.random.default_rng(9)
    picks = rng.integers(0, len(records), (_SAMPLES, len(records)))
    asked = np.array([bool(record["asked"]) for record in records], float)
    lines: dict[str, Any] = {"pictures": len(records), "bumps": int(asked.sum())}
    for rate in _FALSE:
        hit = np.array(
            [bool(r["asked"] and r["hit"] is not None and r["hit"] <= rate) for r in records], float
        )
        false = np.array([sum(value <= rate for value in record["false"]) for record in records], float)
        lines[f"sensitivity at {rate}"] = _ratio(hit, asked, picks)
        lines[f"false bumps per picture at {rate}"] = _ratio(false, np.ones_like(false), picks)
    lines["limbs"] = {
        limb: f"{sum(bool(r['asked'] and r['hit'] is not None and r['hit'] <= 0.5) for r in own)} of "
        f"{sum(bool(r['asked']) for r in own)}"
        for limb in sorted({r["limb"] for r in records})
        for own in [[r for r in records if r["limb"] == limb]]
    }
    lines["kinds"] = {
        name: _named(records, layer=layer) for name, layer in (("bump", False), ("periosteal", True))
    }
    measured = [r["measured"] for r in records if r["asked"] and r["hit"] is not None and r["hit"] <= 0.5]
    for name in ("height", "area", "length", "callus_index"):
        known = [one[name] for one in measured if one[name] is not None]
        if not known:
            continue
        errors = np.array([value for value, _ in known])
        lines[name] = {
            "known": f"{len(known)} of {len(measured)}",
            "median absolute error": _median(np.abs(errors), rng),
            "bias": _median(errors, rng),
            "90 % within": float(np.percentile(np.abs(errors), 90)),
            "inside the 95 % interval": float(np.mean([inside for _, inside in known])),
        }
    lines["seconds, median"] = float(np.median([record["seconds"] for record in records]))
    lines["missed"] = [
        f"{r['seed']} {r['limb']} {r['mimics']}"
        for r in records
        if r["asked"] and (r["hit"] is None or r["hit"] > 0.5)
    ]
    return lines


def _named(records: list[dict[str, Any]], *, layer: bool) -> str:
    """Return how many of what was drawn as a bump or a layer are listed at 0.5, and under which name."""
    own = [r for r in records if r["asked"] and r["layer"] is layer]
    hits = [r["measured"]["kind"] for r in own if r["hit"] is not None and r["hit"] <= 0.5]
    right = hits.count("periosteal" if layer else "bump")
    return f"{len(hits)} of {len(own)} listed, {right} of these under its name"


def _ratio(top: FloatArray, bottom: FloatArray, picks: npt.NDArray[np.intp]) -> list[float]:
    drawn = top[picks].sum(axis=1) / np.maximum(bottom[picks].sum(axis=1), 1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [round(float(value), 3) for value in (top.sum() / max(bottom.sum(), 1), low, high)]


def _median(values: FloatArray, rng: np.random.Generator) -> list[float]:
    drawn = np.median(values[rng.integers(0, len(values), (_SAMPLES, len(values)))], axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [round(float(value), 4) for value in (np.median(values), low, high)]


def real(folder: Path) -> dict[str, Any]:
    """Return how many marked boxes are hit, and how many bumps stand on pictures without lines or bumps."""
    hits: dict[str, float | None] = {}
    free: list[list[float]] = []
    for path, row in truth_of(folder):
        box_words = (row.get("bump_bbox") or "").strip()
        if not box_words and not is_plain(row):
            continue
        radiograph = mx.read_radiograph(path)
        bumps, _ = bumps_in(radiograph)
        if not box_words:
            free.append([bump.false_bumps for bump in bumps])
            continue
        left, top, right, bottom = (float(value) for value in box_words.split())
        margin = _BOX_MARGIN * max(radiograph.pixels.shape)
        rates = [
            bump.false_bumps
            for bump in bumps
            if (
                (bump.outline_px >= [top - margin, left - margin])
                & (bump.outline_px <= [bottom + margin, right + margin])
            ).all(axis=1).any()
        ]  # fmt: skip
        hits[row["file"]] = min(rates, default=None)
    return {
        "boxes": {name: None if rate is None else round(rate, 3) for name, rate in hits.items()},
        **{
            f"boxes hit at {rate}": f"{sum(v is not None and v <= rate for v in hits.values())} of "
            f"{len(hits)}"
            for rate in _FALSE
        },
        "pictures without line or bump": len(free),
        **{
            f"bumps per such picture at {rate}": round(
                float(np.mean([sum(value <= rate for value in own) for own in free])), 2
            )
            for rate in _FALSE
            if free
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=9000)
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--shells", type=int, default=0)
    parser.add_argument("--real", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    result: dict[str, Any] = {}
    for folder in arguments.real:
        if (folder / "truth.csv").is_file():
            result[folder.name] = real(folder)
            print(json.dumps(result[folder.name]), file=sys.stderr, flush=True)
    records = []
    for seed in range(arguments.first, arguments.first + arguments.count):
        records.append(judged(sample(seed)))
        print(json.dumps(records[-1]), file=sys.stderr, flush=True)
    if records:
        result["simulated"] = summary(records)
    shells = []
    for seed in range(arguments.first, arguments.first + arguments.shells):
        shells.append(judged(shell_sample(seed)))
        print(json.dumps(shells[-1]), file=sys.stderr, flush=True)
    if shells:
        result["shells beside the cortex"] = summary(shells)
    print(json.dumps(result, indent=1))
    if arguments.out:
        arguments.out.write_text(
            json.dumps({**result, "records": records}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
