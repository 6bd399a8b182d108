"""The limit of one image, measured in it: lines are put into it, and the detector looks for them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .detectable import FEW_ANCHORS, MANY_ANCHORS, Scenery, contexts_of, detectability_of, scenery_of
from .detection import Polarity
from .errors import SettingsError
from .findings import Kind
from .image_limits import Detectability
from .limit import (
    LARGEST_WIDTH_PX,
    TILT_DEPTH_MM,
    WORKING_MM,
    Probe,
    ProbeLine,
    Scores,
    Taught,
    lines_by_lot,
    place_of,
    shipped_models,
)
from .measurement import shipped_rankers
from .radiograph import Radiograph, Signal, Spacing
from .searching import Search, search
from .settings import Settings

FloatArray = npt.NDArray[np.float64]

NOT_FOUND = -9.0  # the score of a line that is not among the candidates at all
DEFAULT_PROBES = 80
_MOST_PROBES = 2000
_PER_PICTURE = 4
_AROUND_LIMIT = 0.9  # probes lie within this of the limit, in natural logarithms
_HIT_PX = 6.0  # of the working image, 1.5 mm, as the hit rule has it
_HIT_SHARE = 0.5
_SEED = 0x11317


def detectability(
    radiograph: Radiograph,
    settings: Settings = Settings(),
    *,
    probes: int = DEFAULT_PROBES,
    report: Callable[[int, int], None] | None = None,
) -> Detectability:
    """Return the smallest lines that the detector would have marked in 80 % of cases in this radiograph.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings
        `false_marks` is what the limit is for.
    probes : int
        So many lines are put into the radiograph, four at a time, and looked for: about a detection's time
        each four. 0: the limit is expected from the fit alone, at once, as `find_lines` gives it.
    report : callable, optional
        Called with the number of probes looked for so far and of all.

    Returns
    -------
    Detectability
        Without rows where no bone was searched.

    Raises
    ------
    SettingsError
        If `probes` is out of range.

    Examples
    --------
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> detectability(radiograph_from_array(np.zeros((8, 8)))).rows
    ()
    """
    if isinstance(probes, bool) or not isinstance(probes, int) or not 0 <= probes <= _MOST_PROBES:
        raise SettingsError(f"probes is {probes!r}; it must be 0 to {_MOST_PROBES}")
    seen = scenery_of(radiograph, search(radiograph))
    if seen is None:
        return _nothing(radiograph, settings)
    made = probed(seen, probes, false_marks=settings.false_marks, report=report)
    return detectability_of(
        seen,
        shipped_models(),
        false_marks=settings.false_marks,
        anchors=MANY_ANCHORS if probes else FEW_ANCHORS,
        shift=Taught(seen.ground, shipped_models(), made),
        probes=len(made),
    )


def probed(
    seen: Scenery,
    count: int,
    *,
    false_marks: float,
    report: Callable[[int, int], None] | None = None,
) -> list[Probe]:
    """Return lines that were put into an image, and their scores.

    Parameters
    ----------
    seen : Scenery
    count : int
        About so many: some find no room.
    false_marks : float
        The lines are about as wide as the limit that is expected for it: there they tell most.
    report : callable, optional
        Called with the number of probes looked for so far and of all.
    """
    made: list[Probe] = []
    rng = np.random.default_rng(_SEED)
    for _ in range(math.ceil(count / _PER_PICTURE)):
        lines = with_context(
            seen,
            lines_by_lot(seen.anatomy.bone & seen.searched, seen.anatomy.axis_rad, _PER_PICTURE, rng),
        )
        if not lines:
            break
        widths = [_probe_width(seen, each, false_marks, rng) for each in lines]
        scores = scores_of(inserted(seen, list(zip(lines, widths, strict=True))), lines)
        made += [_probe(seen, *each) for each in zip(lines, widths, scores, strict=True)]
        if report is not None:
            report(min(len(made), count), count)
    return made


def with_context(seen: Scenery, lines: Sequence[ProbeLine]) -> list[ProbeLine]:
    """Return the lines, each with what the ranking says of the bone around it.

    Parameters
    ----------
    seen : Scenery
        Without the lines.
    lines : sequence of ProbeLine
    """
    contexts = contexts_of(seen, [(line.kind, line.path_px) for line in lines])
    return [replace(line, context=float(value)) for line, value in zip(lines, contexts, strict=True)]


def least_width_px(
    seen: Scenery, line: ProbeLine, *, false_marks: float, taught: Taught | None = None
) -> float:
    """Return the smallest equivalent width, in working pixels, of which 80 % of lines would be marked there.

    Parameters
    ----------
    seen : Scenery
    line : ProbeLine
    false_marks : float
    taught : Taught, optional
        What probes have shown. None: the fit alone.

    Returns
    -------
    float
        Infinite where not even a line of 3 working pixels would be.
    """
    model = shipped_models()[line.kind]
    widths = np.geomspace(0.05, LARGEST_WIDTH_PX, 18)
    mean = np.array([_expected(seen, line, float(width)) for width in widths])[:, None]
    shift: FloatArray | float = 0.0
    sd: FloatArray | float | None = None
    if taught is not None:
        middle = line.path_px.mean(axis=0)[None]
        shift, sd = taught.at(line.kind, middle, np.array([line.direction_rad]))
    spread = np.broadcast_to(np.asarray(model.whole_sd if sd is None else sd, np.float64), (1,))
    return float(Scores(widths, mean + shift, spread).least_width_px(false_marks)[0])


def inserted(seen: Scenery, lines: Sequence[tuple[ProbeLine, float]]) -> Radiograph:
    """Return the radiograph with lines put into it.

    Parameters
    ----------
    seen : Scenery
    lines : sequence of (ProbeLine, float)
        Each with its equivalent width, in working pixels.

    Notes
    -----
    The contrast is chosen so that the change of the picture, blurred and in its own unit, integrates across
    the line to the equivalent width times the step from soft tissue to bone there.
    """
    # Imported here: it costs 0.3 s, which `import microcal_xray` should not pay.
    from .simulation import LineToInsert, insert_line

    lent = seen.radiograph
    if lent.spacing is None:
        # The inserter wants millimetres: a working pixel is taken for a quarter of one, and nothing is kept.
        spacing_mm = WORKING_MM * seen.working.scale
        lent = replace(lent, spacing=Spacing(spacing_mm, spacing_mm))
    working_mm = lent.mm_per_pixel() * seen.px_per_working_px
    blur_mm = min(seen.ground.blur_px * working_mm, 5.0)
    per_log = 1.0 if lent.signal is Signal.LOG else seen.unit
    for probe, width_px in lines:
        wanted_mm = width_px * working_mm * place_of(seen.ground, probe, width_px).step * seen.unit / per_log
        # A tilted gap is as wide as its smear: the distance of its faces hardly matters then.
        box_mm = 0.1 if probe.tilt_deg > 0 else max(probe.box_px(width_px) * working_mm, 0.02)
        line = LineToInsert(
            seen.grid.stored(seen.working.original(probe.path_px)),
            probe.kind,
            box_mm,
            TILT_DEPTH_MM,
            probe.tilt_deg,
            contrast_log=1.0,
        )
        shape = line.profile()
        contrast = _contrast(shape.offset_mm, shape.share, wanted_mm, blur_mm, probe.kind)
        lent, _ = insert_line(
            lent,
            replace(line, contrast_log=contrast),
            resolution_mm=blur_mm,
            grey_per_log=None if lent.signal is Signal.LOG else per_log,
        )
    return replace(lent, spacing=seen.radiograph.spacing)


def scores_of(radiograph: Radiograph, lines: Sequence[ProbeLine]) -> list[float]:
    """Return the score of each line in a radiograph: that of the last candidate needed to cover half of it.

    Parameters
    ----------
    radiograph : Radiograph
        With the lines.
    lines : sequence of ProbeLine

    Returns
    -------
    list of float
        `NOT_FOUND` for a line that no candidates cover: of its kind, half of each within 1.5 mm of it.
    """
    found = search(radiograph)
    kinds, scores = _candidates(found, radiograph)
    paths = [_dense(path.points_px) for path in found.paths]
    return [_score(each, paths, scores, kinds) for each in lines]


def _candidates(found: Search, radiograph: Radiograph) -> tuple[list[Kind], FloatArray]:
    kinds = [Kind.LUCENT if path.polarity is Polarity.DARK else Kind.SCLEROTIC for path in found.paths]
    scores = np.full(len(kinds), NOT_FOUND)
    for kind, ranker in shipped_rankers().items():
        rows = [row for row, own in enumerate(kinds) if own == kind]
        if rows and found.features is not None:
            table = found.features.of(rows)
            scores[rows] = ranker.score(ranker.terms(table).sum(axis=1), intent=radiograph.intent)
    return kinds, scores


def _score(probe: ProbeLine, paths: Sequence[FloatArray], scores: FloatArray, kinds: Sequence[Kind]) -> float:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    from scipy.spatial import KDTree

    line = _dense(probe.path_px)
    tree = KDTree(line)
    covered = np.zeros(len(line), bool)
    for number in np.argsort(-scores, kind="stable"):
        if kinds[number] is not probe.kind:
            continue
        if (tree.query(paths[number])[0] <= _HIT_PX).mean() < _HIT_SHARE:
            continue
        covered |= KDTree(paths[number]).query(line)[0] <= _HIT_PX
        if covered.mean() >= _HIT_SHARE:
            return float(scores[number])
    return NOT_FOUND


def widest_px(seen: Scenery, line: ProbeLine) -> float:
    """Return the largest equivalent width of that line that the model was fitted on, in working pixels.

    Parameters
    ----------
    seen : Scenery
    line : ProbeLine
    """
    per_width = place_of(seen.ground, line, 1.0).peak_of_unit
    if line.kind is Kind.LUCENT:
        return LARGEST_WIDTH_PX
    return min(LARGEST_WIDTH_PX, shipped_models()[line.kind].largest_peak / per_width)


def _probe_width(seen: Scenery, line: ProbeLine, false_marks: float, rng: np.random.Generator) -> float:
    widest = widest_px(seen, line)
    limit = min(least_width_px(seen, line, false_marks=false_marks), widest / 2)
    return float(min(limit * math.exp(rng.uniform(-_AROUND_LIMIT, _AROUND_LIMIT)), widest))


def _expected(seen: Scenery, probe: ProbeLine, width_px: float) -> float:
    place = place_of(seen.ground, probe, width_px)
    features = place.features(width_px, probe.length_px, seen.radiograph.intent)
    return float(shipped_models()[probe.kind].mean(features))


def _probe(seen: Scenery, line: ProbeLine, width_px: float, score: float) -> Probe:
    row, column = line.path_px.mean(axis=0).tolist()
    return Probe(line.kind, row, column, line.direction_rad, _expected(seen, line, width_px), score)


def _contrast(
    offset_mm: FloatArray, share: FloatArray, wanted_mm: float, blur_mm: float, kind: Kind
) -> float:
    """Return the contrast in log units at which a blurred line integrates to what is wanted, up to 9."""
    step_mm = min(0.02, blur_mm / 4)
    reach_mm = float(np.abs(offset_mm).max()) + 6 * blur_mm
    shape = np.interp(np.arange(-reach_mm, reach_mm, step_mm), offset_mm, share, left=0.0, right=0.0)
    spread = np.exp(-2 * math.log(2) * np.abs(np.arange(-3 * blur_mm, 3 * blur_mm, step_mm)) / blur_mm)
    spread /= spread.sum()
    sign = 1.0 if kind is Kind.LUCENT else -1.0
    low, high = 1e-4, 9.0
    for _ in range(24):
        middle = math.sqrt(low * high)
        # A pixel sees the mean of the signals: the blur comes before the logarithm.
        changed = np.convolve(np.expm1(sign * middle * shape), spread, mode="same")
        is_less = float(np.abs(np.log1p(changed)).sum()) * step_mm < wanted_mm
        low, high = (middle, high) if is_less else (low, middle)
    return math.sqrt(low * high)


def _nothing(radiograph: Radiograph, settings: Settings) -> Detectability:
    spacing = None if radiograph.spacing is None else radiograph.mm_per_pixel()
    empty = np.full((1, 1), math.nan, np.float32)
    size = (float(radiograph.pixels.shape[0]), float(radiograph.pixels.shape[1]))
    return Detectability(settings.false_marks, (), (), empty, 1.0, size, spacing)


def _dense(path: FloatArray) -> FloatArray:
    """Return a path with a point about every pixel."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    even = np.linspace(0, along[-1], max(2, math.ceil(along[-1]) + 1))
    return np.stack([np.interp(even, along, path[:, axis]) for axis in (0, 1)], axis=1)
