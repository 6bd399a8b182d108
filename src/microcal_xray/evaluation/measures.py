"""Every measure of a detector on a set of pictures, as statistics that the bootstrap can replicate."""

from functools import partial

import numpy as np

from .areas import afroc_auc, image_auc, wafroc_auc
from .froc import SCORE_RATES, share_over, thresholds_at
from .groups import Group
from .ideal import ideal_froc_score
from .judged import JudgedImage, Target
from .pool import FalseMarkImages, Floats, Pool
from .resampling import Statistic, ratio

TOP_RANKS = (1, 3, 5)


def statistics(
    pool: Pool,
    images: tuple[JudgedImage, ...],
    groups: dict[str, tuple[Group, ...]],
    *,
    rates: tuple[float, ...],
    counted: FalseMarkImages,
    templates: float,
) -> dict[str, Statistic]:
    """Return the statistics of one detector by name.

    Parameters
    ----------
    pool : Pool
    images : tuple of JudgedImage
        What the pool was made of.
    groups : dict
        Of `groupings`.
    rates : tuple of float
        False marks per picture at which the sensitivity is read.
    counted : FalseMarkImages
        The pictures on which false marks are counted.
    templates : float
        Of the ideal observer.
    """
    found: dict[str, Statistic] = {
        "wafroc_auc": partial(wafroc_auc, pool),
        "afroc_auc": partial(afroc_auc, pool),
        "image_auc": partial(image_auc, pool),
        "recall": partial(_recall, pool),
        "top": partial(_top, pool),
        "first_true": partial(_first_true, pool),
        "false_marks": partial(_false_marks, pool),
        "placement": partial(_means, pool, _placement_sums(pool, images)),
        "ideal": partial(_fraction_of_ideal, pool, images, counted, templates),
    }
    for each in FalseMarkImages:
        found[f"froc {each.value}"] = partial(_rates_and_score, pool, rates, each)
    # One pass for all groups: the thresholds are the same.
    found["groups"] = partial(_grouped, pool, groups, rates, counted)
    return found


def _rates_and_score(
    pool: Pool, rates: tuple[float, ...], images: FalseMarkImages, weights: Floats, /
) -> Floats:
    """Return the sensitivities at the rates, then the FROC score."""
    at = share_over(pool, weights, thresholds_at(pool, weights, rates + SCORE_RATES, images=images))
    return np.concatenate([at[:, : len(rates)], at[:, len(rates) :].mean(axis=1, keepdims=True)], axis=1)


def _grouped(
    pool: Pool,
    groups: dict[str, tuple[Group, ...]],
    rates: tuple[float, ...],
    images: FalseMarkImages,
    weights: Floats,
    /,
) -> Floats:
    """Return per group: sensitivities, FROC score, recall, false marks per picture, wAFROC-AUC."""
    thresholds = thresholds_at(pool, weights, rates + SCORE_RATES, images=images)
    everything = np.full((len(weights), 1), -np.inf)
    nothing = np.full((len(weights), 1), np.nan)
    columns = [np.zeros((len(weights), 0))]
    for group in (group for each in groups.values() for group in each):
        at = share_over(pool, weights, thresholds, group.targets)
        inside = np.ones(pool.images) if group.images is None else group.images.astype(np.float64)
        columns += [
            at[:, : len(rates)],
            at[:, len(rates) :].mean(axis=1, keepdims=True),
            share_over(pool, weights, everything, group.targets),
            nothing if group.false_marks is None else ratio(weights, group.false_marks[:, None], inside),
            nothing if group.images is None else wafroc_auc(pool, weights * inside),
        ]
    return np.concatenate(columns, axis=1)


def _recall(pool: Pool, weights: Floats, /) -> Floats:
    return share_over(pool, weights, np.full((len(weights), 1), -np.inf))


def _top(pool: Pool, weights: Floats, /) -> Floats:
    """Return the share of lines hit by the first 1, 3 and 5 candidates of their picture."""
    within = pool.target_rank[:, None] <= np.array(TOP_RANKS)
    owner = weights[:, pool.target_image]
    return ratio(owner, within, np.ones(len(within)))


def _first_true(pool: Pool, weights: Floats, /) -> Floats:
    """Return the share of pictures with lines whose first 1, 3 and 5 candidates hold a true one."""
    within = pool.first_true_rank[:, None] <= np.array(TOP_RANKS)
    return ratio(weights, within * pool.with_lines[:, None], pool.with_lines)


def _false_marks(pool: Pool, weights: Floats, /) -> Floats:
    """Return false marks per picture of the whole lists: on all, on line-free, on other pictures."""
    counts = np.bincount(pool.false_image, minlength=pool.images)
    inside = np.stack([pool.counted_on(images) for images in FalseMarkImages], axis=1)
    return ratio(weights, counts[:, None] * inside, inside)


def _placement_sums(pool: Pool, images: tuple[JudgedImage, ...]) -> Floats:
    """Return per picture and unit: hits, and sums of distance, length error and its absolute value."""
    sums = np.zeros((len(images), 2, 4))
    for index, image in enumerate(images):
        for target in image.targets:
            if target.placement is not None:
                error = target.placement.length_error
                distance = (
                    float(target.placement.distances.mean()) if len(target.placement.distances) else 0.0
                )
                unit = 0 if target.placement.in_mm else 1
                sums[index, unit] += (1.0, distance, error, abs(error))
    return sums


def _means(pool: Pool, sums: Floats, weights: Floats, /) -> Floats:
    """Return mean distance, mean length error and mean absolute length error of hits, in mm, then in px."""
    return np.concatenate([ratio(weights, sums[:, unit, 1:], sums[:, unit, 0]) for unit in (0, 1)], axis=1)


def _fraction_of_ideal(
    pool: Pool,
    images: tuple[JudgedImage, ...],
    counted: FalseMarkImages,
    templates: float,
    weights: Floats,
    /,
) -> Floats:
    """Return the FROC score on lines of known detectability, that of the ideal observer, and their ratio."""
    d_prime = np.array([np.nan if t.d_prime is None else t.d_prime for t in targets_of(images)], np.float64)
    known = np.isfinite(d_prime)
    thresholds = thresholds_at(pool, weights, SCORE_RATES, images=counted)
    ours = share_over(pool, weights, thresholds, known).mean(axis=1, keepdims=True)
    ideal = ratio(
        weights[:, pool.target_image[known]],
        ideal_froc_score(d_prime[known], templates=templates)[:, None],
        np.ones(known.sum()),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([ours, ideal, np.where(ideal > 0, ours / ideal, np.nan)], axis=1)


def targets_of(images: tuple[JudgedImage, ...]) -> list[Target]:
    """Return all true lines, in the order of the pool."""
    return [target for image in images for target in image.targets]
