"""Work functions that misbehave; a worker process imports them from here."""

import os
import signal
import sys
import time
from pathlib import Path

from microcal_xray.errors import OutputError


def misbehave(order: str) -> str:
    deed, _, argument = order.partition(" ")
    return DEEDS[deed](argument)


def _echo(argument: str) -> str:
    return argument


def _name_process(argument: str) -> str:
    time.sleep(0.2)
    return str(os.getpid())


def _die(argument: str) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "unreachable"


def _die_once(argument: str) -> str:
    """Die if the marker file is not there yet: the second attempt succeeds."""
    if Path(argument).exists():
        return "survived"
    Path(argument).touch()
    os._exit(7)


def _hang(argument: str) -> str:
    time.sleep(1000)
    return "unreachable"


def _fail(argument: str) -> str:
    raise ValueError("DOE^JANE")


def _hoard(argument: str) -> str:
    return str(len(bytearray(int(argument))))


def _nest(argument: str) -> str:
    return _nest(argument)


def _babble(argument: str) -> str:
    os.write(1, b"\x80garbage" * 1000)
    os.write(2, b"\x80garbage" * 1000)
    sys.stdout.write("more garbage\n")
    sys.stdout.flush()
    return "quiet"


def _fill_disk(argument: str) -> str:
    raise OutputError("out/overlays: No space left on device; free some space and run again")


def _wait_and_mark(argument: str) -> str:
    Path(argument).write_text(str(os.getpid()))
    time.sleep(1000)
    return "unreachable"


DEEDS = {
    "echo": _echo,
    "name_process": _name_process,
    "die": _die,
    "die_once": _die_once,
    "hang": _hang,
    "fail": _fail,
    "hoard": _hoard,
    "nest": _nest,
    "babble": _babble,
    "fill_disk": _fill_disk,
    "wait_and_mark": _wait_and_mark,
}
