"""A log that a peer cannot fill: what it repeats is counted, and told now and then."""

import threading
import time
from collections.abc import Callable

Log = Callable[[str, dict[str, object]], None]

_WINDOW_S = 60.0
_LINES = 20
_MOST_PEERS = 256
_OTHERS = "others"


class QuieterLog:
    """Pass events on, but of each sort from each peer only so many in a minute.

    Parameters
    ----------
    log : callable
        Gets what is passed on, and for the rest `left out` with a number.
    clock : callable, optional
        Returns seconds.

    Notes
    -----
    Peers are told apart by the value `from`; an event without it is always passed on.
    """

    def __init__(self, log: Log, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], int] = {}
        self._since = clock()

    def __call__(self, event: str, values: dict[str, object]) -> None:
        """Pass an event on, or count it."""
        self.tell()
        if "from" in values:
            with self._lock:
                peer = str(values["from"])
                if (event, peer) not in self._counts and len(self._counts) >= _MOST_PEERS:
                    peer = _OTHERS
                count = self._counts[event, peer] = self._counts.get((event, peer), 0) + 1
            if count > _LINES:
                return
        self._log(event, values)

    def tell(self) -> None:
        """Once a minute is over, say what was left out in it."""
        with self._lock:
            now = self._clock()
            if now - self._since < _WINDOW_S:
                return
            self._since = now
            over = {key: count - _LINES for key, count in self._counts.items() if count > _LINES}
            self._counts.clear()
        for (event, peer), times in over.items():
            self._log("left out", {"event": event, "from": peer, "times": times})
