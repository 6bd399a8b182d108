import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import gaussian_line
from microcal_xray.preprocessing import in_range, working_image


def blob(shape, row, column, sigma_px=12.0) -> np.ndarray:
    rows, columns = np.indices(shape)
    return np.exp(-0.5 * ((rows - row) ** 2 + (columns - column) ** 2) / sigma_px**2).astype(np.float32)


def of(pixels, *, mm_per_px=None, usable=None):
    return working_image(
        pixels, np.ones(pixels.shape, bool) if usable is None else usable, mm_per_px=mm_per_px
    )


# The size


@pytest.mark.parametrize(
    ("shape", "mm_per_px", "longer"),
    [
        ((1000, 500), 0.125, 500),  # 0.25 mm
        ((500, 1000), 0.5, 2000),
        ((3000, 2400), 0.25, 2400),  # the most
        ((4000, 3000), 0.2, 2400),
        ((600, 300), 0.1, 480),  # the least
        ((100, 50), 0.25, 480),
        ((640, 400), None, 640),
        ((1100, 900), None, 1100),
        ((800, 900), None, 900),
        ((3000, 2000), None, 1100),
        ((90, 64), None, 640),
    ],
)
def test_the_longer_side_is_what_the_spacing_and_the_limits_make_it(shape, mm_per_px, longer):
    working = of(np.zeros(shape, np.float32), mm_per_px=mm_per_px)
    assert max(working.pixels.shape) == longer
    factor = longer / max(shape)
    assert working.pixels.shape == tuple(round(side * factor) for side in shape)
    assert working.usable.shape == working.pixels.shape
    assert working.rows_per_row == working.pixels.shape[0] / shape[0]
    assert working.scale == pytest.approx(factor, rel=0.5 / min(working.pixels.shape))  # whole pixels


@pytest.mark.parametrize(("shape", "mm_per_px"), [((700, 500), None), ((700, 500), 0.25)])
def test_a_picture_of_the_right_size_is_left_alone(shape, mm_per_px):
    pixels = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    working = of(pixels, mm_per_px=mm_per_px)
    assert working.pixels is pixels
    assert working.original(np.array([[3.0, 4.0]])).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
@pytest.mark.parametrize("mm_per_px", [None, 0.01, 5.0])
def test_the_smallest_pictures_have_a_working_image(shape, mm_per_px):
    working = of(np.ones(shape, np.float32), mm_per_px=mm_per_px)
    assert min(working.pixels.shape) >= 1
    np.testing.assert_allclose(working.pixels, 1, rtol=1e-5)


# The way back


@settings(max_examples=25, deadline=None, derandomize=True)
@given(row=st.floats(120, 280), column=st.floats(120, 380), mm_per_px=st.floats(0.15, 0.9))
def test_a_point_comes_back_to_where_it_was(row, column, mm_per_px):
    working = of(blob((400, 500), row, column), mm_per_px=mm_per_px)
    weights = working.pixels.astype(float) / working.pixels.sum(dtype=float)
    centre = np.array([[(axis * weights).sum() for axis in np.indices(weights.shape)]])
    # The resampling weights are kept in single precision; a blob of 12 pixels is smooth on either grid.
    np.testing.assert_allclose(working.original(centre), [[row, column]], atol=0.05)


@pytest.mark.parametrize("mm_per_px", [0.12, 0.2, 0.45])
def test_the_corners_of_the_picture_stay_its_corners(mm_per_px):
    working = of(np.zeros((900, 700), np.float32), mm_per_px=mm_per_px)
    outer = np.array([[-0.5, -0.5], np.array(working.pixels.shape) - 0.5])
    np.testing.assert_allclose(working.original(outer), [[-0.5, -0.5], [899.5, 699.5]], atol=1e-9)


# What is kept


@settings(max_examples=20, deadline=None, derandomize=True)
@given(fwhm=st.floats(1.5, 4), place=st.floats(290, 310), mm_per_px=st.floats(0.13, 0.24))
def test_shrinking_keeps_the_integrated_contrast_of_a_fine_line(fwhm, place, mm_per_px):
    line = gaussian_line((600, 600), 0, fwhm_px=fwhm, height=-1.0, centre=(place, 300))
    small = of(line, mm_per_px=mm_per_px)
    assert small.rows_per_row < 1
    before, after = (
        line[:, 300].sum(dtype=float),
        small.pixels[:, small.pixels.shape[1] // 2].sum(dtype=float),
    )
    assert after / small.rows_per_row == pytest.approx(before, rel=1e-3)  # float32


@pytest.mark.parametrize(
    ("shape", "mm_per_px"), [((1400, 1400), None), ((200, 200), None), ((900, 900), 0.3)]
)
def test_a_constant_stays_that_constant_and_the_mean_is_kept(shape, mm_per_px):
    np.testing.assert_allclose(of(np.full(shape, 7.0, np.float32), mm_per_px=mm_per_px).pixels, 7, rtol=1e-5)
    image = blob(shape, shape[0] / 2, shape[1] / 2)
    assert of(image, mm_per_px=mm_per_px).pixels.mean() == pytest.approx(image.mean(), rel=1e-2)


@pytest.mark.parametrize("mm_per_px", [0.125, 0.2, 0.6])
def test_the_usable_mask_follows(mm_per_px):
    usable = np.zeros((1000, 800), bool)
    usable[200:700, 100:500] = True
    working = of(usable.astype(np.float32), mm_per_px=mm_per_px, usable=usable)
    assert working.usable.dtype == bool
    corners = np.argwhere(working.usable)[[0, -1]]
    # The nearest pixel decides: half a working pixel, and half one of the picture.
    allowed = 0.5 + 0.5 / min(working.scale, 1)
    np.testing.assert_allclose(
        working.original(corners.astype(float)), [[200, 100], [699, 499]], atol=allowed
    )
    assert working.usable.mean() == pytest.approx(usable.mean(), rel=0.02)


# In range


def random_picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(2, 100, (80, 90)).astype(np.float32)


def test_the_range_is_from_the_second_to_the_ninety_eighth_percentile_of_the_body():
    image = random_picture()
    body = np.zeros(image.shape, bool)
    body[20:60] = True
    found = in_range(image, body=body)
    assert np.percentile(found[body], [2, 98]).tolist() == [pytest.approx(0, abs=1e-6), pytest.approx(1)]


def test_what_is_not_body_has_no_say():
    image = random_picture()
    body = np.zeros(image.shape, bool)
    body[20:60] = True
    other = np.where(body, image, 1e6).astype(np.float32)
    np.testing.assert_array_equal(in_range(other, body=body)[body], in_range(image, body=body)[body])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(gain=st.floats(0.01, 100), offset=st.floats(-2000, 2000))
def test_gain_and_offset_of_the_exposure_go_away(gain, offset):
    image = random_picture()
    body = image > 40
    # float32 of numbers around the offset, over a range of gain times 600.
    error = 1e-6 * (1 + abs(offset) / (100 * gain))
    np.testing.assert_allclose(
        in_range((gain * image + offset).astype(np.float32), body=body),
        in_range(image, body=body),
        atol=max(error, 1e-5),
    )


def test_metal_and_air_are_cut():
    image = random_picture()
    image[0, 0], image[0, 1] = 1e9, -1e9
    found = in_range(image, body=np.ones(image.shape, bool))
    assert (found[0, 0], found[0, 1]) == (2.0, -0.5)
    assert (found.min(), found.max(), found.dtype) == (-0.5, 2.0, np.float32)


def test_a_constant_body_is_zero():
    np.testing.assert_array_equal(in_range(np.full((5, 5), 9, np.float32), body=np.ones((5, 5), bool)), 0)


@pytest.mark.parametrize("mm_per_px", [0.1, 0.143, 0.4])
def test_points_go_there_and_back(mm_per_px):
    working = of(np.zeros((300, 200), np.float32), mm_per_px=mm_per_px)
    points = np.array([[0.0, 0.0], [123.4, 56.7], [299.0, 199.0]])
    np.testing.assert_allclose(working.original(working.from_original(points)), points, atol=1e-9)


@pytest.mark.parametrize("mm_per_px", [0.1, 0.143, 0.4])
def test_a_mask_comes_back_where_it_was(mm_per_px):
    pixels = np.zeros((600, 500), np.float32)
    mask = np.zeros(pixels.shape, bool)
    mask[120:420, 100:300] = True
    working = of(pixels, mm_per_px=mm_per_px, usable=mask)
    back = working.to_original(working.usable, pixels.shape)
    assert back.shape == mask.shape
    assert (back != mask).mean() < 0.02  # a working pixel along its edge


def test_a_mask_of_a_picture_that_was_not_resized_stays_itself():
    pixels = np.zeros((700, 500), np.float32)
    working = of(pixels, mm_per_px=0.25)
    assert working.to_original(working.usable, pixels.shape) is working.usable
