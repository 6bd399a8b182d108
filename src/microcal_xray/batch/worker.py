"""What runs inside a worker process: it takes one item after the other from its standard input.

The rules of the pipe, both directions pickled (between our own processes only):

- the supervisor sends the work function and the limits once, then an item, then waits for its reply;
- the worker sends `READY` once it has imported everything, then one `Reply` per item; before that it may send
  any number of `Question`s about the item, and waits for the answer to each;
- the end of the input means that the supervisor is gone or wants no more: the worker ends at once, even in
  the middle of an item, so that no worker outlives its supervisor.
"""

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from ..errors import OutputError

READY = "ready"
_PACKAGE_FOLDER = Path(__file__).parents[1]
# How long after its time limit a worker ends itself, should the supervisor be gone and the decoder hold the
# interpreter's lock, so that the end of the input goes unseen.
_ALARM_MARGIN_S = 30


@dataclass(frozen=True)
class Limits:
    """What one item may cost, and how long a worker process is kept.

    Parameters
    ----------
    time_s : float
        Wall-clock time for one item; a worker that needs longer is killed.
    memory_bytes : int or None
        Address space of a worker. None, or a system without such limits (Windows): not limited.
    items_per_worker : int
        A worker process is replaced after so many items, since decoders leak.
    """

    time_s: float = 300.0
    memory_bytes: int | None = None
    items_per_worker: int = 200


@dataclass(frozen=True)
class Reply:
    """What a worker says about one item: exactly one of result, failure and stop.

    Parameters
    ----------
    result : object or None
        What the work function returned.
    failure : str or None
        One line that says why there is no result.
    stop : str or None
        One line that says why nothing more can be written: the whole batch must stop.
    worn_out : bool
        The worker ends after this reply, because its memory may be in disorder.
    """

    result: Any = None
    failure: str | None = None
    stop: str | None = None
    worn_out: bool = False


@dataclass(frozen=True)
class Question:
    """What a work function wants to know of the supervisor while it works on an item.

    Parameters
    ----------
    content : object
        Picklable.
    """

    content: Any


def serve() -> None:
    """Work on items until the input ends. Never returns normally when the supervisor closes the pipe."""
    source, sink = _private_streams()
    work, limits, may_ask = pickle.load(source)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(source, inbox), daemon=True).start()
    _limit_this_process(limits)
    _send(sink, READY)

    def ask(content: Any) -> Any:
        _send(sink, Question(content))
        return inbox.get()

    if may_ask:
        work = partial(work, ask=ask)
    while True:
        item = inbox.get()
        _set_alarm(limits.time_s + _ALARM_MARGIN_S)
        reply = _attempt(work, item, limits)
        _set_alarm(0)
        _send(sink, reply)
        if reply.worn_out:
            return


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipe to ourselves; whatever a decoder prints goes nowhere."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard_stream in (0, 1, 2):
        os.dup2(nowhere, standard_stream)
    return source, sink


def _receive(source: IO[bytes], inbox: "queue.SimpleQueue[Any]") -> None:
    try:
        while True:
            inbox.put(pickle.load(source))
    finally:
        os._exit(0)


def _send(sink: IO[bytes], message: Any) -> None:
    pickle.dump(message, sink)
    sink.flush()


def _limit_this_process(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    import resource  # not there on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patient data
    if limits.memory_bytes is None:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (OSError, ValueError):  # macOS knows the limit, but refuses to set it
        return


def _set_alarm(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)  # unhandled, SIGALRM ends the process


def _attempt(work: Callable[[Any], Any], item: Any, limits: Limits) -> Reply:
    try:
        return Reply(result=work(item))
    except OutputError as error:
        return Reply(stop=str(error))
    except MemoryError:
        return Reply(failure=_memory_failure(limits), worn_out=True)
    except RecursionError:
        return Reply(failure="its parts are nested too deeply", worn_out=True)
    except Exception as error:
        return Reply(failure=f"unexpected {type(error).__name__}{_place(error)}; please report it")


def _memory_failure(limits: Limits) -> str:
    if limits.memory_bytes is None:
        return "it needs more memory than there is"
    return f"it needs more memory than the limit of {limits.memory_bytes / 2**30:g} GiB for one file"


def _place(error: Exception) -> str:
    """Name the place in our code, not the message: that may quote a tag, and with it a patient."""
    places = [
        f" at {path.relative_to(_PACKAGE_FOLDER).as_posix()}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (path := Path(frame.f_code.co_filename)).is_relative_to(_PACKAGE_FOLDER)
    ]
    return places[-1] if len(places) > 1 else ""  # the first is the call in this file
