"""One file in a worker: what it says about a file that cannot be read."""

from functools import partial

import pytest

from microcal_xray.batch.one_file import FileAnalysis, FileTask
from microcal_xray.batch.worker import Limits, _attempt
from microcal_xray.origin import Reading
from microcal_xray.reporting import Status
from microcal_xray.settings import Settings

_BROKEN_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200


@pytest.fixture
def task(tmp_path):
    folder = tmp_path / "in"
    for part in range(8):  # over a thousand letters, more than a complaint shows of a path
        folder /= f"it's folder {part} " + "x" * 120
    folder.mkdir(parents=True)
    path = folder / "a'b.png"
    path.write_bytes(_BROKEN_PNG)
    return FileTask(path, "a'b.png", tmp_path / "overlay.png", tmp_path / "draft.png")


def never_asked(question: object) -> None:
    raise AssertionError(f"a file that cannot be read asked about its pixels: {question}")


def test_a_reason_names_no_folder_however_long_its_path_is(task):
    result = FileAnalysis(Settings(), Reading())(task, never_asked).written
    assert (result.status, result.reason) == (Status.FAILED, "holds no PNG picture that can be decoded")


def test_too_little_memory_ends_the_worker(task, monkeypatch):
    def without_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("microcal_xray.loading.read.sniff", without_memory)
    reply = _attempt(
        partial(FileAnalysis(Settings(), Reading()), ask=never_asked), task, Limits(memory_bytes=2**30)
    )
    assert reply.worn_out
    assert reply.failure == "it needs more memory than the limit of 1 GiB for one file"
