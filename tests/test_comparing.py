"""From two radiographs to a word for each line: known changes of drawn bones."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from compared_bones import BRIGHT, DARK, MIDDLE, SHAPE, bone, course, findings, taken, with_line
from microcal_xray import SettingsError, Verdict, compare_series, radiograph_from_array
from microcal_xray.comparing import compare_findings
from microcal_xray.radiograph import Acquisition

PERSON = bone(1)
MOVED = {"turn_deg": 4.0, "shift_px": (12.0, -8.0)}


def compared(before, after, *, moved=MOVED, person=PERSON, later_person=PERSON):
    """Compare two visits; a visit is (height, length in pixels, listed as)."""
    sides = []
    for visit, (line, who, how) in enumerate(((before, person, {}), (after, later_person, moved))):
        height, length, kind = line
        radiograph, place = taken(with_line(who, height=height, length_px=length), seed=visit, **how)
        lines = [] if kind is None else [(kind, place(course(length_px=length)))]
        sides.append(findings(radiograph, *lines))
    return compare_findings(*sides)


@pytest.fixture(scope="module")
def same():
    return compared((-0.7, 50, DARK), (-0.7, 50, DARK))


def test_a_line_that_stayed_is_unchanged(same):
    (line,) = same.lines
    assert (line.verdict, line.prior_id, line.current_id) == (Verdict.UNCHANGED, 1, 1)
    assert line.length.prior.value == pytest.approx(12.5, abs=1.0)
    assert abs(line.length.change) < line.length.least_significant
    assert line.contrast.prior.value == pytest.approx(line.contrast.current.value, rel=0.1)
    assert line.contrast.prior.value < 0


def test_the_registration_is_told(same):
    found = same.registration
    assert found.is_comparable
    assert found.turn_deg == pytest.approx(-4.0, abs=0.3)
    assert found.residual_mm < 0.25
    places = same.places.at(np.array([[240.0, 150.0]]))
    turn = np.radians(4.0)
    linear = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    middle = np.array([239.5, 149.5])
    true = linear @ (np.array([240.0, 150.0]) - middle) + middle + (12.0, -8.0)
    assert places[0] == pytest.approx(true, abs=1.0)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((-0.7, 50, DARK), (0.5, 50, BRIGHT), Verdict.BRIGHTER),
        ((-0.7, 50, DARK), (-0.1, 50, DARK), Verdict.BRIGHTER),
        ((-0.7, 50, DARK), (0.0, 50, None), Verdict.GONE),
        ((0.0, 50, None), (-0.7, 50, DARK), Verdict.NEW),
        ((-0.7, 30, DARK), (-0.7, 60, DARK), Verdict.LARGER),
    ],
)
def test_a_known_change_gets_its_word(before, after, verdict):
    (line,) = compared(before, after).lines
    assert line.verdict is verdict
    assert line.is_dark_to_bright == (before[2] is DARK and after[2] is BRIGHT)


def test_a_line_listed_in_one_picture_only_is_measured_in_the_other():
    """The list is not the truth: it is in both pictures, whatever the detector said."""
    (line,) = compared((-0.7, 50, DARK), (-0.7, 50, None)).lines
    assert line.current_id is None
    assert line.current_kind is DARK
    assert line.verdict is Verdict.UNCHANGED


def with_band(image: np.ndarray, height: float) -> np.ndarray:
    """The picture with a band 2.5 mm wide where the line was."""
    rows = np.arange(SHAPE[0])[:, None] - 240.0
    on_it = np.abs(np.arange(SHAPE[1])[None, :] - MIDDLE) < 27
    return image + height * np.exp(-0.5 * (rows / 4.25) ** 2) * on_it


def test_a_fissure_that_became_a_wide_faint_band_is_told_from_one_that_is_gone():
    later = with_band(PERSON, 0.12)  # half of its contrast times width
    (healed,) = compared((-0.7, 50, DARK), (0.0, 50, None), later_person=later).lines
    (gone,) = compared((-0.7, 50, DARK), (0.0, 50, None)).lines
    assert healed.is_dark_to_bright
    assert healed.verdict is Verdict.BRIGHTER
    assert gone.verdict is Verdict.GONE
    assert not gone.is_dark_to_bright


def test_a_dark_line_that_was_not_listed_is_found_under_the_bright_band_of_now():
    """In coarse bone the template of the band, three times as wide, does not see it."""
    rough = 3 * ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 1, SHAPE), 5.0)
    bone_now = PERSON + rough * (np.abs(np.arange(SHAPE[1])[None, :] - MIDDLE) < 35)
    kinds = []
    for dark in (0.3, 0.0):
        before = bone_now - with_line(np.zeros(SHAPE), height=dark)
        visits = ((0.0, 50, None), (0.0, 50, BRIGHT))
        (line,) = compared(*visits, person=before, later_person=with_band(bone_now, 0.4)).lines
        assert line.prior_id is None
        kinds.append((line.prior_kind, line.is_dark_to_bright))
    assert kinds == [(DARK, True), (None, False)]


def test_a_mirrored_picture_is_flipped_back():
    found = compared((-0.7, 50, DARK), (-0.7, 50, DARK), moved={**MOVED, "flip": True})
    assert found.registration.is_flipped
    assert [line.verdict for line in found.lines] == [Verdict.UNCHANGED]


def test_somebody_else_is_not_comparable():
    found = compared((-0.7, 50, DARK), (-0.7, 50, DARK), later_person=bone(2))
    assert not found.registration.is_comparable
    assert {line.verdict for line in found.lines} == {Verdict.NOT_COMPARABLE}
    assert len(found.lines) == 2
    assert all(line.reason == found.registration.reason for line in found.lines)
    assert found.view is None


def test_sides_that_the_files_name_are_believed():
    radiograph, _ = taken(PERSON)
    left, right = (replace(radiograph, acquisition=Acquisition(laterality=side)) for side in "LR")
    found = compare_findings(findings(left), findings(right))
    assert "left" in found.registration.reason


@pytest.mark.parametrize("weeks", [[0], [0, 0], [1, 2], [0, float("nan")]])
def test_weeks_that_make_no_sense_are_refused(weeks):
    nothing = radiograph_from_array(np.zeros((40, 40)))
    with pytest.raises(SettingsError, match="weeks are"):
        compare_series([nothing, nothing], weeks=weeks)


def test_one_radiograph_is_no_series():
    with pytest.raises(SettingsError, match="two or more"):
        compare_series([radiograph_from_array(np.zeros((40, 40)))])
