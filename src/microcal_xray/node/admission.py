"""Who gets the next association: a pure function, so that fairness can be tested."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_IDLE_S = 3.0


@dataclass(frozen=True)
class Caller:
    """Somebody who asks for an association, or has one.

    Parameters
    ----------
    key : int
        By which it is known.
    host : str
    quiet_s : float
        One who asks: since when, in seconds. One who has an association: how long no byte has come.
    """

    key: int
    host: str
    quiet_s: float


@dataclass(frozen=True)
class Decision:
    """What to do next; None: nothing.

    Parameters
    ----------
    admit : int or None
        Give this caller an association.
    end : int or None
        End the association of this one first.
    """

    admit: int | None = None
    end: int | None = None


def decision(asking: Sequence[Caller], having: Sequence[Caller], *, most: int) -> Decision:
    """Return who gets an association next, and who loses one for it.

    Parameters
    ----------
    asking, having : sequence of Caller
    most : int
        Associations at a time, 1 or more.

    Notes
    -----
    The host with the fewest associations comes first, then whoever waits longest. No host has more than three
    quarters of them, so that one cannot keep out the others. Where none is free, one that is silent for three
    seconds is ended, of the host that has most; one that sends is never ended here.

    Examples
    --------
    >>> decision([Caller(1, "a", 0), Caller(2, "b", 0)], [Caller(3, "a", 9)], most=2)
    Decision(admit=2, end=None)
    >>> decision([Caller(1, "a", 0)], [Caller(2, "b", 4), Caller(3, "b", 8)], most=2)
    Decision(admit=1, end=3)
    """
    held = Counter(caller.host for caller in having)
    per_host = max(1, most * 3 // 4)
    for caller in sorted(asking, key=lambda each: (held[each.host], -each.quiet_s)):
        if held[caller.host] < per_host and len(having) < most:
            return Decision(admit=caller.key)
        # One who is at its own limit can only take the place of its own kind.
        own = held[caller.host] >= per_host
        silent = [
            each for each in having if each.quiet_s >= _IDLE_S and (not own or each.host == caller.host)
        ]
        if silent:
            ended = max(silent, key=lambda each: (held[each.host], each.quiet_s))
            return Decision(admit=caller.key, end=ended.key)
    return Decision()
