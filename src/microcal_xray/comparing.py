"""Prior and current: both searched, bone laid on bone, and every line measured in both."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from .bump_changes import BumpChanges
from .change_errors import shipped_change_factors
from .changes import BumpChange, Comparison, LineChange, Registration, Series, Verdict
from .errors import SettingsError
from .findings import Findings
from .line_changes import LineChanges
from .pipeline import find_lines
from .radiograph import Radiograph
from .registration import Laid, lay
from .settings import Settings
from .side_by_side import LaidPair, Looked

_SIDE_WORDS = {"L": "left", "R": "right"}


def compare(prior: Radiograph, current: Radiograph, settings: Settings = Settings()) -> Comparison:
    """Return what changed between two radiographs of one bone.

    Parameters
    ----------
    prior, current : Radiograph
        The earlier and the later one. They may be turned, shifted, mirrored, cropped, of other pixel sizes.
    settings : Settings
        For finding lines in each.

    Returns
    -------
    Comparison
        Every candidate and every bump of either picture with its verdict; all "not comparable", with the
        reason, where the pictures do not show the same bone.

    Examples
    --------
    >>> import numpy as np
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> nothing = radiograph_from_array(np.zeros((64, 64)))
    >>> compare(nothing, nothing).registration.reason
    'one of the pictures shows too little bone'
    """
    return compare_findings(find_lines(prior, settings), find_lines(current, settings))


def compare_series(
    radiographs: Sequence[Radiograph],
    settings: Settings = Settings(),
    *,
    weeks: Sequence[float] | None = None,
) -> Series:
    """Return what changed from each radiograph of one bone to the next.

    Parameters
    ----------
    radiographs : sequence of Radiograph
        Two or more, in the order in which they were taken.
    settings : Settings
    weeks : sequence of float, optional
        When each was taken, in weeks from the first; rising. None: not known.

    Raises
    ------
    SettingsError
        If there are fewer than two, or the weeks do not fit.
    """
    if len(radiographs) < 2:
        raise SettingsError(f"{len(radiographs)} radiograph to compare; give two or more")
    times = None if weeks is None else tuple(float(week) for week in weeks)
    if times is not None:
        wrong = len(times) != len(radiographs) or any(b <= a for a, b in pairwise(times))
        if wrong or times[0] != 0 or not all(math.isfinite(week) for week in times):
            raise SettingsError(
                f"weeks are {', '.join(f'{week:g}' for week in times)}; "
                "give one for each radiograph, from 0, rising"
            )
    found = [find_lines(radiograph, settings) for radiograph in radiographs]
    return Series(tuple(compare_findings(a, b) for a, b in pairwise(found)), times)


def compare_findings(prior: Findings, current: Findings) -> Comparison:
    """Return what changed between two radiographs that were searched already; see `compare`.

    Parameters
    ----------
    prior, current : Findings
        Of the same bone.
    """
    registration, both = laid_findings(prior, current)
    if both is None:
        reason = registration.reason or ""
        refused = _refused(prior, current, reason)
        return Comparison(prior, current, registration, refused, bumps=_refused_bumps(prior, current, reason))
    changes = LineChanges(both, shipped_change_factors())
    lines = [
        changes.change(number, site, prior, current)
        for number, site in enumerate(changes.sites(prior, current), start=1)
    ]
    bumps = BumpChanges(both).changes(prior, current)
    return Comparison(prior, current, registration, tuple(lines), both.view(), both.places(), bumps)


def laid_findings(prior: Findings, current: Findings) -> tuple[Registration, LaidPair | None]:
    """Return how both pictures were laid on each other, and both on common pixels.

    Parameters
    ----------
    prior, current : Findings
        Their candidates are left out where it is asked whether the bones are the same.

    Returns
    -------
    registration : Registration
    both : LaidPair or None
        None where they do not show the same bone.
    """
    lines = [[each.path_px for each in found.candidates] for found in (prior, current)]
    one, other = Looked.at(prior.radiograph, lines[0]), Looked.at(current.radiograph, lines[1])
    reason = _tags_disagree(prior.radiograph, current.radiograph)
    is_scale_known = one.mm is not None and other.mm is not None
    laid = lay(other.bones, one.bones, is_scale_known=is_scale_known) if reason is None else None
    if laid is None or laid.reason is not None:
        reason = reason or (laid.reason if laid else "one of the pictures shows too little bone")
        return _registration(laid, other, reason, is_scale_known=is_scale_known), None
    both = LaidPair.of(one, other, laid, lines=(lines[0], lines[1]))
    registration = _registration(laid, other, None, is_scale_known=is_scale_known)
    gain = float(np.median(both.pair.gain[both.bone & both.pair.usable]))
    return replace(registration, gain=gain), both


def _tags_disagree(prior: Radiograph, current: Radiograph) -> str | None:
    sides = [_SIDE_WORDS.get(each.acquisition.laterality or "") for each in (prior, current)]
    if sides[0] and sides[1] and sides[0] != sides[1]:
        return f"the files say that one is of the {sides[0]} side and the other of the {sides[1]}"
    return None


def _registration(
    laid: Laid | None, other: Looked, reason: str | None, *, is_scale_known: bool
) -> Registration:
    if laid is None or not len(laid.off_px):
        return Registration(
            False,
            reason,
            0.0,
            0.0,
            laid.shared if laid else 0.0,
            math.nan,
            math.nan,
            None,
            None,
            0.0,
            1.0,
            False,
        )
    residual = [float(value) / other.bones.scale for value in np.percentile(laid.off_px, [50, 95])]
    in_mm = [None if other.mm is None else value * other.mm for value in residual]
    scale = laid.alignment.scale
    return Registration(
        reason is None,
        reason,
        laid.agreement,
        laid.texture,
        laid.shared,
        residual[0],
        residual[1],
        in_mm[0],
        in_mm[1],
        -laid.alignment.turn_deg,
        scale,
        laid.alignment.is_flipped,
    )


def _refused(prior: Findings, current: Findings, reason: str) -> tuple[LineChange, ...]:
    nothing = np.zeros((0, 2))
    before = [
        LineChange(0, Verdict.NOT_COMPARABLE, reason, each.id, None, each.kind, None, each.path_px, nothing)
        for each in prior.candidates
    ]
    after = [
        LineChange(0, Verdict.NOT_COMPARABLE, reason, None, each.id, None, each.kind, nothing, each.path_px)
        for each in current.candidates
    ]
    return tuple(replace(each, id=number) for number, each in enumerate([*after, *before], start=1))


def _refused_bumps(prior: Findings, current: Findings, reason: str) -> tuple[BumpChange, ...]:
    nothing = np.zeros((0, 2))
    after = [(None, bump.id, nothing, bump.outline_px) for bump in current.bumps]
    before = [(bump.id, None, bump.outline_px, nothing) for bump in prior.bumps]
    return tuple(
        BumpChange(number, Verdict.NOT_COMPARABLE, reason, *known)
        for number, known in enumerate([*after, *before], start=1)
    )
