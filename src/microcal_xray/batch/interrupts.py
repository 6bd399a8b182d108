"""Ctrl-C while something must be finished."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C and the request to end (SIGTERM) meanwhile; only the main thread hears of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # None is a handler that was not set by Python, and that Python could not set again.
    before = {end: handler for end in _ENDS if (handler := signal.getsignal(end)) is not None}
    try:
        for end in before:
            signal.signal(end, signal.SIG_IGN)
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)
