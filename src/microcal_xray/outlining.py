"""From the outlines of a radiograph to its bumps, each with its numbers and their intervals."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bump import Bump, BumpCaution, BumpKind, BumpTier, OutlinesSeen
from .contour import (
    BumpShape,
    Outline,
    Size,
    look_along_outlines,
    opposite_px,
    shipped_bump_model,
    shipped_size_model,
)
from .measured import Estimate
from .radiograph import Intent, Radiograph
from .searching import Search, Survey, mm_per_px, surveyed
from .settings import Settings

FloatArray = npt.NDArray[np.float64]

# Real ones have many more edges beside bones than the simulated radiographs that the strength was fitted on.
_PICTURES = (Intent.PICTURE, Intent.UNSPECIFIED)
_BLUR_PX = 0.9  # of the working image: panel, focal spot, area pixels, interpolation; standard deviation
_TWICE_PX = 16.0
_LAYER = 0.08  # height over length under which a bump is a layer along the cortex, as in the simulation
_SHELL_GAP = 0.3
_CLEAR_SHELL = 0.5  # false bumps: so clear a shell explains a bump at its place
_NEAR_BONE_PX = 8.0  # 2 mm: a mask need not end on the outline to a pixel
_TURNING_RAD = 0.6
_GOES_ON = 0.4
_Z = 1.96
_STRONG_SHARE = 0.25  # of the false bumps asked for


@dataclass(frozen=True)
class OutlineSearch:
    """The outlines of a picture, before anything is judged.

    Parameters
    ----------
    outlines : tuple of Outline
    left_out_px : float
        Length of long edges that were not looked at, in working pixels.
    beside_px : float
        How much of the outlines is none of the bone that the caller names, in working pixels.
    """

    outlines: tuple[Outline, ...]
    left_out_px: float
    beside_px: float = 0.0


def outlines_of(found: Search, survey: Survey) -> OutlineSearch:
    """Return the outlines of a picture with what stands out of them.

    Parameters
    ----------
    found : Search
    survey : Survey
    """
    field = found.field
    outlines, left_out = look_along_outlines(
        survey.image, usable=field.usable, body=field.body, metal=field.metal, blur_px=_BLUR_PX
    )
    if found.bone is not None:
        return _near(found.bone, outlines)
    return OutlineSearch(outlines, left_out)


def _near(bone: npt.NDArray[np.bool_], outlines: tuple[Outline, ...]) -> OutlineSearch:
    """Return what of the outlines lies near the bone of the caller; edges elsewhere are none of bone."""
    if not bone.any():
        return OutlineSearch((), left_out_px=0.0)
    away_px = np.asarray(ndimage.distance_transform_edt(~bone))

    def is_near(points_px: FloatArray) -> npt.NDArray[np.bool_]:
        rows, columns = np.clip(np.rint(points_px).astype(int), 0, np.array(bone.shape) - 1).T
        return np.asarray(away_px[rows, columns] <= _NEAR_BONE_PX)

    kept, beside_px = [], 0.0
    for outline in outlines:
        near = is_near(outline.course.smooth_px)
        if near.any():
            beside_px += np.count_nonzero(~near) * outline.course.step_px
            course = replace(outline.course, seen=outline.course.seen & near)
            around = replace(outline.around, told=outline.around.told & near)
            shapes = tuple(shape for shape in outline.shapes if is_near(shape.base_px).mean() > 0.5)
            kept.append(Outline(course, around, shapes))
    return OutlineSearch(tuple(kept), left_out_px=0.0, beside_px=beside_px)


def find_bumps(
    found: Search, radiograph: Radiograph, settings: Settings
) -> tuple[tuple[Bump, ...], OutlinesSeen | None]:
    """Return the bumps of a radiograph that was looked at, strongest first, and how much could be judged.

    Parameters
    ----------
    found : Search
    radiograph : Radiograph
    settings : Settings

    Returns
    -------
    bumps : tuple of Bump
    seen : OutlinesSeen or None
        None where nothing could be searched.
    """
    if found.searched is None:
        return (), None
    search = outlines_of(found, surveyed(found))
    model = shipped_bump_model(of_pictures=radiograph.intent in _PICTURES)
    units = _Units(mm_per_px(radiograph), found.working.scale)
    judged = [(model.false_bumps_at(strength), shape) for strength, shape in told_apart(search)]
    bumps = [
        _bump(number, shape, rate, search.outlines, found, units, settings)
        for number, (rate, shape) in enumerate(judged, 1)
        if rate <= settings.false_bumps
    ]
    return tuple(bumps), _seen(search, units)


def told_apart(search: OutlineSearch) -> list[tuple[float, BumpShape]]:
    """Return what stands out of the outlines, each once, with its strength; the strongest first.

    Parameters
    ----------
    search : OutlineSearch

    Notes
    -----
    A shell that lies close to the cortex may be seen as a solid bump too; where the shell is clear, it is the
    one that is measured. On the fit seeds no solid bump had a shell beside it.
    """
    model = shipped_bump_model()
    found = [(model.strength(shape), shape) for outline in search.outlines for shape in outline.shapes]
    found.sort(key=lambda pair: (-pair[0], pair[1].base_px[0].tolist()))
    apart: list[tuple[float, BumpShape]] = []
    taken: list[FloatArray] = []
    for strength, shape in found:
        middle = shape.base_px.mean(axis=0)
        # An edge that was found in two pieces shows its bump twice.
        reach = max(_TWICE_PX, shape.length_px / 2)
        twice = [place for place, other in enumerate(taken) if np.linalg.norm(middle - other) < reach]
        if twice:
            stronger, other = apart[twice[0]]
            is_clear = shape.shell is not None and model.false_bumps_at(strength) <= _CLEAR_SHELL
            if is_clear and other.shell is None:
                apart[twice[0]] = (stronger, shape)
            continue
        taken.append(middle)
        apart.append((strength, shape))
    return apart


@dataclass(frozen=True)
class _Units:
    """Millimetres of a pixel on the square grid, None: unknown; working pixels per such pixel."""

    mm_per_px: float | None
    scale: float

    def both(self, size: Size, power: int = 1) -> tuple[Estimate, Estimate | None]:
        """Return a number of working pixels as pixels of the picture and millimetres, with its interval."""
        names = {1: ("px", "mm"), 2: ("px2", "mm2")}[power]
        working = Estimate(size.value, size.low, size.high, names[0])
        pixels = working.times(self.scale**-power)
        return pixels, None if self.mm_per_px is None else pixels.times(self.mm_per_px**power, names[1])


def _bump(
    number: int,
    shape: BumpShape,
    rate: float,
    outlines: tuple[Outline, ...],
    found: Search,
    units: _Units,
    settings: Settings,
) -> Bump:
    sizes = shipped_size_model()
    height = units.both(sizes.height_of(shape))
    length = units.both(sizes.length_of(shape))
    area = units.both(sizes.area_of(shape), power=2)
    shaft, index = _across(shape, outlines, units)
    endosteal: tuple[Estimate | None, Estimate | None] = (None, None)
    if shape.inward_px is not None and shape.inward_sd_px is not None:
        reach = _Z * shape.inward_sd_px
        endosteal = units.both(Size(shape.inward_px, shape.inward_px - reach, shape.inward_px + reach))
    layer = shape.shell is not None or shape.gap > _SHELL_GAP
    layer = layer or shape.height_px < _LAYER * shape.length_px
    return Bump(
        id=number,
        kind=BumpKind.PERIOSTEAL if layer else BumpKind.BUMP,
        tier=BumpTier.STRONG if rate <= _STRONG_SHARE * settings.false_bumps else BumpTier.WEAK,
        score=-math.log10(rate),
        false_bumps=rate,
        base_px=found.stored(shape.base_px),
        top_px=found.stored(shape.top_px),
        height_px=height[0],
        height_mm=height[1],
        length_px=length[0],
        length_mm=length[1],
        area_px2=area[0],
        area_mm2=area[1],
        shaft_px=shaft[0],
        shaft_mm=shaft[1],
        callus_index=index,
        contrast=shape.contrast,
        gap=shape.gap,
        endosteal_px=endosteal[0],
        endosteal_mm=endosteal[1],
        cautions=_cautions(shape),
    )


def _across(
    shape: BumpShape, outlines: tuple[Outline, ...], units: _Units
) -> tuple[tuple[Estimate | None, Estimate | None], Estimate | None]:
    """Return the diameter of the bone without the bump, and that with it over that without."""
    at = len(shape.base_px) // 2
    across = opposite_px(shape.base_px[at], shape.outward, outlines)
    if across is None:
        return (None, None), None
    # The opposite edge lies as far inside its bone as this one did.
    distance = across[0] + shape.foot_px
    sizes = shipped_size_model()
    index = sizes.index_of(shape, distance)
    return units.both(sizes.shaft_of(shape, distance)), Estimate(index.value, index.low, index.high, "1")


def _cautions(shape: BumpShape) -> BumpCaution:
    cautions = BumpCaution.NONE
    if shape.flanks < 2:
        cautions |= BumpCaution.ONE_SIDED
    if abs(shape.turn_rad) > _TURNING_RAD:
        cautions |= BumpCaution.TURNING_OUTLINE
    if shape.beyond > _GOES_ON:
        cautions |= BumpCaution.NOT_ENDING
    return cautions


def _seen(search: OutlineSearch, units: _Units) -> OutlinesSeen:
    told = sum(np.count_nonzero(one.around.told) * one.course.step_px for one in search.outlines)
    whole = sum(len(one.course.seen) * one.course.step_px for one in search.outlines) + search.left_out_px
    whole -= search.beside_px
    told_px, untold_px = float(told) / units.scale, float(whole - told) / units.scale
    mm = units.mm_per_px
    return OutlinesSeen(
        told_px, None if mm is None else told_px * mm, untold_px, None if mm is None else untold_px * mm
    )
