import io

import numpy as np
import pytest
from PIL import Image

from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import display_levels, preview_jpeg
from microcal_xray.reporting.display import display_size, thumbnail_jpeg


def test_bone_is_brighter_and_the_range_is_used(make_findings):
    levels = display_levels(make_findings().radiograph)
    assert levels.dtype == np.uint8
    assert levels[:, 45].mean() > levels[:, 0].mean() + 100
    assert levels.min() == 0
    assert levels.max() == 255


def test_metal_and_what_is_not_usable_do_not_decide_the_window():
    ramp = np.tile(np.linspace(0, 1, 200), (200, 1))
    plain = display_levels(radiograph_from_array(ramp))
    with_metal, usable = ramp.copy(), np.ones(ramp.shape, bool)
    with_metal[:5, :5] = 1000
    with_metal[-40:] = -500
    usable[-40:] = False
    levels = display_levels(radiograph_from_array(with_metal, usable=usable))
    assert np.abs(levels[10:150].astype(int) - plain[10:150]).max() <= 2  # grey levels
    assert (levels[-40:] == 0).all()


@pytest.mark.parametrize("exposure", [(2.0, 0.0), (1.0, 300.0)])
def test_gain_and_offset_of_the_exposure_change_nothing(make_findings, exposure):
    gain, offset = exposure
    radiograph = make_findings().radiograph
    changed = radiograph_from_array(radiograph.pixels * gain + offset, signal=radiograph.signal)
    difference = display_levels(changed).astype(int) - display_levels(radiograph)
    assert np.abs(difference).max() <= 1  # rounding


@pytest.mark.parametrize("pixels", [np.zeros((8, 8)), np.full((1, 1), 7.0), np.full((3, 50), -1e6)])
def test_a_constant_image_is_mid_grey(pixels):
    assert (display_levels(radiograph_from_array(pixels)) == 128).all()


def test_nothing_usable_is_black():
    radiograph = radiograph_from_array(np.eye(9), usable=np.zeros((9, 9), bool))
    assert (display_levels(radiograph) == 0).all()


@pytest.mark.parametrize(
    ("shape", "spacing_mm", "size"),
    [
        ((3200, 1600), None, (800, 1600)),
        ((100, 50), None, (50, 100)),
        ((100, 100), (0.2, 0.1), (100, 200)),
        ((2000, 2000), (0.1, 0.2), (1600, 800)),
        ((1, 4000), None, (1600, 1)),
    ],
)
def test_the_size_on_screen_has_square_pixels_and_fits(shape, spacing_mm, size):
    radiograph = radiograph_from_array(np.zeros(shape), spacing_mm=spacing_mm)
    assert display_size(radiograph, longer_side_px=1600) == size


def test_the_preview_is_a_grey_jpeg_without_metadata(make_findings):
    preview = preview_jpeg(make_findings(shape=(1700, 400)).radiograph)
    with Image.open(io.BytesIO(preview)) as image:
        assert (image.format, image.mode, max(image.size)) == ("JPEG", "L", 1600)
        assert not image.getexif()
        assert "comment" not in image.info
    thumbnail, size = thumbnail_jpeg(preview)
    assert max(size) == 1600
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert max(image.size) == 144
