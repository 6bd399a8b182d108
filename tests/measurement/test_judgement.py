from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.bone import Anatomy
from microcal_xray.measurement import judge
from microcal_xray.preprocessing import Field

SHAPE = (100, 100)
ALL = np.ones(SHAPE, bool)
FIELD = Field(ALL, ALL, ~ALL)
ZERO = np.zeros(SHAPE, np.float32)
# A bone that runs down the picture, its outline far away.
ANATOMY = Anatomy(ALL, ZERO + np.float32(np.pi / 2), ZERO + 1, ZERO + 50, ZERO + np.float32(np.pi / 2))


def straight(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    along = np.linspace(-20, 20, 41)
    return 50 + np.stack([along * np.sin(angle), along * np.cos(angle)], axis=1)


def judged(path_px, *, width_px=4.0, anatomy=ANATOMY, field=FIELD, inner=ALL):
    return judge(path_px, width_px=width_px, anatomy=anatomy, field=field, inner=inner)


@pytest.mark.parametrize(("degrees", "to_bone"), [(0, 90), (90, 0), (45, 45), (135, 45), (80, 10), (100, 10)])
def test_the_angle_to_the_bone_has_no_sign(degrees, to_bone):
    path = straight(degrees)
    for way in (path, path[::-1]):
        assert np.degrees(judged(way).angle_to_bone_rad) == pytest.approx(to_bone, abs=1e-3)


@pytest.mark.parametrize(("coherence", "clear"), [(0.0, False), (0.25, False), (0.35, True)])
def test_without_a_clear_axis_there_is_no_angle(coherence, clear):
    unclear = replace(ANATOMY, coherence=ZERO + np.float32(coherence))
    assert (judged(straight(90), anatomy=unclear).angle_to_bone_rad is not None) is clear


def test_where_the_axis_is_clear_it_counts_most():
    # Half of the line lies on a bone that runs along it and is hardly clear, half on one that it crosses.
    axis, coherence = ANATOMY.axis_rad.copy(), ANATOMY.coherence.copy()
    axis[:, :50], coherence[:, :50] = 0, 0.1
    angle = judged(straight(0), anatomy=replace(ANATOMY, axis_rad=axis, coherence=coherence))
    assert np.degrees(angle.angle_to_bone_rad) == pytest.approx(90, abs=1e-3)


def test_a_line_on_the_outline_is_told_from_one_that_crosses_it():
    outlined = replace(ANATOMY, outline_distance_px=ZERO + 1)
    assert judged(straight(90), anatomy=outlined).share_along_outline == 1
    assert judged(straight(0), anatomy=outlined).share_along_outline == 0


@pytest.mark.parametrize(("width_px", "share"), [(4.0, 1), (3.9, 0)])
def test_close_to_the_outline_is_one_and_a_half_widths_and_three_pixels(width_px, share):
    nine_away = replace(ANATOMY, outline_distance_px=ZERO + 9)
    assert judged(straight(90), width_px=width_px, anatomy=nine_away).share_along_outline == share


def test_metal_and_edge_and_what_is_no_bone_are_noticed():
    left = np.zeros(SHAPE, bool)
    left[:, :50] = True
    half = pytest.approx(0.5, abs=0.02)  # one point of 41 lies on the border
    assert judged(straight(0), field=Field(ALL, ALL, left)).share_near_metal == half
    assert judged(straight(0), inner=~left).share_at_edge == half
    assert judged(straight(0), anatomy=replace(ANATOMY, bone=left)).share_in_bone == half


def test_in_the_middle_of_bone_there_is_nothing_to_notice():
    found = judged(straight(10))
    assert (found.share_in_bone, found.share_along_outline) == (1, 0)
    assert (found.share_near_metal, found.share_at_edge) == (0, 0)


def test_points_beyond_the_picture_are_judged_at_its_edge():
    inner = np.pad(np.ones((94, 94), bool), 3)
    assert judged(straight(0) + np.array([0, 60]), inner=inner).share_at_edge > 0.5
