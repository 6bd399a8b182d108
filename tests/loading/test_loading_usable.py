"""Shutters, collimators and padding against masks made by hand."""

import numpy as np
import pytest
from dicom_files import dx, ramp, saved

from microcal_xray.loading import read_radiograph
from microcal_xray.loading.display_shutter import Opening, open_area
from microcal_xray.radiograph import ImageCaution

BAD = ImageCaution.BAD_TAG
SHAPE = (40, 48)
ROWS, COLUMNS = np.indices(SHAPE) + 1  # DICOM counts from 1
BOX = {"LeftVerticalEdge": 5, "RightVerticalEdge": 30, "UpperHorizontalEdge": 3, "LowerHorizontalEdge": 20}
BOX_MASK = (COLUMNS >= 5) & (COLUMNS <= 30) & (ROWS >= 3) & (ROWS <= 20)
CIRCLE_MASK = (ROWS - 20) ** 2 + (COLUMNS - 24) ** 2 <= 15**2
TRIANGLE = [1, 1, 1, 40, 40, 1]
TRIANGLE_MASK = ROWS + COLUMNS <= 41


def shutter(kind: str, *shapes: str) -> dict[str, object]:
    tags: dict[str, object] = {f"{kind}Shape": list(shapes)}
    if "RECTANGULAR" in shapes:
        tags |= {f"{kind}{edge}": value for edge, value in BOX.items()}
    if "CIRCULAR" in shapes:
        tags |= {f"CenterOfCircular{kind}": [20, 24], f"RadiusOfCircular{kind}": 15}
    if "POLYGONAL" in shapes:
        tags |= {f"VerticesOfThePolygonal{kind}": TRIANGLE}
    return tags


def usable(tmp_path, stored: np.ndarray | None = None, **tags: object) -> tuple[np.ndarray, ImageCaution]:
    radiograph = read_radiograph(saved(dx(ramp() if stored is None else stored, **tags), tmp_path))
    return radiograph.usable, radiograph.cautions


MASKS = {"RECTANGULAR": BOX_MASK, "CIRCULAR": CIRCLE_MASK, "POLYGONAL": TRIANGLE_MASK}


@pytest.mark.parametrize("kind", ["Shutter", "Collimator"])
@pytest.mark.parametrize(
    "shapes",
    [
        ("RECTANGULAR",),
        ("CIRCULAR",),
        ("POLYGONAL",),
        ("RECTANGULAR", "CIRCULAR"),
        ("CIRCULAR", "POLYGONAL", "RECTANGULAR"),
    ],
)
def test_shapes_leave_open_what_all_leave_open(tmp_path, kind, shapes):
    found, cautions = usable(tmp_path, **shutter(kind, *shapes))
    assert np.array_equal(found, np.logical_and.reduce([MASKS[shape] for shape in shapes]))
    assert not cautions & BAD


def test_shutter_collimator_and_padding_act_together(tmp_path):
    stored = ramp()
    found, _ = usable(
        tmp_path,
        PixelPaddingValue=int(stored[10, 10]),
        **shutter("Shutter", "RECTANGULAR"),
        **shutter("Collimator", "CIRCULAR"),
    )
    assert np.array_equal(found, BOX_MASK & CIRCLE_MASK & (stored != stored[10, 10]))


def test_a_circle_is_round_in_millimetres(tmp_path):
    found, _ = usable(tmp_path, PixelSpacing=[0.2, 0.1], **shutter("Shutter", "CIRCULAR"))
    assert np.array_equal(found, (2 * (ROWS - 20.0)) ** 2 + (COLUMNS - 24) ** 2 <= 15**2)


def test_a_shutter_may_reach_beyond_the_picture():
    box = Opening(("RECTANGULAR",), left=(-50,), right=(9999,), upper=(0,), lower=(9999,))
    assert open_area(box, SHAPE).all()
    polygon = Opening(("POLYGONAL",), vertices=(-100, -100, -100, 999, 999, 999, 999, -100))
    assert open_area(polygon, SHAPE).all()


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [20], "RadiusOfCircularShutter": 9},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 9, 9]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 9, 9, 5, 1, 3]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 2**31 - 1, 9, 9, 9]},
        {"ShutterShape": "BITMAP"},
        {**shutter("Shutter", "RECTANGULAR"), "ShutterRightVerticalEdge": 1},
        {
            "CollimatorShape": "CIRCULAR",
            "CenterOfCircularCollimator": [500, 500],
            "RadiusOfCircularCollimator": 3,
        },
    ],
)
def test_a_shutter_that_cannot_be_is_left_out_with_a_caution(tmp_path, tags):
    found, cautions = usable(tmp_path, **tags)
    assert found.all()
    assert cautions & BAD


def test_two_shutters_that_together_leave_nothing_are_left_out(tmp_path):
    tags = {**shutter("Shutter", "RECTANGULAR"), **shutter("Collimator", "RECTANGULAR")}
    tags |= {"CollimatorLeftVerticalEdge": 40, "CollimatorRightVerticalEdge": 45}
    found, cautions = usable(tmp_path, **tags)
    assert found.all()
    assert cautions & BAD


def test_padding_is_compared_before_the_modality_transform(tmp_path):
    stored = ramp()
    found, _ = usable(tmp_path, stored, PixelPaddingValue=0, RescaleSlope=2, RescaleIntercept=100)
    assert np.array_equal(found, stored != 0)


@pytest.mark.parametrize("ends", [(0, 100), (100, 0), (4000, 4095), (7, 7)])
def test_a_padding_range_holds_both_ends_in_either_order(tmp_path, ends):
    stored = np.kron(ramp(10, 12), np.ones((4, 4), np.uint16))  # single pixels would be filled
    found, _ = usable(tmp_path, stored, PixelPaddingValue=ends[0], PixelPaddingRangeLimit=ends[1])
    assert np.array_equal(found, (stored < min(ends)) | (stored > max(ends)))


def test_signed_padding_written_as_unsigned_is_understood(tmp_path):
    stored = ramp(bits=16, signed=True)
    dataset = dx(stored)
    dataset.add_new(0x00280120, "US", 2**16 - 2**15)
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.usable, stored != -(2**15))


def test_single_pixels_of_padding_are_filled_after_the_modality_transform(tmp_path):
    stored = np.full(SHAPE, 500, np.uint16)
    stored[10, 10:13] = stored[30, 40] = 0
    stored[20:24, 20:24] = 0
    dataset = dx(stored, PixelPaddingValue=0, RescaleSlope=2, RescaleIntercept=100)
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert radiograph.filled_px == 4
    assert radiograph.cautions & ImageCaution.FILLED_PIXELS
    assert np.count_nonzero(~radiograph.usable) == 16
    assert (radiograph.pixels[radiograph.usable] == 1100).all()


def test_padding_that_would_take_everything_is_left_out(tmp_path):
    found, cautions = usable(tmp_path, np.full(SHAPE, 5, np.uint8), PixelPaddingValue=5)
    assert found.all()
    assert cautions & BAD
