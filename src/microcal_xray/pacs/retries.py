"""Try again what failed for want of a connection."""

from collections.abc import Callable
from typing import TypeVar

from .address import Connection
from .failures import BusyError, PacsError, RefusedError

_LONGEST_WAIT_S = 60.0  # whatever an archive asks for
_Result = TypeVar("_Result")


def with_retries(
    attempt: Callable[[], _Result], connection: Connection, pause: Callable[[float], None]
) -> _Result:
    """Call a function until it goes through, as often as the connection says, with longer and longer pauses.

    Parameters
    ----------
    attempt : callable
        Goes on with what is left when it is called again.
    connection : Connection
    pause : callable
        Waits for so many seconds.

    Returns
    -------
    whatever the function returns

    Raises
    ------
    PacsError
        The last one; one that says that trying again is of no use at once.
    """
    tried = 0
    while True:
        try:
            return attempt()
        except RefusedError:
            raise
        except PacsError as error:
            if tried == connection.retries:
                raise
            asked_s = min(error.wait_s, _LONGEST_WAIT_S) if isinstance(error, BusyError) else 0.0
        pause(max(connection.pause_s * 2**tried, asked_s))
        tried += 1
