"""A line in a drawn shaft whose axis, width, ends and brightness are known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from drawing import shaft
from microcal_xray.bone import find_anatomy, long_axis
from microcal_xray.measurement import AxisMap, bone_setting, place
from microcal_xray.measurement.bone_contrast import Known
from microcal_xray.preprocessing import find_field, in_range

SHAPE = (520, 360)
WIDTH_PX = 90
CENTRE = np.array([260.0, 179.5])
# In the middle of the shaft: bone 800 less its cavity of 250, over soft tissue of 300.
CAVITY, SOFT = 550.0, 300.0


def moved(rows, columns):
    return np.add(CENTRE, (rows, columns))


def setting(image, path):
    field = find_field(image, usable=np.ones(image.shape, bool))
    axis_rad, coherence = long_axis(image, scale_px=28)
    anatomy = find_anatomy(image, body=field.body, axis_rad=axis_rad, coherence=coherence)
    axis = AxisMap(*long_axis(in_range(image, body=field.body), scale_px=55))
    return bone_setting(path, image, anatomy=anatomy, axis=axis, field=field)


def line(degrees, length_px, *, centre=CENTRE):
    """Return a path at an angle to the shaft, which runs down the picture."""
    angle = np.radians(degrees)
    along = np.linspace(-0.5, 0.5, 41)[:, None] * length_px
    return centre + along * np.array([np.cos(angle), np.sin(angle)])


@pytest.fixture(scope="module")
def limb():
    return shaft(SHAPE, width_px=WIDTH_PX, soft_px=220, noise=8, seed=3)


@pytest.mark.parametrize("degrees", [0, 25, 60, 90, 120])
def test_the_angle_to_the_bone_is_that_of_the_drawing(limb, degrees):
    angle = setting(limb, line(degrees, 50)).angle_rad
    assert np.degrees(angle.value) == pytest.approx(min(degrees, 180 - degrees), abs=2)
    assert angle.sd < np.radians(4)


def test_a_line_that_bends_is_less_sure_of_its_angle_than_a_straight_one(limb):
    straight = line(70, 60)
    aside = 10 * np.sin(np.linspace(0, np.pi, len(straight)))
    bent = setting(limb, straight + aside[:, None] * np.array([1.0, 0.0])).angle_rad
    assert bent.sd > setting(limb, straight).angle_rad.sd + np.radians(1)


def test_no_angle_is_told_where_the_axis_is_hardly_known(limb, monkeypatch):
    sure = setting(limb, line(70, 50))
    monkeypatch.setattr(
        place, "shaft_axis", lambda *_, **__: Known(np.pi / 2, place._MOST_AXIS_SD + np.radians(1))
    )
    unsure = setting(limb, line(70, 50))
    assert unsure.angle_rad is None
    assert unsure.crossed.value == pytest.approx(sure.crossed.value, abs=0.05)


@pytest.mark.parametrize(("centre", "length", "crossed", "cortices"), [
    (CENTRE, 40, 40 / WIDTH_PX, ()),
    (moved(0, -30), 30, 30 / WIDTH_PX, ("left",)),
    (moved(0, 30), 30, 30 / WIDTH_PX, ("right",)),
    (CENTRE, WIDTH_PX, 1.0, ("left", "right")),
])  # fmt: skip
def test_the_share_of_the_bone_that_is_crossed_and_its_sides(limb, centre, length, crossed, cortices):
    found = setting(limb, line(90, length, centre=centre))
    assert found.crossed.value == pytest.approx(crossed, abs=0.08)
    assert found.cortices == cortices


def test_on_a_lying_bone_the_sides_are_upper_and_lower(limb):
    turned = np.ascontiguousarray(np.rot90(limb))
    path = line(90, 30, centre=moved(0, -30))
    lying = np.stack([limb.shape[1] - 1 - path[:, 1], path[:, 0]], axis=1)
    assert setting(turned, lying).cortices == ("lower",)


def test_the_distance_to_the_cortex_and_the_angle_to_it(limb):
    found = setting(limb, line(90, 30, centre=CENTRE))
    assert found.cortex_distance_px.value == pytest.approx(WIDTH_PX / 2 - 15, abs=4)
    assert np.degrees(found.cortex_angle_rad.value) == pytest.approx(0, abs=8)
    along = setting(limb, line(0, 60, centre=moved(0, -30)))
    assert np.degrees(along.cortex_angle_rad.value) == pytest.approx(90, abs=8)


def test_the_contrast_of_the_bone_is_that_over_its_soft_tissue(limb):
    # The drawn limb is as thick everywhere, so no more soft tissue is behind the bone than beside it: the
    # correction for an elliptic limb takes it for up to 12 % brighter.
    found = setting(limb, line(90, 36)).contrast
    assert found.value == pytest.approx(CAVITY - SOFT, rel=0.2)
    brighter = setting(3 * limb + 100, line(90, 36)).contrast
    assert brighter.value == pytest.approx(3 * found.value, rel=0.02)


def test_a_bone_that_leaves_the_picture_has_no_ends_and_a_short_one_has_both(limb):
    assert setting(limb, line(90, 40)).end_distance_px is None
    short = limb.copy()
    soft = shaft(SHAPE, width_px=1e-6, soft_px=220, noise=8, seed=4)
    short[:100], short[420:] = soft[:100], soft[420:]
    found = setting(ndimage.gaussian_filter(short, 1), line(90, 40, centre=moved(-60, 0)))
    assert found.along_bone.value == pytest.approx(100 / 320, abs=0.05)
    assert found.end_distance_px.value == pytest.approx(100, abs=12)


def test_where_there_is_no_bone_nothing_is_known(limb):
    found = setting(limb, line(90, 20, centre=np.array([260.0, 90.0])))
    assert (found.angle_rad, found.crossed, found.contrast, found.along_bone) == (None, None, None, None)


def test_bone_without_soft_tissue_has_no_contrast_over_it():
    dry = shaft(SHAPE, width_px=WIDTH_PX, soft_px=1e-6, noise=8, seed=5)
    assert setting(dry, line(90, 40)).contrast is None


def test_a_bone_that_the_mask_joins_with_its_neighbour_is_crossed_alone():
    columns = np.abs(np.arange(SHAPE[1]) - 179.5)
    limb = np.tile(
        np.where(columns < 110, 300 * np.sqrt(np.maximum(0, 1 - (columns / 112) ** 2)), 0), (520, 1)
    )
    limb[:, 120:190] += 500
    limb[:, 206:236] += 500
    image = ndimage.gaussian_filter(limb, 1.5).astype(np.float32)
    image += np.random.default_rng(6).normal(0, 6, SHAPE).astype(np.float32)
    field = find_field(image, usable=np.ones(SHAPE, bool))
    axis_rad, coherence = long_axis(image, scale_px=28)
    anatomy = find_anatomy(image, body=field.body, axis_rad=axis_rad, coherence=coherence)
    joined = np.zeros(SHAPE, bool)
    joined[:, 120:236] = True
    axis = AxisMap(*long_axis(in_range(image, body=field.body), scale_px=55))
    found = bone_setting(
        line(90, 70, centre=np.array([260.0, 154.5])),
        image,
        anatomy=replace(anatomy, bone=joined),
        axis=axis,
        field=field,
    )
    assert found.crossed.value == pytest.approx(1, abs=0.12)
    assert found.cortices == ("left", "right")
