"""Measure how well the MR companion measures: simulated pairs with known truth, with intervals.

Run `python tools/measure_mri.py --pairs 150 --seed 8701 --out mri.md`. Each pair has its own seed, counted up
from `--seed`; choose seeds that nothing was tuned on. Every pair is printed when it is done.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from microcal_xray.mri import BoneNotFoundError, MRFindings, State, measure_mri
from microcal_xray.mri.simulated import DarkLine, Leg, MRTruth, Oedema, Rim, Slices, simulate_mr

_RESAMPLES = 2000
_STACKS = (
    Slices("sagittal"),
    Slices("coronal", turned_deg=6.0),
    Slices("axial", 0.7, 4.0, 4.4),
)

_Pair = tuple[Leg, MRTruth, MRFindings]


def leg_of(number: int, seed: int) -> Leg:
    """Return a leg; every fifth is normal."""
    rng = np.random.default_rng(seed)
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
        seed=seed,
        oedema=None if is_normal else oedema,
        rim=rim if rng.random() < 0.6 and not is_normal else None,
        line=line if rng.random() < 0.5 and not is_normal and slices.plane != "axial" else None,
        noise=float(rng.uniform(0.015, 0.04)),
        coil=float(rng.uniform(0.05, 0.25)),
        slices=slices,
    )


def interval(values: Sequence[float]) -> str:
    """Return the median with its 95 % bootstrap interval over pairs, and the 5th and 95th percentile."""
    if not values:
        return "- | -"
    rng = np.random.default_rng(0)
    own = np.asarray(values)
    drawn = np.median(own[rng.integers(len(own), size=(_RESAMPLES, len(own)))], axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    least, most = np.percentile(own, (5, 95))
    return f"{np.median(own):.3f} [{low:.3f}, {high:.3f}] | {least:.2f} to {most:.2f}"


def share(right: int, of: int) -> str:
    """Return a share with Wilson's 95 % interval."""
    if not of:
        return "-"
    z, p = 1.96, right / of
    middle = (p + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2))
    return f"{right} of {of}: {p:.2f} [{max(middle - half, 0):.2f}, {min(middle + half, 1):.2f}]"


def ratios(pairs: Sequence[_Pair]) -> Iterator[str]:
    """Yield rows of measured over true, of what was drawn and found."""
    asked: dict[str, Callable[[MRTruth, MRFindings], tuple[float | None, float | None]]] = {
        "marrow signal, along": lambda truth, found: (
            truth.oedema_length_mm,
            found.oedema.length_mm.value if found.oedema else None,
        ),
        "marrow signal, volume": lambda truth, found: (
            truth.oedema_mm3,
            found.oedema.volume_mm3.value if found.oedema else None,
        ),
        "marrow signal, across": lambda truth, found: (
            truth.oedema_across_mm,
            found.oedema.across_mm.value if found.oedema else None,
        ),
        "periosteal signal, along": lambda truth, found: (
            truth.rim_length_mm,
            found.periosteum.length_mm.value if found.periosteum else None,
        ),
        "dark line, length": lambda truth, found: (
            truth.line_mm,
            found.lines[0].line.length_mm.value if found.lines else None,
        ),
    }
    for name, of in asked.items():
        both = [of(truth, found) for _, truth, found in pairs]
        own = [measured / true for true, measured in both if true and measured]
        right = sum(abs(each - 1) <= 0.1 for each in own)
        yield f"| {name} | {interval(own)} | {share(right, len(own))} |"


def extents(pairs: Sequence[_Pair]) -> Iterator[str]:
    """Yield rows of the extent along the bone for each plane of slices."""
    for plane in dict.fromkeys(leg.slices.plane for leg, _, _ in pairs):
        own = [
            found.oedema.length_mm.value / truth.oedema_length_mm
            for leg, truth, found in pairs
            if leg.slices.plane == plane and truth.oedema_length_mm and found.oedema
        ]
        right = sum(abs(each - 1) <= 0.1 for each in own)
        yield f"| the same, {plane} slices | {interval(own)} | {share(right, len(own))} |"


def held(pairs: Sequence[_Pair]) -> str:
    """Return how often the interval of the extent along the bone holds the truth."""
    own = [
        found.oedema.length_mm.low <= truth.oedema_length_mm <= found.oedema.length_mm.high
        for _, truth, found in pairs
        if truth.oedema_length_mm and found.oedema
    ]
    return share(sum(own), len(own))


def answers(pairs: Sequence[_Pair]) -> Iterator[str]:
    """Yield rows of what was said where something was drawn, and where not."""
    asked: dict[str, Callable[[Leg], bool]] = {
        "periosteal oedema": lambda leg: leg.rim is not None,
        "marrow oedema on fat-suppressed T2 or STIR": lambda leg: leg.oedema is not None,
        "marrow signal on T1": lambda leg: leg.oedema is not None and leg.oedema.on_t1,
        "signal inside the cortex": lambda leg: False,
        "linear dark signal": lambda leg: leg.line is not None,
    }
    for name, is_there in asked.items():
        said = [
            (is_there(leg), next(each.state for each in found.descriptors if each.name == name))
            for leg, _, found in pairs
        ]
        cells = []
        for there in (True, False):
            own = [state for each, state in said if each is there]
            others = [
                f"{len(list(group))} {state.value}"
                for state, group in groupby(sorted(each for each in own if each is not State.YES))
                if (there and state is State.NO) or state not in (State.YES, State.NO)
            ]
            rest = f" ({', '.join(others)})" if others else ""
            cells.append(share(sum(state is State.YES for state in own), len(own)) + rest)
        yield f"| {name} | {cells[0]} | {cells[1]} |"


def errors_mm(pairs: Sequence[_Pair]) -> Iterator[str]:
    """Yield the rows of places: the joint, and the middle of the marrow signal counted from it."""
    joints, middles = [], []
    for leg, truth, found in pairs:
        if found.bone.joint_mm is None:
            continue
        joints.append(float(found.bone.joint_mm - found.bone.along_mm(truth.joint_mm[None])[0]))
        span = found.from_joint_mm(found.oedema.along_mm) if found.oedema is not None else None
        if span is not None and leg.oedema is not None:
            middles.append(sum(span) / 2 - leg.oedema.from_joint_mm)
    yield f"| the joint, along the bone | {interval(joints)} | {len(joints)} of {len(pairs)} |"
    yield f"| middle of the marrow signal from the joint | {interval(middles)} | {len(middles)} |"


def told(number: int, seed: int, leg: Leg, truth: MRTruth, found: MRFindings) -> str:
    """Return one pair in a line."""
    length = "none" if found.oedema is None else f"{found.oedema.length_mm.value:.1f} mm"
    drawn = "none" if truth.oedema_length_mm is None else f"{truth.oedema_length_mm:.1f} mm"
    states = " ".join(f"{each.state.value[0]}" for each in found.descriptors)
    return f"{number + 1} seed {seed} {leg.slices.plane}: drawn {drawn}, found {length}; {states}"


def main() -> None:
    """Measure, print each pair, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=150)
    parser.add_argument("--seed", type=int, default=8701, help="of the first pair; each next one is 1 more")
    parser.add_argument("--out", type=Path, help="also write the tables here")
    asked = parser.parse_args()
    pairs: list[_Pair] = []
    for number in range(asked.pairs):
        seed = asked.seed + number
        leg = leg_of(number, seed)
        made = simulate_mr(leg)
        try:
            found = measure_mri([made.t1, made.stir])
        except BoneNotFoundError as error:
            print(f"{number + 1} seed {seed} {leg.slices.plane}: {error}", flush=True)
            continue
        pairs.append((leg, made.truth, found))
        print(told(number, seed, leg, made.truth, found), flush=True)
    lines = [
        f"{asked.pairs} pairs, seeds {asked.seed} to {asked.seed + asked.pairs - 1}; "
        f"bone not found in {asked.pairs - len(pairs)}.",
        "",
        "| measured over true | median [95 %] | 5 to 95 % of pairs | within 10 % [95 %] |",
        "|---|---|---|---|",
        *(row for number, row in enumerate(ratios(pairs)) if number == 0),
        *extents(pairs),
        *(row for number, row in enumerate(ratios(pairs)) if number > 0),
        "",
        "| place, found less true, mm | median [95 %] | 5 to 95 % of pairs | pairs |",
        "|---|---|---|---|",
        *errors_mm(pairs),
        "",
        "| descriptor | yes where it was drawn [95 %] | yes where it was not [95 %] |",
        "|---|---|---|",
        *answers(pairs),
        "",
        f"The interval of the extent along the bone holds the truth in {held(pairs)}.",
    ]
    text = "\n".join(lines) + "\n"
    print(f"\n{text}")
    if asked.out is not None:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
