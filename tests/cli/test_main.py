import argparse
import os
import subprocess
import sys
from importlib import metadata

import pytest

import microcal_command
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
    complaint = capsys.readouterr().err
    if arguments:
        assert complaint.startswith("microcal")
        assert "--help`" in complaint
        assert complaint.count("\n") == 1
    else:
        assert complaint.startswith("usage: microcal")
        assert "analyze   look for lines" in complaint


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyse", "x"], "'analyse' is none of analyze, export,"),
        (["analyse", "x"], "(did you mean analyze?); see `microcal --help`"),
        (["settings", "--flase-marks", "2"], "microcal settings: '--flase-marks' is unknown (did you mean"),
        (["settings", "--flase-marks", "2"], "(did you mean --false-marks?); see `microcal settings --help`"),
        (["settings", "--frob"], "'--frob' is unknown; see"),
        (["info", "a.png", "b.png"], "microcal info: 'b.png' is unknown; see"),
        (["settings", "--false-marks", "few"], "argument --false-marks: 'few' is no number; see"),
        (["simulate", "--out", "x", "--count", "1.5"], "argument --count: '1.5' is no whole number; see"),
        (["info", "x", "--photometric", "MONO"], "'MONO' is none of MONOCHROME1, MONOCHROME2"),
        (
            ["simulate", "--out", "x", "--family", "held_out"],
            "'held_out' is none of tuning, held-out (did you mean",
        ),
        (
            ["analyze", "x", "--out", "y", "--lang", "de"],
            "argument --lang: 'de' is none of auto, en, fr; see",
        ),
        (["settings", "--false\nmarks", "2"], "'--false\\nmarks' is unknown"),
        (["shards", "mak"], "(did you mean make?); see `microcal shards --help`"),
    ],
)
def test_bad_usage_names_the_argument_and_the_remedy_in_one_line(arguments, words, capsys):
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("command", ["info", "limit"])
@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("folder", 2, "is a folder; give one file"),
        ("absent.png", 2, "no such file; check the path"),
        ("link.png", 2, "is a link that leads nowhere; check the path"),
        ("pipe.png", 1, "is not an ordinary file"),
    ],
)
def test_what_is_no_file_is_called_what_it_is(command, name, status, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.png").symlink_to("nowhere.png")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
    assert main([command, name]) == status
    assert capsys.readouterr().err.startswith(f"microcal: {name}: {words}")


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


_INTERRUPTED_IMPORT = """
import sys

class Impatient:
    def find_spec(self, name, *place):
        if name == {name!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
sys.argv[1:] = ["settings"]
import microcal_command
sys.exit(microcal_command.main())
"""


@pytest.mark.parametrize("name", ["microcal_xray", "numpy", "microcal_xray.cli.settings"])
def test_an_interrupt_during_an_import_is_one_line(name):
    run = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED_IMPORT.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "microcal: interrupted\n")


def test_the_command_starts_where_interrupts_are_awaited():
    (command,) = metadata.entry_points(group="console_scripts", name="microcal")
    assert command.value == "microcal_command:main"
    assert command.load() is microcal_command.main


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
