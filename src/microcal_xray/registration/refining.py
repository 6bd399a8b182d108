"""From a guess to the fraction of a pixel: least squares on bone that outliers do not pull."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, sparse

from .alignment import Alignment, knot_count
from .bone_picture import BonePicture, FloatImage, evened

FloatArray = npt.NDArray[np.float64]

KNOTS_PX = 32.0  # 16 mm
_WINDOWS = ((6.0, 24.0), (3.0, 16.0), (1.5, 10.0), (0.7, 8.0))  # (detail, window) in pixels, coarse to fine
_ROUNDS = (10, 8, 6, 5)
_FIELD_ROUNDS = (3, 4)  # at the two finest
_POINTS = (3_000, 6_000, 10_000, 16_000)
_OUTLIER = 2.5  # Tukey's biweight, in robust standard deviations
_SETTLED_PX = 0.003
_STIFFNESS = 0.1  # of the field: bending costs so much of the mean information per knot
_PULL = 0.004  # towards no shift, where nothing tells
_SLIDES_PX = (np.arange(-6.0, 7.0), np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))  # along a bone, and across it


@dataclass(frozen=True)
class Layer:
    """Both pictures at one fineness, and the points of the current one that are compared.

    Parameters
    ----------
    still, moving : (R, C) float32 array
        The current and the prior picture, evened out.
    down, right : (R, C) float32 array
        Slopes of the prior one.
    bone : (R, C) float32 array
        Of the prior one, 0 to 1.
    points : (N, 2) float array
        Places of the current one that are compared.
    wanted : (N,) float array
        The current picture there.
    """

    still: FloatImage
    moving: FloatImage
    down: FloatImage
    right: FloatImage
    bone: FloatImage
    points: FloatArray
    wanted: FloatArray


@dataclass(frozen=True)
class Fit:
    """An alignment and how well the evened bones agree under it.

    Parameters
    ----------
    alignment : Alignment
        Between bone pictures.
    agreement : float
        Correlation of the evened pictures on bone, -1 to 1.
    shared : float
        Share of the current bone that the prior picture shows too.
    """

    alignment: Alignment
    agreement: float
    shared: float


def layers(current: BonePicture, prior: BonePicture) -> tuple[Layer, ...]:
    """Return both pictures evened out, from coarse to fine."""
    return tuple(
        _layer(current, prior, detail, window, points)
        for (detail, window), points in zip(_WINDOWS, _POINTS, strict=True)
    )


def coarse_fit(matrix: FloatArray, steps: tuple[Layer, ...], shape: tuple[int, ...]) -> Fit:
    """Return a guess refined to about a pixel; for choosing among several.

    Parameters
    ----------
    matrix : (2, 3) float array
    steps : tuple of layers
    shape : (R, C)
        Of the current bone picture.
    """
    for step, rounds in zip(steps[:2], _ROUNDS[:2], strict=True):
        matrix = _whole(matrix, step, rounds, is_similar=True)
    matrix = _whole(matrix, steps[1], _ROUNDS[1] // 2, is_similar=False)
    still = Alignment(matrix, np.zeros((2, *knot_count(shape, KNOTS_PX))), KNOTS_PX)
    return fit_at(still, steps[1])


def fine_fit(start: Alignment, steps: tuple[Layer, ...]) -> Fit:
    """Return an alignment refined to a fraction of a pixel, with shifts for bones that moved apart."""
    matrix = _whole(start.matrix, steps[2], _ROUNDS[2], is_similar=False)
    for step, rounds in zip(steps[2:], _ROUNDS[2:], strict=True):
        matrix = _whole(_slid(matrix, step), step, rounds, is_similar=False)
    found = replace(start, matrix=matrix)
    for step, rounds in zip(steps[-2:], _FIELD_ROUNDS, strict=True):
        found = with_field(found, step, rounds)
    return fit_at(found, steps[-1])


def fit_at(alignment: Alignment, step: Layer) -> Fit:
    """Return how well the bones agree under an alignment."""
    places = alignment.to_prior(step.points)
    seen = at_places(step.bone, places) > 0.5
    shared = float(seen.mean()) if len(seen) else 0.0
    if seen.sum() < 30:
        return Fit(alignment, 0.0, shared)
    return Fit(alignment, correlation(step.wanted[seen], at_places(step.moving, places[seen])), shared)


def local_shifts(
    alignment: Alignment, step: Layer, *, sigma_px: float, apart_px: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return by how much bone is still off at places all over it, as the pictures themselves tell.

    Parameters
    ----------
    alignment : Alignment
    step : a layer
    sigma_px, apart_px : float
        Of the windows, and their distance.

    Returns
    -------
    places : (P, 2) float array
        In the current bone picture.
    off_px : (P, 2) float array
    agreement : (P,) float array
        Correlation in each window.
    """
    places = alignment.to_prior(step.points)
    seen = at_places(step.bone, places) > 0.5
    points, places, wanted = step.points[seen], places[seen], step.wanted[seen]
    if len(points) < 30:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    got = at_places(step.moving, places)
    steep = [at_places(image, places) for image in (step.down, step.right)]
    slope = np.stack(steep, axis=1) @ alignment.matrix[:, :2]
    shape = step.still.shape
    names = ("one", "a", "b", "aa", "bb", "ab", "rr", "cc", "rc", "re", "ce")
    gain = float((wanted * got).sum() / max((got * got).sum(), 1e-12))
    error = wanted - gain * got
    products = (
        np.ones(len(got)),
        wanted,
        got,
        wanted**2,
        got**2,
        wanted * got,
        slope[:, 0] ** 2,
        slope[:, 1] ** 2,
        slope[:, 0] * slope[:, 1],
        slope[:, 0] * error,
        slope[:, 1] * error,
    )
    maps = {}
    at = tuple(np.rint(points).astype(int).T)
    for name, values in zip(names, products, strict=True):
        image = np.zeros(shape, np.float32)
        image[at] = values
        maps[name] = ndimage.gaussian_filter(image, sigma_px)
    density = maps["one"]
    kept = density > 0.4 * float(np.percentile(density[at], 90))
    grid = np.zeros(shape, bool)
    start, stride = int(apart_px / 2), max(1, int(apart_px))
    grid[start::stride, start::stride] = True
    where = np.argwhere(grid & kept)
    m = {name: image[tuple(where.T)].astype(np.float64) for name, image in maps.items()}
    n = m["one"]
    for name in names[1:]:
        m[name] = m[name] / n
    spread = np.sqrt(np.maximum((m["aa"] - m["a"] ** 2) * (m["bb"] - m["b"] ** 2), 1e-12))
    agreement = (m["ab"] - m["a"] * m["b"]) / spread
    normal = np.stack([np.stack([m["rr"], m["rc"]], -1), np.stack([m["rc"], m["cc"]], -1)], -2)
    ridge = 0.02 * np.trace(normal, axis1=-2, axis2=-1)[:, None, None] * np.eye(2)
    off = np.linalg.solve(normal + ridge, np.stack([m["re"], m["ce"]], -1)[..., None])[..., 0]
    return where.astype(np.float64), off / max(gain, 1e-6), agreement


def _layer(current: BonePicture, prior: BonePicture, detail: float, window: float, most: int) -> Layer:
    still = evened(current, detail_px=detail, window_px=window)
    moving = evened(prior, detail_px=detail, window_px=window)
    down, right = np.gradient(moving)
    points = np.argwhere(_inner(current))
    points = points[:: max(1, len(points) // most)]
    return Layer(
        still,
        moving,
        np.asarray(down, np.float32),
        np.asarray(right, np.float32),
        _inner(prior).astype(np.float32),
        np.asarray(points, np.float64),
        np.asarray(still[tuple(points.T)], np.float64),
    )


def _inner(picture: BonePicture) -> npt.NDArray[np.bool_]:
    """Return bone with two millimetres around it, for its outline tells most, away from the border."""
    around = ndimage.binary_dilation(picture.bone, iterations=4)
    return np.asarray(around & ndimage.binary_erosion(picture.usable, iterations=4))


def at_places(image: FloatImage, places: FloatArray) -> FloatArray:
    """Return an image at places (N, 2), between pixels linear."""
    # Outside of the picture nothing is known: zero, also of the bone there.
    return np.asarray(ndimage.map_coordinates(image, places.T, order=1, mode="constant"), np.float64)


def _whole(matrix: FloatArray, step: Layer, rounds: int, *, is_similar: bool) -> FloatArray:
    """Return the matrix after Gauss-Newton steps on all bone at once."""
    middle = step.points.mean(axis=0) if len(step.points) else np.zeros(2)
    off = step.points - middle
    flip = -1.0 if np.linalg.det(matrix[:, :2]) < 0 else 1.0
    for _ in range(rounds):
        places = step.points @ matrix[:, :2].T + matrix[:, 2]
        seen = at_places(step.bone, places) > 0.5
        if seen.sum() < 50:
            break
        error, weight, down, right = _compared(step, places, seen)
        if is_similar:
            linear = matrix[:, :2]
            turned, grown = off[seen] @ (linear @ np.array([[0.0, 1.0], [-1.0, 0.0]])).T, off[seen] @ linear.T
            columns = [down * turned[:, 0] + right * turned[:, 1], down * grown[:, 0] + right * grown[:, 1]]
        else:
            columns = [down * off[seen, 0], down * off[seen, 1], right * off[seen, 0], right * off[seen, 1]]
        jacobian = np.stack([*columns, down, right], axis=1)
        change = _solved(jacobian, weight, error)
        shift = change[-2:]
        if is_similar:
            linear = matrix[:, :2] @ (
                (1 + change[1]) * np.eye(2) + change[0] * np.array([[0.0, 1.0], [-1.0, 0.0]])
            )
        else:
            linear = matrix[:, :2] + change[:4].reshape(2, 2)
        at_middle = matrix[:, :2] @ middle + matrix[:, 2] + shift
        matrix = np.column_stack([linear, at_middle - linear @ middle])
        if np.linalg.det(linear) * flip <= 0 or not np.isfinite(matrix).all():
            break
        if np.abs(shift).max() < _SETTLED_PX:
            break
    return matrix


def _slid(matrix: FloatArray, step: Layer) -> FloatArray:
    """Return the matrix with the shift that agrees best: a shaft is much the same a little farther on."""
    few = step.points[:: max(1, len(step.points) // 4_000)]
    wanted = step.wanted[:: max(1, len(step.points) // 4_000)]
    if len(few) < 50:
        return matrix
    _, axes = np.linalg.eigh(np.cov(few.T))
    best, found = -2.0, matrix
    for along in _SLIDES_PX[0]:
        for across in _SLIDES_PX[1]:
            shift = matrix[:, :2] @ (along * axes[:, 1] + across * axes[:, 0])
            places = few @ matrix[:, :2].T + matrix[:, 2] + shift
            seen = at_places(step.bone, places) > 0.5
            agreement = (
                correlation(wanted[seen], at_places(step.moving, places[seen])) if seen.sum() > 50 else -1.0
            )
            if agreement > best + 1e-9:
                best, found = agreement, np.column_stack([matrix[:, :2], matrix[:, 2] + shift])
    return found


def _compared(
    step: Layer, places: FloatArray, seen: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return error, weight and both slopes at the points that both pictures show, the gain taken out."""
    places, wanted = places[seen], step.wanted[seen]
    got = at_places(step.moving, places)
    gain = max(float((wanted * got).sum() / max((got * got).sum(), 1e-12)), 0.1)
    error = wanted - gain * got
    spread = 1.4826 * float(np.median(np.abs(error))) + 1e-9
    share = np.minimum(np.abs(error) / (_OUTLIER * 2 * spread), 1)
    weight = (1 - share**2) ** 2
    return error, weight, gain * at_places(step.down, places), gain * at_places(step.right, places)


def _solved(jacobian: FloatArray, weight: FloatArray, error: FloatArray) -> FloatArray:
    normal = (jacobian * weight[:, None]).T @ jacobian
    side = (jacobian * weight[:, None]).T @ error
    damped = normal + 1e-6 * np.diag(np.diag(normal)) + 1e-12 * np.eye(len(normal))
    return np.asarray(np.linalg.solve(damped, side))


def with_field(
    start: Alignment, step: Layer, rounds: int, *, stiffness: float = _STIFFNESS, pull: float = _PULL
) -> Alignment:
    """Return the alignment with its field of shifts after Gauss-Newton steps.

    Parameters
    ----------
    start : Alignment
    step : Layer
    rounds : int
    stiffness, pull : float
        What bending of the field and what a shift costs, over the mean information per knot.
    """
    shape = start.shifts.shape[1:]
    basis = _basis(step.points, start.knots_px, shape)
    bending = _bending(shape)
    shifts = start.shifts.copy()
    for _ in range(rounds):
        found = replace(start, shifts=shifts)
        places = found.to_prior(step.points)
        seen = at_places(step.bone, places) > 0.5
        if seen.sum() < 200:
            break
        error, weight, down, right = _compared(step, places, seen)
        own = basis[seen]
        parts = [sparse.diags(down) @ own, sparse.diags(right) @ own]
        jacobian = sparse.hstack(parts).tocsr()
        normal = (jacobian.T @ sparse.diags(weight) @ jacobian).toarray()
        side = jacobian.T @ (weight * error)
        size = len(bending)
        level = float(np.trace(normal)) / (2 * size)
        stiff = level * (stiffness * bending + pull * np.eye(size))
        for axis in (0, 1):
            part = slice(axis * size, (axis + 1) * size)
            normal[part, part] += stiff
            side[part] -= stiff @ shifts[axis].ravel()
        change = np.linalg.solve(normal, side).reshape(2, *shape)
        shifts = shifts + np.clip(change, -2, 2)
        if np.abs(change).max() < 10 * _SETTLED_PX:
            break
    return replace(start, shifts=shifts)


def _basis(points: FloatArray, knots_px: float, shape: tuple[int, ...]) -> "sparse.csr_matrix":
    """Return the weight of each knot at each point: (N, K * L)."""
    place = points / knots_px + 1
    first = np.floor(place).astype(int) - 1
    weights, index = [], []
    for axis in (0, 1):
        part = place[:, axis] - np.floor(place[:, axis])
        four = np.stack(
            [
                (1 - part) ** 3,
                3 * part**3 - 6 * part**2 + 4,
                -3 * part**3 + 3 * part**2 + 3 * part + 1,
                part**3,
            ],
            axis=1,
        )
        weights.append(four / 6)
        index.append(np.clip(first[:, axis, None] + np.arange(4), 0, shape[axis] - 1))
    value = (weights[0][:, :, None] * weights[1][:, None, :]).reshape(len(points), 16)
    knot = (index[0][:, :, None] * shape[1] + index[1][:, None, :]).reshape(len(points), 16)
    row = np.repeat(np.arange(len(points)), 16)
    return sparse.csr_matrix((value.ravel(), (row, knot.ravel())), shape=(len(points), shape[0] * shape[1]))


def _bending(shape: tuple[int, ...]) -> FloatArray:
    """Return the matrix of the sum of squared second differences between knots."""
    parts = []
    for axis, count in enumerate(shape):
        second = np.diff(np.eye(count), n=2, axis=0)
        other = np.eye(shape[1 - axis])
        parts.append(np.kron(second, other) if axis == 0 else np.kron(other, second))
    first = [np.diff(np.eye(count), axis=0) for count in shape]
    parts.append(np.sqrt(2) * np.kron(first[0], first[1]))
    together = np.concatenate(parts)
    return np.asarray(together.T @ together)


def correlation(one: FloatArray, other: FloatArray) -> float:
    """Return the correlation of two samples (N,); 0 where one of them is all the same."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / size) if size > 0 else 0.0
