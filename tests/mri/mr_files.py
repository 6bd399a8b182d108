"""MR volumes for the tests: small, of noise, with exact geometry."""

from pathlib import Path

import numpy as np

from microcal_xray.mri import MRAcquisition, MRVolume, Weighting

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"
STIR = MRAcquisition(
    weighting=Weighting.STIR,
    repetition_time_ms=4000.0,
    echo_time_ms=50.0,
    inversion_time_ms=160.0,
    flip_angle_deg=90.0,
    field_strength_t=1.5,
    slice_thickness_mm=3.0,
)


def volume(
    *, slices: int = 5, step_mm: float = 3.3, turned_deg: float = 0.0, plane: str = "axial", seed: int = 0
) -> MRVolume:
    """Return a small volume of whole quarters, which the files hold without loss."""
    x, y, z = np.eye(3)
    row, column = {"axial": (x, y), "sagittal": (y, -z), "coronal": (x, -z)}[plane]
    turn = _turn(np.deg2rad(turned_deg))
    row, column = turn @ row, turn @ column
    normal = np.cross(row, column)
    positions = np.array([-31.25, 12.5, 87.125]) + step_mm * np.arange(slices)[:, None] * normal
    voxels = np.random.default_rng(seed).integers(0, 4000, (slices, 12, 10)) * 0.25
    return MRVolume(voxels, positions, row, column, 0.625, 0.5, acquisition=STIR)


def _turn(angle_rad: float) -> np.ndarray:
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    about_x = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    about_z = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return about_x @ about_z
