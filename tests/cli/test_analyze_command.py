"""`microcal analyze` with the real rooms."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import hostile_folder
from microcal_xray.cli import main


def run_microcal(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "microcal_xray", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    """A process of its own on a folder of hostile files."""
    folder = tmp_path_factory.mktemp("analyze")
    expected = hostile_folder.fill(folder / "in")
    run = run_microcal("analyze", folder / "in", "--out", folder / "my report", "--json", "--jobs", "2")
    return run, expected, folder


def test_some_failures_make_exit_status_1(hostile_run):
    assert hostile_run[0].returncode == 1


def test_every_failure_is_named_with_its_reason_and_there_is_no_traceback(hostile_run):
    run, expected, folder = hostile_run
    failed = [file for file, status in expected.items() if status == "failed"]
    lines = run.stderr.splitlines()
    assert sorted(line.split(": ")[1] for line in lines if line.startswith("failed: ")) == sorted(failed)
    assert "failed: empty.dcm: the file is empty" in lines
    assert "Traceback" not in run.stderr
    assert str(folder) not in run.stderr


def test_json_is_all_that_stands_on_standard_output(hostile_run):
    run, expected, folder = hostile_run
    summary = json.loads(run.stdout)
    assert summary["schema"] == "microcal-summary/1"
    assert summary["files"] == len(expected)
    assert [failure["file"] for failure in summary["failures"]] == sorted(
        file for file, status in expected.items() if status == "failed"
    )
    assert summary["report"] == "report.html"
    assert str(folder) not in run.stdout


def test_the_report_is_there(hostile_run):
    data = report_data(hostile_run[2] / "my report")
    assert len(data["images"]) > 0
    assert all(image["full_depth"] for image in data["images"])
    assert (data["language"], data["overlay_at_first"]) == ("auto", False)


def report_data(out):
    page = (out / "report.html").read_text(encoding="utf-8")
    return json.loads(page.split('id="report-data">')[1].split("</script>")[0])


def test_pages_per_image_and_back_cost_no_second_search(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    hostile_folder.limb_with_a_line(tmp_path / "in" / "limb.png")
    out = tmp_path / "out"
    command = ["analyze", str(tmp_path / "in"), "--out", str(out), "--jobs", "1"]
    assert main([*command, "--pages", "per-image"]) == 0
    assert [path.name for path in (out / "pages").iterdir()] == ["limb.png.html"]
    assert report_data(out)["images"] == []
    assert main(["review", str(out), "--port", "0"]) == 2
    assert "--pages batch" in capsys.readouterr().err
    assert main(command) == 0
    assert "1 of 1 files were finished before" in capsys.readouterr().err
    assert not (out / "pages").exists()
    assert len(report_data(out)["images"]) == 1


def test_a_healthy_file_ends_with_0_and_the_place_of_the_report(tmp_path, capsys):
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    out = tmp_path / "out"
    options = ["--jobs", "1", "--false-marks", "2", "--spacing-mm", "0.2,0.25", "--memory-limit-gib", "0"]
    options += ["--lang", "fr", "--overlay-at-first", "--page-mb", "0"]
    assert main(["analyze", str(tmp_path / "limb.png"), "--out", str(out), *options]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Report: {out / 'report.html'}"
    document = json.loads((out / "candidates.json").read_text(encoding="utf-8"))
    assert document["settings"]["false_marks"] == 2
    assert document["images"][0]["spacing_mm"] == [0.2, 0.25]
    data = report_data(out)
    assert (data["language"], data["overlay_at_first"]) == ("fr", True)
    assert [image["full_depth"] for image in data["images"]] == [False]
    assert '<html lang="fr">' in (out / "report.html").read_text(encoding="utf-8")


def test_who_counts_what_was_skipped_says_where_the_reasons_are(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    hostile_folder.limb_with_a_line(tmp_path / "in" / "limb.png")
    command = ["analyze", str(tmp_path / "in"), "--jobs", "1", "--out"]
    assert main([*command, str(tmp_path / "whole")]) == 0
    assert "0 failed, 0 skipped.\n" in capsys.readouterr().out
    (tmp_path / "in" / "notes.txt").write_text("none")
    assert main([*command, str(tmp_path / "out")]) == 0
    assert "0 failed, 1 skipped (images.csv says why).\n" in capsys.readouterr().out


def test_a_folder_without_a_radiograph_is_no_error_and_says_so(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("none")
    assert main(["analyze", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert "No radiograph was found; 1 skipped, images.csv says why." in capsys.readouterr().out
    assert (tmp_path / "out" / "report.html").is_file()


def test_an_empty_folder_is_called_what_it_is(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["analyze", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    assert "No radiograph was found: there is no file; check the path." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--jobs", "0"], "jobs is 0"),
        (["--false-marks", "-1"], "--false-marks is -1"),
        (["--false-marks", "nan"], "--false-marks is nan"),
        (["--spacing-mm", "0"], "row spacing 0.0 mm is outside"),
        (["--spacing-mm", "inf"], "row spacing inf mm is outside"),
        (["--time-limit-s", "0"], "--time-limit-s is 0"),
        (
            ["--memory-limit-gib", "-1"],
            "--memory-limit-gib is -1.0; it must be 1 or more, or no limit",
        ),
        (["--page-mb", "-1"], "--page-mb is -1.0; it must be from 0 to 2000"),
        (["--settings", "absent.json"], "absent.json: the settings cannot be read"),
    ],
)
def test_a_value_out_of_range_is_bad_usage_in_one_line(tmp_path, capsys, options, complaint):
    (tmp_path / "a.png").write_bytes(b"x")
    assert main(["analyze", str(tmp_path / "a.png"), "--out", str(tmp_path / "out"), *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("microcal: ")
    assert complaint in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--spacing-mm", "wide"],
        ["--spacing-mm", "1,2,3"],
        ["--photometric", "RGB"],
        ["--jobs", "two"],
        ["--lang", "de"],
    ],
)
def test_a_value_of_the_wrong_kind_is_bad_usage(tmp_path, capsys, options):
    assert main(["analyze", str(tmp_path), "--out", str(tmp_path / "out"), *options]) == 2
    assert f"argument {options[0]}: " in capsys.readouterr().err


def test_a_missing_path_is_bad_usage_and_makes_no_folder(tmp_path, capsys):
    assert main(["analyze", str(tmp_path / "absent"), "--out", str(tmp_path / "out")]) == 2
    assert "absent: no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_folder_of_others_is_bad_usage(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    assert main(["analyze", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 2
    assert "choose a new or an empty one" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_finished_results_whole_and_nothing_else(tmp_path, end):
    (tmp_path / "in").mkdir()
    for number in range(60):
        hostile_folder.limb_with_a_line(tmp_path / "in" / f"{number:02d}.png", mark=number)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "microcal_xray", "analyze", tmp_path / "in", "--out", out, "--jobs", "1"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background would ignore it
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: out.is_dir() and len(list(out.glob("overlays/*.png"))) > 1)
    process.send_signal(end)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    *progress, last = error.splitlines()  # on a busy machine a line of progress may come before it
    assert last == f"microcal: interrupted; what was finished before is in {out}"
    assert all("files" in line for line in progress)
    images = json.loads((out / "candidates.json").read_text(encoding="utf-8"))["images"]
    finished = [image["file"] for image in images if image["status"] == "ok"]
    assert len(images) == 60
    assert 0 < len(finished) < 60
    assert sorted(path.name for path in (out / "overlays").iterdir()) == [f"{file}.png" for file in finished]
    names = [
        "bumps.csv",
        "candidates.csv",
        "candidates.json",
        "images.csv",
        "journal.sqlite",
        "overlays",
        "report.html",
    ]
    assert sorted(path.name for path in out.iterdir()) == names


def test_an_interrupt_before_the_first_file_claims_no_result(tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("microcal_xray.cli.analyze.analyze", interrupted)
    assert main(["analyze", str(tmp_path), "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "microcal: interrupted\n"


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names of bytes")
def test_json_names_a_failed_file_as_the_other_outputs_do(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / os.fsdecode(b"caf\xe9\n.dcm")).touch()
    assert main(["analyze", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["failures"][0]["file"] == r"caf\xe9\x0a.dcm"


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as a full disk would")
def test_a_disk_that_takes_no_more_is_one_line_and_leaves_no_half_file(tmp_path):
    resource = pytest.importorskip("resource")
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    limit = (20_000, 20_000)  # bytes: less than an overlay needs
    run = run_microcal(
        "analyze",
        tmp_path / "limb.png",
        "--out",
        tmp_path / "out",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert run.returncode == 1
    assert run.stderr.startswith("microcal: ")
    assert "cannot be written" in run.stderr
    assert run.stderr.count("\n") == 1
    assert not any(path.suffix in (".png", ".part") for path in (tmp_path / "out").rglob("*"))


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
