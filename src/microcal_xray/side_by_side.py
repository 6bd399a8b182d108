"""Two radiographs of one bone on common pixels: where each place lies, and scenes to measure in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .changes import MatchedView, PlaceMap
from .measuring import UNIT_PX, Scene
from .radiograph import Intent, Radiograph, Spacing
from .registration import (
    BonePicture,
    Laid,
    MatchedPair,
    as_sharp,
    before_shrinking,
    bone_picture,
    matched_pair,
    sampled,
)
from .resolution import blur_px
from .searching import Search, looked_at, mm_per_px, sharpness_of, surveyed

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_PLACES_PX = 8
_DIFFERENCE_MM = 0.4
_BONE_PX_MM = 0.5
_NEAR = 1.5  # in units of about a millimetre: so near to a line, something may have changed


@dataclass(frozen=True)
class Looked:
    """One radiograph, looked at, with its bones ready to be laid on others.

    Parameters
    ----------
    radiograph : Radiograph
    found : Search
        As it is searched, before anything was.
    bones : BonePicture
    mm : float or None
        Size of a pixel of its square grid; None: unknown.
    """

    radiograph: Radiograph
    found: Search
    bones: BonePicture
    mm: float | None

    @classmethod
    def at(cls, radiograph: Radiograph, lines: Sequence[FloatArray] = ()) -> "Looked":
        """Return a radiograph looked at; without any bone where it shows none.

        Parameters
        ----------
        radiograph : Radiograph
        lines : sequence of (N, 2) float arrays
            Courses in the picture as stored: places that may have changed.
        """
        found = looked_at(radiograph)
        mm, scale = mm_per_px(radiograph), found.working.scale
        if found.field.body.any() and min(found.working.pixels.shape) > 1:
            bone = surveyed(found).anatomy.bone
        else:
            bone = np.zeros(found.working.pixels.shape, bool)
        bones = bone_picture(
            found.working.pixels,
            usable=found.field.usable & ~found.field.metal,
            bone=bone,
            mm_per_px=None if mm is None else mm / scale,
            grid_per_px=1 / scale,
        )
        courses = [bones.from_grid(found.grid.from_stored(path)) for path in lines]
        near = _near(courses, bones.values.shape, _NEAR / _BONE_PX_MM)
        return cls(radiograph, found, replace(bones, lines=near), mm)

    def grid_from_stored(self, path_px: FloatArray) -> FloatArray:
        """Return points of the picture as stored in pixels of its square grid."""
        return self.found.grid.from_stored(path_px)


@dataclass(frozen=True)
class LaidPair:
    """Both pictures on common pixels, each a scene to measure in.

    Parameters
    ----------
    one, other : Looked
        The prior and the current one.
    laid : Laid
        Where the bone of one lies on the other.
    pair : MatchedPair
        Their pixels, alike in noise, sharpness and gain.
    bone : (R, C) bool array
        On common pixels.
    scenes : (Scene, Scene)
        Prior and current.
    """

    one: Looked
    other: Looked
    laid: Laid
    pair: MatchedPair
    bone: Mask
    scenes: tuple[Scene, Scene]

    @classmethod
    def of(
        cls,
        one: Looked,
        other: Looked,
        laid: Laid,
        *,
        lines: tuple[Sequence[FloatArray], Sequence[FloatArray]] = ((), ()),
    ) -> "LaidPair":
        """Return both pictures on common pixels.

        Parameters
        ----------
        one, other : Looked
            Prior and current.
        laid : Laid
        lines : (sequence, sequence) of (N, 2) float arrays
            Courses in each picture as stored: places that may have changed.
        """
        pair, bone = _common(one, other, laid, lines)
        mm = None if other.mm is None else other.mm / pair.scale
        scenes = [
            _scene(image, pair.usable, other.radiograph, mm, intent)
            for image, intent in (
                (pair.prior, one.radiograph.intent),
                (pair.current, other.radiograph.intent),
            )
        ]
        return cls(one, other, laid, pair, bone, (scenes[0], scenes[1]))

    @property
    def unit_px(self) -> float:
        """Common pixels of about a millimetre."""
        return UNIT_PX / self.other.found.working.scale * self.pair.scale

    @property
    def mm(self) -> float | None:
        """Size of a common pixel; None where the spacing is unknown."""
        return None if self.other.mm is None else self.other.mm / self.pair.scale

    def to_common(self, current_grid_px: FloatArray) -> FloatArray:
        """Return points of the current square grid on the common pixels."""
        return (current_grid_px + 0.5) * self.pair.scale - 0.5

    def from_common(self, points_px: FloatArray) -> FloatArray:
        """Return points of the common pixels on the current square grid."""
        return (points_px + 0.5) / self.pair.scale - 0.5

    def prior_to_common(self, prior_grid_px: FloatArray) -> FloatArray:
        """Return points of the prior square grid on the common pixels."""
        bones = self.laid.alignment.to_current(self.one.bones.from_grid(prior_grid_px))
        return self.to_common(self.other.bones.to_grid(bones))

    def common_to_prior(self, points_px: FloatArray) -> FloatArray:
        """Return points of the common pixels on the prior square grid."""
        bones = self.other.bones.from_grid(self.from_common(points_px))
        return self.one.bones.to_grid(self.laid.alignment.to_prior(bones))

    def places(self) -> PlaceMap:
        """Return where each place of the current picture lies on the prior one."""
        shape = self.other.radiograph.pixels.shape
        sides = [np.arange(0, side + _PLACES_PX, _PLACES_PX, dtype=np.float64) for side in shape]
        rows, columns = np.meshgrid(*sides, indexing="ij")
        points = np.stack([rows.ravel(), columns.ravel()], axis=1)
        common = self.to_common(self.other.grid_from_stored(points))
        on_prior = self.one.found.grid.stored(self.common_to_prior(common))
        return PlaceMap(_PLACES_PX, on_prior.T.reshape(2, *rows.shape))

    def view(self) -> MatchedView:
        """Return both pictures and their difference, for looking."""
        import cv2  # imported here: it costs 0.1 s, which `import microcal_xray` should not pay

        sigma = _DIFFERENCE_MM * self.unit_px
        smooth = np.asarray(cv2.GaussianBlur(self.pair.difference, (0, 0), sigma), np.float32)
        inside = self.pair.usable & self.bone
        sample = smooth[inside] if inside.any() else smooth.ravel()
        spread = 1.4826 * float(np.median(np.abs(sample - np.median(sample)))) or 1.0
        return MatchedView(
            self.pair.prior, self.pair.current, self.pair.usable, smooth / np.float32(spread), self.pair.scale
        )


def _common(
    one: Looked,
    other: Looked,
    laid: Laid,
    lines: tuple[Sequence[FloatArray], Sequence[FloatArray]],
) -> tuple[MatchedPair, Mask]:
    """Return both pictures on the current one's square grid, or coarser where the prior one's pixels are."""
    import cv2  # imported here, as above

    grid = other.found.grid
    prior_per_current = laid.alignment.scale * other.bones.scale / one.bones.scale
    scale = min(1.0, prior_per_current)
    shape = tuple(max(8, round(side * scale)) for side in grid.pixels.shape)
    scale = shape[0] / grid.pixels.shape[0]
    size = (shape[1], shape[0])
    current = before_shrinking(grid.pixels, shrunk_to=scale)
    current = np.asarray(cv2.resize(current, size, interpolation=cv2.INTER_LINEAR), np.float32)
    rows, columns = np.meshgrid(*(np.arange(side, dtype=np.float64) for side in shape), indexing="ij")
    places = np.stack([rows.ravel(), columns.ravel()], axis=1)
    on_bones = other.bones.from_grid((places + 0.5) / scale - 0.5)
    on_prior = one.bones.to_grid(laid.alignment.to_prior(on_bones))
    prior = before_shrinking(one.found.grid.pixels, shrunk_to=min(1.0, scale / prior_per_current))
    prior = sampled(prior, on_prior, (shape[0], shape[1]))
    usable = [
        _usable(one, on_prior, (shape[0], shape[1])),
        _usable(other, (places + 0.5) / scale - 0.5, (shape[0], shape[1])),
    ]
    edges = [sharpness_of(looked.found).edges_px for looked in (one, other)]
    blurs = [
        blur_px(None if edge is None else edge.value, mm_per_px=looked.mm)
        for edge, looked in zip(edges, (one, other), strict=True)
    ]
    widths = [blurs[0] / prior_per_current * scale, blurs[1] * scale]
    mm = None if other.mm is None else other.mm / scale
    prior = as_sharp(prior, blur_px=widths[0], other_px=widths[1], mm_per_px=mm)
    current = as_sharp(current, blur_px=widths[1], other_px=widths[0], mm_per_px=mm)
    bone = sampled(other.bones.bone.astype(np.float32), on_bones, (shape[0], shape[1]), is_mask=True) > 0.5
    unit_px = UNIT_PX / other.found.working.scale * scale
    courses = [other.grid_from_stored(path) for path in lines[1]]
    for path in lines[0]:
        bones = laid.alignment.to_current(one.bones.from_grid(one.grid_from_stored(path)))
        courses.append(other.bones.to_grid(bones))
    pair = matched_pair(
        prior,
        current,
        usable=usable[0] & usable[1],
        bone=bone,
        unit_px=unit_px,
        scale=scale,
        lines=_near([(path + 0.5) * scale - 0.5 for path in courses], (shape[0], shape[1]), _NEAR * unit_px),
    )
    return pair, bone


def _near(courses: Sequence[FloatArray], shape: tuple[int, ...], within_px: float) -> Mask:
    """Return what lies so near to any of the courses."""
    import cv2  # imported here, as above

    drawn = np.zeros(shape[:2], np.uint8)
    for path in courses:
        points = np.rint(path[:, ::-1]).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(drawn, [points], isClosed=False, color=1, thickness=max(1, round(2 * within_px)))
    return drawn > 0


def _usable(looked: Looked, places: FloatArray, shape: tuple[int, int]) -> Mask:
    grid, field = looked.found.grid, looked.found.field
    mask = looked.found.working.to_original(field.usable & ~field.metal, grid.pixels.shape) & grid.usable
    return sampled(mask.astype(np.float32), places, shape, is_mask=True) > 0.5


def _scene(image: FloatImage, usable: Mask, like: Radiograph, mm: float | None, intent: Intent) -> Scene:
    spacing = None if mm is None else Spacing(mm, mm, like.spacing_source)
    radiograph = replace(like, pixels=image, usable=usable, spacing=spacing, intent=intent, origin=None)
    return Scene.of(looked_at(radiograph), radiograph)
