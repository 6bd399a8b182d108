import json
import math

import numpy as np
import pytest

from microcal_xray.errors import MicrocalError
from microcal_xray.findings import Kind
from microcal_xray.limit import FEATURES, LineModel, Scores, features_of, models_from, shipped_models
from microcal_xray.limit.model import SCHEMA, SCORE_RANGE
from microcal_xray.radiograph import Intent


def model(**changes) -> LineModel:
    values = {
        "coefficients": dict.fromkeys(FEATURES, 0.0) | {"one": -4.0, "signal": 1.6, "peak": 0.4},
        "line_sd": 0.6,
        "place_sd": 0.8,
        "picture_sd": 0.5,
        "reach_px": 40.0,
        "largest_peak": 1.0,
    }
    return LineModel(**(values | changes))


@pytest.mark.parametrize("false_marks", [0.25, 1.0, 10.0])
def test_at_the_limit_80_percent_of_scores_pass(false_marks):
    widths = np.geomspace(0.01, 30, 400)
    scores = Scores(widths, (-1.0 + 1.5 * np.log(widths))[:, None], np.array([0.9]))
    (least,) = scores.least_width_px(false_marks)
    drawn = np.random.default_rng(0).normal(-1.0 + 1.5 * math.log(least), 0.9, 200_000)
    assert (drawn >= -math.log10(false_marks)).mean() == pytest.approx(0.8, abs=0.004)


def test_over_many_places_the_mean_of_the_shares_is_80_percent():
    widths = np.geomspace(0.01, 30, 400)
    middles = np.array([-3.0, -1.0, 0.0])
    scores = Scores(widths, middles + 1.5 * np.log(widths)[:, None], np.full(3, 0.9))
    least = scores.least_width_of_all_px(1.0)
    shares = scores.marked(1.0)[np.abs(widths - least).argmin()]
    assert shares.mean() == pytest.approx(0.8, abs=0.01)
    assert shares.min() < 0.5


def test_where_no_width_is_enough_there_is_no_limit():
    widths = np.geomspace(0.1, 8, 12)
    scores = Scores(widths, np.full((12, 2), -3.0), np.full(2, 0.5))
    assert np.isinf(scores.least_width_px(1.0)).all()
    assert math.isinf(scores.least_width_of_all_px(1.0))
    assert math.isinf(Scores(widths, np.zeros((12, 0)), np.zeros(0)).least_width_of_all_px(1.0))


def features(**changes):
    values = {
        "signal": math.e,
        "peak": 0.5,
        "width_px": 2.0,
        "length_px": 40.0,
        "coherence": 0.5,
        "angle_rad": math.pi / 2,
        "context": -1.5,
        "intent": Intent.PICTURE,
    }
    return features_of(**(values | changes))


def test_higher_lines_than_fitted_on_are_not_promised():
    own = model(largest_peak=0.4)
    assert np.isfinite(own.mean(features(peak=0.4)))
    assert own.mean(features(peak=0.41)) == -math.inf


def test_features_are_those_of_the_model():
    found = features()
    assert tuple(found) == FEATURES
    assert found["signal"] == pytest.approx(1)
    assert found["signal_peak"] == pytest.approx(math.log(0.5))
    assert found["width"] == pytest.approx(math.log(2.0))
    assert found["length"] == 0
    assert found["across"] == pytest.approx(0.5)
    assert found["context"] == -1.5
    assert found["signal_context"] == pytest.approx(-1.5)
    assert (found["presentation"], found["picture"]) == (0, 1)


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
@pytest.mark.parametrize("context", [-1.5, 0.0, 1.0])
def test_the_shipped_models_grow_with_the_contrast_where_lines_are_marked(kind, context):
    own = shipped_models()[kind]
    # The usual answer over that to a line as high as all of the bone: its answers are 50, 10 and 2 times it.
    for usual in (0.02, 0.1, 0.5):
        grown = np.array(
            [
                own.mean(features(signal=peak / usual, peak=peak, width_px=4 * peak, context=context))
                for peak in np.geomspace(0.02, own.largest_peak, 20).tolist()
            ]
        )
        # Of scores below the range of the fit it knows only that they are below.
        rising = np.diff(grown)[grown[:-1] >= SCORE_RANGE[0]]
        assert (rising > 0).all()
    assert own.line_sd > 0


def test_the_shipped_models_mark_strong_lines_in_good_places():
    assert set(shipped_models()) == {kind.value for kind in Kind}
    for own in shipped_models().values():
        faint, strong = (
            float(own.mean(features(signal=peak / 0.02, peak=peak, width_px=4 * peak, context=1.0)))
            for peak in (0.04, 0.8)
        )
        assert faint < 0 < strong


def test_another_schema_is_refused():
    with pytest.raises(MicrocalError, match="schema 'other/1'"):
        models_from({"schema": "other/1"})


def test_other_features_are_refused():
    values = json.loads(json.dumps(vars(model())))
    del values["coefficients"]["peak"]
    with pytest.raises(MicrocalError, match=r"run tools/fit_limit\.py"):
        models_from({"schema": SCHEMA, "kinds": {"lucent": values}})
