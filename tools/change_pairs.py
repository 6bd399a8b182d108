"""Pairs of simulated visits whose change is known; for tools/measure_change.py and tools/draw_change.py."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

import microcal_xray as mx
from microcal_xray.simulation import (
    USUAL_DETECTOR,
    Anatomy,
    Change,
    Course,
    Detector,
    Exposure,
    Fissure,
    Line,
    MicrocallusLine,
    Output,
    Position,
    SimulatedRadiograph,
    TrueLine,
    View,
    line_later,
    simulate_limb,
)
from microcal_xray.simulation.frame import Frame
from microcal_xray.simulation.limbs.positions import positioned
from microcal_xray.simulation.simulate import person_of

FloatArray = npt.NDArray[np.float64]

_ANATOMIES = tuple(Anatomy)
_MOST_ROWS_MM = 110.0  # a piece of a limb is enough, and half as much work
_STREAM = 0x434D50  # keeps these numbers apart from those of the simulation


class Happened(StrEnum):
    """What became of the first line between the visits."""

    SAME = "same"
    GREW = "grew"
    SHRANK = "shrank"
    HEALED = "healed"
    VANISHED = "vanished"
    APPEARED = "appeared"
    FADED = "faded"


@dataclass(frozen=True)
class Pair:
    """Two visits of one limb.

    Parameters
    ----------
    prior, current : Radiograph
        As handed to `compare`; the current one may be flipped, cropped or of another pixel size.
    before, after : TrueLine or None
        The truth about the line that changed; None: it is not there at that visit.
    happened : Happened
    bone_prior_px, bone_current_px : (N, 2) float array
        The same points of bone on both pictures.
    is_own_bone : (N,) bool array
        Which of them lie in the bone with the line; another may move against it where they overlap.
    current_path_px : callable
        Takes points of the current picture as simulated to the current picture as handed over.
    prior_spacing_mm : float
    words : str
        What was done to the pair.
    """

    prior: mx.Radiograph
    current: mx.Radiograph
    before: TrueLine | None
    after: TrueLine | None
    happened: Happened
    bone_prior_px: FloatArray
    bone_current_px: FloatArray
    is_own_bone: npt.NDArray[np.bool_]
    current_path_px: Callable[[FloatArray], FloatArray]
    prior_spacing_mm: float
    words: str


def pair_of(seed: int, *, happened: Happened | None = None) -> Pair:
    """Return the pair of that seed; `happened` None: half of them the same, the others by lot."""
    rng = np.random.default_rng([seed, _STREAM])
    anatomy = _ANATOMIES[seed % len(_ANATOMIES)]
    lot = rng.random()
    others = [each for each in Happened if each is not Happened.SAME]
    drawn = Happened.SAME if lot < 0.5 else others[int(rng.integers(len(others)))]
    asked = happened or drawn
    line = _line(anatomy, seed, rng, is_fissure=asked in (Happened.HEALED, Happened.FADED))
    first, second = _at_both(line, asked)
    moved = Position(
        turn_deg=float(rng.uniform(-5, 5)),
        shift_mm=(float(rng.uniform(-5, 5)), float(rng.uniform(-5, 5))),
        roll_deg=float(rng.uniform(-5, 5)),
    )
    exposures = [
        Exposure(
            air_kerma_ugy=float(np.exp(rng.uniform(np.log(12), np.log(50)))),
            scatter_ratio=float(rng.uniform(0.2, 0.5)),
            tube_kv=int(rng.choice([55, 60, 66])),
        )
        for _ in range(2)
    ]
    outputs, usual = _outputs(rng), _detector(anatomy)
    finer = float(rng.choice([1.0, 1.0, 0.75, 1.3]))
    later = Detector(round(usual.rows / finer), round(usual.columns / finer), usual.spacing_mm * finer)
    pictures = [
        simulate_limb(
            anatomy=anatomy,
            seed=seed,
            lines=[] if held is None else [held],
            exposure=exposure,
            detector=detector,
            output=output,
            position=position,
            visit=visit,
        )
        for visit, (held, exposure, detector, output, position) in enumerate(
            zip((first, second), exposures, (usual, later), outputs, (Position(), moved), strict=True)
        )
    ]
    before, after = pictures
    changed, way, done = _handled(after.radiograph, rng)
    on_prior, on_current, is_own = _bone_points(anatomy, seed, before, after, moved)
    on_current = way(on_current)
    inside = ((on_current >= 0) & (on_current <= np.array(changed.pixels.shape) - 1)).all(axis=1)
    return Pair(
        before.radiograph,
        changed,
        before.truth[0] if before.truth else None,
        after.truth[0] if after.truth else None,
        asked,
        on_prior[inside],
        on_current[inside],
        is_own[inside],
        way,
        usual.spacing_mm,
        f"{anatomy.value}, turned {moved.turn_deg:+.1f}, rolled {moved.roll_deg:+.1f} deg, "
        f"{outputs[0].intent.value}/{outputs[1].intent.value}, pixels x {finer:g}{done}",
    )


def single_of(seed: int, *, anatomy: Anatomy, view: View = View.AP, roll_deg: float = 0.0) -> mx.Radiograph:
    """Return one picture of another person, to be compared with nobody."""
    rng = np.random.default_rng([seed, _STREAM, 1])
    return simulate_limb(
        anatomy=anatomy,
        seed=seed,
        lines=[],
        detector=_detector(anatomy),
        position=Position(view, roll_deg=roll_deg),
        output=_outputs(rng)[0],
    ).radiograph


def _detector(anatomy: Anatomy) -> Detector:
    usual = USUAL_DETECTOR[anatomy]
    return replace(usual, rows=min(usual.rows, round(_MOST_ROWS_MM / usual.spacing_mm)))


def _line(anatomy: Anatomy, seed: int, rng: np.random.Generator, *, is_fissure: bool) -> Line:
    bone = person_of(anatomy, seed).bones[0]
    detector, centre = _detector(anatomy), person_of(anatomy, seed).centre_mm
    middle = float(bone.to_bone(np.array(centre[0]), np.array(centre[1]))[0])
    reach = 0.34 * detector.rows * detector.spacing_mm
    place = float(rng.uniform(max(10, middle - reach), min(middle + reach, bone.span_mm[1] - 10)))
    left, right, *_, trabecular = bone.profiles(place).tolist()
    width = left + right
    angle, length = float(rng.normal(90, 14)), float(rng.uniform(0.35, 0.9)) * width
    course = Course(place, float(rng.uniform(-0.3, 0.3)), length, angle, sag_mm=float(rng.uniform(-0.8, 0.8)))
    if is_fissure or trabecular < 0.07 or rng.random() < 0.6:
        gap, depth, tilt = rng.uniform((0.25, 3.0, 0.0), (0.9, 9.0, 8.0)).tolist()
        return Fissure(course, width_mm=gap, depth_mm=depth, tilt_deg=tilt)
    thickness, added = rng.uniform((0.7, 0.08), (2.2, 0.22)).tolist()
    return MicrocallusLine(course, width_mm=thickness, added_fraction=added)


def _at_both(line: Line, happened: Happened) -> tuple[Line | None, Line | None]:
    if happened is Happened.GREW:
        return line, line_later(line, Change.GREW)
    if happened is Happened.SHRANK:
        return line_later(line, Change.GREW), line
    if happened is Happened.HEALED:
        return line, line_later(line, Change.HEALED)
    if happened is Happened.VANISHED:
        return line, None
    if happened is Happened.APPEARED:
        return None, line
    if happened is Happened.FADED and isinstance(line, Fissure):
        return line, replace(line, width_mm=0.35 * line.width_mm)
    return line, line


def _outputs(rng: np.random.Generator) -> tuple[Output, Output]:
    raw = Output()
    shown = [
        Output(
            intent=mx.Intent.FOR_PRESENTATION,
            edge_gain=float(rng.uniform(0.3, 0.9)),
            compression=float(rng.uniform(0.3, 0.6)),
        )
        for _ in range(2)
    ]
    lot = rng.random()
    if lot < 0.5:
        return raw, raw
    if lot < 0.75:
        return shown[0], shown[0]
    return (shown[0], shown[1]) if lot < 0.9 else (raw, shown[1])


def _handled(
    radiograph: mx.Radiograph, rng: np.random.Generator
) -> tuple[mx.Radiograph, Callable[[FloatArray], FloatArray], str]:
    """Return the picture as it may arrive: flipped, cropped, or as it is."""
    pixels, usable = radiograph.pixels, radiograph.usable
    first, is_flipped, words = np.zeros(2, int), rng.random() < 0.15, ""
    if rng.random() < 0.2:
        rows, columns = pixels.shape
        cut = rng.uniform(0, 0.12, 4)
        top, bottom = int(cut[0] * rows), rows - int(cut[1] * rows)
        left, right = int(cut[2] * columns), columns - int(cut[3] * columns)
        pixels, usable, first = (
            pixels[top:bottom, left:right],
            usable[top:bottom, left:right],
            np.array([top, left]),
        )
        words += ", cropped"
    width = pixels.shape[1]
    if is_flipped:
        pixels, usable, words = pixels[:, ::-1], usable[:, ::-1], f"{words}, flipped"

    def way(points: FloatArray) -> FloatArray:
        moved = points - first
        return np.column_stack([moved[:, 0], width - 1 - moved[:, 1]]) if is_flipped else moved

    return replace(radiograph, pixels=pixels, usable=usable), way, words


def _bone_points(
    anatomy: Anatomy, seed: int, before: SimulatedRadiograph, after: SimulatedRadiograph, moved: Position
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    person, rng = person_of(anatomy, seed), np.random.default_rng([seed, _STREAM, 2])
    frames = [
        Frame(picture.detector.rows, picture.detector.columns, picture.detector.spacing_mm, person.centre_mm)
        for picture in (before, after)
    ]
    limbs = [positioned(person, position, person.centre_mm) for position in (Position(), moved)]
    found = []
    for one, other in zip(limbs[0].bones, limbs[1].bones, strict=True):
        along = rng.uniform(*one.span_mm, 400)
        left, right = one.profiles(along).T[:2]
        share = rng.uniform(-0.95, 0.95, 400)
        across = np.where(share < 0, share * left, share * right)
        places = [
            frame.to_pixels(*bone.to_limb(along, across))
            for frame, bone in zip(frames, (one, other), strict=True)
        ]
        inside = [
            ((points >= 0) & (points <= (frame.rows - 1, frame.columns - 1))).all(axis=1)
            for points, frame in zip(places, frames, strict=True)
        ]
        kept = inside[0] & inside[1]
        found.append((places[0][kept], places[1][kept]))
    is_own = np.concatenate([np.full(len(points), index == 0) for index, (points, _) in enumerate(found)])
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found]), is_own
