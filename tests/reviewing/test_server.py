"""The server as its users start it: a process on loopback, asked, stopped, killed."""

import contextlib
import random
import signal
import sys
import threading
import time
from http.client import HTTPException

import pytest
from asking import Served
from reading_scenes import drawn, said, write_study

from microcal_xray.reviewing import open_store, read_study
from microcal_xray.reviewing.requests import LARGEST_BODY


@pytest.fixture
def out(tmp_path):
    write_study(tmp_path / "out", {"a.png": (20, 60), "b.png": ()})
    return tmp_path / "out"


def test_it_says_where_it_is_answers_there_and_ends_when_asked(out):
    with Served(out, "--reader", "Anna") as served:
        assert served.line.startswith("Open http://127.0.0.1:")
        assert len(served.token) >= 32
        assert served.ask(f"/{served.token}/anna/").status == 200
        assert served.post("anna", said("a.png", "1", "accept")).status == 200
        # Through the real parser of the real server.
        assert served.ask("/").status == 403
        assert served.ask(f"/{served.token}/anna/", headers={"Host": "evil.example"}).status == 421
        assert served.ask(f"/{served.token}/anna/", headers={"Origin": "http://evil.example"}).status == 403
        events = f"/{served.token}/anna/events"
        assert served.ask(events, body={"events": []}, headers={"X-Microcal-Token": "x"}).status == 403
        with contextlib.suppress(ConnectionError):  # it may hang up before all is sent
            assert served.ask(events, body=b"x" * (LARGEST_BODY + 5000)).status == 413
        assert served.ask(events, body=b"{", method="POST").status == 400
        assert served.ask(f"/{served.token}/anna/%2e%2e/candidates.json").status == 404
        assert served.close() == 0
    assert [event.reader for event in open_store(read_study(out)).events()] == ["anna"]


def test_a_server_that_is_killed_under_two_readers_loses_nothing_that_it_acknowledged(out):
    if sys.platform == "win32":
        pytest.skip("no SIGKILL")
    moment = random.Random(5)
    acknowledged = {"anna": [], "ben": []}

    def read(served, reader):
        try:
            for number in range(10000):
                events = [drawn("a.png", number, 90), said("b.png", "", "note", comment="x" * 900)]
                answer = served.post(reader, *events)
                acknowledged[reader] += answer.json["stored"]
        except (OSError, ValueError, HTTPException):
            return

    for _ in range(2):
        with Served(out) as served:
            threads = [threading.Thread(target=read, args=(served, reader)) for reader in acknowledged]
            before = sum(map(len, acknowledged.values()))
            for thread in threads:
                thread.start()
            while sum(map(len, acknowledged.values())) < before + 6:
                time.sleep(0.005)
            time.sleep(moment.uniform(0, 0.1))
            served.process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
    store = open_store(read_study(out))
    for reader, ids in acknowledged.items():
        stored = [event.id for event in store.events(reader)]
        assert len(ids) > 3
        assert [event for event in stored if event in set(ids)] == ids  # all there, in order
