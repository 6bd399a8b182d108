"""Signal outside and inside the cortex, on the unrolled surface of a bone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..measured import Estimate
from .bone import MRBone, sampled
from .estimates import between, median_error, ratio, spread
from .normal import NormalMarrow
from .volume import FloatArray, MRVolume

_STEP_MM = 1.0  # along the bone
_DIRECTIONS = 72
_RADIAL_MM = 0.25
_BEYOND_MM = 6.0  # outside the cortex
_WITHIN_MM = 2.5  # where periosteal signal must begin
_CLEAR_SD = 5.0
_LEAST_MM2 = 25.0
_LEVELS = (0.5, 0.4, 0.6)  # of the plateau
_LEAST_CORTEX_PX = 3.0  # thinner, both sides spill over all of it
_RAISED = 0.35  # of the plateau of marrow: what spills over into a cortex of 3 pixels stays below
_LINEAR = 3.0  # length over width


@dataclass(frozen=True)
class SurfaceSignal:
    """One region of raised signal on the surface of a bone.

    Parameters
    ----------
    along_mm : (low, high) tuple of float
        From the bone's origin.
    length_mm, around_mm : Estimate
        Extent along the bone, and around it.
    thickness_mm : Estimate or None
        Outward, at half height; None for signal inside the cortex.
    contrast : Estimate or None
        Over the same bone's normal marrow.
    is_linear : bool
        Whether it is at least three times as long as wide.
    middle_rad : float
        Direction of its middle around the bone.
    """

    along_mm: tuple[float, float]
    length_mm: Estimate
    around_mm: Estimate
    thickness_mm: Estimate | None
    contrast: Estimate | None
    is_linear: bool
    middle_rad: float


@dataclass(frozen=True)
class CortexSignal:
    """Raised signal inside the cortex.

    Parameters
    ----------
    measurable_share : float
        Share of the surface on which the cortex is thick enough to look into: 3 pixels.
    regions : tuple of SurfaceSignal
        Largest first.
    """

    measurable_share: float
    regions: tuple[SurfaceSignal, ...]


def periosteal_signal(volume: MRVolume, bone: MRBone, normal: NormalMarrow) -> SurfaceSignal | None:
    """Return the largest region of raised signal close outside the cortex; None where none is clear.

    Parameters
    ----------
    volume : MRVolume
        A series that shows oedema.
    bone : MRBone
        Its outer surface must be known.
    normal : NormalMarrow
        Of the same series.

    Notes
    -----
    For each place on the surface the largest signal within 2.5 mm outside of it, a mean over 1 mm, is
    compared with the median in the same direction all along the bone: muscle on one side, fat under the skin
    on the other. Clear is five robust deviations; the region is over half of its plateau.
    """
    along, angle = _grid(bone)
    beyond = np.arange(-0.5, _BEYOND_MM, _RADIAL_MM)
    outer = _surface(bone, bone.outer_mm, along, angle)
    rays = _rays(volume, bone, along, angle, outer[..., None] + beyond)
    mean = ndimage.uniform_filter1d(rays, round(1.0 / _RADIAL_MM), axis=-1)
    near = (beyond >= 0.5) & (beyond <= _WITHIN_MM)
    top = np.nanmax(np.where(near, mean, -np.inf), axis=-1)
    usual = np.median(top, axis=0)
    difference = ndimage.gaussian_filter(top - usual, 1.0, mode=("nearest", "wrap"))
    area = _STEP_MM * outer * 2 * np.pi / _DIRECTIONS
    found = _largest(difference, _CLEAR_SD * max(spread(difference.ravel()), normal.noise * 0.3), area)
    if found is None:
        return None
    plateau = float(np.percentile(difference[found], 75))
    regions = [_grown(difference, level * plateau, found) for level in _LEVELS]
    pitch = volume.pitch_mm(bone.direction)
    half = usual[None, :, None] + plateau / 2
    thickness = (rays[..., beyond >= 0] > half)[regions[0]].sum(axis=-1) * _RADIAL_MM
    across = max(volume.pitch_mm(bone.u), volume.pitch_mm(bone.v))
    thick = float(np.median(thickness))
    return _region(
        bone, along, angle, outer, regions, pitch, across, top, normal,
        thickness=Estimate(thick, max(thick - across, 0.0), thick + across, "mm"),
    )  # fmt: skip


def cortex_signal(volume: MRVolume, bone: MRBone, normal: NormalMarrow, plateau: float) -> CortexSignal:
    """Return where the cortex is not dark all through.

    Parameters
    ----------
    volume : MRVolume
    bone : MRBone
    normal : NormalMarrow
    plateau : float
        How far oedema stands over normal marrow in this series: the scale of what counts as raised.

    Notes
    -----
    For each place on the surface, the darkest signal on the way through the cortex. Where oedema lies on both
    sides of a thin cortex it spills over, so a cortex under 3 pixels is not measurable.
    """
    along, angle = _grid(bone)
    inner = _surface(bone, bone.inner_mm, along, angle)
    outer = _surface(bone, bone.outer_mm, along, angle)
    shares = np.linspace(0.1, 0.9, 9)
    rays = _rays(volume, bone, along, angle, inner[..., None] + (outer - inner)[..., None] * shares)
    lowest = rays.min(axis=-1)
    finest = min(volume.row_spacing_mm, volume.column_spacing_mm)
    # Through thick slices the cortex is seen less sharply than within them.
    x, y = np.cos(angle), np.sin(angle)
    pitch = np.array([volume.pitch_mm(a * bone.u + b * bone.v) for a, b in zip(x, y, strict=True)])
    thick = (outer - inner) >= _LEAST_CORTEX_PX * np.maximum(pitch, finest)
    usual = float(np.median(lowest[thick])) if thick.any() else 0.0
    raised = ndimage.gaussian_filter(np.where(thick, lowest - usual, 0), 0.7, mode=("nearest", "wrap"))
    level = max(_RAISED * plateau, _CLEAR_SD * normal.noise * 0.5)
    area = _STEP_MM * inner * 2 * np.pi / _DIRECTIONS
    labels = _labels(raised > level)
    regions = []
    for label in range(1, int(labels.max()) + 1):
        own = labels == label
        if area[own].sum() >= _LEAST_MM2 / 3:
            found = _region(
                bone,
                along,
                angle,
                inner,
                [own],
                volume.pitch_mm(bone.direction),
                float(pitch.max()),
                lowest,
                normal,
            )
            regions.append((area[own].sum(), found))
    regions.sort(key=lambda pair: -pair[0])
    return CortexSignal(float(thick.mean()), tuple(region for _, region in regions))


def _grid(bone: MRBone) -> tuple[FloatArray, FloatArray]:
    along = np.arange(bone.stations_mm[0] + 4.0, bone.stations_mm[-1] - 4.0, _STEP_MM)
    return along, np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS


def _surface(bone: MRBone, surface: FloatArray, along: FloatArray, angle: FloatArray) -> FloatArray:
    step = bone.stations_mm[1] - bone.stations_mm[0]
    closed = np.concatenate([surface, surface[:, :1]], axis=1)
    rows = (along - bone.stations_mm[0]) / step
    columns = angle / (2 * np.pi) * surface.shape[1]
    at = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    return np.asarray(ndimage.map_coordinates(closed, at, order=1, mode="nearest"))


def _rays(
    volume: MRVolume, bone: MRBone, along: FloatArray, angle: FloatArray, radius: FloatArray
) -> FloatArray:
    points = bone.points_mm(along[:, None, None], angle[:, None], radius)
    index = volume.index_of(points.reshape(-1, 3)).reshape(points.shape)
    values = sampled(volume.voxels, index)
    return np.where(np.isfinite(values), values, 0.0)


def _labels(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Label regions of the surface, which closes around the bone."""
    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    for row in range(len(labels)):
        for other in range(max(row - 1, 0), min(row + 2, len(labels))):
            one, two = labels[row, -1], labels[other, 0]
            if one and two and one != two:
                labels[labels == one] = two
    return np.asarray(labels)


def _largest(difference: FloatArray, level: float, area: FloatArray) -> npt.NDArray[np.bool_] | None:
    labels = _labels(difference > level)
    sizes = np.bincount(labels.ravel(), area.ravel())
    sizes[0] = 0
    best = int(np.argmax(sizes))
    return labels == best if sizes[best] >= _LEAST_MM2 else None


def _grown(difference: FloatArray, level: float, found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    labels = _labels(difference > level)
    return np.isin(labels, np.unique(labels[found & (labels > 0)]))


def _region(
    bone: MRBone,
    along: FloatArray,
    angle: FloatArray,
    radius: FloatArray,
    regions: list[npt.NDArray[np.bool_]],
    pitch_mm: float,
    pitch_across_mm: float,
    values: FloatArray,
    normal: NormalMarrow,
    *,
    thickness: Estimate | None = None,
) -> SurfaceSignal:
    own = regions[0]
    spans = [along[each.any(axis=1)] for each in regions]
    lengths = [float(span[-1] - span[0]) + _STEP_MM for span in spans]
    arcs = [_widest_arc(each, radius) for each in regions]
    turn = np.angle((np.exp(1j * angle)[None, :] * own).sum())
    middle = float(np.median(normal.at(along[own.any(axis=1)])))
    signal = values[own]
    # Length over width of the region itself, by its spread on the unrolled surface.
    rows, columns = np.nonzero(own)
    aside = np.angle(np.exp(1j * (angle[columns] - turn))) * float(radius[own].mean())
    spreads = (
        np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([along[rows], aside]))) + 1e-9)
        if len(rows) > 2
        else (1, 1)
    )
    return SurfaceSignal(
        along_mm=(float(spans[0][0]) - _STEP_MM / 2, float(spans[0][-1]) + _STEP_MM / 2),
        length_mm=between(lengths[0], lengths[1:], pitch_mm, "mm"),
        around_mm=between(arcs[0], arcs[1:], pitch_across_mm, "mm"),
        thickness_mm=thickness,
        contrast=ratio(
            float(np.median(signal)),
            median_error(signal.astype(np.float64), independent=0.1),
            middle,
            normal.error,
        ),
        is_linear=bool(spreads[1] >= _LINEAR * spreads[0]),
        middle_rad=float(turn % (2 * np.pi)),
    )


def _widest_arc(region: npt.NDArray[np.bool_], radius: FloatArray) -> float:
    share = region * radius * 2 * np.pi / _DIRECTIONS
    return float(share.sum(axis=1).max())
