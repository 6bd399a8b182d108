"""What has happened since the node began, in numbers without names."""

import threading
from collections import Counter


class Counters:
    """Numbers that only grow; may be counted from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, kind: str = "", *, count: int = 1) -> None:
        """Count something.

        Parameters
        ----------
        name : str
            As "objects".
        kind : str
            Of it, as "stored".
        count : int
        """
        with self._lock:
            self._counts[name, kind] += count

    def counts(self) -> dict[str, dict[str, int]]:
        """Return all numbers: of each name, by kind.

        Examples
        --------
        >>> counters = Counters()
        >>> counters.add("objects", "stored")
        >>> counters.counts()
        {'objects': {'stored': 1}}
        """
        with self._lock:
            every = sorted(self._counts.items())
        found: dict[str, dict[str, int]] = {}
        for (name, kind), count in every:
            found.setdefault(name, {})[kind] = count
        return found
