"""What must not change a candidate: exposure, flips, turns, shifts, resampling, good compression."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from drawing import gaussian_line, shaft
from microcal_xray import Kind, Settings, find_lines, radiograph_from_array

SHAPE = (520, 360)
SPACING_MM = 0.25
ASKED = Settings(false_marks=8)
CENTRE = (260.0, 180.0)
LINE = {"fwhm_px": 4.0, "height": -70.0, "centre": CENTRE, "length_px": 70}
# Trees answer in steps: another sampling of the same picture may fall on the other side of a question.
STEP = 0.5  # of the score, which counts decades of false marks


def limb() -> np.ndarray:
    """Return a textured shaft with one clear dark line across."""
    image = shaft(SHAPE, width_px=90, soft_px=220, noise=0, seed=0)
    grain = ndimage.gaussian_filter(np.random.default_rng(5).normal(0, 1, SHAPE), 1.2)
    return image + gaussian_line(SHAPE, 10, **LINE) + 14 * grain / grain.std()


def first(image: np.ndarray, *, spacing_mm: float | None = SPACING_MM):
    """Return the first candidate, which must be there."""
    candidates = find_lines(radiograph_from_array(image, spacing_mm=spacing_mm), ASKED).candidates
    assert candidates
    return candidates[0]


def off_centre(candidate, centre) -> float:
    """Return the distance of a candidate from where the middle of the line is, in pixels."""
    return float(np.hypot(*(candidate.path_px - centre).T).min())


@pytest.mark.parametrize(("gain", "offset"), [(1e-9, 0.0), (0.01, 0.0), (3.0, -500.0), (40.0, 10000.0)])
def test_gain_and_offset_change_nothing(gain, offset):
    plain = find_lines(radiograph_from_array(limb(), spacing_mm=SPACING_MM), ASKED).candidates
    other = find_lines(radiograph_from_array(gain * limb() + offset, spacing_mm=SPACING_MM), ASKED).candidates
    assert [line.kind for line in plain] == [line.kind for line in other]
    for mine, theirs in zip(plain, other, strict=True):
        assert theirs.score == pytest.approx(mine.score, abs=0.05)  # float32
        assert theirs.path_px[0] == pytest.approx(mine.path_px[0], abs=0.5)


def test_the_negative_swaps_the_kinds_of_the_strongest_path():
    assert first(limb()).kind is Kind.LUCENT


@pytest.mark.parametrize(
    ("change", "centre"),
    [
        (np.flipud, (SHAPE[0] - 1 - CENTRE[0], CENTRE[1])),
        (np.fliplr, (CENTRE[0], SHAPE[1] - 1 - CENTRE[1])),
        (np.rot90, (SHAPE[1] - 1 - CENTRE[1], CENTRE[0])),
        (lambda image: np.rot90(image, 2), (SHAPE[0] - 1 - CENTRE[0], SHAPE[1] - 1 - CENTRE[1])),
    ],
)
def test_flips_and_quarter_turns_move_the_first_candidate_with_the_picture(change, centre):
    plain, other = first(limb()), first(np.ascontiguousarray(change(limb())))
    assert other.kind is plain.kind
    assert off_centre(other, np.array(centre)) < 2
    assert other.score == pytest.approx(plain.score, abs=STEP)
    assert other.length_px == pytest.approx(plain.length_px, rel=0.1)


@pytest.mark.parametrize("shift", [(0.3, 0.0), (0.5, 0.5), (-0.25, 0.7)])
def test_a_shift_by_parts_of_a_pixel_keeps_the_first_candidate(shift):
    moved = ndimage.shift(limb(), shift, order=3, mode="nearest")
    plain, other = first(limb()), first(moved)
    assert off_centre(other, np.array(CENTRE) + shift) < 2
    assert other.score == pytest.approx(plain.score, abs=STEP)


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.25])
def test_another_pixel_size_keeps_the_first_candidate_in_millimetres(factor):
    image = limb()
    resampled = ndimage.zoom(image, 1 / factor, order=3, mode="nearest", grid_mode=True)
    plain, other = first(image), first(resampled, spacing_mm=SPACING_MM * factor)
    centre = (np.array(CENTRE) + 0.5) / factor - 0.5
    assert off_centre(other, centre) < 3
    assert other.score == pytest.approx(plain.score, abs=STEP)
    assert other.length_mm == pytest.approx(plain.length_mm, rel=0.15)


def test_jpeg_of_quality_90_keeps_the_first_candidate():
    image = limb()
    grey = np.clip((image - image.min()) / np.ptp(image) * 255, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=90)
    buffer.seek(0)
    compressed = np.asarray(Image.open(buffer), float)
    plain, other = first(grey.astype(float)), first(compressed)
    assert off_centre(other, np.array(CENTRE)) < 2
    assert other.score == pytest.approx(plain.score, abs=STEP)


def _step() -> np.ndarray:
    image = np.zeros((400, 300))
    image[:, 150:] = 800
    return image


def _collimated() -> np.ndarray:
    image = np.full((400, 300), 500.0)
    image[:60] = image[-50:] = 0
    image[:, :40] = image[:, -45:] = 0
    return image


def _screw() -> np.ndarray:
    image = np.full((400, 300), 500.0)
    image[150:250, 140:152] = 4000
    return image


def _marker() -> np.ndarray:
    image = np.full((400, 300), 300.0)
    image[40:100, 40:48] = image[40:48, 40:80] = image[66:74, 40:80] = 4000
    return image


@pytest.mark.parametrize("scene", [_step, _collimated, _screw, _marker])
@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_an_edge_a_screw_a_marker_and_a_collimator_give_no_candidate(scene, noise):
    image = scene() + noise * np.random.default_rng(2).normal(size=(400, 300))
    listed = find_lines(radiograph_from_array(image, spacing_mm=SPACING_MM), Settings(false_marks=1))
    assert listed.candidates == ()


@pytest.mark.parametrize("sigma_px", [0.0, 1.5])
def test_noise_and_texture_alone_keep_to_the_dial(sigma_px):
    counts = []
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(size=(500, 400))
        texture = ndimage.gaussian_filter(noise, sigma_px) if sigma_px else noise
        found = find_lines(
            radiograph_from_array(texture / texture.std(), spacing_mm=SPACING_MM), Settings(false_marks=1)
        )
        counts.append(len(found.candidates))
    assert np.mean(counts) <= 2  # twice the number asked for
