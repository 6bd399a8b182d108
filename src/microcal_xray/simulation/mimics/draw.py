"""All mimics that are asked for, drawn into one scene."""

from collections.abc import Callable, Collection

import numpy as np

from . import around, in_bone
from .in_bone import overlapping
from .names import Mimic
from .scene import Scene

__all__ = ["draw_mimics", "overlapping"]

_ADULT_YEARS = 30.0
_DRAWERS: dict[Mimic, Callable[[Scene, np.random.Generator], Scene]] = {
    Mimic.NUTRIENT_CANAL: in_bone.nutrient_canal,
    Mimic.HARRIS_LINES: in_bone.harris_lines,
    Mimic.SKIN_FOLD: around.skin_fold,
    Mimic.HARDWARE: around.plate_and_screws,
    Mimic.CAST: around.cast,
    Mimic.SIDE_MARKER: around.side_marker,
    Mimic.COLLIMATION_EDGE: around.collimation,
}


def draw_mimics(
    scene: Scene, mimics: Collection[Mimic], rng: np.random.Generator, *, age_years: float | None = None
) -> Scene:
    """Return the scene with the mimics in it and in its truth.

    Parameters
    ----------
    scene : Scene
    mimics : collection of Mimic
        Their order has no effect.
    rng : numpy.random.Generator
        Of their places and sizes.
    age_years : float, optional
        Of the growth plates; None: by lot when `Mimic.GROWTH_PLATE` is asked for, else none are drawn.
    """
    # A generator for each, so that one mimic more leaves the others where they are.
    for mimic, own in zip(Mimic, rng.spawn(len(Mimic)), strict=True):
        age = age_years
        if age is None and mimic is Mimic.GROWTH_PLATE and mimic in mimics:
            age = float(own.uniform(7, 17))
        if mimic is Mimic.GROWTH_PLATE and age is not None and age < 18:
            scene = in_bone.growth_plates(scene, own, age)
        if mimic not in mimics:
            continue
        if mimic is Mimic.GROWTH_PLATE_SCAR:
            scene = in_bone.growth_plates(scene, own, _ADULT_YEARS)
        elif mimic is Mimic.HALO:
            scene = around.halo(scene)
        elif mimic is Mimic.GRID_LINES:
            scene = around.grid_lines(scene)
        elif mimic in _DRAWERS:
            scene = _DRAWERS[mimic](scene, own)
    return in_bone.overlap_outlines(scene)
