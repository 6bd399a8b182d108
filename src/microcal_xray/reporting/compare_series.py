"""One line through several dates: which changes belong together, and its curve over weeks as a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..changes import LineChange, QuantityChange, Series, Verdict

_NEAR_PX = 12.0  # in a picture: courses whose middles are nearer belong to one line
_WIDE, _HIGH, _LEFT, _EDGE = 300.0, 96.0, 44.0, 16.0  # of a curve, in its own units


@dataclass(frozen=True)
class Track:
    """One line at each step of a series.

    Parameters
    ----------
    steps : tuple of (LineChange or None)
        One for each comparison; None where the line has no entry there.
    """

    steps: tuple[LineChange | None, ...]


def tracks(series: Series) -> list[Track]:
    """Return the lines of a series, each followed from picture to picture."""
    found: list[list[LineChange | None]] = []
    for index, comparison in enumerate(series.comparisons):
        taken: set[int] = set()
        for line in comparison.lines:
            before = next(
                (
                    number
                    for number, track in enumerate(found)
                    if number not in taken and _goes_on(track[-1] if len(track) == index else None, line)
                ),
                None,
            )
            if before is None:
                found.append([*([None] * index), line])
                taken.add(len(found) - 1)
            else:
                found[before].append(line)
                taken.add(before)
        for track in found:
            track += [None] * (index + 1 - len(track))
    return [Track(tuple(track)) for track in found]


def _goes_on(before: LineChange | None, line: LineChange) -> bool:
    if before is None:
        return False
    if before.current_id is not None and before.current_id == line.prior_id:
        return True
    if not len(before.current_path_px) or not len(line.prior_path_px):
        return False
    apart = np.linalg.norm(before.current_path_px[:, None] - line.prior_path_px[None], axis=2)
    return bool(np.median(apart.min(axis=1)) < _NEAR_PX)


def curve_svg(track: Track, quantity: str, weeks: Sequence[float] | None) -> str:
    """Return the curve of a quantity over the pictures as SVG; empty where it is not known at two of them.

    Parameters
    ----------
    track : Track
    quantity : str
        "length" or "equivalent_width".
    weeks : sequence of float or None
        None: the pictures stand evenly, in their order.

    Notes
    -----
    Every step has both of its ends as they were measured against each other; bars are 95 % intervals.
    Steps are not joined: each was measured at the sharpness of its own pair.
    """
    changes = [getattr(step, quantity) if step is not None else None for step in track.steps]
    known: list[tuple[int, QuantityChange]] = [
        (index, each) for index, each in enumerate(changes) if each is not None
    ]
    if not known:
        return ""
    times = list(weeks) if weeks is not None else [float(i) for i in range(len(track.steps) + 1)]
    ends = [
        end
        for _, each in known
        for end in (each.prior.low, each.prior.high, each.current.low, each.current.high)
    ]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span, last = (high - low) or 1.0, times[-1] or 1.0

    def x(time: float) -> float:
        return _LEFT + time / last * (_WIDE - _LEFT - _EDGE)

    def y(value: float) -> float:
        return _HIGH - _EDGE - (value - low) / span * (_HIGH - 2 * _EDGE)

    parts = [f'<path class="zero" d="M{_LEFT} {y(0.0):.1f}H{_WIDE - _EDGE}"/>']
    for index, each in known:
        points = [(x(times[index]), each.prior), (x(times[index + 1]), each.current)]
        kind = "changed" if each.is_significant else "same"
        parts.append(
            f'<path class="{kind}" d="M{points[0][0]:.1f} {y(points[0][1].value):.1f}L{points[1][0]:.1f} '
            f'{y(points[1][1].value):.1f}"/>'
        )
        for place, end in points:
            parts.append(f'<path class="bar" d="M{place:.1f} {y(end.low):.1f}V{y(end.high):.1f}"/>')
            parts.append(f'<circle cx="{place:.1f}" cy="{y(end.value):.1f}" r="2.6"/>')
    labels = [f"{time:g}" for time in times] if weeks is not None else [f"{i + 1}" for i in range(len(times))]
    parts += [
        f'<text x="{x(time):.1f}" y="{_HIGH - 3:.0f}" text-anchor="middle">{label}</text>'
        for time, label in zip(times, labels, strict=True)
    ]
    for value in (low, high):
        parts.append(f'<text x="{_LEFT - 5}" y="{y(value) + 3:.1f}" text-anchor="end">{value:.2g}</text>')
    return f'<svg class="curve" viewBox="0 0 {_WIDE:.0f} {_HIGH:.0f}" role="img">{"".join(parts)}</svg>'


def is_shown(track: Track) -> bool:
    """Whether a line could be compared at any step."""
    return any(step is not None and step.verdict is not Verdict.NOT_COMPARABLE for step in track.steps)
