"""Work on many items in child processes, so that no item can harm another or the caller.

Plan: one thread for each child hands it one item at a time and waits for the reply; the caller's thread only
collects outcomes. A child that dies, hangs or runs out of memory costs its own item and is replaced.
`concurrent.futures` loses the whole batch with one worker, and cannot stop a task that hangs.
"""

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

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
    items: Sequence[Item],
    work: Callable[[Item], Result],
    *,
    jobs: int,
    limits: Limits,
) -> Generator[Outcome[Item, Result], None, None]:
    """Yield the outcome of each item, as they come; the order depends on chance.

    Closing the generator ends all worker processes at once.

    Parameters
    ----------
    items : sequence
        Each must be picklable.
    work : callable
        A function or an object of an importable module; it gets one item in a worker process. An
        `OutputError` that it raises stops the batch; any other error is that item's failure.
    jobs : int
        Number of worker processes, 1 or more. Even a single job has its own process.
    limits : Limits

    Raises
    ------
    BatchStoppedError
        If the work function raised an `OutputError`, or no worker can be started.
    """
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    for item in items:
        todo.put(item)
    outcomes: queue.Queue[Outcome[Item, Result] | BaseException] = queue.Queue()
    children = [Child(work, limits) for _ in range(min(jobs, len(items)))]
    threads = [
        threading.Thread(target=_keep_busy, args=(child, todo, outcomes), daemon=True) for child in children
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in items:
            yield _next(outcomes)
    finally:
        for child in children:
            child.close()
        for thread in threads:
            if thread.is_alive():
                thread.join()


def _keep_busy(
    child: Child,
    todo: "queue.SimpleQueue[Item]",
    outcomes: "queue.Queue[Outcome[Item, Result] | BaseException]",
) -> None:
    try:
        while True:
            item = todo.get_nowait()
            reply = child.reply_to(item)
            if reply.stop is not None:
                outcomes.put(BatchStoppedError(reply.stop))
                return
            outcomes.put(Outcome(item, reply.result, reply.failure))
    except (queue.Empty, ClosedError):
        return
    except StartError as error:
        outcomes.put(BatchStoppedError(str(error)))
    except BaseException as error:  # the caller must hear of it, or it would wait for ever
        outcomes.put(error)
    finally:
        child.retire()


def _next(
    outcomes: "queue.Queue[Outcome[Item, Result] | BaseException]",
) -> Outcome[Item, Result]:
    while True:
        try:
            outcome = outcomes.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome
