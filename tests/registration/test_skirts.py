"""A bright band is seen to both sides of a line that is gone, and what is left of the line is no band."""

import numpy as np
import pytest

from microcal_xray.measurement import soft_band
from microcal_xray.registration import Across

SHAPE, MIDDLE, UNIT_PX = (400, 300), 200.3, 4.0
USABLE = np.ones(SHAPE, bool)
PATH = np.stack([np.full(41, 200.0), np.arange(130.0, 171.0)], axis=1)
AWAY = np.arange(SHAPE[0])[:, None] - MIDDLE
ON_IT = np.abs(np.arange(SHAPE[1])[None, :] - 150) <= 22


def gone(height: float, profile: str) -> np.ndarray:
    """What a dark line leaves in the difference when it is gone: a peak of that profile, 3 pixels wide."""
    shapes = {
        "slit": np.clip(2.0 - np.abs(AWAY), 0, 1),
        "tilted": np.clip((3.0 - np.abs(AWAY)) / 3.0, 0, 1),
        "two slits": 0.6 * (np.abs(AWAY - 0.9) < 1.2) + 0.6 * (np.abs(AWAY + 0.9) < 1.2),
    }
    return height * shapes[profile] * ON_IT


def band(height: float, width_px: float = 10.0) -> np.ndarray:
    return height * soft_band(AWAY[:, 0], width_px, 0.5)[:, None] * ON_IT


def noise(seed: int, sd: float = 0.03) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, sd, SHAPE)


def across(image: np.ndarray, *, usable: np.ndarray = USABLE, path: np.ndarray = PATH) -> Across:
    return Across.of(path, image.astype(np.float32), usable=usable, unit_px=UNIT_PX, farthest=13.0)


def seen(image: np.ndarray) -> tuple[float, float]:
    found = across(image)
    middle, width = found.peak()
    shape = soft_band(found.offset_px - middle, 10.0, 0.5)
    return found.height_of(shape, middle_px=middle, core_px=1.25 * width, reach_px=14.0)


def test_the_peak_is_where_it_is_and_as_wide_as_it_is():
    middle, width = across(np.exp(-0.5 * (AWAY / 1.5) ** 2) * np.ones(SHAPE[1])).peak()
    assert abs(middle) == pytest.approx(0.3, abs=0.02)
    assert width == pytest.approx(2.3548 * 1.5, rel=0.08)  # linear between pixels: a little wider


@pytest.mark.parametrize("profile", ["slit", "tilted", "two slits"])
def test_a_band_has_its_height_whatever_line_stood_in_its_middle(profile):
    height, z = seen(gone(0.6, profile) + band(0.06) + noise(1))
    assert height == pytest.approx(0.06, rel=0.25)
    assert z > 5


@pytest.mark.parametrize("profile", ["slit", "tilted", "two slits"])
def test_a_line_that_is_only_gone_leaves_no_band(profile):
    heights = [seen(gone(0.6, profile) + noise(seed)) for seed in range(30)]
    assert max(abs(z) for _, z in heights) < 3.5
    assert abs(np.mean([height for height, _ in heights])) < 0.01 * 0.6


def test_a_slope_is_no_band():
    assert abs(seen(gone(0.6, "slit") + 0.004 * AWAY + noise(2))[1]) < 3.5


def test_the_standard_error_is_that_of_the_height():
    found = [seen(gone(0.6, "slit") + band(0.05) + noise(seed)) for seed in range(40)]
    spread = float(np.std([height for height, _ in found]))
    told = float(np.median([height / z for height, z in found]))
    assert 0.7 * spread < told < 2.0 * spread  # the larger of two estimates is taken


def test_a_dark_band_has_the_other_sign():
    height, z = seen(gone(0.6, "slit") + band(-0.06) + noise(3))
    assert height < 0
    assert z < -5


@pytest.mark.parametrize("side", [slice(0, 202), slice(198, None)])
def test_a_band_of_which_one_side_is_not_shown_is_not_told(side):
    usable = USABLE.copy()
    usable[side] = False
    found = across(gone(0.6, "slit") + band(0.06) + noise(1), usable=usable)
    shape = soft_band(found.offset_px, 10.0, 0.5)
    assert found.height_of(shape, middle_px=0.0, core_px=3.0, reach_px=14.0) == (0.0, 0.0)


def test_no_peak_is_none():
    assert across(np.full(SHAPE, np.nan), usable=np.zeros(SHAPE, bool)).peak() is None
    assert across(0.01 * AWAY * np.ones(SHAPE[1])).peak() is None  # a slope goes on


def test_a_course_outside_of_the_picture_tells_nothing():
    found = across(noise(1), path=PATH + np.array([1000.0, 0.0]))
    assert np.isnan(found.mean).all()
    assert found.peak() is None
