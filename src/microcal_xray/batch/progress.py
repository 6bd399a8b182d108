"""How far a batch is."""

from dataclasses import dataclass, replace

from ..reporting import Status


@dataclass(frozen=True)
class Progress:
    """How far a batch is, told after each file.

    Parameters
    ----------
    total, done, failed, skipped : int
        Numbers of files; `done` counts all that are finished, the failed and the skipped too.
    file : str or None
        The file that was just finished; None in the first report, before any is.
    status : Status or None
    reason : str or None
        Why it failed or was skipped.
    resumed : int
        How many of those that are done an earlier run had finished.
    """

    total: int
    done: int = 0
    failed: int = 0
    skipped: int = 0
    file: str | None = None
    status: Status | None = None
    reason: str | None = None
    resumed: int = 0

    def after(self, file: str, status: Status, reason: str | None) -> "Progress":
        """Return the progress with one more file finished.

        Examples
        --------
        >>> Progress(total=2).after("a.dcm", Status.FAILED, "the file is empty").failed
        1
        """
        return replace(
            self,
            done=self.done + 1,
            failed=self.failed + (status is Status.FAILED),
            skipped=self.skipped + (status is Status.SKIPPED),
            file=file,
            status=status,
            reason=reason,
        )
