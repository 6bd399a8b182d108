"""A lock that the operating system gives back by itself when its holder ends, however it ends."""

import contextlib
import errno
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Not the lock is missing here, but the means: some network file systems have none.
_NO_LOCKS = frozenset([errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP])


class HeldError(Exception):
    """Another process, or another call in this one, holds the lock."""


class LockFile:
    """A lock on a file, taken when this is made.

    Parameters
    ----------
    path : Path
        Made if need be; its folder must exist.

    Raises
    ------
    HeldError
        If it is held already.
    OSError
        If the file cannot be opened, or is a link.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            _lock(self._descriptor)
            # The last holder may have removed the file after we opened it; then others do not see our lock.
            if not os.path.lexists(path) or not os.path.samestat(os.fstat(self._descriptor), os.lstat(path)):
                raise HeldError
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self, *, remove: bool) -> None:
        """Give the lock back, and remove its file or let it lie."""
        if remove:
            self._remove()  # while it is held, so that no other can take it and lose it
        os.close(self._descriptor)
        if remove and sys.platform == "win32":  # which removes no open file
            self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink()


def _lock(descriptor: int) -> None:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise HeldError from error
