"""Lines put into line-free pictures in grey levels: more lines to fit a ranker on, above all bright ones."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from ranker_samples import KnownLine, Picture, Sample, sample_from
from scipy import ndimage
from scipy.spatial import KDTree

from microcal_xray import Kind, Radiograph, radiograph_from_array, read_radiograph
from microcal_xray.bone import bone_mask, long_axis
from microcal_xray.preprocessing import find_field

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_USUAL_SIDE_PX = 900.0  # pictures differ in size; lines are drawn in pixels of one so large
_LENGTHS_PX, _SHORTEST_PX = (14.0, 110.0), 12.0
_WIDTHS_PX = {Kind.LUCENT: (1.8, 7.0), Kind.SCLEROTIC: (1.8, 9.0)}
_CONTRASTS = (0.04, 0.28)  # of the bone's brightness over air
_APART_PX = 12.0
_TRIES = 6


@dataclass(frozen=True)
class _Ground:
    """A picture and where lines may be put."""

    pixels: FloatImage
    bone: npt.NDArray[np.bool_]
    axis_rad: FloatImage
    smooth: FloatImage
    air: float
    span: float
    unit: float

    @classmethod
    def of(cls, pixels: FloatImage) -> "_Ground | None":
        field = find_field(pixels, usable=np.ones(pixels.shape, bool))
        bone = bone_mask(pixels, body=field.body) & ~field.metal
        unit = max(pixels.shape) / _USUAL_SIDE_PX
        if not (ndimage.distance_transform_edt(bone) > 3 * unit).any():
            return None
        air, top = np.percentile(pixels[field.body], [2, 98])
        axis_rad, _ = long_axis(pixels, scale_px=0.03 * max(pixels.shape))
        smooth = np.asarray(ndimage.gaussian_filter(pixels, 2 * unit), np.float32)
        return cls(pixels, bone, axis_rad, smooth, float(air), float(top - air), unit)


def with_lines(picture: Picture, seed: int) -> Sample | None:
    """Return the candidates of a line-free picture with two to five lines put into it, or None."""
    radiograph = read_radiograph(picture.path)
    pixels = radiograph.pixels.astype(np.float32)
    ground = _Ground.of(pixels)
    rng = np.random.default_rng([seed, *picture.path.name.encode()])
    if ground is None:
        return None
    changed, lines = _filled(ground, rng, int(rng.integers(2, 6)))
    if not lines:
        return None
    tolerance = max(8.0, 0.012 * max(pixels.shape))
    return sample_from(
        _compressed(changed, rng), replace(picture, lines=tuple(lines), line_free=False), tolerance
    )


def _filled(ground: _Ground, rng: np.random.Generator, count: int) -> tuple[FloatImage, list[KnownLine]]:
    image = ground.pixels.copy()
    taken = np.zeros(image.shape, bool)
    rows, columns = np.nonzero(ndimage.distance_transform_edt(ground.bone) > 3 * ground.unit)
    lines: list[KnownLine] = []
    for _ in range(count * _TRIES):
        if len(lines) == count:
            break
        place = rng.integers(len(rows))
        kind = Kind.LUCENT if rng.random() < 0.5 else Kind.SCLEROTIC
        path = _course(ground, rng, (int(rows[place]), int(columns[place])), kind)
        pixels = np.rint(path).astype(int)
        if len(path) < _SHORTEST_PX * ground.unit or taken[pixels[:, 0], pixels[:, 1]].any():
            continue
        window, away = _drawn(image, ground, rng, path, kind)
        taken[window] |= away < _APART_PX * ground.unit
        lines.append(KnownLine(kind, path))
    return image, lines


def _course(ground: _Ground, rng: np.random.Generator, start: tuple[int, int], kind: Kind) -> FloatArray:
    """Return a wavering path through a place, cut where it leaves the bone."""
    lucent = kind is Kind.LUCENT
    ranges = ((65, 115), (30, 150), (0, 180))
    low, high = ranges[rng.choice(3, p=(0.5, 0.3, 0.2) if lucent else (0.7, 0.25, 0.05))]
    count = int(np.exp(rng.uniform(*np.log(_LENGTHS_PX))) * ground.unit)
    waver = ndimage.gaussian_filter1d(np.cumsum(rng.normal(0, rng.uniform(0, 0.12), count)), 4)
    waver += rng.normal(0, 0.004) * np.arange(count)
    heading = ground.axis_rad[start] + np.deg2rad(rng.uniform(low, high)) + waver - waver.mean()
    path = np.cumsum(np.stack([np.sin(heading), np.cos(heading)], axis=1), axis=0)
    path += np.array(start) - path[count // 2]
    places = np.clip(np.rint(path).astype(int), 0, np.array(ground.bone.shape) - 1)
    out = ~ground.bone[places[:, 0], places[:, 1]] | (np.abs(places - path) > 0.5).any(axis=1)
    outside = np.flatnonzero(out)
    first = outside[outside < count // 2].max(initial=-1) + 1
    last = outside[outside > count // 2].min(initial=count)
    return np.asarray(path[first:last])


def _drawn(
    image: FloatImage, ground: _Ground, rng: np.random.Generator, path: FloatArray, kind: Kind
) -> tuple[tuple[slice, slice], FloatArray]:
    """Draw a line into an image; return the window that was touched and the distance to the line in it."""
    low, high = _WIDTHS_PX[kind]
    width = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * ground.unit
    margin = int(4 * width) + 2
    first = np.maximum(np.floor(path.min(axis=0)).astype(int) - margin, 0)
    last = np.minimum(np.ceil(path.max(axis=0)).astype(int) + margin + 1, image.shape)
    window = slice(int(first[0]), int(last[0])), slice(int(first[1]), int(last[1]))
    places = np.moveaxis(np.asarray(np.mgrid[window]), 0, -1).reshape(-1, 2)
    away, nearest = KDTree(path).query(places)
    shape = tuple(last - first)
    soft = rng.random() < 0.6
    across = np.exp(-0.5 * (2.355 * away / width) ** 2) if soft else _flat(away, width)
    middle = np.median(ground.smooth[tuple(np.rint(path).astype(int).T)]) - ground.air
    brightness = max(float(middle), 0.25 * ground.span)
    contrast = float(np.exp(rng.uniform(*np.log(_CONTRASTS)))) * brightness
    thickness = np.clip((ground.smooth[window] - ground.air) / brightness, 0, 1.4)
    change = (across * _strength_along(rng, len(path))[nearest]).reshape(shape) * contrast * thickness
    image[window] += (change if kind is Kind.SCLEROTIC else -change).astype(np.float32)
    return window, away.reshape(shape)


def _flat(away: FloatArray, width: float) -> FloatArray:
    """Return a profile with a flat top."""
    return np.asarray(1 / (1 + np.exp((away - width / 2) / (0.18 * width + 0.3))))


def _strength_along(rng: np.random.Generator, count: int) -> FloatArray:
    """Return how strong a line is along itself: uneven, fading at its ends."""
    uneven = np.exp(ndimage.gaussian_filter1d(rng.normal(0, 1.2, count), max(2, count / 14)))
    from_end = np.minimum(np.arange(count), np.arange(count)[::-1]) + 1
    return np.asarray(
        uneven / uneven.mean() * np.clip(from_end / max(2, rng.uniform(0.02, 0.25) * count), 0, 1)
    )


def _compressed(image: FloatImage, rng: np.random.Generator) -> Radiograph:
    """Return the image in whole grey levels, half of the time through JPEG."""
    span = max(float(np.ptp(image)), 1e-6)
    grey = np.clip(np.rint((image - image.min()) / span * 255), 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 96))]
        grey = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", grey, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8
        )
    return radiograph_from_array(grey.astype(np.float32))
