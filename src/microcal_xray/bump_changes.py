"""One bump of an outline at the same place of two pictures laid on each other: its height, and a word."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bump import Bump
from .change_errors import LengthFactors
from .change_rules import length_change
from .changes import BumpChange, QuantityChange, Verdict
from .contour import shipped_size_model
from .findings import Findings
from .measured import Estimate
from .outlining import OutlineSearch, outlines_of, told_apart
from .pairing import Site, sites
from .searching import surveyed
from .side_by_side import LaidPair, Looked

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_SAME_BUMP, _TOLD = 2.0, 2.0  # in units of about a millimetre
_LEAST_TOLD = 0.5  # of the base
_BEYOND = 1.5  # in the same units: there is soft tissue
_LEAST_DARKER = 0.3  # of the step from there to the bump, as slow brightness is the same in both
_LEAST_HEIGHT_PX = 1.6  # of the working image: what is lower is not told from roughness
_NEAR_PX, _MOST_OFF_PX, _LEAST_ALIKE = 24.0, 2.0, 0.4  # of a bone picture, as for lines
# Both intervals are 95 % intervals of the truth: the least significant change is theirs, in squares.
_FACTORS = LengthFactors(interval=1.0, relative=0.0)


@dataclass(frozen=True)
class BumpChanges:
    """The bumps of two pictures laid on each other.

    Parameters
    ----------
    both : LaidPair
    """

    both: LaidPair

    def changes(self, prior: Findings, current: Findings) -> tuple[BumpChange, ...]:
        """Return what became of every bump of either picture, those of the current one first.

        Parameters
        ----------
        prior, current : Findings
        """
        courses = [
            [self._common(looked, bump.base_px, is_prior=is_prior) for bump in found.bumps]
            for found, looked, is_prior in ((prior, self.both.one, True), (current, self.both.other, False))
        ]
        found = sites(courses[0], courses[1], tolerance_px=_SAME_BUMP * self.both.unit_px)
        return tuple(self._change(number, site, prior, current) for number, site in enumerate(found, start=1))

    def _change(self, number: int, site: Site, prior: Findings, current: Findings) -> BumpChange:
        before = None if site.prior is None else prior.bumps[site.prior]
        after = None if site.current is None else current.bumps[site.current]
        plain = BumpChange(
            number,
            Verdict.NOT_COMPARABLE,
            "not looked at",
            before.id if before else None,
            after.id if after else None,
            before.outline_px if before else np.zeros((0, 2)),
            after.outline_px if after else np.zeros((0, 2)),
        )
        reason = self._reason(site.path_px)
        heights = [
            self._listed(before, is_prior=True)
            if before
            else self._elsewhere(site.path_px, after, is_prior=True),
            self._listed(after, is_prior=False)
            if after
            else self._elsewhere(site.path_px, before, is_prior=False),
        ]
        if reason is None and None in heights:
            reason = "the outline cannot be told in one of the pictures here"
        if reason is not None or heights[0] is None or heights[1] is None:
            return _replaced(plain, Verdict.NOT_COMPARABLE, reason, None)
        height = length_change(heights[0], heights[1], registration=0.0, factors=_FACTORS)
        return _replaced(plain, bump_verdict(height), None, height)

    def _reason(self, path_px: FloatArray) -> str | None:
        shape = np.array(self.both.pair.usable.shape)
        if ((path_px >= 0) & (path_px <= shape - 1)).all(axis=1).mean() < 0.9:
            return "one of the pictures does not show this place"
        points = self.both.other.bones.from_grid(self.both.from_common(path_px))
        off_px, alike = self.both.laid.off_near(points[:: max(1, len(points) // 40)], within_px=_NEAR_PX)
        if off_px > _MOST_OFF_PX or alike < _LEAST_ALIKE:
            return "the bones do not lie on each other well enough here"
        return None

    def _common(self, looked: Looked, stored_px: FloatArray, *, is_prior: bool) -> FloatArray:
        grid = looked.grid_from_stored(stored_px)
        return self.both.prior_to_common(grid) if is_prior else self.both.to_common(grid)

    def _listed(self, bump: Bump, *, is_prior: bool) -> Estimate:
        if self._is_in_mm and bump.height_mm is not None:
            return bump.height_mm
        return bump.height_px.times(self._common_per_grid(is_prior), "px")

    def _elsewhere(self, path_px: FloatArray, listed: Bump | None, *, is_prior: bool) -> Estimate | None:
        """Return the height at a place where the picture lists no bump; None where none could be told.

        `listed` is that of the other picture.
        """
        looked, search = self._outlines[0 if is_prior else 1]
        shapes = [shape for _, shape in told_apart(search)]
        courses = [
            self._common(looked, looked.found.stored(shape.base_px), is_prior=is_prior) for shape in shapes
        ]
        same = sites([path_px], courses, tolerance_px=_SAME_BUMP * self.both.unit_px)
        known = [shapes[site.current] for site in same if site.prior == 0 and site.current is not None]
        if known:
            size = shipped_size_model().height_of(known[0])
            return self._estimate(size.value, size.low, size.high, looked, is_prior=is_prior)
        if not self._is_told(path_px, looked, search, is_prior=is_prior):
            return None
        if listed is not None and not self._is_dark_without(listed, is_prior=is_prior):
            return None  # the outline that was followed there is another one, or passes the bump by
        return self._estimate(0.0, 0.0, _LEAST_HEIGHT_PX, looked, is_prior=is_prior)

    def _is_told(self, path_px: FloatArray, looked: Looked, search: OutlineSearch, *, is_prior: bool) -> bool:
        told = [one.course.outline_px[one.around.told] for one in search.outlines]
        points = np.concatenate([np.zeros((0, 2)), *told])
        if not len(points):
            return False
        places = self._common(looked, looked.found.stored(points), is_prior=is_prior)
        away = np.linalg.norm(path_px[:, None] - places[None], axis=2).min(axis=1)
        return bool((away <= _TOLD * self.both.unit_px).mean() >= _LEAST_TOLD)

    def _is_dark_without(self, bump: Bump, *, is_prior: bool) -> bool:
        """Whether the picture that lists no bump is darker where the other one shows it."""
        shows, lacks = self.both.pair.current, self.both.pair.prior
        if not is_prior:
            shows, lacks = lacks, shows
        looked = self.both.other if is_prior else self.both.one
        base, top = (
            self._common(looked, path, is_prior=not is_prior)[len(path) // 4 : 3 * len(path) // 4 + 1]
            for path in (bump.base_px, bump.top_px)
        )
        rise = top - base
        shares = np.linspace(0.2, 0.8, 7)[:, None, None]
        way = rise / np.maximum(np.linalg.norm(rise, axis=1, keepdims=True), 1e-9)
        inside = (base + shares * rise).reshape(-1, 2)
        step = _mean_at(shows, inside) - _mean_at(shows, top + _BEYOND * self.both.unit_px * way)
        return step > 0 and _mean_at(shows, inside) - _mean_at(lacks, inside) >= _LEAST_DARKER * step

    @cached_property
    def _outlines(self) -> tuple[tuple[Looked, OutlineSearch], tuple[Looked, OutlineSearch]]:
        one, other = (
            (looked, outlines_of(looked.found, surveyed(looked.found)))
            for looked in (self.both.one, self.both.other)
        )
        return one, other

    @property
    def _is_in_mm(self) -> bool:
        return self.both.one.mm is not None and self.both.mm is not None

    def _common_per_grid(self, is_prior: bool) -> float:
        """Return common pixels per pixel of the square grid of a picture."""
        if not is_prior:
            return self.both.pair.scale
        bones = self.both.one.bones.scale / self.both.laid.alignment.scale
        return bones / self.both.other.bones.scale * self.both.pair.scale

    def _estimate(
        self, value_px: float, low_px: float, high_px: float, looked: Looked, *, is_prior: bool
    ) -> Estimate:
        """Return a number of pixels of the working image in the unit of the heights."""
        working = Estimate(value_px, low_px, high_px, "px")
        if self._is_in_mm and looked.mm is not None:
            return working.times(looked.mm / looked.found.working.scale, "mm")
        return working.times(self._common_per_grid(is_prior) / looked.found.working.scale, "px")


def _mean_at(image: FloatImage, points_px: FloatArray) -> float:
    return float(ndimage.map_coordinates(image, points_px.T, order=1, mode="nearest").mean())


def bump_verdict(height: QuantityChange) -> Verdict:
    """Return the word for a bump.

    Parameters
    ----------
    height : QuantityChange
        0 at a visit: the outline is told there, and nothing stands out of it.

    Examples
    --------
    >>> none, some = Estimate(0.0, 0.0, 0.4, "mm"), Estimate(2.0, 1.7, 2.3, "mm")
    >>> bump_verdict(length_change(none, some, registration=0.0, factors=_FACTORS)).value
    'new'
    """
    if not height.is_significant:
        return Verdict.UNCHANGED
    if height.change > 0:
        return Verdict.LARGER if height.prior.value > 0 else Verdict.NEW
    return Verdict.SMALLER if height.current.value > 0 else Verdict.GONE


def _replaced(
    plain: BumpChange, verdict: Verdict, reason: str | None, height: QuantityChange | None
) -> BumpChange:
    return BumpChange(
        plain.id,
        verdict,
        reason,
        plain.prior_id,
        plain.current_id,
        plain.prior_outline_px,
        plain.current_outline_px,
        height,
    )
