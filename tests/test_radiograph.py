"""A radiograph made of an array by hand: what is taken, what is refused and with which words."""

import pickle

import numpy as np
import pytest

from drawing import gaussian_line, shaft
from microcal_xray import find_lines, radiograph_from_array, write_report
from microcal_xray.errors import SettingsError

SHAPE = (420, 260)
NAN = float("nan")


@pytest.fixture(scope="module")
def grey():
    """Return a shaft with one dark line across it, the smallest value 0."""
    image = shaft(SHAPE, width_px=90, soft_px=200, noise=12)
    image += gaussian_line(SHAPE, 8, fwhm_px=5, height=-110, centre=(200, 129.5), length_px=70)
    return image - image.min()


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.zeros((4, 4), complex), "pixels are of type complex128; give real numbers"),
        ([["a", "b"]], "give real numbers"),
        (np.zeros((4, 4, 3)), r"pixels have shape \(4, 4, 3\); give one picture in grey"),
        (np.zeros(4), r"pixels have shape \(4,\)"),
        (np.zeros((0, 4)), r"pixels have shape \(0, 4\)"),
        ([[0.0, NAN]], "pixels must be finite; where they are not, set `usable` to False"),
        ([[0.0, float("inf")]], "pixels must be finite"),
        ([[0.0, 1e300]], "pixels must be finite"),  # more than single precision holds
    ],
)
def test_what_is_no_picture_is_refused_with_what_to_give(pixels, words):
    with pytest.raises(ValueError, match=words):
        radiograph_from_array(pixels)


@pytest.mark.parametrize("spacing_mm", [-1, 0, NAN, "0.1", (1, 2, 3), [[0.1, 0.1]]])
def test_a_spacing_that_is_none_is_refused(spacing_mm):
    with pytest.raises(SettingsError, match="spacing"):
        radiograph_from_array(np.zeros((4, 4)), spacing_mm=spacing_mm)


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"usable has shape \(1, 4\), pixels have \(4, 4\)"):
        radiograph_from_array(np.zeros((4, 4)), usable=np.ones((1, 4), bool))


def test_where_there_is_no_picture_anything_may_stand(grey):
    """Not a number or masked: it is as if the smallest value stood there."""
    seen = np.ones(grey.shape, bool)
    seen[:, -20:] = False
    lowest = grey[seen].min()
    wanted = find_lines(radiograph_from_array(np.where(seen, grey, lowest), usable=seen, spacing_mm=0.15))
    masked = np.ma.array(np.where(seen, grey, NAN), mask=~seen)
    for radiograph in (
        radiograph_from_array(np.where(seen, grey, NAN), usable=seen, spacing_mm=0.15),
        radiograph_from_array(masked, spacing_mm=0.15),
        radiograph_from_array(masked, usable=np.ones(grey.shape, bool), spacing_mm=0.15),
    ):
        np.testing.assert_array_equal(radiograph.usable, seen)
        np.testing.assert_array_equal(radiograph.pixels[~seen], lowest)
        found = find_lines(radiograph)
        assert [each.score for each in found.candidates] == [each.score for each in wanted.candidates]
    assert wanted.candidates


@pytest.mark.parametrize(
    "change",
    [
        lambda grey: np.asfortranarray(grey),
        lambda grey: grey.astype(">f4"),
        lambda grey: np.repeat(grey, 2, axis=0)[::2],
        lambda grey: grey.tolist(),
        lambda grey: grey.astype(object),
    ],
    ids=["fortran", "big-endian", "strided", "list", "objects"],
)
def test_how_an_array_lies_in_memory_changes_nothing(grey, change):
    np.testing.assert_array_equal(
        radiograph_from_array(change(grey)).pixels, radiograph_from_array(grey).pixels
    )


def test_the_array_of_the_caller_is_left_alone_and_ours_is_closed(grey):
    own = grey.copy()
    own.flags.writeable = False
    radiograph = radiograph_from_array(own)
    with pytest.raises(ValueError, match="read-only"):
        radiograph.pixels[0, 0] = 1
    mine = grey.copy()
    radiograph = radiograph_from_array(mine)
    mine[:] = 0
    np.testing.assert_array_equal(radiograph.pixels, grey)


def test_findings_can_be_shown_compared_counted_and_kept(grey):
    found = find_lines(radiograph_from_array(grey, spacing_mm=0.15, name="limb"))
    assert "limb" in repr(found)
    assert len(repr(found)) < 5000  # what a notebook shows at the end of a cell
    assert "array(" not in repr(found)
    first = found.candidates[0]
    again = find_lines(radiograph_from_array(grey, spacing_mm=0.15, name="limb"))
    assert first in found.candidates
    assert found.candidates.index(first) == 0
    assert first not in again.candidates
    assert len({found, again, found}) == 2
    assert pickle.loads(pickle.dumps(found)).candidates[0].score == first.score


@pytest.mark.parametrize(
    ("radiograph", "settings", "words"),
    [
        (np.zeros((40, 40)), None, r"of type ndarray; read_radiograph\(path\) or radiograph_from_array"),
        ("leg.dcm", None, r"of type str; read_radiograph\(path\)"),
        (radiograph_from_array(np.zeros((4, 4))), {"false_marks": 1}, r"of type dict; Settings\(...\)"),
    ],
)
def test_find_lines_says_what_makes_a_radiograph_of_it(radiograph, settings, words):
    with pytest.raises(TypeError, match=words):
        find_lines(radiograph, *([] if settings is None else [settings]))


def test_one_finding_is_no_list_of_them(tmp_path):
    with pytest.raises(TypeError, match=r"give a list of them, as \[findings\]"):
        write_report(find_lines(radiograph_from_array(np.zeros((4, 4)))), tmp_path / "out")
    assert not (tmp_path / "out").exists()
