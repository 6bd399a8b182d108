"""A lower leg whose oedema, rim and line are known, as pairs of T1 and fat-suppressed volumes.

It stands in this room and not in `simulation`, which draws what X-rays are weakened by: nothing of its
physics is shared, and the readers and measures here can be tested without it. Edges are drawn with the share
of each voxel that they cover (within the slice by their distance, through the slice by several layers), the
signal is bent by a smooth coil profile, and the noise is Rician.
"""

from dataclasses import dataclass, replace

import numpy as np

from .simulated_body import Body
from .simulated_leg import DarkLine, Leg, MRTruth, Oedema, Rim, Slices
from .volume import FloatArray, MRAcquisition, MRVolume, Weighting

__all__ = ["DarkLine", "Leg", "MRTruth", "Oedema", "Rim", "SimulatedMR", "Slices", "simulate_mr"]

_LAYERS = 3  # through each slice


@dataclass(frozen=True)
class SimulatedMR:
    """A pair of series of one leg.

    Parameters
    ----------
    t1, stir : MRVolume
    truth : MRTruth
    """

    t1: MRVolume
    stir: MRVolume
    truth: MRTruth


def simulate_mr(leg: Leg) -> SimulatedMR:
    """Return a pair of volumes of one leg.

    Parameters
    ----------
    leg : Leg

    Examples
    --------
    >>> pair = simulate_mr(Leg(seed=1, slices=Slices(pixel_mm=1.4)))
    >>> pair.stir.acquisition.weighting.value, pair.truth.oedema_length_mm
    ('stir', 40.0)
    """
    rng = np.random.default_rng(leg.seed)
    body = Body(leg, rng)
    stack = _stack(leg.slices)
    shape = stack.voxels.shape
    sums = np.zeros((2, *shape), np.float32)
    offsets = (np.arange(_LAYERS) + 0.5) / _LAYERS - 0.5
    centres = stack.voxel_centres_mm().reshape(-1, 3)
    for offset in offsets:
        points = (centres + offset * leg.slices.thickness_mm * stack.normal).astype(np.float32)
        sums += body.signals(points, leg.slices.pixel_mm).reshape(2, *shape)
    sums *= body.coil(centres).reshape(shape).astype(np.float32) / len(offsets)
    noisy = [
        np.hypot(each + rng.normal(0, leg.noise, shape), rng.normal(0, leg.noise, shape)) for each in sums
    ]
    volumes = [
        replace(
            stack,
            voxels=(1000 * values).astype(np.float32),
            name=f"simulated {acquisition.weighting.value}",
            acquisition=acquisition,
        )
        for values, acquisition in zip(noisy, _acquisitions(leg.slices), strict=True)
    ]
    return SimulatedMR(volumes[0], volumes[1], body.truth())


def _acquisitions(slices: Slices) -> tuple[MRAcquisition, MRAcquisition]:
    t1 = MRAcquisition(
        weighting=Weighting.T1,
        weighting_reason="TR 550 ms, TE 12 ms",
        repetition_time_ms=550.0,
        echo_time_ms=12.0,
        flip_angle_deg=90.0,
        field_strength_t=1.5,
        slice_thickness_mm=slices.thickness_mm,
        body_part="LEG",
        laterality="R",
    )
    stir = replace(
        t1,
        weighting=Weighting.STIR,
        weighting_reason="inversion recovery, TI 160 ms",
        repetition_time_ms=4200.0,
        echo_time_ms=48.0,
        inversion_time_ms=160.0,
    )
    return t1, stir


def _stack(slices: Slices) -> MRVolume:
    """Return an empty stack that covers the upper lower leg, from 18 mm over the joint to 158 mm under it."""
    x, y, z = np.eye(3)
    row, column, sizes = {
        "sagittal": (y, -z, (84.0, 176.0, 60.0)),
        "coronal": (x, -z, (84.0, 176.0, 60.0)),
        "axial": (x, y, (84.0, 76.0, 176.0)),
    }[slices.plane]
    turn = _rotation(np.array([0.5, 0.7, 0.51]), np.deg2rad(slices.turned_deg))
    middle = np.array([0.0, 0.0, -70.0])
    row, column = turn @ row, turn @ column
    normal = np.cross(row, column)
    columns, rows = (round(size / slices.pixel_mm) for size in sizes[:2])
    count = round(sizes[2] / slices.step_mm)
    first = (
        middle
        - (
            row * (columns - 1) * slices.pixel_mm
            + column * (rows - 1) * slices.pixel_mm
            + normal * (count - 1) * slices.step_mm
        )
        / 2
    )
    positions = first + np.arange(count)[:, None] * slices.step_mm * normal
    return MRVolume(
        np.zeros((count, rows, columns), np.float32),
        positions,
        row,
        column,
        slices.pixel_mm,
        slices.pixel_mm,
        acquisition=MRAcquisition(slice_thickness_mm=slices.thickness_mm),
    )


def _rotation(axis: FloatArray, angle_rad: float) -> FloatArray:
    """Return Rodrigues' rotation matrix."""
    a, b, c = axis / np.linalg.norm(axis)
    cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    return np.asarray(np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross)
