"""Bone masks in picture files, against masks made by hand."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from microcal_xray.errors import MicrocalError
from microcal_xray.loading.masks import read_mask

BONE = np.zeros((40, 30), bool)
BONE[5:35, 10:20] = True


@pytest.mark.parametrize(
    ("ending", "mode"),
    [("png", "L"), ("png", "1"), ("png", "P"), ("png", "I;16"), ("tif", "L"), ("tif", "1"), ("tif", "I;16")],
)
def test_each_usual_way_to_save_a_mask_is_read(tmp_path, ending, mode):
    grey = Image.fromarray(np.uint8(BONE) * 255)
    image = Image.fromarray(np.uint16(BONE) * 700) if mode == "I;16" else grey.convert(mode)
    if mode == "P":
        image.putpalette([0, 0, 0] + [9, 9, 9] * 255)
    image.save(tmp_path / f"mask.{ending}")
    assert np.array_equal(read_mask(tmp_path / f"mask.{ending}", shape=BONE.shape), BONE)


@pytest.mark.parametrize("value", [np.uint16(1), np.int16(-1), np.float32(0.5), np.uint8(2)], ids=str)
@pytest.mark.parametrize("order", ["<", ">"])
def test_anything_but_0_is_bone(tmp_path, value, order):
    tifffile.imwrite(tmp_path / "mask.tif", BONE * value, byteorder=order)
    assert np.array_equal(read_mask(tmp_path / "mask.tif", shape=BONE.shape), BONE)


@pytest.mark.parametrize(
    ("photometric", "words"), [("miniswhite", "is stored with 0 for white; save it"), ("palette", "bands")]
)
def test_a_tiff_that_means_its_values_otherwise_is_refused(tmp_path, photometric, words):
    colours = np.zeros((3, 256), np.uint16) if photometric == "palette" else None
    tifffile.imwrite(tmp_path / "mask.tif", np.uint8(BONE), photometric=photometric, colormap=colours)
    with pytest.raises(MicrocalError, match=words):
        read_mask(tmp_path / "mask.tif", shape=BONE.shape)


@pytest.mark.parametrize("shape", [(30, 40), (40, 31), (1, 1)])
def test_a_mask_of_another_size_is_refused(tmp_path, shape):
    Image.fromarray(np.uint8(BONE)).save(tmp_path / "mask.png")
    with pytest.raises(
        MicrocalError, match=r"has 40 rows x 30 columns, the radiograph .*; give one pixel for each"
    ):
        read_mask(tmp_path / "mask.png", shape=shape)
