"""Bone laid down on a cortex: where its line runs and how thick it is along it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .anatomy import Bone
from .courses import Side
from .frame import Frame
from .lines import Profile, Surface, Thickening, shell_depth_mm, shell_profile
from .projection import ProjectedBone

Float64Array = npt.NDArray[np.float64]

_STEP_MM = 0.05
_AROUND_MM = 4.0  # a person's outline wanders less than this about that of the table
_PRESENT_MM = 0.2  # of bone along the beam: the outline runs here
_SMOOTHING_MM = 1.5


@dataclass(frozen=True)
class PlacedShell:
    """A shell of bone on the picture.

    Parameters
    ----------
    points_px : (N, 2) float array
        Of the surface that the beam touches, 0.05 mm apart; the left of who walks along it is outward.
    thickness : (N,) float array
        Share of the greatest thickness, 0 to 1.
    depth_mm : float
        Solid bone along the beam where the shell is thickest.
    profile : Profile
    outside : bool
        Whether it takes the place of soft tissue.
    """

    points_px: Float64Array
    thickness: Float64Array
    depth_mm: float
    profile: Profile
    outside: bool


def place_shell(line: Thickening, bone: Bone, projected: ProjectedBone, frame: Frame) -> PlacedShell:
    """Return the shell at its place on the picture."""
    course, outside = line.course, line.surface is Surface.PERIOSTEAL
    sign = 1.0 if course.side is Side.RIGHT else -1.0
    way = np.linspace(-0.5, 0.5, max(8, int(course.length_mm / _STEP_MM)))
    along = course.from_end_mm + way * course.length_mm
    thickness = np.cos(np.pi * way) ** 1.5
    depth = projected.outer_mm if outside else projected.inner_mm
    away = _outline(depth, bone, along, sign, projected, frame)
    radius = max(float(np.median(away)), 2.0)
    if not outside:
        away, radius = away - line.thickness_mm * thickness, radius - line.thickness_mm
    points = frame.to_pixels(*bone.to_limb(along, sign * away))
    outward = frame.to_pixels(*bone.to_limb(along, sign * (away + 1))) - points
    tangent = np.gradient(points, axis=0)
    left = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    forward = 1 if float((left * outward).sum()) > 0 else -1
    return PlacedShell(
        points_px=points[::forward],
        thickness=thickness,
        depth_mm=line.mineral * shell_depth_mm(line.thickness_mm, radius + line.gap_mm),
        profile=shell_profile(line, radius),
        outside=outside,
    )


def _outline(
    depth: npt.NDArray[np.float32],
    bone: Bone,
    along: Float64Array,
    sign: float,
    projected: ProjectedBone,
    frame: Frame,
) -> Float64Array:
    """Return the distance of the outline of a depth from the axis, on one side, at each place along it."""
    left, right = bone.profiles(np.clip(along, *bone.span_mm)).T[:2]
    usual = right if sign > 0 else left
    offsets = np.arange(_AROUND_MM, -usual.max(), -_STEP_MM)
    across = usual[:, None] + offsets[None, :]
    x, y = bone.to_limb(np.broadcast_to(along[:, None], across.shape), sign * across)
    points = frame.to_pixels(x, y) - [projected.window[0].start, projected.window[1].start]
    there = ndimage.map_coordinates(depth, np.moveaxis(points, -1, 0), order=1) > _PRESENT_MM
    first = there.argmax(axis=1)
    away = across[np.arange(len(along)), first]
    return np.asarray(ndimage.gaussian_filter1d(away, _SMOOTHING_MM / _STEP_MM, mode="nearest"))
