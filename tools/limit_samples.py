"""Lines put into line-free radiographs, and how strongly the detector answers to each."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from ranker_samples import pictures_of

from microcal_xray import Radiograph, read_radiograph
from microcal_xray.detectable import Scenery, scenery_of
from microcal_xray.limit import TILT_DEPTH_MM, WORKING_MM, ProbeLine, lines_by_lot, place_of
from microcal_xray.probing import inserted, scores_of, with_context
from microcal_xray.radiograph import Intent
from microcal_xray.searching import search
from microcal_xray.simulation import Anatomy, Detector, Exposure, Output, simulate_limb
from microcal_xray.simulation.simulate import USUAL_DETECTOR

TILTS_DEG = (0.0, 0.0, 0.0, 5.0, 10.0, 20.0, 30.0)
_PRESENTED = Intent.FOR_PRESENTATION
_OUTPUTS = (
    Output(bits=14),
    Output(intent=_PRESENTED, bits=12),
    Output(intent=_PRESENTED, bits=12, edge_gain=1.2),
)
_TEST_OUTPUTS = (Output(bits=13), Output(intent=_PRESENTED, bits=10, compression=0.6))


@dataclass(frozen=True)
class Host:
    """A line-free radiograph, and where it comes from."""

    radiograph: Radiograph
    source: str


Maker = Callable[[], Host]
Each = TypeVar("Each")


@dataclass(frozen=True)
class Row:
    """One inserted line and what became of it; lengths and places in working pixels.

    Parameters
    ----------
    picture, source, intent, kind, compartment : str
    features : dict of str to float
        See `limit.FEATURES`.
    row, column : float
        Its middle.
    direction_rad, angle_rad : float
        On the picture, and to the bone.
    width_px, length_px : float
        Equivalent width and length.
    tilt_deg : float
    score : float
        Of the candidates that show it; `probing.NOT_FOUND` without.
    """

    picture: str
    source: str
    intent: str
    kind: str
    compartment: str
    features: dict[str, float]
    row: float
    column: float
    direction_rad: float
    angle_rad: float
    width_px: float
    length_px: float
    tilt_deg: float
    score: float


def simulated_hosts(seed: int, count: int, *, is_test: bool) -> list[Maker]:
    """Return makers of simulated limbs without lines; test pictures differ in dose, pixel and output."""
    return [partial(_simulated_host, seed, number, is_test) for number in range(count)]


def _simulated_host(seed: int, number: int, is_test: bool) -> Host:
    rng = np.random.default_rng([seed, is_test, number])
    spacings = (0.139, 0.175, 0.11, 0.15) if is_test else (0.143, 0.16, 0.10, 0.125, 0.20)
    kerma = (6, 80) if is_test else (8, 60)
    outputs = _TEST_OUTPUTS if is_test else _OUTPUTS
    anatomy = list(Anatomy)[number % len(Anatomy)]
    usual = USUAL_DETECTOR[anatomy]
    spacing = spacings[int(rng.integers(len(spacings)))]
    share = usual.spacing_mm / spacing
    # Five is prime to the numbers of outputs: each limb meets each of them.
    turn = 5 * (number // len(Anatomy)) + number % len(Anatomy)
    made = simulate_limb(
        anatomy=anatomy,
        seed=seed + number,
        lines=[],
        exposure=Exposure(
            tube_kv=int(rng.choice((55, 60, 66))),
            air_kerma_ugy=float(np.exp(rng.uniform(*np.log(kerma)))),
            focal_spot_mm=float(rng.uniform(0.6, 1.2)),
            magnification=float(rng.uniform(1.02, 1.10)),
        ),
        detector=Detector(round(usual.rows * share), round(usual.columns * share), spacing),
        output=outputs[turn % len(outputs)],
    )
    return Host(made.radiograph, "simulated")


def real_hosts(folder: Path, most: int, *, every: int = 1, first: int = 0) -> list[Maker]:
    """Return makers of real pictures that were looked at and show no line."""
    free = [picture for picture in pictures_of(folder) if picture.line_free][first::every]
    return [partial(_real_host, picture.path, folder.name) for picture in free[:most]]


def _real_host(path: Path, source: str) -> Host:
    return Host(read_radiograph(path), source)


def over_hosts(
    tried: Callable[[Host, np.random.Generator], list[Each]], makers: Sequence[Maker], *, seed: int, jobs: int
) -> list[Each]:
    """Return what a function yields of each host, in their order whatever the number of processes."""
    work = partial(_with_own_chance, tried, seed)
    numbered = list(enumerate(makers))
    if jobs == 1:
        return [row for rows in map(work, numbered) for row in rows]
    with ProcessPoolExecutor(jobs, initializer=_alone) as pool:
        return [row for rows in pool.map(work, numbered) for row in rows]


def _with_own_chance(
    tried: Callable[[Host, np.random.Generator], list[Each]], seed: int, numbered: tuple[int, Maker]
) -> list[Each]:
    number, maker = numbered
    return tried(maker(), np.random.default_rng([seed, number]))


def _alone() -> None:
    cv2.setNumThreads(1)  # the processes share the cores


def scenery_of_host(host: Host) -> Scenery | None:
    """Return the scenery of a host; None where nothing is searched."""
    return scenery_of(host.radiograph, search(host.radiograph))


def drawn(seen: Scenery, count: int, rng: np.random.Generator) -> list[ProbeLine]:
    """Return lines by lot, some of the gaps tilted to the beam."""
    smears = {
        tilt + 1e-6 * number: TILT_DEPTH_MM / WORKING_MM * math.tan(math.radians(tilt))
        for number, tilt in enumerate(TILTS_DEG)
    }
    bone = seen.anatomy.bone & seen.searched
    return with_context(seen, lines_by_lot(bone, seen.anatomy.axis_rad, count, rng, smears_px=smears))


def looked_for(host: Host, seen: Scenery, lines: Sequence[tuple[ProbeLine, float]]) -> list[Row]:
    """Return what becomes of lines that are put into a picture, each with its equivalent width."""
    scores = scores_of(inserted(seen, lines), [each for each, _ in lines])
    return [_row(host, seen, *pair, score) for pair, score in zip(lines, scores, strict=True)]


def _row(host: Host, seen: Scenery, probe: ProbeLine, width_px: float, score: float) -> Row:
    place = place_of(seen.ground, probe, width_px)
    row, column = probe.path_px.mean(axis=0).tolist()
    return Row(
        picture=host.radiograph.name,
        source=host.source,
        intent=host.radiograph.intent.value,
        kind=probe.kind.value,
        compartment=place.compartment.value,
        features=place.features(width_px, probe.length_px, host.radiograph.intent),
        row=row,
        column=column,
        direction_rad=probe.direction_rad,
        angle_rad=place.angle_rad,
        width_px=width_px,
        length_px=probe.length_px,
        tilt_deg=round(probe.tilt_deg, 3),
        score=score,
    )
