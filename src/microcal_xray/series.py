"""Evenly spaced bright lines across a bone near its end, as growth-arrest (Harris) lines are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .cluster import EvenSeries
from .measurement import line_series, shipped_series_model
from .radiograph import Radiograph
from .searching import Search

_ON_BONE = 0.5  # of a path, where the caller says what is bone


def series_near_ends(found: Search, radiograph: Radiograph) -> tuple[EvenSeries, ...]:
    """Return the series of bright lines that run across a bone near its end, faint lines among them.

    Parameters
    ----------
    found : Search
    radiograph : Radiograph

    Returns
    -------
    tuple of EvenSeries
        Of the strongest first; none where the spacing is unknown, or where no end of the bone is seen within
        60 mm of one of the lines.
    """
    if radiograph.spacing is None or found.features is None or found.survey is None or found.searched is None:
        return ()
    kept: Sequence[int] = range(len(found.paths))
    searched = found.searched
    if found.bone is not None:
        searched = searched & found.bone
        kept = [index for index in kept if _share_on(found.bone, found.paths[index].points_px) >= _ON_BONE]
    series = line_series(
        [found.paths[index] for index in kept],
        found.features.of(kept),
        image=found.survey.image,
        searched=searched,
        axis=found.survey.shaft_axis,
        model=shipped_series_model(),
    )
    return tuple(
        EvenSeries(
            tuple(found.stored(line.points_px) for line in one.lines),
            tuple((np.diff([line.shift_px for line in one.lines]) / found.working.scale).tolist()),
        )
        for one in series
        if one.from_end_px is not None
    )


def _share_on(mask: npt.NDArray[np.bool_], points_px: npt.NDArray[np.float64]) -> float:
    rows, columns = np.clip(np.rint(points_px).astype(int), 0, np.array(mask.shape) - 1).T
    return float(mask[rows, columns].mean())
