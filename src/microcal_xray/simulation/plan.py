"""What each picture of a simulated folder shows: a round through all limbs, lines, mimics and outputs."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ..loading.polarity import Photometric
from ..radiograph import Intent
from .anatomy import Anatomy
from .detector import Detector
from .exposure import Exposure
from .frame import Frame
from .limbs import Position, View
from .lines import Target
from .mimics import Mimic
from .output import Output, Relationship
from .pairs import Change, line_from_the_side, line_later
from .random_lines import LineGroup, LineSort, lines_of_sort
from .simulate import USUAL_DETECTOR, SimulatedRadiograph, person_of, simulate_limb
from .twins import PRESENTATIONS, presentation_twin

ROUND = 40  # pictures after which the plan begins again, with other persons
_TEN = 10
_LATER, _SIDE, _TWIN = 5, 7, 9  # places in ten that show the patient of the place before once more


class Family(StrEnum):
    """Which settings a folder draws from; what one has is kept from the other."""

    TUNING = "tuning"
    HELD_OUT = "held-out"  # an upper arm, other voltages, doses, pixels, processing: for tests only


@dataclass(frozen=True)
class Recipe:
    """What one patient shows.

    Parameters
    ----------
    anatomy : Anatomy
    sort : Target or LineGroup or None
        None: no line.
    mimics : tuple of Mimic
    centre_mm : (x, y) or None
        None: the usual view.
    age_years : float or None
    """

    anatomy: Anatomy
    sort: LineSort | None = None
    mimics: tuple[Mimic, ...] = ()
    centre_mm: tuple[float, float] | None = None
    age_years: float | None = None


_A, _T, _G, _M = Anatomy, Target, LineGroup, Mimic
_PROXIMAL = (2.0, -320.0)
_CALF = (-8.0, -235.0)
# Seven patients in each ten pictures, at places 0, 1, 2, 3, 4 (and later), 6 (and from the side), 8 (and as
# its twin). Places 2 and 8 are free of lines.
_RECIPES = (
    (
        Recipe(_A.TIBIA, _T.SPIRAL_FISSURE, (_M.NUTRIENT_CANAL,), _CALF),
        Recipe(_A.CALCANEUS, _T.MICROCALLUS_LINE, (_M.SIDE_MARKER,)),
        Recipe(_A.FOREARM, None, (_M.GROWTH_PLATE, _M.COLLIMATION_EDGE)),
        Recipe(_A.FEMUR, _T.PERIOSTEAL_THICKENING, (_M.SKIN_FOLD,), (3.0, -150.0)),
        Recipe(_A.TIBIA, _T.TRANSVERSE_FISSURE, ()),
        Recipe(_A.FOREARM, _T.OBLIQUE_FISSURE, (_M.SIDE_MARKER,)),
        Recipe(_A.FEMUR, None, (_M.GRID_LINES, _M.GROWTH_PLATE_SCAR)),
    ),
    (
        Recipe(_A.METATARSALS, _T.LONGITUDINAL_FISSURE, (_M.COLLIMATION_EDGE,)),
        Recipe(_A.HAND, _T.INCOMPLETE_FISSURE, (_M.HALO,)),
        Recipe(_A.TIBIA, None, (_M.HARRIS_LINES, _M.GROWTH_PLATE_SCAR), _PROXIMAL),
        Recipe(_A.TIBIA, _T.ENDOSTEAL_THICKENING, (_M.COLLIMATION_EDGE,)),
        Recipe(_A.FOREARM, _T.INCOMPLETE_FISSURE, (_M.CAST,)),
        Recipe(_A.TIBIA, _T.MICROCALLUS_LINE, (_M.OVERLAP,)),
        Recipe(_A.METATARSALS, None, (_M.SIDE_MARKER,)),
    ),
    (
        Recipe(_A.FEMUR, _G.MICROCALLUS_CLUSTER, (_M.GROWTH_PLATE_SCAR,)),
        Recipe(_A.TIBIA, _T.BUMP, (_M.HARDWARE,)),
        Recipe(_A.HAND, None, (_M.GROWTH_PLATE,), None, 9.0),
        Recipe(_A.FOREARM, _G.FISSURE_CLUSTER, (_M.GRID_LINES,)),
        Recipe(_A.METATARSALS, _T.OBLIQUE_FISSURE, ()),
        Recipe(_A.FEMUR, _T.TRANSVERSE_FISSURE, (_M.COLLIMATION_EDGE,)),
        Recipe(_A.CALCANEUS, None, (_M.SKIN_FOLD,)),
    ),
    (
        Recipe(_A.FOREARM, _T.SPIRAL_FISSURE, (_M.HALO,)),
        Recipe(_A.TIBIA, _T.MICROCALLUS_LINE, (_M.HARRIS_LINES, _M.GROWTH_PLATE), None, 15.0),
        Recipe(_A.TIBIA, None, (_M.HARDWARE, _M.NUTRIENT_CANAL), _CALF),
        Recipe(_A.HAND, _T.BUMP, (_M.SIDE_MARKER,)),
        Recipe(_A.TIBIA, _T.LONGITUDINAL_FISSURE, (_M.OVERLAP,)),
        Recipe(_A.FOREARM, _T.MICROCALLUS_LINE, ()),
        Recipe(_A.FOREARM, None, (_M.CAST, _M.SIDE_MARKER)),
    ),
)
_PLACE_OF_PATIENT = (0, 1, 2, 3, 4, 4, 5, 5, 6, 6)  # in its ten
_CHANGES = (Change.HEALED, Change.GREW, Change.VANISHED, Change.HEALED)

_HIGH, _LOW = Photometric.MONOCHROME2, Photometric.MONOCHROME1
_LOG = Relationship.LOGARITHMIC
_OUTPUTS = (
    Output(bits=14),
    Output(intent=Intent.FOR_PRESENTATION, photometric=_HIGH, bits=12),
    Output(relationship=_LOG, photometric=_HIGH, bits=12),
    Output(intent=Intent.FOR_PRESENTATION, photometric=_LOW, bits=10, edge_gain=1.2),
    Output(photometric=_HIGH, bits=16),
    Output(relationship=_LOG, photometric=_LOW, bits=13),
    Output(intent=Intent.FOR_PRESENTATION, photometric=_HIGH, bits=15, compression=0.6),
)
_LINEAR = Output(bits=14)  # of the first of two twins


@dataclass(frozen=True)
class _Range:
    """What a family draws from."""

    voltages_kv: tuple[int, ...]
    kerma_ugy: tuple[float, float]
    pixels_mm: tuple[float, ...]
    presentations: tuple[str, ...]


_RANGES = {
    Family.TUNING: _Range(
        (55, 60, 66), (12, 40), (0.143, 0.16, 0.10, 0.125, 0.20), ("unsharp", "strong-edges")
    ),
    Family.HELD_OUT: _Range((50, 70), (6, 80), (0.139, 0.175, 0.11, 0.15), ("multiscale",)),
}
_STREAM = {Family.TUNING: 0, Family.HELD_OUT: 1}


@dataclass(frozen=True)
class Planned:
    """One picture of a folder.

    Parameters
    ----------
    simulated : SimulatedRadiograph
    related_to : int or None
        Index of an earlier picture of the same patient.
    relation : str or None
        As of `Relation`.
    """

    simulated: SimulatedRadiograph
    related_to: int | None = None
    relation: str | None = None


def planned(
    index: int, *, seed: int, family: Family = Family.TUNING, detector: Detector | None = None
) -> Planned:
    """Return the picture of that index, from 0, in the folder of that seed.

    Parameters
    ----------
    index : int
    seed : int
    family : Family
    detector : Detector, optional
        None: of the usual size for the limb, with the pixels of the family in turn.
    """
    place = index % _TEN
    again = place in (_LATER, _SIDE, _TWIN)
    patient = index - 1 if again else index
    recipe = _recipe(patient, family)
    rng = np.random.default_rng([seed, patient, _STREAM[family]])
    person_seed = int(rng.integers(2**31))
    exposure = _exposure(rng, family)
    own = detector or _detector(recipe.anatomy, patient, family)
    person = person_of(recipe.anatomy, person_seed)
    centre = recipe.centre_mm or person.centre_mm
    if recipe.centre_mm is not None and person.left_side:
        centre = (-centre[0], centre[1])
    frame = Frame(own.rows, own.columns, own.spacing_mm, centre)
    lines = () if recipe.sort is None else lines_of_sort(recipe.sort, person, frame, rng)
    position = Position() if place in (_LATER - 1, _SIDE - 1) else None
    relation: str | None = None
    if place == _LATER:
        change = _CHANGES[index // _TEN % len(_CHANGES)]
        position = _moved(rng)
        later = line_later(lines[0], change) if lines else None
        lines, relation = (() if later is None else (later,)) + lines[1:], change.value
    if place == _SIDE:
        position, relation = Position(View.LATERAL), "view"
        lines, centre = tuple(line_from_the_side(line) for line in lines), (0.0, centre[1])
    simulated = simulate_limb(
        anatomy=recipe.anatomy,
        seed=person_seed,
        lines=lines,
        exposure=exposure,
        detector=own,
        output=_LINEAR if place in (_TWIN - 1, _TWIN) else _OUTPUTS[patient % len(_OUTPUTS)],
        centre_mm=centre,
        mimics=recipe.mimics,
        age_years=recipe.age_years,
        position=position,
        visit=1 if place == _LATER else 0,
    )
    if place == _TWIN:
        names = _RANGES[family].presentations
        simulated = presentation_twin(simulated, PRESENTATIONS[names[index // _TEN % len(names)]])
        relation = "twin"
    return Planned(simulated, patient if again else None, relation)


def _recipe(patient: int, family: Family) -> Recipe:
    tens, place = divmod(patient % ROUND, _TEN)
    recipe = _RECIPES[tens][_PLACE_OF_PATIENT[place]]
    if family is Family.HELD_OUT and recipe.anatomy is Anatomy.FOREARM:
        return replace(recipe, anatomy=Anatomy.HUMERUS)
    return recipe


def _exposure(rng: np.random.Generator, family: Family) -> Exposure:
    drawn = _RANGES[family]
    low, high = drawn.kerma_ugy
    return Exposure(
        tube_kv=int(rng.choice(drawn.voltages_kv)),
        air_kerma_ugy=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
        scatter_ratio=float(rng.uniform(0.2, 0.4)),
        focal_spot_mm=float(rng.uniform(0.6, 1.2)),
        magnification=float(rng.uniform(1.02, 1.10)),
        anode_depths=float(rng.uniform(0.02, 0.06)),
    )


def _detector(anatomy: Anatomy, patient: int, family: Family) -> Detector:
    usual, pixels = USUAL_DETECTOR[anatomy], _RANGES[family].pixels_mm
    # Small bones on the finer pixels of a table, long ones on those of a wall stand; and in turn.
    spacing = pixels[patient % len(pixels)]
    scale = usual.spacing_mm / spacing
    return Detector(round(usual.rows * scale), round(usual.columns * scale), spacing)


def _moved(rng: np.random.Generator) -> Position:
    turn, x, y, roll = rng.uniform((-3, -6, -6, -5), (3, 6, 6, 5)).tolist()
    return Position(turn_deg=turn, shift_mm=(x, y), roll_deg=roll)
