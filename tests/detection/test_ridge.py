import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import gaussian_line
from microcal_xray.detection import Polarity, ridge_field

ALL_WIDTHS = (3.0, 5.0, 8.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    fwhm=st.floats(3, 9),
    height=st.floats(0.1, 1000),
    degrees=st.floats(0, 180),
    polarity=st.sampled_from(Polarity),
)
def test_a_matched_line_answers_with_its_own_height_width_and_direction(fwhm, height, degrees, polarity):
    sign = -1 if polarity is Polarity.DARK else 1
    image = gaussian_line((101, 101), degrees, fwhm_px=fwhm, height=sign * height)
    field = ridge_field(image, widths_px=[fwhm], polarity=polarity)
    assert field.height[50, 50] == pytest.approx(height, rel=2e-2)  # finite grid
    assert field.width_px[50, 50] == pytest.approx(fwhm)
    turn = (np.degrees(field.angle_rad[50, 50]) - degrees + 90) % 180 - 90
    assert turn == pytest.approx(0, abs=0.5)


def test_a_line_of_the_other_polarity_answers_nothing_at_its_centre():
    bright = gaussian_line((81, 81), 30, fwhm_px=5, height=10)
    assert ridge_field(bright, widths_px=[5], polarity=Polarity.DARK).height[40, 40] == 0


def test_dark_in_an_image_is_bright_in_its_negative(texture):
    dark = ridge_field(texture, widths_px=ALL_WIDTHS, polarity=Polarity.DARK)
    bright = ridge_field(-texture, widths_px=ALL_WIDTHS, polarity=Polarity.BRIGHT)
    for name in ("height", "z", "width_px", "angle_rad"):
        np.testing.assert_array_equal(getattr(dark, name), getattr(bright, name))


def test_the_order_of_widths_has_no_effect(texture):
    one = ridge_field(texture, widths_px=ALL_WIDTHS, polarity=Polarity.DARK)
    other = ridge_field(texture, widths_px=ALL_WIDTHS[::-1], polarity=Polarity.DARK)
    np.testing.assert_array_equal(one.z, other.z)


def test_gain_and_offset_change_no_significance(texture):
    one = ridge_field(texture, widths_px=ALL_WIDTHS, polarity=Polarity.DARK)
    other = ridge_field(7 * texture + 300, widths_px=ALL_WIDTHS, polarity=Polarity.DARK)
    np.testing.assert_allclose(other.z, one.z, rtol=2e-2, atol=2e-2)  # float32 cancels at offset 300
    np.testing.assert_allclose(other.height, 7 * one.height, atol=2e-2)


def test_a_half_turn_turns_the_result(texture):
    field = ridge_field(texture, widths_px=[4], polarity=Polarity.DARK)
    turned = ridge_field(texture[::-1, ::-1], widths_px=[4], polarity=Polarity.DARK)
    np.testing.assert_allclose(turned.height[::-1, ::-1], field.height, atol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_the_noise_unit_is_a_standard_deviation(seed):
    # The curvature in a fixed direction of normal noise, in its own noise unit, has unit variance; the
    # larger of two eigenvalues is then over 3 in a few per mille of pixels, and nearly never over 6.5.
    noise = np.random.default_rng(seed).normal(0, 1, (256, 256))
    z = ridge_field(noise, widths_px=[5], polarity=Polarity.DARK).z
    assert 0.0002 < (z > 3).mean() < 0.02
    assert z.max() < 6.5


def test_a_constant_image_has_no_ridges():
    for level in (0.0, 7.0, 1e6):
        field = ridge_field(np.full((40, 40), level), widths_px=ALL_WIDTHS, polarity=Polarity.BRIGHT)
        assert field.z.max() == 0


def test_a_ramp_has_no_ridges():
    ramp = np.add.outer(3.0 * np.arange(60), 2.0 * np.arange(60))
    field = ridge_field(ramp, widths_px=[3, 5], polarity=Polarity.BRIGHT)
    assert field.height[20:40, 20:40].max() < 1e-2


def test_edges_along_one_direction_raise_the_noise_only_for_lines_along_it():
    rng = np.random.default_rng(1)
    stripes = np.tile(rng.normal(0, 10, 200), (200, 1)) + rng.normal(0, 1, (200, 200))
    along = stripes + gaussian_line((200, 200), 90, fwhm_px=5, height=-8)
    across = stripes + gaussian_line((200, 200), 0, fwhm_px=5, height=-8)
    z_along = ridge_field(along, widths_px=[5], polarity=Polarity.DARK).z[60:140, 99]
    field = ridge_field(across, widths_px=[5], polarity=Polarity.DARK)
    assert np.median(z_along) < 2.5
    assert np.median(field.height[99, 60:140] / 8) > 0.5


@pytest.fixture(scope="module")
def texture():
    return np.random.default_rng(5).normal(0, 1, (90, 120)).astype(np.float32)
