"""Areas under the wAFROC, AFROC and ROC curves: the chance that a line outscores a picture without lines.

With FP the highest false mark on a line-free picture (-inf when there is none), z the rating of a true line
(-inf when it is not hit) and psi(FP, z) = 1 where z > FP, 1/2 where z = FP, else 0,

    wAFROC = 1/(K1 K2) sum_k1 sum_k2 sum_l W_{k2,l} psi(FP_k1, z_{k2,l}),   sum_l W_{k2,l} = 1
    AFROC  = 1/(K1 L)  sum_k1 sum_k2 sum_l psi(FP_k1, z_{k2,l})

over K1 line-free pictures and K2 pictures with L lines in all; here W = 1 / (lines of the picture). Each
picture then weighs the same, however many lines it shows. The image AUC compares the highest score of any
candidate on a picture with lines with FP. All equal the trapezoidal areas that end in a straight line to
(1, 1).

A detector that returns nothing scores 1/2 in all three: every comparison is a tie at -inf. One that hits
nothing, but marks every line-free picture, scores 0 in wAFROC and AFROC: chance is not their lowest value.

References
----------
Chakraborty and Zhai (2016), On the meaning of the weighted alternative free-response operating characteristic
figure of merit, Med Phys 43:2548-2557, doi:10.1118/1.4947125.
Bamber (1975), The area above the ordinal dominance graph, J Math Psychol 12:387-415.
"""

import numpy as np

from .pool import Floats, Indices, Pool


def wafroc_auc(pool: Pool, weights: Floats) -> Floats:
    """Return the (B, 1) area under the wAFROC curve, equal weights within a picture; NaN where undefined.

    Parameters
    ----------
    pool : Pool
        Judged pictures as arrays.
    weights : (B, N) float array
        How often each of N pictures counts in each of B replicates.
    """
    lines = np.bincount(pool.target_image, minlength=pool.images)
    return _area(pool, weights, pool.target_rating, pool.target_image, 1 / lines[pool.target_image])


def afroc_auc(pool: Pool, weights: Floats) -> Floats:
    """Return the (B, 1) area under the AFROC curve; NaN where undefined.

    Parameters
    ----------
    pool : Pool
        Judged pictures as arrays.
    weights : (B, N) float array
        How often each of N pictures counts in each of B replicates.
    """
    return _area(pool, weights, pool.target_rating, pool.target_image, np.ones(len(pool.target_rating)))


def image_auc(pool: Pool, weights: Floats) -> Floats:
    """Return the (B, 1) area under the ROC curve of the highest score per picture; NaN where undefined.

    Parameters
    ----------
    pool : Pool
        Judged pictures as arrays.
    weights : (B, N) float array
        How often each of N pictures counts in each of B replicates.
    """
    positive = np.flatnonzero(pool.with_lines)
    return _area(pool, weights, pool.highest[positive], positive, np.ones(len(positive)))


def _area(pool: Pool, weights: Floats, rating: Floats, image: Indices, share: Floats) -> Floats:
    negative = np.flatnonzero(pool.line_free)
    return two_sample_area(weights[:, negative], pool.highest[negative], weights[:, image] * share, rating)[
        :, None
    ]


def two_sample_area(
    negative_weight: Floats, negative: Floats, positive_weight: Floats, positive: Floats
) -> Floats:
    """Return the weighted Mann-Whitney area in each replicate.

    Parameters
    ----------
    negative_weight : (B, K1) float array
    negative : (K1,) float array
        Ratings; -inf is a rating like any other.
    positive_weight : (B, L) float array
    positive : (L,) float array

    Returns
    -------
    (B,) float array
        NaN where one side has no weight.

    Examples
    --------
    >>> ones = np.ones((1, 2))
    >>> two_sample_area(ones, np.array([1.0, 2.0]), ones, np.array([2.0, 3.0])).tolist()
    [0.875]
    """
    order = np.argsort(negative, kind="stable")
    negative = negative[order]
    below = np.concatenate(
        [np.zeros((len(negative_weight), 1)), np.cumsum(negative_weight[:, order], axis=1)], axis=1
    )
    left = np.searchsorted(negative, positive, side="left")
    right = np.searchsorted(negative, positive, side="right")
    beaten = (below[:, left] + below[:, right]) / 2
    total = below[:, -1] * positive_weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, (beaten * positive_weight).sum(axis=1) / total, np.nan))


def operating_points(negative: Floats, positive: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the (P,) abscissae and ordinates of an empirical curve, from (0, 0) to (1, 1).

    Parameters
    ----------
    negative : (K1,) float array
        The highest score on each line-free picture.
    positive : (L,) float array
        The ratings on the other side.
    share : (L,) float array
        Their weights.
    """
    threshold = np.unique(np.concatenate([negative, positive, [np.inf, -np.inf]]))[::-1]
    across = np.array([(negative >= score).mean() for score in threshold])
    up = np.array([share[positive >= score].sum() for score in threshold]) / share.sum()
    return across, up
