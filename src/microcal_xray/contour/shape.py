"""The shape of one bump, measured against the outline on both sides of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .course import Course
from .flanks import Flanks, base_of, profiles_from
from .rises import Rise, Surroundings
from .shell_ridges import ShellRidge
from .shells import AT_SHARE, FINE_PX, unblurred
from .strip import Strip

FloatArray = npt.NDArray[np.float64]

_ALONG_STEPS = 1.2  # smoothing of the excess along the outline
_AT_LEAST = 0.35  # of the whole bump's brightness: a fainter profile does not belong to it
_END_SHARE = 0.1  # of the greatest height: there the bump ends along the outline
_SPARE_PX = 6.0  # a bump is looked for so much higher than it seemed at first
_INNER_PX = (-22.0, -3.0)  # the inner side of a cortex is looked for there
_FARTHEST_PX = 160.0  # 4 cm: an end of the outline that is farther away says nothing
_INNER_SCATTER_PX = 2.0  # of a cortex whose inner side is not seen


@dataclass(frozen=True)
class BumpShape:
    """One bump, in pixels of the working image.

    Parameters
    ----------
    base_px, top_px : (K, 2) float array
        The outline without it and with it, from one end of the bump to the other.
    outward : (2,) float array
        Unit normal at its middle.
    height_px, length_px, area_px2 : float
        Greatest height over the base, extent along it, area between base and top.
    foot_px : float
        From the edge as it was found to where bone begins.
    flank_px : float
        How far the outline beside it strays from the base fitted to it, root mean square.
    flanks : int
        On how many sides the outline is known.
    turn_rad : float
        By how much the base turns along the bump and its flanks; over 0 where the bone is convex.
    contrast : float
        Brightness of the bump over the usual there, as a share of the step to the cortex.
    z : float
        That brightness in units of how much it strays beside the bump.
    beyond : float
        What is left of it beyond the bump, as a share of it: a bump ends outside, another bone does not.
    gap : float
        How much darker it is between cortex and a shell outside, as a share of the shell; 0: no gap.
    step_share : float
        Step from soft tissue to the outline, as a share of that of the clearest edges of the picture: an
        edge of muscle has less.
    lean : float
        How far the middle of its area lies off the middle of its length, 0 to 1: one that another bone cuts
        leans.
    from_end_px : float
        Along the outline to the nearest place where nothing could be told, at most 160.
    inward_px, inward_sd_px : float or None
        By how much the cortex reaches farther inwards than beside the bump, and how sure that is; None: its
        inner side is not seen.
    shell : ShellRidge or None
        The ridge beside the outline by which it was found; None: it was found on the outline itself.
    """

    base_px: FloatArray
    top_px: FloatArray
    outward: FloatArray
    height_px: float
    length_px: float
    area_px2: float
    foot_px: float
    flank_px: float
    flanks: int
    turn_rad: float
    contrast: float
    z: float
    beyond: float
    gap: float
    step_share: float
    lean: float
    from_end_px: float
    inward_px: float | None
    inward_sd_px: float | None
    shell: ShellRidge | None = None


def bump_shape(
    rise: Rise,
    course: Course,
    strip: Strip,
    around: Surroundings,
    *,
    blur_px: float,
    strongest_step: float,
) -> BumpShape | None:
    """Return the shape of a bump; None where the outline beside it is not known or nothing is left of it.

    Parameters
    ----------
    rise : Rise
    course : Course
    strip : Strip
    around : Surroundings
    blur_px : float
        Standard deviation of the blur of the strip.
    strongest_step : float
        From soft tissue to the clearest outlines of the picture.

    Notes
    -----
    The base is a parabola through the outline on both sides of the bump (on one side alone a straight line).
    Profiles across start from it; what those of both sides show there, interpolated, is taken away; what
    remains is the bump. Outwards it ends where a profile has fallen to 0.3 of its own height, and
    `unblurred` says how high a shell is that ends there through that blur.
    """
    flanks = base_of(rise, course, strip, around, blur_px=blur_px)
    if flanks is None:
        return None
    profiles, offsets = profiles_from(flanks, strip)
    excess = _excess(profiles, flanks)
    outer = excess[:, offsets >= -1.0]
    core = slice(rise.first - flanks.index[0], rise.last - flanks.index[0] + 1)
    heights = _heights(outer, core, rise.height_px + _SPARE_PX, blur_px)
    span = None if heights is None else _span(heights, core)
    if heights is None or span is None:
        return None
    own = slice(*span)
    index = flanks.index
    base_px = course.smooth_px[index] + flanks.base_px[:, None] * course.outward[index]
    steps = np.linalg.norm(np.diff(base_px, axis=0), axis=1)
    steps = np.append(steps, steps[-1])[own]
    height = float(np.sort(heights[own])[-3:].mean())
    level, z, beyond = _brightness(outer, own, height, flanks)
    inward, inward_sd = _inward(profiles, offsets, core, flanks)
    step = float(np.median(around.step[index]))
    return BumpShape(
        base_px=base_px[own],
        top_px=(base_px + heights[:, None] * course.outward[index])[own],
        outward=course.outward[index[0] + (span[0] + span[1]) // 2],
        height_px=height,
        length_px=float(steps.sum()),
        area_px2=float((heights[own] * steps).sum()),
        foot_px=flanks.foot_px,
        flank_px=flanks.scatter_px,
        flanks=flanks.sides,
        turn_rad=flanks.turn_rad,
        contrast=level / step,
        z=z,
        beyond=beyond,
        gap=_gap(outer[core], height),
        step_share=step / strongest_step,
        lean=_lean(heights[own]),
        from_end_px=_from_end_px(index[own], around.told, course.step_px),
        inward_px=inward,
        inward_sd_px=inward_sd,
    )


def _excess(profiles: FloatArray, flanks: Flanks) -> FloatArray:
    """Return what the profiles have over those of both sides, interpolated along the outline."""
    means = [profiles[side].mean(axis=0) for side in flanks.of_side]
    places = [float(flanks.index[side].mean()) for side in flanks.of_side]
    if len(means) == 1:
        usual = np.broadcast_to(means[0], profiles.shape)
    else:
        share = np.clip((flanks.index - places[0]) / (places[1] - places[0]), 0, 1)[:, None]
        usual = (1 - share) * means[0] + share * means[1]
    return np.asarray(ndimage.gaussian_filter(profiles - usual, (_ALONG_STEPS, 1.0), mode="nearest"))


def _heights(outer: FloatArray, core: slice, reach_px: float, blur_px: float) -> FloatArray | None:
    """Return for each profile where the bump ends outwards, 0 where it has none."""
    reach = min(outer.shape[1], round(reach_px / FINE_PX))
    peaks = outer[:, :reach].max(axis=1)
    peak = float(np.percentile(peaks[core], 80))
    if peak <= 0:
        return None
    outer = outer[:, : reach + 8]
    top = outer.argmax(axis=1)
    after = np.arange(outer.shape[1])[None, :] >= top[:, None]
    under = after & (outer < AT_SHARE * peaks[:, None])
    at = np.where(under.any(axis=1), under.argmax(axis=1), outer.shape[1] - 1)
    rows = np.arange(len(outer))
    before, here = outer[rows, np.maximum(at - 1, 0)], outer[rows, at]
    share = np.clip((before - AT_SHARE * peaks) / np.maximum(before - here, 1e-12), 0, 1)
    ends = -1.0 + (at - 1 + share) * FINE_PX
    return unblurred(np.where(peaks >= _AT_LEAST * peak, np.maximum(ends, 0), 0.0), blur_px)


def _span(heights: FloatArray, core: slice) -> tuple[int, int] | None:
    """Return the run of profiles about the highest one that are not nearly flat."""
    top = int(heights[core].argmax()) + core.start
    if heights[top] <= 0:
        return None
    least = _END_SHARE * heights[top]
    first, last = top, top
    while first > 0 and heights[first - 1] > least:
        first -= 1
    while last < len(heights) - 1 and heights[last + 1] > least:
        last += 1
    return (first, last + 1) if last - first >= 2 else None


def _brightness(outer: FloatArray, own: slice, height: float, flanks: Flanks) -> tuple[float, float, float]:
    """Return the level of a bump, that in units of the scatter beside it, and what is left beyond it."""
    level = float(outer[own, 2 : 2 + max(2, round(0.6 * height / FINE_PX))].mean())
    first = 2 + round((height + 3) / FINE_PX)
    beyond = outer[own, first : first + 12]
    scatter = max(float(np.std(outer[flanks.beside][:, 4:40].mean(axis=1))), 1e-6)
    rest = float(beyond.mean() / level) if beyond.size and level > 0 else 1.0
    return level, level / scatter, rest


def _lean(heights: FloatArray) -> float:
    middle = float((heights * np.arange(len(heights))).sum() / max(heights.sum(), 1e-6))
    return abs(2 * middle / max(1, len(heights) - 1) - 1)


def _from_end_px(index: npt.NDArray[np.intp], told: npt.NDArray[np.bool_], step_px: float) -> float:
    blind = np.concatenate([[-1], np.flatnonzero(~told), [len(told)]])
    outside = blind[(blind < index[0]) | (blind > index[-1])]
    away = np.minimum(np.abs(outside - index[0]), np.abs(outside - index[-1])).min()
    return float(min(away * step_px, _FARTHEST_PX))


def _gap(outer: FloatArray, height: float) -> float:
    profile = outer.mean(axis=0)[2 : 3 + round(height / FINE_PX)]
    if len(profile) < 5 or profile.max() <= 0:
        return 0.0
    top = int(profile.argmax())
    # A shell has its brightest place outside; a solid bump at the cortex.
    return (
        float(np.clip(1 - profile[: top + 1].min() / profile[top], 0, 1)) if 2 * top > len(profile) else 0.0
    )


def _inward(
    profiles: FloatArray, offsets: FloatArray, core: slice, flanks: Flanks
) -> tuple[float | None, float | None]:
    """Return by how much the cortex reaches farther inwards at the bump than beside it, and its error."""
    if flanks.sides < 2:
        return None, None
    inner = (offsets >= _INNER_PX[0]) & (offsets <= _INNER_PX[1])
    smooth = ndimage.gaussian_filter(profiles, (3.0, 2.0), mode="nearest")
    at = offsets[inner][np.gradient(smooth, axis=1)[:, inner].argmax(axis=1)]
    beside = at[flanks.beside]
    scatter = 1.4826 * float(np.median(np.abs(beside - np.median(beside))))
    if scatter > _INNER_SCATTER_PX or not _INNER_PX[0] + 1 < np.median(beside) < _INNER_PX[1] - 1:
        return None, None
    return float(np.median(beside) - np.median(at[core])), max(scatter, 0.5)
