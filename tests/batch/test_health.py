"""What the doctor finds, on a sound installation and on several sorts of broken ones."""

import os

import pytest

from microcal_xray.batch import BatchStoppedError, health
from microcal_xray.batch.health import State, examine, free_memory_gib
from microcal_xray.errors import MicrocalError, OutputError
from microcal_xray.loading.decoders_found import SyntaxSupport
from microcal_xray.reporting import ImageResult, Status, failed_result, write_results
from microcal_xray.reporting.capsule import run_capsule
from microcal_xray.settings import Settings


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doctor")
    return examine(folder / "not" / "there yet"), folder


@pytest.fixture
def without_trial(monkeypatch):
    monkeypatch.setattr(health, "_trial", lambda: health.Check("trial", State.GOOD, "left out"))


def check(found, name):
    return next(each for each in found.checks if each.name == name)


def test_a_sound_installation_is_able_and_leaves_nothing_behind(sound):
    found, folder = sound
    assert found.is_able
    assert check(found, "trial").state is State.GOOD
    assert check(found, "model").words == "ranks lucent, sclerotic lines"
    assert found.capsule == run_capsule()
    assert list(folder.iterdir()) == []


def test_a_broken_model_is_not_able(without_trial, monkeypatch, tmp_path):
    def broken():
        raise MicrocalError("the ranking model has schema 'x'")

    monkeypatch.setattr(health, "shipped_rankers", broken)
    found = examine(tmp_path)
    assert not found.is_able
    assert "install the package again" in check(found, "model").words


def test_a_model_that_is_not_there_is_told_and_not_stumbled_over(without_trial, monkeypatch, tmp_path):
    def absent():
        raise FileNotFoundError("ranker.json")

    monkeypatch.setattr(health, "shipped_rankers", absent)
    monkeypatch.setattr(health, "run_capsule", absent)
    found = examine(tmp_path)
    assert check(found, "model").state is State.FAILED
    assert found.capsule["models"] == {"ranker": None}
    assert found.capsule["versions"] == run_capsule()["versions"]


@pytest.mark.parametrize(
    ("decoder", "remedy"),
    [
        ("imagecodecs", "pip install microcal-xray[codecs-full]"),
        ("gdcm", "pip install python-gdcm"),
        ("pylibjpeg", "pip install pylibjpeg pylibjpeg-openjpeg"),
    ],
)
def test_a_missing_decoder_is_a_warning_with_a_remedy(without_trial, monkeypatch, tmp_path, decoder, remedy):
    syntaxes = (SyntaxSupport("One", ("pydicom",), ()), SyntaxSupport("Two", (), (decoder,)))
    monkeypatch.setattr(health, "supported_syntaxes", lambda: syntaxes)
    found = examine(tmp_path)
    assert found.is_able
    assert check(found, "decoding").state is State.WARNING
    assert check(found, "decoding").words == f"1 of 2 compressed transfer syntaxes; not Two: {remedy}"


def test_a_folder_that_cannot_be_written_to_is_not_able(without_trial, monkeypatch, tmp_path):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(health.tempfile, "TemporaryFile", refuse)
    found = examine(tmp_path)
    assert not found.is_able
    assert check(found, "writing").words == "not possible there (Permission denied); choose another folder"


def test_a_full_disk_is_a_warning(without_trial, monkeypatch, tmp_path):
    class Usage:
        free = 2**29

    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: Usage)
    assert check(examine(tmp_path), "writing").state is State.WARNING


@pytest.mark.parametrize(
    ("free", "state", "words"),
    [
        (0.5, State.WARNING, "0.5 GiB free; close other programs and run with --jobs 1"),
        (4.7, State.GOOD, "4.7 GiB free, enough for --jobs 4"),
        (None, State.GOOD, "the system does not say how much is free"),
    ],
)
def test_scarce_memory_is_a_warning(without_trial, monkeypatch, tmp_path, free, state, words):
    monkeypatch.setattr(health, "free_memory_gib", lambda: free)
    found = check(examine(tmp_path), "memory")
    assert (found.state, found.words) == (state, words)


@pytest.mark.skipif(not os.path.exists("/proc/meminfo"), reason="only Linux says how much is free")
def test_the_limit_of_a_container_counts(tmp_path):
    free = free_memory_gib(tmp_path / "absent")
    assert 0 < free < 2**14
    (tmp_path / "memory.max").write_text(f"{2**29}\n")
    (tmp_path / "memory.current").write_text(f"{2**28}\n")
    assert free_memory_gib(tmp_path) == pytest.approx(min(free, 0.25))
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory_gib(tmp_path) > min(free, 0.25)


def _trial_with(monkeypatch, result=None, error=None):
    class Summary:
        failed = int(result is not None and result.status is Status.FAILED)

    def analyzed(paths, out, *, options):
        if error:
            raise error
        write_results([result], out, Settings())
        return Summary

    monkeypatch.setattr(health, "analyze", analyzed)
    return health._trial()


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            {"error": BatchStoppedError("worker processes cannot start (SIGKILL)")},
            "cannot start (SIGKILL); inst",
        ),
        ({"error": OutputError("/tmp/secret/out: cannot be written to")}, "set TMPDIR to another one"),
        ({"result": failed_result("trial.png", "unexpected ImportError")}, "unexpected ImportError; install"),
        ({"result": ImageResult("trial.png", Status.OK, pixel_sha256="ab" * 32)}, "was not found; install"),
    ],
)
def test_a_trial_that_goes_wrong_is_not_able_and_says_what_to_do(monkeypatch, outcome, words):
    found = _trial_with(monkeypatch, **outcome)
    assert found.state is State.FAILED
    assert words in found.words
    assert "secret" not in found.words
