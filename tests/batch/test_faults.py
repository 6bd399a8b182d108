"""Workers killed at random, the supervisor killed, the disk full: after that the result of a quiet run."""

import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for child processes in /proc")
_QUICK_WORK = Path(__file__).with_name("quick_work.py")
_MIB = 2**20


def fill(folder, files):
    """Write small pictures, every seventh a copy of an earlier one, every eleventh broken."""
    for number in range(files):
        path = folder / f"{number % 5}" / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        seed = number // 2 if number % 7 == 0 else number
        grey = np.add.outer(np.arange(24), np.arange(20)) * 200 + seed
        Image.fromarray(grey.astype(np.uint16)).save(path)
        if number % 11 == 0:
            path.write_bytes(path.read_bytes()[:-20])


def begun(folder, out, *, jobs):
    return subprocess.Popen(
        [sys.executable, _QUICK_WORK, folder, out, str(jobs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(folder, out, *, jobs=2):
    with begun(folder, out, jobs=jobs) as run:
        return run.communicate(timeout=300)[0], run.returncode


def outputs(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != "journal.sqlite"
    }


def workers_of(run):
    """Return its child processes; those that threads started stand with the threads."""
    with contextlib.suppress(OSError):
        tasks = list(Path(f"/proc/{run.pid}/task").iterdir())
        texts = []
        for task in tasks:
            with contextlib.suppress(OSError):
                texts += (task / "children").read_text().split()
        return [int(child) for child in texts]
    return []


def drawn(out):
    return len(list((out / "overlays").glob("*.png"))) if out.is_dir() else 0


def disturbed(folder, out, rng, *, worker_kills, supervisor_kills, files):
    """Run until the end, killing on the way; return how many workers and supervisors were killed."""
    step = max(files // (worker_kills + supervisor_kills + 2), 2)
    plan = ["worker"] * worker_kills + ["supervisor"] * supervisor_kills
    rng.shuffle(plan)
    killed = {"worker": 0, "supervisor": 0}
    run = begun(folder, out, jobs=2)
    next_at = step
    try:
        while run.poll() is None:
            time.sleep(0.002)
            # So far apart that no file loses its worker twice, which would be its own fault.
            if not plan or drawn(out) < next_at:
                continue
            victims = workers_of(run) if plan[0] == "worker" else [run.pid]
            if not victims:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(victims), 9)
            killed[plan.pop(0)] += 1
            next_at = drawn(out) + step
            if victims == [run.pid]:
                run.communicate()
                run = begun(folder, out, jobs=2)
        text, _ = run.communicate()
        assert run.returncode == 0, text
    finally:
        run.kill()
        run.wait()
    return killed


@contextlib.contextmanager
def small_disk(path, mib):
    """A file system of its own that is soon full; None where mounting is not allowed."""
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(path)], capture_output=True, check=False
    )
    try:
        yield path if done.returncode == 0 else None
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "--lazy", str(path)], check=True)


def run_into_a_full_disk(folder, out, disk, leave_free):
    """Fill the disk but for a little, run, and make room again."""
    usage = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        file.write(b"\0" * (usage.f_bavail * usage.f_frsize - leave_free))
    text, status = finished(folder, out)
    ballast.unlink()
    return text, status


def test_after_kills_the_result_is_that_of_a_quiet_run(tmp_path):
    fill(tmp_path / "in", 60)
    killed = disturbed(
        tmp_path / "in", tmp_path / "out", random.Random(1), worker_kills=2, supervisor_kills=1, files=60
    )
    assert killed == {"worker": 2, "supervisor": 1}
    assert finished(tmp_path / "in", tmp_path / "quiet", jobs=1)[1] == 0
    assert outputs(tmp_path / "out") == outputs(tmp_path / "quiet")


def test_a_disk_that_fills_up_is_one_line_and_the_run_goes_on_where_there_is_room(tmp_path):
    fill(tmp_path / "in", 60)
    with small_disk(tmp_path / "disk", 16) as disk:
        if disk is None:
            pytest.skip("mounting is not allowed here")
        text, status = run_into_a_full_disk(tmp_path / "in", disk / "out", disk, 600_000)
        assert status == 1
        assert "cannot be written" in text
        assert "Traceback" not in text
        assert finished(tmp_path / "in", disk / "out")[1] == 0
        found = outputs(disk / "out")
    assert finished(tmp_path / "in", tmp_path / "quiet", jobs=1)[1] == 0
    assert found == outputs(tmp_path / "quiet")


@pytest.mark.slow
def test_500_files_with_20_workers_and_5_supervisors_killed_and_the_disk_full_once(tmp_path):
    fill(tmp_path / "in", 500)
    with small_disk(tmp_path / "disk", 64) as disk:
        home = disk or tmp_path
        if disk is not None:
            text, status = run_into_a_full_disk(tmp_path / "in", disk / "out", disk, 2 * _MIB)
            assert (status, "cannot be written" in text) == (1, True), text
            assert 0 < drawn(disk / "out") < 450
        killed = disturbed(
            tmp_path / "in", home / "out", random.Random(2), worker_kills=20, supervisor_kills=5, files=400
        )
        assert killed == {"worker": 20, "supervisor": 5}
        found = outputs(home / "out")
    assert finished(tmp_path / "in", tmp_path / "quiet", jobs=1)[1] == 0
    assert found == outputs(tmp_path / "quiet")
    assert len(found["images.csv"].splitlines()) == 501
