"""Try again what failed for want of a connection."""

from collections.abc import Callable

from .address import Connection
from .association import PacsError, RefusedError


def with_retries(attempt: Callable[[], None], connection: Connection, pause: Callable[[float], None]) -> None:
    """Call a function until it goes through, as often as the connection says, with longer and longer pauses.

    Parameters
    ----------
    attempt : callable
        Goes on with what is left when it is called again.
    connection : Connection
    pause : callable
        Waits for so many seconds.

    Raises
    ------
    PacsError
        The last one; one that says that trying again is of no use at once.
    """
    for tried in range(connection.retries + 1):
        try:
            attempt()
        except RefusedError:
            raise
        except PacsError:
            if tried == connection.retries:
                raise
            pause(connection.pause_s * 2**tried)
        else:
            return
