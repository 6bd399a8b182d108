"""The small parts, against answers that are known."""

import numpy as np
import pytest

from microcal_xray.errors import UnreadableSeriesError
from microcal_xray.mri import MRCaution, MRVolume, Weighting
from microcal_xray.mri.marrow import _ends
from microcal_xray.mri.stacking import directions, ordered
from microcal_xray.mri.weighting import SequenceTags, guess_weighting


@pytest.mark.parametrize(
    ("tags", "weighting"),
    [
        (SequenceTags(500, 12, None, frozenset({"SE"})), Weighting.T1),
        (SequenceTags(500, 12, None, frozenset({"SE"}), True), Weighting.T1_FAT_SUPPRESSED),
        (SequenceTags(4000, 80, None, frozenset({"SE"})), Weighting.T2),
        (SequenceTags(4000, 80, None, frozenset({"SE"}), True), Weighting.T2_FAT_SUPPRESSED),
        (SequenceTags(3000, 30, None, frozenset({"SE"}), True), Weighting.PROTON_DENSITY_FAT_SUPPRESSED),
        (SequenceTags(4000, 50, 150, frozenset({"SE", "IR"})), Weighting.STIR),
        (SequenceTags(4000, 50, 220, frozenset(), None, "tir2d1_7"), Weighting.STIR),
        (SequenceTags(9000, 90, 2500, frozenset({"IR", "SE"})), Weighting.UNKNOWN),  # FLAIR
        (SequenceTags(235, 11, None, frozenset({"GR"})), Weighting.UNKNOWN),
        (SequenceTags(4000, 48, None, frozenset({"SE"})), Weighting.UNKNOWN),
        (SequenceTags(), Weighting.UNKNOWN),
    ],
)
def test_a_weighting_is_guessed_only_where_it_is_clear(tags, weighting):
    assert guess_weighting(tags)[0] is weighting


def test_directions_are_turned_or_refused():
    row, column, caution = directions((1, 0.002, 0, 0, 1, 0))
    assert abs(row @ column) < 1e-12
    assert caution is MRCaution.NOT_ORTHOGONAL
    for bad in ((1, 0, 0, 1, 0, 0), (0,) * 6, (1, 0, 0), (np.nan, 0, 0, 0, 1, 0)):
        with pytest.raises(UnreadableSeriesError, match="ImageOrientationPatient"):
            directions(bad)


def test_order_tells_doubles_and_several_missing_slices():
    positions = np.outer([12.0, 0.0, 3.0, 3.0, 15.0], [0, 0, 1])
    order = ordered(positions, np.eye(3)[0], np.eye(3)[1])
    assert order.order == (1, 2, 3, 0, 4)
    assert order.doubles == ((2, 3),)
    assert order.missing_mm == pytest.approx((6.0, 9.0))
    assert order.cautions == MRCaution.MISSING_SLICES


@pytest.mark.parametrize("radius", [9.0, 15.5, 22.0])
@pytest.mark.parametrize("pitch", [0.7, 1.5])
def test_the_ends_of_a_ball_and_of_a_block(radius, pitch):
    at = (np.arange(-40, 40, pitch) + 0.3)[:, None, None]
    side = np.arange(-25, 25, 0.5)
    ball = np.clip(0.5 + (radius - np.sqrt(at**2 + side[:, None] ** 2 + side**2)) / pitch, 0, 1)
    low, high = _ends((at + 0 * ball).ravel(), ball.ravel(), pitch, (0.5, 0.2))
    assert high - low == pytest.approx(2 * radius, rel=0.05)
    block = np.clip(0.5 + (radius - np.abs(at)) / pitch, 0, 1) + 0 * side
    low, high = _ends((at + 0 * block).ravel(), block.ravel(), pitch, (0.5, 0.2))
    assert high - low == pytest.approx(2 * radius, abs=1.5 * pitch)  # of both ends


def test_a_volume_refuses_what_cannot_be():
    good = ([[0, 0, 0]], [1, 0, 0], [0, 1, 0], 1.0, 1.0)
    with pytest.raises(ValueError, match="three dimensions"):
        MRVolume(np.zeros((4, 4)), *good)
    with pytest.raises(ValueError, match="finite"):
        MRVolume(np.full((1, 4, 4), np.nan), *good)
    with pytest.raises(ValueError, match="positions_mm has shape"):
        MRVolume(np.zeros((2, 4, 4)), *good)
    with pytest.raises(ValueError, match="read-only"):
        MRVolume(np.zeros((1, 4, 4)), *good).voxels[0] = 1
