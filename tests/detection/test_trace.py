import numpy as np
import pytest

from drawing import gaussian_line
from microcal_xray.detection import Polarity, RidgeField, ridge_field, trace

EVERYWHERE = np.ones((160, 160), bool)


def lines(image, *, low_sd=2.0, high_sd=4.0, minimum_length_px=20.0):
    field = ridge_field(image, widths_px=[5], polarity=Polarity.DARK)
    return trace(
        field,
        low_sd=low_sd,
        high_sd=high_sd,
        minimum_length_px=minimum_length_px,
        usable=np.ones(image.shape, bool),
    )


def grain(seed=0, sd=0.5):
    return np.random.default_rng(seed).normal(0, sd, (160, 160)).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 17, 45, 73, 90, 128, 163])
def test_a_straight_line_is_one_path_on_its_centre(degrees):
    image = grain() + gaussian_line((160, 160), degrees, fwhm_px=5, height=-5, length_px=90)
    longest = max(lines(image), key=lambda path: len(path.points_px))
    angle = np.radians(degrees)
    off = (longest.points_px - 79.5) @ [np.cos(angle), -np.sin(angle)]
    inner = np.abs((longest.points_px - 79.5) @ [np.sin(angle), np.cos(angle)]) < 40
    assert np.abs(off[inner]).max() < 1.0
    assert np.sqrt(np.mean(off[inner] ** 2)) < 0.35  # a third of a pixel at this contrast
    reach = np.ptp(longest.points_px @ [np.sin(angle), np.cos(angle)])
    assert reach == pytest.approx(90, abs=12)


def test_points_are_in_order():
    image = grain() + gaussian_line((160, 160), 30, fwhm_px=5, height=-5, length_px=90)
    longest = max(lines(image), key=lambda path: len(path.points_px))
    steps = np.hypot(*np.diff(longest.points_px, axis=0).T)
    assert steps.max() < 7


def test_a_small_gap_is_bridged_and_a_large_one_is_not():
    whole = gaussian_line((160, 160), 0, fwhm_px=5, height=-8, length_px=120)
    from_middle = np.abs(np.arange(160) - 79.5)
    small, large = (whole / (1 + np.exp((half_px - from_middle) / 1.5)) for half_px in (4, 20))
    assert max(np.ptp(path.points_px[:, 1]) for path in lines(grain() + small)) > 100
    assert max(np.ptp(path.points_px[:, 1]) for path in lines(grain() + large)) < 70


def test_a_crossing_line_does_not_cut_a_line_in_two():
    image = grain() + gaussian_line((160, 160), 0, fwhm_px=5, height=-8, length_px=120)
    image += gaussian_line((160, 160), 80, fwhm_px=5, height=-4, length_px=120)
    assert max(np.ptp(path.points_px[:, 1]) for path in lines(image)) > 90


def test_two_lines_that_meet_at_a_corner_stay_two():
    corner = gaussian_line((160, 160), 0, fwhm_px=5, height=-8)
    corner[:, 80:] = 0
    corner = np.minimum(corner, gaussian_line((160, 160), 90, fwhm_px=5, height=-8))
    corner[:77, 70:90] = 0
    for path in lines(grain() + corner):
        extent = np.ptp(path.points_px, axis=0)
        assert extent.min() < 12, extent


def test_noise_alone_gives_no_long_lines():
    found = [
        path
        for seed in range(4)
        for path in lines(grain(seed), low_sd=2.0, high_sd=4.0, minimum_length_px=30)
    ]
    assert len(found) <= 2  # half a line of 30 pixels per 160 x 160 picture at most


def test_a_line_must_reach_the_high_threshold():
    image = grain() + gaussian_line((160, 160), 0, fwhm_px=5, height=-5, length_px=90)
    assert lines(image, high_sd=4.0)
    assert lines(image, high_sd=90.0) == ()


def test_nothing_is_traced_in_an_empty_field():
    zeros = np.zeros((160, 160), np.float32)
    field = RidgeField(zeros, zeros, zeros, zeros)
    assert trace(field, low_sd=1, high_sd=2, minimum_length_px=5, usable=EVERYWHERE) == ()


def test_the_result_is_the_same_twice():
    image = grain() + gaussian_line((160, 160), 30, fwhm_px=5, height=-3)
    one, other = lines(image), lines(image)
    assert [path.points_px.tolist() for path in one] == [path.points_px.tolist() for path in other]
