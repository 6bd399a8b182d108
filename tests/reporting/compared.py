"""A comparison made by hand, cheap and with hostile names."""

import numpy as np

from microcal_xray import (
    Findings,
    Kind,
    LineChange,
    QuantityChange,
    Registration,
    Settings,
    Verdict,
    radiograph_from_array,
)
from microcal_xray.changes import Comparison, MatchedView
from microcal_xray.measured import Estimate

SHAPE = (80, 60)
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
DARK, BRIGHT = Kind.LUCENT, Kind.SCLEROTIC


def change(prior: float, current: float, unit: str = "mm", least: float = 1.0) -> QuantityChange:
    ends = [Estimate(each, each - 0.5, each + 0.5, unit) for each in (prior, current)]
    return QuantityChange(*ends, current - prior, least)


def line(number: int, verdict: Verdict, row: float = 40.0, **more) -> LineChange:
    path = np.stack([np.full(20, row), np.linspace(20, 40, 20)], axis=1)
    held = {
        "reason": None,
        "prior_id": number,
        "current_id": number,
        "prior_kind": DARK,
        "current_kind": DARK,
        "length": change(10.0, 14.0),
        "equivalent_width": change(-0.4, -0.1, least=0.1),
        "contrast": change(-0.4, -0.1, "log mm", least=0.1),
        "registration_error_px": 1.0,
        "registration_error_mm": 0.2,
        **more,
    }
    return LineChange(id=number, verdict=verdict, prior_path_px=path, current_path_px=path, **held)


def comparison(*lines: LineChange, names=("before", "after"), reason: str | None = None) -> Comparison:
    rng = np.random.default_rng(0)
    radiographs = [
        radiograph_from_array(rng.normal(100, 10, SHAPE), spacing_mm=0.2, name=name) for name in names
    ]
    found = [Findings(radiograph, Settings()) for radiograph in radiographs]
    registration = Registration(
        reason is None, reason, 0.9, 0.8, 1.0, 0.5, 1.0, 0.1, 0.2, 2.0, 1.01, False, 1.1
    )
    pixels = radiographs[1].pixels
    view = MatchedView(pixels, pixels, np.ones(SHAPE, bool), np.zeros(SHAPE, np.float32), 1.0)
    return Comparison(found[0], found[1], registration, lines, None if reason else view)
