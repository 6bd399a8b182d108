"""One line measured on the full picture: centre line, ends, profile, heights, each with its uncertainty."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import BandFit, fit_band, mean_and_error
from .centre_line import centred
from .ends import LineEnd, line_ends
from .strips import FloatImage, Mask, Strip, length_of, resampled, smoothed, strip_beyond

FloatArray = npt.NDArray[np.float64]

# In units of about a millimetre: see `unit_px`.
_BEYOND, _DIRECTION = 5.0, 3.0  # how far lines are followed beyond their ends, and by which piece
_BEYOND_SHARE = 0.3  # of the length: a short piece must not grow into whatever lies beyond it
_FIRST_SMOOTHING, _SMOOTHING = 0.6, 0.8
_ALIKE = 1.5  # texture is like itself over so much
_SEARCH = ((0.8, 0.5), (0.4, 0.25))  # to the side: at least so much, and of the width
_WIDEST_CREST = 1.5
_REACH_WIDTHS, _REACH, _WIDEST_REACH = 2.0, 1.0, 12.0  # of the profile
_ROUNDS = 3  # a line may go on beyond the piece that was found
_WENT_ON = 1.0
FADING = 0.35  # a line is found to where half of its height is left; it fades out over about a millimetre
_TRACE_PX = 1.5  # what no end is known better than
_TRACE_SHARE = 0.03  # of the length: neither is the course between them
_LEAST_ROWS = 6
_FEWEST_OFFSETS = 8  # to each side: a background and a line need some


@dataclass(frozen=True)
class LineShape:
    """One line as measured, in pixels and in the unit of the picture.

    Parameters
    ----------
    path_px : (N, 2) float array
        The smoothed centre line (row, column), about one point a pixel, to where half of the height is left.
    length_px : float
        With what fades beyond both ends.
    length_sd_px : float
    fit : BandFit
    height, height_sd : float
        Of the line without blur, mean along it; over 0 for a line of its kind.
    z : float
        Height over its standard error, in the rows' own weights.
    rows : Strip
        Along the line and beyond, for looking again.
    first, behind : int
        The rows of the strip that the line takes up.
    blur_px : float
    alike : int
        Rows nearer than this are not independent.
    is_soft : bool
    """

    path_px: FloatArray
    length_px: float
    length_sd_px: float
    fit: BandFit
    height: float
    height_sd: float
    z: float
    rows: Strip
    first: int
    behind: int
    blur_px: float
    alike: int
    is_soft: bool

    @property
    def line_rows(self) -> FloatArray:
        """The rows of the line alone, (N, M)."""
        return self.rows.values[self.first : self.behind]

    @property
    def tortuosity(self) -> float:
        """Length over the distance of the ends; 1 is straight."""
        chord = float(np.hypot(*(self.path_px[-1] - self.path_px[0])))
        return max(1.0, length_of(self.path_px) / chord) if chord > 0 else 1.0


def line_shape(
    points_px: FloatArray,
    image: FloatImage,
    *,
    usable: Mask,
    is_dark: bool,
    width_px: float,
    blur_px: float,
    unit_px: float,
) -> LineShape:
    """Return one line, measured.

    Parameters
    ----------
    points_px : (N, 2) float array
        The line as traced (row, column).
    image : (R, C) float32 array
        Whole pixels of the picture, its background still in it.
    usable : (R, C) bool array
        Lines are not followed beyond it.
    is_dark : bool
        Dark lines are fitted as slits, bright ones as soft bands.
    width_px : float
        At which it was found.
    blur_px : float
        Full width at half maximum of the picture's own line spread.
    unit_px : float
        Pixels of about a millimetre: it sets how far texture reaches, how much centre lines are smoothed, how
        far ends are looked for. Nothing is measured in it.
    """
    look = _Look(image, usable, is_dark, width_px, blur_px, unit_px)
    seen, begin, end = look.followed(look.centred_twice(points_px))
    first, behind = _rows_between(begin, end, len(seen.values))
    fit = look.fitted(seen, first, behind)
    heights = seen.values[first:behind] @ fit.template
    weighted, error = mean_and_error(heights, fit.weight, look.alike)
    ends_sd = math.hypot(*((one.high - one.low) / 3.92 for one in (begin, end)))
    path = seen.path_px[first:behind]
    length = max(len(seen.values) - begin.place - end.place + 2 * FADING * unit_px, length_of(path))
    return LineShape(
        path_px=path,
        length_px=length,
        length_sd_px=math.sqrt(ends_sd**2 + _TRACE_PX**2 + (_TRACE_SHARE * length) ** 2),
        fit=fit,
        height=float(heights.mean()),
        height_sd=error,
        z=weighted / error if error > 0 else 0.0,
        rows=seen,
        first=first,
        behind=behind,
        blur_px=blur_px,
        alike=look.alike,
        is_soft=not is_dark,
    )


@dataclass(frozen=True)
class _Look:
    """How one line is looked at; the parameters of `line_shape`."""

    image: FloatImage
    usable: Mask
    is_dark: bool
    width_px: float
    blur_px: float
    unit_px: float

    @property
    def alike(self) -> int:
        return max(2, round(_ALIKE * self.unit_px))

    @property
    def seen_px(self) -> float:
        """About the width on the picture, blur included."""
        return max(self.width_px, 1.2 * self.blur_px)

    def offsets(self) -> FloatArray:
        reach = min(_REACH_WIDTHS * self.width_px + _REACH * self.unit_px, _WIDEST_REACH * self.unit_px)
        step = 0.5 * max(1, int(self.width_px / 4))
        count = max(_FEWEST_OFFSETS, math.ceil(reach / step))
        return step * np.arange(-count, count + 1, dtype=np.float64)

    def centred_twice(self, points_px: FloatArray) -> FloatArray:
        path = smoothed(resampled(points_px), _FIRST_SMOOTHING * self.unit_px)
        for least, share in _SEARCH:
            path = self.centred(path, least, share)
        return path

    def centred(self, path: FloatArray, least: float, share: float) -> FloatArray:
        return centred(
            path,
            self.image,
            is_dark=self.is_dark,
            width_px=min(self.seen_px, _WIDEST_CREST * self.unit_px),
            search_px=max(least * self.unit_px, share * self.seen_px),
            smoothing_px=_SMOOTHING * self.unit_px,
        )

    def followed(self, path: FloatArray) -> tuple[Strip, LineEnd, LineEnd]:
        """Return the strip along a line and its ends; a line that goes on is followed, a few times."""
        for turn in range(_ROUNDS):
            seen = strip_beyond(
                path,
                self.image,
                self.offsets(),
                is_dark=self.is_dark,
                usable=self.usable,
                beyond_px=min(_BEYOND * self.unit_px, _BEYOND_SHARE * len(path)),
                direction_px=_DIRECTION * self.unit_px,
            )
            fit = self.fitted(seen, seen.first, seen.behind)
            begin, end = line_ends(seen.values @ fit.template, seen.first, seen.behind, alike=self.alike)
            first, behind = _rows_between(begin, end, len(seen.values))
            went_on = max(seen.first - first, behind - seen.behind) >= _WENT_ON * self.unit_px
            if turn == _ROUNDS - 1 or not went_on:
                break
            path = self.centred(resampled(seen.path_px[first:behind]), *_SEARCH[-1])
        return seen, begin, end

    def fitted(self, seen: Strip, first: int, behind: int) -> BandFit:
        return fit_band(
            seen.values[first:behind],
            seen.offset_px,
            is_soft=not self.is_dark,
            width_px=self.width_px,
            blur_px=self.blur_px,
            alike=self.alike,
        )


def _rows_between(begin: LineEnd, end: LineEnd, count: int) -> tuple[int, int]:
    first = max(0, min(round(begin.place), count - _LEAST_ROWS))
    return first, min(count, max(count - round(end.place), first + _LEAST_ROWS))
