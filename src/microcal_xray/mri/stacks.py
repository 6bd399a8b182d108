"""Frames sorted into stacks of parallel slices, and each stack as a volume."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from ..errors import MicrocalError, UnreadableSeriesError
from ..loading.complaints import clear_reasons, one_line
from .frame_pixels import Signal, signals_of
from .frames import MAXIMUM_VOXELS, Frame
from .stacking import directions, ordered
from .volume import FloatArray, MRAcquisition, MRCaution, MRVolume
from .weighting import guess_weighting

_SAME_DIRECTION = 1e-3
_THINNER = 0.95  # slice thickness over slice distance


@dataclass(frozen=True)
class Stack:
    """Frames of one series that are parallel and of one size, in no order.

    Parameters
    ----------
    frames : tuple of Frame
    copies : int
        How many frames were copies of others and are not here.
    """

    frames: tuple[Frame, ...]
    copies: int = 0


def stacks_of(frames: Sequence[Frame]) -> tuple[Stack, ...]:
    """Return the stacks that the frames make, in the order in which they were met."""
    groups: list[list[Frame]] = []
    heads: dict[tuple[object, ...], list[list[Frame]]] = {}
    for frame in frames:
        key = (frame.series, frame.layout.rows, frame.layout.columns, *frame.spacing_mm)
        same = heads.setdefault(key, [])
        group = next((each for each in same if _parallel(each[0], frame)), None)
        if group is None:
            group = []
            same.append(group)
            groups.append(group)
        group.append(frame)
    return tuple(stack for group in groups for stack in _passes(_without_copies(group)))


def _parallel(one: Frame, other: Frame) -> bool:
    if len(one.cosines) != len(other.cosines):
        return False
    return bool(np.allclose(one.cosines, other.cosines, rtol=0, atol=_SAME_DIRECTION, equal_nan=True))


def _without_copies(frames: Sequence[Frame]) -> Stack:
    kept: dict[tuple[str, int, tuple[float, ...]], Frame] = {}
    for frame in frames:
        kept.setdefault((frame.identity, frame.index, frame.position_mm), frame)
    return Stack(tuple(kept.values()), copies=len(frames) - len(kept))


def _passes(stack: Stack) -> list[Stack]:
    """Split slices that share their places by the one tag that tells them apart, if there is one."""
    if not _doubles(stack.frames):
        return [stack]
    for k in range(len(stack.frames[0].passes)):
        parts: dict[float | None, list[Frame]] = {}
        for frame in stack.frames:
            parts.setdefault(frame.passes[k], []).append(frame)
        if len(parts) > 1 and not any(_doubles(part) for part in parts.values()):
            return [Stack(tuple(part), stack.copies) for part in parts.values()]
    return [stack]


def _doubles(frames: Sequence[Frame]) -> bool:
    try:
        row, column, _ = directions(frames[0].cosines)
    except UnreadableSeriesError:
        return False
    return bool(ordered(np.array([frame.position_mm for frame in frames]), row, column).doubles)


def volume_of(stack: Stack, *, name: str, left_out: tuple[str, ...]) -> MRVolume:
    """Return the volume of a stack.

    Raises
    ------
    UnreadableSeriesError
        If it is too large, has no orientation, none of its slices can be read, or slices at one place differ.
    """
    frames = stack.frames
    first = frames[0]
    total = first.layout.rows * first.layout.columns * len(frames)
    if total > MAXIMUM_VOXELS:
        raise UnreadableSeriesError(
            f"{total} voxels are over the limit of {MAXIMUM_VOXELS // 1_000_000} million"
        )
    row, column, cautions = directions(first.cosines)
    read, reasons = _read(frames)
    if not read:
        raise UnreadableSeriesError(reasons[0])
    read, dropped = _single(read, row, column)
    order = ordered(np.array([frame.position_mm for frame, _ in read]), row, column)
    in_order = [read[k] for k in order.order]
    cautions |= order.cautions | _cautions(in_order)
    if dropped or stack.copies:
        cautions |= MRCaution.DUPLICATE_SLICES
    if reasons or left_out:
        cautions |= MRCaution.LEFT_OUT
    volume = MRVolume(
        voxels=np.stack([signal.values for _, signal in in_order]),
        positions_mm=np.array([frame.position_mm for frame, _ in in_order]),
        row_direction=row,
        column_direction=column,
        row_spacing_mm=first.spacing_mm[0],
        column_spacing_mm=first.spacing_mm[1],
        usable_rows=np.array([signal.rows for _, signal in in_order]),
        missing_mm=order.missing_mm,
        name=name,
        cautions=cautions,
        acquisition=_acquisition(first, in_order[0][1]),
        left_out=(*left_out, *reasons),
    )
    return _told_of_gaps(volume)


def _read(frames: Sequence[Frame]) -> tuple[list[tuple[Frame, Signal]], list[str]]:
    read: list[tuple[Frame, Signal]] = []
    reasons: list[str] = []
    for path, group in groupby(frames, key=lambda frame: frame.path):
        own = list(group)
        shown = one_line(path.name, longest=120)
        try:
            with clear_reasons():
                signals = signals_of(path, own)
        except MicrocalError as error:
            reasons.append(f"{shown}: {one_line(error)}")
            continue
        for frame, signal in zip(own, signals, strict=True):
            which = f"{shown}, frame {frame.index + 1}" if frame.count > 1 else shown
            if isinstance(signal, str):
                reasons.append(f"{which}: {signal}")
            else:
                read.append((frame, signal))
    return read, reasons


def _single(
    read: list[tuple[Frame, Signal]], row: FloatArray, column: FloatArray
) -> tuple[list[tuple[Frame, Signal]], int]:
    """Return one slice for each place; those at the same place must have the same pixels."""
    doubles = ordered(np.array([frame.position_mm for frame, _ in read]), row, column).doubles
    drop: set[int] = set()
    for group in doubles:
        kept = max(group, key=lambda k: (read[k][1].rows, -k))
        for k in group:
            if k != kept and not np.array_equal(read[k][1].values, read[kept][1].values):
                raise UnreadableSeriesError(
                    f"{len(group)} different slices lie at one place and no tag tells them apart; "
                    "give the files of one series alone"
                )
        drop |= set(group) - {kept}
    return [pair for k, pair in enumerate(read) if k not in drop], len(drop)


def _cautions(read: Sequence[tuple[Frame, Signal]]) -> MRCaution:
    found = MRCaution.NONE
    for frame, signal in read:
        found |= frame.cautions | signal.cautions
    if len({(frame.slope, frame.intercept) for frame, _ in read}) > 1:
        found |= MRCaution.RESCALE_DIFFERS
    return found


def _told_of_gaps(volume: MRVolume) -> MRVolume:
    step, thickness = volume.slice_step_mm, volume.acquisition.slice_thickness_mm
    if step is None or thickness is None or thickness >= _THINNER * step:
        return volume
    return replace(volume, cautions=volume.cautions | MRCaution.SLICE_GAPS)


def _acquisition(frame: Frame, signal: Signal) -> MRAcquisition:
    weighting, reason = guess_weighting(frame.tags)
    return MRAcquisition(
        weighting=weighting,
        weighting_reason=reason,
        repetition_time_ms=frame.tags.repetition_time_ms,
        echo_time_ms=frame.tags.echo_time_ms,
        inversion_time_ms=frame.tags.inversion_time_ms,
        flip_angle_deg=frame.flip_angle_deg,
        field_strength_t=frame.field_strength_t,
        fat_suppressed=frame.tags.fat_suppressed,
        slice_thickness_mm=frame.thickness_mm,
        body_part=frame.body_part,
        laterality=frame.laterality,
        compression=signal.compression,
        decoder=signal.decoder,
        multi_frame=frame.count > 1,
    )
