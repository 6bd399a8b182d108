"""Simulate pairs of visits whose change is known, compare them, and keep what was measured.

    python tools/change_rows.py --first 20000 --pairs 400 --happened same --jobs 16 --keep fit.jsonl
    python tools/change_rows.py --first 30000 --pairs 700 --refusals 10 --jobs 16 --keep test.jsonl

With --happened same nothing changed in any pair; without it in half of them. What was measured is kept
before any word is said, a line for each pair, so that `tools/measure_change.py` can fit the errors and say
the words anew in seconds. A run that was ended goes on where it was; after --minutes no new pair is begun.
About five seconds of one core for each pair, and as much again for a seed with refusals.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from change_pairs import Happened, Pair, pair_of, single_of

import microcal_xray as mx
from microcal_xray.change_errors import Processing, shipped_change_factors
from microcal_xray.change_rules import LineFacts
from microcal_xray.comparing import compare, laid_findings
from microcal_xray.findings import Candidate, Findings, Kind
from microcal_xray.line_changes import LineChanges
from microcal_xray.measured import Estimate, Measured
from microcal_xray.pairing import Site
from microcal_xray.pipeline import find_lines
from microcal_xray.registration import PairedHeight
from microcal_xray.side_by_side import LaidPair
from microcal_xray.simulation import Anatomy, TrueLine, View

FALSE_MARKS = 3.0
TOLERANCE_MM = 1.5
Record = dict[str, Any]


def record_of(pair: Pair, seed: int) -> Record:
    """Return what is measured of a pair beside the truth, as plain values."""
    settings = mx.Settings(false_marks=FALSE_MARKS)
    prior, current = find_lines(pair.prior, settings), find_lines(pair.current, settings)
    registration, both = laid_findings(prior, current)
    lines = []
    if both is not None:
        changes = LineChanges(both, shipped_change_factors())
        for site in changes.sites(prior, current):
            lines.append(_line(changes, site, prior, current, pair))
    return {
        "seed": seed,
        "happened": pair.happened.value,
        "words": pair.words,
        "comparable": registration.is_comparable,
        "reason": registration.reason,
        "texture": registration.texture,
        "agreement": registration.agreement,
        "residual_mm": registration.residual_mm,
        "gain": registration.gain,
        "bone_error_mm": [] if both is None else _bone_errors(pair, both, is_own=True),
        "any_bone_error_mm": [] if both is None else _bone_errors(pair, both, is_own=False),
        "before": _true(pair.before),
        "after": _true(pair.after),
        "lines": lines,
    }


def _line(changes: LineChanges, site: Site, prior: Findings, current: Findings, pair: Pair) -> Record:
    looked = changes.looked_at(site, prior, current)
    listed = [
        None if site.prior is None else prior.candidates[site.prior],
        None if site.current is None else current.candidates[site.current],
    ]
    row: Record = {
        "true_share": _true_share(listed, pair),
        "listed": [_candidate(each) for each in listed],
        "reason": looked if isinstance(looked, str) else None,
        "facts": None,
    }
    if not isinstance(looked, str):
        plain: Record = asdict(looked.facts)
        row["facts"] = plain
        row["cards"] = [None if card is None else _card(card) for card in looked.cards]
    return row


def _card(card: Measured) -> Record:
    width, integral = card.width_mm, card.integrated_contrast_px
    return {
        "d_prime": round(card.d_prime.value, 2),
        "width_mm": None if width is None else round(width.value, 3),
        "integral": [integral.value, integral.low, integral.high],
        "bone_contrast": None if card.bone_contrast is None else card.bone_contrast.value,
    }


def _candidate(one: Candidate | None) -> Record | None:
    if one is None:
        return None
    marks = None if one.evidence is None else one.evidence.false_marks
    return {"kind": one.kind.value, "false_marks": marks, "length_mm": one.length_mm}


def facts_of(record: Record) -> LineFacts:
    """Return the facts that a row holds."""
    kinds = [None if each is None else Kind(each) for each in record["listed"]]
    lengths = [None if each is None else Estimate(**each) for each in record["lengths"]]
    return LineFacts(
        PairedHeight(**record["paired"]),
        (kinds[0], kinds[1]),
        (lengths[0], lengths[1]),
        tuple(record["integrals"]),
        record["area"],
        tuple(record["bone_contrasts"]),
        record["registration"],
        Processing(record["processing"]),
        record["contrast_unit"],
        record["turned_z"],
        record["turned_integral"],
    )


def _true_share(listed: list[Candidate | None], pair: Pair) -> float:
    """Return the share of the candidate that lies on the line that was drawn, the larger of both visits."""
    shares = [0.0]
    if pair.before is not None and listed[0] is not None:
        shares.append(_on(listed[0].path_px, pair.before.path_px, pair.prior_spacing_mm))
    if pair.after is not None and listed[1] is not None:
        path = pair.current_path_px(pair.after.path_px)
        shares.append(_on(listed[1].path_px, path, pair.current.mm_per_pixel()))
    return round(max(shares), 3)


def _on(own: npt.NDArray[np.float64], true: npt.NDArray[np.float64], mm: float) -> float:
    away = np.linalg.norm(own[:, None] - true[None], axis=2).min(axis=1) * mm
    return float((away <= TOLERANCE_MM).mean())


def _bone_errors(pair: Pair, both: LaidPair, *, is_own: bool) -> list[float]:
    """Return percentiles 50 and 95 of the error of the registration at known points of bone, in mm."""
    off = np.hypot(*(both.places().at(pair.bone_current_px) - pair.bone_prior_px).T) * pair.prior_spacing_mm
    if is_own:
        off = off[pair.is_own_bone]
    return [round(float(each), 4) for each in np.percentile(off, [50, 95])] if len(off) else []


def _true(line: TrueLine | None) -> Record | None:
    if line is None:
        return None
    return {
        "kind": line.kind.value,
        "d_prime": line.d_prime,
        "length_mm": line.length_mm,
        "integrated_contrast_mm": line.integrated_contrast_mm,
        "bone_contrast_log": line.bone_contrast_log,
        "equivalent_width_mm": (1.0 if line.kind is Kind.SCLEROTIC else -1.0)
        * abs(line.integrated_contrast_mm)
        / line.bone_contrast_log,
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


def rows_of(seed: int, happened: Happened | None, with_refusals: bool) -> list[Record]:
    """Return the rows of one seed; `happened` None: by lot."""
    pair = pair_of(seed, happened=happened)
    return [record_of(pair, seed), *(refusals(seed) if with_refusals else [])]


def kept_rows(path: Path) -> list[Record]:
    """Return the rows of a file; none where there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _one_thread() -> None:
    import cv2  # imported here: only the workers need it

    cv2.setNumThreads(1)


def _measured(seeds: list[int], asked: argparse.Namespace) -> Iterator[list[Record]]:
    """Yield the rows of each seed as it is done; no seed is begun after the minutes asked for."""
    until = time.monotonic() + 60 * asked.minutes
    left, running = iter(seeds), set[Future[list[Record]]]()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.jobs, mp_context=context, initializer=_one_thread) as pool:
        while True:
            while len(running) < asked.jobs and time.monotonic() < until:
                seed = next(left, None)
                if seed is None:
                    break
                with_refusals = bool(asked.refusals) and seed % asked.refusals == 0
                running.add(pool.submit(rows_of, seed, asked.happened, with_refusals))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                yield one.result()


def main() -> None:
    """Simulate, compare and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, required=True, help="seed of the first pair")
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument(
        "--happened", type=Happened, choices=tuple(Happened), help="in every pair; otherwise by lot"
    )
    parser.add_argument(
        "--refusals", type=int, default=0, help="every which seed is compared with other bones"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="then no new pair is begun")
    parser.add_argument(
        "--keep", type=Path, required=True, help="the file of the rows, or with rows from before"
    )
    asked = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # the workers are new processes and read it
    done = {row["seed"] for row in kept_rows(asked.keep)}
    seeds = [seed for seed in range(asked.first, asked.first + asked.pairs) if seed not in done]
    count, began = 0, time.monotonic()
    with asked.keep.open("a", encoding="utf-8") as kept:
        for rows in _measured(seeds, asked):
            kept.writelines(f"{json.dumps(row)}\n" for row in rows)
            kept.flush()
            count += 1
    print(f"{count} pairs in {time.monotonic() - began:.0f} s; {len(done) + count} kept in {asked.keep}")


if __name__ == "__main__":
    main()
