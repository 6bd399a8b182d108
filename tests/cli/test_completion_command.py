"""`microcal completion`: what the Tab key gives in each shell, asked of the shells themselves."""

import shutil
import subprocess

import pytest

from microcal_xray.cli import main

_WORDS = {  # what is typed so far, and what must be offered
    ("an",): {"analyze"},
    ("compl",): {"completion"},
    ("analyze", "--false-m"): {"--false-marks"},
    ("analyze", "--lang", ""): {"auto", "en", "fr"},
    ("info", "--photometric", "M"): {"MONOCHROME1", "MONOCHROME2"},
    ("analyze", "two"): {"two words.dcm"},
    ("analyze", "--out", "fol"): {"folder"},
}
_BASH = """source "$1"; shift
COMP_WORDS=(microcal "$@"); COMP_CWORD=$#; COMPREPLY=()
_shtab_microcal; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def script(tmp_path, monkeypatch, capsys):
    """Gives a function that stores a shell's script; in the folder are a file and a folder to complete."""
    (tmp_path / "two words.dcm").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "fold.txt").touch()
    monkeypatch.chdir(tmp_path)

    def stored(shell):
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not here; its completion was not tried (make system-packages)")
        assert main(["completion", shell]) == 0
        path = tmp_path / f"script.{shell}"
        path.write_text(capsys.readouterr().out, encoding="utf-8")
        return path

    return stored


def answer(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return {line.split("\t")[0].rstrip("/") for line in done.stdout.splitlines() if line}


def test_bash_completes(script):
    path = script("bash")
    for words, offered in _WORDS.items():
        assert answer("bash", "-c", _BASH, "bash", str(path), *words) == offered, words


def test_fish_completes(script):
    path = script("fish")
    for words, offered in _WORDS.items():
        line = " ".join(["microcal", *words])
        assert offered <= answer("fish", "-N", "-c", f"source {path}; complete -C '{line}'"), words


def test_the_script_of_zsh_can_be_read_by_it(script):
    assert answer("zsh", "-f", "-n", str(script("zsh"))) == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_command_and_every_option_is_in_the_script(shell, capsys):
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    for word in ("doctor", "completion", "false-marks", "login-variable"):
        assert word in text


def test_a_shell_that_is_unknown_is_bad_usage(capsys):
    assert main(["completion", "tcsh"]) == 2
    assert "'tcsh' is none of bash, zsh, fish, powershell" in capsys.readouterr().err
