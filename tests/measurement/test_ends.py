import numpy as np
import pytest

from microcal_xray.measurement.ends import line_ends


def heights(begin: int, behind: int, *, noise: float, seed: int = 0) -> np.ndarray:
    place = np.arange(200)
    line = np.where((place >= begin) & (place < behind), 1.0, 0.0)
    return line + np.random.default_rng(seed).normal(0, noise, 200)


@pytest.mark.parametrize(("begin", "behind"), [(40, 160), (52, 150), (30, 171)])
def test_a_line_ends_where_it_was_drawn_to_end(begin, behind):
    first, last = line_ends(heights(begin, behind, noise=0.2), 40, 160, alike=3)
    assert first.place == pytest.approx(begin, abs=1.5)
    assert 200 - last.place == pytest.approx(behind, abs=1.5)
    assert first.low <= first.place <= first.high


def test_the_interval_holds_the_end_nearly_always_and_grows_with_the_noise():
    found = {noise: [] for noise in (0.3, 1.5)}
    for noise, ends in found.items():
        ends += [
            line_ends(heights(40, 160, noise=noise, seed=seed), 45, 155, alike=2)[0] for seed in range(60)
        ]
    held = [end.low <= 40 <= end.high for end in found[0.3]]
    assert np.mean(held) >= 0.85
    widths = [np.mean([end.high - end.low for end in ends]) for ends in found.values()]
    assert widths[1] > 2 * widths[0]


def test_turned_around_the_ends_change_places():
    series = heights(47, 158, noise=0.3)
    first, last = line_ends(series, 40, 160, alike=3)
    turned_first, turned_last = line_ends(series[::-1], 40, 160, alike=3)
    assert (first.place, last.place) == (turned_last.place, turned_first.place)


def test_one_wild_place_beyond_the_line_does_not_lengthen_it():
    series = heights(40, 160, noise=0.2)
    series[20] = 50.0
    assert line_ends(series, 40, 160, alike=3)[0].place == pytest.approx(40, abs=2)
