"""One worker process, as the supervisor sees it: start it, give it an item, notice its death, end it."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from .worker import READY, Limits, Question, Reply

START_LIMIT_S = 120.0
_ATTEMPTS = 3
_START_ATTEMPTS = 10  # for what is killed while it starts: others may want memory just then
_START = "import sys; sys.path[:] = {path!r}; from microcal_xray.batch.worker import serve; serve()"
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)


class ClosedError(Exception):
    """The child was closed from another thread; there is nothing more to do."""


class StartError(Exception):
    """Worker processes cannot be started here."""


class Child:
    """A worker process that is started when it is needed and replaced when it dies.

    `reply_to` is called by one thread; `close` may be called by any other.

    Parameters
    ----------
    work : callable
        Takes an item, returns a result; found by its module and name in the worker.
    limits : Limits
    answer : callable, optional
        Answers a question that the work function asks; called by the thread that calls `reply_to`. With it,
        the work function gets an argument `ask` beside its item.

    Notes
    -----
    A plain subprocess with its own standard streams, not `multiprocessing`: its environment (one thread for
    the linear algebra) and its process group (no Ctrl-C from the terminal) are its own, the caller's script
    is not imported a second time, and it may be started from a daemonic process, as in a dask worker.
    """

    def __init__(
        self, work: Callable[..., Any], limits: Limits, answer: Callable[[Any], Any] | None = None
    ) -> None:
        self._work = work
        self._answer = answer
        self._limits = limits
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._items = 0

    def reply_to(self, item: Any) -> Reply:
        """Return the worker's reply to an item, or a reply in its stead if it died or took too long.

        An item whose worker died is tried twice more, since the cause may lie outside: the system's memory
        ran out, or somebody killed it.

        Raises
        ------
        ClosedError
            If the child was closed meanwhile.
        StartError
            If no worker can be started.
        """
        for _ in range(_ATTEMPTS):
            process = self._running()
            self._items += 1
            reply: Reply | None
            reply, late = _exchange(process, item, self._limits.time_s, self._answer)
            if reply is None or late or reply.worn_out or self._items >= self._limits.items_per_worker:
                self.retire()
            if self._closed:
                raise ClosedError
            if reply is not None:
                return reply
            if late:
                return Reply(failure=f"stopped after {self._limits.time_s:g} s, the time limit for one file")
        return Reply(
            failure=f"it ended the worker process three times ({_manner_of_death(process.returncode)})"
        )

    def close(self) -> None:
        """Kill the worker, whatever it does; the thread in `reply_to` then gets `ClosedError`."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def retire(self) -> None:
        """End the worker and its pipes; called by the thread that calls `reply_to`."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # bytes for a dead process may be left
                    stream.close()
        with self._lock:
            self._process = None

    def _running(self) -> "subprocess.Popen[bytes]":
        for _ in range(_START_ATTEMPTS):
            with self._lock:
                if self._closed:
                    raise ClosedError
                if self._process is not None:
                    return self._process
                process = self._process = _start()
                self._items = 0
            beginning = (self._work, self._limits, self._answer is not None)
            reply, late = _exchange(process, beginning, START_LIMIT_S)
            if reply == READY:
                return process
            self.retire()
            if self._closed:
                raise ClosedError
            if late or process.returncode >= 0:  # so it will be the next time
                break
        raise StartError(f"worker processes cannot start ({_manner_of_death(process.returncode)})")


def _start() -> "subprocess.Popen[bytes]":
    environment = os.environ | dict.fromkeys(_ONE_THREAD, "1")
    environment["PYTHONHASHSEED"] = "0"  # the order of a set must never decide a result
    environment["PYTHONUTF8"] = str(sys.flags.utf8_mode)  # file names must mean the same in both processes
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        # A process group of its own: Ctrl-C on the terminal is for the supervisor alone.
        process_group=None if sys.platform == "win32" else 0,
        creationflags=_creation_flags(),
    )


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


class _AnswerError(Exception):
    """A question of the worker could not be answered; its cause is the error."""


def _exchange(
    process: "subprocess.Popen[bytes]",
    message: Any,
    limit_s: float,
    answer: Callable[[Any], Any] | None = None,
) -> tuple[Any, bool]:
    """Return the answer, None if the process died, and whether it was killed for being late."""
    late = threading.Event()
    timer = threading.Timer(limit_s, _kill_late, (process, late))
    timer.daemon = True
    timer.start()
    try:
        reply = _talk(process.stdin, process.stdout, message)
        while isinstance(reply, Question) and answer is not None:
            reply = _talk(process.stdin, process.stdout, _answered(answer, reply.content))
        return reply, late.is_set()
    except _AnswerError as error:
        raise error.__cause__ or error from None
    except Exception:  # a dying process may leave any half of a pickle behind
        return None, late.is_set()
    finally:
        timer.cancel()


def _answered(answer: Callable[[Any], Any], content: Any) -> Any:
    try:
        return answer(content)
    except Exception as error:  # ours, not the worker's
        raise _AnswerError from error


def _talk(stdin: IO[bytes] | None, stdout: IO[bytes] | None, message: Any) -> Any:
    if stdin is None or stdout is None:
        raise EOFError
    pickle.dump(message, stdin)
    stdin.flush()
    return pickle.load(stdout)


def _kill_late(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _manner_of_death(status: int | None) -> str:
    if status is None or status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
