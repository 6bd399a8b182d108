"""The node in a process of its own, its analysis taking no time: what is promised, also to hostile peers."""

import contextlib
import json
import os
import threading
import time
from pathlib import Path

import pydicom
import pytest
from hostile_peers import (
    ABORTED,
    ACCEPTED,
    C_ECHO,
    C_FIND,
    DEFLATED,
    DX,
    EXPLICIT,
    HEALTHY,
    IMPLICIT,
    REJECTED,
    VERIFICATION,
    associated,
    bytes_without_end,
    command,
    connected,
    deflated_zeros,
    explicit,
    fragment,
    items_without_end,
    many,
    one_pdu,
    pdu,
    radiograph,
    request,
    sequences_in_sequences,
    status_of,
    store,
)
from running import running

from microcal_xray.errors import MicrocalError, OutputError
from microcal_xray.node import NodeOptions, listen
from microcal_xray.node.inbox import hashed
from pacs.archive import archive

QUICK = Path(__file__).with_name("quick_node.py")
RESULTS = 3
MIB = 1 << 20


@pytest.fixture
def hold(tmp_path):
    """A file that keeps analyses from ending while it is there."""
    return tmp_path / "hold"


@pytest.fixture
def quick(prepared, tmp_path, hold, monkeypatch):
    """Return a function that runs a node whose analysis takes no time."""
    monkeypatch.setenv("PREPARED", str(prepared))
    monkeypatch.setenv("HOLD", str(hold))
    return lambda *options: running(tmp_path, *options, program=QUICK)


@pytest.fixture(scope="module")
def shared(prepared, tmp_path_factory):
    """A node for all the tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("shared")
    os.environ["PREPARED"], os.environ["HOLD"] = str(prepared), str(folder / "hold")
    options = ("--allow-from", "PEER,ARCHIVE", "--timeout-s", "2", "--largest-object-mib", "4")
    with running(folder, *options, "--most-associations", "4", program=QUICK) as node:
        yield node
        assert node.process.poll() is None


def stored(port, instance="1.2.3.4", *, data=None, **about):
    """Store an object in an association of its own, and return the status."""
    connection, answer = associated(port)
    assert answer == ACCEPTED
    with connection:
        store(connection, radiograph(instance, **about) if data is None else data, instance=instance)
        return status_of(connection)


def identifiers(folder):
    """Return what is in the inbox."""
    paths = (folder / "out" / ".microcal-node" / "images").glob("*/*.dcm")
    return sorted(str(pydicom.dcmread(path).SOPInstanceUID) for path in paths)


# What is promised.


def test_a_study_comes_back_to_the_archive_once_however_often_it_is_sent(quick, tmp_path):
    with archive() as there, quick("--reply-to", f"ARCHIVE@127.0.0.1:{there.port}") as node:
        for _ in range(2):
            assert stored(node.port, patient="../../x") == 0
            node.wait_until(lambda health: health["studies"] == {"finished": 1})
        assert node.health()["counts"]["objects"] == {"stored": 1, "known_already": 1}
        assert node.counted("analyses", "done") == 1
        assert len(there.stored) == len(there.kept) == RESULTS

        assert stored(node.port, "1.2.3.5") == 0  # late: the whole study is analysed again
        node.wait_until(lambda health: health["counts"]["analyses"] == {"done": 2})
        node.wait_until(lambda health: health["studies"] == {"finished": 1})
        assert len(there.stored) == RESULTS
        log = node.log.read_text()
    (names,) = (tmp_path / "out").glob("*/images.txt")
    assert len(names.read_text().split()) == 2
    assert names.parent.name == hashed("1.2.9")
    assert not [path for path in tmp_path.rglob("*") if path.name == "x"]
    assert not any(text in log for text in ("../../x", "1.2.3.4", "1.2.9"))  # neither patient nor identifiers


def test_a_node_that_is_killed_goes_on_when_it_is_begun_again(quick, tmp_path, hold):
    """Before the results are sent, in the middle of an analysis, and between acknowledgement and analysis."""
    with quick("--reply-to", "ARCHIVE@127.0.0.1:9") as node:
        assert stored(node.port, "1.2.1", study="1.5.1") == 0
        node.wait_until(lambda health: health["studies"] == {"to_send": 1})
        node.said(" not-sent ")
        hold.touch()
        assert stored(node.port, "1.2.2", study="1.5.2") == 0
        node.wait_until(lambda health: health["studies"] == {"busy": 1, "to_send": 1})
        assert stored(node.port, "1.2.3", study="1.5.3") == 0
        node.kill()
    assert identifiers(tmp_path) == ["1.2.1", "1.2.2", "1.2.3"]
    hold.unlink()
    record = tmp_path / "out" / ".microcal-node" / "studies" / f"{hashed('1.5.1')}.json"
    known = json.loads(record.read_text())
    assert known["tries"] == 1
    record.write_text(json.dumps({**known, "next_try_s": 0}))  # do not wait for half a minute
    with archive() as there, quick("--reply-to", f"ARCHIVE@127.0.0.1:{there.port}") as node:
        node.wait_until(lambda health: health["studies"] == {"finished": 3})
        assert len(there.kept) == RESULTS


def test_what_is_under_way_when_it_is_stopped_is_finished_and_the_rest_begun_again(quick, tmp_path, hold):
    hold.touch()
    data = radiograph("1.2.3.5", side=200)
    half = 1 << 14
    with quick() as node:
        connection, _ = associated(node.port)
        with connection:
            store(connection, data, instance="1.2.3.5", upto=1)
            stored(node.port)
            node.said(" analysing ")
            node.process.terminate()
            node.said(" stopping")
            for start in range(half, len(data), half):
                is_last = start + half >= len(data)
                connection.sendall(fragment(1, 2 if is_last else 0, data[start : start + half]))
            assert status_of(connection) == 0
        assert node.process.wait(20) == 0
    assert identifiers(tmp_path) == ["1.2.3.4", "1.2.3.5"]
    hold.unlink()
    with quick() as node:
        node.wait_until(lambda health: health["studies"] == {"finished": 1})


def test_images_of_finished_studies_make_room_and_no_others(quick, tmp_path, hold):
    room = 2.5 * len(radiograph(side=256))
    with quick("--inbox-gib", f"{room / (1 << 30):.9f}") as node:
        for number in (1, 2, 3):
            assert stored(node.port, f"1.2.{number}", study=f"1.5.{number}", side=256) == 0
            node.wait_until(lambda health: set(health["studies"]) == {"finished"})
        assert identifiers(tmp_path) == ["1.2.2", "1.2.3"]
        hold.touch()
        for number, status in ((4, 0), (5, 0), (6, 0xA700)):
            assert stored(node.port, f"1.2.{number}", study=f"1.5.{number}", side=256) == status
        assert identifiers(tmp_path) == ["1.2.4", "1.2.5"]


def test_two_nodes_do_not_share_a_folder_and_no_folder_is_taken_over(shared, tmp_path):
    stop = threading.Event()
    with pytest.raises(OutputError, match="another node runs there"):
        listen(NodeOptions(port=0, out=shared.log.parent / "out"), stop=stop)
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(OutputError, match="not empty and no node's"):
        listen(NodeOptions(port=0, out=tmp_path), stop=stop)
    with pytest.raises(MicrocalError, match="cannot listen there"):
        listen(NodeOptions(port=shared.port, out=tmp_path / "new"), stop=stop)


# Hostile peers.


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, ACCEPTED),
        ({"calling": "PEER", "called": "NODE"}, ACCEPTED),
        ({"called": "ELSE"}, REJECTED),
        ({"calling": "STRANGER"}, REJECTED),
        ({"calling": ""}, REJECTED),
    ],
)
def test_only_who_is_known_and_knows_us_is_let_in(shared, asked, kind):
    connection, answer = associated(shared.port, **asked)
    with connection:
        assert answer == kind


def test_an_echo_is_answered(shared):
    connection, _ = associated(shared.port, contexts=((VERIFICATION, (IMPLICIT,)),))
    with connection:
        connection.sendall(fragment(1, 3, command(C_ECHO, sop_class=VERIFICATION, has_data=False)))
        assert status_of(connection) == 0


def broken_messages():
    lie = pdu(4, b"\0\0\xff\xff\1\3abc")
    return {
        "data without a command": fragment(1, 2, b"x" * 1000),
        "an echo with data": fragment(1, 3, command(C_ECHO)) + fragment(1, 2, b"x" * 1000),
        "a question": fragment(1, 3, command(C_FIND)) + fragment(1, 2, b"x" * 1000),
        "a command that is none": fragment(1, 3, command(0x7777, has_data=False)),
        "a context that was not agreed to": fragment(77, 3, command()) + fragment(77, 2, b"x"),
        "an empty fragment": pdu(4, b"\0\0\0\1\1"),
        "a fragment that lies about its length": lie,
        "a path for an identifier": fragment(1, 3, command(instance="../../x")) + fragment(1, 2, b"x" * 9),
        "a command without end": fragment(1, 1, b"\0" * 16000) * 4,
        "a second request": request(),
        "an answer": pdu(2, b"abcd"),
        "a PDU of no kind": pdu(0x99, b"abcd"),
        "a PDU of 4 GiB": b"\4\0\xff\xff\xff\xff" + b"x" * 100,
        "not even a command": fragment(1, 3, b"\xff" * 100),
    }


@pytest.mark.parametrize("message", broken_messages().values(), ids=broken_messages())
def test_a_broken_message_ends_its_association_alone(shared, message):
    connection, _ = associated(shared.port)
    with connection:
        connection.sendall(message)
        assert one_pdu(connection)[0] in (ABORTED, 0)
    shared.wait_until(lambda health: health["associations"] == 0)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (radiograph()[:-100], 0xC001),
        (radiograph()[:200], 0xC001),
        (b"x" * 5000, 0xC001),
        (items_without_end(1 << 17), 0xC001),
        (sequences_in_sequences(5000), 0xC001),
        (radiograph("1.2.3.99"), 0xA900),
        (b"\0" * (5 * MIB), 0xC002),
        (radiograph(study="x/../y"), 0xC004),
        (explicit(0x00080016, "UI", DX.encode()) + explicit(0x00080018, "UI", b"1.2.3.4"), 0xC004),
    ],
)
def test_an_object_that_is_broken_is_refused_and_nothing_of_it_is_kept(shared, data, status):
    before = shared.health()["inbox_bytes"]
    assert stored(shared.port, data=data) == status
    assert shared.health()["inbox_bytes"] == before
    assert not list(shared.log.parent.glob("out/.microcal-node/parts/*"))


def test_results_of_our_own_do_not_go_round_in_circles(shared):
    own = radiograph()
    at = own.index(explicit(0x00080060, "CS", b"DX"))
    own = own[:at] + own[at : at + 10] + explicit(0x00080070, "LO", b"microcal_xray") + own[at + 10 :]
    assert stored(shared.port, data=own) == 0xC003


def test_the_deflated_syntax_is_not_agreed_to(shared):
    contexts = ((DX, (DEFLATED,)), (DX, (DEFLATED, EXPLICIT)), ("1.2.840.10008.5.1.4.1.1.2", (EXPLICIT,)))
    connection = connected(shared.port)
    with connection:
        connection.sendall(request(contexts=contexts))
        kind, content = one_pdu(connection)
        assert kind == ACCEPTED
    results = {}
    for number in (1, 3, 5):
        at = content.index(bytes((number, 0)), content.index(b"\x21\0", 68))
        results[number] = content[at + 2]
    assert results == {1: 4, 3: 0, 5: 3}  # no such syntax; the other one; no CT


def test_a_bomb_that_is_sent_as_something_else_stays_what_it_is(shared):
    assert stored(shared.port, data=deflated_zeros(64 * MIB)) == 0xC001


def test_a_peer_that_stops_in_the_middle_leaves_nothing(shared):
    data = radiograph(side=300)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(associated(shared.port)[0]) for _ in range(3)]
        before = shared.health()["inbox_bytes"]
        for connection in connections:
            store(connection, data, upto=1)
        shared.wait_until(lambda health: health["inbox_bytes"] == before + 3 * (1 << 14))
        connections[0].close()  # one drops; the others hang until their time is over
        shared.wait_until(lambda health: health["associations"] == 0, within_s=15)
        assert shared.health()["inbox_bytes"] == before
    assert not list(shared.log.parent.glob("out/.microcal-node/parts/*"))


def test_a_peer_that_does_not_wait_for_answers_leaves_nothing(shared):
    """It sends objects without pause and goes: some arrive, and nothing else stays."""
    before = shared.health()["inbox_bytes"]
    connection, _ = associated(shared.port)
    with connection, contextlib.suppress(OSError):
        for _ in range(20):
            store(connection, radiograph("1.2.88", study="1.2.88", side=100), instance="1.2.88")
    shared.wait_until(lambda health: health["associations"] == 0, within_s=15)
    one = len(radiograph("1.2.88", study="1.2.88", side=100))
    assert shared.health()["inbox_bytes"] in (before, before + one)
    assert not list(shared.log.parent.glob("out/.microcal-node/parts/*"))


def test_two_hundred_silent_connections_keep_nobody_out(shared):
    with many(shared.port, 200):
        begun = time.monotonic()
        connection, answer = associated(shared.port, host=HEALTHY)
        with connection:
            assert answer == ACCEPTED
        assert time.monotonic() - begun < 10
    shared.wait_until(lambda health: health["waiting"] == 0)


def test_two_hundred_associations_keep_nobody_out(shared):
    with many(shared.port, 200, request()):
        connection, answer = associated(shared.port, host=HEALTHY)
        with connection:
            assert answer == ACCEPTED
            store(connection, radiograph("1.2.77", study="1.2.77"), instance="1.2.77")
            assert status_of(connection) == 0
        assert shared.health()["associations"] <= 8  # four, and those that are being ended
    shared.wait_until(lambda health: health["associations"] == 0, within_s=30)


@pytest.mark.parametrize("first", [b"", request()[:40], b"\1\0\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n"])
def test_bytes_without_end_before_a_request_cost_nothing(shared, first):
    before = shared.health()["peak_memory_bytes"]
    connection = connected(shared.port)
    with connection:
        connection.sendall(first)
        assert bytes_without_end(connection, most=200 * MIB) < 200 * MIB
    assert shared.health()["peak_memory_bytes"] < before + 20 * MIB
