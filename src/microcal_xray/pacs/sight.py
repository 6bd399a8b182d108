"""What an archive shows of an object that was sent to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """What an archive shows of an object.

    Parameters
    ----------
    is_listed : bool or None
        None: it does not answer that.
    is_same : bool or None
        Whether what it gives back is what was sent. None: it gives nothing back.
    """

    is_listed: bool | None
    is_same: bool | None
