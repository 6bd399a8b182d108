"""One file of a shard, as it is analysed in a worker process: fetched, read, searched, no pictures."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..batch.journal_rows import FileResult
from ..batch.one_file import radiograph_or_result
from ..errors import OutputError
from ..loading.size_limit import MAXIMUM_FILE_BYTES
from ..origin import Origin, Reading, pixel_sha256
from ..pipeline import find_lines
from ..reporting import ImageResult, failed_result, searched_result, written
from ..settings import Settings
from .addresses import is_bucket
from .store import GoneError, Store


@dataclass(frozen=True)
class ShardTask:
    """One file of a shard.

    Parameters
    ----------
    file : str
        Its name in the outputs, relative to the root.
    bytes : int
        Its length when the shard was made.
    fetched : Path
        Where it may lie while it is read, if it comes from elsewhere.
    is_first : bool
        It is searched whatever other file has the same pixels.
    """

    file: str
    bytes: int
    fetched: Path
    is_first: bool = False


@dataclass(frozen=True)
class ShardAnalysis:
    """How each file of a shard is read and searched.

    Parameters
    ----------
    root : str
    settings : Settings
    reading : Reading
    """

    root: str
    settings: Settings
    reading: Reading

    def __call__(self, task: ShardTask, ask: Callable[[tuple[str, str]], str | None]) -> FileResult:
        """Analyse one file.

        Parameters
        ----------
        task : ShardTask
        ask : callable
            As of `FileAnalysis`.

        Raises
        ------
        OutputError
            If the store does not answer, or the root is gone: the shard is then tried again, rather than that
            the file fails.
        """
        if not is_bucket(self.root):
            return self._of_path(Path(self.root) / task.file, task, ask)
        if task.bytes > MAXIMUM_FILE_BYTES:  # which any reader would refuse: not worth fetching
            return self._failed(task, f"{task.bytes} bytes are more than the limit of {MAXIMUM_FILE_BYTES}")
        try:
            Store(self.root).fetch(task.file, task.fetched, length=task.bytes)
            return self._of_path(task.fetched, task, ask)
        except GoneError as error:
            return self._failed(task, str(error))
        except OSError as error:
            raise OutputError(f"{task.fetched.parent}: cannot be written ({error.strerror})") from error
        finally:
            task.fetched.unlink(missing_ok=True)

    def _of_path(
        self, path: Path, task: ShardTask, ask: Callable[[tuple[str, str]], str | None]
    ) -> FileResult:
        length = _length(path)
        if length is not None and length != task.bytes:
            return self._failed(task, f"has {length} bytes, and had {task.bytes} when the shard was made")
        radiograph = radiograph_or_result(path, task.file, self.reading)
        if isinstance(radiograph, ImageResult):
            if not is_bucket(self.root) and not os.path.isdir(self.root):
                raise OutputError(f"{self.root}: is gone; the same command goes on when it is back")
            return FileResult(written(radiograph))
        pixels = pixel_sha256(radiograph.pixels, radiograph.usable)
        instance = (radiograph.origin or Origin()).instance_sha256
        if not task.is_first and ask((pixels, task.file)) is not None:
            return FileResult(None, pixels, instance, left=task.file)
        findings = find_lines(radiograph, self.settings)
        return FileResult(written(searched_result(findings, task.file)), pixels, instance)

    def _failed(self, task: ShardTask, reason: str) -> FileResult:
        return FileResult(written(failed_result(task.file, reason, origin=Origin(reading=self.reading))))


def _length(path: Path) -> int | None:
    """Return the length of a file; None: reading it will say what is wrong."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return None
