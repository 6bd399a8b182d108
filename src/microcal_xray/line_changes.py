"""One line at the same place of two pictures laid on each other: measured in both, and given a word."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .change_rules import ChangeFactors, height_change, length_change, sights, verdict_of
from .changes import LineChange, QuantityChange, Verdict
from .findings import Candidate, Findings, Kind
from .measured import Measured
from .measurement import LineShape
from .measuring import Scene, line_at
from .pairing import Site, sites
from .radiograph import Intent, Radiograph, Signal
from .registration import PairedHeight, paired_height
from .side_by_side import LaidPair

FloatArray = npt.NDArray[np.float64]

_NEAR_PX = 16.0  # of a bone picture: what is said of the registration near a line comes from within 8 mm
_MOST_OFF_PX = 2.0  # of a bone picture, 1 mm: farther off, nothing is compared there
_LEAST_ALIKE = 0.4
_LEAST_RESIDUAL_PX = 0.1
_SAME_LINE_MM = 1.5
# Relative: how well gain and sharpness are matched. Processing for presentation enhances fine lines by an
# unknown factor; two pictures of different intent, or that say nothing of it, do not even share it.
_GAIN_SD_RAW, _GAIN_SD_SHOWN, _GAIN_SD_OTHER = 0.05, 0.1, 0.2


@dataclass(frozen=True)
class LineChanges:
    """The lines of two pictures laid on each other.

    Parameters
    ----------
    both : LaidPair
    factors : ChangeFactors
    """

    both: LaidPair
    factors: ChangeFactors

    def sites(self, prior: Findings, current: Findings) -> list[Site]:
        """Return every place with a candidate in either picture, once."""
        before = [
            self.both.prior_to_common(self.both.one.grid_from_stored(each.path_px))
            for each in prior.candidates
        ]
        after = [
            self.both.to_common(self.both.other.grid_from_stored(each.path_px)) for each in current.candidates
        ]
        return sites(before, after, tolerance_px=_SAME_LINE_MM * self.both.unit_px)

    def change(self, number: int, site: Site, prior: Findings, current: Findings) -> LineChange:
        """Return what became of the line at a site."""
        before = None if site.prior is None else prior.candidates[site.prior]
        after = None if site.current is None else current.candidates[site.current]
        plain = self._unjudged(number, site, before, after)
        off_px, alike = self._off_near(site.path_px)
        reason = self._reason(site.path_px, off_px, alike)
        if reason is not None:
            return replace(plain, reason=reason)
        width_px = self._width_px(before, after)
        owner = after or before
        kind = owner.kind if owner else Kind.LUCENT
        source = 1 if after is not None else 0
        shape, _ = line_at(self.both.scenes[source], site.path_px, kind=kind, width_px=width_px)
        paired = self._paired(shape, off_px)
        if paired is None:
            return replace(plain, reason="too little bone around the line is shown by both pictures")
        if before is None or after is None:
            paired = paired.selected()
        seen = sights(paired, prior=before.kind if before else None, current=after.kind if after else None)
        cards = [
            self._card(scene, site.path_px, one.kind, width_px)
            for scene, one in zip(self.both.scenes, seen, strict=True)
        ]
        length = self._length(cards[0], cards[1], off_px)
        height = height_change(
            paired,
            per_height=shape.fit.area_px * (self.both.mm or 1.0),
            unit=self._contrast_unit,
            factor=self.factors.height,
        )
        verdict = verdict_of(seen, height=height, length=length)
        return replace(
            plain,
            verdict=verdict,
            reason=None,
            prior_kind=seen[0].kind,
            current_kind=seen[1].kind,
            length=length,
            equivalent_width=self._equivalent_width(paired, shape, cards),
            contrast=height,
            prior_measured=cards[0],
            current_measured=cards[1],
        )

    @property
    def _gain_sd(self) -> float:
        intents = {each.radiograph.intent for each in (self.both.one, self.both.other)}
        if intents == {Intent.FOR_PROCESSING}:
            return _GAIN_SD_RAW
        return _GAIN_SD_SHOWN if intents == {Intent.FOR_PRESENTATION} else _GAIN_SD_OTHER

    @property
    def _contrast_unit(self) -> str:
        is_log = self.both.other.radiograph.signal is Signal.LOG
        return f"{'log' if is_log else 'relative'} {'px' if self.both.mm is None else 'mm'}"

    def _unjudged(
        self, number: int, site: Site, before: Candidate | None, after: Candidate | None
    ) -> LineChange:
        on_current = self.both.other.found.grid.stored(self.both.from_common(site.path_px))
        on_prior = self.both.one.found.grid.stored(self.both.common_to_prior(site.path_px))
        if before is not None:
            on_prior = before.path_px
        if after is not None:
            on_current = after.path_px
        off_px, _ = self._off_near(site.path_px)
        error = off_px / self.both.other.bones.scale if math.isfinite(off_px) else math.nan
        return LineChange(
            number,
            Verdict.NOT_COMPARABLE,
            "not looked at",
            before.id if before else None,
            after.id if after else None,
            before.kind if before else None,
            after.kind if after else None,
            _inside(on_prior, self.both.one.radiograph),
            _inside(on_current, self.both.other.radiograph),
            registration_error_mm=None
            if self.both.other.mm is None or math.isnan(error)
            else error * self.both.other.mm,
            registration_error_px=error,
        )

    def _off_near(self, path_px: FloatArray) -> tuple[float, float]:
        points = self.both.other.bones.from_grid(self.both.from_common(path_px))
        return self.both.laid.off_near(points[:: max(1, len(points) // 40)], within_px=_NEAR_PX)

    def _reason(self, path_px: FloatArray, off_px: float, alike: float) -> str | None:
        rows, columns = self.both.pair.usable.shape
        at = np.rint(path_px).astype(int)
        inside = ((at >= 0) & (at < (rows, columns))).all(axis=1)
        if inside.mean() < 0.9 or self.both.pair.usable[tuple(at[inside].T)].mean() < 0.9:
            return "one of the pictures does not show this place"
        if off_px > _MOST_OFF_PX or alike < _LEAST_ALIKE:
            return "the bones do not lie on each other well enough here"
        return None

    def _width_px(self, before: Candidate | None, after: Candidate | None) -> float:
        if after is not None:
            return after.width_px * self.both.pair.scale
        per_prior = (
            self.both.one.bones.scale
            / self.both.laid.alignment.scale
            / self.both.other.bones.scale
            * self.both.pair.scale
        )
        return (before.width_px if before else self.both.unit_px) * per_prior

    def _paired(self, shape: LineShape, off_px: float) -> PairedHeight | None:
        residual = max(off_px, _LEAST_RESIDUAL_PX) / self.both.other.bones.scale * self.both.pair.scale
        return paired_height(
            shape.path_px,
            self.both.pair.prior,
            self.both.pair.current,
            usable=self.both.pair.usable,
            offset_px=shape.rows.offset_px,
            template=shape.fit.template,
            unit_px=self.both.unit_px,
            residual_px=residual,
            gain_sd=self._gain_sd,
        )

    def _card(self, scene: Scene, path_px: FloatArray, kind: Kind | None, width_px: float) -> Measured | None:
        if kind is None:
            return None
        inside = np.clip(path_px, 0, np.array(self.both.pair.usable.shape) - 1.0)
        return line_at(scene, inside, kind=kind, width_px=width_px)[1]

    def _length(
        self, before: Measured | None, after: Measured | None, off_px: float
    ) -> QuantityChange | None:
        if before is None or after is None:
            return None
        off = off_px / self.both.other.bones.scale * self.both.pair.scale
        if before.length_mm is not None and after.length_mm is not None and self.both.mm is not None:
            return length_change(
                before.length_mm,
                after.length_mm,
                registration_px=off * self.both.mm,
                factor=self.factors.length,
            )
        return length_change(
            before.length_px, after.length_px, registration_px=off, factor=self.factors.length
        )

    def _equivalent_width(
        self, paired: PairedHeight, shape: LineShape, cards: Sequence[Measured | None]
    ) -> QuantityChange | None:
        # One contrast of the bone for both: the prior picture has the gain of the current one.
        known = [card.bone_contrast.value for card in reversed(cards) if card and card.bone_contrast]
        if not known or known[0] <= 0:
            return None
        per = shape.fit.area_px * (self.both.mm or 1.0) / known[0]
        unit = "px" if self.both.mm is None else "mm"
        return height_change(paired, per_height=per, unit=unit, factor=self.factors.height)


def _inside(path_px: FloatArray, radiograph: Radiograph) -> FloatArray:
    shape = np.array(radiograph.pixels.shape)
    kept = ((path_px >= -0.5) & (path_px <= shape - 0.5)).all(axis=1)
    return path_px[kept]
