"""One simulated radiograph, from the limb to the stored numbers and the truth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..radiograph import Intent, Radiograph
from .anatomy import Anatomy, Limb
from .detector import Detector
from .drawing import DrawnLine, draw, place
from .exposure import Exposure, detected
from .frame import Frame
from .limbs import Position, View, average_limb, one_person, positioned
from .lines import Line
from .mimics import Mimic, MimicTruth, Scene, draw_mimics, overlapping
from .output import Output, radiograph_of, stored_values
from .physics import scatter, transmission
from .projection import ProjectedBone, path_lengths, project_bone
from .random_lines import lines_by_lot
from .true_line import TrueLine, clustered, truth_of
from .visibility import Shown, d_prime_of

_SCATTER_REACH_MM = 20.0
_OVERLAPPING = 0.45  # how far neighbouring bones move together when their overlap is asked for
_HALO_GAIN = 2.2
_GRID_PER_MM = 4.0
_STREAM = 0x4C494D42  # keeps these random numbers apart from those of a caller who seeds with the same number

USUAL_DETECTOR = {
    Anatomy.TIBIA: Detector(1600, 700, 0.143),
    Anatomy.FEMUR: Detector(1400, 900, 0.16),
    Anatomy.FOREARM: Detector(1400, 720, 0.125),
    Anatomy.METATARSALS: Detector(1000, 920, 0.10),
    Anatomy.HUMERUS: Detector(1400, 740, 0.143),
    Anatomy.HAND: Detector(1050, 1000, 0.10),
    Anatomy.CALCANEUS: Detector(840, 900, 0.143),
}


@dataclass(frozen=True)
class SimulatedRadiograph:
    """A radiograph whose lines are known.

    Parameters
    ----------
    radiograph : Radiograph
        What reading the written file gives, but for its name.
    stored : (R, C) uint16 array
        The numbers in the file. Read-only.
    output : Output
    exposure : Exposure
    detector : Detector
    anatomy : Anatomy
    left_side : bool
        Whether it is the left limb.
    seed : int
    truth : tuple of TrueLine
        In the order in which the lines were asked for; a line that misses the bone is left out.
    mimics : tuple of MimicTruth
        What looks like a line and is none.
    view : View
    visit : int
    """

    radiograph: Radiograph
    stored: npt.NDArray[np.uint16]
    output: Output
    exposure: Exposure
    detector: Detector
    anatomy: Anatomy
    left_side: bool
    seed: int
    truth: tuple[TrueLine, ...]
    mimics: tuple[MimicTruth, ...] = ()
    view: View = View.AP
    visit: int = 0

    @property
    def patient(self) -> str:
        """The invented patient: of the limb and the seed, the same in each view and at each visit."""
        return f"SIM-{self.seed}"


def simulate_limb(
    *,
    anatomy: Anatomy = Anatomy.TIBIA,
    seed: int = 0,
    lines: Sequence[Line] | None = None,
    exposure: Exposure | None = None,
    detector: Detector | None = None,
    output: Output | None = None,
    centre_mm: tuple[float, float] | None = None,
    mimics: Collection[Mimic] = (),
    age_years: float | None = None,
    position: Position | None = None,
    visit: int = 0,
) -> SimulatedRadiograph:
    """Return a simulated radiograph of a limb, with lines of known place and contrast.

    Parameters
    ----------
    anatomy : Anatomy
    seed : int
        Of the person, the tissue and the noise, 0 or more. The same seed and arguments give the same bytes.
    lines : sequence of Fissure or MicrocallusLine, optional
        None: up to three lines drawn by lot. Empty: none.
    exposure : Exposure, optional
    detector : Detector, optional
        None: the usual size for that limb.
    output : Output, optional
        How the signal is stored; None: linear, for processing.
    centre_mm : (x, y), optional
        The point of the limb in the middle of the picture; y is 0 at the joint line and negative above it.
        None: the usual view of that limb.
    mimics : collection of Mimic
        What else shall be seen. Bones that overlap are named in the truth in any case.
    age_years : float, optional
        Growth plates are open below 13 years and closing below 18; None: an adult's.
    position : Position, optional
        To take the same limb again from the side, or turned and shifted by a little: bones keep their texture
        between pictures that have a position. None: the usual position.
    visit : int
        Another visit has another noise and, without `position`, is the same picture otherwise.

    Raises
    ------
    SettingsError
        If an argument is out of range, or a line asks for a bone that the limb does not have.

    Examples
    --------
    >>> from microcal_xray.simulation import Course, Fissure
    >>> line = Fissure(Course(from_end_mm=60, angle_to_bone_deg=80), width_mm=0.4)
    >>> made = simulate_limb(seed=3, lines=[line], detector=Detector(200, 300), centre_mm=(0, -60))
    >>> [line.kind.value for line in made.truth]
    ['lucent']
    """
    exposure, output = exposure or Exposure(), output or Output()
    detector = detector or USUAL_DETECTOR[Anatomy(anatomy)]
    chance = _Chance.of(seed, visit)
    person = one_person(average_limb(Anatomy(anatomy)), chance.person)
    centre = centre_mm or person.centre_mm
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, centre)
    person = overlapping(person, _OVERLAPPING) if Mimic.OVERLAP in mimics else person
    person = person if position is None else positioned(person, position, centre)
    scene = _scene(person, frame, chance.tissue, anchored=position is not None)
    scene = draw_mimics(scene, mimics, chance.mimics, age_years=age_years)
    asked = lines_by_lot(person, frame, chance.lines) if lines is None else lines
    drawn = _placed(asked, person, scene.bones, frame, chance.lines)
    if scene.grid_lines and exposure.grid_per_mm is None:
        exposure = replace(exposure, grid_per_mm=_GRID_PER_MM)
    signal, shown = _exposed(scene, drawn, exposure, detector, chance.noise)
    if scene.halo:
        output = replace(
            output,
            intent=Intent.FOR_PRESENTATION,
            edge_gain=max(output.edge_gain, _HALO_GAIN),
            halo_share=0.8,
            halo_reach_mm=1.2,
        )
    stored = stored_values(signal, output, spacing_mm=frame.spacing_mm)
    return SimulatedRadiograph(
        radiograph=radiograph_of(stored, output, frame.spacing_mm, name=f"{person.anatomy.value}-{seed}"),
        stored=stored,
        output=output,
        exposure=exposure,
        detector=detector,
        anatomy=person.anatomy,
        left_side=person.left_side,
        seed=seed,
        truth=_truths(drawn, shown),
        mimics=scene.mimics,
        view=View.AP if position is None else position.view,
        visit=visit,
    )


def person_of(anatomy: Anatomy, seed: int) -> Limb:
    """Return the limb that `simulate_limb` draws for that anatomy and seed, in its usual position."""
    return one_person(average_limb(Anatomy(anatomy)), _Chance.of(seed, 0).person)


@dataclass(frozen=True)
class _Chance:
    """One generator for each thing that is left to chance, so that none disturbs another."""

    person: np.random.Generator
    tissue: np.random.Generator
    lines: np.random.Generator
    noise: np.random.Generator
    mimics: np.random.Generator

    @classmethod
    def of(cls, seed: int, visit: int) -> "_Chance":
        for name, value in (("seed", seed), ("visit", visit)):
            if value < 0:
                raise SettingsError(f"{name} is {value!r}; it must be 0 or more")
        person, tissue, lines, noise, mimics = np.random.default_rng([seed, _STREAM]).spawn(5)
        if visit:
            noise = np.random.default_rng([seed, _STREAM, visit])
        return cls(person, tissue, lines, noise, mimics)


def _scene(person: Limb, frame: Frame, rng: np.random.Generator, *, anchored: bool) -> Scene:
    own = rng.spawn(len(person.bones)) if anchored else [rng] * len(person.bones)
    projected = (
        project_bone(bone, frame, chance, anchored=anchored)
        for bone, chance in zip(person.bones, own, strict=True)
    )
    bones = {bone.name: bone for bone in projected if bone is not None}
    return Scene(person, frame, bones, path_lengths(person, frame, list(bones.values()), rng))


def _placed(
    lines: Sequence[Line],
    person: Limb,
    bones: dict[str, ProjectedBone],
    frame: Frame,
    rng: np.random.Generator,
) -> list[DrawnLine]:
    wanted = [(line, person.bone(line.course.bone)) for line in lines]
    return [place(line, bone, bones[bone.name], frame, rng) for line, bone in wanted if bone.name in bones]


def _exposed(
    scene: Scene, drawn: list[DrawnLine], exposure: Exposure, detector: Detector, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], Shown]:
    """Return the detector's signal, and what of it is known without noise and lines."""
    spacing, kv = detector.spacing_mm, exposure.tube_kv
    plain = transmission(scene.paths, tube_kv=kv)
    primary = draw(plain, scene.paths, drawn, spacing_mm=spacing, tube_kv=kv)
    if scene.open_field is not None:
        plain, primary = plain * scene.open_field, primary * scene.open_field
    scattered = scatter(plain, ratio=exposure.scatter_ratio, reach_px=_SCATTER_REACH_MM / spacing)
    texture = np.zeros_like(plain)
    for bone in scene.bones.values():
        texture[bone.window] += bone.texture_mm
    shown = Shown(scene.paths, texture, scattered, scene.open_field, detector, exposure)
    return detected(primary + scattered, exposure, detector, rng), shown


def _truths(drawn: list[DrawnLine], shown: Shown) -> tuple[TrueLine, ...]:
    spacing = shown.detector.spacing_mm
    truths = (
        (
            line,
            truth_of(line, shown.paths, shown.scattered, spacing_mm=spacing, tube_kv=shown.exposure.tube_kv),
        )
        for line in drawn
    )
    known = [replace(truth, d_prime=d_prime_of(line, shown)) for line, truth in truths if truth is not None]
    return clustered(known, spacing_mm=spacing)
