"""Shards on two worker processes of Dask: a worker or the client is killed, the result is the same."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from quick_shards import draw

from microcal_xray.batch import BatchOptions
from microcal_xray.cli import main
from microcal_xray.errors import MicrocalError, OutputError
from microcal_xray.sharding import (
    analyze_on_dask,
    analyze_shard,
    index_of,
    make_shards,
    merge,
    numbered_shard,
    on_dask,
    place_of,
)

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
_FILES, _PER_SHARD, _SHARDS = 20, 5, 4
_LONGEST_S = 240


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip(
        "distributed", reason="dask is not installed: THE CLUSTER WAS NOT TESTED"
    )
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        preload=[str(Path(__file__).with_name("quick_shards.py"))],
    ) as running:
        yield running


@pytest.fixture
def shards(tmp_path):
    for number in range(_FILES):
        draw(tmp_path / "in" / f"{number:02d}.png", number % 17)
    make_shards(str(tmp_path / "in"), str(tmp_path / "shards"), per_shard=_PER_SHARD)
    return place_of(tmp_path / "shards")


def parts_of(folder):
    return sorted(path.name for path in folder.glob("part-*")) if folder.is_dir() else []


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def wait_for(condition):
    end = time.monotonic() + _LONGEST_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def undisturbed(shards, folder):
    for number in range(index_of(shards).shards):
        analyze_shard(numbered_shard(shards, number), place_of(folder), options=BatchOptions(jobs=1))
    return content(folder)


@posix_only
def test_a_worker_killed_in_the_middle_changes_nothing(cluster, shards, tmp_path, without_processes):
    killed = []

    def kill_one():
        wait_for(lambda: parts_of(tmp_path / "parts"))
        killed.append(len(parts_of(tmp_path / "parts")))
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    told = []
    outcomes = analyze_on_dask(
        shards,
        place_of(tmp_path / "parts"),
        scheduler=cluster.scheduler_address,
        options=BatchOptions(),
        report=lambda outcome, count: told.append((outcome.number, count)),
    )
    killer.join(timeout=1)
    assert 0 < killed[0] < _SHARDS
    assert [outcome.failure for outcome in outcomes] == [None] * _SHARDS
    assert sorted(told) == [(number, _SHARDS) for number in range(_SHARDS)]
    assert content(tmp_path / "parts") == undisturbed(shards, tmp_path / "quiet")
    merged = merge(place_of(tmp_path / "parts"), tmp_path / "merged", shards=shards, expected=_SHARDS)
    assert (merged.ok, merged.skipped) == (17, 3)


@posix_only
def test_a_killed_client_is_followed_by_the_same_command(
    cluster, shards, tmp_path, without_processes, capsys
):
    parts = tmp_path / "parts"
    command = ["analyze", "--shard", shards.address, "--out", str(parts), "--dask", cluster.scheduler_address]
    client = subprocess.Popen(
        [sys.executable, "-m", "microcal_xray", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: parts_of(parts))
    finally:
        client.kill()
        client.wait()
    before = {name: (parts / name).stat().st_mtime_ns for name in parts_of(parts)}
    assert 0 < len(before) < _SHARDS
    assert main([*command, "--merge", str(tmp_path / "merged")]) == 0
    assert f"{_SHARDS} parts in" in capsys.readouterr().out
    assert {name: (parts / name).stat().st_mtime_ns for name in before} == before  # not done again
    assert content(parts) == undisturbed(shards, tmp_path / "quiet")
    assert (tmp_path / "merged" / "candidates.parquet").is_file()


def test_a_shard_that_cannot_be_done_is_one_line_and_the_others_are_done(cluster, shards, tmp_path, capsys):
    make_shards(f"{tmp_path}/in", f"{tmp_path}/two", per_shard=_FILES // 2)
    (tmp_path / "two" / "shard-000001.json").write_text("{}")
    command = ["analyze", "--shard", f"{tmp_path}/two", "--out", str(tmp_path / "parts")]
    assert main([*command, "--dask", cluster.scheduler_address]) == 1
    assert "no part of shard 1: " in capsys.readouterr().err
    assert parts_of(tmp_path / "parts") == ["part-000000.parquet"]


def test_a_worker_with_other_packages_does_nothing(shards, tmp_path):
    order = on_dask._Order(
        shards.address, str(tmp_path / "parts"), BatchOptions(), None, {"versions": {"numpy": "1.0"}}
    )
    assert "something else installed than the client (versions numpy 1.0 -> " in on_dask._analyzed(order, 0)
    assert not (tmp_path / "parts").exists()


def test_no_scheduler_and_no_dask_are_one_line(shards, tmp_path, monkeypatch):
    out = place_of(tmp_path / "parts")
    monkeypatch.setattr(on_dask, "_CONNECT_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(OutputError, match="no scheduler answers there"):
            analyze_on_dask(shards, out, scheduler=address, options=BatchOptions())
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MicrocalError, match=r"pip install microcal-xray\[cluster\]"):
        analyze_on_dask(shards, out, scheduler="tcp://127.0.0.1:9", options=BatchOptions())


def begun(*arguments):
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@posix_only
@pytest.mark.slow
def test_a_scheduler_that_is_killed_is_one_line(shards, tmp_path):
    pytest.importorskip("distributed", reason="dask is not installed: THE CLUSTER WAS NOT TESTED")
    found = tmp_path / "scheduler.json"
    dask = ["-c", "from dask.__main__ import main; main()"]
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    preload = Path(__file__).with_name("quick_shards.py")
    scheduler = begun(*dask, "scheduler", *here, "--port", 0, "--scheduler-file", found)
    worker = begun(*dask, "worker", "--scheduler-file", found, *here, "--nthreads", 1, "--preload", preload)
    client = None
    try:
        wait_for(lambda: found.is_file() and found.stat().st_size)
        address = json.loads(found.read_text())["address"]
        parts = tmp_path / "parts"
        client = begun(
            *("-m", "microcal_xray", "analyze", "--shard", shards.address, "--out", parts, "--dask", address)
        )
        wait_for(lambda: parts_of(parts))
        scheduler.kill()
        _, line = client.communicate(timeout=_LONGEST_S)
        assert client.returncode == 1
        assert line.endswith("the same command goes on when there is one\n")
        assert "the scheduler is gone" in line
        assert line.count("\n") == 1
        assert 0 < len(parts_of(parts)) < _SHARDS
    finally:
        for process in filter(None, (client, worker, scheduler)):
            process.kill()
            process.communicate()
