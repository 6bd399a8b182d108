"""One simulated radiograph, from the limb to the stored numbers and the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..radiograph import Radiograph
from .anatomy import Anatomy, Limb
from .detector import Detector, blur, electronic_noise, quantum_noise
from .drawing import DrawnLine, draw, place
from .frame import Frame
from .limbs import average_limb, one_person
from .lines import Line
from .output import Output, radiograph_of, stored_values
from .physics import beam, scatter, transmission
from .projection import ProjectedBone, path_lengths, project_bone
from .random_lines import lines_by_lot
from .true_line import TrueLine, truth_of

_SCATTER_REACH_MM = 20.0
_STREAM = 0x4C494D42  # keeps these random numbers apart from those of a caller who seeds with the same number

USUAL_DETECTOR = {
    Anatomy.TIBIA: Detector(1600, 700, 0.143),
    Anatomy.FEMUR: Detector(1400, 900, 0.16),
    Anatomy.FOREARM: Detector(1400, 720, 0.125),
    Anatomy.METATARSALS: Detector(1000, 920, 0.10),
}


@dataclass(frozen=True)
class Exposure:
    """How the picture is taken.

    Parameters
    ----------
    tube_kv : int
        50, 55, 60, 66 or 70.
    air_kerma_ugy : float
        At the detector in free air, over 0. Behind a leg about a thirtieth of it arrives, behind a foot a
        tenth.
    scatter_ratio : float
        Scatter over primary behind the limb, 0 to 2.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """

    tube_kv: int = 60
    air_kerma_ugy: float = 30.0
    scatter_ratio: float = 0.3

    def __post_init__(self) -> None:
        beam(self.tube_kv)
        if not 0 < self.air_kerma_ugy <= 10_000:
            raise SettingsError(f"air_kerma_ugy is {self.air_kerma_ugy!r}; it must be over 0, up to 10000")
        if not 0 <= self.scatter_ratio <= 2:
            raise SettingsError(f"scatter_ratio is {self.scatter_ratio!r}; it must be 0 to 2")


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


def simulate_limb(
    *,
    anatomy: Anatomy = Anatomy.TIBIA,
    seed: int = 0,
    lines: Sequence[Line] | None = None,
    exposure: Exposure | None = None,
    detector: Detector | None = None,
    output: Output | None = None,
    centre_mm: tuple[float, float] | None = None,
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
    person_rng, tissue_rng, line_rng, noise_rng = _generators(seed)
    person = one_person(average_limb(Anatomy(anatomy)), person_rng)
    frame = Frame(detector.rows, detector.columns, detector.spacing_mm, centre_mm or person.centre_mm)
    bones = _projected(person, frame, tissue_rng)
    paths = path_lengths(person, frame, list(bones.values()), tissue_rng)
    asked = lines_by_lot(person, frame, line_rng) if lines is None else lines
    drawn = _placed(asked, person, bones, frame, line_rng)
    plain = transmission(paths, tube_kv=exposure.tube_kv)
    primary = draw(plain, paths, drawn, spacing_mm=frame.spacing_mm, tube_kv=exposure.tube_kv)
    scattered = scatter(plain, ratio=exposure.scatter_ratio, reach_px=_SCATTER_REACH_MM / frame.spacing_mm)
    signal = _detected(primary + scattered, exposure, detector, noise_rng)
    stored = stored_values(signal, output, spacing_mm=frame.spacing_mm)
    truths = (
        truth_of(line, paths, scattered, spacing_mm=frame.spacing_mm, tube_kv=exposure.tube_kv)
        for line in drawn
    )
    return SimulatedRadiograph(
        radiograph=radiograph_of(stored, output, frame.spacing_mm, name=f"{person.anatomy.value}-{seed}"),
        stored=stored,
        output=output,
        exposure=exposure,
        detector=detector,
        anatomy=person.anatomy,
        left_side=person.left_side,
        seed=seed,
        truth=tuple(truth for truth in truths if truth is not None),
    )


def _generators(seed: int) -> list[np.random.Generator]:
    """Return one generator each for the person, the tissue, the lines and the noise."""
    if seed < 0:
        raise SettingsError(f"seed is {seed!r}; it must be 0 or more")
    return np.random.default_rng([seed, _STREAM]).spawn(4)


def _projected(person: Limb, frame: Frame, rng: np.random.Generator) -> dict[str, ProjectedBone]:
    projected = (project_bone(bone, frame, rng) for bone in person.bones)
    return {bone.name: bone for bone in projected if bone is not None}


def _placed(
    lines: Sequence[Line],
    person: Limb,
    bones: dict[str, ProjectedBone],
    frame: Frame,
    rng: np.random.Generator,
) -> list[DrawnLine]:
    wanted = [(line, person.bone(line.course.bone)) for line in lines]
    return [place(line, bone, bones[bone.name], frame, rng) for line, bone in wanted if bone.name in bones]


def _detected(
    signal: npt.NDArray[np.float32], exposure: Exposure, detector: Detector, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    blurred = blur(signal, spacing_mm=detector.spacing_mm)
    quanta = quantum_noise(
        blurred, spacing_mm=detector.spacing_mm, air_kerma_ugy=exposure.air_kerma_ugy, rng=rng
    )
    electronics = electronic_noise(blurred.shape, level=detector.electronic_noise, rng=rng)
    return np.asarray(blurred + quanta + electronics, np.float32)
