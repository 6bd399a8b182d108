"""A descriptor says no only where it was looked for."""

from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.mri import MRAcquisition, MRVolume, State, Weighting
from microcal_xray.mri.descriptors import Measures, descriptors
from microcal_xray.mri.normal import NormalMarrow

NORMAL = NormalMarrow(np.array([0.0, 90.0]), np.array([100.0, 100.0]), 5.0, 0.5, kept_share=0.9)


def series(weighting: Weighting) -> MRVolume:
    acquisition = MRAcquisition(weighting=weighting)
    return MRVolume(np.ones((1, 2, 2)), [[0, 0, 0]], [1, 0, 0], [0, 1, 0], 1.0, 1.0, acquisition=acquisition)


FREE = Measures(
    oedema_series=series(Weighting.STIR),
    t1=series(Weighting.T1),
    normal=NORMAL,
    surface_seen=True,
    lines_sought=True,
)
NAMES = {
    "surface": "periosteal oedema",
    "wet": "marrow oedema on fat-suppressed T2 or STIR",
    "t1": "marrow signal on T1",
    "line": "linear dark signal",
}


def states(measures: Measures) -> dict[str, State]:
    found = {each.name: each.state for each in descriptors(measures)}
    return {key: found[name] for key, name in NAMES.items()}


def test_where_all_was_looked_for_and_nothing_found_it_is_no():
    assert set(states(FREE).values()) == {State.NO}


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"surface_seen": False}, {"surface"}),  # the outer side of the cortex was not found
        ({"lines_sought": False}, {"line"}),  # no T1 marrow, no oedema
        ({"normal": None, "surface_seen": False}, {"surface", "wet", "t1"}),
        ({"t1": None}, {"t1"}),
    ],
)
def test_what_was_not_looked_for_is_not_measurable(change, unknown):
    found = states(replace(FREE, **change))
    assert {key for key, state in found.items() if state is State.NOT_MEASURABLE} == unknown
    assert {state for key, state in found.items() if key not in unknown} <= {State.NO}


def test_without_sure_normal_marrow_t1_is_not_called_free():
    unsure = replace(FREE, normal=replace(NORMAL, kept_share=0.3))
    assert states(unsure)["wet"] is State.UNSURE
    assert states(unsure)["t1"] is State.NOT_MEASURABLE
