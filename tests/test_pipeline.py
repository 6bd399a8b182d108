from dataclasses import replace

import numpy as np
import pytest

from drawing import gaussian_line, shaft
from microcal_xray.findings import Kind, Tier
from microcal_xray.pipeline import find_lines
from microcal_xray.radiograph import ImageCaution, Radiograph, Spacing, radiograph_from_array
from microcal_xray.settings import Settings

SHAPE = (420, 260)
LENIENT = Settings(false_marks=20)


def limb(*, height: float = 0.0, degrees: float = 8.0, seed: int = 0) -> np.ndarray:
    """Return a shaft that runs down the picture with one line across it."""
    image = shaft(SHAPE, width_px=90, soft_px=200, noise=12, seed=seed)
    return image + gaussian_line(SHAPE, degrees, fwhm_px=5, height=height, centre=(200, 129.5), length_px=70)


def distance_to_line(path, *, degrees: float = 8.0) -> np.ndarray:
    angle = np.radians(degrees)
    return np.abs((path - (200, 129.5)) @ [np.cos(angle), -np.sin(angle)])


@pytest.mark.parametrize(("height", "kind"), [(-110, Kind.LUCENT), (110, Kind.SCLEROTIC)])
def test_a_clear_line_across_the_shaft_is_the_first_candidate(height, kind):
    findings = find_lines(radiograph_from_array(limb(height=height), spacing_mm=0.15))
    first = findings.candidates[0]
    assert (first.kind, first.tier, first.id) == (kind, Tier.STRONG, 1)
    assert np.median(distance_to_line(first.path_px)) < 1
    # The edges of the cavity cross the line and may cut a piece off.
    assert 0.6 * 70 * 0.15 < first.length_mm < 1.25 * 70 * 0.15
    assert first.width_mm == pytest.approx(5 * 0.15, rel=0.3)
    assert first.angle_to_bone_deg == pytest.approx(82, abs=5)


def test_gain_and_offset_of_the_exposure_change_nothing():
    image = limb(height=-80)
    one = find_lines(radiograph_from_array(image, spacing_mm=0.15), LENIENT)
    other = find_lines(radiograph_from_array(4 * image + 1000, spacing_mm=0.15), LENIENT)
    assert len(one.candidates) == len(other.candidates) > 0
    for mine, theirs in zip(one.candidates, other.candidates, strict=True):
        assert theirs.score == pytest.approx(mine.score, rel=1e-2)  # float32


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_quarter_turns_turn_the_first_candidate(turns):
    image = limb(height=-110)
    turned = np.rot90(image, turns)
    first = find_lines(radiograph_from_array(turned, spacing_mm=0.15)).candidates[0]
    marked = np.zeros(SHAPE)
    marked[200, 130] = 1
    centre = np.argwhere(np.rot90(marked, turns))[0]
    assert first.kind is Kind.LUCENT
    assert np.hypot(*(first.path_px - centre).T).min() < 2


def test_without_spacing_nothing_is_measured_in_millimetres():
    findings = find_lines(radiograph_from_array(limb(height=-110)))
    first = findings.candidates[0]
    assert first.length_mm is None
    assert first.width_mm is None
    assert first.length_px == pytest.approx(70, rel=0.25)


def test_candidates_are_numbered_by_falling_score():
    candidates = find_lines(
        radiograph_from_array(limb(height=-40)), replace(LENIENT, false_marks=100)
    ).candidates
    scores = [candidate.score for candidate in candidates]
    assert scores == sorted(scores, reverse=True)
    assert [candidate.id for candidate in candidates] == list(range(1, len(candidates) + 1))


def test_asking_for_more_false_marks_keeps_the_front_of_the_list():
    radiograph = radiograph_from_array(limb(height=-40))
    few = find_lines(radiograph, Settings(false_marks=0.5)).candidates
    many = find_lines(radiograph, Settings(false_marks=50)).candidates
    assert len(few) <= len(many)
    assert [line.score for line in few] == [line.score for line in many[: len(few)]]


def test_pixels_that_are_not_square_are_measured_in_their_own_millimetres():
    image = limb(height=-110)
    squeezed = image.reshape(SHAPE[0] // 2, 2, SHAPE[1]).mean(axis=1)
    radiograph = Radiograph(squeezed, np.ones(squeezed.shape, bool), Spacing(0.30, 0.15))
    first = find_lines(radiograph).candidates[0]
    stored = first.path_px * (2, 1) + (0.5, 0)
    assert np.median(distance_to_line(stored)) < 1.5
    assert first.length_mm == pytest.approx(70 * 0.15, rel=0.25)


def test_what_is_not_usable_gives_no_candidates():
    usable = np.ones(SHAPE, bool)
    usable[:, 130:] = False
    findings = find_lines(
        radiograph_from_array(limb(height=-110), usable=usable), replace(LENIENT, false_marks=100)
    )
    assert findings.candidates
    for candidate in findings.candidates:
        rows, columns = np.rint(candidate.path_px).astype(int).T
        assert usable[rows, columns].all()


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (31, 400), (40, 40)])
@pytest.mark.parametrize("level", [0, 1000])
def test_a_constant_picture_gives_an_empty_list(shape, level):
    assert find_lines(radiograph_from_array(np.full(shape, level))).candidates == ()


def test_noise_alone_gives_a_short_list():
    noise = np.random.default_rng(3).normal(0, 10, (300, 300))
    assert len(find_lines(radiograph_from_array(noise)).candidates) <= 3


def test_a_shaft_without_lines_is_not_outlined():
    without = find_lines(radiograph_from_array(limb(), spacing_mm=0.15), replace(LENIENT, false_marks=100))
    assert max((candidate.score for candidate in without.candidates), default=0) < 5


def test_the_same_picture_gives_the_same_result_twice():
    radiograph = radiograph_from_array(limb(height=-60))
    one, other = find_lines(radiograph, LENIENT), find_lines(radiograph, LENIENT)
    assert [line.score for line in one.candidates] == [line.score for line in other.candidates]


@pytest.mark.parametrize(("false_marks", "most"), [(0.25, 10), (1.0, 16), (4.0, 40)])
def test_far_more_candidates_than_asked_for_are_told(false_marks, most):
    asked = Settings(false_marks=false_marks)
    findings = find_lines(radiograph_from_array(limb(height=-110), spacing_mm=0.15), asked)
    first = findings.candidates[0]

    def with_candidates(count: int, **changes):
        many = tuple(replace(first, id=number, **changes) for number in range(1, count + 1))
        return replace(findings, candidates=many)

    assert ImageCaution.MORE_THAN_ASKED not in with_candidates(most).cautions
    assert ImageCaution.MORE_THAN_ASKED in with_candidates(most + 1).cautions
    # Lines of a finder of one's own follow no dial.
    assert ImageCaution.MORE_THAN_ASKED not in with_candidates(most + 1, evidence=None).cautions
