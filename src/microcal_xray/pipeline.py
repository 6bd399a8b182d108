"""The path of one radiograph, from pixels to findings: what is found, how strong it is and what is listed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .detectable import detectability_of, quality_of, scenery_of
from .detection import distinct
from .findings import MIMICS, Candidate, Evidence, EvidenceTerm, Findings, MimicLikelihood
from .grouping import clusters_of
from .limit import shipped_models
from .measurement import PRIOR, shipped_rankers
from .measuring import KIND, Judged, Scene, candidate
from .origin import mask_sha256
from .outlining import find_bumps
from .own_lines import LineFinder, own_lines
from .radiograph import Radiograph
from .searching import Search, looked_at, prepared, with_paths
from .series import series_near_ends
from .settings import Settings

_DOUBLE_PX = 5  # a path so near to a stronger one shows the same line
_LEAST_SHARE_ON_BONE = 0.5  # of a line, where the caller says where bone is


def find_lines(
    radiograph: Radiograph,
    settings: Settings = Settings(),
    *,
    bone: npt.ArrayLike | None = None,
    line_finder: LineFinder | None = None,
) -> Findings:
    """Return the candidate lines of one radiograph, both polarities, strongest first.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings
    bone : (R, C) array_like of bool, optional
        Where bone is, in pixels of the picture as stored, from a segmentation of yours. The evidence card,
        the quality and the limit are measured by it. Lines of which less than half lies on it are left out,
        and so are outlines and bumps farther than 2 mm (8 working pixels) from it; scores stay what they
        are. None: it is looked for.
    line_finder : LineFinder, optional
        A function of yours in the place of our search and its ranking. What it finds is listed by its own
        scores, all of it as strong, without the evidence and the limit, which are known of our own search
        alone. None: our own.

    Returns
    -------
    Findings
        With no candidates for a constant picture or one under 32 pixels on a side.

    Raises
    ------
    ValueError
        If `bone` has another shape than the pixels, or a line of `line_finder` leaves the picture.
    TypeError
        If it is given an array or a path; the message says what makes a radiograph of it.

    Examples
    --------
    >>> import numpy as np
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> find_lines(radiograph_from_array(np.zeros((8, 8)))).candidates
    ()

    A function that looks for lines, here for the brightest row:

    >>> from microcal_xray import FoundLine, Kind
    >>> def brightest_row(image, searched):
    ...     row = np.where(searched, image, 0).mean(axis=1).argmax()
    ...     return [FoundLine(Kind.SCLEROTIC, score=1.0, path_px=[[row, 270], [row, 370]])]
    >>> bone = 300 * (abs(np.arange(160) - 80) < 60) + 500 * (abs(np.arange(160) - 80) < 30)
    >>> grey = bone + 100 * np.exp(-(((np.arange(160.0)[:, np.newaxis] - 80) / 2) ** 2))
    >>> found = find_lines(radiograph_from_array(grey), line_finder=brightest_row)
    >>> [(one.kind.value, round(one.path_px[:, 0].mean())) for one in found.candidates]
    [('sclerotic', 80)]
    """
    _require_types(radiograph, settings)
    start = looked_at(radiograph, bone=bone)
    found = with_paths(start) if line_finder is None else prepared(start)
    seen = scenery_of(radiograph, found)
    shown = Findings(radiograph, settings, searched_share=_searched_share(found))
    if bone is not None:
        shown = replace(shown, bone_sha256=mask_sha256(np.asarray(bone, bool)))
    if seen is not None:
        shown = replace(shown, quality=quality_of(seen))
    if seen is not None and line_finder is None:
        limit = detectability_of(seen, shipped_models(), false_marks=settings.false_marks)
        shown = replace(shown, limit=limit)
    bumps, outlines = find_bumps(found, radiograph, settings)
    shown = replace(shown, bumps=bumps, outlines=outlines)
    candidates = _measured(_listed(found, radiograph, settings, line_finder), found, radiograph, settings)
    clusters = clusters_of(radiograph, candidates, bumps, series_near_ends(found, radiograph))
    return replace(shown, candidates=candidates, clusters=clusters)


def _require_types(radiograph: object, settings: object) -> None:
    """Say what makes a radiograph of an array or a path, which are what is given first by mistake."""
    if not isinstance(radiograph, Radiograph):
        raise TypeError(
            f"radiograph is of type {type(radiograph).__name__}; "
            "read_radiograph(path) or radiograph_from_array(pixels) makes one"
        )
    if not isinstance(settings, Settings):
        raise TypeError(f"settings is of type {type(settings).__name__}; Settings(...) makes some")


def _searched_share(found: Search) -> float:
    """Return how much of the limb, or of the bone that the caller names, was searched; 0 without any."""
    limb = found.field.body if found.bone is None else found.field.body & found.bone
    if found.searched is None or not limb.any():
        return 0.0
    return float(found.searched[limb].mean())


def _listed(
    found: Search, radiograph: Radiograph, settings: Settings, line_finder: LineFinder | None
) -> list[Judged]:
    """Return the lines to be measured, no two of them the same, the strongest first."""
    if line_finder is None:
        asked = _judged(found, radiograph, settings.false_marks)
    else:
        asked = own_lines(found, line_finder)
    if found.bone is not None:
        asked = [one for one in asked if _share_on(found.bone, one.path.points_px) >= _LEAST_SHARE_ON_BONE]
    # Doubles are sought once more: by now paths are trimmed, and the strongest is known.
    alone = distinct([one.path for one in asked], found.working.pixels.shape, beside_px=_DOUBLE_PX)
    return [asked[index] for index in alone]


def _measured(
    listed: Sequence[Judged], found: Search, radiograph: Radiograph, settings: Settings
) -> tuple[Candidate, ...]:
    if not listed:  # a scene is dear: it flattens the picture at full size
        return ()
    scene = Scene.of(found, radiograph)
    candidates: list[Candidate] = []
    for one in listed:
        measured = candidate(len(candidates) + 1, one, scene, settings)
        if measured is not None:
            candidates.append(measured)
    return tuple(candidates)


def _share_on(mask: npt.NDArray[np.bool_], points_px: npt.NDArray[np.float64]) -> float:
    rows, columns = np.clip(np.rint(points_px).astype(int), 0, np.array(mask.shape) - 1).T
    return float(mask[rows, columns].mean())


def _judged(found: Search, radiograph: Radiograph, false_marks: float) -> list[Judged]:
    """Return the paths that a dial at so many false marks lists, with their evidence, the strongest first."""
    if found.features is None:
        return []
    judged = []
    kinds = [KIND[path.polarity] for path in found.paths]
    for kind, ranker in shipped_rankers().items():
        every = [row for row, own in enumerate(kinds) if own == kind]
        if not every:
            continue
        all_terms = ranker.terms(found.features.of(every))
        all_scores = ranker.score(all_terms.sum(axis=1), intent=radiograph.intent)
        listed = np.flatnonzero(10.0**-all_scores <= false_marks)
        if not len(listed):
            continue
        rows, terms, scores = [every[index] for index in listed], all_terms[listed], all_scores[listed]
        # The court is asked about those alone: it costs as much as the ranking.
        table = found.features.of(rows)
        names = (*ranker.groups(), PRIOR)
        looks = ranker.court.likelihoods(table).tolist()
        for row, values, score, look in zip(rows, terms.tolist(), scores.tolist(), looks, strict=True):
            evidence = Evidence(
                strength=sum(values),
                terms=tuple(EvidenceTerm(*term) for term in zip(names, values, strict=True)),
                mimics=_mimics(ranker.court.names, look),
                false_marks=10.0**-score,
            )
            judged.append(Judged(found.paths[row], score, evidence))
    # Ties are ordered by place.
    return sorted(judged, key=lambda one: (-one.score, one.path.points_px[0].tolist()))


def _mimics(names: Sequence[str], likelihoods: Sequence[float]) -> tuple[MimicLikelihood, ...]:
    """Return the mimics by falling likelihood; what is no mimic ("line", "other") only took its share."""
    known = [pair for pair in zip(names, likelihoods, strict=True) if pair[0] in MIMICS]
    return tuple(MimicLikelihood(*pair) for pair in sorted(known, key=lambda pair: -pair[1]))
