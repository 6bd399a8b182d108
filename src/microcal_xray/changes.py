"""What became of lines between two radiographs of one bone: the nouns of prior and current."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .findings import Findings, Kind
from .measured import Estimate, Measured


class Verdict(StrEnum):
    """What became of a line: words about the picture, not the patient. `VERDICTS` has their meanings."""

    NEW = "new"
    GONE = "gone"
    LARGER = "larger"
    SMALLER = "smaller"
    BRIGHTER = "brighter"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not comparable"


VERDICTS: dict[Verdict, str] = {
    Verdict.NEW: "shown by the current picture and not by the prior one, and the change is significant",
    Verdict.GONE: "shown by the prior picture and not by the current one, and the change is significant",
    Verdict.LARGER: "significantly longer, or of more contrast times width in its own polarity",
    Verdict.SMALLER: "significantly shorter, or a bright line of less contrast times width",
    Verdict.BRIGHTER: "a dark line that became bright, or that became less dark",
    Verdict.UNCHANGED: "no change as large as the least significant one",
    Verdict.NOT_COMPARABLE: "the two pictures cannot be compared here; the reason is given",
}


@dataclass(frozen=True)
class QuantityChange:
    """One number at both visits, its change and the least change that means something.

    Parameters
    ----------
    prior, current : Estimate
        With their 95 % intervals.
    change : float
        Current minus prior, finite.
    least_significant : float
        Over 0; unchanged lines change by more in about 5 % of cases.

    Examples
    --------
    >>> before, after = Estimate(11.0, 10.0, 12.0, "mm"), Estimate(14.0, 13.0, 15.0, "mm")
    >>> QuantityChange(before, after, 3.0, 1.4).is_significant
    True
    """

    prior: Estimate
    current: Estimate
    change: float
    least_significant: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.change) and math.isfinite(self.least_significant)):
            raise ValueError(
                f"change {self.change} and least_significant {self.least_significant} must be finite"
            )
        if self.least_significant <= 0:
            raise ValueError(f"least_significant is {self.least_significant}; it must be over 0")
        if self.prior.unit != self.current.unit:
            raise ValueError(f"the units {self.prior.unit} and {self.current.unit} must be the same")

    @property
    def unit(self) -> str:
        """Of all its numbers."""
        return self.prior.unit

    @property
    def is_significant(self) -> bool:
        """Whether the change is larger than the least significant one."""
        return abs(self.change) > self.least_significant


def _freeze_paths(change: object, *names: str) -> None:
    """Keep copies (N, 2) of the paths, which nobody can write to."""
    for name in names:
        path = np.array(getattr(change, name), np.float64).reshape(-1, 2)
        path.flags.writeable = False
        object.__setattr__(change, name, path)


def _require_reason(verdict: Verdict, reason: str | None) -> None:
    if (verdict is Verdict.NOT_COMPARABLE) != (reason is not None):
        raise ValueError(f"verdict {verdict.value!r} with reason {reason!r}; give both or neither")


@dataclass(frozen=True)
class LineChange:
    """One line at both visits.

    Parameters
    ----------
    id : int
        1, 2, ... in the order shown.
    verdict : Verdict
    reason : str or None
        Why it is not comparable; None otherwise.
    prior_id, current_id : int or None
        Of the candidate in each picture; None: it was not found there, and measured at the registered place.
    prior_kind, current_kind : Kind or None
        Its polarity in each picture; None: the picture does not show it.
    prior_path_px, current_path_px : (N, 2) float array
        Its course in pixels of each picture as stored; empty where it lies outside of it.
    length : QuantityChange or None
        None where one of the pictures does not show it.
    equivalent_width : QuantityChange or None
        Signed: negative is dark. None where the contrast of the bone cannot be measured.
    contrast : QuantityChange or None
        Integrated over the width, signed, in the unit of the current picture's matched greys.
    registration_error_mm : float or None
        What bone is still off by near the line; None without a spacing.
    registration_error_px : float
        In pixels of the current picture.
    prior_measured, current_measured : Measured or None
        The evidence cards on the matched pictures.
    """

    id: int
    verdict: Verdict
    reason: str | None
    prior_id: int | None
    current_id: int | None
    prior_kind: Kind | None
    current_kind: Kind | None
    prior_path_px: npt.NDArray[np.float64]
    current_path_px: npt.NDArray[np.float64]
    length: QuantityChange | None = None
    equivalent_width: QuantityChange | None = None
    contrast: QuantityChange | None = None
    registration_error_mm: float | None = None
    registration_error_px: float = math.nan
    prior_measured: Measured | None = None
    current_measured: Measured | None = None

    def __post_init__(self) -> None:
        _freeze_paths(self, "prior_path_px", "current_path_px")
        _require_reason(self.verdict, self.reason)

    @property
    def is_dark_to_bright(self) -> bool:
        """Whether a dark line became a bright one."""
        return self.prior_kind is Kind.LUCENT and self.current_kind is Kind.SCLEROTIC


@dataclass(frozen=True)
class BumpChange:
    """One bump of an outline at both visits.

    Parameters
    ----------
    id : int
        1, 2, ... in the order shown; counted apart from lines.
    verdict : Verdict
        Of its height: new, gone, larger (higher), smaller, unchanged or not comparable.
    reason : str or None
        Why it is not comparable; None otherwise.
    prior_id, current_id : int or None
        Of the bump in each picture; None: it is not listed there, and was measured at the registered place.
    prior_outline_px, current_outline_px : (N, 2) float array
        Closed, in pixels of each picture as stored; empty where it is not listed.
    height : QuantityChange or None
        0 where the outline is told and nothing stands out of it. None where it is not comparable.
    """

    id: int
    verdict: Verdict
    reason: str | None
    prior_id: int | None
    current_id: int | None
    prior_outline_px: npt.NDArray[np.float64]
    current_outline_px: npt.NDArray[np.float64]
    height: QuantityChange | None = None

    def __post_init__(self) -> None:
        _freeze_paths(self, "prior_outline_px", "current_outline_px")
        _require_reason(self.verdict, self.reason)


@dataclass(frozen=True)
class Registration:
    """How the prior picture was laid on the current one.

    Parameters
    ----------
    is_comparable : bool
    reason : str or None
        Why not, in one line; None when they are comparable.
    agreement : float
        Correlation of the evened-out bones, -1 to 1.
    texture : float
        Correlation of the fine texture inside them, -1 to 1.
    shared : float
        Share of the bone of the current picture that the prior one shows too.
    residual_px, residual_95_px : float
        Median and 95th percentile of what bone is still off by, in pixels of the current picture.
    residual_mm, residual_95_mm : float or None
        None without a spacing.
    turn_deg : float
        How far the prior bone was turned to lie on the current one, -180 to 180.
    scale : float
        Size of the prior bone over that of the current one, in millimetres where both spacings are known.
    is_flipped : bool
        Whether the prior picture had to be mirrored.
    gain : float
        Median factor by which the contrast of the prior picture was multiplied.
    """

    is_comparable: bool
    reason: str | None
    agreement: float
    texture: float
    shared: float
    residual_px: float
    residual_95_px: float
    residual_mm: float | None
    residual_95_mm: float | None
    turn_deg: float
    scale: float
    is_flipped: bool
    gain: float = 1.0


@dataclass(frozen=True)
class MatchedView:
    """Both pictures on the same pixels, for looking.

    Parameters
    ----------
    prior, current : (R, C) float32 array
        The prior one with the place, the sharpness, the gain and the slow brightness of the current one.
    usable : (R, C) bool array
        What both show.
    difference_sd : (R, C) float32 array
        Current minus prior in standard deviations of what bone changes by; positive is brighter now.
    scale : float
        Pixels here per pixel of the square grid of the current picture.
    """

    prior: npt.NDArray[np.float32] = field(repr=False)
    current: npt.NDArray[np.float32] = field(repr=False)
    usable: npt.NDArray[np.bool_] = field(repr=False)
    difference_sd: npt.NDArray[np.float32] = field(repr=False)
    scale: float


@dataclass(frozen=True)
class PlaceMap:
    """Where each place of the current picture lies on the prior one.

    Parameters
    ----------
    step_px : int
        Of the current picture as stored, from one known place to the next along rows and columns.
    places_px : (2, r, c) float array
        (row, column) on the prior picture as stored.

    Examples
    --------
    >>> rows, columns = np.meshgrid([0.0, 8.0], [0.0, 8.0], indexing="ij")
    >>> PlaceMap(8, np.stack([rows + 5, columns])).at(np.array([[4.0, 2.0]])).tolist()
    [[9.0, 2.0]]
    """

    step_px: int
    places_px: npt.NDArray[np.float64] = field(repr=False)

    def at(self, points_px: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points (N, 2) of the current picture on the prior one, both in pixels as stored."""
        places = (np.asarray(points_px, np.float64) / self.step_px).T
        return np.stack(
            [ndimage.map_coordinates(part, places, order=1, mode="nearest") for part in self.places_px],
            axis=1,
        )


@dataclass(frozen=True)
class Comparison:
    """Two radiographs of one bone compared.

    Parameters
    ----------
    prior, current : Findings
    registration : Registration
    lines : tuple of LineChange
        Every candidate of either picture once; all "not comparable" where the pictures are.
    view : MatchedView or None
        None where they are not comparable, as `places`.
    places : PlaceMap or None
    bumps : tuple of BumpChange
        The same of the bumps of their outlines.
    """

    prior: Findings
    current: Findings
    registration: Registration
    lines: tuple[LineChange, ...]
    view: MatchedView | None = None
    places: PlaceMap | None = None
    bumps: tuple[BumpChange, ...] = ()


@dataclass(frozen=True)
class Series:
    """Several radiographs of one bone in the order in which they were taken.

    Parameters
    ----------
    comparisons : tuple of Comparison
        Each picture with the next.
    weeks : tuple of float or None
        When each was taken, in weeks from the first; None: not known. Never a date.
    """

    comparisons: tuple[Comparison, ...]
    weeks: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not self.comparisons:
            raise ValueError("a series has at least one comparison")
        if self.weeks is not None and len(self.weeks) != len(self.comparisons) + 1:
            raise ValueError(
                f"{len(self.weeks)} weeks for {len(self.comparisons) + 1} pictures; give one for each"
            )

    @property
    def findings(self) -> tuple[Findings, ...]:
        """The findings of each picture, in order."""
        return (self.comparisons[0].prior, *(each.current for each in self.comparisons))
