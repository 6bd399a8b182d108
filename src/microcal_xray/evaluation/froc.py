"""The FROC curve, and the sensitivity at a given rate of false marks per picture.

At a threshold t, the ordinate is the share of true lines whose rating is at least t, and the abscissa the
number of false marks of score at least t per picture (Bunch et al. 1978, doi:10.1117/12.965461;
Chakraborty 2017, Observer Performance Methods for Diagnostic Imaging, chapter 13).

The sensitivity at a rate f is read from the step curve: at the lowest threshold at which there are no more
than f false marks per picture. Nothing is interpolated: between two scores there is no operating point.
Past its end the curve goes on level: a detector with fewer false marks than allowed loses nothing.
"""

from dataclasses import dataclass

import numpy as np

from .pool import FalseMarkImages, Floats, Masks, Pool

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SCORE_RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
_ROUNDING = 1e-9  # 0.1 false marks on 30 pictures are 3, whatever 0.1 is in binary


@dataclass(frozen=True)
class FrocCurve:
    """The operating points of an FROC curve, from the strictest threshold to the loosest.

    Parameters
    ----------
    threshold : (P,) float array
        Falling; the first is inf.
    false_marks : (P,) float array
        Per picture, rising.
    sensitivity : (P,) float array
        Rising.
    """

    threshold: Floats
    false_marks: Floats
    sensitivity: Floats


def froc_curve(pool: Pool, *, images: FalseMarkImages = FalseMarkImages.ALL) -> FrocCurve:
    """Return every operating point of the FROC curve.

    Parameters
    ----------
    pool : Pool
    images : FalseMarkImages
        The pictures on which false marks are counted; NaN abscissae when there are none.
    """
    counted = pool.counted_on(images)
    scores = pool.false_score[counted[pool.false_image]]
    ratings = np.sort(pool.target_rating)
    threshold = np.unique(np.concatenate([scores, ratings[np.isfinite(ratings)]]))[::-1]
    threshold = np.concatenate([[np.inf], threshold])
    marks = len(scores) - np.searchsorted(scores[::-1], threshold, side="left")
    hits = len(ratings) - np.searchsorted(ratings, threshold, side="left")
    with np.errstate(invalid="ignore", divide="ignore"):
        return FrocCurve(threshold, marks / np.float64(counted.sum()), hits / np.float64(len(ratings)))


def thresholds_at(
    pool: Pool,
    weights: Floats,
    rates: tuple[float, ...],
    *,
    images: FalseMarkImages = FalseMarkImages.ALL,
) -> Floats:
    """Return the scores that a candidate must exceed for given rates of false marks per picture.

    Parameters
    ----------
    pool : Pool
    weights : (B, N) float array
    rates : tuple of S float
    images : FalseMarkImages
        The pictures on which false marks are counted.

    Returns
    -------
    (B, S) float array
        -inf where even the longest list has no more false marks; NaN where there is no such picture.
    """
    counted = pool.counted_on(images)
    marks = counted[pool.false_image]
    # The first mark that is too many sets the threshold. Equal scores need no care: if the last of them is
    # too many, so is the threshold that lets in the first.
    score = np.concatenate([pool.false_score[marks], [-np.inf]])
    so_far = np.cumsum(weights[:, pool.false_image[marks]], axis=1)
    pictures = weights @ counted.astype(np.float64)
    allowed = np.floor(pictures[:, None] * np.array(rates) + _ROUNDING)
    too_many = np.stack([(so_far <= column[:, None]).sum(axis=1) for column in allowed.T], axis=1)
    return np.asarray(np.where(pictures[:, None] > 0, score[too_many], np.nan))


def share_over(pool: Pool, weights: Floats, thresholds: Floats, targets: Masks | None = None) -> Floats:
    """Return the share of true lines that are rated over each threshold.

    Parameters
    ----------
    pool : Pool
    weights : (B, N) float array
    thresholds : (B, S) float array
    targets : (L,) bool array, optional
        The lines whose share is taken. None: all.

    Returns
    -------
    (B, S) float array
        NaN where there is no line, or the threshold is NaN.
    """
    chosen = slice(None) if targets is None else targets
    rating, owner = pool.target_rating[chosen], pool.target_image[chosen]
    order = np.argsort(-rating, kind="stable")
    weight = np.cumsum(weights[:, owner[order]], axis=1)
    weight = np.concatenate([np.zeros((len(weights), 1)), weight], axis=1)
    over = np.searchsorted(-rating[order], -np.nan_to_num(thresholds, nan=0.0, neginf=-np.inf), side="left")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.take_along_axis(weight, over, axis=1) / weight[:, -1:]
    return np.asarray(np.where(np.isnan(thresholds) | (weight[:, -1:] == 0), np.nan, share))


def sensitivity_at(
    pool: Pool,
    weights: Floats,
    *,
    rates: tuple[float, ...] = RATES,
    images: FalseMarkImages = FalseMarkImages.ALL,
    targets: Masks | None = None,
) -> Floats:
    """Return the (B, S) share of true lines hit at given rates of false marks per picture.

    The thresholds are those of all lines, also where the share is taken of some of them; see `thresholds_at`
    and `share_over`.

    Parameters
    ----------
    pool : Pool
        Judged pictures as arrays.
    weights : (B, N) float array
        How often each of N pictures counts in each of B replicates.
    rates : tuple of float
        S false marks per picture.
    images : FalseMarkImages
        On which pictures they are counted.
    targets : (L,) bool array, optional
        The lines that are asked about; None: all.
    """
    return share_over(pool, weights, thresholds_at(pool, weights, rates, images=images), targets)


def froc_score(
    pool: Pool,
    weights: Floats,
    *,
    images: FalseMarkImages = FalseMarkImages.ALL,
    targets: Masks | None = None,
) -> Floats:
    """Return the (B, 1) mean sensitivity at 1/4, 1/2, 1, 2 and 4 false marks per picture.

    Parameters
    ----------
    pool : Pool
        Judged pictures as arrays.
    weights : (B, N) float array
        How often each of N pictures counts in each of B replicates.
    images : FalseMarkImages
        On which pictures false marks are counted.
    targets : (L,) bool array, optional
        The lines that are asked about; None: all.
    """
    at = sensitivity_at(pool, weights, rates=SCORE_RATES, images=images, targets=targets)
    return np.asarray(at.mean(axis=1, keepdims=True))


def threshold_at(pool: Pool, rate: float, *, images: FalseMarkImages = FalseMarkImages.ALL) -> float:
    """Return the score to be exceeded for `rate` false marks per picture; see `thresholds_at`."""
    return float(thresholds_at(pool, pool.each_once(), (rate,), images=images)[0, 0])
