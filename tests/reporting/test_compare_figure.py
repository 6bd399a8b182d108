"""The figures of a pair and of a series: what they show where, and what they refuse."""

import numpy as np
import pytest
from compared import change, comparison, line

from microcal_xray import Series, Verdict
from microcal_xray.reporting.compare_figure import pair_figure, series_figure
from microcal_xray.reporting.compare_pictures import on_view
from microcal_xray.reporting.compare_series import tracks


def test_a_pair_is_shown_around_the_line_on_the_same_pixels():
    held = comparison(line(1, Verdict.UNCHANGED))
    axes = pair_figure(held, held.lines[0]).axes
    assert [ax.get_title().split(",")[0].split(":")[0] for ax in axes] == ["prior", "current", "difference"]
    shapes = {ax.images[0].get_array().shape[:2] for ax in axes}
    assert len(shapes) == 1
    limits = {ax.images[0].get_clim() for ax in axes[:2]}
    assert len(limits) == 1  # one window for both: brighter is brighter
    assert not axes[0].lines  # the pictures stay bare
    assert not axes[1].lines
    path = on_view(held.lines[0].current_path_px, held)
    assert shapes.pop()[1] >= np.ptp(path[:, 1])


def test_what_was_not_compared_is_not_drawn():
    refused = comparison(line(1, Verdict.NOT_COMPARABLE, reason="other"), reason="the bones do not agree")
    with pytest.raises(ValueError, match="the bones do not agree"):
        pair_figure(refused, refused.lines[0])


def test_significant_steps_are_in_colour_and_an_unknown_one_is_left_out():
    series = Series(
        (
            comparison(line(1, Verdict.LARGER, length=change(10.0, 14.0, least=1.0))),
            comparison(
                line(1, Verdict.UNCHANGED, length=change(14.0, 14.2, least=1.0), equivalent_width=None)
            ),
        ),
        (0.0, 4.0, 12.0),
    )
    (track,) = tracks(series)
    lengths, widths = series_figure(series, track).axes
    drawn = [each for each in lengths.containers if each.lines]
    assert [list(each.lines[0].get_xdata()) for each in drawn] == [[0.0, 4.0], [4.0, 12.0]]
    assert drawn[0].lines[0].get_color() != drawn[1].lines[0].get_color()
    assert len(widths.containers) == 1
    assert lengths.get_xlabel() == "weeks"
