"""Mimics that belong to the bone: nutrient canal, growth plate and its scar, Harris lines, overlap."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..anatomy import Bone, Limb
from .contours import outlines
from .names import Mimic
from .scene import Scene, distances

Float64Array = npt.NDArray[np.float64]
Wave = Callable[[Float64Array], Float64Array]

_FORAMEN = 0.32  # of the tibia's length from the knee, doi:10.1155/2015/171672
_OPEN_BELOW_YEARS = 13.0
_CLOSED_FROM_YEARS = 18.0


def nutrient_canal(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with a canal through the cortex of the main bone.

    Notes
    -----
    A tube of 0.9 to 1.3 mm (doi:10.1155/2015/171672) through one wall, at a small angle to the axis, with
    thin margins of denser bone.
    """
    bone = scene.person.bones[0]
    low, high = scene.visible_mm(bone)
    if high - low < 20:
        return scene
    usual = bone.span_mm[1] * (1 - _FORAMEN)
    length, diameter, angle = rng.uniform((16, 0.9, 5), (32, 1.3, 13)).tolist()
    middle = float(np.clip(usual, low + 0.35 * (high - low), high - 0.35 * (high - low)))
    side = float(rng.choice([-1, 1]))
    way = np.linspace(-0.5, 0.5, int(length / 0.1))
    left, right = bone.profiles(middle).tolist()[:2]
    wall = (0.55 * right if side > 0 else 0.55 * left) * side
    across = wall - side * way * length * math.tan(math.radians(angle)) + 0.25 * np.sin(5 * way + angle)
    points = scene.frame.to_pixels(*bone.to_limb(middle + way * length, across))
    away, nearest = distances(scene, points, diameter + 1.5)
    fade = np.clip(1.4 * np.cos(np.pi * np.linspace(-0.5, 0.5, len(points))), 0, 1)[nearest]
    radius = diameter / 2
    tube = 2 * np.sqrt(np.maximum(radius**2 - np.square(np.minimum(away, radius)), 0)) * fade
    margin = 0.55 * np.exp(-np.square((np.minimum(away, 9) - radius - 0.25) / 0.22)) * fade
    solid = scene.whole(bone, "solid_mm")
    # The bore runs obliquely through the wall, so that the beam meets more than its diameter of it.
    lost = np.minimum(1.8 * tube, 0.6 * solid)
    gained = np.where(solid > 0.5, margin, 0)
    return scene.exchanged(bone_mm=gained - lost, soft_mm=lost - gained).labelled(
        Mimic.NUTRIENT_CANAL, points
    )


def growth_plates(scene: Scene, rng: np.random.Generator, age_years: float) -> Scene:
    """Return the scene with the growth plates of that age in every bone with a joint end.

    Notes
    -----
    Open below 13 years; then bony bridges close it from the middle, and the band grows thin; from 18 years a
    bright scar is left.
    """
    for bone in scene.person.bones:
        if bone.name in scene.bones and bone.near_end is not None and bone.span_mm[1] > 40:
            scene = growth_plate(scene, bone, rng, age_years)
    return scene


def growth_plate(scene: Scene, bone: Bone, rng: np.random.Generator, age_years: float) -> Scene:
    """Return the scene with the growth plate of one bone, or its scar."""
    widest = max(station.left_mm + station.right_mm for station in bone.stations[:4])
    place = 0.28 * widest + 2.0 + float(rng.uniform(-1.0, 1.5))
    wave = _wave(rng, widest, height_mm=0.025 * widest + 0.2)
    along, across = scene.places(bone)
    inner, outer, solid = (scene.whole(bone, part) for part in ("inner_mm", "outer_mm", "solid_mm"))
    away = along - place - wave(across)
    here = _course(scene, bone, place, wave)
    if age_years >= _CLOSED_FROM_YEARS:
        thickness, added = rng.uniform((0.35, 0.035), (0.7, 0.07)).tolist()
        gone = 0.55 + 0.45 * np.sin(across / 0.12 / widest + float(rng.uniform(0, 6)))
        gained = added * inner * np.exp(-0.5 * np.square(away / thickness * 2.0)) * gone
        return scene.exchanged(bone_mm=gained, marrow_mm=-gained).labelled(Mimic.GROWTH_PLATE_SCAR, here)
    youth = float(
        np.clip((_CLOSED_FROM_YEARS - age_years) / (_CLOSED_FROM_YEARS - _OPEN_BELOW_YEARS), 0.12, 1)
    )
    thickness = 0.02 * widest * (0.5 + youth) + 0.5 * youth
    band = np.exp(-np.power(np.abs(away / (0.5 * thickness + 0.15)), 4))
    bridge = np.clip(np.abs(across) / (0.32 * widest) - 1.2 * (1 - youth) + 0.25, 0, 1)
    cartilage = band * (0.25 + 0.55 * youth) * bridge
    rims = np.exp(-np.square((np.abs(away) - 0.75 * thickness - 0.35) / 0.4))
    lost = cartilage * solid
    gained = np.minimum((0.09 + 0.05 * youth) * rims * inner, 0.5 * inner)
    empty = np.maximum(outer - solid, 0) * cartilage
    return scene.exchanged(bone_mm=gained - lost, marrow_mm=-gained - empty, soft_mm=lost + empty).labelled(
        Mimic.GROWTH_PLATE, here
    )


def harris_lines(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with one to four bright lines parallel to the old growth plate of the main bone."""
    bone = scene.person.bones[0]
    widest = max(station.left_mm + station.right_mm for station in bone.stations[:5])
    low = max(0.36 * widest, scene.visible_mm(bone)[0])
    places = low + np.cumsum(rng.uniform(0.05, 0.13, int(rng.integers(2, 5)))) * widest
    along, across = scene.places(bone)
    inner = scene.whole(bone, "inner_mm")
    wave = _wave(rng, widest, height_mm=0.012 * widest)
    for place in places.tolist():
        thickness, added, share = rng.uniform((0.4, 0.03, 0.55), (0.9, 0.08, 1.0)).tolist()
        left, right = bone.profiles(place).tolist()[:2]
        reach = np.where(across < 0, left, right) * share
        within = np.clip(3 * (1 - np.abs(across) / reach), 0, 1)
        band = np.exp(-2.77 * np.square((along - place - wave(across)) / thickness))
        gained = added * inner * band * within
        course = _course(scene, bone, place, wave, share)
        scene = scene.exchanged(bone_mm=gained, marrow_mm=-gained).labelled(Mimic.HARRIS_LINES, course)
    return scene


def overlapping(person: Limb, share: float) -> Limb:
    """Return the limb with its second bone moved towards the first, as when it is turned about its axis.

    Parameters
    ----------
    person : Limb
    share : float
        Of the way; 0.4 makes fibula and tibia overlap.
    """
    first, second = person.bones[0], person.bones[1]
    x, y = (b + share * (a - b) for a, b in zip(first.origin_mm, second.origin_mm, strict=True))
    moved = replace(second, origin_mm=(x, second.origin_mm[1] if person.anatomy == "metatarsals" else y))
    return replace(person, bones=(first, moved, *person.bones[2:]))


def overlap_outlines(scene: Scene, least_mm: float = 4.0) -> Scene:
    """Return the scene with the outlines of bones seen through other bones named in its truth."""
    names = list(scene.bones)
    masks = {name: scene.whole(scene.person.bone(name), "outer_mm") > 0.3 for name in names}
    least = least_mm / scene.frame.spacing_mm
    paths = []
    for name in names:
        others = np.logical_or.reduce(
            [masks[other] for other in names if other != name] or [0 * masks[name] > 1]
        )
        if not (others & masks[name]).any():
            continue
        for contour in outlines(masks[name].astype(np.float32), 0.5):
            rounded = np.rint(contour).astype(int)
            covered = others[tuple(rounded.T)]
            breaks = np.flatnonzero(np.diff(covered.astype(int))) + 1
            pieces = zip(np.split(contour, breaks), np.split(covered, breaks), strict=True)
            paths += [piece for piece, kept in pieces if kept.all() and len(piece) > 1.4 * least]
    return scene.labelled(Mimic.OVERLAP, *paths)


def _wave(rng: np.random.Generator, widest_mm: float, height_mm: float) -> Wave:
    lengths = widest_mm * np.array([1.1, 0.5, 0.27])
    phases = rng.uniform(0, 2 * math.pi, 3)
    heights = height_mm * np.array([1.0, 0.45, 0.2])

    def wave(across_mm: Float64Array) -> Float64Array:
        return np.asarray(
            sum(
                h * np.sin(2 * math.pi * across_mm / w + p)
                for h, w, p in zip(heights, lengths, phases, strict=True)
            )
        )

    return wave


def _course(scene: Scene, bone: Bone, place: float, wave: Wave, share: float = 1.0) -> Float64Array:
    left, right = bone.profiles(place).tolist()[:2]
    across = np.linspace(-share * left, share * right, 80)
    return scene.frame.to_pixels(*bone.to_limb(place + wave(across), across))
