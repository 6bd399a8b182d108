"""The profile of a line: closed forms against sums, and fits of lines that were drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.measurement.band import (
    BAND_AREA,
    fit_band,
    height_in_errors,
    mean_and_error,
    slit,
    soft_band,
)

FINE = np.arange(-60, 60, 0.01)


@given(width=st.floats(0.05, 20), blur=st.floats(0.3, 5))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_blur_keeps_the_area_of_a_line(width, blur):
    assert slit(FINE, width, blur).sum() * 0.01 == pytest.approx(width, rel=2e-3)  # the tails end at 60
    # The Gaussian is cut at three standard deviations.
    assert soft_band(FINE, width, blur).sum() * 0.01 == pytest.approx(BAND_AREA * width, rel=5e-3)


def test_a_slit_is_a_box_blurred_by_an_exponential():
    box = np.where(np.abs(FINE) <= 1.5, 1.0, 0.0)
    kernel = np.exp(-2 * np.log(2) * np.abs(FINE) / 2.0)
    expected = np.convolve(box, kernel / kernel.sum(), mode="same")
    np.testing.assert_allclose(slit(FINE, 3.0, 2.0), expected, atol=6e-3)  # half a step of the box's edge


def test_the_peak_of_a_narrow_slit_is_that_of_the_published_formula():
    # Contrast of a slit of width w through MTF 1 / (1 + (f / f0)**2): 1 - exp(-pi f0 w).
    blur = 2 * np.log(2) / (2 * np.pi * 1.29)
    assert slit(np.zeros(1), 0.1, blur)[0] == pytest.approx(1 - np.exp(-np.pi * 1.29 * 0.1), rel=1e-6)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("width", [2.0, 5.0])
def test_a_clear_line_has_the_width_and_the_height_that_it_was_drawn_with(width, soft):
    offset = np.arange(-18, 18.25, 0.5)
    line = (soft_band if soft else slit)(offset, width, 1.5)
    rng = np.random.default_rng(1)
    rows = 3 + 0.02 * offset - 0.001 * offset**2 + 0.5 * line + rng.normal(0, 0.05, (120, len(offset)))
    fit = fit_band(rows, offset, is_soft=soft, width_px=3.0, blur_px=1.5, alike=6)
    assert fit.width_px == pytest.approx(width, rel=0.05)
    assert float((rows @ fit.template).mean()) * fit.area_px == pytest.approx(
        0.5 * width * (BAND_AREA if soft else 1), rel=0.05
    )
    assert fit.weight.sum() == pytest.approx(1)
    assert fit.d_prime > 50


def test_below_the_blur_the_width_is_open_but_the_area_is_known():
    offset = np.arange(-10, 10.25, 0.5)
    rng = np.random.default_rng(2)
    areas, spreads = [], []
    for width in (0.3, 0.6):
        rows = 0.6 / width * slit(offset, width, 2.0) + rng.normal(0, 0.05, (60, len(offset)))
        fit = fit_band(rows, offset, is_soft=False, width_px=2.0, blur_px=2.0, alike=6)
        areas.append(float((rows @ fit.template).mean()) * fit.area_px)
        spreads.append(fit.width_log_sd)
    assert areas == pytest.approx([0.6, 0.6], rel=0.06)
    assert min(spreads) > 0.25  # of the logarithm: more than a factor of 1.6 from low to high


def test_noise_alone_stands_out_by_chance_only():
    offset = np.arange(-10, 10.25, 0.5)
    rng = np.random.default_rng(3)
    z = [
        height_in_errors(
            rng.normal(0, 1, (80, len(offset))), offset, is_soft=False, width_px=3.0, blur_px=1.5, alike=4
        )
        for _ in range(60)
    ]
    assert abs(np.mean(z)) < 0.5
    assert 0.8 < np.std(z) < 1.6  # errors come from twenty independent pieces


def test_the_error_of_a_mean_counts_neighbours_that_are_alike_once():
    rng = np.random.default_rng(4)
    steps = np.repeat(rng.normal(0, 1, 100), 10)
    weight = np.full(1000, 1e-3)
    assert mean_and_error(steps, weight, 30)[1] == pytest.approx(0.1, rel=0.3)
    assert mean_and_error(steps, weight, 1)[1] < 0.04  # what they would be if each were new


def test_a_row_across_an_edge_weighs_less():
    offset = np.arange(-10, 10.25, 0.5)
    rows = np.random.default_rng(5).normal(0, 0.1, (100, len(offset)))
    rows[40:60] += 5 * (offset > 4)
    weight = fit_band(rows, offset, is_soft=False, width_px=2.0, blur_px=1.5, alike=4).weight
    assert weight[45:55].max() < 0.3 * weight[10:20].min()
