"""Attack a node and measure what it costs: memory, and whether a healthy sender still gets through.

For each attack a fresh `microcal listen` is started. The attack runs from one address of the loopback; a
second later a healthy peer at another address sends a small radiograph, as soon as it is let in. Measured are
how long that takes until it is acknowledged and until its results are written, the most memory that the
node's own process had, and what the node counted. The table goes into docs/reliability.md.

    python tools/measure_node.py [--only WORD] [--write]
"""

import argparse
import contextlib
import importlib
import re
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom

from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "node"))  # the attacks are those of the tests; they are not installed
peers = importlib.import_module("hostile_peers")
running = importlib.import_module("running").running

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures of tools/measure_node.py -->", "<!-- end of the figures -->"
MIB = 1 << 20
OPTIONS = (
    *("--timeout-s", "5", "--object-timeout-s", "20", "--largest-object-mib", "64"),
    *("--most-associations", "10", "--memory-limit-gib", "2", "--time-limit-s", "60", "--jobs", "1"),
)
LONGEST_S = 240.0
ATTACK_S = 10.0  # at least

Attack = Callable[[int, threading.Event], None]


@dataclass(frozen=True)
class Outcome:
    """What one attack came to.

    Parameters
    ----------
    attack : str
    peak_mb : float
        Of the node's own process.
    acknowledged_s : float or None
        From the first try of the healthy peer. None: not within four minutes.
    results_s : float or None
        Likewise. None: not within four minutes, or not waited for.
    counted : str
        What the node refused.
    """

    attack: str
    peak_mb: float
    acknowledged_s: float | None
    results_s: float | None
    counted: str

    def row(self) -> str:
        """Return it as a row of the table."""
        acknowledged = "never" if self.acknowledged_s is None else f"{self.acknowledged_s:.1f}"
        results = "" if self.results_s is None else f"{self.results_s:.0f}"
        return f"| {self.attack} | {self.peak_mb:.0f} | {acknowledged} | {results} | {self.counted} |"


def nothing(port: int, stop: threading.Event) -> None:
    """Do nothing: what the others are compared with."""
    stop.wait()


def silent_associations(port: int, stop: threading.Event) -> None:
    """Hold 200 associations, and ask again for those that are ended."""
    held_open(port, stop, peers.request())


def silent_connections(port: int, stop: threading.Event) -> None:
    """Hold 200 connections that say nothing."""
    held_open(port, stop, b"")


def held_open(port: int, stop: threading.Event, first: bytes) -> None:
    """Hold 200 connections that said something; whenever one is closed, open another."""
    with contextlib.ExitStack() as stack:
        held: list[Any] = []
        while not stop.is_set():
            while len(held) < 200 and not stop.is_set():
                with contextlib.suppress(OSError):
                    held.append(stack.enter_context(peers.connected(port)))
                    held[-1].sendall(first)
            stop.wait(0.2)
            for connection in list(held):
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    try:
                        if connection.recv(4096):
                            continue
                    except ConnectionError:
                        pass
                    held.remove(connection)
                    connection.close()


def dripping_requests(port: int, stop: threading.Event) -> None:
    """Ask for 200 associations, a byte at a time."""
    with peers.many(port, 200) as held:
        for byte in peers.request():
            for connection in held:
                with contextlib.suppress(OSError):
                    connection.sendall(bytes((byte,)))
            if stop.wait(0.2):
                return
    stop.wait()


def wrong_titles(port: int, stop: threading.Event) -> None:
    """Ask under a wrong title, over and over."""
    while not stop.is_set():
        with contextlib.suppress(OSError):
            connection, _ = peers.associated(port, called="ELSE")
            connection.close()


def giant_request(port: int, stop: threading.Event) -> None:
    """Announce a request of 4 GiB and send zeros without end."""
    while not stop.is_set():
        with contextlib.suppress(OSError), peers.connected(port) as connection:
            connection.sendall(b"\1\0\xff\xff\xff\xff")
            peers.bytes_without_end(connection, most=1 << 32)


def giant_message(port: int, stop: threading.Event) -> None:
    """Announce a PDU of 4 GiB in an association and send zeros without end."""
    while not stop.is_set():
        with contextlib.suppress(OSError), peers.associated(port)[0] as connection:
            connection.sendall(b"\4\0\xff\xff\xff\xff")
            peers.bytes_without_end(connection, most=1 << 32)


def command_without_end(port: int, stop: threading.Event) -> None:
    """Send a command in pieces that never end."""
    while not stop.is_set():
        with contextlib.suppress(OSError), peers.associated(port)[0] as connection:
            for _ in range(10_000):
                connection.sendall(peers.fragment(1, 1, b"\0" * 16_000))


def objects(data: bytes, *, upto: int | None = None) -> Attack:
    """Return the attack that stores one object over and over, whole or up to some byte."""

    def attack(port: int, stop: threading.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError), peers.associated(port)[0] as connection:
                peers.store(connection, data, upto=upto)
                if upto is None:
                    peers.status_of(connection)

    return attack


def hanging_objects(port: int, stop: threading.Event) -> None:
    """Stop in the middle of an object on 10 associations, and begin again when cut off."""
    data = peers.radiograph(side=1000)
    while not stop.is_set():
        with contextlib.ExitStack() as stack:
            for _ in range(10):
                with contextlib.suppress(OSError):
                    connection = stack.enter_context(peers.associated(port)[0])
                    peers.store(connection, data, upto=MIB)
            stop.wait(3)


def dripping_objects(port: int, stop: threading.Event) -> None:
    """Send objects on 10 associations, a byte in each PDU, a PDU each second."""
    while not stop.is_set():
        with contextlib.ExitStack() as stack:
            held = []
            for _ in range(10):
                with contextlib.suppress(OSError):
                    held.append(stack.enter_context(peers.associated(port)[0]))
                    held[-1].sendall(peers.fragment(1, 3, peers.command()))
            for _ in range(15):
                for connection in held:
                    with contextlib.suppress(OSError):
                        connection.sendall(peers.fragment(1, 0, b"x"))
                if stop.wait(1):
                    return


def decoding_bomb(port: int, stop: threading.Event) -> None:
    """Store one whole radiograph of 2 MB in RLE that is 144 megapixels when it is decoded."""
    side = 12_000
    run = b"\x81\0" * (side * side // 128)  # 128 bytes of zero each
    stream = struct.pack("<16I", 2, 64, 64 + len(run), *[0] * 13) + run + run
    head = peers.radiograph("1.2.66", study="1.2.66", side=16)
    head = head[: head.index(b"\xe0\x7f\x10\0")]
    for element in (0x10, 0x11):
        at = head.index(struct.pack("<HH", 0x28, element)) + 8
        head = head[:at] + struct.pack("<H", side) + head[at + 2 :]
    fragments = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0"
    fragments += b"\xfe\xff\0\xe0" + struct.pack("<I", len(stream)) + stream + b"\xfe\xff\xdd\xe0\0\0\0\0"
    contexts = ((peers.DX, (peers.RLE,)),)
    with peers.associated(port, contexts=contexts)[0] as connection:
        peers.store(connection, head + fragments, instance="1.2.66")
        peers.status_of(connection)
    stop.wait()


ATTACKS: dict[str, Attack] = {
    "none": nothing,
    "200 associations, silent": silent_associations,
    "200 connections, silent": silent_connections,
    "200 requests, a byte each 0.2 s": dripping_requests,
    "requests under a wrong title": wrong_titles,
    "a request of 4 GiB": giant_request,
    "a PDU of 4 GiB in an association": giant_message,
    "a command without end": command_without_end,
    "truncated objects": objects(peers.radiograph(side=500)[:-1000]),
    "objects of 200 MiB, limit 64 MiB": objects(b"\0" * (200 * MIB)),
    "4 million empty items in a sequence": objects(peers.items_without_end(1 << 22)),
    "10,000 sequences in each other": objects(peers.sequences_in_sequences(10_000)),
    "deflated zeros, 1 GiB inflated": objects(peers.deflated_zeros(1 << 30)),
    "connections lost in mid-object": objects(peers.radiograph(side=1000), upto=MIB),
    "10 peers that hang in mid-object": hanging_objects,
    "10 peers that send a byte a second": dripping_objects,
    "144 megapixels in 4 MB of RLE": decoding_bomb,
}


# An analysis has processes of its own, so only these can delay it: those that take all cores, or its turn.
WAITED_FOR = (
    "none",
    "200 associations, silent",
    "requests under a wrong title",
    "144 megapixels in 4 MB of RLE",
)


def healthy(node: Any, path: Path, *, waits: bool) -> tuple[float | None, float | None]:
    """Send a radiograph until it is taken, and wait for its results; return both times in seconds."""
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    content = path.read_bytes()
    data = content[144 + int.from_bytes(content[140:144], "little") :]
    sop_class = str(dataset.SOPClassUID)
    contexts = ((sop_class, (str(dataset.file_meta.TransferSyntaxUID),)),)
    began = time.monotonic()
    acknowledged = None
    while acknowledged is None and time.monotonic() - began < LONGEST_S:
        try:
            connection, answer = peers.associated(node.port, host=peers.HEALTHY, contexts=contexts)
        except OSError:
            continue
        with connection, contextlib.suppress(OSError):
            if answer == peers.ACCEPTED:
                peers.store(connection, data, instance=str(dataset.SOPInstanceUID), sop_class=sop_class)
                if peers.status_of(connection) == 0:
                    acknowledged = time.monotonic() - began
        if node.process.poll() is not None:
            raise SystemExit(f"the node ended: {node.log.read_text()[-3000:]}")
    if acknowledged is None:
        return None, None
    if not waits:
        return acknowledged, None
    study = re.search(r"study=(\w+)", node.said(r" stored from=PEER@127\.0\.0\.2 .*"))
    try:
        node.said(rf" analysed study={study[1] if study else ''} images=1 ", within_s=LONGEST_S)
    except AssertionError:
        return acknowledged, None
    return acknowledged, time.monotonic() - began


def measured(name: str, attack: Attack, path: Path) -> Outcome:
    """Return what an attack came to."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), *OPTIONS) as node:
        stop = threading.Event()
        attacker = threading.Thread(target=attack, args=(node.port, stop))
        attacker.start()
        try:
            time.sleep(1)
            began = time.monotonic()
            acknowledged_s, results_s = healthy(node, path, waits=name in WAITED_FOR)
            time.sleep(max(0.0, ATTACK_S - (time.monotonic() - began)))
        finally:
            stop.set()
            attacker.join(60)
        health = node.health()
        refused = health["counts"].get("refused_connections", {}) | health["counts"].get("objects", {})
        refused |= {"images failed": health["counts"].get("images", {}).get("failed", 0)}
        told = [f"{count} {kind.replace('_', ' ')}" for kind, count in refused.items() if count]
        if node.stop() != 0:
            raise SystemExit(f"{name}: the node did not stop as it should")
    return Outcome(name, health["peak_memory_bytes"] / 1e6, acknowledged_s, results_s, ", ".join(told))


def main() -> None:
    """Measure, print the table, and write it into the page if that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD", help="attacks whose name holds this")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    arguments = parser.parse_args()
    lines = [
        "| attack | peak memory, MB | acknowledged, s | results, s | the node counted |",
        "| --- | --- | --- | --- | --- |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=1, detector=Detector(160, 240, 0.5))
        path = write_dicom(limb, Path(folder) / "limb.dcm")
        for name, attack in ATTACKS.items():
            if arguments.only in name:
                lines.append(measured(name, attack, path).row())
                print(lines[-1], flush=True)
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
        PAGE.write_text("\n".join([before, "", *lines, "", after]), encoding="utf-8")


if __name__ == "__main__":
    main()
