import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from reading_scenes import checked, drawn, said, write_study

from microcal_xray.errors import OutputError, UnreadableResultError
from microcal_xray.reviewing import STORE_NAME, Order, RefusedEventError, Role, open_store, read_study

IMAGES = {"a.png": (20, 60), "b.png": (30,)}


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path / "out", IMAGES)


@pytest.fixture
def store(study):
    return open_store(study)


def test_what_was_stored_is_read_in_the_order_of_its_arrival(study, store):
    events = checked(study, "anna", said("a.png", "1", "accept"), drawn("b.png", 1, 50))
    assert store.add(events[::-1]) == tuple(event.id for event in events[::-1])
    assert list(open_store(study).events("anna")) == events[::-1]
    assert store.events("ben") == ()


def test_an_event_that_comes_twice_is_stored_once(study, store):
    events = checked(study, "anna", said("a.png", "1", "accept"))
    assert store.add(events) == store.add(events + events)[:1]
    assert len(store.events()) == 1


def test_an_id_with_another_content_is_refused_and_nothing_of_the_batch_is_kept(study, store):
    (first, other) = checked(study, "anna", said("a.png", "1", "accept"), said("a.png", "2", "accept"))
    store.add([first])
    for wrong in (replace(first, action="reject"), replace(first, reader="ben")):
        with pytest.raises((RefusedEventError, AttributeError)):
            store.add([other, wrong])
    with pytest.raises(RefusedEventError, match="another content"):
        store.add([other, first], role=Role.ADJUDICATION)
    assert store.events() == (first,)
    assert store.events(role=Role.ADJUDICATION) == ()


def test_readings_and_adjudications_of_one_person_are_kept_apart(study, store):
    read, settled = checked(study, "anna", said("a.png", "1", "accept"), said("a.png", "1", "reject"))
    store.add([read])
    store.add([settled], role=Role.ADJUDICATION)
    assert store.events("anna") == (read,)
    assert store.events("anna", role=Role.ADJUDICATION) == (settled,)


def test_events_can_be_neither_changed_nor_removed(study, store):
    store.add(checked(study, "anna", said("a.png", "1", "accept")))
    connection = sqlite3.connect(store.path)
    for statement in ("DELETE FROM events", "UPDATE events SET reader = 'ben'"):
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            connection.execute(statement)
    connection.close()


def test_an_order_is_recorded_once(store):
    assert store.record_order("anna", Order(("b.png", "a.png"), 7)).seed == 7
    assert store.record_order("anna", Order(("a.png", "b.png"), 8)) == Order(("b.png", "a.png"), 7)
    assert store.readers() == ("anna",)


def test_only_its_owner_can_read_it(store):
    if sys.platform == "win32":
        pytest.skip("no such modes")
    assert store.path.stat().st_mode & 0o077 == 0


def test_decisions_on_candidates_that_changed_are_not_read_as_if_they_had_not(study, store, tmp_path):
    store.add(checked(study, "anna", said("b.png", "1", "accept")))
    write_study(tmp_path / "out", {"a.png": (25,), "b.png": (30,)})  # nobody has decided on a.png
    open_store(read_study(tmp_path / "out"))
    write_study(tmp_path / "out", {"a.png": (25,), "b.png": (31,)})
    with pytest.raises(UnreadableResultError, match=r"b\.png was analysed again"):
        open_store(read_study(tmp_path / "out"))


def test_no_decisions_are_told_where_none_are_to_be_made(study):
    with pytest.raises(UnreadableResultError, match="holds no decisions"):
        open_store(study, make=False)
    assert not (study.out / STORE_NAME).exists()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 99, None])
def test_a_file_that_is_not_ours_is_left_alone(study, content):
    path = study.out / STORE_NAME
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE patients (name)")
        connection.commit()
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(OutputError, match=STORE_NAME):
        open_store(study)
    assert path.read_bytes() == before


def test_a_link_is_not_followed(study, tmp_path):
    (study.out / STORE_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="link"):
        open_store(study)


def test_many_threads_at_once_lose_nothing(study, store):
    readers = ("anna", "ben", "carl", "dora")
    events = {
        name: checked(study, name, *(said("a.png", "1", "accept") for _ in range(12))) for name in readers
    }
    threads = [
        threading.Thread(target=lambda own=own: [store.add([event]) for event in own])
        for own in events.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: list(store.events(name)) for name in readers} == events


KILLED_WRITERS = """
import os, random, signal, sys, time
sys.path.insert(0, {tests!r})
from reading_scenes import checked, said
from microcal_xray.reviewing import open_store, read_study

study = read_study({out!r})
store = open_store(study)


def write(reader, acknowledge):
    for number in range(100000):
        values = said("a.png", "1", "accept", comment="x" * 1500)
        values["event"] = os.urandom(16).hex()
        for event in store.add(checked(study, reader, values)):
            os.write(acknowledge, event.encode() + bytes([10]))


moment = random.Random(4)
for round in range({rounds}):
    children = []
    for reader in ("anna", "ben"):
        read, acknowledge = os.pipe()
        child = os.fork()
        if child == 0:
            write(reader, acknowledge)
        os.close(acknowledge)
        children.append((child, read))
    for child, read in children:  # both are at work, however slow the machine is
        print(os.read(read, 33).decode(), end="")
    time.sleep(moment.uniform(0, 0.04))
    for child, read in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(read) as lines:
            print(lines.read(), end="")
"""


def test_writers_that_are_killed_at_any_moment_lose_nothing_that_they_acknowledged(study, store, request):
    """Two processes write as fast as they can and are killed with SIGKILL, again and again."""
    if sys.platform == "win32":
        pytest.skip("no SIGKILL")
    script = KILLED_WRITERS.format(tests=str(request.path.parent), out=str(study.out), rounds=20)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    acknowledged = {name for name in run.stdout.split() if len(name) == 32}
    stored = {event.id for event in open_store(study).events()}
    assert len(acknowledged) >= 40
    assert acknowledged <= stored
    assert {event.reader for event in store.events()} == {"anna", "ben"}
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
