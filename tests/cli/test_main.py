import argparse
import os
import subprocess
import sys

import pytest

from microcal_xray import __version__
from microcal_xray.batch import BatchStoppedError
from microcal_xray.cli import main
from microcal_xray.cli import main as main_function
from microcal_xray.errors import OutputError, SettingsError, UnreadableRadiographError


def complaint_about(error, monkeypatch, capsys, *options):
    def fail(arguments: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("microcal_xray.cli.settings.run", fail)
    status = main_function(["settings", *options])
    return status, capsys.readouterr().err


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"microcal {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["dance"], ["analyze"], ["info"], ["settings", "--nonsense"]])
def test_bad_usage_is_2(arguments, capsys):
    assert main(arguments) == 2
    assert "usage: microcal" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["analyze", "info", "settings", "simulate", "replay", "doctor"])
def test_every_command_has_help(command, capsys):
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: microcal {command}")


def test_the_help_says_what_false_marks_promises(capsys):
    main(["analyze", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "about F false candidates per image without lines on average" in words
    assert "Exit status" in words


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingsError("jobs is 0"), 2),
        (OutputError("out: is full of letters"), 2),
        (BatchStoppedError("No space left on device"), 1),
        (UnreadableRadiographError("a.dcm: the file is empty"), 1),
    ],
)
def test_an_error_of_ours_is_one_line(error, status, monkeypatch, capsys):
    assert complaint_about(error, monkeypatch, capsys) == (status, f"microcal: {error}\n")


def test_an_unexpected_error_is_one_line_and_asks_for_a_report(monkeypatch, capsys):
    status, text = complaint_about(ZeroDivisionError("x"), monkeypatch, capsys)
    assert status == 1
    assert text == "microcal: unexpected ZeroDivisionError: x; please report it (--debug shows the place)\n"


def test_debug_shows_the_place(monkeypatch, capsys):
    _, text = complaint_about(ZeroDivisionError("x"), monkeypatch, capsys, "--debug")
    assert "Traceback" in text


def test_too_little_memory_is_one_line(monkeypatch, capsys):
    assert complaint_about(MemoryError(), monkeypatch, capsys) == (
        1,
        "microcal: there is not enough memory\n",
    )


def test_an_interrupt_is_130(monkeypatch, capsys):
    assert complaint_about(KeyboardInterrupt(), monkeypatch, capsys) == (130, "microcal: interrupted\n")


def test_control_characters_of_a_name_do_not_reach_the_terminal(tmp_path, capsys):
    assert main(["info", str(tmp_path / "a\x1b[31m\nb\u202egnp.dcm")]) == 2
    written_out = r"a\x1b[31m\x0ab\u202egnp.dcm"
    assert (
        capsys.readouterr().err
        == f"microcal: {tmp_path}{os.sep}{written_out}: no such file; check the path\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="file names are bytes on POSIX only")
def test_a_name_of_undecodable_bytes_is_written_out(capsys):
    assert main(["info", os.fsdecode(b"caf\xe9.dcm")]) == 2
    assert "caf\\xe9.dcm" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_reader_that_goes_away_is_no_traceback():
    command = f"({sys.executable} -m microcal_xray settings; echo status $? >&2) | true"
    run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert run.stderr in ("status 0\n", "status 1\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output_is_one_line():
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "microcal_xray", "settings"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (run.returncode, run.stderr) == (1, "microcal: cannot read or write (No space left on device)\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_full_disks_behind_both_outputs_are_no_traceback():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "microcal_xray", "settings"]
        run = subprocess.run(command, stdout=full, stderr=full, check=False, timeout=60)
    assert run.returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "", "--out", "report"],
        ["analyze", "in", "--out", ""],
        ["info", ""],
        ["simulate", "--out", ""],
        ["settings", "--settings", ""],
    ],
)
def test_an_empty_path_is_not_the_current_folder(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "the path is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["microcal_xray", "microcal_xray.cli"])
def test_it_runs_as_a_module(module):
    run = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, f"microcal {__version__}\n", "")
