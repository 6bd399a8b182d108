"""The evidence card from a radiograph to every output: lengths, their unit, and what is not known."""

import json

import numpy as np
import pytest

from drawing import gaussian_line, shaft
from microcal_xray import Kind, Settings, find_lines, measure_line, radiograph_from_array
from microcal_xray.reporting import candidates_csv, candidates_json, image_result, report_html, table

SHAPE = (520, 360)
COURSE = np.array([[255.0, 150.0], [265.0, 209.0]])  # along the line, five pixels short of its ends
SETTINGS = Settings(false_marks=8)


def limb() -> np.ndarray:
    image = shaft(SHAPE, width_px=90, soft_px=220, noise=9, seed=0)
    return image + gaussian_line(SHAPE, 9.6, fwhm_px=4, height=-90, length_px=70, centre=(260, 179.5))


@pytest.fixture(scope="module")
def card():
    return measure_line(radiograph_from_array(limb(), spacing_mm=0.25), COURSE, kind=Kind.LUCENT)


def test_a_line_that_a_reader_drew_is_measured(card):
    assert card.length_px.low <= 70 <= card.length_px.high
    assert card.length_mm.value == pytest.approx(0.25 * card.length_px.value)
    assert card.width_px.value == pytest.approx(4, rel=0.4)  # Gaussian, where a slit through blur is fitted
    assert card.place.angle_to_bone_deg.value == pytest.approx(80.4, abs=2)
    assert card.place.crossed.value == pytest.approx(70 * np.cos(np.radians(9.6)) / 90, abs=0.1)
    assert card.stability.share == 1


def test_a_kind_that_is_not_there_stands_out_less(card):
    radiograph = radiograph_from_array(limb(), spacing_mm=0.25)
    bright = measure_line(radiograph, COURSE, kind=Kind.SCLEROTIC)
    assert bright.d_prime.value < 0.3 * card.d_prime.value


@pytest.mark.parametrize("path", [[[1, 2]], [[1, 2, 3], [4, 5, 6]], [[0, 0], [np.nan, 3]]])
def test_a_path_needs_points(path):
    with pytest.raises(ValueError, match="path_px must have shape"):
        measure_line(radiograph_from_array(limb()), path, kind=Kind.LUCENT)


def test_a_path_beyond_the_picture_is_refused():
    with pytest.raises(ValueError, match="leaves the picture"):
        measure_line(radiograph_from_array(limb()), [[10, 10], [10, 360]], kind=Kind.LUCENT)


def test_pixels_that_are_not_square_are_measured_in_millimetres(card):
    stretched = np.repeat(limb(), 2, axis=0)
    radiograph = radiograph_from_array(stretched, spacing_mm=(0.125, 0.25))
    twice = measure_line(radiograph, COURSE * (2, 1) + (0.5, 0), kind=Kind.LUCENT)
    assert twice.length_mm.value == pytest.approx(card.length_mm.value, rel=0.06)
    assert twice.place.angle_to_bone_deg.value == pytest.approx(card.place.angle_to_bone_deg.value, abs=2)


def _walk(value, path=""):
    """Return every number below a plain value, with the names that lead to it."""
    if isinstance(value, dict):
        return [found for name, each in value.items() for found in _walk(each, f"{path}/{name}")]
    if isinstance(value, list):
        return [found for each in value for found in _walk(each, path)]
    return [(path, value)]


def test_unknown_spacing_yields_no_millimetre_in_any_output():
    findings = find_lines(radiograph_from_array(limb()), SETTINGS)
    assert findings.candidates
    result = image_result(findings, "a.png")
    document = json.loads(candidates_json([result], SETTINGS))
    for path, value in _walk(document["images"]):
        assert not (path.endswith("_mm") or "_mm/" in path) or value is None, path
        assert not (path.endswith("/unit") and "mm" in value), path
    (header, *lines) = candidates_csv([result]).splitlines()
    columns = [number for number, name in enumerate(header.split(",")) if name.endswith("_mm")]
    assert len(columns) == 10
    assert all(line.split(",")[column] == "" for line in lines for column in columns)
    assert all(row[name] is None for row in table(findings) for name in row if name.endswith("_mm"))
    page = report_html([result], SETTINGS)
    record = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    shown = [
        words
        for says in record["images"][0]["says"].values()
        for candidate in says["candidates"]
        for row in candidate["measured"]["rows"]
        for words in row[:3]
    ]
    assert shown
    assert not [words for words in shown if "mm" in words]


def test_twice_the_spacing_doubles_what_is_measured_on_the_same_path():
    # The blur that a panel has is known in millimetres: with pixels of 0.4 mm and more it is one pixel.
    once, twice = (
        measure_line(radiograph_from_array(limb(), spacing_mm=mm), COURSE, kind=Kind.LUCENT, width_px=4)
        for mm in (0.4, 0.8)
    )
    assert once.blur_px == twice.blur_px == 1.0
    # The working image, in which the bone is measured, and the reach of the texture follow the millimetre.
    assert twice.length_mm.value == pytest.approx(2 * once.length_mm.value, rel=0.05)
    assert twice.width_mm.value == pytest.approx(2 * once.width_mm.value, rel=0.15)


def test_every_candidate_has_a_card_and_the_card_says_what_the_candidate_says():
    radiograph = radiograph_from_array(limb(), spacing_mm=0.25)
    for candidate in find_lines(radiograph, SETTINGS).candidates:
        assert candidate.measured.length_px.value == candidate.length_px
        assert candidate.measured.length_mm.value == pytest.approx(candidate.length_mm)
        angle = candidate.measured.place.angle_to_bone_deg
        assert candidate.angle_to_bone_deg == (None if angle is None else angle.value)
