import contextlib
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import hostile_work
import pytest

from microcal_xray.batch.supervisor import BatchStoppedError, Outcome, supervise
from microcal_xray.batch.worker import Limits

GIB = 2**30
LIMITS = Limits()
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")


def outcomes_of(orders, *, jobs=1, limits=LIMITS):
    found = list(supervise(orders, hostile_work.misbehave, jobs=jobs, limits=limits))
    assert len(found) == len(orders)
    return {outcome.item: outcome for outcome in found}


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """One run over every deed: two workers, small limits."""
    marker = tmp_path_factory.mktemp("deeds") / "marker"
    orders = ["echo 1", "die", f"die_once {marker}", "hang", "fail", f"hoard {4 * GIB}", "nest", "babble"]
    limits = Limits(time_s=3, memory_bytes=3 * GIB)
    found = outcomes_of([*orders, "echo 2"], jobs=2, limits=limits)
    return {order.split(" ")[0]: outcome for order, outcome in found.items()}


def test_a_well_behaved_item_is_answered(outcomes):
    assert outcomes["echo"] == Outcome("echo 2", "2")


@posix_only
def test_a_death_costs_one_item_and_is_named(outcomes):
    assert outcomes["die"].result is None
    assert outcomes["die"].failure == "it ended the worker process three times (SIGKILL)"


def test_an_item_whose_worker_was_killed_by_chance_is_tried_again(outcomes):
    assert outcomes["die_once"].result == "survived"


def test_a_hang_is_stopped_at_the_time_limit(outcomes):
    assert outcomes["hang"].failure == "stopped after 3 s, the time limit for one file"


def test_an_unexpected_error_is_named_without_its_text(outcomes):
    assert outcomes["fail"].failure == "unexpected ValueError; please report it"
    assert "DOE" not in outcomes["fail"].failure


@posix_only
def test_too_much_memory_is_refused(outcomes):
    assert outcomes["hoard"].failure == "it needs more memory than the limit of 3 GiB for one file"


def test_endless_recursion_is_a_failure_of_its_item(outcomes):
    assert outcomes["nest"].failure == "its parts are nested too deeply"


def test_printing_does_not_disturb_the_pipe(outcomes, capfd):
    assert outcomes["babble"].result == "quiet"
    assert capfd.readouterr() == ("", "")


def test_no_items_need_no_worker():
    assert outcomes_of([]) == {}


def test_workers_are_replaced_after_their_share():
    orders = [f"name_process {number}" for number in range(4)]
    workers = [outcome.result for outcome in outcomes_of(orders, limits=Limits(items_per_worker=2)).values()]
    assert workers[0] == workers[1] != workers[2] == workers[3]


def test_an_output_error_stops_everything():
    orders = ["fill_disk", *[f"echo {number}" for number in range(50)]]
    with pytest.raises(BatchStoppedError, match="No space left"):
        outcomes_of(orders)


def test_workers_that_cannot_start_are_an_error_not_an_endless_loop(monkeypatch):
    monkeypatch.setattr("microcal_xray.batch.child._START", "raise SystemExit(3)  # {path}")
    with pytest.raises(BatchStoppedError, match=r"cannot start \(exit status 3\)"):
        outcomes_of(["echo 1", "echo 2"], jobs=2)


@posix_only
def test_closing_ends_the_workers(tmp_path):
    marker = tmp_path / "pid"
    orders = ["echo 1", f"wait_and_mark {marker}"]
    with contextlib.closing(supervise(orders, hostile_work.misbehave, jobs=1, limits=LIMITS)) as outcomes:
        assert next(outcomes).result == "1"
        assert wait_for(lambda: marker.exists() and marker.read_text())
        pid = int(marker.read_text())
        assert is_alive(pid)
    assert not is_alive(pid)


@posix_only
def test_a_worker_does_not_outlive_a_killed_supervisor(tmp_path):
    marker = tmp_path / "pid"
    script = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import hostile_work
        from microcal_xray.batch.supervisor import supervise
        from microcal_xray.batch.worker import Limits
        list(supervise([{f"wait_and_mark {marker}"!r}], hostile_work.misbehave, jobs=1, limits=Limits()))
    """
    supervisor = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    try:
        assert wait_for(lambda: marker.exists() and marker.read_text())
    finally:
        supervisor.kill()
        supervisor.wait()
    assert wait_for(lambda: not is_alive(int(marker.read_text())))
