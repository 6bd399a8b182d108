"""Which images keep their pixels where not all can: those with the strongest candidates, as many as fit."""

from .foreign_text import printable_text
from .results import ImageResult


class StrongestFirst:
    """The images with the strongest candidates whose sizes together are within a limit.

    Images may come in any order, and the choice is the same: the longest row of the strongest that fits. What
    was dropped once stays dropped, so that its pixels can be let go at once.

    Parameters
    ----------
    limit_bytes : int

    Examples
    --------
    >>> from microcal_xray.reporting import skipped_result
    >>> strongest = StrongestFirst(10)
    >>> strongest.add(skipped_result("b", ""), 6), strongest.add(skipped_result("a", ""), 6)
    ([], ['b'])
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._kept: dict[str, tuple[tuple[float, str], int]] = {}
        self._bytes = 0
        self._strongest_dropped: tuple[float, str] | None = None

    def add(self, result: ImageResult, size_bytes: int) -> list[str]:
        """Take an image in and return the files that are dropped for it, itself perhaps among them.

        Parameters
        ----------
        result : ImageResult
        size_bytes : int
            Of its pixels as they would be kept.
        """
        score = result.candidates[0].score if result.candidates else float("-inf")
        place = (-score, printable_text(result.file))  # smaller is stronger
        self._kept[result.file] = (place, size_bytes)
        self._bytes += size_bytes
        dropped = []
        while self._kept and (self._bytes > self._limit_bytes or self._is_behind_a_dropped()):
            weakest = max(self._kept, key=lambda file: self._kept[file][0])
            place, size_bytes = self._kept.pop(weakest)
            self._bytes -= size_bytes
            if self._strongest_dropped is None or place < self._strongest_dropped:
                self._strongest_dropped = place
            dropped.append(weakest)
        return dropped

    def _is_behind_a_dropped(self) -> bool:
        weakest = max(place for place, _ in self._kept.values())
        return self._strongest_dropped is not None and weakest > self._strongest_dropped
