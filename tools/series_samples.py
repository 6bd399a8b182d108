"""Simulated pictures with and without growth-arrest lines, by seed: to fit their pattern and measure it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from microcal_xray.radiograph import Radiograph
from microcal_xray.simulation import USUAL_DETECTOR, Anatomy, Mimic, Target, simulate_limb
from microcal_xray.simulation.frame import Frame
from microcal_xray.simulation.plan import _OUTPUTS
from microcal_xray.simulation.random_lines import LineGroup, lines_of_sort
from microcal_xray.simulation.simulate import person_of

_A, _M = Anatomy, Mimic
# The tibia from the knee on shows its lines 13 cm from any end: they are not to be named.
_KNEE = (2.0, -320.0)
_VIEWS: tuple[tuple[Anatomy, tuple[float, float] | None], ...] = (
    (_A.TIBIA, _KNEE), (_A.TIBIA, None), (_A.FEMUR, None), (_A.FOREARM, None), (_A.HUMERUS, None),
    (_A.TIBIA, _KNEE), (_A.METATARSALS, None), (_A.HAND, None),
)  # fmt: skip
_MIMICS: tuple[tuple[Mimic, ...], ...] = (
    (_M.GROWTH_PLATE_SCAR,), (), (_M.SIDE_MARKER,), (_M.GRID_LINES,), (_M.CAST,), (_M.GROWTH_PLATE,),
    (_M.OVERLAP,), (_M.HALO,), (_M.HARDWARE,), (_M.COLLIMATION_EDGE,),
)  # fmt: skip
_LINES = (
    None, None, Target.MICROCALLUS_LINE, None, LineGroup.MICROCALLUS_CLUSTER, Target.TRANSVERSE_FISSURE,
)  # fmt: skip
_OFTEN_ALONE = 0.7
_LEAST_LINES, _LEAST_GAP_MM = 3, 1.5


@dataclass(frozen=True)
class SeriesSample:
    """One picture.

    Parameters
    ----------
    seed : int
    limb : str
    shows_end : bool
        Of the bone, near where its growth-arrest lines are or would be.
    mimics : str
    sort : str
        Of the true lines that it has; empty: none.
    radiograph : Radiograph
    paths_px : tuple of (N, 2) float array
        Its growth-arrest lines; every second seed has two to four, the others none.
    """

    seed: int
    limb: str
    shows_end: bool
    mimics: str
    sort: str
    radiograph: Radiograph
    paths_px: tuple[npt.NDArray[np.float64], ...]

    @property
    def gaps_mm(self) -> npt.NDArray[np.float64]:
        """From each growth-arrest line to the next: bones stand upright in these pictures, nearly."""
        rows = np.sort([float(path[:, 0].mean()) for path in self.paths_px])
        return np.diff(rows) * self.radiograph.mm_per_pixel()

    @property
    def is_asked(self) -> bool:
        """Whether its pattern is to be named: three lines or more, 1.5 mm apart or more, near an end."""
        enough = len(self.paths_px) >= _LEAST_LINES and bool((self.gaps_mm >= _LEAST_GAP_MM).all())
        return enough and self.shows_end


def series_sample(seed: int) -> SeriesSample:
    """Return the picture of a seed; even ones have growth-arrest lines."""
    rng = np.random.default_rng([seed, 78])
    (limb, centre), has_lines = _VIEWS[seed // 2 % len(_VIEWS)], seed % 2 == 0
    detector, person = USUAL_DETECTOR[limb], person_of(limb, seed)
    if centre is not None and person.left_side:
        centre = (-centre[0], centre[1])
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, centre or person.centre_mm)
    mimics, sort = _MIMICS[int(rng.integers(len(_MIMICS)))], _LINES[int(rng.integers(len(_LINES)))]
    if has_lines and rng.random() < _OFTEN_ALONE:
        sort = None
    lines = () if sort is None else lines_of_sort(sort, person, frame, rng)
    mimics = (*mimics, Mimic.HARRIS_LINES) if has_lines else mimics
    output = _OUTPUTS[int(rng.integers(len(_OUTPUTS)))]
    made = simulate_limb(anatomy=limb, seed=seed, lines=lines, output=output, mimics=mimics, centre_mm=centre)
    paths = (one.path_px for one in made.mimics if one.kind is Mimic.HARRIS_LINES)
    return SeriesSample(
        seed,
        limb.value,
        centre is None,
        " ".join(mimic.value for mimic in mimics),
        "" if sort is None else sort.value,
        made.radiograph,
        tuple(path for path in paths if path is not None),
    )
