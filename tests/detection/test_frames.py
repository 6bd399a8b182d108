import numpy as np
import pytest

from microcal_xray.detection import frames_around

SHAPE = (90, 130)
DIRECTIONS = 16
MARGIN_PX = 6


def blob(row: float, column: float, sigma_px: float = 2.0) -> np.ndarray:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    apart = (rows - row) ** 2 + (columns - column) ** 2
    return np.exp(-0.5 * apart / sigma_px**2).astype(np.float32)


def scattered() -> np.ndarray:
    """Return a mask with a hole, a spur and two parts."""
    mask = np.zeros(SHAPE, bool)
    mask[10:60, 20:90] = True
    mask[25:40, 40:60] = False
    mask[70:72, 100:125] = True
    mask[30, 90:110] = True
    return mask


@pytest.mark.parametrize("frame", frames_around(np.ones(SHAPE, bool), directions=DIRECTIONS))
@pytest.mark.parametrize("place", [(20.0, 30.0), (61.3, 17.8), (45.5, 110.25)])
def test_a_point_of_the_picture_is_found_where_the_frame_says(frame, place):
    shown = frame.turned(blob(*place)).astype(float)
    weights = shown / shown.sum()
    rows, columns = np.indices(frame.shape)
    centre = np.array([[(rows * weights).sum(), (columns * weights).sum()]])
    # Bilinear weights are kept in 1/32 pixel; over a blob they average out.
    np.testing.assert_allclose(frame.in_picture(*centre.T), [place], atol=0.03)


@pytest.mark.parametrize("frame", frames_around(np.ones(SHAPE, bool), directions=DIRECTIONS))
def test_down_a_column_leads_along_the_direction_in_steps_of_one_pixel(frame):
    ways = np.diff(frame.in_picture(np.array([0, 1, 0]), np.array([0, 0, 1])), axis=0)
    down, right = ways[0], ways[0] + ways[1]
    angle = frame.angle_rad
    np.testing.assert_allclose(down, [np.sin(angle), np.cos(angle)], atol=1e-9)
    assert np.hypot(*right) == pytest.approx(1)
    assert down @ right == pytest.approx(0, abs=1e-9)


def test_directions_are_even_and_start_along_a_row():
    angles = [frame.angle_rad for frame in frames_around(np.ones(SHAPE, bool), directions=5)]
    np.testing.assert_allclose(angles, np.arange(5) * np.pi / 5)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("number", range(0, DIRECTIONS, 3))
def test_every_third_row_is_that_row(step, number):
    frame = frames_around(np.ones(SHAPE, bool), directions=DIRECTIONS)[number]
    kept = frame.every(step)
    assert kept.angle_rad == frame.angle_rad
    assert kept.shape == (frame.shape[0] // step, frame.shape[1])
    rows, columns = (axis.ravel() for axis in np.indices(kept.shape))
    np.testing.assert_allclose(
        kept.in_picture(rows, columns), frame.in_picture(step // 2 + step * rows, columns), atol=1e-9
    )


@pytest.mark.parametrize("number", range(DIRECTIONS))
def test_all_of_the_mask_lies_inside_with_its_margin_and_no_more(number):
    mask = scattered()
    frame = frames_around(mask, directions=DIRECTIONS)[number]
    back = np.linalg.inv(frame.matrix[:, :2])
    columns, rows = back @ (np.argwhere(mask)[:, ::-1].T - frame.matrix[:, 2:])
    for places, size in ((rows, frame.shape[0]), (columns, frame.shape[1])):
        assert places.min() == pytest.approx(MARGIN_PX, abs=1e-9)
        # The size is a whole number of pixels, rounded up.
        assert MARGIN_PX - 1e-9 <= size - 1 - places.max() <= MARGIN_PX + 1 + 1e-9


@pytest.mark.parametrize("number", range(DIRECTIONS))
def test_a_mask_keeps_its_area_and_nothing_lies_beyond_the_picture(number):
    full = np.ones(SHAPE, bool)
    frame = frames_around(full, directions=DIRECTIONS)[number]
    # A pixel of the outline may fall to either side.
    assert frame.turned_mask(full).sum() == pytest.approx(full.sum(), abs=sum(SHAPE))
    assert not frame.turned_mask(full)[[0, -1]].any()
    assert not frame.turned_mask(full)[:, [0, -1]].any()


def test_beyond_the_edge_of_the_picture_the_edge_goes_on():
    for frame in frames_around(np.ones(SHAPE, bool), directions=7):
        np.testing.assert_array_equal(frame.turned(np.full(SHAPE, 3.0, np.float32)), 3)


def test_nothing_searched_has_no_frames():
    assert frames_around(np.zeros(SHAPE, bool), directions=DIRECTIONS) == ()


def test_one_pixel_has_its_margin_around_in_every_direction():
    mask = np.zeros(SHAPE, bool)
    mask[40, 70] = True
    for frame in frames_around(mask, directions=DIRECTIONS):
        middle = np.array([MARGIN_PX])
        np.testing.assert_allclose(frame.in_picture(middle, middle), [[40, 70]], atol=1e-9)
