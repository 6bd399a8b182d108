import numpy as np
import pytest

from microcal_xray.errors import SettingsError
from microcal_xray.simulation import Detector
from microcal_xray.simulation.detector import (
    DQE_CORNER_PER_MM,
    DQE_ZERO,
    QUANTA_PER_MM2_UGY,
    blur,
    electronic_noise,
    mtf,
    quantum_noise,
)

SPACING_MM = 0.143


def slanted_edge(shape, slope):
    """Return two half planes, each pixel the mean over its area, and the distance from the edge in pixels."""
    rows, columns = np.indices(shape)
    away_px = (columns - shape[1] / 2 + slope * (rows - shape[0] / 2)) / np.hypot(1, slope)
    return np.clip(away_px + 0.5, 0, 1).astype(np.float32), away_px


def test_the_modulation_transfer_is_found_again_from_a_slanted_edge():
    edge, away_px = slanted_edge((400, 160), slope=0.053)
    blurred = blur(edge, spacing_mm=SPACING_MM)
    fine = 8  # bins in a pixel
    inner = np.abs(away_px) < 40
    index = np.floor((away_px[inner] + 40) * fine).astype(int)
    spread = np.bincount(index, blurred[inner]) / np.bincount(index)
    line = np.diff(spread)
    frequency = np.fft.rfftfreq(line.size, SPACING_MM / fine)
    found = np.abs(np.fft.rfft(line)) / np.sinc(frequency * SPACING_MM / fine) ** 2
    for wanted in (0.5, 1.0, 1.29, 2.0, 2.5):
        # one in thirty: the edge's pixels are means along the columns only
        assert np.interp(wanted, frequency, found / found[0]) == pytest.approx(
            mtf(np.array(wanted)), rel=0.03
        )


def test_blur_keeps_a_flat_field():
    flat = np.full((64, 50), 0.25, np.float32)
    assert blur(flat, spacing_mm=SPACING_MM) == pytest.approx(flat, rel=1e-5)


@pytest.mark.parametrize("signal", [0.03, 0.3])
def test_the_noise_of_a_flat_field_has_the_level_of_its_quanta(signal):
    kerma = 30.0
    noise = quantum_noise(
        np.full((512, 512), signal, np.float32),
        spacing_mm=SPACING_MM,
        air_kerma_ugy=kerma,
        rng=np.random.default_rng(1),
    )
    frequency = np.fft.fftfreq(512, SPACING_MM)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    per_quantum = (mtf(radius) ** 2 * np.exp(radius / DQE_CORNER_PER_MM)).mean()
    quanta = QUANTA_PER_MM2_UGY * DQE_ZERO * kerma * signal * SPACING_MM**2
    assert noise.std() / signal == pytest.approx(np.sqrt(per_quantum / quanta), rel=0.02)
    assert abs(noise.mean()) < 0.01 * noise.std() * 5


def test_the_noise_power_falls_as_the_quantum_efficiency_says():
    signal, kerma = 0.1, 20.0
    noise = quantum_noise(
        np.full((768, 768), signal, np.float32),
        spacing_mm=SPACING_MM,
        air_kerma_ugy=kerma,
        rng=np.random.default_rng(2),
    )
    power = np.abs(np.fft.fft2(noise / signal)) ** 2 * SPACING_MM**2 / noise.size
    frequency = np.fft.fftfreq(768, SPACING_MM)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    for low, high in ((0.2, 0.4), (0.9, 1.1), (1.9, 2.1), (2.9, 3.1)):
        ring = (radius > low) & (radius < high)
        expected = (mtf(radius) ** 2 / (DQE_ZERO * np.exp(-radius / DQE_CORNER_PER_MM)))[ring].mean() / (
            QUANTA_PER_MM2_UGY * kerma * signal
        )
        assert power[ring].mean() == pytest.approx(
            expected, rel=0.05
        )  # about 2000 modes in the smallest ring


def test_the_noise_of_a_field_is_that_of_counts():
    quanta = 20.0
    kerma = quanta / (QUANTA_PER_MM2_UGY * DQE_ZERO)
    rng = np.random.default_rng(5)
    # No blur changes the variance of the sum over all pixels.
    sums = [
        quantum_noise(np.ones((64, 64), np.float32), spacing_mm=1.0, air_kerma_ugy=kerma, rng=rng).sum()
        for _ in range(200)
    ]
    assert np.std(sums) == pytest.approx(np.sqrt(64 * 64 / quanta), rel=0.2)  # 200 draws, and the border


def test_electronic_noise_has_the_asked_level():
    noise = electronic_noise((300, 300), level=0.01, rng=np.random.default_rng(3))
    assert noise.std() == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 8}, "rows is 8"),
        ({"columns": 20_000}, "columns is 20000"),
        ({"spacing_mm": 0.0}, "spacing_mm is 0.0"),
        ({"electronic_noise": -1.0}, "electronic_noise is -1.0"),
    ],
)
def test_an_absurd_detector_is_refused(arguments, message):
    with pytest.raises(SettingsError, match=message):
        Detector(**arguments)
