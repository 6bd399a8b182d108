"""One exposure: from the signal that reaches the detector to the noisy numbers that it measures."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from .detector import Detector, blur, electronic_noise, focal_blur, grid_shadow, quantum_noise
from .physics import beam, heel_effect

FloatArray = npt.NDArray[np.float32]


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
    focal_spot_mm : float
        Side of the focal spot; 0 is a point.
    magnification : float
        At the bone, 1 to 3.
    anode_depths : float
        Of `heel_effect`; 0: the beam is even.
    grid_per_mm : float or None
        Strips per millimetre of a still anti-scatter grid whose shadow shows; None: no grid.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """

    tube_kv: int = 60
    air_kerma_ugy: float = 30.0
    scatter_ratio: float = 0.3
    focal_spot_mm: float = 0.0
    magnification: float = 1.0
    anode_depths: float = 0.0
    grid_per_mm: float | None = None

    def __post_init__(self) -> None:
        beam(self.tube_kv)
        if not 0 < self.air_kerma_ugy <= 10_000:
            raise SettingsError(f"air_kerma_ugy is {self.air_kerma_ugy!r}; it must be over 0, up to 10000")
        if not 0 <= self.scatter_ratio <= 2:
            raise SettingsError(f"scatter_ratio is {self.scatter_ratio!r}; it must be 0 to 2")


def mean_signal(reaching: FloatArray, exposure: Exposure, detector: Detector) -> FloatArray:
    """Return the detector's signal without noise and without the shadow of a grid.

    Parameters
    ----------
    reaching : (R, C) float array
        Primary and scattered signal, 1 in free air.
    exposure : Exposure
    detector : Detector
    """
    spread = focal_blur(
        reaching,
        spacing_mm=detector.spacing_mm,
        focal_spot_mm=exposure.focal_spot_mm,
        magnification=exposure.magnification,
    )
    return blur(spread, spacing_mm=detector.spacing_mm)


def detected(
    reaching: FloatArray, exposure: Exposure, detector: Detector, rng: np.random.Generator
) -> FloatArray:
    """Return the detector's signal with its noise, calibrated for the uneven beam.

    Parameters
    ----------
    reaching : (R, C) float array
        Primary and scattered signal, 1 in free air.
    exposure : Exposure
    detector : Detector
    rng : numpy.random.Generator
    """
    spacing = detector.spacing_mm
    mean = mean_signal(reaching, exposure, detector)
    if exposure.grid_per_mm is not None:
        shadow = grid_shadow(mean.shape, spacing_mm=spacing, lines_per_mm=exposure.grid_per_mm)
        mean = (mean * shadow).astype(np.float32)
    uneven = np.ones((1, 1), np.float32)
    if exposure.anode_depths > 0:
        uneven = heel_effect(mean.shape, spacing_mm=spacing, anode_depths=exposure.anode_depths)
    arriving = (mean * uneven).astype(np.float32)
    quanta = quantum_noise(arriving, spacing_mm=spacing, air_kerma_ugy=exposure.air_kerma_ugy, rng=rng)
    electronics = electronic_noise(arriving.shape, level=detector.electronic_noise, rng=rng)
    return np.asarray((arriving + quanta + electronics) / uneven, np.float32)
