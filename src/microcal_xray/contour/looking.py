"""All outlines of a picture, and what stands out of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .course import Course, course_of, joined
from .edges import edge_chains
from .rises import Rise, Surroundings, rises, surroundings
from .shape import BumpShape, bump_shape
from .shell_ridges import shell_ridges
from .strip import strip_along

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# In pixels of the working image, a quarter of a millimetre where the spacing is known.
_EDGE_SIGMA_PX = 2.5
_LEAST_SLOPE = 0.004  # of the range from air to bone, per pixel
_LEAST_PIECE_PX = 30
_LEAST_OUTLINE_PX = 80  # 2 cm: a shorter one has no smooth course
_GAP_PX = 48.0
_WAVELENGTH_PX = 160.0  # 4 cm: a bump is shorter
_ABOVE_COURSE, _ABOVE_USUAL = 0.1, 0.3
_LEAST_LENGTH_PX, _LEAST_HEIGHT_PX = 12.0, 1.6  # 3 mm, 0.4 mm: less is roughness
_LEAST_STEP = 0.10  # of the range from air to bone: softer edges are no cortex, fat beside muscle is one
_BESIDE_AIR = (
    0.6  # of the strongest steps: so clear an edge is one of bone, though thin soft tissue looks like air
)
_SHELL_PX = 3.0  # from a ridge to the outer side of its shell, about
_STRONGEST = 0.9  # quantile, by length, of the steps of the long edges of a picture
_QUICK = 6  # every so many points do to see whether an edge is worth unrolling


@dataclass(frozen=True)
class Outline:
    """One outline with its surroundings.

    Parameters
    ----------
    course : Course
    around : Surroundings
    shapes : tuple of BumpShape
    """

    course: Course
    around: Surroundings
    shapes: tuple[BumpShape, ...]


def look_along_outlines(
    image: FloatImage, *, usable: Mask, body: Mask, metal: Mask, blur_px: float
) -> tuple[tuple[Outline, ...], float]:
    """Return the outlines of a picture with what stands out of them, and the length that was not looked at.

    Parameters
    ----------
    image : (R, C) float32 array
        The working image in units of the range from air to bone.
    usable, body, metal : (R, C) bool array
    blur_px : float
        Standard deviation of the blur of the working image.

    Returns
    -------
    outlines : tuple of Outline
    left_out_px : float
        Length of long edges that lie beside air or are too soft for a cortex.
    """
    chains = edge_chains(
        image,
        searched=body & ~metal,
        sigma_px=_EDGE_SIGMA_PX,
        least_slope=_LEAST_SLOPE,
        least_points=_LEAST_PIECE_PX,
    )
    groups = [group for group in joined(chains, gap_px=_GAP_PX) if sum(map(len, group)) >= _LEAST_OUTLINE_PX]
    courses = [course_of(group, wavelength_px=_WAVELENGTH_PX, above=_ABOVE_COURSE) for group in groups]
    steps = [_step(course, image) for course in courses]
    beside_body = [_is_beside_body(course, body) for course in courses]
    strongest = _strongest(
        [(step, course) for step, course, beside in zip(steps, courses, beside_body, strict=True) if beside]
    )
    outlines, left_out_px = [], 0.0
    for course, step, beside in zip(courses, steps, beside_body, strict=True):
        if step >= (_LEAST_STEP if beside else _BESIDE_AIR * strongest):
            outlines.append(_looked_along(course, image, usable, body, metal, blur_px, strongest))
        else:
            left_out_px += len(course.seen) * course.step_px
    return tuple(outlines), left_out_px


def _looked_along(
    course: Course,
    image: FloatImage,
    usable: Mask,
    body: Mask,
    metal: Mask,
    blur_px: float,
    strongest: float,
) -> Outline:
    strip = strip_along(image, usable & ~metal, course, wavelength_px=_WAVELENGTH_PX, above=_ABOVE_USUAL)
    around = surroundings(course, strip, body, least_step_beside_air=_BESIDE_AIR * strongest)

    def shape_of(rise: Rise) -> BumpShape | None:
        return bump_shape(rise, course, strip, around, blur_px=blur_px, strongest_step=strongest)

    shapes = [shape_of(rise) for rise in rises(strip, around)]
    for ridge in shell_ridges(course, strip, around):
        shape = shape_of(Rise(ridge.first, ridge.last, ridge.offset_px + _SHELL_PX))
        shapes.append(None if shape is None else replace(shape, shell=ridge))
    return Outline(course, around, tuple(shape for shape in shapes if shape is not None and _counts(shape)))


def _counts(shape: BumpShape) -> bool:
    return shape.length_px >= _LEAST_LENGTH_PX and shape.height_px >= _LEAST_HEIGHT_PX


def _step(course: Course, image: FloatImage) -> float:
    """Return by how much an edge is brighter inside, in the middle of its length."""
    points, outward = course.smooth_px[::_QUICK], course.outward[::_QUICK]
    outside = _nearest(image, points + 9 * outward)
    inside = np.max([_nearest(image, points - away * outward) for away in (2, 5, 9)], axis=0)
    return float(np.median(inside - outside))


def _is_beside_body(course: Course, body: Mask) -> bool:
    return bool(_nearest(body, course.smooth_px[::_QUICK] + 8 * course.outward[::_QUICK]).mean() > 0.5)


def _strongest(edges: Sequence[tuple[float, Course]]) -> float:
    """Return the step that the clearest edges of a picture have: those of bone."""
    if not edges:
        return np.inf  # nothing to compare an edge beside air with
    rising = sorted((step, len(course.seen)) for step, course in edges)
    length = np.cumsum([points for _, points in rising])
    return max(_LEAST_STEP, rising[int(np.searchsorted(length, _STRONGEST * length[-1]))][0])


def _nearest(image: npt.NDArray[np.generic], points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    rows, columns = (
        np.clip(np.rint(part).astype(int), 0, side - 1)
        for part, side in zip(points.T, image.shape, strict=True)
    )
    return np.asarray(image[rows, columns], np.float64)


def opposite_px(
    point: npt.NDArray[np.float64], outward: npt.NDArray[np.float64], outlines: Sequence[Outline]
) -> tuple[float, float] | None:
    """Return the distance from a point of an outline to the opposite one, and the height of that there.

    Parameters
    ----------
    point : (2,) float array
    outward : (2,) float array
        Unit normal of the outline at the point.
    outlines : sequence of Outline

    Returns
    -------
    (distance, height) or None
        In pixels; the height of the opposite outline over its own course. None: no outline that faces away
        lies within 20 to 240 pixels.
    """
    best: tuple[float, float] | None = None
    for outline in outlines:
        off = outline.course.smooth_px - point
        inward = -(off @ outward)
        aside = np.abs(off @ np.array([-outward[1], outward[0]]))
        facing = outline.course.outward @ outward
        fits = (aside < 2.5) & (inward > 20) & (inward < 240) & (facing < -0.8) & outline.around.told
        if fits.any():
            at = int(np.flatnonzero(fits)[inward[fits].argmin()])
            if best is None or inward[at] < best[0]:
                best = (float(inward[at]), float(outline.course.height_px[at]))
    return best
