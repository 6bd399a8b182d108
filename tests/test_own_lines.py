"""A function of the caller in the place of the search, and a bone mask of the caller."""

import json

import jsonschema
import numpy as np
import pytest

import microcal_xray as mx
from drawing import gaussian_line, shaft
from microcal_xray import FoundLine, Kind, find_lines, measure_line, radiograph_from_array
from microcal_xray.reporting import candidates_schema
from microcal_xray.searching import looked_at, surveyed

SHAPE = (500, 260)  # at 0.25 mm the working image is the picture itself
SPACING_MM = 0.25
CENTRE, DEGREES = (250.0, 129.5), 8.0
ENDS = np.array(CENTRE) + np.outer([-30, 30], [np.sin(np.radians(DEGREES)), np.cos(np.radians(DEGREES))])


def limb(*, height: float = -110.0, spacing_mm=SPACING_MM, shape=SHAPE):
    """Return a shaft, 90 pixels wide, that runs down the picture, with one line across it."""
    image = shaft(shape, width_px=90, soft_px=200, noise=12)
    image += gaussian_line(shape, DEGREES, fwhm_px=5, height=height, centre=CENTRE, length_px=70)
    return radiograph_from_array(image, spacing_mm=spacing_mm)


def below(rows: int):
    """Return the ends of the line, so many rows farther down."""
    return np.add(ENDS, (rows, 0))


@pytest.fixture(scope="module")
def radiograph():
    return limb()


@pytest.fixture(scope="module")
def found(radiograph):
    return find_lines(radiograph, mx.Settings(false_marks=20))


def test_a_line_of_a_function_is_measured_where_it_lies(radiograph):
    def finder(image, searched):
        assert image.shape == searched.shape == SHAPE
        assert searched[250, 130]
        return [FoundLine(Kind.LUCENT, 7.5, ENDS, width_px=5)]

    findings = find_lines(radiograph, line_finder=finder)
    (one,) = findings.candidates
    assert (one.id, one.kind, one.score, one.tier) == (1, Kind.LUCENT, 7.5, mx.Tier.STRONG)
    assert one.evidence is None
    assert findings.limit is None  # it is fitted to our own search
    assert findings.quality is not None
    angle = np.radians(DEGREES)
    assert np.median(np.abs((one.path_px - CENTRE) @ [np.cos(angle), -np.sin(angle)])) < 1
    assert one.angle_to_bone_deg == pytest.approx(90 - DEGREES, abs=5)
    assert one.length_mm == pytest.approx(70 * SPACING_MM, rel=0.4)


@pytest.mark.parametrize("spacing_mm", [None, 0.1, (0.25, 0.5)])
def test_the_pixels_of_the_function_are_taken_back_to_those_of_the_file(spacing_mm):
    radiograph = limb(spacing_mm=spacing_mm)

    def finder(image, searched):
        ends = (ENDS + 0.5) * (np.array(image.shape) / SHAPE) - 0.5
        return [FoundLine(Kind.LUCENT, 1.0, np.linspace(*ends, 20), width_px=5)]

    (one,) = find_lines(radiograph, line_finder=finder).candidates
    assert np.abs(one.path_px.mean(axis=0) - CENTRE).max() < 8
    assert np.median(np.abs(np.interp(one.path_px[:, 1], *ENDS.T[::-1]) - one.path_px[:, 0])) < 1.5


def test_the_strongest_comes_first_and_doubles_and_scraps_are_left_out(radiograph):
    def finder(image, searched):
        return [
            FoundLine(Kind.LUCENT, 1.0, below(-120)),
            FoundLine(Kind.LUCENT, 3.0, below(2)),
            FoundLine(Kind.LUCENT, 2.0, ENDS),  # on the one above
            FoundLine(Kind.SCLEROTIC, 4.0, below(90)),
            FoundLine(Kind.LUCENT, 9.0, [[400, 120], [400, 122]]),  # shorter than the settings ask
        ]

    listed = find_lines(radiograph, line_finder=finder).candidates
    assert 2.0 not in [one.score for one in listed]
    assert 9.0 not in [one.score for one in listed]
    assert [one.score for one in listed] == sorted((one.score for one in listed), reverse=True)
    assert [one.id for one in listed] == list(range(1, len(listed) + 1))
    assert 3.0 in [one.score for one in listed]


def test_a_function_can_neither_change_the_picture_nor_leave_it(radiograph):
    def scribbles(image, searched):
        image[:] = 0
        return []

    with pytest.raises(ValueError, match="read-only"):
        find_lines(radiograph, line_finder=scribbles)
    with pytest.raises(ValueError, match="score 1 leaves the picture of 500 x 260 pixels; give"):
        find_lines(radiograph, line_finder=lambda image, searched: [FoundLine(Kind.LUCENT, 1, below(300))])


def test_what_a_function_returns_must_be_lines(radiograph):
    with pytest.raises(TypeError, match="line_finder returned a ndarray; give a list of FoundLine"):
        find_lines(radiograph, line_finder=lambda image, searched: [ENDS])


def test_where_nothing_can_be_searched_nobody_is_asked():
    def never(image, searched):
        raise AssertionError

    assert find_lines(radiograph_from_array(np.zeros((8, 8))), line_finder=never).candidates == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"path_px": [[1, 2]]}, r"path_px must have shape \(N, 2\)"),
        ({"path_px": [[1, 2], [float("nan"), 3]]}, "be finite"),
        ({"score": float("inf")}, "score is inf; it must be finite"),
        ({"width_px": 0}, "width_px is 0; it must be over 0"),
        ({"kind": "dark"}, "dark"),
    ],
)
def test_a_line_that_is_none_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        FoundLine(**{"kind": Kind.LUCENT, "score": 1.0, "path_px": ENDS, **values})


def test_what_a_function_finds_is_reported_and_scored_like_ours(radiograph, tmp_path):
    findings = find_lines(
        radiograph, line_finder=lambda image, searched: [FoundLine(Kind.LUCENT, 2.0, ENDS, width_px=5)]
    )
    nothing = find_lines(radiograph, line_finder=lambda image, searched: [])
    mx.write_report([findings, nothing], tmp_path)
    document = json.loads((tmp_path / "candidates.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, candidates_schema())
    assert [len(image["candidates"]) for image in document["images"]] == [1, 0]
    assert mx.table(findings)[0]["expected_false_marks"] is None


def test_our_own_mask_given_back_changes_nothing(radiograph, found):
    mask = surveyed(looked_at(radiograph)).anatomy.bone
    again = find_lines(radiograph, mx.Settings(false_marks=20), bone=mask)
    kept = [one for one in found.candidates if mask[tuple(np.rint(one.path_px).astype(int).T)].mean() > 0.6]
    assert kept
    scores = [one.score for one in again.candidates]
    for one in kept:
        other = again.candidates[scores.index(one.score)]
        np.testing.assert_array_equal(other.path_px, one.path_px)
        assert other.measured.place == one.measured.place
        assert other.measured.equivalent_width_px == one.measured.equivalent_width_px


def test_lines_beside_the_bone_are_left_out_and_the_others_keep_their_scores(radiograph, found):
    scores = [one.score for one in found.candidates]
    everywhere = find_lines(radiograph, mx.Settings(false_marks=20), bone=np.ones(SHAPE, bool))
    assert [one.score for one in everywhere.candidates] == scores
    lower = np.zeros(SHAPE, bool)
    lower[300:, 80:180] = True
    left = find_lines(radiograph, mx.Settings(false_marks=20), bone=lower).candidates
    assert scores[0] not in [one.score for one in left]
    assert {one.score for one in left} <= set(scores)
    assert find_lines(radiograph, bone=np.zeros(SHAPE, bool)).candidates == ()


def test_the_card_is_measured_by_the_mask(radiograph):
    """The shaft runs through the whole picture; the mask says where the bone ends."""
    assert measure_line(radiograph, ENDS, kind=Kind.LUCENT).place.end_distance_px is None
    mask = np.zeros(SHAPE, bool)
    mask[:330, 84:176] = True
    place = measure_line(radiograph, ENDS, kind=Kind.LUCENT, bone=mask).place
    assert place.end_distance_px.value == pytest.approx(330 - 250, abs=5)
    assert place.end_distance_mm.value == pytest.approx((330 - 250) * SPACING_MM, abs=1.3)


def test_a_mask_of_another_shape_is_refused(radiograph):
    with pytest.raises(ValueError, match=r"bone has shape \(5, 5\), pixels have \(500, 260\)"):
        find_lines(radiograph, bone=np.ones((5, 5), bool))
