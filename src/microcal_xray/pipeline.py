"""The path of one radiograph, from pixels to findings: what is found, how strong it is and what is listed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .detectable import detectability_of, quality_of, scenery_of
from .detection import distinct
from .findings import MIMICS, Candidate, Evidence, EvidenceTerm, Findings, MimicLikelihood
from .grouping import clusters_of
from .limit import shipped_models
from .measurement import PRIOR, shipped_rankers
from .measuring import KIND, Judged, Scene, candidate
from .outlining import find_bumps
from .radiograph import Radiograph
from .searching import Search, search
from .series import series_near_ends
from .settings import Settings

_DOUBLE_PX = 5  # a path so near to a stronger one shows the same line


def find_lines(radiograph: Radiograph, settings: Settings = Settings()) -> Findings:
    """Return the candidate lines of one radiograph, both polarities, strongest first.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings

    Returns
    -------
    Findings
        With no candidates for a constant picture or one under 32 pixels on a side.

    Examples
    --------
    >>> import numpy as np
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> find_lines(radiograph_from_array(np.zeros((8, 8)))).candidates
    ()
    """
    found = search(radiograph)
    seen = scenery_of(radiograph, found)
    shown = Findings(radiograph, settings)
    if seen is not None:
        limit = detectability_of(seen, shipped_models(), false_marks=settings.false_marks)
        shown = replace(shown, quality=quality_of(seen), limit=limit)
    bumps, outlines = find_bumps(found, radiograph, settings)
    shown = replace(shown, bumps=bumps, outlines=outlines)
    series = series_near_ends(found, radiograph)
    asked = _judged(found, radiograph, settings.false_marks)
    # Doubles are sought once more: by now paths are trimmed, and the strongest is known.
    alone = distinct([one.path for one in asked], found.working.pixels.shape, beside_px=_DOUBLE_PX)
    listed = [asked[index] for index in alone]
    if not listed:
        return replace(shown, clusters=clusters_of(radiograph, (), bumps, series))
    scene = Scene.of(found, radiograph)
    candidates: list[Candidate] = []
    for one in listed:
        measured = candidate(len(candidates) + 1, one, scene, settings)
        if measured is not None:
            candidates.append(measured)
    clusters = clusters_of(radiograph, candidates, bumps, series)
    return replace(shown, candidates=tuple(candidates), clusters=clusters)


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
