"""What the node says of itself, and to whom."""

import json
import socket
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest

from microcal_xray.node.counters import Counters
from microcal_xray.node.health import Health, HealthServer, health_line, health_metrics

HEALTH = Health(
    status="ok",
    uptime_s=12.5,
    associations=2,
    waiting=1,
    studies={"finished": 3, "settling": 1},
    inbox_bytes=2_500_000,
    peak_memory_bytes=None,
    counts={"objects": {"stored": 7, "too_large": 1}, "associations": {"": 9}},
)


@pytest.fixture
def asked():
    """Return a function that asks, the server, and what it is to answer."""
    told = [HEALTH]
    server = HealthServer(0, lambda: told[0])

    def ask(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    yield ask, server, told
    server.close()


def test_it_answers_in_three_ways(asked):
    ask, _, _ = asked
    status, document = ask("/health")
    values = json.loads(document)
    assert status == 200
    assert values["schema"] == "microcal-node-health/1"
    assert values["counts"]["objects"] == {"stored": 7, "too_large": 1}
    assert ask("/") == (200, health_line(HEALTH) + "\n")
    assert "3 finished, 1 settling" in ask("/")[1]
    assert ask("/metrics") == (200, health_metrics(HEALTH))
    assert ask("/else")[0] == 404


@pytest.mark.parametrize("status", ["full", "stopping"])
def test_a_node_that_takes_nothing_says_so_by_its_status(asked, status):
    ask, _, told = asked
    told[0] = replace(HEALTH, status=status)
    assert ask("/health")[0] == 503
    assert ask("/metrics")[0] == 200


def test_prometheus_gets_one_type_and_unique_names():
    lines = health_metrics(HEALTH).splitlines()
    samples = [line.split(" ")[0] for line in lines if not line.startswith("#")]
    assert len(samples) == len(set(samples))
    named = [line.split(" ")[2] for line in lines if line.startswith("# TYPE")]
    assert len(named) == len(set(named))
    assert {sample.split("{")[0] for sample in samples} == set(named)
    assert 'microcal_node_objects_total{kind="too_large"} 1' in lines
    assert "microcal_node_associations_total 9" in lines
    assert not any("None" in line for line in lines)


def test_somebody_who_asks_and_says_nothing_does_not_keep_others_waiting_for_long(asked):
    ask, server, _ = asked
    with socket.create_connection(("127.0.0.1", server.port)):
        begun = time.monotonic()
        assert ask("/")[0] == 200
        assert time.monotonic() - begun < 4


def test_nobody_else_can_ask(asked):
    _, server, _ = asked
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", server.port), timeout=1),
    ):
        pass


def test_numbers_only_grow():
    counters = Counters()
    for _ in range(3):
        counters.add("objects", "stored")
    counters.add("bytes", count=7)
    assert counters.counts() == {"bytes": {"": 7}, "objects": {"stored": 3}}
