"""Shards are analysed quickly here, and in this very process, unless a test says otherwise."""

import pytest
import quick_shards

from microcal_xray.sharding import place_of, running


@pytest.fixture
def quickly(monkeypatch):
    monkeypatch.setattr(running, "ShardAnalysis", quick_shards.QuickShardAnalysis)
    # As it was found; the stand-in puts its own there.
    monkeypatch.setattr("microcal_xray.sharding.one_shard_file.find_lines", quick_shards.one_line)


@pytest.fixture
def without_processes(quickly, monkeypatch):
    monkeypatch.setattr(running, "supervise", quick_shards.in_this_process)


@pytest.fixture
def parts(tmp_path):
    return place_of(tmp_path / "parts")
