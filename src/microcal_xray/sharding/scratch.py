"""A working folder on this machine that is gone afterwards, even where its owner was killed."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..batch.lock_file import HeldError, LockFile
from ..errors import OutputError

_PREFIX = "microcal-shard-"
_LOCK = "lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a new folder for the owner alone, in the usual place for temporary files.

    Fetched radiographs lie here while they are read, so what a killed run left is removed by the next one.

    Raises
    ------
    OutputError
        If it cannot be made.
    """
    home = Path(tempfile.gettempdir())
    _sweep(home)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        lock = LockFile(folder / _LOCK)
    except OSError as error:
        raise OutputError(f"{home}: a working folder cannot be made ({error.strerror})") from error
    try:
        yield folder
    finally:
        lock.release(remove=False)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(home: Path) -> None:
    with contextlib.suppress(OSError):
        for folder in home.glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError, HeldError):
                if folder.is_symlink() or not _is_ours(folder):
                    continue
                # Without a file of the lock its owner may be about to make it.
                if not (folder / _LOCK).is_file():
                    continue
                lock = LockFile(folder / _LOCK)
                lock.release(remove=False)
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return sys.platform == "win32" or folder.stat().st_uid == os.geteuid()
