import numpy as np
import pytest

from microcal_xray.errors import SettingsError
from microcal_xray.radiograph import Intent, Signal
from microcal_xray.simulation import Detector, Output, Relationship, simulate_limb
from microcal_xray.simulation.detector import (
    DQE_CORNER_PER_MM,
    DQE_ZERO,
    QUANTA_PER_MM2_UGY,
    blur,
    electronic_noise,
    focal_blur,
    grid_shadow,
    mtf,
    quantum_noise,
)
from microcal_xray.simulation.multiscale import amplified_detail
from microcal_xray.simulation.output import signal_of, stored_values
from microcal_xray.simulation.physics import heel_effect
from microcal_xray.simulation.twins import PRESENTATIONS, STRONG_EDGES, presentation_twin


def edge_transfer(blurred, away_px, spacing_mm, wanted):
    """Return the presampled modulation transfer at frequencies in 1/mm, from a slanted edge."""
    fine = 8  # bins in a pixel
    inner = np.abs(away_px) < 40
    index = np.floor((away_px[inner] + 40) * fine).astype(int)
    spread = np.bincount(index, blurred[inner]) / np.bincount(index)
    line = np.diff(spread)
    frequency = np.fft.rfftfreq(line.size, spacing_mm / fine)
    found = np.abs(np.fft.rfft(line)) / np.sinc(frequency * spacing_mm / fine) ** 2
    return np.interp(wanted, frequency, found / found[0])


@pytest.mark.parametrize("spacing_mm", [0.1, 0.143, 0.2])
@pytest.mark.parametrize(("focal_spot_mm", "magnification"), [(0.6, 1.02), (1.2, 1.1), (1.0, 1.5)])
def test_the_transfer_of_focal_spot_and_detector_is_measured_back_from_an_edge(
    spacing_mm, focal_spot_mm, magnification
):
    rows, columns = np.indices((320, 160))
    away_px = (columns - 80 + 0.053 * (rows - 160)) / np.hypot(1, 0.053)
    edge = np.clip(away_px + 0.5, 0, 1).astype(np.float32)
    unsharp = focal_blur(
        edge, spacing_mm=spacing_mm, focal_spot_mm=focal_spot_mm, magnification=magnification
    )
    blurred = blur(unsharp, spacing_mm=spacing_mm)
    wanted = np.array([0.4, 0.8, 1.2])
    expected = mtf(wanted) * np.sinc(wanted * focal_spot_mm * (magnification - 1))
    assert edge_transfer(blurred, away_px, spacing_mm, wanted) == pytest.approx(expected, rel=0.05)


def test_a_point_source_or_contact_blurs_nothing():
    image = np.random.default_rng(0).random((40, 30), dtype=np.float32)
    for options in ({"focal_spot_mm": 0, "magnification": 1.1}, {"focal_spot_mm": 1, "magnification": 1}):
        assert np.array_equal(focal_blur(image, spacing_mm=0.1, **options), image)


@pytest.mark.parametrize("spacing_mm", [0.1, 0.2])
def test_the_noise_power_of_a_whole_flat_field_is_measured_back(spacing_mm):
    signal, kerma, electronics, size = 0.05, 15.0, 1.5e-3, 640
    rng = np.random.default_rng(6)
    flat = blur(np.full((size, size), signal, np.float32), spacing_mm=spacing_mm)

    def one_power():
        field = flat + quantum_noise(flat, spacing_mm=spacing_mm, air_kerma_ugy=kerma, rng=rng)
        absorbed = -np.log(field + electronic_noise((size, size), level=electronics, rng=rng))
        return np.abs(np.fft.fft2(absorbed - absorbed.mean())) ** 2 * spacing_mm**2 / size**2

    power = np.mean([one_power() for _ in range(3)], axis=0)  # 1.4 % is one deviation
    frequency = np.fft.fftfreq(size, spacing_mm)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    dqe = DQE_ZERO * np.exp(-radius / DQE_CORNER_PER_MM)
    expected = mtf(radius) ** 2 / (QUANTA_PER_MM2_UGY * kerma * signal * dqe)
    expected = expected + (electronics / signal * spacing_mm) ** 2
    for low, high in ((0.3, 0.6), (0.9, 1.2), (1.6, 1.9), (2.2, 2.5)):
        ring = (radius > low) & (radius < high)
        assert power[ring].mean() == pytest.approx(expected[ring].mean(), rel=0.05)


def test_the_anode_side_receives_less():
    heel = heel_effect((1000, 10), spacing_mm=0.24).ravel()
    assert (np.diff(heel) > 0).all()
    assert heel[0] == pytest.approx(0.78, abs=0.03)  # a fifth in a field of 24 cm
    assert heel[499:501].mean() == pytest.approx(1, abs=1e-3)
    steeper = heel_effect((1000, 10), spacing_mm=0.24, anode_angle_deg=16).ravel()
    assert steeper[0] > heel[0]


def test_heel_by_hand():
    # 6 degrees towards an anode of 12 degrees: cos 12 / sin 6 - cos 12 / sin 12 = 4.653 depths more.
    away_mm = 1000 * np.tan(np.radians(6))
    heel = heel_effect((3, 1), spacing_mm=away_mm, source_distance_mm=1000, anode_depths=0.1)
    assert heel[0, 0] == pytest.approx(np.exp(-0.1 * (0.97815 / 0.104528 - 4.70463)), rel=1e-4)


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (heel_effect, {"shape": (9, 9), "spacing_mm": 60.0}, "beyond the face"),
        (heel_effect, {"shape": (9, 9), "spacing_mm": 1.0, "anode_angle_deg": 90}, "anode_angle_deg is 90"),
        (grid_shadow, {"shape": (9, 9), "spacing_mm": 0.1, "lines_per_mm": 40}, "lines_per_mm is 40"),
        (grid_shadow, {"shape": (9, 9), "spacing_mm": 0.1, "strip_share": 1}, "strip_share is 1"),
        (
            focal_blur,
            {"signal": None, "spacing_mm": 0.1, "focal_spot_mm": 9, "magnification": 1},
            "focal_spot_mm is 9",
        ),
        (
            focal_blur,
            {"signal": None, "spacing_mm": 0.1, "focal_spot_mm": 1, "magnification": 0.9},
            "magnification is 0.9",
        ),
    ],
)
def test_absurd_systems_are_refused(function, options, message):
    with pytest.raises(SettingsError, match=message):
        function(**options)


@pytest.mark.parametrize("spacing_mm", [0.1, 0.143, 0.16])
def test_grid_lines_appear_at_the_aliased_frequency(spacing_mm):
    shadow = grid_shadow((64, 1024), spacing_mm=spacing_mm, lines_per_mm=4.0)
    spectrum = np.abs(np.fft.rfft(shadow[5] - shadow[5].mean()))
    seen = np.fft.rfftfreq(1024, spacing_mm)[spectrum.argmax()]
    aliased = abs(4.0 - round(4.0 * spacing_mm) / spacing_mm)
    assert seen == pytest.approx(aliased, abs=1 / (1024 * spacing_mm))
    assert shadow.mean() == pytest.approx(1, abs=0.01)
    assert 0.005 < shadow.std() < 0.1
    turned = grid_shadow((64, 1024), spacing_mm=spacing_mm, lines_per_mm=4.0, angle_deg=90)
    assert np.ptp(turned, axis=1).max() < 1e-5


@pytest.mark.parametrize("output", [Output(), Output(relationship=Relationship.LOGARITHMIC, bits=12)])
def test_the_signal_is_found_again_in_stored_numbers(output):
    signal = np.geomspace(2e-3, 1, 500, dtype=np.float32).reshape(20, 25)
    found = signal_of(stored_values(signal, output, spacing_mm=0.14), output)
    assert found == pytest.approx(signal, rel=3e-3, abs=5e-5)  # a step of the numbers


def small_limb(**options):
    return simulate_limb(seed=5, lines=[], detector=Detector(300, 320), centre_mm=(0, -120), **options)


@pytest.mark.parametrize("name", list(PRESENTATIONS))
def test_a_twin_shows_the_same_exposure_otherwise(name):
    first = small_limb()
    twin = presentation_twin(first, PRESENTATIONS[name])
    assert twin.radiograph.intent is Intent.FOR_PRESENTATION
    assert twin.radiograph.signal is Signal.GREY
    assert (twin.seed, twin.truth, twin.exposure) == (first.seed, first.truth, first.exposure)
    assert twin.stored.shape == first.stored.shape
    correlation = np.corrcoef(twin.radiograph.pixels.ravel(), first.radiograph.pixels.ravel())[0, 1]
    assert 0.8 < correlation < 0.9999


def test_a_twin_is_what_presenting_the_exposure_itself_gives():
    direct = small_limb(output=PRESENTATIONS["unsharp"])
    twin = presentation_twin(small_limb(output=Output(bits=16)), PRESENTATIONS["unsharp"])
    apart = np.abs(direct.radiograph.pixels - twin.radiograph.pixels)
    assert np.median(apart) <= 1  # of 4096
    assert np.percentile(apart, 99) <= 12


def test_presented_numbers_have_no_way_back():
    with pytest.raises(SettingsError, match="cannot be turned back"):
        presentation_twin(small_limb(output=STRONG_EDGES))


def test_edge_enhancement_leaves_a_halo_that_grows_with_its_gain():
    step = np.where(np.arange(400)[None, :] < 200, 0.2, 0.05) * np.ones((60, 1))
    heights = []
    for gain in (0.0, 0.6, 1.8):
        output = Output(intent=Intent.FOR_PRESENTATION, bits=14, edge_gain=gain, compression=0.0)
        shown = stored_values(step.astype(np.float32), output, spacing_mm=0.14)[30].astype(float)
        shown = output.top - shown if output.photometric.value == "MONOCHROME1" else shown
        bright = shown[200:260]
        heights.append((bright.max() - np.median(shown[300:380])) / np.ptp(shown))
    assert heights[0] == pytest.approx(0, abs=0.01)
    assert 0.02 < heights[1] < heights[2]


def test_multiscale_amplification_raises_faint_detail_and_keeps_strong():
    columns = np.arange(300)
    faint, strong = (
        0.02 * np.exp(-0.5 * ((columns - 80) / 4) ** 2),
        0.8 * np.exp(-0.5 * ((columns - 220) / 4) ** 2),
    )
    picture = np.tile((faint + strong).astype(np.float32), (80, 1))
    made = amplified_detail(picture, power=0.6, spacing_mm=0.14)
    same = amplified_detail(picture, power=1.0, spacing_mm=0.14)
    assert same == pytest.approx(picture, abs=1e-5)
    assert made[40, 80] > 1.5 * picture[40, 80]
    assert made[40, 220] == pytest.approx(picture[40, 220], rel=0.35)


@pytest.mark.parametrize("field", ["edge_gain", "compression", "halo_reach_mm", "detail_power"])
def test_absurd_processing_is_refused(field):
    with pytest.raises(SettingsError, match=f"{field} is -1"):
        Output(**{field: -1})
