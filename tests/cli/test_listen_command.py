"""`microcal listen` as it is typed: what is refused before anything listens. tests/node has it running."""

import pytest

from microcal_xray.cli import main
from microcal_xray.cli.listen import _plain_line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "--port"),
        (["--port", "0"], "--out"),
        (["--port", "x"], "'x' is no whole number"),
        (["--port", "70000"], "port is 70000; it must be a whole number from 0 to 65535"),
        (["--aet", "A" * 17], "is no title (AET)"),
        (["--allow-from", "A,,B"], "has an empty title"),
        (["--allow-from", "A\\B"], "is no title (AET)"),
        (["--reply-to", "ARCHIVE"], "is no address of an archive"),
        (["--settle-seconds", "-1"], "settle_s is -1.0; it must be 0 or more"),
        (["--settle-seconds", "nan"], "settle_s is nan"),
        (["--keep-hours", "-1"], "keep_s is -3600.0"),
        (["--most-associations", "0"], "associations is 0; it must be a whole number from 1 to 200"),
        (["--largest-object-mib", "0"], "object_bytes is 0"),
        (["--largest-object-mib", "inf"], "--largest-object-mib is inf; it must be a number"),
        (["--inbox-gib", "nan"], "--inbox-gib is nan"),
        (["--timeout-s", "0"], "timeout_s is 0.0; it must be over 0"),
        (["--tls"], "needs a certificate and a key"),
        (["--tls-key", "k.pem"], "without --tls or --reply-tls"),
        (["--dicom", "pdf"], "pdf"),
    ],
)
def test_bad_usage_is_said_in_one_line_and_nothing_listens(tmp_path, capsys, options, words):
    given = ["--port", "0", "--out", str(tmp_path / "out")]
    if options in ([], ["--port", "0"]):
        given = []
    assert main(["listen", *given, *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_line_of_the_log_cannot_be_forged():
    assert _plain_line("refused", {"from": "A B=1", "reason": "x"}).endswith(' refused from="A B=1" reason=x')
    assert _plain_line("too large", {"bytes": 5}).split(" ", 1)[1] == "too-large bytes=5"


def test_a_folder_of_somebody_else_is_not_taken(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("x")
    assert main(["listen", "--port", "0", "--out", str(tmp_path)]) == 2
    assert "not empty and no node's" in capsys.readouterr().err


def test_the_help_says_what_it_needs_and_whom_it_trusts(capsys):
    assert main(["listen", "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("usage: microcal listen")
    assert "microcal-xray[dicom,pacs]" in said
    assert "A title (AET) is no proof of who calls" in said
