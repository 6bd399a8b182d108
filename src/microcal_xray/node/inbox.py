"""The durable inbox: an image is in it whole, on the disk, or not at all.

Layout, under a folder that only its owner can open::

    parts/<random>.part              being received; worthless after a restart
    images/<study>/<object>.dcm      acknowledged

A study is named by a hash of its identifier, an object by one of its identifier and one of its bytes. So the
same object has the same name, however often it comes; another content of the same object takes its place.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError
from ..whole_files import PRIVATE_FILE
from .options import Bounds

ENDING = ".dcm"
_OWNER_ALONE = 0o700
_HASH_LETTERS = 32
_CONTENT_LETTERS = 16
_ASK_DISK_EVERY = 8 << 20
_PREAMBLE = b"\0" * 128 + b"DICM"
# The meta group of PS3.10 7.1, without those who made the object: they are in it.
_META_VERSION = b"\x02\x00\x01\x00OB\0\0\x02\0\0\0\0\x01"


class FullError(Exception):
    """There is no room: the inbox has reached its limit, or the disk is nearly full."""


class TooLargeError(Exception):
    """The object is larger than one may be."""


@dataclass(frozen=True)
class Image:
    """An image in the inbox.

    Parameters
    ----------
    size : int
        In bytes.
    arrived : float
        When it was acknowledged, in seconds of the epoch; of the file, so that it outlives a restart.
    """

    size: int
    arrived: float


def hashed(identifier: str) -> str:
    """Return the name that stands for an identifier; no tag's text is ever part of a path.

    Examples
    --------
    >>> hashed("../../x")
    '9cdf6a50100a862e14286c7a334296da'
    """
    return hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()[:_HASH_LETTERS]


class Part:
    """An object that is being received, written to the disk as it comes.

    Parameters
    ----------
    inbox : Inbox
    sop_class, sop_instance, syntax : str
        As the peer announced them: plain text of ASCII.
    """

    def __init__(self, inbox: "Inbox", *, sop_class: str, sop_instance: str, syntax: str) -> None:
        self._inbox = inbox
        self._digest = hashlib.sha256(syntax.encode())
        self.path = inbox.parts / f"{secrets.token_hex(8)}.part"
        self._file = open(  # noqa: SIM115 - it is closed when the object is whole or given up
            self.path, "xb", opener=lambda name, flags: os.open(name, flags, PRIVATE_FILE)
        )
        meta = _meta(sop_class, sop_instance, syntax)
        self._file.write(meta)
        self.start = len(meta)
        self.size = 0  # of the data set, in bytes
        self.problem: Exception | None = None

    def write(self, data: bytes) -> None:
        """Add bytes; from the first problem on they are thrown away, and `problem` says why."""
        if self.problem is not None:
            return
        try:
            self._inbox.take(len(data), before=self.size)
            self.size += len(data)
            self._file.write(data)
            self._digest.update(data)
        except (FullError, TooLargeError, OSError) as error:
            self.problem = error
            self._empty()

    def finish(self) -> None:
        """Bring all bytes to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    @property
    def content(self) -> str:
        """Return the name that stands for the bytes."""
        return self._digest.hexdigest()[:_CONTENT_LETTERS]

    def discard(self) -> None:
        """Remove what was received; does nothing once the inbox has taken it over."""
        self.problem = self.problem or OSError("given up")
        self._empty()
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _empty(self) -> None:
        self._inbox.give(self.size)
        self.size = 0
        with contextlib.suppress(OSError, ValueError):
            self._file.truncate(0)


class Inbox:
    """The images that were acknowledged and are still needed.

    Parameters
    ----------
    folder : Path
        Made if need be. What another process left half received is removed.
    bounds : Bounds
    make_room : callable
        Removes a study that is no longer needed; returns whether there was one.

    Raises
    ------
    OutputError
        If the folder cannot be made or read.
    """

    def __init__(
        self, folder: Path, bounds: Bounds, *, make_room: Callable[[], bool] = lambda: False
    ) -> None:
        self.parts = folder / "parts"
        self._images = folder / "images"
        self._bounds = bounds
        self._make_room = make_room
        self._lock = threading.RLock()
        self._studies: dict[str, dict[str, Image]] = {}
        self._bytes = 0
        try:
            for each in (folder, self.parts, self._images):
                each.mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
                each.chmod(_OWNER_ALONE)
            for part in self.parts.glob("*.part"):
                part.unlink()
            self._read()
        except OSError as error:
            raise OutputError(f"{folder}: cannot hold the inbox ({error.strerror})") from error

    @property
    def size(self) -> int:
        """Bytes of all that is kept and of all that is being received."""
        return self._bytes

    @property
    def is_full(self) -> bool:
        """Whether an object would be refused now."""
        with self._lock:
            count = self._count()
        return (
            self._bytes >= self._bounds.inbox_bytes
            or count >= self._bounds.images
            or self._free() < self._bounds.free_bytes
        )

    def studies(self) -> Mapping[str, Mapping[str, Image]]:
        """Return the images of each study, by their names."""
        with self._lock:
            return {study: dict(images) for study, images in self._studies.items() if images}

    def folder(self, study: str) -> Path:
        """Return where the images of a study are."""
        return self._images / study

    def part(self, *, sop_class: str, sop_instance: str, syntax: str) -> Part:
        """Begin to receive an object.

        Raises
        ------
        OSError
            If it cannot be begun.
        """
        return Part(self, sop_class=sop_class, sop_instance=sop_instance, syntax=syntax)

    def accept(self, part: Part, *, study: str, sop_instance: str) -> bool:
        """Take over a part that is finished; when this returns, it outlives a loss of power.

        Parameters
        ----------
        part : Part
        study, sop_instance : str
            Identifiers.

        Returns
        -------
        bool
            False: the same object was there already.

        Raises
        ------
        OSError
            If it cannot be kept for sure; the peer must not be told that it is.
        """
        study_name, object_name = hashed(study), hashed(sop_instance)
        name = f"{object_name}-{part.content}{ENDING}"
        with self._lock:
            images = self._studies.setdefault(study_name, {})
            if name in images:
                part.discard()
                return False
            folder = self.folder(study_name)
            if not folder.is_dir():
                folder.mkdir(mode=_OWNER_ALONE)
                to_disk(self._images)
            target = folder / name
            part.path.replace(target)
            to_disk(folder)
            status = target.stat()
            images[name] = Image(part.size, status.st_mtime)
            part.size = 0  # it is counted among the images from now on
            for older in [each for each in images if each.startswith(object_name) and each != name]:
                self._remove(study_name, older)
            return True

    def remove_study(self, study: str, *, only: frozenset[str] | None = None) -> None:
        """Remove the images of a study.

        Parameters
        ----------
        study : str
            Its name.
        only : frozenset of str, optional
            Nothing is removed if the study has others than these by now.
        """
        with self._lock:
            images = self._studies.get(study, {})
            if only is not None and not only.issuperset(images):
                return
            for name in list(images):
                self._remove(study, name)
            self._studies.pop(study, None)
            with contextlib.suppress(OSError):
                self.folder(study).rmdir()

    def take(self, count: int, *, before: int) -> None:
        """Count bytes that an object is going to need.

        Parameters
        ----------
        count : int
        before : int
            Bytes that the object has already.

        Raises
        ------
        TooLargeError, FullError
            If it may not have them.
        """
        if before + count > self._bounds.object_bytes:
            raise TooLargeError
        if before // _ASK_DISK_EVERY != (before + count) // _ASK_DISK_EVERY or before == 0:
            self._require_disk()
        with self._lock:
            while self._bytes + count > self._bounds.inbox_bytes or (
                before == 0 and self._count() >= self._bounds.images
            ):
                if not self._make_room():
                    raise FullError
            self._bytes += count

    def give(self, count: int) -> None:
        """Count bytes that an object needs no longer."""
        with self._lock:
            self._bytes -= count

    def _require_disk(self) -> None:
        while self._free() < self._bounds.free_bytes:
            if not self._make_room():
                raise FullError

    def _count(self) -> int:
        return sum(map(len, self._studies.values()))

    def _free(self) -> int:
        return shutil.disk_usage(self._images).free

    def _remove(self, study: str, name: str) -> None:
        image = self._studies[study].pop(name)
        self._bytes -= image.size
        with contextlib.suppress(OSError):
            (self.folder(study) / name).unlink(missing_ok=True)

    def _read(self) -> None:
        """Take over what an earlier process acknowledged."""
        for folder in self._images.iterdir():
            if folder.is_symlink() or not folder.is_dir():
                continue
            images = self._studies.setdefault(folder.name, {})
            for path in sorted(folder.glob(f"*{ENDING}"), key=lambda each: each.stat().st_mtime):
                status = path.stat()
                images[path.name] = Image(status.st_size, status.st_mtime)
                self._bytes += status.st_size
                # The process was killed between taking over the newer one and removing the older.
                stem = path.name[:_HASH_LETTERS]
                for older in [each for each in images if each.startswith(stem) and each != path.name]:
                    self._remove(folder.name, older)


def to_disk(folder: Path) -> None:
    """Make sure that the names in a folder outlive a loss of power; Windows sees to it by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _meta(sop_class: str, sop_instance: str, syntax: str) -> bytes:
    group = _META_VERSION + _identifier(2, sop_class) + _identifier(3, sop_instance) + _identifier(16, syntax)
    return _PREAMBLE + b"\x02\0\0\0UL\x04\0" + struct.pack("<I", len(group)) + group


def _identifier(element: int, value: str) -> bytes:
    text = value.encode("ascii")
    text += b"\0" * (len(text) % 2)
    return struct.pack("<HH2sH", 2, element, b"UI", len(text)) + text
