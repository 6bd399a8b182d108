"""From path lengths in millimetres to signal: attenuation by tables over a spectrum, scatter, heel effect."""

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from .smoothing import broad_blur

FloatArray = npt.NDArray[np.float32]

MATERIALS = ("soft_tissue", "adipose", "marrow", "cortical_bone")
_CHUNK = 1 << 15  # pixels at a time: their table of energies stays in the cache


@dataclass(frozen=True)
class PathLengths:
    """How far the beam runs in each material on its way to each pixel.

    Parameters
    ----------
    soft_mm, adipose_mm, marrow_mm, bone_mm : (R, C) float32 array
        Millimetres, at least 0. `bone_mm` is solid bone of cortical composition: a trabecula counts with
        what it holds, so trabecular bone of a volume fraction of 0.2 adds 0.2 of its depth here, 0.8 to the
        marrow.
    """

    soft_mm: FloatArray
    adipose_mm: FloatArray
    marrow_mm: FloatArray
    bone_mm: FloatArray


@dataclass(frozen=True)
class Beam:
    """What one tube voltage means for the attenuation, bin by bin.

    Parameters
    ----------
    energies_kev : (E,) float array
        Centres of the energy bins.
    response : (E,) float array
        Share of the unattenuated signal that each bin delivers: photons x absorption x energy; sums to one.
    attenuation_per_mm : (4, E) float array
        Linear attenuation of each of `MATERIALS`.
    """

    energies_kev: npt.NDArray[np.float64]
    response: npt.NDArray[np.float64]
    attenuation_per_mm: npt.NDArray[np.float64]


@cache
def beam(tube_kv: int) -> Beam:
    """Return the beam of a tube voltage for which a spectrum is tabulated (50, 55, 60, 66 or 70 kV).

    The tables are in ``tables/``; each says which package and version it was made with.

    Raises
    ------
    SettingsError
        If no spectrum is tabulated for the voltage.

    Examples
    --------
    >>> float(beam(60).response.sum().round(6))
    1.0
    """
    spectra = _table("spectra.json")
    if str(tube_kv) not in spectra["photons"]:
        raise SettingsError(f"tube_kv is {tube_kv!r}; tabulated are {', '.join(spectra['photons'])}")
    materials = _table("materials.json")
    energies = np.array(spectra["energies_kev"])
    listed = np.array(materials["energies_kev"], float)
    absorbed = np.interp(energies, listed, materials["scintillator"]["absorbed"])
    response = np.array(spectra["photons"][str(tube_kv)]) * absorbed * energies
    attenuation = np.array(
        [
            np.exp(np.interp(np.log(energies), np.log(listed), np.log(materials["attenuation_per_mm"][name])))
            for name in MATERIALS
        ]
    )
    return Beam(energies, response / response.sum(), attenuation)


def transmission(paths: PathLengths, *, tube_kv: int = 60) -> FloatArray:
    """Return the primary signal behind the object, 1 in free air.

    Parameters
    ----------
    paths : PathLengths
        Of any shape.
    tube_kv : int

    Returns
    -------
    float32 array of the same shape
        Between 0 and 1: Beer's law at each energy, weighted by what the scintillator makes of it.

    Examples
    --------
    >>> nothing = np.zeros((1, 1), np.float32)
    >>> float(transmission(PathLengths(nothing, nothing, nothing, nothing))[0, 0].round(5))
    1.0
    """
    spectrum = beam(tube_kv)
    keep = spectrum.response > 1e-6  # bins that no detector would notice
    attenuation = spectrum.attenuation_per_mm[:, keep].astype(np.float32)
    weights = spectrum.response[keep].astype(np.float32)
    lengths = np.stack(
        [np.ravel(part) for part in (paths.soft_mm, paths.adipose_mm, paths.marrow_mm, paths.bone_mm)], axis=1
    ).astype(np.float32)
    signal = np.empty(len(lengths), np.float32)
    for start in range(0, len(lengths), _CHUNK):
        depth = lengths[start : start + _CHUNK] @ attenuation
        np.exp(np.negative(depth, out=depth), out=depth)
        signal[start : start + _CHUNK] = depth @ weights
    return signal.reshape(np.shape(paths.soft_mm))


def scatter(primary: FloatArray, *, ratio: float, reach_px: float) -> FloatArray:
    """Return the scattered signal: a broad blur of what the object removes or lets through.

    Parameters
    ----------
    primary : (R, C) float array
        Primary signal, 1 in air.
    ratio : float
        Scatter over primary behind the object; 0.2 to 0.5 without a grid in limbs.
    reach_px : float
        Standard deviation of the blur in pixels; scatter varies over centimetres.

    Returns
    -------
    (R, C) float32 array

    Notes
    -----
    The scattered signal is taken as `ratio` times the primary, blurred, and none in free air: it is weighted
    by where the beam met the object.
    """
    if ratio == 0:
        return np.zeros_like(primary)
    return ratio * broad_blur(np.where(primary < 0.97, primary, 0).astype(np.float32), reach_px)


def heel_effect(
    shape: tuple[int, int],
    *,
    spacing_mm: float,
    source_distance_mm: float = 1100.0,
    anode_angle_deg: float = 12.0,
    anode_depths: float = 0.05,
) -> FloatArray:
    """Return the share of the beam that reaches each row, 1 in the middle; the anode is above the picture.

    Parameters
    ----------
    shape : (rows, columns)
    spacing_mm : float
        Of the pixels on the detector.
    source_distance_mm : float
        From the focal spot to the detector.
    anode_angle_deg : float
        Between the anode's face and the central ray, 5 to 30.
    anode_depths : float
        Depth in which the photons arise, in mean free paths of the anode. 0.05 costs the anode side of a
        field of 24 cm a fifth of the beam.

    Returns
    -------
    (R, 1) float32 array
        A factor for the signal, scatter included, before noise. Detectors are calibrated with an open field:
        dividing the noisy signal by it again leaves the noise uneven, not the brightness.

    Raises
    ------
    SettingsError
        If the field reaches beyond the face of the anode.

    Notes
    -----
    A ray that leaves at an angle p towards the anode side crosses d cos(a) / sin(a - p) of the anode, by the
    sine rule, where a is the angle of its face and d the depth along the electrons' way.

    Examples
    --------
    >>> heel_effect((3, 1), spacing_mm=100.0).ravel().astype(float).round(2).tolist()
    [0.84, 1.0, 1.07]
    """
    away_mm = (np.arange(shape[0]) - (shape[0] - 1) / 2) * spacing_mm
    ray_rad = np.arctan(-away_mm / source_distance_mm)  # positive towards the anode
    face_rad = math.radians(anode_angle_deg)
    if not 5 <= anode_angle_deg <= 30:
        raise SettingsError(f"anode_angle_deg is {anode_angle_deg!r}; it must be 5 to 30")
    if ray_rad.max() >= face_rad - math.radians(1):
        raise SettingsError(
            f"the picture reaches beyond the face of an anode of {anode_angle_deg!r} degrees at "
            f"{source_distance_mm!r} mm; take a larger source_distance_mm"
        )
    crossed = math.cos(face_rad) / np.sin(face_rad - ray_rad) - 1 / math.tan(face_rad)
    return np.asarray(np.exp(-anode_depths * crossed), np.float32)[:, None]


@cache
def _table(name: str) -> dict[str, dict[str, list[float]]]:
    text = files(__package__).joinpath("tables").joinpath(name).read_text(encoding="utf-8")
    table: dict[str, dict[str, list[float]]] = json.loads(text)
    return table
