"""A node in a process of its own, started and stopped by a test."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path


class RunningNode:
    """A node that runs, its ports and its log."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.log = log
        with log.open("ab") as stream:
            before = stream.tell()
            self.process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=stream, env=os.environ | {"OMP_NUM_THREADS": "1"}
            )
        line = self.said(r" listening .*", after=before)
        self.port = int(re.search(r" port=(\d+)", line)[1])
        self.health_port = int(re.search(r"health_port=(\d+)", line)[1])

    def said(self, pattern: str, *, within_s: float = 120.0, after: int = 0) -> str:
        """Wait for a line of the log, and return what of it fits."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log.read_bytes()[after:].decode(errors="replace"))
            if found:
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no line {pattern!r} in:\n{self.log.read_text()}")

    def health(self) -> dict:
        """Return what the node says of itself."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/health", timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:  # 503, with the same document
            with error:
                return json.load(error)

    def counted(self, name: str, kind: str) -> int:
        return self.health()["counts"].get(name, {}).get(kind, 0)

    def wait_until(self, condition, *, within_s: float = 120.0) -> None:
        """Wait until the health fulfils a condition."""
        deadline = time.monotonic() + within_s
        while not condition(self.health()):
            assert time.monotonic() < deadline, f"{self.health()}\n{self.log.read_text()}"
            time.sleep(0.05)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, *, within_s: float = 60.0) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)


@contextlib.contextmanager
def running(
    folder: Path, *options: str, program: Path | None = None, out: str = "out"
) -> Iterator[RunningNode]:
    """Run a node on free ports; `program` runs it in place of the command."""
    start = [sys.executable, "-m", "microcal_xray"] if program is None else [sys.executable, str(program)]
    command = [*start, "listen", "--port", "0", "--health-port", "0", "--aet", "NODE"]
    command += ["--out", str(folder / out), "--settle-seconds", "0.2", "--free-gib", "0", *options]
    node = RunningNode(command, folder / "log")
    try:
        yield node
    finally:
        if node.process.poll() is None:
            node.process.send_signal(signal.SIGTERM)
            try:
                node.process.wait(30)
            except subprocess.TimeoutExpired:
                node.kill()
