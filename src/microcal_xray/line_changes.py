"""One line at the same place of two pictures laid on each other: measured in both, and given a word."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .change_errors import ChangeFactors, Processing
from .change_rules import LineFacts, Sight, judged, sights
from .changes import LineChange, Verdict
from .findings import Candidate, Findings, Kind
from .measured import Measured
from .measurement import BAND_AREA, LineShape, soft_band
from .measuring import Scene, bone_contrast_at, line_at
from .pairing import Site, sites
from .radiograph import Intent, Radiograph, Signal
from .registration import Across, PairedHeight, paired_height
from .side_by_side import LaidPair

FloatArray = npt.NDArray[np.float64]

# Of a bone picture: what is said of the registration near a line comes from 4 to 12 mm beside it.
_NEAR_PX, _LINE_PX = 24.0, 8.0
_MOST_OFF_PX = 2.0  # of a bone picture, 1 mm: farther off, nothing is compared there
_LEAST_ALIKE = 0.4
_LEAST_RESIDUAL_PX = 0.1
_SAME_LINE_MM = 1.5
_FISSURE, _CLEAR_SD = 0.8, 6.0  # width in units of about a millimetre; of the bone beside it
_STILL_DARK = 0.5  # of what it was
# Of what a fissure becomes: widths in units of about a millimetre, how far around it is looked at, and how
# wide it is at least over the line that was there. Nearer to that line than 1.25 of its own width, nothing is
# looked at: whatever its profile, next to nothing of it reaches farther.
_BANDS, _BAND_REACH, _WIDER, _CORE = (1.6, 2.4, 3.2), (1.1, 0.8), 1.5, 1.25
_FARTHEST = 13.0


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
        line = self.looked_at(site, prior, current)
        if isinstance(line, str):
            return replace(plain, reason=line)
        found = judged(line.facts, self.factors)
        return replace(
            plain,
            verdict=found.verdict,
            reason=None,
            prior_kind=found.seen[0].kind,
            current_kind=found.seen[1].kind,
            length=found.length,
            equivalent_width=found.equivalent_width,
            contrast=found.contrast,
            prior_measured=line.cards[0],
            current_measured=line.cards[1],
        )

    def looked_at(self, site: Site, prior: Findings, current: Findings) -> "LookedAt | str":
        """Return what is measured of the line at a site, or why nothing is compared there.

        Each picture that has it as a candidate measures it by itself, along the longer course: its own
        centre, ends and width. The one that stands out better there gives the template and the course by
        which both are measured for the word.
        """
        off_px, alike = self._off_near(site.path_px)
        reason = self._reason(site.path_px, off_px, alike)
        if reason is not None:
            return reason
        listed = (
            None if site.prior is None else prior.candidates[site.prior],
            None if site.current is None else current.candidates[site.current],
        )
        kinds = (listed[0].kind if listed[0] else None, listed[1].kind if listed[1] else None)
        width_px = self._width_px(*listed)
        own = [
            None if kind is None else line_at(scene, site.path_px, kind=kind, width_px=width_px)
            for scene, kind in zip(self.both.scenes, kinds, strict=True)
        ]
        if kinds == (None, Kind.SCLEROTIC):
            own[0] = self._dark_before(site.path_px, off_px)
            kinds = (None if own[0] is None else Kind.LUCENT, kinds[1])
        shapes = [each[0] for each in own if each is not None]
        best = max(shapes, key=lambda shape: shape.found_d_prime)
        path_px = max((shape.path_px for shape in shapes), key=len)
        paired = self._paired(path_px, best, kinds, off_px)
        if paired is None:
            return "too little bone around the line is shown by both pictures"
        seen = sights(paired, prior=kinds[0], current=kinds[1])
        cards = [
            known[1] if known is not None else self._card(scene, path_px, one.kind, best.fit.width_px)
            for known, scene, one in zip(own, self.both.scenes, seen, strict=True)
        ]
        unit_mm = self.both.mm or 1.0
        area = best.fit.area_px * unit_mm
        integrals = [
            height * area if card is None else _signed(card.integrated_contrast_px.value * unit_mm, one.kind)
            for height, card, one in zip((paired.prior, paired.current), cards, seen, strict=True)
        ]
        turned_z, turned_integral = self._turned(path_px, best, kinds, seen[1])
        lengths = [None if card is None else card.length_mm or card.length_px for card in cards]
        contrasts = [bone_contrast_at(scene, path_px) for scene in self.both.scenes]
        facts = LineFacts(
            paired,
            kinds,
            (lengths[0], lengths[1]),
            (integrals[0], integrals[1]),
            area,
            (contrasts[0], contrasts[1]),
            self._common_px(off_px) * unit_mm,
            self._processing,
            self._contrast_unit,
            turned_z,
            turned_integral,
        )
        return LookedAt(facts, (cards[0], cards[1]))

    @property
    def _processing(self) -> Processing:
        intents = {each.radiograph.intent for each in (self.both.one, self.both.other)}
        if intents == {Intent.FOR_PROCESSING}:
            return Processing.RAW
        return Processing.SHOWN if intents == {Intent.FOR_PRESENTATION} else Processing.OTHER

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
        return self.both.laid.off_near(
            points[:: max(1, len(points) // 40)], within_px=_NEAR_PX, beyond_px=_LINE_PX
        )

    def _reason(self, path_px: FloatArray, off_px: float, alike: float) -> str | None:
        rows, columns = self.both.pair.usable.shape
        at = np.rint(path_px).astype(int)
        inside = ((at >= 0) & (at < (rows, columns))).all(axis=1)
        # Where bones overlap, small places may be taken for metal: a line across one is still measured.
        is_shown = inside.mean() >= 0.9 and self.both.pair.usable[tuple(at[inside].T)].mean() >= 0.75
        if not is_shown:
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

    def _common_px(self, off_px: float) -> float:
        return off_px / self.both.other.bones.scale * self.both.pair.scale

    def _paired(
        self,
        path_px: FloatArray,
        shape: LineShape,
        kinds: tuple[Kind | None, Kind | None],
        off_px: float,
    ) -> PairedHeight | None:
        signs = [1 if kind is Kind.SCLEROTIC else -1 for kind in (kinds[0] or kinds[1], kinds[1] or kinds[0])]
        return paired_height(
            path_px,
            self.both.pair.prior,
            self.both.pair.current,
            usable=self.both.pair.usable,
            offset_px=shape.rows.offset_px,
            template=shape.fit.template,
            unit_px=self.both.unit_px,
            residual_px=self._common_px(max(off_px, _LEAST_RESIDUAL_PX)),
            signs=(signs[0], signs[1]),
            listed=(kinds[0] is not None, kinds[1] is not None),
        )

    def _dark_before(self, path_px: FloatArray, off_px: float) -> tuple[LineShape, Measured] | None:
        """Return the dark line that the prior picture has where only the current one lists a bright one.

        None where it has none that is clear, or the current one has it too: beside a bright line of a
        processed picture there are dark ones. The template of the bright band is too wide to see it.
        """
        width_px = _FISSURE * self.both.unit_px
        found = line_at(self.both.scenes[0], path_px, kind=Kind.LUCENT, width_px=width_px)
        shape = found[0]
        paired = self._paired(shape.path_px, shape, (Kind.LUCENT, Kind.LUCENT), off_px)
        if paired is None or paired.prior > -_CLEAR_SD * paired.prior_sd:
            return None
        if paired.current < _STILL_DARK * paired.prior:
            return None
        return found if shape.fit.d_prime >= _CLEAR_SD else None

    def _turned(
        self, path_px: FloatArray, shape: LineShape, kinds: tuple[Kind | None, Kind | None], seen: Sight
    ) -> tuple[float, float]:
        """Return how far a bright band stands out where a dark line was, and its contrast times width.

        What heals becomes wider and fainter than the line was: the template of the line does not see it, and
        in a single picture it is lost in the texture of the bone, which the difference of both does not have.
        In the difference the line that is gone stands as a peak; to both sides of it the band is seen alone.
        """
        if kinds != (Kind.LUCENT, None) or seen.kind is not None:
            return 0.0, 0.0
        pair, unit_px = self.both.pair, self.both.unit_px
        across = Across.of(path_px, pair.difference, usable=pair.usable, unit_px=unit_px, farthest=_FARTHEST)
        peak = across.peak()
        if peak is None:
            return 0.0, 0.0
        middle_px, line_px = peak
        found = []
        for width in _BANDS:
            band_px = width * unit_px
            if band_px < _WIDER * line_px:
                continue
            height, z = across.height_of(
                soft_band(across.offset_px - middle_px, band_px, shape.blur_px),
                middle_px=middle_px,
                core_px=_CORE * line_px,
                reach_px=_BAND_REACH[0] * band_px + _BAND_REACH[1] * unit_px,
            )
            found.append((z, height * band_px * BAND_AREA * (self.both.mm or 1.0)))
        return max(found, default=(0.0, 0.0))

    def _card(self, scene: Scene, path_px: FloatArray, kind: Kind | None, width_px: float) -> Measured | None:
        if kind is None:
            return None
        inside = np.clip(path_px, 0, np.array(self.both.pair.usable.shape) - 1.0)
        return line_at(scene, inside, kind=kind, width_px=width_px)[1]


@dataclass(frozen=True)
class LookedAt:
    """What is measured of one line.

    Parameters
    ----------
    facts : LineFacts
    cards : (Measured or None, Measured or None)
        Its evidence card in each matched picture; None where the picture does not show it.
    """

    facts: LineFacts
    cards: tuple[Measured | None, Measured | None]


def _signed(value: float, kind: Kind | None) -> float:
    return value if kind is Kind.SCLEROTIC else -value


def _inside(path_px: FloatArray, radiograph: Radiograph) -> FloatArray:
    shape = np.array(radiograph.pixels.shape)
    kept = ((path_px >= -0.5) & (path_px <= shape - 0.5)).all(axis=1)
    return path_px[kept]
