import numpy as np
import pytest

from microcal_xray.simulation.detector import (
    DQE_CORNER_PER_MM,
    DQE_ZERO,
    QUANTA_PER_MM2_UGY,
    blur,
    electronic_noise,
    mtf,
    quantum_noise,
)
from microcal_xray.simulation.ideal_observer import KnownNoise, ideal_d_prime, ideal_template, line_d_prime
from microcal_xray.simulation.texture_power import NO_TEXTURE, TexturePower, measured_texture, texture_of

SPACING_MM = 0.143


def radius_per_mm(shape, spacing_mm=SPACING_MM):
    return np.hypot(
        np.fft.fftfreq(shape[0], spacing_mm)[:, None], np.fft.fftfreq(shape[1], spacing_mm)[None, :]
    )


def line_image(shape, *, integral_mm, length_mm, smear_mm=0.0, spacing_mm=SPACING_MM):
    """Return a vertical line: blurred, by its known Fourier transform."""
    rows = np.fft.fftfreq(shape[0], spacing_mm)[:, None]
    columns = np.fft.fftfreq(shape[1], spacing_mm)[None, :]
    spectrum = integral_mm * length_mm * np.sinc(length_mm * rows) * np.sinc(smear_mm * columns)
    spectrum = spectrum * mtf(np.hypot(rows, columns)) / spacing_mm**2
    return np.fft.fftshift(np.fft.ifft2(spectrum).real)


def coloured(power, spacing_mm, rng):
    """Return noise of that power spectrum, mm²."""
    white = rng.standard_normal(power.shape)
    return np.fft.ifft2(np.fft.fft2(white) * np.sqrt(power) / spacing_mm).real


def measured_d_prime(template, signal, noises):
    scores = np.array([(template * noise).sum() for noise in noises])
    return (template * signal).sum() / scores.std(ddof=1)


def test_white_noise_gives_the_energy_of_the_signal():
    signal = np.random.default_rng(0).normal(size=(40, 30))
    white = np.full((40, 30), (0.5 * SPACING_MM) ** 2)  # standard deviation 0.5 in a pixel
    expected = np.sqrt((signal**2).sum()) / 0.5
    assert ideal_d_prime(signal, noise_power=white, spacing_mm=SPACING_MM) == pytest.approx(expected)


def test_four_times_the_length_is_twice_the_d_prime():
    white = np.full((512, 64), 1e-4)
    short, long = (
        ideal_d_prime(
            line_image((512, 64), integral_mm=0.01, length_mm=length),
            noise_power=white,
            spacing_mm=SPACING_MM,
        )
        for length in (8, 32)
    )
    assert long / short == pytest.approx(2, rel=0.02)  # the blurred ends


# A line 0.109 mm wide, 5 mm deep, 10 mm long, tilted by 10 degrees, at 1 uGy in a texture of 3 %: worked out
# elsewhere, the one-dimensional formula gives 6.0 and the two-dimensional integral 6.20.
def test_the_worked_example_is_reproduced():
    width, depth, length, tilt = 0.109, 5.0, 10.0, np.radians(10)
    shape = (256, 256)
    signal = line_image(
        shape,
        integral_mm=0.078 * width * depth / np.cos(tilt) / 1.3,
        length_mm=length,
        smear_mm=depth * np.tan(tilt),
    )
    radius = radius_per_mm(shape)
    quanta = QUANTA_PER_MM2_UGY * DQE_ZERO * np.exp(-radius / DQE_CORNER_PER_MM)
    power = mtf(radius) ** 2 * (1 / quanta + texture_of(rms=0.03).at(radius))
    assert ideal_d_prime(signal, noise_power=power, spacing_mm=SPACING_MM) == pytest.approx(6.2, rel=0.02)
    along = np.linspace(1e-3, 3.5, 4000)
    line = 0.078 * width * depth / np.cos(tilt) / 1.3 * np.sinc(width * along)
    line = line * np.sinc(depth * np.tan(tilt) * along) * mtf(along)
    noise = mtf(along) ** 2 * (
        1 / (QUANTA_PER_MM2_UGY * DQE_ZERO * np.exp(-along / DQE_CORNER_PER_MM))
        + texture_of(rms=0.03).strength * along**-3
    )
    assert np.sqrt(2 * length * np.trapezoid(line**2 / noise, along)) == pytest.approx(6.0, rel=0.01)


@pytest.mark.parametrize("slope", [0.0, 3.0])
def test_trials_confirm_the_d_prime_in_white_and_in_coloured_noise(slope):
    rng = np.random.default_rng(4)
    shape = (96, 80)
    signal = line_image(shape, integral_mm=0.004, length_mm=6.0)
    power = TexturePower(4e-6, slope).at(radius_per_mm(shape)) + 1e-6
    whitened = np.fft.ifft2(np.fft.fft2(signal) / (power / SPACING_MM**2)).real
    found = measured_d_prime(whitened, signal, (coloured(power, SPACING_MM, rng) for _ in range(2000)))
    expected = ideal_d_prime(signal, noise_power=power, spacing_mm=SPACING_MM)
    assert found == pytest.approx(expected, rel=0.05)  # 2000 trials: 1.6 % is one standard deviation


def test_trials_with_the_simulated_detector_confirm_the_d_prime():
    rng = np.random.default_rng(9)
    shape, kerma, electronics = (96, 96), 20.0, 2e-3
    # Four times more quanta on the right than on the left: no power spectrum describes that.
    mean = blur(np.tile(np.geomspace(0.03, 0.12, 96, dtype=np.float32), (96, 1)), spacing_mm=SPACING_MM)
    signal = line_image(shape, integral_mm=0.006, length_mm=5.0).T
    texture = texture_of(rms=0.02)
    noise = KnownNoise(mean.astype(float), SPACING_MM, kerma, electronics, texture)
    template = ideal_template(signal, noise)
    power = texture.at(radius_per_mm(shape)) * mtf(radius_per_mm(shape)) ** 2

    def one():
        quanta = quantum_noise(mean, spacing_mm=SPACING_MM, air_kerma_ugy=kerma, rng=rng)
        quanta = quanta + electronic_noise(shape, level=electronics, rng=rng)
        return -quanta / mean + coloured(power, SPACING_MM, rng)

    found = measured_d_prime(template, signal, (one() for _ in range(1500)))
    expected = np.sqrt((template * signal).sum())
    assert 2 < expected < 30
    assert found == pytest.approx(expected, rel=0.05)  # 1500 trials: 1.8 % is one standard deviation


def test_a_quieter_picture_shows_more():
    mean = np.tile(np.geomspace(0.03, 0.12, 64), (64, 1))
    signal = line_image((64, 64), integral_mm=0.006, length_mm=4.0)
    noise = KnownNoise(mean, SPACING_MM, 20.0, 1e-3, texture_of(rms=0.02))
    ideal = np.sqrt((ideal_template(signal, noise) * signal).sum())
    even = np.sqrt(
        (ideal_template(signal, KnownNoise(mean, SPACING_MM, 20.0, 0.0, NO_TEXTURE)) * signal).sum()
    )
    assert ideal < even


def flat_pair(contrast):
    flat = np.full((200, 120), 0.05, np.float32)
    line = flat.copy()
    line[60:140, 59:61] *= np.float32(np.exp(contrast))
    return tuple(blur(image, spacing_mm=SPACING_MM) for image in (flat, line))


def test_a_line_in_a_flat_field_has_the_d_prime_of_its_power_spectrum():
    without, with_line = flat_pair(0.03)
    found = line_d_prime(without, with_line, spacing_mm=SPACING_MM, air_kerma_ugy=20, electronic_noise=1e-3)
    radius = radius_per_mm(without.shape)
    quanta = QUANTA_PER_MM2_UGY * DQE_ZERO * np.exp(-radius / DQE_CORNER_PER_MM) * 20 * 0.05
    power = mtf(radius) ** 2 / quanta + (1e-3 / 0.05 * SPACING_MM) ** 2
    expected = ideal_d_prime(np.log(without / with_line), noise_power=power, spacing_mm=SPACING_MM)
    # The noise is that of the mean of both pictures: 1.5 % more quanta at the line.
    assert found == pytest.approx(expected, rel=0.02)


def test_d_prime_grows_with_contrast_and_dose_and_falls_with_texture():
    rng = np.random.default_rng(2)
    radius = radius_per_mm((200, 120))
    texture = coloured(texture_of(rms=0.03).at(radius), SPACING_MM, rng).astype(np.float32)
    options = {"spacing_mm": SPACING_MM, "air_kerma_ugy": 20.0, "electronic_noise": 1e-4}
    plain = line_d_prime(*flat_pair(0.02), **options)
    assert line_d_prime(*flat_pair(0.04), **options) == pytest.approx(2 * plain, rel=0.03)
    assert line_d_prime(*flat_pair(0.02), **(options | {"air_kerma_ugy": 80.0})) > 1.9 * plain
    assert line_d_prime(*flat_pair(0.02), **options, texture_log=texture) < 0.9 * plain
    assert line_d_prime(*flat_pair(0.0), **options) == 0


@pytest.mark.parametrize("slope", [2.0, 3.0, 4.0])
@pytest.mark.parametrize("blurred", [False, True])
def test_the_texture_that_was_put_in_is_measured(slope, blurred):
    radius = radius_per_mm((400, 400))
    power = texture_of(rms=0.03, slope=slope).at(radius) * (mtf(radius) ** 2 if blurred else 1)
    image = coloured(power, SPACING_MM, np.random.default_rng(1)).astype(np.float32)
    found = measured_texture(image, np.ones((400, 400), bool), spacing_mm=SPACING_MM, blurred=blurred)
    assert found.slope == pytest.approx(slope, abs=0.25)
    middle = np.array([0.5, 1.0])
    assert found.at(middle) == pytest.approx(texture_of(rms=0.03, slope=slope).at(middle), rel=0.3)
