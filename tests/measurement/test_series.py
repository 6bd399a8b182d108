"""Evenly spaced bright lines across a bone: found together though each is faint, and nothing else named."""

from dataclasses import replace

import numpy as np
import pytest

import microcal_xray as mx
from microcal_xray.measurement import shipped_series_model
from microcal_xray.measurement.straightened import parallels_of, to_end_px
from microcal_xray.radiograph import Spacing, SpacingSource, radiograph_from_array
from microcal_xray.searching import search
from microcal_xray.series import series_near_ends

MM = 0.25
SHAFT = slice(60, 180)  # columns: 30 mm
END, ROWS, COLUMNS = 400, 500, 240  # row of the joint, size of the picture


def lying(image, row, height, *, wave=0.0, share=0.9):
    """Lay a bright line across the shaft."""
    columns = np.arange(image.shape[1])
    middle = (SHAFT.start + SHAFT.stop) / 2
    within = np.abs(columns - middle) < share * (SHAFT.stop - SHAFT.start) / 2
    course = row + wave * np.sin((columns - middle) / 25)
    away = np.arange(image.shape[0])[:, None] - course[None, :]
    return image + height * np.exp(-0.5 * (away / 1.2) ** 2) * within[None, :]


def shaft(rows=(), *, height=0.045, noise=0.02, wave=2.0, end=END, seed=4):
    """A shaft with cortices, a joint at `end`, and bright lines across at `rows`."""
    image = np.full((ROWS, COLUMNS), 0.35)
    image[:end, SHAFT] = 0.7
    for columns in (slice(SHAFT.start, SHAFT.start + 16), slice(SHAFT.stop - 16, SHAFT.stop)):
        image[:end, columns] = 0.95
    image[:, :20] = image[:, -20:] = 0.02
    for row in rows:
        image = lying(image, row, height, wave=wave)
    image += noise * np.random.default_rng(seed).normal(size=image.shape)
    return replace(
        radiograph_from_array(image.astype(np.float32)), spacing=Spacing(MM, MM, SpacingSource.USER)
    )


def found_in(radiograph):
    return series_near_ends(search(radiograph), radiograph)


EVEN = (270, 290, 314, 335)


def test_faint_lines_that_are_parallel_and_even_are_found_at_their_places():
    (series,) = found_in(shaft(EVEN))
    middles = [float(np.median(line[:, 0])) for line in series.lines_px]
    assert middles == pytest.approx(EVEN, abs=3)
    # The axis is not quite that of the drawing, and paths stray by half a pixel.
    assert series.gaps_px == pytest.approx(np.diff(EVEN), abs=2)


def test_what_a_strict_dial_leaves_out_is_a_faint_member():
    radiograph = shaft(EVEN)
    findings = mx.find_lines(radiograph, mx.Settings(false_marks=1e-4))
    (cluster,) = [one for one in findings.clusters if one.pattern is mx.ClusterPattern.GROWTH_ARREST]
    assert len(cluster.faint_px) > 0
    assert cluster.members == 4
    assert cluster.spacing_mm == pytest.approx(21 * MM, abs=0.5)


@pytest.mark.parametrize(
    "rows",
    [(), (270, 290), (120, 250, 380)],
    ids=["none", "two", "far apart"],
)
def test_others_are_no_series(rows):
    assert found_in(shaft(rows)) == ()


def test_lines_far_from_any_end_are_not_named():
    assert found_in(shaft((60, 80, 104, 125), end=ROWS)) == ()


def test_dark_lines_are_not_named():
    assert found_in(shaft(EVEN, height=-0.045)) == ()


def test_what_the_caller_says_is_no_bone_has_no_series():
    radiograph = shaft(EVEN)
    mask = np.ones(radiograph.pixels.shape, bool)
    assert named_on(radiograph, mask)
    mask[: EVEN[-1] + 20] = False
    assert not named_on(radiograph, mask)


def named_on(radiograph, bone):
    clusters = mx.find_lines(radiograph, bone=bone).clusters
    return any(one.pattern is mx.ClusterPattern.GROWTH_ARREST for one in clusters)


def test_without_a_spacing_nothing_is_named():
    assert found_in(replace(shaft(EVEN), spacing=None)) == ()


def test_lines_that_cross_a_course_answer_less_than_parallel_ones():
    course = np.stack([np.full(60, 200.0), np.linspace(80, 200, 60)], axis=1)
    noise = 0.3 * np.random.default_rng(2).normal(size=(400, 300))

    def answers(rows):
        away = np.arange(400)[:, None] - rows[None, :]
        image = (noise + np.exp(-0.5 * (away / 1.2) ** 2)).astype(np.float32)
        return parallels_of(course, np.array([1.0, 0.0]), image=image, searched=np.ones(image.shape, bool))

    level, leaning = answers(np.full(300, 220.0)), answers(np.linspace(180, 260, 300))
    assert level.shift_px[level.answer.argmax()] == pytest.approx(20, abs=1)
    assert leaning.answer.max() < 0.5 * level.answer.max()


def test_parallels_outside_the_searched_place_answer_nothing():
    noise = np.random.default_rng(1).normal(size=(400, 300)).astype(np.float32)
    course = np.stack([np.full(60, 200.0), np.linspace(80, 200, 60)], axis=1)
    searched = np.zeros(noise.shape, bool)
    searched[180:260] = True
    seen = parallels_of(course, np.array([1.0, 0.0]), image=noise, searched=searched)
    assert np.isneginf(seen.answer[seen.shift_px < -20]).all()
    assert np.isfinite(seen.answer[np.abs(seen.shift_px) < 15]).all()
    assert np.isneginf(
        parallels_of(course, np.array([1.0, 0.0]), image=noise, searched=searched & False).answer
    ).all()


def test_the_end_of_a_bone_is_measured_and_none_is_none():
    image = np.full((400, 300), 0.3, np.float32)
    image[:300] = 0.7
    course = np.stack([np.full(60, 220.0), np.linspace(80, 200, 60)], axis=1)
    # The fall is seen when it comes within the 3 mm over which it is looked for.
    assert to_end_px(course, np.array([1.0, 0.0]), image=image, most_px=240) == pytest.approx(74, abs=8)
    assert to_end_px(course, np.array([1.0, 0.0]), image=image, most_px=40) is None
    assert to_end_px(course, np.array([1.0, 0.0]), image=image * 0 + 0.7, most_px=240) is None


def test_the_model_names_only_features_that_there_are():
    radiograph = shaft(EVEN)
    table = search(radiograph).features
    model = shipped_series_model()
    assert set(model.weights) <= set(table.names)
    assert model.strengths(table).shape == (len(table.values),)
