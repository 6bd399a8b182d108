"""One bone of a series in its own coordinates: along it, around it, and outward from its middle."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .volume import FloatArray


@dataclass(frozen=True)
class MRBone:
    """A long bone as the inner and the outer surface of its cortex.

    Parameters
    ----------
    origin_mm, direction : (3,) float array
        A point on its axis, and the unit vector along it, from the head's end to the feet's.
    u, v : (3,) float array
        Unit vectors across it; angles turn from `u` to `v`.
    stations_mm : (N,) float array
        Places along the axis from the origin, evenly spaced, rising.
    centres_mm : (N, 2) float array
        Middle of the bone at each, along u and v.
    inner_mm, outer_mm : (N, M) float array
        Distance from the middle to the inner and the outer side of the cortex in M directions.
    joint_mm : float or None
        Place of the joint along the axis; None when it is not in the picture and was not given.
    joint_source : str
        "given", "upper end", "lower end" or "unknown".
    source : str
        How the bone was found.
    found_share : float
        Share of the directions in which the cortex was seen; the rest is interpolated.
    pitch_mm : float
        Size of a voxel across the bone, on which the surfaces were found.

    Notes
    -----
    N stations, M directions. Read-only by convention: arrays are copied and locked.
    """

    origin_mm: FloatArray
    direction: FloatArray
    u: FloatArray
    v: FloatArray
    stations_mm: FloatArray
    centres_mm: FloatArray
    inner_mm: FloatArray
    outer_mm: FloatArray
    joint_mm: float | None
    joint_source: str
    source: str
    found_share: float
    pitch_mm: float

    def __post_init__(self) -> None:
        for name in ("origin_mm", "direction", "u", "v", "stations_mm", "centres_mm", "inner_mm", "outer_mm"):
            array = np.array(getattr(self, name), np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def length_mm(self) -> float:
        """How much of the bone is described."""
        return float(self.stations_mm[-1] - self.stations_mm[0])

    def along_mm(self, points_mm: FloatArray) -> FloatArray:
        """Return the place of points along the axis, from the origin."""
        return np.asarray((points_mm - self.origin_mm) @ self.direction)

    def from_joint(self, along_mm: float) -> float | None:
        """Return a place along the axis as the distance from the joint; None when that is not known."""
        return None if self.joint_mm is None else abs(along_mm - self.joint_mm)

    def place(self, points_mm: FloatArray) -> "BonePlace":
        """Return where points lie in the bone.

        Parameters
        ----------
        points_mm : (..., 3) float array
        """
        away = points_mm - self.origin_mm
        along = away @ self.direction
        cu, cv = (np.interp(along, self.stations_mm, self.centres_mm[:, k]) for k in range(2))
        x, y = away @ self.u - cu, away @ self.v - cv
        angle = np.arctan2(y, x) % (2 * np.pi)
        step = self.stations_mm[1] - self.stations_mm[0]
        at = [(along - self.stations_mm[0]) / step, angle / (2 * np.pi) * self.inner_mm.shape[1]]
        inside = (along >= self.stations_mm[0] - step / 2) & (along <= self.stations_mm[-1] + step / 2)
        return BonePlace(
            along_mm=along,
            x_mm=x,
            y_mm=y,
            radius_mm=np.hypot(x, y),
            angle_rad=angle,
            inner_mm=_around(self.inner_mm, at),
            outer_mm=_around(self.outer_mm, at),
            described=inside,
        )

    def points_mm(self, along_mm: FloatArray, angle_rad: FloatArray, radius_mm: FloatArray) -> FloatArray:
        """Return points of the patient from coordinates of the bone; the arrays broadcast."""
        cu, cv = (np.interp(along_mm, self.stations_mm, self.centres_mm[:, k]) for k in range(2))
        x = cu + radius_mm * np.cos(angle_rad)
        y = cv + radius_mm * np.sin(angle_rad)
        along = along_mm + 0 * x
        return np.asarray(
            self.origin_mm + along[..., None] * self.direction + x[..., None] * self.u + y[..., None] * self.v
        )


@dataclass(frozen=True)
class BonePlace:
    """Where points lie in a bone; all arrays have the shape of the points.

    Parameters
    ----------
    along_mm : float array
        From the bone's origin.
    x_mm, y_mm, radius_mm, angle_rad : float array
        From the middle of the bone there.
    inner_mm, outer_mm : float array
        Where the cortex begins and ends in that direction.
    described : bool array
        Whether the bone is described there.
    """

    along_mm: FloatArray
    x_mm: FloatArray
    y_mm: FloatArray
    radius_mm: FloatArray
    angle_rad: FloatArray
    inner_mm: FloatArray
    outer_mm: FloatArray
    described: npt.NDArray[np.bool_]


def _around(surface: FloatArray, at: list[FloatArray]) -> FloatArray:
    """Interpolate a surface linearly: around it goes on with its start, beyond its ends it stays."""
    closed = np.concatenate([surface, surface[:, :1]], axis=1)
    return np.asarray(ndimage.map_coordinates(closed, np.stack(at), order=1, mode="nearest"))


def sampled(voxels: npt.NDArray[np.float32], index: FloatArray) -> FloatArray:
    """Return voxels interpolated linearly at (..., 3) indices; outside NaN."""
    coordinates = np.moveaxis(index, -1, 0)
    values = ndimage.map_coordinates(voxels, coordinates, order=1, mode="nearest", output=np.float64)
    limits = np.array(voxels.shape)[(slice(None), *([None] * (coordinates.ndim - 1)))]
    outside = ((coordinates < -0.5) | (coordinates > limits - 0.5)).any(axis=0)
    return np.where(outside, np.nan, values)
