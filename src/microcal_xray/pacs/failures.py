"""What can go wrong between us and an archive; the class says whether trying again is of use."""

from ..errors import MicrocalError


class PacsError(MicrocalError):
    """The archive cannot be reached, or refuses us."""


class BusyError(PacsError):
    """The archive has no time or no room now; later it may.

    Parameters
    ----------
    reason : str
    wait_s : float
        How long it asks us to wait, 0 if it does not say.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class RefusedError(PacsError):
    """The archive answered, and will answer the same again: trying once more is of no use."""


class UnusableAnswerError(RefusedError):
    """The answer about one object cannot be used; that about another may be."""
