"""How often growth-arrest patterns are named, rightly and falsely: simulated seeds 9000 and up, real ones.

Usage: python tools/measure_series.py [--first 9000] [--count 240] [--real FOLDER] [--out FILE.json]

FOLDER holds `truth.csv` and pictures, as ../shared/data/dev does; nothing of it is copied. They have no
spacing: 25 cm are taken for their longer side, as nothing is named without a millimetre.

Rules. A pattern is asked for where three lines or more were drawn, 1.5 mm apart or more, near an end of the
bone that the picture shows. It is named where two lines of one named cluster or more lie within 1.5 mm of
lines that were drawn. Any other named cluster is false. Intervals: Wilson's.
"""

import argparse
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from bump_samples import truth_of
from series_samples import SeriesSample, series_sample

import microcal_xray as mx
from microcal_xray.radiograph import Radiograph, Spacing, SpacingSource

FloatArray = npt.NDArray[np.float64]

_NEAR_MM = 1.5
_LEAST_LINES = 2
_LONGER_SIDE_MM = 250.0
_Z = 1.96


def judged(sample: SeriesSample) -> dict[str, Any]:
    """Return what is named in a picture."""
    mm = sample.radiograph.mm_per_pixel()
    record: dict[str, Any] = {
        "seed": sample.seed, "limb": sample.limb, "mimics": sample.mimics, "sort": sample.sort,
        "drawn": len(sample.paths_px), "asked": sample.is_asked, "shows_end": sample.shows_end,
        "right": 0, "false": 0,
    }  # fmt: skip
    findings = mx.find_lines(sample.radiograph)
    for cluster in findings.clusters:
        if cluster.pattern is not mx.ClusterPattern.GROWTH_ARREST:
            continue
        lines = [one.path_px for one in findings.candidates if one.id in cluster.lines]
        lines += [np.array(path) for path in cluster.faint_px]
        true = {drawn for line in lines for drawn in _drawn_at(line, sample, mm)}
        is_right = len(true) >= _LEAST_LINES
        record["right" if is_right else "false"] += 1
        if is_right and sample.is_asked:
            record |= {
                "listed": len(cluster.lines), "faint": len(cluster.faint_px),
                "lines found": len(true),
                "lines beside them": sum(not _drawn_at(line, sample, mm) for line in lines),
                "spacing error": (cluster.spacing_mm or 0.0) / float(np.median(sample.gaps_mm)) - 1,
            }  # fmt: skip
    return record


def _drawn_at(line: FloatArray, sample: SeriesSample, mm: float) -> list[int]:
    """Return which drawn lines a line lies on, with half of its points or more."""
    return [
        number
        for number, path in enumerate(sample.paths_px)
        if (np.linalg.norm(line[:, None] - path[None, ::4], axis=2).min(axis=1) * mm <= _NEAR_MM).mean()
        >= 0.5
    ]


def summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers with their intervals."""
    asked = [one for one in records if one["asked"]]
    plain = [one for one in records if not one["drawn"]]
    calluses = [one for one in plain if "microcallus" in one["sort"]]
    far = [one for one in records if one["drawn"] and not one["shows_end"]]
    named = [one for one in asked if one["right"]]
    of_limb = {
        limb: f"{_count(named, limb)} of {_count(asked, limb)}"
        for limb in sorted({one["limb"] for one in asked})
    }
    errors = np.abs([one["spacing error"] for one in named] or [math.nan])
    found, drawn = (sum(one[name] for one in named) for name in ("lines found", "drawn"))
    return {
        "named of those asked": _share(len(named), len(asked)),
        "by limb": of_limb,
        "with a listed line": f"{sum(one['listed'] > 0 for one in named)} of {len(named)}",
        "lines found of those drawn there": f"{found} of {drawn}",
        "lines that were not drawn": sum(one["lines beside them"] for one in named),
        "spacing off, median and largest": [
            round(float(np.median(errors)), 3),
            round(float(errors.max()), 3),
        ],
        "named falsely, pictures without such lines": _falsely(plain),
        "of these with microcallus lines": _falsely(calluses),
        "named far from an end": _share(sum(one["right"] > 0 for one in far), len(far)),
        "missed": [f"{one['seed']} {one['limb']} {one['mimics']}" for one in asked if not one["right"]],
        "false": [
            f"{one['seed']} {one['limb']} {one['mimics']} {one['sort']}" for one in records if one["false"]
        ],
    }


def _count(records: list[dict[str, Any]], limb: str) -> int:
    return sum(one["limb"] == limb for one in records)


def _falsely(records: list[dict[str, Any]]) -> list[Any]:
    return _share(sum(one["false"] > 0 for one in records), len(records))


def _share(part: int, whole: int) -> list[Any]:
    """Return a count with its share and Wilson's 95 % interval."""
    if not whole:
        return ["0 of 0"]
    share, spread = part / whole, _Z**2 / whole
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return [f"{part} of {whole}", *(round(value, 3) for value in (share, middle - reach, middle + reach))]


def real(folder: Path) -> dict[str, Any]:
    """Return how many real pictures have a named pattern; whether it is true, nobody has marked."""
    named, count = [], 0
    for path, row in truth_of(folder):
        clusters = mx.find_lines(_with_spacing(mx.read_radiograph(path))).clusters
        count += 1
        if any(one.pattern is mx.ClusterPattern.GROWTH_ARREST for one in clusters):
            named.append(row["file"])
            print(row["file"], file=sys.stderr, flush=True)
    return {"named": _share(len(named), count), "files": named}


def _with_spacing(radiograph: Radiograph) -> Radiograph:
    if radiograph.spacing is not None:
        return radiograph
    mm = _LONGER_SIDE_MM / max(radiograph.pixels.shape)
    return replace(radiograph, spacing=Spacing(mm, mm, SpacingSource.USER))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=9000)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--real", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    records = []
    for seed in range(arguments.first, arguments.first + arguments.count):
        records.append(judged(series_sample(seed)))
        print(json.dumps(records[-1]), file=sys.stderr, flush=True)
    result: dict[str, Any] = {"simulated": summary(records)} if records else {}
    for folder in arguments.real:
        if (folder / "truth.csv").is_file():
            result[folder.name] = real(folder)
    print(json.dumps(result, indent=1))
    if arguments.out:
        text = json.dumps({**result, "records": records}, indent=1)
        arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
