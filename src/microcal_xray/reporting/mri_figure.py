"""MR slices and a long section of the bone beside its radiograph, as a matplotlib Figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..findings import Findings
from ..mri.bone import sampled
from ..mri.companion import MRFindings
from ..mri.volume import FloatArray, MRVolume
from .display import display_levels
from .foreign_text import printable_text
from .mri_words import series_words
from .words import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAPER, _INK, _QUIET = "#101418", "#e8ecef", "#9aa7b2"
OEDEMA, RIM, LINE, CANDIDATE = "#e69f00", "#56b4e9", "#f0e442", "#cc79a7"  # Okabe and Ito (2008)
_ACROSS_MM = 34.0  # to each side of the bone
_BEYOND_MM = 25.0  # above and below what is shown
_SECTION_STEP_MM = 0.5


@dataclass(frozen=True)
class _View:
    """One slice, cut to the bone: its picture and where it lies in it, in mm from its first voxel."""

    volume: MRVolume
    slice_index: int
    rows: slice
    columns: slice

    @property
    def picture(self) -> npt.NDArray[np.float32]:
        return self.volume.voxels[self.slice_index, self.rows, self.columns]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        dr, dc = self.volume.row_spacing_mm, self.volume.column_spacing_mm
        return (
            (self.columns.start - 0.5) * dc,
            (self.columns.stop - 0.5) * dc,
            (self.rows.stop - 0.5) * dr,
            (self.rows.start - 0.5) * dr,
        )


def mri_figure(
    found: MRFindings,
    *,
    radiograph: Findings | None = None,
    candidate: int | None = None,
    words: Words = ENGLISH,
) -> Figure:
    """Return the matching MR slices, bare and marked, and a long section of the bone, beside the radiograph.

    Parameters
    ----------
    found : MRFindings
    radiograph : Findings, optional
        Of the same bone; its candidate is shown at the left.
    candidate : int, optional
        Which one; None: none is marked.
    words : Words
        Of titles and legend.

    Returns
    -------
    matplotlib.figure.Figure
        The marks leave the bare slices alone: they stand on copies. The scale of the long section counts from
        the joint, where that is known.
    """
    # Imported here: it costs 0.3 s, which only pictures should pay.
    from matplotlib.figure import Figure

    main = found.oedema_series or found.t1 or found.volumes[0]
    focus = _focus_mm(found, main)
    bare = [each for each in (main, found.t1, found.t2) if each is not None]
    bare = list({id(each): each for each in bare}.values())
    count = len(bare) + 2 + (radiograph is not None)
    figure = Figure(figsize=(2.9 * count, 6.4), layout="constrained", facecolor=_PAPER)
    axes = list(np.ravel(figure.subplots(1, count)))
    for ax in axes:
        _plain(ax)
    if radiograph is not None:
        _draw_radiograph(axes.pop(0), radiograph, candidate, words)
    for volume in bare:
        view = _view(found, volume, focus)
        _draw(axes.pop(0), view, _title("mri.slice", view, words))
    view = _view(found, main, focus)
    ax = axes.pop(0)
    _draw(ax, view, _title("mri.slice.marked", view, words))
    _mark(ax, view, found)
    _draw_section(axes.pop(0), found, main, focus, words)
    return figure


def _title(key: str, view: _View, words: Words) -> str:
    slices = len(view.volume.voxels)
    values = {"series": series_words(view.volume, words), "number": view.slice_index + 1, "slices": slices}
    return words.filled(key, values)


def _focus_mm(found: MRFindings, main: MRVolume) -> FloatArray:
    """Return the point of the patient that the slices are chosen by: a line, else oedema, else the bone."""
    for each in found.lines:
        volume = next(v for v in found.volumes if v.name == each.series)
        (r0, c0), (r1, c1) = each.line.ends_px
        return np.asarray(volume.patient_mm([[each.line.slice_index, (r0 + r1) / 2, (c0 + c1) / 2]])[0])
    if found.oedema is not None:
        index = np.argwhere(found.oedema.region)
        # The slice with most of it, then the middle in that slice.
        k = int(np.bincount(index[:, 0]).argmax())
        return np.asarray(main.patient_mm([index[index[:, 0] == k].mean(axis=0)])[0])
    middle = found.bone.stations_mm.mean()
    if found.periosteum is not None:
        middle = np.mean(found.periosteum.along_mm)
    return np.asarray(found.bone.points_mm(np.array([middle]), np.array([0.0]), np.array([0.0]))[0])


def _view(found: MRFindings, volume: MRVolume, focus: FloatArray) -> _View:
    at = volume.index_of(focus[None])[0]
    k = int(np.clip(round(at[0]), 0, len(volume.voxels) - 1))
    shape = volume.voxels.shape[1:]
    down = abs(volume.column_direction @ found.bone.direction)
    right = abs(volume.row_direction @ found.bone.direction)
    half = [
        _ACROSS_MM + max(float(share) - 0.3, 0.0) * 1.2 * found.bone.length_mm / 2 for share in (down, right)
    ]
    spacing = (volume.row_spacing_mm, volume.column_spacing_mm)
    cuts = []
    for middle, reach, mm, size in zip(at[1:], half, spacing, shape, strict=True):
        low, high = int(np.floor(middle - reach / mm)), int(np.ceil(middle + reach / mm)) + 1
        low, high = max(low, 0), min(high, size)
        cuts.append(slice(low, high) if high - low > 4 else slice(0, size))
    return _View(volume, k, cuts[0], cuts[1])


def _draw(ax: Axes, view: _View, title: str) -> None:
    low, high = np.percentile(view.picture, (1, 99.7))
    ax.imshow(view.picture, cmap="gray", vmin=low, vmax=max(high, low + 1e-6), extent=view.extent)
    ax.set_title(printable_text(title), color=_INK, fontsize=9)
    x0, _, y1, _ = view.extent
    ax.plot([x0 + 3, x0 + 13], [y1 - 3, y1 - 3], color=_INK, linewidth=2)
    ax.text(x0 + 8, y1 - 4.5, "10 mm", color=_INK, fontsize=7, ha="center", va="bottom")


def _mark(ax: Axes, view: _View, found: MRFindings) -> None:
    volume, k = view.volume, view.slice_index
    rows = np.arange(view.rows.start, view.rows.stop)
    columns = np.arange(view.columns.start, view.columns.stop)
    grid = np.stack(np.meshgrid([k], rows, columns, indexing="ij"), axis=-1).reshape(-1, 3)
    place = found.bone.place(volume.patient_mm(grid))
    shape = (len(rows), len(columns))
    x, y = columns * volume.column_spacing_mm, rows * volume.row_spacing_mm
    inside = place.described.reshape(shape)
    for wall in (place.inner_mm, place.outer_mm):
        level = np.where(inside, (place.radius_mm - wall).reshape(shape), np.nan)
        if np.isfinite(level).any() and np.nanmin(level) < 0 < np.nanmax(level):
            ax.contour(x, y, level, levels=[0.0], colors=[_QUIET], linewidths=0.7)
    if found.oedema is not None and volume is found.oedema_series:
        own = found.oedema.region[k, view.rows, view.columns].astype(float)
        if own.any():
            ax.contour(x, y, own, levels=[0.5], colors=[OEDEMA], linewidths=1.1)
    for each in found.lines:
        if each.series == volume.name and each.line.slice_index == k:
            for (r, c), (other_r, other_c) in (each.line.ends_px, each.line.ends_px[::-1]):
                # A tick that leads away from each end leaves the line itself bare.
                p = np.array([c * volume.column_spacing_mm, r * volume.row_spacing_mm])
                q = np.array([other_c * volume.column_spacing_mm, other_r * volume.row_spacing_mm])
                out = p + (p - q) / max(float(np.linalg.norm(p - q)), 1e-6) * 5
                ax.plot([p[0], out[0]], [p[1], out[1]], color=LINE, linewidth=1.4)


def _draw_section(ax: Axes, found: MRFindings, volume: MRVolume, focus: FloatArray, words: Words) -> None:
    """Draw the plane along the bone through its axis and the focus, with what was measured at its side."""
    bone = found.bone
    at = bone.place(focus[None])
    angle = float(at.angle_rad[0]) if float(at.radius_mm[0]) > 1.0 else 0.0
    along = np.arange(bone.stations_mm[0] - 5, bone.stations_mm[-1] + 5, _SECTION_STEP_MM)
    across = np.arange(-_ACROSS_MM, _ACROSS_MM, _SECTION_STEP_MM)
    way = np.cos(angle) * bone.u + np.sin(angle) * bone.v
    # What is right in the slices shall be right here.
    turn = -1.0 if way @ volume.row_direction < 0 else 1.0
    points = bone.points_mm(along[:, None], np.array(angle), turn * across[None, :])
    index = volume.index_of(points.reshape(-1, 3)).reshape(points.shape)
    picture = np.nan_to_num(sampled(volume.voxels, index))
    joint = bone.joint_mm if bone.joint_mm is not None else float(bone.stations_mm[0])
    sign = -1.0 if joint > bone.stations_mm.mean() else 1.0
    ends = [sign * (along[0] - joint), sign * (along[-1] - joint)]
    low, high = np.percentile(picture, (1, 99.7))
    ax.imshow(
        picture, cmap="gray", vmin=low, vmax=max(high, low + 1e-6), aspect="equal",
        extent=(-_ACROSS_MM, _ACROSS_MM, ends[1], ends[0]),
    )  # fmt: skip
    title = words.filled("mri.section", {"series": series_words(volume, words)})
    ax.set_title(title, color=_INK, fontsize=9)
    scale = "mri.section.along" if bone.joint_mm is None else "mri.section.from_joint"
    ax.set_ylabel(words.text(scale), color=_QUIET, fontsize=8)
    ax.tick_params(axis="y", colors=_QUIET, labelsize=7, left=True, labelleft=True)
    bars = []
    if found.oedema is not None:
        bars.append((found.oedema.along_mm, OEDEMA, words.text("mri.legend.marrow")))
    if found.periosteum is not None:
        bars.append((found.periosteum.along_mm, RIM, words.text("mri.legend.periosteal")))
    for number, (span, colour, name) in enumerate(bars):
        x = _ACROSS_MM - 3 - 4 * number
        y0, y1 = (sign * (each - joint) for each in span)
        ax.plot([x, x], [y0, y1], color=colour, linewidth=2.4, solid_capstyle="butt", label=name)
    for each in found.lines[:1]:
        y = sign * (each.line.middle_mm - joint)
        label = words.text("mri.legend.dark_line")
        ax.plot([-_ACROSS_MM, -_ACROSS_MM + 6], [y, y], color=LINE, linewidth=1.6, label=label)
    if found.place is not None:
        one = found.place.radiograph_mm
        x = -_ACROSS_MM + 3
        label = words.text("mri.legend.radiograph")
        ax.plot([x, x], [one.low, one.high], color=CANDIDATE, linewidth=2.4, label=label)
        ax.plot([x - 2, x + 2], [one.value, one.value], color=CANDIDATE, linewidth=1.2)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(fontsize=7, loc="lower center", facecolor=_PAPER, labelcolor=_INK, framealpha=0.8, ncols=2)


def _draw_radiograph(ax: Axes, findings: Findings, candidate: int | None, words: Words) -> None:
    radiograph = findings.radiograph
    rows, columns = radiograph.pixels.shape
    dr, dc = (radiograph.spacing.row_mm, radiograph.spacing.column_mm) if radiograph.spacing else (1.0, 1.0)
    ax.imshow(
        display_levels(radiograph), cmap="gray", vmin=0, vmax=255, extent=(0, columns * dc, rows * dr, 0)
    )
    own = next((each for each in findings.candidates if each.id == candidate), None)
    title = words.text("mri.radiograph")
    if own is not None:
        kind = words.text(f"kind_short.{own.kind}")
        title = words.filled("mri.radiograph.candidate", {"number": own.id, "kind": kind})
    ax.set_title(title, color=_INK, fontsize=9)
    if own is None:
        return
    # Rails beside it leave the line itself bare.
    path = (own.path_px + 0.5) * (dr, dc)
    step = path[-1] - path[0]
    normal = np.array([-step[1], step[0]]) / max(float(np.linalg.norm(step)), 1e-6) * 3.0
    for side in (normal, -normal):
        ax.plot(path[:, 1] + side[1], path[:, 0] + side[0], color=CANDIDATE, linewidth=1.1)


def _plain(ax: Axes) -> None:
    ax.set_facecolor(_PAPER)
    ax.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
