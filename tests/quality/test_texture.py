import math

import numpy as np
import pytest

from microcal_xray.quality import bone_structure

SHAPE = (420, 400)


def field(slope: float, *, degrees: float | None = None, seed: int = 0) -> np.ndarray:
    """Return a Gaussian field with a power law spectrum, of unit variance, running in one direction."""
    down, right = np.fft.fftfreq(SHAPE[0])[:, None], np.fft.fftfreq(SHAPE[1])[None, :]
    if degrees is not None:
        angle = math.radians(degrees)
        along = right * math.cos(angle) + down * math.sin(angle)
        across = -right * math.sin(angle) + down * math.cos(angle)
        down, right = across, 2.5 * along
    frequency = np.maximum(np.hypot(down, right), 0.01)
    blur = 1 / (
        1 + (np.hypot(np.fft.fftfreq(SHAPE[0])[:, None], np.fft.fftfreq(SHAPE[1])[None, :]) / 0.3) ** 8
    )
    white = np.random.default_rng(seed).normal(size=SHAPE)
    made = np.fft.ifft2(np.fft.fft2(white) * frequency ** (-slope / 2) * blur).real
    return made / made.std()


def measured(image: np.ndarray, *, axis: float = 0.0, scale: float = 1.0):
    side = tuple(round(each * scale) for each in image.shape)
    return bone_structure(
        image.astype(np.float32), np.ones(side, bool), np.full(side, axis, np.float32), scale=scale
    )


def test_white_noise_is_noise_and_no_texture():
    found = measured(np.random.default_rng(4).normal(100, 3.0, SHAPE))
    assert found.noise.value == pytest.approx(3.0, rel=0.05)
    assert found.texture.value < 0.6
    assert found.noise.low <= found.noise.value <= found.noise.high


@pytest.mark.parametrize("slope", [2.0, 3.0])
def test_the_slope_of_a_power_law_is_found_under_noise(slope):
    image = 5 * field(slope) + np.random.default_rng(1).normal(0, 0.6, SHAPE)
    found = measured(image)
    assert found.slope.value == pytest.approx(slope, abs=0.45)
    # The finest of the texture counts as noise.
    assert 0.5 < found.noise.value < 1.3


@pytest.mark.parametrize("degrees", [0.0, 40.0, 90.0, 130.0])
def test_the_direction_is_that_along_which_it_runs_to_the_bone(degrees):
    found = measured(field(2.5, degrees=degrees), axis=math.radians(30))
    apart = (math.degrees(found.direction_rad.value) - (degrees - 30) + 90) % 180 - 90
    assert apart == pytest.approx(0, abs=6)


def test_even_texture_has_no_direction():
    assert measured(field(2.5)).direction_rad is None


@pytest.mark.parametrize("gain", [0.01, 50.0])
def test_a_gain_scales_noise_and_texture_and_nothing_else(gain):
    image = 5 * field(2.5) + np.random.default_rng(1).normal(0, 0.5, SHAPE)
    plain, other = measured(image), measured(gain * image + 300 * gain)
    assert other.noise.value == pytest.approx(gain * plain.noise.value, rel=1e-2)
    assert other.texture.value == pytest.approx(gain * plain.texture.value, rel=1e-2)
    assert other.slope.value == pytest.approx(plain.slope.value, abs=0.02)


def test_texture_is_the_same_on_finer_pixels():
    image = field(3.0)
    finer = np.kron(image, np.ones((2, 2)))
    assert measured(finer, scale=0.5).texture.value == pytest.approx(measured(image).texture.value, rel=0.15)


def test_a_small_bone_is_not_measured():
    bone = np.zeros(SHAPE, bool)
    bone[:40, :40] = True
    found = bone_structure(np.zeros(SHAPE, np.float32), bone, np.zeros(SHAPE, np.float32), scale=1.0)
    assert found is None
