"""One line measured on the full picture: centre line, ends, profile, heights, each with its uncertainty."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .along_bone import BoneAround, less_along_bone, slant_to
from .band import BandFit, fit_band, mean_and_error, slit, soft_band
from .centre_line import centred
from .ends import LineEnd, line_ends
from .following import Ground, Profile, course_to, followed_end
from .outline import ending_at, outline_ahead, share_on
from .strips import FloatImage, Mask, Strip, length_of, resampled, smoothed, strip, strip_beyond

FloatArray = npt.NDArray[np.float64]

# In units of about a millimetre: see `unit_px`.
_BEYOND, _DIRECTION = 5.0, 3.0  # how far lines are followed beyond their ends, and by which piece
_BEYOND_SHARE = 0.3  # of the length: a short piece must not grow into whatever lies beyond it
_FIRST_SMOOTHING, _SMOOTHING = 0.6, 0.8
_ALIKE = 1.5  # texture is like itself over so much
_SEARCH = ((0.8, 0.5), (0.4, 0.25))  # to the side: at least so much, and of the width
_WIDEST_CREST = 1.5
_WIDER = (1.8, 3.0)  # than it was found a soft band may be
_REACH_WIDTHS, _REACH, _WIDEST_REACH = 2.0, 1.0, 12.0  # of the profile
_ROUNDS = 4  # a line may go on beyond the piece that was found
_WENT_ON = 1.0
_AROUND = 35.0  # so far around the piece a line is followed
_LEAST_LEVEL = 0.5  # of the height of the whole line: what is left of it at an end that is followed
# A line is found to where half of its height is left; it fades out over about a millimetre (True: bands).
FADING = {False: 0.3, True: 0.35}
_TRACE_PX = 1.5  # what no end is known better than
_FOLLOWED_SHARE = 0.4  # of what a line was followed on by: it may be something else
_TRACE_SHARE = 0.03  # of the length: neither is the course between them
_AT_OUTLINE = 0.5  # so near, a dark line that runs across ends there
_BEYOND_OUTLINE, _OUTLINE_SD = 0.1, 0.25  # where brightness falls most, and where the bone ends
_LEAST_INSIDE = 0.5  # of the line: a bone mask that leaves more of it out says nothing
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
    found_d_prime : float
        How far it stands out at the width at which it was found; `fit` may be of a wider one.
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
    found_d_prime: float
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
    bone: BoneAround | None = None,
    at_its_best: bool = True,
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
    bone : BoneAround, optional
        The bone that the line lies in. A dark line that runs across it is measured on the picture less the
        bone as it is a little farther along; no line is followed out of it. None: the bone is not known.
    at_its_best : bool
        Whether a dark line across the bone that comes near its outline is taken to end there, where
        it is not seen too, and a soft band is measured at the width at which it stands out best. False: it
        ends where it is seen to, at the width at which it was found, as two pictures must be compared.
    """
    piece, corner = _around(points_px, image.shape, unit_px)
    own = None if bone is None else replace(bone, inside=bone.inside[piece])
    look = _Look(image[piece], usable[piece], is_dark, width_px, blur_px, unit_px, own)
    look = look.less_bone(points_px)
    traced = look.centred_twice(points_px - corner)
    seen, begin, end = look.followed(traced)
    first, behind = _rows_between(begin, end, len(seen.values))
    fit = look.fitted(seen, first, behind)
    ends = look.ended(seen, begin, end, fit, at_its_best=at_its_best)
    found_d_prime = fit.d_prime
    if at_its_best:
        seen, fit = look.at_best_width(seen, fit, first, behind)
    heights = seen.values[first:behind] @ fit.template
    weighted, error = mean_and_error(heights, fit.weight, look.alike)
    path = ends.path_px
    length = max(length_of(path) + ends.beyond_px, 1.0)
    followed = max(0.0, float(behind - first - len(traced)))
    return LineShape(
        path_px=path + corner,
        length_px=length,
        length_sd_px=math.hypot(ends.sd_px, _TRACE_PX, _TRACE_SHARE * length, _FOLLOWED_SHARE * followed),
        fit=fit,
        found_d_prime=found_d_prime,
        height=float(heights.mean()),
        height_sd=error,
        z=weighted / error if error > 0 else 0.0,
        rows=replace(seen, path_px=seen.path_px + corner),
        first=first,
        behind=behind,
        blur_px=blur_px,
        alike=look.alike,
        is_soft=not is_dark,
    )


@dataclass(frozen=True)
class _Whole:
    """A line with its ends.

    Parameters
    ----------
    path_px : (N, 2) float array
    beyond_px : float
        What its length has beyond the first and the last point.
    sd_px : float
        Of both ends together.
    """

    path_px: FloatArray
    beyond_px: float
    sd_px: float


def _around(
    points_px: FloatArray, shape: tuple[int, ...], unit_px: float
) -> tuple[tuple[slice, slice], FloatArray]:
    """Return the piece of a picture around a line, and its corner."""
    last, reach = np.array(shape) - 1, _AROUND * unit_px
    low = np.clip(np.floor(points_px.min(axis=0) - reach).astype(int), 0, last)
    high = np.clip(np.ceil(points_px.max(axis=0) + reach).astype(int), low, last) + 1
    return (slice(low[0], high[0]), slice(low[1], high[1])), low.astype(np.float64)


@dataclass(frozen=True)
class _Look:
    """How one line is looked at; the parameters of `line_shape`.

    Parameters
    ----------
    whole : (R, C) float32 array or None
        The picture with its bone, where `image` has lost it; else None.
    """

    image: FloatImage
    usable: Mask
    is_dark: bool
    width_px: float
    blur_px: float
    unit_px: float
    bone: BoneAround | None = None
    whole: FloatImage | None = None

    def less_bone(self, points_px: FloatArray) -> "_Look":
        """Return how a dark line across the bone is looked at: the bone taken away; any other stays."""
        slant = slant_to(points_px, self.bone) if self.bone and self.is_dark else None
        if slant is None or self.bone is None or self.bone.axis_rad is None:
            return self
        less = less_along_bone(
            self.image,
            axis_rad=self.bone.axis_rad,
            slant=slant,
            seen_px=self.seen_px,
            unit_px=self.unit_px,
        )
        return replace(self, image=less, whole=self.image)

    def at_best_width(self, seen: Strip, fit: BandFit, first: int, behind: int) -> tuple[Strip, BandFit]:
        """Return the strip and the profile with which a soft band stands out best."""
        if self.is_dark:
            return seen, fit
        for factor in _WIDER:
            look = replace(self, width_px=factor * self.width_px)
            wide = replace(
                strip(seen.path_px, self.image, look.offsets(), is_dark=False),
                first=seen.first,
                behind=seen.behind,
            )
            other = look.fitted(wide, first, behind)
            if other.d_prime > fit.d_prime:
                seen, fit = wide, other
        return seen, fit

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
        going = (True, True)
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
            heights = self.heights(seen, fit)
            begin, end = line_ends(heights, seen.first, seen.behind, alike=self.alike)
            if turn == _ROUNDS - 1:
                break
            first, behind = _rows_between(begin, end, len(seen.values))
            own = resampled(seen.path_px[first:behind])
            longer, before, after = self.followed_on(own, fit, heights[first:behind], going)
            least = _WENT_ON * self.unit_px
            going = before + seen.first - first >= least, after + behind - seen.behind >= least
            if not any(going):
                break
            path = self.centred(longer, *_SEARCH[-1])
        return seen, begin, end

    def heights(self, seen: Strip, fit: BandFit) -> FloatArray:
        """Return the height of the line in each row; outside the bone, what was taken away is no line."""
        found = seen.values @ fit.template
        if self.whole is None or self.bone is None:
            return found
        at = np.clip(np.rint(seen.path_px).astype(int), 0, np.array(self.whole.shape) - 1)
        outside = ~self.bone.inside[at[:, 0], at[:, 1]]
        if not outside.any():
            return found
        whole = strip(seen.path_px, self.whole, seen.offset_px, is_dark=self.is_dark)
        return np.where(outside, np.minimum(found, whole.values @ fit.template), found)

    def followed_on(
        self, path: FloatArray, fit: BandFit, heights: FloatArray, going: tuple[bool, bool]
    ) -> tuple[FloatArray, int, int]:
        """Return a path with what goes on beyond those of its ends, and by how many points they went on."""
        near = max(10, round(_DIRECTION * self.unit_px))
        more = []
        for is_going, end in zip(going, (heights[:near], heights[-near:]), strict=True):
            path, count = path[::-1], len(path)
            if is_going:
                path = followed_end(path, *self.sought(path, fit, end, heights))
            more.append(len(path) - count)
        return path, more[0], more[1]

    def ended(self, seen: Strip, begin: LineEnd, end: LineEnd, fit: BandFit, *, at_its_best: bool) -> _Whole:
        """Return a line from end to end; a dark one across its bone may end at the outline."""
        first, behind = _rows_between(begin, end, len(seen.values))
        path = resampled(seen.path_px[first:behind])
        heights = (seen.values @ fit.template)[first:behind]
        fading = FADING[not self.is_dark] * self.unit_px
        beyond = len(seen.values) - begin.place - end.place - length_of(path) + 2 * fading
        spread = [(one.high - one.low) / 3.92 for one in (begin, end)]
        if not at_its_best or self.whole is None or self.bone is None or self.bone.axis_rad is None:
            return _Whole(path, max(0.0, beyond), math.hypot(*spread))
        axis_rad, unit_px = self.bone.axis_rad, self.unit_px
        outlines = outline_ahead(path, self.whole, self.bone.inside, axis_rad=axis_rad, unit_px=unit_px)
        is_moved = False
        for side, ahead in enumerate(outlines):
            path, heights = path[::-1], heights[::-1]
            reached = None if ahead is None else self.reached(path, ahead, fit, heights)
            if reached is not None:
                path, spread[side], is_moved = *reached, True
                beyond += _BEYOND_OUTLINE * unit_px - fading
        if is_moved:
            path = resampled(smoothed(path, _SMOOTHING * unit_px))
        return _Whole(path, max(0.0, beyond), math.hypot(*spread))

    def reached(
        self, path: FloatArray, ahead: float, fit: BandFit, heights: FloatArray
    ) -> tuple[FloatArray, float] | None:
        """Return a path that ends at the outline ahead of it, and how sure that is; None: it ends before."""
        sd = _OUTLINE_SD * self.unit_px
        if ahead <= _AT_OUTLINE * self.unit_px:
            return ending_at(path, ahead, least=_LEAST_ROWS), sd
        near = heights[-max(10, round(_DIRECTION * self.unit_px)) :]
        course = course_to(path, *self.sought(path, fit, near, heights), ahead)
        if course is None:
            return None
        unsure = ahead * math.sqrt(course.probability * (1 - course.probability))
        return resampled(np.concatenate([path, course.points_px])), math.hypot(sd, unsure)

    def sought(
        self, path: FloatArray, fit: BandFit, near: FloatArray, heights: FloatArray
    ) -> tuple[Profile, Ground]:
        """Return what is sought ahead of an end, and where."""
        values = (slit if self.is_dark else soft_band)(fit.offset_px, fit.width_px, self.blur_px)
        seen_px = max(fit.width_px, 1.2 * self.blur_px)
        usable = self.usable
        if self.bone is not None and share_on(self.bone.inside, path) >= _LEAST_INSIDE:
            usable = usable & self.bone.inside
        axis = self.bone.axis_rad if self.bone is not None and self.whole is not None else None
        ground = Ground(self.image, usable, self.is_dark, self.unit_px, axis)
        level = max(float(np.median(near)), _LEAST_LEVEL * float(np.median(heights)), 1e-12)
        return Profile(fit.offset_px, values, self.width_px, seen_px, level), ground

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
