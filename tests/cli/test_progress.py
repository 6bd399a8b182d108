import io

import pytest

from microcal_xray.batch import Progress
from microcal_xray.cli.progress import PlainLines, progress_line, watched
from microcal_xray.reporting import Status


class Terminal(io.StringIO):
    def isatty(self):
        return True


FAILURE = Progress(
    total=9, done=2, failed=1, file="a\x1b[2J.dcm", status=Status.FAILED, reason="the file is\nempty"
)


def test_a_line_comes_every_ten_seconds():
    stream, now_s = io.StringIO(), iter([0.0, 1.0, 11.0, 12.0, 22.0])
    lines = PlainLines(stream, clock=lambda: next(now_s))
    for done in (1, 2, 3, 4):
        lines(Progress(total=4, done=done))
    assert [line.split(",")[0] for line in stream.getvalue().splitlines()] == ["2 of 4 files", "4 of 4 files"]


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["file", "terminal"])
def test_a_failure_is_told_at_once_on_one_line_without_control_characters(stream):
    with watched(stream) as report:
        report(Progress(total=9))
        report(FAILURE)
    assert "failed: a\\x1b[2J.dcm: the file is\\x0aempty\n" in stream.getvalue()


def test_a_terminal_gets_a_bar_with_rate_and_remaining_time():
    stream = Terminal()
    with watched(stream) as report:
        report(Progress(total=2))
        report(Progress(total=2, done=1, status=Status.OK, file="a"))
        report(Progress(total=2, done=2, status=Status.OK, file="b"))
    assert "2/2" in stream.getvalue()
    assert "failed=0" in stream.getvalue()


def test_long_remaining_times_are_told_in_hours():
    line = progress_line(Progress(total=10_000, done=1), elapsed_s=2)
    assert line == "1 of 10000 files, 0 failed, 2.0 s/file, 5:33:18 left"
