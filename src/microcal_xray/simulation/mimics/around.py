"""Mimics around the bone: skin folds, cast, plate and screws, letters of lead, collimation, halo, grid."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..anatomy import Bone
from ..smoothing import resampled
from ..texture import power_law_field
from .contours import outlines
from .names import Mimic
from .scene import Scene, distances, smooth_step

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

# Millimetres of cortical bone that attenuate as one millimetre does at 40 keV; the hardening of the beam in
# these is somewhat different from that in bone.
TITANIUM_AS_BONE = 8.0
LEAD_AS_BONE = 130.0
PLASTER_AS_BONE = 0.5

_LEAK = 0.004  # of the beam through the collimator's leaves
_LETTERS = {  # strokes in a box of 1 x 1, (x, y), y down
    "L": (((0.0, 0.0), (0.0, 1.0), (0.62, 1.0)),),
    "R": (
        (
            (0.0, 1.0),
            (0.0, 0.0),
            (0.38, 0.0),
            (0.56, 0.08),
            (0.62, 0.26),
            (0.56, 0.44),
            (0.38, 0.52),
            (0.0, 0.52),
        ),
        ((0.32, 0.52), (0.66, 1.0)),
    ),
}


def skin_fold(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with a crease of the skin across the limb: a bulge with a sharp edge."""
    frame, shape = scene.frame, scene.shape
    spacing = frame.spacing_mm
    row = float(rng.uniform(0.25, 0.75)) * shape[0]
    columns = np.arange(shape[1])
    slope, bend, height, depth = rng.uniform((-0.35, -0.1, 2.5, 5), (0.35, 0.1, 6, 12)).tolist()
    middle = shape[1] / 2
    curve = row + slope * (columns - middle) + bend * np.square(columns - middle) / middle
    reach = 0.5 + float(rng.uniform(0.0, 0.35))
    side = columns / shape[1] if rng.random() < 0.5 else 1 - columns / shape[1]
    fade = np.clip(6 * (reach - side), 0, 1)[None, :]
    below = (np.arange(shape[0])[:, None] - curve[None, :]) * spacing * math.cos(math.atan(slope))
    bulge = height * smooth_step(below, 0.8) * np.exp(-np.maximum(below, 0) / depth)
    air = 1.6 * np.exp(-np.square((below + 0.5) / 0.45))  # trapped in the crease
    limb = np.clip((scene.paths.soft_mm + scene.paths.adipose_mm) / 20, 0, 1)
    path = np.stack([curve, columns], axis=1)[(fade[0] > 0.3)]
    inside = limb[np.clip(np.rint(path[:, 0]).astype(int), 0, shape[0] - 1), path[:, 1].astype(int)] > 0.5
    return scene.exchanged(soft_mm=(bulge - air) * fade * limb).labelled(Mimic.SKIN_FOLD, path[inside])


def cast(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with a cast of plaster bandage about the limb, ending within the picture or not."""
    frame = scene.frame
    thickness, gap = rng.uniform((3.5, 1.0), (6.5, 3.0)).tolist()
    left, right, depth, _ = scene.person.skin_profiles(frame.y_mm).T[:, :, None]
    x = frame.x_mm[None, :]
    turns = 0.8 * np.sin(frame.y_mm / 23 + float(rng.uniform(0, 6)))[:, None]

    def chord(inset: float | Float64Array) -> Float64Array:
        half, middle = (right - left) / 2 + inset, (right + left) / 2
        return np.asarray(2 * (depth + inset) * np.sqrt(np.maximum(0, 1 - np.square((x - middle) / half))))

    shell = chord(gap + thickness + turns) - chord(gap)
    weave = _bandage(scene, rng)
    start = float(rng.uniform(-0.15, 0.25)) * frame.rows * frame.spacing_mm + frame.y_mm[0]
    covered = smooth_step(frame.y_mm[:, None] - start - 1.2 * np.sin(x / 8.0), 1.5)
    plaster = PLASTER_AS_BONE * shell * (1 + weave) * covered
    solid = np.argwhere(shell.max(axis=0) > 0)
    first, last = int(solid.min()), int(solid.max())
    edge_row = (start - frame.y_mm[0]) / frame.spacing_mm
    path = np.stack([np.full(last - first + 1, edge_row), np.arange(first, last + 1)], axis=1).astype(float)
    box = (max(0, int(edge_row)), first, frame.rows - 1, last)
    made = scene.exchanged(bone_mm=plaster.astype(np.float32))
    return made.labelled(Mimic.CAST, path, box=box)


def plate_and_screws(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with a plate of titanium seen from its edge, and its screws across the main bone."""
    bone = scene.person.bones[0]
    low, high = scene.visible_mm(bone)
    if high - low < 25:
        return scene
    length = float(rng.uniform(0.4, 0.65)) * (high - low)
    middle = low + float(rng.uniform(0.4, 0.6)) * (high - low)
    side = float(rng.choice([-1, 1]))
    left, right = bone.profiles(middle).tolist()[:2]
    scale = float(np.clip((left + right) / 26, 0.3, 1.0))
    thickness, breadth = 3.8 * scale, 11.0 * scale
    along, across = scene.places(bone)
    outline = np.interp(along.ravel(), *_outline_line(bone, middle, length, side)).reshape(along.shape)
    beside = side * across - outline - 0.2
    face = smooth_step(beside, 0.25) * smooth_step(thickness - beside, 0.25)
    ends = smooth_step(length / 2 - np.abs(along - middle), 0.8)
    metal = breadth * face * ends
    pitch = 13.0 * max(scale, 0.45)
    holes = np.arange(middle - length / 2 + 0.45 * pitch, middle + length / 2 - 0.3 * pitch, pitch)
    paths = [_plate_edge(scene, bone, beyond, middle, length, side) for beyond in (0.2, 0.2 + thickness)]
    for hole in holes.tolist():
        if rng.random() < 0.15:
            continue
        screw, course = _screw(scene, bone, hole, side, thickness, scale, rng)
        metal = np.maximum(metal, screw)
        paths.append(course)
    return scene.exchanged(bone_mm=(TITANIUM_AS_BONE * metal).astype(np.float32)).labelled(
        Mimic.HARDWARE, *paths
    )


def side_marker(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with the letter L or R of lead beside the limb or over its soft tissue."""
    spacing = scene.frame.spacing_mm
    letter = "L" if scene.person.left_side else "R"
    height = min(float(rng.uniform(9, 13)), 0.2 * min(scene.shape) * spacing)
    tall = height / spacing
    margin = 0.4 * tall
    rows, columns = scene.shape
    corners = [
        (margin, margin),
        (margin, columns - margin - 0.7 * tall),
        (rows - margin - tall, margin),
        (rows - margin - tall, columns - margin - 0.7 * tall),
    ]
    least = min(range(4), key=lambda i: _bone_at(scene, corners[i], tall))
    top, left = corners[least]
    turn = math.radians(float(rng.uniform(-9, 9)))
    lead = np.zeros(scene.shape, np.float32)
    paths = []
    for stroke in _LETTERS[letter]:
        nodes = np.array(stroke) * tall
        x = nodes[:, 0] * math.cos(turn) - nodes[:, 1] * math.sin(turn) + left
        y = nodes[:, 0] * math.sin(turn) + nodes[:, 1] * math.cos(turn) + top
        dense = _densified(np.stack([y, x], axis=1))
        away, _ = distances(scene, dense, 3.0)
        lead = np.maximum(lead, smooth_step(0.085 * height - np.minimum(away, 99), 0.25))
        paths.append(dense)
    ink = np.argwhere(lead > 0.5)
    if len(ink) == 0:
        return scene
    (r0, c0), (r1, c1) = ink.min(axis=0).tolist(), ink.max(axis=0).tolist()
    made = scene.exchanged(bone_mm=1.0 * LEAD_AS_BONE * lead)
    return made.labelled(Mimic.SIDE_MARKER, *paths, box=(r0, c0, r1, c1))


def collimation(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with collimator leaves that leave a slightly turned rectangle open."""
    rows, columns = scene.shape
    spacing = scene.frame.spacing_mm
    turn = float(rng.uniform(-0.025, 0.025))
    insets = (rng.uniform(0.03, 0.09, 4) * np.array([rows, rows, columns, columns])).tolist()
    keep = rng.permutation(4)[: int(rng.integers(2, 5))].tolist()
    r, c = np.arange(rows)[:, None], np.arange(columns)[None, :]
    open_field = np.ones(scene.shape, np.float32)
    paths = []
    for leaf in keep:
        inset = insets[leaf]
        if leaf < 2:
            edge = inset + turn * (np.arange(columns) - columns / 2)
            edge = edge if leaf == 0 else rows - 1 - inset + turn * (np.arange(columns) - columns / 2)
            inside = (r - edge[None, :]) * (1 if leaf == 0 else -1)
            paths.append(np.stack([edge, np.arange(columns)], axis=1))
        else:
            across = -turn * (np.arange(rows) - rows / 2)
            edge = across + (inset if leaf == 2 else columns - 1 - inset)
            inside = (c - edge[:, None]) * (1 if leaf == 2 else -1)
            paths.append(np.stack([np.arange(rows), edge], axis=1))
        open_field = np.minimum(open_field, smooth_step(inside * spacing, 0.9))
    made = replace(scene, open_field=_LEAK + (1 - _LEAK) * open_field)
    return made.labelled(Mimic.COLLIMATION_EDGE, *paths)


def halo(scene: Scene) -> Scene:
    """Return the scene with strong edge enhancement asked for; the truth names the outlines beside it."""
    bone = scene.person.bones[0]
    outer = scene.whole(bone, "outer_mm") if bone.name in scene.bones else np.zeros(scene.shape, np.float32)
    contours = outlines(outer, 0.3)
    paths = [contour for contour in contours if len(contour) > 10 / scene.frame.spacing_mm]
    return replace(scene, halo=True).labelled(Mimic.HALO, *paths)


def grid_lines(scene: Scene) -> Scene:
    """Return the scene with the lines of an anti-scatter grid asked for, over the whole picture."""
    rows, columns = scene.shape
    return replace(scene, grid_lines=True).labelled(Mimic.GRID_LINES, box=(0, 0, rows - 1, columns - 1))


def _bandage(scene: Scene, rng: np.random.Generator) -> FloatArray:
    """Return the relative thickness of plaster bandages: clouds, and the weave of overlapping turns."""
    step = 0.4
    shape = tuple(int(size * scene.frame.spacing_mm / step) + 4 for size in scene.shape)
    clouds = power_law_field(
        (shape[0], shape[1]), spacing_mm=step, slope=2.6, corner_per_mm=0.06, elongation=0.35, rng=rng
    )
    field = resampled(clouds, scene.shape, step / scene.frame.spacing_mm)
    y, x = scene.frame.y_mm[:, None], scene.frame.x_mm[None, :]
    pitch = float(rng.uniform(34, 50))
    lap = smooth_step(np.mod(y + 0.25 * x + field, pitch) - 0.45 * pitch, 1.5)
    return np.asarray(0.05 * field + 0.07 * lap - 0.035, np.float32)


def _outline_line(bone: Bone, middle: float, length: float, side: float) -> tuple[Float64Array, Float64Array]:
    # A plate is stiff: one straight line through the outline's places at its ends, outside the outline.
    ends = np.array([middle - length / 2, middle + length / 2])
    way = np.linspace(middle - length / 2, middle + length / 2, 40)
    table = bone.profiles(np.clip(way, *bone.span_mm)).T
    outline = table[1] if side > 0 else table[0]
    fit = np.polyfit(way, outline, 1)
    lift = float((outline - np.polyval(fit, way)).max())
    places = np.array([ends[0] - 50, ends[1] + 50])
    return places, np.polyval(fit, places) + lift


def _plate_edge(
    scene: Scene, bone: Bone, beyond: float, middle: float, length: float, side: float
) -> Float64Array:
    way = np.linspace(middle - length / 2, middle + length / 2, 60)
    outline = np.interp(way, *_outline_line(bone, middle, length, side))
    return scene.frame.to_pixels(*bone.to_limb(way, side * (outline + beyond)))


def _screw(
    scene: Scene,
    bone: Bone,
    hole: float,
    side: float,
    plate: float,
    scale: float,
    rng: np.random.Generator,
) -> tuple[FloatArray, Float64Array]:
    """Return the depth of metal of one screw, and its axis; `hole` and `plate` are in millimetres."""
    left, right = bone.profiles(hole).tolist()[:2]
    near, far = (right, left) if side > 0 else (left, right)
    lean = float(rng.uniform(-0.06, 0.06))
    start, stop = near + plate + 0.6, -far - float(rng.uniform(0.5, 2.0))
    way = np.linspace(0, 1, 160)
    across = side * (start + (stop - start) * way)
    along = hole + lean * (across - across[0])
    points = scene.frame.to_pixels(*bone.to_limb(along, across))
    away, nearest = distances(scene, points, 5.0)
    depth_in = way[nearest] * (start - stop)
    thread = 0.18 * np.abs(np.mod(depth_in / 1.25, 1.0) - 0.5) * 4 - 0.18
    head = depth_in < plate * 0.9
    radius = np.where(head, 2.9 * scale, (1.65 + thread) * max(scale, 0.5))
    tip = np.clip((1 - way[nearest]) * (start - stop) / 2.0, 0.05, 1)
    radius = radius * np.where(head, 1, tip)
    safe = np.minimum(away, 50)
    chord = 2 * np.sqrt(np.maximum(np.square(radius) - np.square(safe), 0))
    return chord.astype(np.float32), points


def _bone_at(scene: Scene, corner: tuple[float, float], tall: float) -> float:
    top, left = (max(0, int(value)) for value in corner)
    area = scene.paths.bone_mm[top : top + int(tall) + 1, left : left + int(0.7 * tall) + 1]
    return float(area.mean()) if area.size else 1e9


def _densified(nodes: Float64Array) -> Float64Array:
    pieces = [
        a + (b - a) * np.linspace(0, 1, max(2, int(np.linalg.norm(b - a) * 4)))[:, None]
        for a, b in pairwise(nodes)
    ]
    return np.concatenate(pieces)
