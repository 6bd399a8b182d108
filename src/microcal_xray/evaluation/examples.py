"""Choose the worst misses and the worst false marks, and cut them out of their pictures."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..errors import MicrocalError
from .froc import threshold_at
from .judged import JudgedImage, Mark, Outcome, Target
from .overlap import path_length
from .results import Evaluation
from .truth import Paths

# Gives the (R, C) grey levels of a picture by its `file`, bone bright; may raise MicrocalError or OSError.
Load = Callable[[str], npt.NDArray[np.generic]]

_MARGIN_SHARE = 0.6  # of the longer side of the line, on each side: enough to see what it crosses
_SMALLEST_SIDE_PX = 96
_LARGEST_SIDE_PX = 480
_BLACK_PERCENT, _WHITE_PERCENT = 1.0, 99.7
_MID_GREY = 128


@dataclass(frozen=True)
class Example:
    """One miss or one false mark, with what lies around it.

    Parameters
    ----------
    file, caption : str
    path_px : (N, 2) float array
        What the example is about.
    true_paths, candidate_paths : tuple of (N, 2) float array
        All true lines and all candidates of the picture.
    """

    file: str
    caption: str
    path_px: Paths
    true_paths: tuple[Paths, ...]
    candidate_paths: tuple[Paths, ...]


@dataclass(frozen=True)
class Crop:
    """A piece of a picture.

    Parameters
    ----------
    png : str
        Base64 of a grey PNG.
    top_px, left_px : int
        Row and column of its first pixel in the picture.
    rows, columns : int
        Its size in pixels of the picture.
    """

    png: str
    top_px: int
    left_px: int
    rows: int
    columns: int


def worst_misses(evaluation: Evaluation, count: int = 12) -> tuple[Example, ...]:
    """Return the lines that are not hit at 1 false mark per picture, those that should be easiest first.

    That is the largest d' where it is known, else the longest.
    """
    limit = threshold_at(evaluation.pool, 1.0, images=evaluation.options.false_mark_images)
    missed = [
        (target, image)
        for image in evaluation.images
        for target in image.targets
        if not target.rating > limit
    ]
    missed.sort(key=lambda pair: (-(pair[0].d_prime or 0.0), -path_length(pair[0].path_px), pair[1].file))
    return tuple(
        _example(image, target.path_px, _miss_caption(target, limit)) for target, image in missed[:count]
    )


def worst_false_marks(evaluation: Evaluation, count: int = 12) -> tuple[Example, ...]:
    """Return the strongest false mark of each picture, strongest first."""
    strongest: list[tuple[Mark, JudgedImage]] = []
    for image in evaluation.images:
        false = [mark for mark in image.marks if mark.outcome is Outcome.FALSE]
        if false:
            strongest.append((max(false, key=lambda mark: mark.score), image))
    strongest.sort(key=lambda pair: (-pair[0].score, pair[1].file))
    return tuple(
        _example(image, mark.path_px, _mark_caption(mark, image)) for mark, image in strongest[:count]
    )


def crop(example: Example, load: Load) -> Crop | None:
    """Return the surroundings of an example, or None when its picture cannot be had.

    Parameters
    ----------
    example : Example
    load : callable
        From `file` to an (R, C) array of grey levels.
    """
    try:
        pixels = np.asarray(load(example.file))
    except (MicrocalError, OSError):
        return None
    if pixels.ndim != 2 or not pixels.size:
        return None
    low, high = _window(example.path_px, pixels.shape)
    piece = _levels(np.asarray(pixels[low[0] : high[0], low[1] : high[1]], np.float64))
    image = Image.fromarray(piece)
    shrink = _LARGEST_SIDE_PX / max(image.size)
    if shrink < 1:
        width, height = (max(1, round(side * shrink)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Crop(text, low[0], low[1], high[0] - low[0], high[1] - low[1])


def _window(path: Paths, shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first, and one past the last, row and column around a path, inside the picture."""
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    side = max(float(np.ptp(path, axis=0).max()) * (1 + 2 * _MARGIN_SHARE), _SMALLEST_SIDE_PX)
    # At the border of the picture the window moves in rather than shrinks.
    low = [
        int(np.clip(round(m - side / 2), 0, max(0, size - side)))
        for m, size in zip(middle, shape, strict=True)
    ]
    high = [min(at + max(1, round(side)), size) for at, size in zip(low, shape, strict=True)]
    return (low[0], low[1]), (high[0], high[1])


def _levels(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    values = np.nan_to_num(values)
    low, high = np.percentile(values, [_BLACK_PERCENT, _WHITE_PERCENT])
    if high <= low:
        return np.full(values.shape, _MID_GREY, np.uint8)
    levels: npt.NDArray[np.uint8] = np.clip((values - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return levels


def _example(image: JudgedImage, path: Paths, caption: str) -> Example:
    return Example(
        file=image.file,
        caption=caption,
        path_px=path,
        true_paths=tuple(target.path_px for target in image.targets),
        candidate_paths=tuple(mark.path_px for mark in image.marks),
    )


def _miss_caption(target: Target, limit: float) -> str:
    words = [target.kind.value if target.kind else "box"]
    if target.d_prime is not None:
        words.append(f"d' {target.d_prime:.1f}")
    if target.width_mm is not None:
        words.append(f"{target.width_mm:.2f} mm wide")
    words.append(f"rated {target.rating:.3g}, not over {limit:.3g}" if target.is_hit else "never hit")
    return ", ".join(words)


def _mark_caption(mark: Mark, image: JudgedImage) -> str:
    words: Sequence[str] = (
        mark.kind.value,
        f"score {mark.score:.3g}",
        f"on {mark.mimic}" if mark.mimic else "",
        image.state.value.replace("lines", "picture with lines")
        if image.state == "lines"
        else image.state.value,
    )
    return ", ".join(word for word in words if word)
