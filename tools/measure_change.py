"""Measure `compare` on simulated pairs whose change is known; with --fit, fit its least significant changes.

    python tools/measure_change.py --first 5000 --pairs 60 --keep tune.jsonl --fit
    python tools/measure_change.py --first 7000 --pairs 60 --keep test.jsonl
    python tools/measure_change.py --real FOLDER --pairs 5

The first writes registration/models/change.json, from pairs without any change; the second prints the tables
of docs/compare.md. Never the same seeds for both. What was measured is kept, a line for each pair, so that a
run that was ended goes on where it was. For every fourth seed three pictures of other bones are compared too,
which should be refused. The third compares real pictures with copies of themselves that were turned, shifted,
made smaller and given other greys: nothing changed there. About six seconds of one core for each pair.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from change_pairs import Happened, Pair, pair_of, single_of
from scipy import ndimage

import microcal_xray as mx
from microcal_xray.change_rules import shipped_change_factors
from microcal_xray.changes import Comparison, LineChange, QuantityChange
from microcal_xray.comparing import compare
from microcal_xray.simulation import Anatomy, TrueLine, View

FACTORS = Path(__file__).parents[1] / "src/microcal_xray/registration/models/change.json"
FALSE_MARKS = 3.0
TOLERANCE_MM = 1.5
CLEAR = 10.0  # ideal observer's d' at both visits from which a case is clear
CHANGED = {"new", "gone", "larger", "smaller", "brighter"}
EXPECTED = {
    Happened.GREW: {"larger"},
    Happened.SHRANK: {"smaller"},
    Happened.HEALED: {"brighter"},
    Happened.VANISHED: {"gone"},
    Happened.APPEARED: {"new"},
    Happened.FADED: {"brighter", "gone"},
}
Record = dict[str, Any]


def record_of(pair: Pair, seed: int) -> Record:
    """Return what `compare` says of a pair beside the truth, as plain values."""
    settings = mx.Settings(false_marks=FALSE_MARKS)
    found = compare(pair.prior, pair.current, settings)
    return {
        "seed": seed,
        "happened": pair.happened.value,
        "words": pair.words,
        "comparable": found.registration.is_comparable,
        "texture": found.registration.texture,
        "reason": found.registration.reason,
        "agreement": found.registration.agreement,
        "residual_mm": found.registration.residual_mm,
        "bone_error_mm": _bone_errors(pair, found).tolist(),
        "before": _true(pair.before, pair.prior),
        "after": _true(pair.after, pair.current),
        "lines": [_line(line, pair, found) for line in found.lines],
    }


def refusals(seed: int) -> list[Record]:
    """Return whether pictures of different bones are refused: another person, another limb, another view."""
    anatomies = tuple(Anatomy)
    own = anatomies[seed % len(anatomies)]
    first = single_of(seed, anatomy=own)
    others = {
        "another person": single_of(seed + 100_000, anatomy=own),
        "another limb": single_of(seed, anatomy=anatomies[(seed + 1 + seed // 7 % 6) % len(anatomies)]),
        "another view": single_of(seed, anatomy=own, view=View.LATERAL),
    }
    settings = mx.Settings(false_marks=0.01)
    records = []
    for words, other in others.items():
        found = compare(first, other, settings).registration
        records.append(
            {
                "seed": seed,
                "refusal": words,
                "limb": own.value,
                "comparable": found.is_comparable,
                "agreement": found.agreement,
            }
        )
    return records


def _bone_errors(pair: Pair, found: Comparison) -> npt.NDArray[np.float64]:
    """Return the error of the registration at the known points of bone, in millimetres."""
    if found.places is None:
        return np.zeros(0)
    off = np.hypot(*(found.places.at(pair.bone_current_px) - pair.bone_prior_px).T) * pair.prior_spacing_mm
    return np.asarray(np.round(off, 4))


def _true(line: TrueLine | None, radiograph: mx.Radiograph) -> Record | None:
    if line is None:
        return None
    sign = 1.0 if line.kind is mx.Kind.SCLEROTIC else -1.0
    return {
        "d_prime": line.d_prime,
        "length_mm": line.length_mm,
        "equivalent_width_mm": sign * abs(line.integrated_contrast_mm) / line.bone_contrast_log,
        "is_raw": radiograph.intent is mx.Intent.FOR_PROCESSING,
    }


def _line(line: LineChange, pair: Pair, found: Comparison) -> Record:
    factors = shipped_change_factors()
    return {
        "true": _is_true(line, pair),
        "verdict": line.verdict.value,
        "kinds": [each.value if each else None for each in (line.prior_kind, line.current_kind)],
        "listed": [line.prior_id is not None, line.current_id is not None],
        "length": _ratio(line.length, factors.length),
        "height": _ratio(line.contrast, factors.height),
        "equivalent_width": _ratio(line.equivalent_width, factors.height),
    }


def _is_true(line: LineChange, pair: Pair) -> bool:
    """Whether most of it lies on the line that was drawn, at either visit."""
    checks = []
    if pair.before is not None and len(line.prior_path_px):
        checks.append((line.prior_path_px, pair.before.path_px, pair.prior_spacing_mm))
    if pair.after is not None and len(line.current_path_px):
        path = pair.current_path_px(pair.after.path_px)
        checks.append((line.current_path_px, path, pair.current.mm_per_pixel()))
    return any(
        float((np.linalg.norm(own[:, None] - true[None], axis=2).min(axis=1) * mm <= TOLERANCE_MM).mean())
        >= 0.5
        for own, true, mm in checks
    )


def _ratio(change: QuantityChange | None, factor: float) -> Record | None:
    if change is None:
        return None
    return {
        "prior": change.prior.value,
        "current": change.current.value,
        "change": change.change,
        "error": change.least_significant / factor,
        "least": change.least_significant,
    }


def fitted(records: Sequence[Record]) -> dict[str, float]:
    """Return the factors with which unchanged lines keep within their least significant changes.

    Each of the two tests may fail in 2.5 % of lines, so that about 5 % get a word of change. Never less
    than the measured error of a contrast, nor a quarter of that of a length: few values can be too lucky.
    """
    unchanged = [line for record in records if record.get("happened") == "same" for line in record["lines"]]
    factors = {}
    for name, share, least in (("height", 0.97, 1.0), ("length", 0.975, 0.25)):
        ratios = [abs(line[name]["change"]) / line[name]["error"] for line in unchanged if line[name]]
        factors[name] = round(max(least, float(np.quantile(ratios, share))), 3)
    return factors


def tables(records: Sequence[Record]) -> list[str]:
    """Return the tables of docs/compare.md."""
    pairs = [record for record in records if "happened" in record]
    same = [record for record in pairs if record["happened"] == "same"]
    rows = [
        "| goal | measured (95 % interval, pairs drawn again) | of |",
        "| --- | --- | --- |",
        _row("registration error on bone, median of pairs (mm)", pairs, lambda some: _medians(some, 50)),
        _row(
            "registration error on bone, 95th percentile, median of pairs (mm)",
            pairs,
            lambda some: _medians(some, 95),
        ),
        _row(
            "pairs of one bone refused",
            pairs,
            lambda some: float(np.mean([not p["comparable"] for p in some])),
        ),
        _row("unchanged lines with a word of change", same, _false_changes),
        _row(
            "unchanged true lines with a word of change",
            same,
            lambda some: _false_changes(some, only_true=True),
        ),
    ]
    for what in Happened:
        if what is not Happened.SAME:
            some = [pair for pair in pairs if pair["happened"] == what.value]
            rows.append(_row(f"{what.value}: recognised, clear cases", some, _recognised))
    rows.append(
        _row(
            "bias of the change of length over its least significant change",
            pairs,
            lambda some: _bias(some, "length"),
        )
    )
    rows.append(
        _row(
            "bias of the change of equivalent width over its least significant change, raw pictures",
            [p for p in pairs if all(t["is_raw"] for t in (p["before"], p["after"]) if t)],
            lambda some: _bias(some, "equivalent_width"),
        )
    )
    for words in ("another person", "another limb", "another view"):
        some = [record for record in records if record.get("refusal") == words]
        rows.append(
            _row(f"refused: {words}", some, lambda many: float(np.mean([not r["comparable"] for r in many])))
        )
    return [*rows, "", *_verdict_table(pairs)]


def _row(name: str, records: Sequence[Record], measure: Callable[[Sequence[Record]], float]) -> str:
    if not records:
        return f"| {name} | - | 0 |"
    rng = np.random.default_rng(0)
    value = measure(records)
    drawn = [measure([records[i] for i in rng.integers(0, len(records), len(records))]) for _ in range(500)]
    known = [each for each in drawn if math.isfinite(each)]
    if not known or not math.isfinite(value):
        return f"| {name} | - | {len(records)} pairs |"
    low, high = np.percentile(known, [2.5, 97.5])
    return f"| {name} | {value:.3f} ({low:.3f} to {high:.3f}) | {len(records)} pairs |"


def _medians(records: Sequence[Record], percentile: float) -> float:
    values = [float(np.percentile(r["bone_error_mm"], percentile)) for r in records if r["bone_error_mm"]]
    return float(np.median(values)) if values else math.nan


def _judged(records: Sequence[Record], *, only_true: bool = False) -> list[Record]:
    lines = [line for record in records for line in record["lines"] if line["true"] or not only_true]
    return [line for line in lines if line["verdict"] != "not comparable"]


def _false_changes(records: Sequence[Record], *, only_true: bool = False) -> float:
    lines = _judged(records, only_true=only_true)
    return float(np.mean([line["verdict"] in CHANGED for line in lines])) if lines else math.nan


def _recognised(records: Sequence[Record]) -> float:
    """Return the share of clear cases that were listed at either visit and got the right word."""
    right = []
    for record in records:
        seen = [line for line in record["lines"] if line["true"] and line["verdict"] != "not comparable"]
        if _is_clear(record) and seen:
            expected = EXPECTED[Happened(record["happened"])]
            right.append(any(line["verdict"] in expected for line in seen))
    return float(np.mean(right)) if right else math.nan


def _is_clear(record: Record) -> bool:
    known = [truth for truth in (record["before"], record["after"]) if truth]
    if record["happened"] == Happened.FADED.value:
        known = known[:1]
    return bool(known) and all((truth["d_prime"] or 0) >= CLEAR for truth in known)


def _bias(records: Sequence[Record], key: str) -> float:
    errors = []
    for record in records:
        if record["happened"] == "same" or not record["before"] or not record["after"]:
            continue
        true = record["after"][f"{key}_mm"] - record["before"][f"{key}_mm"]
        errors += [
            (line[key]["change"] - true) / line[key]["least"]
            for line in record["lines"]
            if line["true"] and line[key] and line["verdict"] != "not comparable"
        ]
    return float(np.median(errors)) if errors else math.nan


def _verdict_table(pairs: Sequence[Record]) -> list[str]:
    words = ["new", "gone", "larger", "smaller", "brighter", "unchanged", "not comparable", "not listed"]
    rows = ["| what happened | " + " | ".join(words) + " |", "| --- |" + " --- |" * len(words)]
    for what in Happened:
        counts = dict.fromkeys(words, 0)
        for pair in pairs:
            if pair["happened"] == what.value:
                true = [line["verdict"] for line in pair["lines"] if line["true"]]
                for verdict in true or ["not listed"]:
                    counts[verdict] += 1
        rows.append(f"| {what.value} | " + " | ".join(str(counts[word]) for word in words) + " |")
    return rows


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


def main() -> None:
    """Simulate, compare, and print or fit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=7000, help="seed of the first pair")
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--real", type=Path, help="a folder of pictures to compare with copies of themselves")
    parser.add_argument("--keep", type=Path, help="a file for what was measured, or with it from before")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument(
        "--refusals", type=int, default=3, help="every which seed is compared with other bones"
    )
    asked = parser.parse_args()
    if asked.real:
        real_copies(asked.real, asked.pairs)
        return
    if asked.keep is None:
        parser.error("--keep FILE is needed")
    lines = asked.keep.read_text(encoding="utf-8").splitlines() if asked.keep.exists() else []
    records: list[Record] = [json.loads(line) for line in lines]
    done = {record["seed"] for record in records if "happened" in record}
    with asked.keep.open("a", encoding="utf-8") as kept:
        for seed in range(asked.first, asked.first + asked.pairs):
            if seed in done:
                continue
            new = [record_of(pair_of(seed, happened=Happened.SAME if asked.fit else None), seed)]
            new += refusals(seed) if asked.refusals and not asked.fit and seed % asked.refusals == 0 else []
            records += new
            kept.writelines(f"{json.dumps(record)}\n" for record in new)
            kept.flush()
    if asked.fit:
        FACTORS.write_text(json.dumps(fitted(records), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(FACTORS.read_text(encoding="utf-8"))
        return
    print(*tables(records), sep="\n")


if __name__ == "__main__":
    main()
