"""Work on many items in child processes, so that no item can harm another or the caller.

Plan: one thread for each child hands it one item at a time and waits for the reply; the caller's thread only
collects outcomes. A child that dies, hangs or runs out of memory costs its own item and is replaced.
`concurrent.futures` loses the whole batch with one worker, and cannot stop a task that hangs.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import OutputError
from .child import Child, ClosedError, StartError
from .worker import Limits

Item = TypeVar("Item")
Result = TypeVar("Result")

_POLL_S = 0.5  # Windows cannot interrupt a wait without an end by Ctrl-C


class BatchStoppedError(OutputError):
    """The batch had to stop midway: the disk is full, or worker processes cannot be started."""


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What became of one item: a result, or else a failure in one line."""

    item: Item
    result: Result | None
    failure: str | None = None


def supervise(
    items: Iterable[Item],
    work: Callable[..., Result],
    *,
    jobs: int,
    limits: Limits,
    answer: Callable[[Any], Any] | None = None,
) -> Generator[Outcome[Item, Result], None, None]:
    """Yield the outcome of each item, as they come; the order depends on chance.

    Closing the generator ends all worker processes at once.

    Parameters
    ----------
    items : iterable
        Each must be picklable. It is read, by one thread at a time, no faster than the items are worked on.
    work : callable
        A function or an object of an importable module; it gets one item in a worker process. An
        `OutputError` that it raises stops the batch; any other error is that item's failure.
    jobs : int
        Number of worker processes, 1 or more. Even a single job has its own process.
    limits : Limits
    answer : callable, optional
        Answers questions of the work function, which then gets an argument `ask` beside its item; called from
        the threads of the children, one for each job.

    Raises
    ------
    BatchStoppedError
        If the work function raised an `OutputError`, or no worker can be started.
    """
    todo, outcomes = _Todo(items), _Outcomes[Item, Result](room=2 * jobs)
    children = [Child(work, limits, answer) for _ in range(jobs)]
    threads = [
        threading.Thread(target=_keep_busy, args=(child, todo, outcomes), daemon=True) for child in children
    ]
    try:
        for thread in threads:
            thread.start()
        yield from outcomes.until_all_end(jobs)
    finally:
        outcomes.close()
        for child in children:
            child.close()
        for thread in threads:
            if thread.is_alive():
                thread.join()


class _Todo(Generic[Item]):
    """Hands out items to several threads, one after the other."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items: Iterator[Item] = iter(items)
        self._lock = threading.Lock()

    def next(self) -> Item:
        """Return the next item; StopIteration: there is none."""
        with self._lock:
            return next(self._items)


class _Outcomes(Generic[Item, Result]):
    """What the children's threads hand to the caller's; they wait while there is no room."""

    def __init__(self, room: int) -> None:
        self._queue: queue.Queue[Outcome[Item, Result] | BaseException | None] = queue.Queue(room)
        self._closed = threading.Event()

    def put(self, outcome: Outcome[Item, Result] | BaseException | None) -> None:
        """Hand over an outcome, an error that ends the batch, or None: this thread has ended."""
        while not self._closed.is_set():
            try:
                self._queue.put(outcome, timeout=_POLL_S)
            except queue.Full:
                continue
            else:
                return

    def until_all_end(self, threads: int) -> Generator[Outcome[Item, Result], None, None]:
        """Yield outcomes until so many threads have ended."""
        while threads:
            try:
                outcome = self._queue.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is None:
                threads -= 1
            else:
                yield outcome

    def close(self) -> None:
        """Let go of threads that wait for room."""
        self._closed.set()


def _keep_busy(child: Child, todo: "_Todo[Item]", outcomes: "_Outcomes[Item, Result]") -> None:
    try:
        while True:
            try:
                item = todo.next()
            except StopIteration:
                return
            reply = child.reply_to(item)
            if reply.stop is not None:
                outcomes.put(BatchStoppedError(reply.stop))
                return
            outcomes.put(Outcome(item, reply.result, reply.failure))
    except ClosedError:
        return
    except StartError as error:
        outcomes.put(BatchStoppedError(str(error)))
    except BaseException as error:  # the caller must hear of it, or it would wait for ever
        outcomes.put(error)
    finally:
        child.retire()
        outcomes.put(None)
