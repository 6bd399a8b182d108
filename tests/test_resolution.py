import numpy as np
import pytest

from microcal_xray.measurement.band import slit
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.resolution import blur_px
from microcal_xray.searching import looked_at, sharpness_of


def edge(blur: float, *, shape=(200, 200)) -> np.ndarray:
    """Return a slightly tilted edge through an exponential blur, on a little noise."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    away = columns - shape[1] / 2 - 0.07 * rows
    table = np.linspace(-300, 300, 60_001)
    noise = np.random.default_rng(0).normal(0, 0.3, shape)
    # Half of a slit so wide that its other edge is far away.
    return (100 * np.interp(away, table, slit(table - 500, 1000, blur)) + noise).astype(np.float32)


@pytest.mark.parametrize("blur", [1.5, 3.0])
def test_without_spacing_the_edge_tells_the_blur(blur):
    radiograph = radiograph_from_array(edge(blur))
    edges = sharpness_of(looked_at(radiograph)).edges_px
    assert blur_px(edges.value, mm_per_px=None) == pytest.approx(blur, rel=0.4)


def test_with_spacing_no_more_is_taken_than_a_panel_blurs():
    assert blur_px(5.0, mm_per_px=0.1) == pytest.approx(1.8)
    assert blur_px(5.0, mm_per_px=0.5) == 1.0  # a pixel
    assert blur_px(0.7, mm_per_px=0.1) == 0.7


def test_a_picture_without_an_edge_has_a_usual_blur():
    assert sharpness_of(looked_at(radiograph_from_array(np.zeros((60, 60))))).edges_px is None
    assert 0.5 <= blur_px(None, mm_per_px=None) <= 3
    assert blur_px(0.1, mm_per_px=None) == 0.5
