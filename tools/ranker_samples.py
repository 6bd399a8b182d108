"""What the ranker is fitted on: the candidates of pictures whose lines are known, each true or not."""

import csv
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import KDTree

from microcal_xray import Kind, Radiograph, radiograph_from_array, read_radiograph
from microcal_xray.detection import Polarity
from microcal_xray.measurement import FeatureTable
from microcal_xray.searching import search

FloatArray = npt.NDArray[np.float64]

KINDS = {"dark": Kind.LUCENT, "bright": Kind.SCLEROTIC}
_TOLERANCE_MM = 1.5  # as the hit rule of the evaluation has them
_TOLERANCE_SHARE, _TOLERANCE_PX = 0.012, 8.0
# Scale, exponent of the grey curve and turn in degrees: what a picture could as well have been.
VARIANTS = (
    (0.8, 1.2, 5.0),
    (1.25, 0.85, -4.0),
    (1.1, 0.75, 0.0),
    (0.9, 1.3, 11.0),
    (0.85, 0.9, -9.0),
    (1.2, 1.1, 8.0),
    (1.0, 1.5, 3.0),
    (0.95, 0.65, -6.0),
)
_SIDES_PX = (640, 1100)  # between these limits a picture without spacing is looked at as it is


@dataclass(frozen=True)
class KnownLine:
    """One true line, in pixels of its picture as stored."""

    kind: Kind
    path_px: FloatArray


@dataclass(frozen=True)
class Picture:
    """A picture with its lines.

    Parameters
    ----------
    path : Path
    group : str
        Pictures of one group never stand on both sides of a fold.
    source : str
    lines : tuple of KnownLine
    line_free : bool
        Looked at and found to show none. A picture that is neither line-free nor has lines is unsure.
    """

    path: Path
    group: str
    source: str
    lines: tuple[KnownLine, ...]
    line_free: bool


@dataclass(frozen=True)
class Sample:
    """The candidates of one picture.

    Parameters
    ----------
    picture : Picture
    intent : str
    table : FeatureTable
    kinds : tuple of Kind
        Of each candidate.
    share_true : (n,) float array
        Share of each candidate within the tolerance of lines of its kind.
    paths : tuple of (N, 2) float array
        In pixels of the picture as stored.
    """

    picture: Picture
    intent: str
    table: FeatureTable
    kinds: tuple[Kind, ...]
    share_true: FloatArray
    paths: tuple[FloatArray, ...]


def pictures_of(folder: Path) -> list[Picture]:
    """Return the pictures of a folder with a truth.csv (polylines) or a truth.json (simulated)."""
    if (folder / "truth.json").is_file():
        return _simulated(folder)
    images = folder / "images" if (folder / "images").is_dir() else folder
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return [_marked(images / row["file"], row) for row in csv.DictReader(file)]


def _marked(path: Path, row: dict[str, str]) -> Picture:
    lines: tuple[KnownLine, ...] = ()
    if row["thin_line_visible"] == "yes":
        lines = tuple(
            KnownLine(KINDS[polarity], _points(text))
            for text, polarity in zip(
                row["polyline"].split("|"), row["line_polarity"].split("|"), strict=True
            )
        )
    source = row.get("source", "").split("@")[0] or path.parent.name
    return Picture(path, path.name, source, lines, row["thin_line_visible"] == "no")


def _points(text: str) -> FloatArray:
    """Return "x y;x y" as (row, column) points."""
    return np.array([[float(value) for value in point.split()] for point in text.split(";")])[:, ::-1]


def _simulated(folder: Path) -> list[Picture]:
    images = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["images"]
    return [
        Picture(
            folder / image["file"],
            image["patient"],
            "simulated",
            tuple(KnownLine(Kind(line["kind"]), np.array(line["path_px"])) for line in image["lines"]),
            not image["lines"],
        )
        for image in images
    ]


def sample_of(picture: Picture) -> Sample | None:
    """Return the candidates of a picture; None where nothing stands out."""
    radiograph = read_radiograph(picture.path)
    spacing = radiograph.spacing
    longer = max(radiograph.pixels.shape)
    tolerance = max(_TOLERANCE_PX, _TOLERANCE_SHARE * longer)
    if spacing is not None:
        tolerance = _TOLERANCE_MM / radiograph.mm_per_pixel()
    return sample_from(radiograph, picture, tolerance)


def sample_from(radiograph: Radiograph, picture: Picture, tolerance_px: float) -> Sample | None:
    """Return the candidates of a radiograph whose lines are those of a picture; None without any."""
    found = search(radiograph)
    if found.features is None:
        return None
    paths = tuple(found.stored(path.points_px) for path in found.paths)
    kinds = tuple(Kind.LUCENT if path.polarity is Polarity.DARK else Kind.SCLEROTIC for path in found.paths)
    share = np.zeros(len(paths))
    for kind in Kind:
        lines = [dense(line.path_px) for line in picture.lines if line.kind is kind]
        if not lines:
            continue
        tree = KDTree(np.concatenate(lines))
        for number, path in enumerate(paths):
            if kinds[number] is kind:
                share[number] = (tree.query(dense(path))[0] <= tolerance_px).mean()
    return Sample(picture, str(radiograph.intent), found.features, kinds, share, paths)


def variant_of(picture: Picture, number: int) -> Sample | None:
    """Return the candidates of a picture turned, scaled and with another grey curve."""
    scale, exponent, degrees = VARIANTS[number]
    pixels = read_radiograph(picture.path).pixels.astype(np.float32)
    low, high = float(pixels.min()), float(pixels.max())
    span = max(high - low, 1e-6)
    curved = ((pixels - low) / span) ** exponent * span + low
    longer = max(pixels.shape)
    factor = min(max(longer, _SIDES_PX[0]), _SIDES_PX[1]) / longer * scale
    matrix, size = _turn(pixels.shape, factor, degrees)
    if factor < 0.7:
        curved = ndimage.gaussian_filter(curved, 0.4 / factor)
    way = cv2.INTER_CUBIC if factor >= 1 else cv2.INTER_LINEAR
    image = cv2.warpAffine(curved, matrix, size, flags=way, borderMode=cv2.BORDER_CONSTANT, borderValue=low)
    focus = np.mean([line.path_px.mean(axis=0) for line in picture.lines] or [np.array(pixels.shape) / 2], 0)
    image, matrix = _within_limits(np.asarray(image, np.float32), matrix, focus, low)
    lines = tuple(
        replace(line, path_px=(line.path_px[:, ::-1] @ matrix[:, :2].T + matrix[:, 2])[:, ::-1])
        for line in picture.lines
    )
    tolerance = max(_TOLERANCE_PX, _TOLERANCE_SHARE * longer) * factor
    return sample_from(radiograph_from_array(image), replace(picture, lines=lines), tolerance)


def _turn(shape: tuple[int, ...], factor: float, degrees: float) -> tuple[FloatArray, tuple[int, int]]:
    """Return the matrix about the middle of a picture, and the size (columns, rows) of the result."""
    size = int(shape[1] * factor), int(shape[0] * factor)
    cosine, sine = np.cos(np.deg2rad(degrees)) * factor, np.sin(np.deg2rad(degrees)) * factor
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array(size) / 2 - turn @ (np.array(shape[::-1]) / 2)
    return np.concatenate([turn, shift[:, None]], axis=1), size


def _within_limits(
    image: npt.NDArray[np.float32], matrix: FloatArray, focus: FloatArray, fill: float
) -> tuple[npt.NDArray[np.float32], FloatArray]:
    """Return the image padded or cropped so that it is looked at as it is, the focus inside."""
    least, most = _SIDES_PX
    rows, columns = image.shape
    if max(rows, columns) < least:
        below, right = (least - rows, 0) if rows >= columns else (0, least - columns)
        image = np.pad(image, ((0, below), (0, right)), constant_values=fill)
    corner = []
    for side, place in zip(image.shape, (matrix[:, :2] @ focus[::-1] + matrix[:, 2])[::-1], strict=True):
        corner.append(int(np.clip(place - most / 2, 0, max(0, side - most))))
    cropped = image[corner[0] : corner[0] + most, corner[1] : corner[1] + most]
    shifted = matrix.copy()
    shifted[:, 2] -= corner[::-1]
    return np.ascontiguousarray(cropped), shifted


def dense(path: FloatArray) -> FloatArray:
    """Return a path with a point about every pixel."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    even = np.linspace(0, along[-1], max(2, int(np.ceil(along[-1])) + 1))
    return np.stack([np.interp(even, along, path[:, axis]) for axis in (0, 1)], axis=1)


def fold_of(group: str, folds: int) -> int:
    """Return the fold of a group: the same on every machine, whatever else is in the set."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds
