"""Lines put into a given radiograph, a real one too, with the contrast of physics; and taken out again.

A gap or a band of bone changes the signal by a factor, which in log units is a sum: the line is added to the
picture, blurred as the picture is. The noise of the picture stays as it is.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage
from scipy.spatial import cKDTree

from ..errors import SettingsError
from ..findings import Kind
from ..radiograph import Radiograph, Signal
from ..resolution import sharpest_edge_px
from .courses import Course
from .lines import Fissure, MicrocallusLine, Profile, profile
from .surroundings import Surroundings

Float64Array = npt.NDArray[np.float64]

_PARTS = 4  # of a pixel, each way
_POINT_STEP_MM = 0.05
_FADE_MM = 1.0  # at each end
_MARGIN_RESOLUTIONS = 8  # full widths of the blur around the line that are computed
_SOFT_REACH_MM = 25.0  # soft tissue beside the bone is sought so near to the line


@dataclass(frozen=True)
class LineToInsert:
    """A line and its course on the picture.

    Parameters
    ----------
    path_px : (N, 2) float array
        Centre line as (row, column); whole numbers are pixel centres. Two points make a straight line.
    kind : Kind
        Lucent: a gap filled with soft tissue. Sclerotic: a band of denser trabecular bone.
    width_mm : float
        Of the gap perpendicular to its faces, or the full width at half maximum of the band.
    depth_mm : float
        Bone that the gap cuts along the beam, or depth of the band.
    tilt_deg : float
        Between the gap or band and the beam, 0 to 60: it widens the line and makes it fainter.
    added_fraction : float
        Volume fraction of bone that a band has more than its surroundings.
    contrast_log : float or None
        Change of -ln(signal), over 0, that the whole `depth_mm` makes, instead of the physical one.
        None: from the surroundings.
    """

    path_px: npt.NDArray[np.floating]
    kind: Kind = Kind.LUCENT
    width_mm: float = 0.3
    depth_mm: float = 5.0
    tilt_deg: float = 0.0
    added_fraction: float = 0.12
    contrast_log: float | None = None

    def __post_init__(self) -> None:
        path = np.array(self.path_px, np.float64)
        if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2 or not np.isfinite(path).all():
            raise SettingsError(f"path_px has shape {path.shape}; give two or more points (row, column)")
        path.flags.writeable = False
        object.__setattr__(self, "path_px", path)
        if self.contrast_log is not None and not 0 < self.contrast_log <= 10:
            raise SettingsError(f"contrast_log is {self.contrast_log!r}; it must be over 0, up to 10")
        self.profile()

    def profile(self) -> Profile:
        """Return the share of the depth across the line, before blur."""
        course = Course(from_end_mm=0)  # the course in a bone does not matter here
        if self.kind is Kind.LUCENT:
            return profile(Fissure(course, self.width_mm, self.depth_mm, self.tilt_deg))
        return profile(
            MicrocallusLine(course, self.width_mm, self.added_fraction, self.depth_mm, self.tilt_deg)
        )

    def change_log(self, share: Float64Array, surroundings: Surroundings) -> Float64Array:
        """Return the change of -ln(signal) where that share of the depth lies along the beam."""
        if self.contrast_log is not None:
            return share * (self.contrast_log if self.kind is Kind.SCLEROTIC else -self.contrast_log)
        lucent = self.kind is Kind.LUCENT
        whole_mm = -self.depth_mm if lucent else self.added_fraction * self.depth_mm
        return surroundings.change_log(whole_mm * share.ravel()).reshape(share.shape)


@dataclass(frozen=True)
class InsertedLine:
    """The truth about a line that was put in, and all that is needed to take it out again.

    Parameters
    ----------
    line : LineToInsert
    surroundings : Surroundings
    units_per_log : float
        What a log unit is worth in the pixels: 1 for log pixels, grey levels for grey ones.
    resolution_mm : float
        Full width at half maximum of the blur.
    length_mm : float
    width_mm : float
        Full width at half maximum on the picture, before blur.
    contrast_log : float
        Largest change of -ln(signal) before blur: negative for a lucent line.
    integrated_contrast_mm : float
        Integral of that change across the line; no blur changes it.
    """

    line: LineToInsert
    surroundings: Surroundings
    units_per_log: float
    resolution_mm: float
    length_mm: float
    width_mm: float
    contrast_log: float
    integrated_contrast_mm: float

    @property
    def kind(self) -> Kind:
        """Lucent or sclerotic."""
        return self.line.kind

    @property
    def path_px(self) -> npt.NDArray[np.floating]:
        """Centre line as (row, column), (N, 2)."""
        return self.line.path_px

    @property
    def equivalent_width_mm(self) -> float:
        """Integral of the contrast across the line over its peak."""
        return abs(self.integrated_contrast_mm / self.contrast_log)


def insert_line(
    radiograph: Radiograph,
    line: LineToInsert,
    *,
    surroundings: Surroundings | None = None,
    resolution_mm: float | None = None,
    grey_per_log: float | None = None,
) -> tuple[Radiograph, InsertedLine]:
    """Return the radiograph with a line put into it, and the truth about the line.

    Parameters
    ----------
    radiograph : Radiograph
        With a known spacing.
    line : LineToInsert
    surroundings : Surroundings, optional
        What the beam meets there. None: a leg, 60 mm of soft tissue, 20 mm of marrow, 10 mm of bone, 60 kV.
    resolution_mm : float, optional
        Full width at half maximum of the picture's blur. None: estimated from its sharpest edges.
    grey_per_log : float, optional
        Grey levels that a log unit is worth at the line. None: from the step between bone and soft tissue
        beside it, which the surroundings give in log units. Pixels in log units ignore it.

    Raises
    ------
    SettingsError
        If the spacing is unknown, if the line is not on the picture, or if something that must be estimated
        cannot be.

    Notes
    -----
    The pixels stay fractions, unclipped: a viewer of 8 bits rounds them, and a line of less than half a grey
    level is then gone for good.

    Examples
    --------
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> plain = radiograph_from_array(np.zeros((80, 80)), spacing_mm=0.14, signal=Signal.LOG)
    >>> line = LineToInsert(np.array([[40.0, 20.0], [40.0, 60.0]]), width_mm=0.2)
    >>> changed, truth = insert_line(plain, line, resolution_mm=0.17)
    >>> bool(changed.pixels[40, 40] < -0.1), round(truth.contrast_log, 2)
    (True, -0.32)
    """
    spacing = _spacing_mm(radiograph)
    around = surroundings or Surroundings()
    if resolution_mm is None:
        resolution_mm = sharpest_edge_px(radiograph.pixels, radiograph.usable) * radiograph.mm_per_pixel()
    if not 0 < resolution_mm <= 5:
        raise SettingsError(f"resolution_mm is {resolution_mm!r}; it must be over 0, up to 5")
    per_log = 1.0
    if radiograph.signal is not Signal.LOG:
        per_log = grey_per_log or _grey_per_log(radiograph, line, around)
    shape = line.profile()
    offsets = np.linspace(-shape.reach_mm, shape.reach_mm, 801)
    across = line.change_log(np.interp(offsets, shape.offset_mm, shape.share), around)
    truth = InsertedLine(
        line=line,
        surroundings=around,
        units_per_log=per_log,
        resolution_mm=resolution_mm,
        length_mm=float(np.linalg.norm(np.diff(line.path_px, axis=0) * spacing, axis=1).sum()),
        width_mm=shape.full_width_mm(),
        contrast_log=float(across[np.abs(across).argmax()]),
        integrated_contrast_mm=float(
            line.change_log(shape.share, around).sum() * (shape.offset_mm[1] - shape.offset_mm[0])
        ),
    )
    return _with_change(radiograph, truth, 1.0), truth


def remove_line(radiograph: Radiograph, inserted: InsertedLine) -> Radiograph:
    """Return the radiograph as it was before `insert_line`, within the rounding of its pixels.

    Parameters
    ----------
    radiograph : Radiograph
        With the line.
    inserted : InsertedLine
        What `insert_line` returned.
    """
    return _with_change(radiograph, inserted, -1.0)


def _with_change(radiograph: Radiograph, inserted: InsertedLine, sign: float) -> Radiograph:
    window, change = _change(radiograph, inserted)
    pixels = radiograph.pixels.astype(np.float64)
    pixels[window] += sign * inserted.units_per_log * change
    return replace(radiograph, pixels=pixels.astype(np.float32), origin=None)  # no file holds these pixels


def _change(radiograph: Radiograph, inserted: InsertedLine) -> tuple[tuple[slice, slice], Float64Array]:
    """Return the blurred change in log units, and the window that it fills."""
    spacing, line = _spacing_mm(radiograph), inserted.line
    shape = line.profile()
    margin_mm = shape.reach_mm + _MARGIN_RESOLUTIONS * inserted.resolution_mm
    window, first = _window(line.path_px, radiograph.pixels.shape, margin_mm / spacing)
    size = tuple(part.stop - part.start for part in window)
    inside = (np.arange(_PARTS) + 0.5) / _PARTS - 0.5
    axes = [
        (start + np.arange(count)[:, None] + inside).ravel() * step
        for start, count, step in zip(first, size, spacing, strict=True)
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    share = _share_at(_dense(line.path_px * spacing), points, shape, spacing / _PARTS)
    factor = np.exp(-line.change_log(share, inserted.surroundings))
    # A pixel receives the mean of the signals of its parts; the logarithm comes after the blur.
    averaged = factor.reshape(size[0], _PARTS, size[1], _PARTS).mean(axis=(1, 3))
    return window, -np.log(_blurred(averaged, spacing, inserted.resolution_mm))


def _share_at(
    path_mm: Float64Array, points_mm: Float64Array, shape: Profile, part_mm: Float64Array
) -> Float64Array:
    """Return the share of the depth in parts of pixels: none far away, fading at the ends."""
    share = np.zeros(len(points_mm))
    reach_mm = shape.reach_mm + 2 * float(part_mm.max())
    distance, nearest = cKDTree(path_mm).query(points_mm, distance_upper_bound=reach_mm + _POINT_STEP_MM)
    near = np.isfinite(distance)
    tangent = np.gradient(path_mm, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    index = nearest[near]
    normal = np.stack([tangent[index, 1], -tangent[index, 0]], axis=1)
    away = points_mm[near] - path_mm[index]
    across = (away * normal).sum(axis=1)
    over_mm = np.linalg.norm(normal * part_mm, axis=1)  # how far a part reaches across the line
    beyond = np.abs((away * tangent[index]).sum(axis=1)) > _POINT_STEP_MM
    from_end_mm = np.minimum(index, len(path_mm) - 1 - index) * _POINT_STEP_MM
    fade_mm = min(_FADE_MM, len(path_mm) * _POINT_STEP_MM / 4)
    fade = np.clip((from_end_mm + _POINT_STEP_MM) / fade_mm, 0, 1)
    share[near] = np.where(beyond, 0.0, _averaged(shape, across, over_mm) * fade)
    return share


def _averaged(shape: Profile, distance_mm: Float64Array, over_mm: Float64Array) -> Float64Array:
    """Return the mean of the share over intervals about distances: no gap is too fine for it."""
    step_mm = float(shape.offset_mm[1] - shape.offset_mm[0])
    integral = np.concatenate([[0.0], np.cumsum(shape.share)]) * step_mm
    edges = np.append(shape.offset_mm, shape.offset_mm[-1] + step_mm) - step_mm / 2
    upper = np.interp(distance_mm + over_mm / 2, edges, integral)
    lower = np.interp(distance_mm - over_mm / 2, edges, integral)
    return np.asarray((upper - lower) / over_mm)


def _blurred(factor: Float64Array, spacing: Float64Array, resolution_mm: float) -> Float64Array:
    """Return the factor under a two-sided exponential spread of that full width at half maximum."""
    corner_per_mm = math.log(2) / (math.pi * resolution_mm)
    full = tuple(fft.next_fast_len(size, real=True) for size in factor.shape)
    padded = np.pad(factor - 1, [(0, wide - size) for wide, size in zip(full, factor.shape, strict=True)])
    rows = fft.fftfreq(full[0], spacing[0])[:, None]
    columns = fft.rfftfreq(full[1], spacing[1])[None, :]
    # The resolution includes the pixel's aperture, and so does the mean over its parts: once is enough.
    aperture = np.sinc(rows * spacing[0]) * np.sinc(columns * spacing[1])
    gain = 1 / (1 + (rows**2 + columns**2) / corner_per_mm**2) / aperture
    result = fft.irfft2(fft.rfft2(padded) * gain, s=full)
    return np.asarray(np.maximum(1 + result[: factor.shape[0], : factor.shape[1]], 1e-6))


def _window(
    path_px: npt.NDArray[np.floating], shape: tuple[int, ...], margin_px: Float64Array
) -> tuple[tuple[slice, slice], list[int]]:
    first = np.maximum(0, np.floor(path_px.min(axis=0) - margin_px)).astype(int).tolist()
    last = np.minimum(shape, np.ceil(path_px.max(axis=0) + margin_px) + 1).astype(int).tolist()
    if first[0] >= last[0] or first[1] >= last[1]:
        raise SettingsError(f"the line lies outside the picture of {shape[0]} x {shape[1]} pixels")
    return (slice(first[0], last[0]), slice(first[1], last[1])), first


def _dense(path_mm: Float64Array) -> Float64Array:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path_mm, axis=0), axis=1))])
    if along[-1] <= 0:
        raise SettingsError("the path of the line has no length; give points that differ")
    fine = np.linspace(0, along[-1], max(4, math.ceil(along[-1] / _POINT_STEP_MM) + 1))
    return np.stack([np.interp(fine, along, path_mm[:, axis]) for axis in (0, 1)], axis=1)


def _grey_per_log(radiograph: Radiograph, line: LineToInsert, surroundings: Surroundings) -> float:
    """Return the step from soft tissue to bone beside the line, over the step in log units."""
    spacing = _spacing_mm(radiograph)
    path = np.rint(_dense(line.path_px * spacing) / spacing).astype(int)
    inside = ((path >= 0) & (path < radiograph.pixels.shape)).all(axis=1)
    seeds = np.ones(radiograph.pixels.shape, bool)
    seeds[tuple(path[inside].T)] = False
    away_mm = ndimage.distance_transform_edt(seeds, sampling=spacing)
    values = radiograph.pixels
    bone = float(np.median(values[(away_mm <= 2) & radiograph.usable]))
    air = float(np.percentile(values[radiograph.usable], 1))
    beside = values[(away_mm <= _SOFT_REACH_MM) & radiograph.usable]
    beside = beside[(beside > air + 0.15 * (bone - air)) & (beside < bone)]
    step = bone - float(np.percentile(beside, 15)) if beside.size else 0.0
    if step <= 0:
        raise SettingsError("no soft tissue darker than the bone near the line; give grey_per_log")
    return step / surroundings.bone_over_soft_log()


def _spacing_mm(radiograph: Radiograph) -> Float64Array:
    if radiograph.spacing is None:
        raise SettingsError(f"{radiograph.name}: the pixel spacing is unknown; pass spacing_mm")
    return np.array([radiograph.spacing.row_mm, radiograph.spacing.column_mm])
