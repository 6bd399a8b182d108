"""Measure how well the MR companion measures: simulated pairs with known truth, with bootstrap intervals.

Run `python tools/measure_mri.py --pairs 24 --out mri.md`. The seeds are used for nothing else.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from microcal_xray.mri import BoneNotFoundError, MRFindings, State, measure_mri
from microcal_xray.mri.simulated import DarkLine, Leg, MRTruth, Oedema, Rim, Slices, simulate_mr

_SEED = 7000
_RESAMPLES = 2000
_STACKS = (
    Slices("sagittal"),
    Slices("coronal", turned_deg=6.0),
    Slices("axial", 0.7, 4.0, 4.4),
)


def leg_of(number: int) -> Leg:
    """Return a leg; every fifth is normal."""
    rng = np.random.default_rng(_SEED + number)
    slices = _STACKS[number % len(_STACKS)]
    place = float(rng.uniform(65, 115))
    front = slices.plane != "coronal"
    side = float(rng.uniform(0, 2 * np.pi)) if slices.plane == "axial" else 0.0 if front else np.pi / 2
    oedema = Oedema(
        place, float(rng.uniform(18, 60)), float(rng.uniform(9, 18)), side, on_t1=bool(rng.random() < 0.5)
    )
    rim = Rim(place, float(rng.uniform(14, 40)), thickness_mm=float(rng.uniform(1.5, 3)), side_rad=side)
    line = DarkLine(place + float(rng.uniform(-4, 4)), float(rng.uniform(6, 11)), side_rad=side)
    is_normal = number % 5 == 4
    return Leg(
        seed=_SEED + number,
        oedema=None if is_normal else oedema,
        rim=rim if rng.random() < 0.6 and not is_normal else None,
        line=line if rng.random() < 0.5 and not is_normal and slices.plane != "axial" else None,
        noise=float(rng.uniform(0.015, 0.04)),
        coil=float(rng.uniform(0.05, 0.25)),
        slices=slices,
    )


def interval(values: Sequence[float]) -> str:
    """Return the median with its 95 % bootstrap interval over pairs."""
    if not values:
        return "-"
    rng = np.random.default_rng(0)
    own = np.asarray(values)
    drawn = np.median(own[rng.integers(len(own), size=(_RESAMPLES, len(own)))], axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{np.median(own):.3f} [{low:.3f}, {high:.3f}] of {len(own)}"


def ratios(pairs: Sequence[tuple[Leg, MRTruth, MRFindings]]) -> list[str]:
    """Return rows of measured over true."""
    lengths, across, volumes, rims, lines, inside = [], [], [], [], [], []
    for _, truth, found in pairs:
        if truth.oedema_length_mm and found.oedema:
            lengths.append(found.oedema.length_mm.value / truth.oedema_length_mm)
            estimate = found.oedema.length_mm
            inside.append(float(estimate.low <= truth.oedema_length_mm <= estimate.high))
        if truth.oedema_across_mm and found.oedema:
            across.append(found.oedema.across_mm.value / truth.oedema_across_mm)
        if truth.oedema_mm3 and found.oedema:
            volumes.append(found.oedema.volume_mm3.value / truth.oedema_mm3)
        if truth.rim_length_mm and found.periosteum:
            rims.append(found.periosteum.length_mm.value / truth.rim_length_mm)
        if truth.line_mm and found.lines:
            lines.append(found.lines[0].line.length_mm.value / truth.line_mm)
    named = {
        "marrow signal, along": lengths,
        "marrow signal, across": across,
        "marrow signal, volume": volumes,
        "periosteal signal, along": rims,
        "dark line, length": lines,
    }
    table = [
        f"| {name} | {interval(own)} | {np.mean([abs(r - 1) <= 0.1 for r in own]) if own else np.nan:.2f} |"
        for name, own in named.items()
    ]
    share = float(np.mean(inside)) if inside else np.nan
    return [*table, f"| interval of the extent along holds the truth | {share:.2f} | |"]


def answers(pairs: Sequence[tuple[Leg, MRTruth, MRFindings]]) -> list[str]:
    """Return rows of right answers."""
    asked: dict[str, Callable[[Leg], bool]] = {
        "periosteal oedema": lambda leg: leg.rim is not None,
        "marrow oedema on fat-suppressed T2 or STIR": lambda leg: leg.oedema is not None,
        "marrow signal on T1": lambda leg: leg.oedema is not None and leg.oedema.on_t1,
        "linear dark signal": lambda leg: leg.line is not None,
    }
    table = []
    for name, is_there in asked.items():
        states = [
            (is_there(leg), next(each.state for each in found.descriptors if each.name == name))
            for leg, _, found in pairs
        ]
        yes = sum(there for there, _ in states)
        right = sum(there and state is State.YES for there, state in states)
        false = sum(not there and state is State.YES for there, state in states)
        table.append(f"| {name} | {right} of {yes} | {false} of {len(states) - yes} |")
    return table


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    pairs, lost = [], 0
    for number in range(asked.pairs):
        leg = leg_of(number)
        made = simulate_mr(leg)
        try:
            pairs.append((leg, made.truth, measure_mri([made.t1, made.stir])))
        except BoneNotFoundError:
            lost += 1
    joints = [
        float(found.bone.along_mm(truth.joint_mm[None])[0] - found.bone.joint_mm)
        for _, truth, found in pairs
        if found.bone.joint_mm is not None
    ]
    lines = [
        f"{asked.pairs} pairs; bone not found in {lost}; joint found in {len(joints)}, "
        f"true less found {interval(joints)} mm.",
        "",
        "| measured over true | median [95 %] | within 10 % |",
        "|---|---|---|",
        *ratios(pairs),
        "",
        "| descriptor | yes where it was drawn | yes where it was not |",
        "|---|---|---|",
        *answers(pairs),
    ]
    text = "\n".join(lines) + "\n"
    asked.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
