import math
from dataclasses import replace

import pytest

from microcal_xray.batch import BatchOptions, usable_cores
from microcal_xray.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jobs", 0),
        ("jobs", -3),
        ("jobs", True),
        ("jobs", 2.5),
        ("jobs", "2"),
        ("jobs", 100_000),
        ("time_limit_s", 0),
        ("time_limit_s", math.nan),
        ("time_limit_s", math.inf),
        ("memory_limit_gib", 0.5),
        ("memory_limit_gib", math.nan),
        ("files_per_worker", 0),
        ("files_per_worker", 2.5),
        ("spacing_mm", 0.0),
        ("spacing_mm", (0.1, math.inf)),
    ],
)
def test_a_value_out_of_range_is_refused(name, value):
    with pytest.raises(SettingsError, match=name.split("_")[0]):
        replace(BatchOptions(), **{name: value})


def test_there_is_a_core_and_no_memory_limit_is_a_choice():
    assert BatchOptions().jobs is None
    assert usable_cores() >= 1
    assert BatchOptions(memory_limit_gib=None).memory_limit_gib is None
