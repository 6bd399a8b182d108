import json

import pytest

from microcal_xray.cli import main
from microcal_xray.settings import Settings


def printed(capsys, *options):
    assert main(["settings", *map(str, options)]) == 0
    return capsys.readouterr().out


def test_the_defaults_are_printed_as_json(capsys):
    assert json.loads(printed(capsys)) == Settings().as_dict()


def test_what_is_printed_is_read_back(tmp_path, capsys):
    file = tmp_path / "settings.json"
    file.write_text(printed(capsys, "--false-marks", "0.5"), encoding="utf-8")
    assert json.loads(printed(capsys, "--settings", file))["false_marks"] == 0.5


def test_a_file_may_name_only_some_and_an_option_wins(tmp_path, capsys):
    file = tmp_path / "settings.json"
    file.write_text('{"false_marks": 3, "minimum_length_mm": 1.25}', encoding="utf-8-sig")
    values = json.loads(printed(capsys, "--settings", file, "--false-marks", "4"))
    assert values == {**Settings().as_dict(), "false_marks": 4, "minimum_length_mm": 1.25}


def test_every_setting_is_explained(capsys):
    text = printed(capsys, "--explain")
    for name in Settings().as_dict():
        assert name in text
    assert "Raises" not in text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not a JSON file"),
        (b"{", "not a JSON file"),
        (b"\xff\xfe\x00", "not a JSON file"),
        (b"[1, 2]", "must hold one JSON object"),
        (b'{"false_marks": NaN}', "NaN is not a number"),
        (b'{"false_marks": 1e999}', "false_marks is inf"),
        (b'{"false_marks": "many"}', "false_marks is 'many'"),
        (b'{"sensitivity": 1}', "unknown setting 'sensitivity'"),
        (b'{"widths_mm": [0.5]}', "unknown setting 'widths_mm'; known are false_marks, minimum_length_mm"),
        (b'{"minimum_length_mm": []}', "minimum_length_mm is []; it must be over 0, up to 1000"),
        (b'{"minimum_length_px": 0}', "minimum_length_px is 0; it must be over 0, up to 1000"),
        (b"[" * 100_000, "not a JSON file"),
        (b" " * 1_000_001, "too large"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_file_is_bad_usage_in_one_line(tmp_path, capsys, content, complaint):
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    assert main(["settings", "--settings", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"microcal: {file}: ")
    assert complaint in error
    assert error.count("\n") == 1


def test_a_folder_is_no_file_of_settings(tmp_path, capsys):
    assert main(["settings", "--settings", str(tmp_path)]) == 2
    assert "the settings cannot be read" in capsys.readouterr().err
