import dataclasses
import json

import pytest

from microcal_xray.errors import SettingsError
from microcal_xray.settings import Settings, settings_from_dict


def test_the_choices_are_these_four():
    assert [field.name for field in dataclasses.fields(Settings)] == [
        "false_marks",
        "minimum_length_mm",
        "minimum_length_px",
        "false_bumps",
    ]


@pytest.mark.parametrize(
    ("name", "most"), [("false_marks", 100), ("minimum_length_mm", 1000), ("minimum_length_px", 1000)]
)
def test_each_setting_is_over_nothing_up_to_its_limit(name, most):
    for value in (1e-9, 1, most):
        assert getattr(settings_from_dict({name: value}), name) == value
    for value in (0, -1, most * 1.001, float("inf"), float("nan"), "1", None, True, [1]):
        with pytest.raises(SettingsError, match=f"{name} is .*; it must be over 0, up to {most}"):
            settings_from_dict({name: value})


def test_what_is_saved_is_read_back():
    settings = Settings(false_marks=0.25, minimum_length_mm=4, minimum_length_px=12.5)
    assert settings_from_dict(json.loads(json.dumps(settings.as_dict()))) == settings


def test_what_is_not_named_keeps_its_default():
    assert settings_from_dict({}) == Settings()
    assert settings_from_dict({"minimum_length_px": 20}) == dataclasses.replace(
        Settings(), minimum_length_px=20
    )


@pytest.mark.parametrize("name", ["low_sd", "widths_mm", "False_marks", ""])
def test_an_unknown_name_is_told_with_those_that_are_known(name):
    with pytest.raises(
        SettingsError, match=f"unknown setting '{name}'; known are false_marks, minimum_length_mm"
    ):
        settings_from_dict({name: 1})
