"""Evenly spaced bright lines across a bone near its end, as growth-arrest (Harris) lines are."""

import numpy as np

from .cluster import EvenSeries
from .measurement import line_series, shipped_series_model
from .radiograph import Radiograph
from .searching import Search


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
    series = line_series(
        found.paths,
        found.features,
        image=found.survey.image,
        searched=found.searched,
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
