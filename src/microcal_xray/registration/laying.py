"""Lays one bone on another and says whether they are the same bone."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .alignment import Alignment
from .bone_picture import BonePicture
from .coarse import guesses
from .grain import GrainPair, found_again, grain_led, grain_pair
from .refining import Fit, Layer, coarse_fit, fine_fit, fit_at, layers, local_shifts
from .texture import is_slender, texture_agreement

FloatArray = npt.NDArray[np.float64]

_FEWEST_BONE_PX = 400  # 100 mm2: less bone cannot be told from any other
_SHARED_POWER = 0.3  # between guesses, how much bone they lay on bone counts too
_WINDOW_PX, _APART_PX = 5.0, 8.0  # of the residual: 2.5 mm and 4 mm

# Fitted by tools/measure_change.py: see docs/compare.md.
LEAST_AGREEMENT = 0.6
LEAST_SHARED = 0.25
LEAST_GRAIN = 0.1
LEAST_GRAIN_OVER = 3.0  # times what it agrees by anywhere near
# In slender bones the ends, much alike in two people, are part of the grain, which then agrees by up
# to 0.29 and 4 times; but the texture with its cortex by 0.58 at most, and in one person by 0.78 and more.
LEAST_TEXTURE_SLENDER = 0.68
_BETTER_GRAIN = 0.01
_SCALES = (0.85, 1.18)  # where both spacings are known: magnification changes by a few per cent
_MOST_ANISOTROPY = 1.12
_MOST_RESIDUAL_PX = 2.0  # 1 mm


@dataclass(frozen=True)
class Laid:
    """One bone laid on another.

    Parameters
    ----------
    alignment : Alignment
        Between bone pictures, from the current one to the prior one.
    agreement, shared : float
        See `Fit`.
    texture : float
        See `texture_agreement`.
    grain, grain_elsewhere : float
        See `GrainPair`: by what their grain correlates in its place, and at most near it.
    is_slender : bool
        Whether one picture shows slender bones.
    places_px : (P, 2) float array
        Places all over the bone of the current bone picture.
    off_px : (P,) float array
        How far bone is off there, as the pictures themselves tell: its grain, where it is found again.
    alike : (P,) float array
        Correlation of both pictures around each place; 1 where the grain is found again.
    reason : str or None
        Why they are not the same bone; None when they are.
    """

    alignment: Alignment
    agreement: float
    shared: float
    texture: float
    grain: float
    grain_elsewhere: float
    is_slender: bool
    places_px: FloatArray
    off_px: FloatArray
    alike: FloatArray
    reason: str | None

    def off_near(
        self, points_px: FloatArray, *, within_px: float, beyond_px: float = 0.0
    ) -> tuple[float, float]:
        """Return how far bone is off at the places around points, and how much alike it is there.

        Parameters
        ----------
        points_px : (N, 2) float array
        within_px : float
            So near; where there is no such place, the nearest ones count.
        beyond_px : float
            And farther than this, where there is such a place: what has changed is not alike, and says
            nothing about the registration.
        """
        if not len(self.places_px):
            return float("inf"), 0.0
        apart = np.linalg.norm(self.places_px[:, None] - points_px[None], axis=2).min(axis=1)
        near = (apart <= within_px) & (apart > beyond_px)
        if not near.any():
            near = apart <= max(within_px, float(apart.min()))
        return float(np.median(self.off_px[near])), float(np.median(self.alike[near]))


def lay(current: BonePicture, prior: BonePicture, *, is_scale_known: bool) -> Laid | None:
    """Return the prior bone laid on the current one; None where one of them shows too little bone.

    Parameters
    ----------
    current, prior : BonePicture
    is_scale_known : bool
        Whether both spacings are known; otherwise sizes from half to twice are tried.
    """
    if min(int(current.bone.sum()), int(prior.bone.sum())) < _FEWEST_BONE_PX:
        return None
    steps = layers(current, prior)
    if min(len(step.points) for step in steps) < 50:
        return None
    tried = [
        coarse_fit(guess.matrix, steps, current.values.shape)
        for guess in guesses(current, prior, is_scale_known=is_scale_known)
    ]
    if not tried:
        return None
    best = max(tried, key=lambda fit: max(fit.agreement, 0.0) * fit.shared**_SHARED_POWER)
    fit, grain = _finest(fine_fit(best.alignment, steps), steps, current, prior)
    places, off, alike = local_shifts(fit.alignment, steps[-1], sigma_px=_WINDOW_PX, apart_px=_APART_PX)
    laid = Laid(
        fit.alignment,
        fit.agreement,
        fit.shared,
        texture_agreement(fit.alignment, current, prior),
        grain.agreement(),
        grain.elsewhere(),
        is_slender(current) or is_slender(prior),
        places,
        *_by_grain(grain, places, np.hypot(*off.T) if len(off) else np.zeros(0), alike),
        None,
    )
    return replace(laid, reason=_reason(laid, is_scale_known=is_scale_known))


def _finest(
    fit: Fit, steps: tuple[Layer, ...], current: BonePicture, prior: BonePicture
) -> tuple[Fit, GrainPair]:
    """Return the fit by which the grain agrees better: that one, or one led by the grain."""
    plain = grain_pair(fit.alignment, current, prior)
    led = grain_led(fit.alignment, current, prior)
    if led is not None:
        pair = grain_pair(led, current, prior)
        if pair.agreement() > plain.agreement() + _BETTER_GRAIN:
            return fit_at(led, steps[-1]), pair
    return fit, plain


def _by_grain(
    grain: GrainPair, places: FloatArray, off_px: FloatArray, alike: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far bone is off at places, and how much alike, by the grain where it is found again.

    A kneecap that moved makes the bone under it look as if it were off, and less alike.
    """
    found, off = found_again(grain)
    if not len(found) or not len(places):
        return off_px, alike
    apart = np.linalg.norm(places[:, None] - found[None], axis=2)
    nearest = apart.argmin(axis=1)
    is_found = apart.min(axis=1) <= _APART_PX
    return np.where(is_found, np.hypot(*off.T)[nearest], off_px), np.where(is_found, 1.0, alike)


def _reason(laid: Laid, *, is_scale_known: bool) -> str | None:
    scale = laid.alignment.scale
    if laid.shared < LEAST_SHARED or not len(laid.places_px):
        return f"the pictures share too little bone ({laid.shared:.0%} of the current one)"
    if laid.agreement < LEAST_AGREEMENT:
        return (
            f"the bones do not agree (correlation {laid.agreement:.2f}, at least {LEAST_AGREEMENT} is needed)"
        )
    different = "they seem to be different bones, or seen from another side"
    if laid.grain < max(LEAST_GRAIN, LEAST_GRAIN_OVER * laid.grain_elsewhere):
        return (
            f"the texture inside the bones does not agree (correlation {laid.grain:.2f}, "
            f"{laid.grain_elsewhere:.2f} beside it): {different}"
        )
    if laid.is_slender and laid.texture < LEAST_TEXTURE_SLENDER:
        return f"the texture inside the bones does not agree (correlation {laid.texture:.2f}): {different}"
    if is_scale_known and not _SCALES[0] <= scale <= _SCALES[1]:
        return f"the bones are of different size (a factor of {scale:.2f})"
    if laid.alignment.anisotropy > _MOST_ANISOTROPY:
        return f"one bone had to be stretched by {laid.alignment.anisotropy - 1:.0%} to lie on the other"
    residual = float(np.median(laid.off_px))
    if residual > _MOST_RESIDUAL_PX:
        return f"the bones could not be laid on each other well enough (still {residual / 2:.1f} mm off)"
    return None
