"""Simulated pictures with and without bumps, by seed: what the bumps are fitted to and measured on."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from microcal_xray.radiograph import Radiograph
from microcal_xray.simulation import USUAL_DETECTOR, Anatomy, Line, Mimic, Target, Thickening, simulate_limb
from microcal_xray.simulation.courses import Along, Side
from microcal_xray.simulation.frame import Frame
from microcal_xray.simulation.plan import _OUTPUTS
from microcal_xray.simulation.random_lines import _visible_mm, lines_of_sort
from microcal_xray.simulation.simulate import person_of

_A, _M, _T = Anatomy, Mimic, Target
_LIMBS = (
    _A.TIBIA, _A.FEMUR, _A.FOREARM, _A.HUMERUS, _A.METATARSALS, _A.TIBIA, _A.HAND, _A.FEMUR, _A.FOREARM,
    _A.CALCANEUS,
)  # fmt: skip
_MIMICS: tuple[tuple[Mimic, ...], ...] = (
    (), (_M.SIDE_MARKER,), (_M.COLLIMATION_EDGE,), (_M.SKIN_FOLD,), (_M.HARRIS_LINES,), (_M.CAST,),
    (_M.HALO,), (_M.OVERLAP,), (_M.HARDWARE,), (),
)  # fmt: skip
_LONG = (_A.TIBIA, _A.FEMUR, _A.FOREARM, _A.HUMERUS, _A.TIBIA)
_OTHER = (None, _T.TRANSVERSE_FISSURE, _T.MICROCALLUS_LINE, _T.ENDOSTEAL_THICKENING)
_SHARES = np.cos(np.pi * np.linspace(-0.5, 0.5, 2001)) ** 1.5  # of the thickness, as the simulation draws it


@dataclass(frozen=True)
class Sample:
    """One picture.

    Parameters
    ----------
    seed : int
    limb : str
    mimics : str
    radiograph : Radiograph
    bump : Thickening or None
        Laid on outside; None: the picture has none.
    path_px : (N, 2) float array or None
        Where it is.
    shaft_mm : float or None
        Width of the bone there, of the table that the bone was drawn from (its outline wanders by 0.35 mm).
    """

    seed: int
    limb: str
    mimics: str
    radiograph: Radiograph
    bump: Thickening | None
    path_px: npt.NDArray[np.float64] | None
    shaft_mm: float | None

    @property
    def height_mm(self) -> float:
        """Greatest thickness as drawn, with the gap under a shell."""
        return 0.0 if self.bump is None else self.bump.thickness_mm + self.bump.gap_mm

    @property
    def length_mm(self) -> float:
        """Along the outline where the thickness is a tenth of the greatest or more."""
        return 0.0 if self.bump is None else float(self.bump.course.length_mm * (_SHARES >= 0.1).mean())

    @property
    def area_mm2(self) -> float:
        """Thickness as drawn, integrated along the outline."""
        return (
            0.0 if self.bump is None else self.height_mm * self.bump.course.length_mm * float(_SHARES.mean())
        )

    @property
    def callus_index(self) -> float | None:
        """Width of the bone with the bump over that without."""
        return None if self.shaft_mm is None else 1 + self.height_mm / self.shaft_mm


def sample(seed: int) -> Sample:
    """Return the picture of a seed: of forty, ten limbs with a bump, without, with a bump, with a layer."""
    rng = np.random.default_rng([seed, 77])
    limb = _LIMBS[seed % 10]
    detector, person = USUAL_DETECTOR[limb], person_of(limb, seed)
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, person.centre_mm)
    target = (_T.BUMP, _OTHER[seed // 40 % 4], _T.BUMP, _T.PERIOSTEAL_THICKENING)[seed // 10 % 4]
    lines: Sequence[Line] = () if target is None else lines_of_sort(target, person, frame, rng)
    mimics = _MIMICS[int(rng.integers(len(_MIMICS)))]
    output = _OUTPUTS[int(rng.integers(len(_OUTPUTS)))]
    made = simulate_limb(anatomy=limb, seed=seed, lines=lines, output=output, mimics=mimics)
    outside = target in (_T.BUMP, _T.PERIOSTEAL_THICKENING) and len(lines) == 1 and len(made.truth) == 1
    bump = lines[0] if outside and isinstance(lines[0], Thickening) else None
    words = " ".join(mimic.value for mimic in mimics)
    if bump is None:
        return Sample(seed, limb.value, words, made.radiograph, None, None, None)
    left, right = person.bones[0].profiles(bump.course.from_end_mm)[:2].tolist()
    return Sample(seed, limb.value, words, made.radiograph, bump, made.truth[0].path_px, left + right)


def shell_sample(seed: int) -> Sample:
    """Return the picture of a seed with a thin shell beside the cortex of a long bone, a gap under it."""
    rng = np.random.default_rng([seed, 79])
    limb = _LONG[seed % len(_LONG)]
    detector, person = USUAL_DETECTOR[limb], person_of(limb, seed)
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, person.centre_mm)
    bone = person.bones[0]
    low, high = _visible_mm(bone, frame)
    place = float(rng.uniform(low + 0.25 * (high - low), high - 0.25 * (high - low)))
    thickness, gap, length, mineral = rng.uniform((0.3, 0.5, 10, 0.3), (0.8, 2.0, 40, 0.8)).tolist()
    side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
    shell = Thickening(Along(place, length, side), thickness, mineral, gap_mm=gap)
    mimics = _MIMICS[int(rng.integers(len(_MIMICS)))]
    output = _OUTPUTS[int(rng.integers(len(_OUTPUTS)))]
    made = simulate_limb(anatomy=limb, seed=seed, lines=(shell,), output=output, mimics=mimics)
    words = " ".join(mimic.value for mimic in mimics)
    if not made.truth:
        return Sample(seed, limb.value, words, made.radiograph, None, None, None)
    left, right = bone.profiles(place)[:2].tolist()
    return Sample(seed, limb.value, words, made.radiograph, shell, made.truth[0].path_px, left + right)


def truth_of(folder: Path) -> list[tuple[Path, dict[str, str]]]:
    """Return the pictures of a folder with `truth.csv`, each with its row."""
    pictures = folder / "images" if (folder / "images").is_dir() else folder
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        return [(pictures / row["file"], row) for row in csv.DictReader(file)]


def is_plain(row: dict[str, str]) -> bool:
    """Return whether a row of `truth.csv` tells of neither a line nor a bump."""
    has_line = row["thin_line_visible"] != "no" or "fracture" in row["label"].replace("no_fracture", "")
    return not has_line and not (row.get("bump_bbox") or "").strip()


def plain_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a folder that have neither a line nor a bump."""
    return [path for path, row in truth_of(folder) if is_plain(row)]
