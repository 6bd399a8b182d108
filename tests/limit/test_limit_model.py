import json
import math

import numpy as np
import pytest

from microcal_xray.errors import MicrocalError
from microcal_xray.findings import Kind
from microcal_xray.limit import FEATURES, LineModel, features_of, models_from, shipped_models
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
    own, unit = model(), -3.0
    contrast = math.exp(own.least_log_contrast(np.array(unit), false_marks=false_marks))
    drawn = np.random.default_rng(0).normal(unit + own.slope * math.log(contrast), own.whole_sd, 200_000)
    assert (drawn >= -math.log10(false_marks)).mean() == pytest.approx(0.8, abs=0.003)


def test_features_are_those_of_the_model():
    found = features_of(
        signal=math.e,
        peak=0.5,
        length_px=40.0,
        coherence=0.5,
        angle_rad=math.pi / 2,
        context=-1.5,
        intent=Intent.PICTURE,
    )
    assert tuple(found) == FEATURES
    assert found["signal"] == pytest.approx(1)
    assert found["length"] == 0
    assert found["across"] == pytest.approx(0.5)
    assert found["context"] == -1.5
    assert (found["presentation"], found["picture"]) == (0, 1)


def test_the_shipped_models_grow_with_the_contrast():
    models = shipped_models()
    assert set(models) == {kind.value for kind in Kind}
    for own in models.values():
        assert own.slope > 0
        assert own.line_sd > 0


def test_another_schema_is_refused():
    with pytest.raises(MicrocalError, match="schema 'other/1'"):
        models_from({"schema": "other/1"})


def test_other_features_are_refused():
    values = json.loads(json.dumps(vars(model())))
    del values["coefficients"]["peak"]
    with pytest.raises(MicrocalError, match=r"run tools/fit_limit\.py"):
        models_from({"schema": "microcal-limit/1", "kinds": {"lucent": values}})
