"""Small pictures with lines and candidates, for tests."""

import numpy as np

from microcal_xray.evaluation.candidate_lists import CandidateList, CandidatesFile, ListedCandidate
from microcal_xray.evaluation.truth import TrueImage, TrueLine
from microcal_xray.findings import Kind


def across(row: float, start: float, end: float) -> np.ndarray:
    """Return a line along a row."""
    return np.array([[row, start], [row, end]], float)


def candidate(path, score=1.0, kind=Kind.LUCENT, **lengths) -> ListedCandidate:
    return ListedCandidate(kind, score, np.array(path, float), **lengths)


def line(path, kind=Kind.LUCENT, **known) -> TrueLine:
    return TrueLine(kind, np.array(path, float), **known)


def answer(*candidates, file="a.png", size=(500, 400), spacing_mm=None, searched=True) -> CandidateList:
    return CandidateList(file, searched, *size, spacing_mm, tuple(candidates))


def truth(*lines, file="a.png", size=(500, 400), **known) -> TrueImage:
    return TrueImage(file, *size, lines=tuple(lines), **known)


def study(
    seed=0, images=40, skill=2.0, patients_of=1, unsure=0
) -> tuple[CandidatesFile, tuple[TrueImage, ...]]:
    """Return pictures, every second one with one to three lines, and a detector that knows them a little.

    `skill` is the mean score of true candidates over that of false ones; `patients_of` pictures share one.
    """
    rng, places = np.random.default_rng(seed), np.random.default_rng(99)
    lists, truths = [], []
    for index in range(images):
        file = f"p{index:03d}.png"
        rows = places.permutation(np.arange(40, 480, 40))
        lines = [
            line(across(r, 50, 150), d_prime=float(places.uniform(2, 12))) for r in rows[: index % 2 * 3]
        ]
        lines = lines[: int(places.integers(1, 4))]
        marks = [candidate(each.path_px, float(rng.normal(skill))) for each in lines if rng.random() < 0.9]
        marks += [
            candidate(across(r, 200, 260), float(rng.normal())) for r in rows[5 : 5 + int(rng.poisson(1.5))]
        ]
        lists.append(answer(*marks, file=file))
        truths.append(
            truth(
                *lines,
                file=file,
                patient=f"Smith {index // patients_of}",
                anatomy=("tibia", "hand")[index % 3 % 2],
            )
        )
    return CandidatesFile(tuple(lists), 1.0), tuple(truths)
