"""Gaps of a few pixels are filled, larger ones stay, and a picture that could not be searched says so."""

import json

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from drawing import gaussian_line, shaft
from microcal_xray import find_lines, radiograph_from_array, read_radiograph
from microcal_xray.cli import main
from microcal_xray.dead_pixels import MOST_PIXELS, fill_dead_pixels
from microcal_xray.findings import Findings
from microcal_xray.radiograph import ImageCaution
from microcal_xray.reporting import overlay
from microcal_xray.settings import Settings

SHAPE = (420, 260)
FILLED, HARDLY = ImageCaution.FILLED_PIXELS, ImageCaution.HARDLY_SEARCHED


def limb() -> np.ndarray:
    """Return a shaft with a dark line across it at row 200."""
    image = shaft(SHAPE, width_px=90, soft_px=200, noise=12)
    return image + gaussian_line(SHAPE, 8, fwhm_px=5, height=-110, centre=(200, 129.5), length_px=70)


def with_gaps(share: float, *, seed: int = 3) -> np.ndarray:
    image = limb()
    image[np.random.default_rng(seed).random(SHAPE) < share] = np.nan
    return image


def hidden(*gaps: tuple[slice, slice]) -> np.ndarray:
    usable = np.ones((30, 40), bool)
    for gap in gaps:
        usable[gap] = False
    return usable


@pytest.mark.parametrize(
    "gap",
    [np.s_[9, 9], np.s_[9, 5 : 5 + MOST_PIXELS], np.s_[5 : 5 + MOST_PIXELS, 9], np.s_[9:12, 9:12]],
    ids=["one", "run", "column", "block"],
)
def test_a_small_gap_in_a_slope_takes_the_slope(gap):
    slope = (3 * np.indices((30, 40))[0] - 2 * np.indices((30, 40))[1]).astype(np.float32)
    usable = hidden(gap)
    repaired = fill_dead_pixels(np.where(usable, slope, -999).astype(np.float32), usable)
    assert repaired.usable.all()
    assert repaired.filled_px == np.count_nonzero(~usable)
    # At the end of a run the mean leans to the side that is known: less than a step of the slope.
    assert np.abs(repaired.pixels - slope).max() < 3
    assert np.array_equal(repaired.pixels[usable], slope[usable])


@pytest.mark.parametrize(
    "gap",
    [
        np.s_[9, 5 : 6 + MOST_PIXELS],
        np.s_[9:12, 9:13],
        np.s_[9, :],
        np.s_[0, 7],
        np.s_[-2:, 7],
        np.s_[:, -1],
    ],
    ids=["long run", "large block", "dead row", "border", "lower border", "side"],
)
def test_a_large_gap_and_one_at_the_border_stay(gap):
    usable = hidden(gap)
    pixels = np.arange(30 * 40, dtype=np.float32).reshape(30, 40)
    repaired = fill_dead_pixels(pixels, usable)
    assert repaired.pixels is pixels
    assert repaired.usable is usable
    assert repaired.filled_px == 0


def test_pixels_joined_by_corners_are_one_gap():
    usable = hidden()
    steps = np.arange(MOST_PIXELS + 1)
    usable[5 + steps, 5 + steps] = False
    assert fill_dead_pixels(np.zeros((30, 40), np.float32), usable).filled_px == 0


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.002, 0.02, 0.2, 0.6]))
def test_pixels_with_a_value_never_change_and_values_stay_in_range(seed, share):
    random = np.random.default_rng(seed)
    pixels, usable = random.normal(size=(25, 30)).astype(np.float32), random.random((25, 30)) >= share
    repaired = fill_dead_pixels(pixels, usable)
    assert np.array_equal(repaired.pixels[usable], pixels[usable])
    assert (repaired.usable | ~usable).all()
    new = repaired.usable & ~usable
    assert repaired.filled_px == np.count_nonzero(new)
    if new.any():
        assert pixels[usable].min() <= repaired.pixels[new].min()
        assert repaired.pixels[new].max() <= pixels[usable].max()


def test_scattered_dead_pixels_do_not_hide_a_line():
    image = with_gaps(0.01)
    whole = find_lines(radiograph_from_array(limb(), spacing_mm=0.15))
    repaired = find_lines(radiograph_from_array(image, usable=np.isfinite(image), spacing_mm=0.15))
    assert repaired.radiograph.filled_px > 0.005 * image.size
    assert FILLED in repaired.cautions
    assert HARDLY not in repaired.cautions
    assert repaired.searched_share == pytest.approx(whole.searched_share, abs=0.01)
    first, same = whole.candidates[0], repaired.candidates[0]
    assert same.kind is first.kind
    assert np.abs(same.path_px.mean(axis=0) - first.path_px.mean(axis=0)).max() < 3
    assert same.length_mm == pytest.approx(first.length_mm, rel=0.2)


def test_a_picture_without_gaps_comes_through_as_it_is():
    image = limb()
    radiograph = radiograph_from_array(image)
    assert np.array_equal(radiograph.pixels, image)
    assert radiograph.filled_px == 0
    assert not radiograph.cautions & FILLED


def test_nobody_says_how_much_was_searched_where_nobody_searched():
    findings = Findings(radiograph_from_array(limb()), Settings())
    assert findings.searched_share is None
    assert not findings.cautions & HARDLY


@pytest.mark.parametrize("image", [np.zeros((64, 64)), np.eye(16)], ids=["constant", "tiny"])
def test_a_picture_that_shows_nothing_was_not_searched(image):
    findings = find_lines(radiograph_from_array(image))
    assert findings.searched_share == 0
    assert HARDLY in findings.cautions


def test_the_bone_of_the_caller_is_what_counts_as_searched():
    radiograph = radiograph_from_array(limb())
    bone = np.zeros(SHAPE, bool)
    assert find_lines(radiograph, bone=bone).searched_share == 0
    bone[100:300, 90:170] = True
    assert find_lines(radiograph, bone=bone).searched_share > 0.9


def words_of(figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_the_overlay_says_that_hardly_anything_was_searched():
    image = with_gaps(0.3)
    findings = find_lines(radiograph_from_array(image, usable=np.isfinite(image)))
    assert "hardly anything could be searched" in words_of(overlay(findings))
    assert "hardly anything" not in words_of(overlay(find_lines(radiograph_from_array(limb()))))


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory):
    """A run over a whole picture, one with single dead pixels and one full of holes."""
    folder = tmp_path_factory.mktemp("dead")
    (folder / "in").mkdir()
    for name, share in (("whole", 0.0), ("speckled", 0.01), ("holes", 0.3)):
        tifffile.imwrite(folder / "in" / f"{name}.tif", with_gaps(share).astype(np.float32))
    assert main(["analyze", str(folder / "in"), "--out", str(folder / "out"), "--jobs", "1"]) == 0
    return folder


def records(folder):
    document = json.loads((folder / "out" / "candidates.json").read_text(encoding="utf-8"))
    return {image["file"]: image for image in document["images"]}


def test_the_record_counts_what_was_filled_and_searched(analyzed):
    record = records(analyzed)
    assert record["whole.tif"]["filled_px"] == 0
    assert record["speckled.tif"]["filled_px"] == read_radiograph(analyzed / "in" / "speckled.tif").filled_px
    assert record["speckled.tif"]["filled_px"] > 500
    assert record["speckled.tif"]["searched_share"] > 0.8
    assert record["speckled.tif"]["candidates"]
    assert "filled_pixels" in record["speckled.tif"]["cautions"]
    assert record["holes.tif"]["searched_share"] < 0.1
    assert "hardly_searched" in record["holes.tif"]["cautions"]
    assert not {"filled_pixels", "hardly_searched"} & set(record["whole.tif"]["cautions"])


def test_page_and_command_line_name_the_picture_that_was_not_searched(analyzed, capsys):
    page = (analyzed / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("hardly anything could be searched") > 1  # the summary and the picture itself
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    image = next(each for each in data["images"] if each["file"] == "holes.tif")
    assert image["says"]["en"]["cautions"][0].startswith("hardly anything could be searched")
    assert "presque rien" in page
    command = ["analyze", str(analyzed / "in"), "--out", str(analyzed / "out"), "--json"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["hardly_searched"] == ["holes.tif"]
    notes = [line for line in said.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert notes[0].startswith("note: holes.tif: hardly anything could be searched")


def test_info_counts_filled_pixels(analyzed, capsys):
    assert main(["info", str(analyzed / "in" / "speckled.tif")]) == 0
    assert "pixels without a value filled" in capsys.readouterr().out
