"""d' of each drawn line in its picture: the ideal observer, told of the noise and of the texture."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .detector import Detector
from .drawing import DrawnLine, draw, parts_of
from .exposure import Exposure, mean_signal
from .ideal_observer import line_d_prime
from .physics import PathLengths, transmission

FloatArray = npt.NDArray[np.float32]

_MARGIN_MM = 10.0  # of the limb around the line that the observer is shown


@dataclass(frozen=True)
class Shown:
    """What is known of a picture before its noise.

    Parameters
    ----------
    paths : PathLengths
        Of the limb without lines.
    texture_mm : (R, C) float32 array
        Solid bone that trabeculae and canals add to even bone or take from it.
    scattered : (R, C) float32 array
        Scattered signal.
    open_field : (R, C) float32 array or None
        Share of the beam that passes the collimator; None: all.
    detector : Detector
    exposure : Exposure
    """

    paths: PathLengths
    texture_mm: FloatArray
    scattered: FloatArray
    open_field: FloatArray | None
    detector: Detector
    exposure: Exposure


def d_prime_of(line: DrawnLine, shown: Shown) -> float:
    """Return d' of one line alone in the picture; 0 when the picture does not show it."""
    spacing, kv = shown.detector.spacing_mm, shown.exposure.tube_kv
    window = _around(line, shown.texture_mm.shape, _MARGIN_MM / spacing)
    if window is None:
        return 0.0
    paths = PathLengths(*(part[window] for part in parts_of(shown.paths)))
    texture = shown.texture_mm[window]
    even = replace(paths, bone_mm=paths.bone_mm - texture, marrow_mm=paths.marrow_mm + texture)
    plain = transmission(paths, tube_kv=kv)
    start = np.array([part.start for part in window])
    cut = replace(line, points_px=line.points_px - start, depth_mm=line.depth_mm[window])
    drawn = draw(plain, paths, [cut], spacing_mm=spacing, tube_kv=kv)
    passed = 1.0 if shown.open_field is None else shown.open_field[window]
    around = shown.scattered[window]
    without, present = (
        mean_signal((primary * passed + around).astype(np.float32), shown.exposure, shown.detector)
        for primary in (plain, drawn)
    )
    smooth = transmission(even, tube_kv=kv)
    return line_d_prime(
        without,
        present,
        spacing_mm=spacing,
        air_kerma_ugy=shown.exposure.air_kerma_ugy,
        electronic_noise=shown.detector.electronic_noise,
        # Scatter dilutes the texture as it dilutes the line.
        texture_log=_log(smooth * passed + around) - _log(plain * passed + around),
    )


def _log(signal: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(signal, 1e-9)), np.float32)


def _around(line: DrawnLine, shape: tuple[int, ...], margin_px: float) -> tuple[slice, slice] | None:
    low = np.clip(np.floor(line.points_px.min(axis=0) - margin_px).astype(int), 0, shape)
    high = np.clip(np.ceil(line.points_px.max(axis=0) + margin_px).astype(int) + 1, 0, shape)
    if (high - low < 8).any():
        return None
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))
