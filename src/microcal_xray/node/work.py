"""Who works on which study: one thing at a time for each, the longest waiting first."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from .inbox import Image, Inbox
from .records import Records
from .studies import Record, Step, next_step, revision


class Work:
    """The studies in the inbox and what is to be done with them.

    Parameters
    ----------
    inbox : Inbox
    records : Records
    settle_s, keep_s : float
    """

    def __init__(self, inbox: Inbox, records: Records, *, settle_s: float, keep_s: float) -> None:
        self._inbox, self._records = inbox, records
        self._settle_s, self._keep_s = settle_s, keep_s
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    @contextmanager
    def claimed(self, wanted: Step) -> Iterator[tuple[str, Mapping[str, Image]] | None]:
        """Give a study that needs a step, with its images, to nobody else meanwhile; None: there is none."""
        study = None
        images: Mapping[str, Image] = {}
        for name, found in self._by_age():
            if self._step(found, self._records.of(name)) is wanted and self._claim(name):
                study, images = name, found
                break
        try:
            yield None if study is None else (study, images)
        finally:
            if study is not None:
                with self._lock:
                    self._busy.discard(study)

    def forget_one(self) -> bool:
        """Remove the images of the study that was finished first, in favour of new ones."""
        done = [
            (record.finished_s, study, images)
            for study, images in self._inbox.studies().items()
            if (record := self._records.of(study)).finished_s is not None
            and record.analyzed == revision(images)
        ]
        for _, study, images in sorted(done, key=lambda each: each[0] or 0.0):
            if self._claim(study):
                try:
                    self._forget(study, images)
                finally:
                    with self._lock:
                        self._busy.discard(study)
                return True
        return False

    def forget_the_old(self) -> int:
        """Remove the images of studies that were finished long ago; return their number."""
        count = 0
        while True:
            with self.claimed(Step.FORGET) as claim:
                if claim is None:
                    return count
                self._forget(*claim)
                count += 1

    def states(self) -> dict[str, int]:
        """Return how many studies are in each state now."""
        counts = Counter(
            "busy" if study in self._busy else self._state(images, self._records.of(study))
            for study, images in self._inbox.studies().items()
        )
        return dict(sorted(counts.items()))

    def _forget(self, study: str, images: Mapping[str, Image]) -> None:
        self._inbox.remove_study(study, only=frozenset(images))
        self._records.drop_from_memory(study)

    def _claim(self, study: str) -> bool:
        with self._lock:
            if study in self._busy:
                return False
            self._busy.add(study)
            return True

    def _by_age(self) -> list[tuple[str, Mapping[str, Image]]]:
        with suppress(ValueError):
            return sorted(
                self._inbox.studies().items(),
                key=lambda item: min(image.arrived for image in item[1].values()),
            )
        return []

    def _step(self, images: Mapping[str, Image], record: Record) -> Step:
        return next_step(images, record, now_s=time.time(), settle_s=self._settle_s, keep_s=self._keep_s)

    def _state(self, images: Mapping[str, Image], record: Record) -> str:
        if record.analyzed != revision(images):
            return "to_analyze" if self._step(images, record) is Step.ANALYZE or record.tries else "settling"
        return "finished" if record.finished_s is not None else "to_send"
