import math

import numpy as np
import pytest
from scipy import ndimage

from microcal_xray.quality import sharpest_edges


def knife(fwhm_px: float, *, noise: float = 0.0, degrees: float = 4.0) -> np.ndarray:
    """Return slanted squares under the two-sided exponential blur of an indirect detector."""
    rows, columns = np.indices((360, 360)) - 180.0
    turned = columns * math.cos(math.radians(degrees)) + rows * math.sin(math.radians(degrees))
    across = rows * math.cos(math.radians(degrees)) - columns * math.sin(math.radians(degrees))
    image = 100.0 * ((np.abs(turned) < 80) & (np.abs(across) < 80)) + 50 + 60.0 * (np.abs(turned) < 150)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(360), np.fft.fftfreq(360)))
    corner = math.log(2) / (math.pi * fwhm_px)
    blurred = np.fft.ifft2(np.fft.fft2(image) / (1 + (frequency / corner) ** 2)).real
    return (blurred + np.random.default_rng(0).normal(0, noise, image.shape)).astype(np.float32)


def measured(image: np.ndarray, scale: float = 1.0):
    smaller = image if scale == 1 else ndimage.zoom(image, scale, order=1).astype(np.float32)
    return sharpest_edges(image, smaller, np.ones(smaller.shape, bool), scale=scale)


@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("fwhm_px", [1.5, 2.5, 4.0])
def test_a_known_blur_is_measured_to_a_third(fwhm_px, noise):
    found = measured(knife(fwhm_px, noise=noise))
    assert found.value == pytest.approx(fwhm_px, rel=0.34)
    assert found.low <= found.value <= found.high


def test_more_blur_measures_wider():
    widths = [measured(knife(fwhm)).value for fwhm in (1.5, 2.5, 4.0)]
    assert widths == sorted(widths)


def test_edges_may_be_sought_on_a_smaller_copy():
    image = knife(2.5)
    assert measured(image, 0.5).value == pytest.approx(measured(image).value, rel=0.15)


@pytest.mark.parametrize("image", [np.zeros((100, 100)), np.full((100, 100), 7.0), np.zeros((12, 12))])
def test_without_edges_nothing_is_measured(image):
    assert measured(image.astype(np.float32)) is None
