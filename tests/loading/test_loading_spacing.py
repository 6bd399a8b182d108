"""The table of spacing tags, and nothing guessed."""

import math

import numpy as np
import pytest
from dicom_files import dx, ramp, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from microcal_xray.errors import SettingsError
from microcal_xray.loading import read_radiograph
from microcal_xray.loading.spacing import SpacingTags, spacing_from_tags
from microcal_xray.radiograph import ImageCaution, Spacing, SpacingSource, spacing_from_user

NONE, NO, UNUSED, DISAGREE = (
    ImageCaution.NONE,
    ImageCaution.NO_SPACING,
    ImageCaution.SPACING_NOT_USED,
    ImageCaution.SPACING_TAGS_DISAGREE,
)
A, B, ZERO, HUGE = (0.2, 0.1), (0.15, 0.15), (0.0, 0.0), (20.0, 20.0)


@pytest.mark.parametrize(
    ("tags", "spacing", "source", "cautions"),
    [
        (SpacingTags(pixel=A, calibration="FIDUCIAL"), A, SpacingSource.FIDUCIAL, NONE),
        (SpacingTags(pixel=A, calibration="GEOMETRY"), A, SpacingSource.GEOMETRY, NONE),
        (SpacingTags(pixel=A, calibration="FIDUCIAL", imager=B), A, SpacingSource.FIDUCIAL, NONE),
        (SpacingTags(pixel=A, imager=A), A, SpacingSource.DETECTOR, NONE),
        (SpacingTags(pixel=A), A, SpacingSource.DETECTOR, NONE),
        (SpacingTags(pixel=A, calibration="NONSENSE"), A, SpacingSource.DETECTOR, NONE),
        (SpacingTags(pixel=A, imager=B), A, SpacingSource.DETECTOR, DISAGREE),
        (SpacingTags(imager=B), B, SpacingSource.DETECTOR, NONE),
        (SpacingTags(imager=B, calibration="FIDUCIAL"), B, SpacingSource.DETECTOR, NONE),
        (SpacingTags(scanned=B), B, SpacingSource.FILM, NONE),
        (SpacingTags(pixel=B, scanned=B), B, SpacingSource.FILM, NONE),
        (SpacingTags(pixel=A, scanned=B), A, SpacingSource.DETECTOR, NONE),
        (SpacingTags(), None, None, NO),
        (SpacingTags(pixel=(), imager=()), None, None, NO),
        (SpacingTags(pixel=ZERO), None, None, NO | UNUSED),
        (SpacingTags(pixel=HUGE), None, None, NO | UNUSED),
        (SpacingTags(pixel=(0.1,)), None, None, NO | UNUSED),
        (SpacingTags(imager=(5.0, 0.005)), None, None, NO | UNUSED),
        (SpacingTags(pixel=(0.005, 5.0), imager=B), B, SpacingSource.DETECTOR, UNUSED),
        (SpacingTags(imager=(0.5, 0.1)), (0.5, 0.1), SpacingSource.DETECTOR, NONE),
        (SpacingTags(pixel=(0.1, math.nan)), None, None, NO | UNUSED),
        (SpacingTags(pixel=(-0.1, 0.1)), None, None, NO | UNUSED),
        (SpacingTags(pixel=ZERO, calibration="FIDUCIAL", imager=B), B, SpacingSource.DETECTOR, UNUSED),
    ],
)
def test_the_table(tags, spacing, source, cautions):
    expected = None if spacing is None else Spacing(*spacing, source)
    assert spacing_from_tags(tags) == (expected, cautions)


_values = st.none() | st.lists(st.floats() | st.floats(0.004, 6), max_size=3).map(tuple)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(pixel=_values, imager=_values, scanned=_values, calibration=st.sampled_from([None, "FIDUCIAL", "X"]))
def test_a_spacing_is_one_of_those_given_or_none(pixel, imager, scanned, calibration):
    spacing, cautions = spacing_from_tags(SpacingTags(pixel, calibration, imager, scanned))
    assert (spacing is None) == bool(cautions & NO)
    assert spacing is None or (spacing.row_mm, spacing.column_mm) in (pixel, imager, scanned)


def test_row_spacing_comes_first(tmp_path):
    radiograph = read_radiograph(saved(dx(ramp(), PixelSpacing=[0.2, 0.1]), tmp_path))
    assert radiograph.spacing == Spacing(0.2, 0.1, SpacingSource.DETECTOR)
    assert not radiograph.spacing.is_square


def test_the_users_spacing_wins_and_silences_the_tags(tmp_path):
    path = saved(dx(ramp(), bits=12, PixelSpacing=[0, 0]), tmp_path)
    radiograph = read_radiograph(path, spacing_mm=(0.3, 0.4))
    assert radiograph.spacing == Spacing(0.3, 0.4, SpacingSource.USER)
    assert radiograph.cautions == NONE
    assert read_radiograph(path, spacing_mm=0.3).spacing == Spacing(0.3, 0.3, SpacingSource.USER)


@pytest.mark.parametrize("spacing_mm", [0, -1, 100, math.nan, math.inf, (0.1, 0)])
def test_an_absurd_spacing_of_the_user_is_refused(tmp_path, spacing_mm):
    with pytest.raises(SettingsError, match="spacing"):
        read_radiograph(saved(dx(ramp()), tmp_path), spacing_mm=spacing_mm)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_dots_per_inch_are_no_spacing(tmp_path, name):
    Image.fromarray(ramp(bits=8)).save(tmp_path / name, dpi=(300, 300))
    radiograph = read_radiograph(tmp_path / name)
    assert radiograph.spacing is None
    assert radiograph.cautions & NO


def test_the_spacing_of_a_scanned_film_is_named(tmp_path):
    radiograph = read_radiograph(saved(dx(ramp(), NominalScannedPixelSpacing=[0.1, 0.1]), tmp_path))
    assert radiograph.spacing_source is SpacingSource.FILM
    assert np.isclose(radiograph.mm_per_pixel(), 0.1)


@pytest.mark.parametrize("given", [[0.3, 0.4], (0.3, 0.4), np.array([0.3, 0.4])])
def test_two_numbers_in_any_sequence_are_a_spacing(given):
    assert spacing_from_user(given) == Spacing(0.3, 0.4, SpacingSource.USER)


@pytest.mark.parametrize("given", [0.3, np.float32(0.25), np.array(0.3), 1])
def test_one_number_is_the_spacing_of_rows_and_columns(given):
    assert spacing_from_user(given) == Spacing(float(given), float(given), SpacingSource.USER)


@pytest.mark.parametrize(
    "given",
    [
        (0.1, 0.1, 0.1),
        [0.1],
        [],
        "0.1",
        ["0.1", "0.2"],
        [[0.1, 0.2]],
        [0.1, [0.2]],
        [0.1, None],
        True,
        1j,
        {},
    ],
)
def test_anything_else_of_the_user_is_refused_on_one_line(given):
    with pytest.raises(SettingsError, match="neither one number of millimetres nor two") as caught:
        spacing_from_user(given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", [(5, 0.005), (0.1, 0.51), (0.51, 0.1)])
def test_rows_and_columns_too_far_apart_are_refused(given):
    with pytest.raises(SettingsError, match="5-fold"):
        spacing_from_user(given)
