"""Shards on a Dask cluster. A task is a shard, never a file: each costs the scheduler a millisecond.

Nothing depends on the cluster's memory of what was done. A part is there or it is not; whoever submits again,
after any death, has the same shards submitted, and those with a part answer at once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ..batch import BatchOptions
from ..batch.differences import differences
from ..batch.supervisor import BatchStoppedError
from ..errors import MicrocalError, OutputError
from ..loading.complaints import one_line
from ..reporting.capsule import run_capsule
from .making import index_of
from .place import Place, place_of
from .running import ShardSummary, analyze_shard, numbered_shard

_CONNECT_S = 30
_MOST_AT_ONCE = 20_000  # so many futures a client holds without trouble; more are submitted as they end


@dataclass(frozen=True)
class ShardOutcome:
    """What became of a shard on the cluster.

    Parameters
    ----------
    number : int
        Of the shard.
    summary : ShardSummary or None
        None: it has no part.
    failure : str or None
        Why it has none, in one line.
    """

    number: int
    summary: ShardSummary | None
    failure: str | None = None


def require_distributed() -> None:
    """Raise unless a cluster can be spoken to.

    Raises
    ------
    MicrocalError
        If Dask is not installed; the text says how to get it.
    """
    try:
        import distributed  # an extra of 20 MB, so it may be absent
    except ImportError as error:
        raise MicrocalError("--dask needs one more package: pip install microcal-xray[cluster]") from error
    del distributed


def analyze_on_dask(
    shards: Place,
    out: Place,
    *,
    scheduler: str,
    options: BatchOptions,
    root: str | None = None,
    report: Callable[[ShardOutcome, int], None] = lambda outcome, shards: None,
) -> list[ShardOutcome]:
    """Have all shards analysed by a cluster, and return what became of each.

    Parameters
    ----------
    shards, out : Place
        Both must be there for every worker under the same address: a shared folder, or s3://.
    scheduler : str
        Its address, as tcp://10.0.0.1:8786. Logins and certificates are those of Dask's configuration.
    options : BatchOptions
        `jobs`: of one shard, whose task takes one thread of a worker; None: one.
    root : str, optional
        As of `analyze_shard`.
    report : callable, optional
        Called with an outcome and the number of all shards as each ends.

    Returns
    -------
    list of ShardOutcome
        By number. A shard whose worker died is given to another; only after several deaths it fails.

    Raises
    ------
    SettingsError
        If the shards are not complete.
    OutputError
        If the scheduler cannot be reached.
    BatchStoppedError
        If it is gone before the end.
    MicrocalError
        If Dask is not installed.
    """
    require_distributed()
    count = index_of(shards).shards
    order = _Order(shards.address, out.address, replace(options, jobs=options.jobs or 1), root, run_capsule())
    outcomes = []
    with _gone_in_one_line(scheduler), _connected(scheduler) as client:
        for outcome in _submitted(client, order, count):
            outcomes.append(outcome)
            report(outcome, count)
    return sorted(outcomes, key=lambda outcome: outcome.number)


@dataclass(frozen=True)
class _Order:
    """What all tasks have in common; the client's capsule goes along, since all must be of one release."""

    shards: str
    out: str
    options: BatchOptions
    root: str | None
    capsule: dict[str, Any]


class _GoneError(Exception):
    """The scheduler does not answer any more."""


@contextmanager
def _gone_in_one_line(scheduler: str) -> Iterator[None]:
    """Say in one line that the scheduler is gone; Dask says it in several screens, which are left out."""
    from distributed.comm.core import CommClosedError

    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "distributed.core")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    except (_GoneError, CommClosedError) as error:
        raise BatchStoppedError(
            f"{one_line(scheduler)}: the scheduler is gone; parts that are there are left, "
            "the same command goes on when there is one"
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _connected(scheduler: str) -> Any:
    from distributed import Client

    try:
        return Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:  # nobody there; no address
        raise OutputError(
            f"{one_line(scheduler)}: no scheduler answers there ({type(error).__name__}); "
            "the same command goes on when there is one"
        ) from error


def _submitted(client: Any, order: _Order, count: int) -> Iterator[ShardOutcome]:
    from distributed import as_completed

    waiting = iter(range(count))
    numbers: dict[str, int] = {}

    def submit(number: int) -> Any:
        future = client.submit(_analyzed, order, number, pure=False)
        numbers[future.key] = number
        return future

    first = [submit(number) for number in islice(waiting, _MOST_AT_ONCE)]
    ended = as_completed(first, loop=client.loop)
    for future in ended:
        number = numbers.pop(future.key)
        if future.status not in ("finished", "error"):  # nobody cancels tasks but a cluster that ends
            raise _GoneError
        yield _outcome(number, future)
        future.release()
        if (following := next(waiting, None)) is not None:
            ended.add(submit(following))


def _outcome(number: int, future: Any) -> ShardOutcome:
    if future.status == "finished":
        found: ShardSummary | str = future.result()
        if isinstance(found, str):
            return ShardOutcome(number, None, found)
        return ShardOutcome(number, found)
    name = type(future.exception()).__name__
    if name == "KilledWorker":
        return ShardOutcome(number, None, "its workers died several times, perhaps for want of memory")
    return ShardOutcome(number, None, f"unexpected {name} on a worker")


def _analyzed(order: _Order, number: int) -> ShardSummary | str:
    """Analyse one shard on a worker; a text says why that could not be."""
    try:
        if found := differences(order.capsule, run_capsule()):
            return f"the worker has something else installed than the client ({found[0]})"
        shard = numbered_shard(place_of(order.shards), number)
        return analyze_shard(shard, place_of(order.out), options=order.options, root=order.root)
    except MicrocalError as error:
        return one_line(error)
