"""Which findings belong together, and which of them are named."""

from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.cluster import Cluster, ClusterPattern, EvenSeries
from microcal_xray.findings import Candidate, Kind, Tier
from microcal_xray.grouping import clusters_of
from microcal_xray.measured import Estimate, Measured, Place
from microcal_xray.radiograph import Spacing, SpacingSource, radiograph_from_array


def bone(*, spacing_mm=0.25):
    image = np.full((800, 300), 0.2, np.float32)
    image[:, 100:200] = 1.0
    image[400:420] = 0.2  # a joint
    return replace(radiograph_from_array(image), spacing=Spacing(spacing_mm, spacing_mm, SpacingSource.USER))


def line(number, row, *, kind=Kind.SCLEROTIC, end_mm=None, lean=0.0):
    columns = np.linspace(110, 190, 41)
    path = np.stack([row + lean * (columns - 150), columns], axis=1)
    made = Candidate(number, kind, Tier.WEAK, 1.0, path, 80.0, 3.0, 20.0, 0.75, 3.0, 85.0)
    if end_mm is None:
        return made
    card = object.__new__(Measured)  # only the place is read
    object.__setattr__(card, "place", Place(end_distance_mm=Estimate(end_mm, end_mm, end_mm, "mm")))
    return replace(made, measured=card)


def series(rows, **more):
    return [line(number, row, **more) for number, row in enumerate(rows, start=1)]


def test_close_lines_are_one_cluster_with_its_extent_and_spacing():
    (cluster,) = clusters_of(bone(), series([100, 120, 142], kind=Kind.LUCENT), ())
    assert cluster.lines == (1, 2, 3)
    assert cluster.pattern is ClusterPattern.CLOSE
    assert cluster.extent_mm == pytest.approx(42 * 0.25)
    assert cluster.spacing_mm == pytest.approx(21 * 0.25)
    assert cluster.evenness == pytest.approx(1.1)


def test_lines_far_apart_are_none():
    assert clusters_of(bone(), series([100, 200], kind=Kind.LUCENT), ()) == ()


def test_a_joint_parts_what_is_near():
    assert clusters_of(bone(), series([395, 425], kind=Kind.LUCENT), ()) == ()


def test_even_parallel_bright_lines_near_an_end_are_named():
    (cluster,) = clusters_of(bone(), series([40, 85, 132], end_mm=20.0), ())
    assert cluster.pattern is ClusterPattern.GROWTH_ARREST


@pytest.mark.parametrize(
    "lines",
    [
        series([40, 85, 132]),  # no end is seen
        series([40, 85, 132], end_mm=120.0),  # far from it
        series([40, 50, 100], end_mm=20.0),  # uneven
        series([40, 85], end_mm=20.0),  # two
        series([40, 60, 82], end_mm=20.0, kind=Kind.LUCENT),  # dark
    ],
)
def test_others_are_not(lines):
    assert all(one.pattern is ClusterPattern.CLOSE for one in clusters_of(bone(), lines, ()))


def test_leaning_lines_are_no_series():
    lines = [line(1, 40, end_mm=20.0), line(2, 60, lean=0.5, end_mm=20.0), line(3, 80, end_mm=20.0)]
    assert all(one.pattern is ClusterPattern.CLOSE for one in clusters_of(bone(), lines, ()))


def even_series(*rows, gaps=None):
    lines = tuple(line(1, row).path_px for row in rows)
    return EvenSeries(lines, gaps or tuple(np.diff(rows).astype(float).tolist()))


def test_a_series_is_named_with_the_candidates_that_show_it_and_the_rest_is_faint():
    listed = [line(1, 61.5), line(2, 200)]
    (cluster,) = clusters_of(bone(), listed, (), [even_series(40, 60, 82)])
    assert cluster.pattern is ClusterPattern.GROWTH_ARREST
    assert cluster.lines == (1,)
    assert [path[0][0] for path in cluster.faint_px] == [40.0, 82.0]
    assert cluster.members == 3
    assert cluster.spacing_mm == pytest.approx(21 * 0.25)
    assert cluster.evenness == pytest.approx(1.1)


def test_a_piece_of_a_line_shows_it_and_a_dark_line_does_not():
    piece = replace(line(1, 60), path_px=line(1, 60).path_px[:12])
    dark = line(2, 82, kind=Kind.LUCENT)
    named, *_ = clusters_of(bone(), [piece, dark], (), [even_series(40, 60, 82)])
    assert named.lines == (1,)
    assert len(named.faint_px) == 2


def test_a_series_may_stand_without_any_candidate():
    (cluster,) = clusters_of(bone(), (), (), [even_series(40, 60, 82)])
    assert cluster.lines == ()
    assert cluster.members == len(cluster.faint_px) == 3


def test_what_a_series_holds_is_in_no_other_cluster():
    listed = [line(1, 60), line(2, 64, kind=Kind.LUCENT), line(3, 90, kind=Kind.LUCENT)]
    named, *others = clusters_of(bone(), listed, (), [even_series(40, 60, 82)])
    assert named.lines == (1,)
    assert [one.lines for one in others] == [(2, 3)]


def test_nothing_makes_nothing():
    assert clusters_of(bone(), (), ()) == ()


def test_one_member_is_no_cluster():
    with pytest.raises(ValueError, match="fewer than two members"):
        Cluster(1, ClusterPattern.CLOSE, (1,), (), 0.0, None, 0.0, None, 1.0)


def test_marks_of_one_number_are_told_apart():
    # Lines and bumps are numbered each from 1.
    rows = (100, 150, 125)
    far, near, between = (line(1, row, kind=Kind.LUCENT) for row in rows)
    near = replace(near, path_px=near.path_px[::2])
    (cluster,) = clusters_of(bone(), (far, near, between), ())
    assert cluster.lines == (1, 1, 1)
