"""A folder or a place in an object store, for shards and for what comes of them."""

import os
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from ..errors import OutputError, SettingsError
from ..loading.complaints import one_line
from ..whole_files import write_whole
from .addresses import is_address, is_bucket
from .store import GoneError, Store


class Place(Protocol):
    """Where files lie side by side under plain names, each written whole or not at all."""

    @property
    @abstractmethod
    def address(self) -> str:
        """What it is called in errors, and by which another process finds it."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Yield the names of what lies here, not of what lies deeper."""

    @abstractmethod
    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return the content, at most so many bytes and one more; None: there is no such file."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""

    @abstractmethod
    def take(self, name: str, path: Path) -> None:
        """Write a file with the content of one on this machine."""

    @abstractmethod
    def opened(self, name: str) -> BinaryIO | None:
        """Return a file to read in any order; None: there is no such file."""


def place_of(address: str | Path) -> Place:
    """Return the place that an address names; it need not exist.

    Raises
    ------
    SettingsError
        If it is an address, but not of the one kind that is known.
    """
    text = os.fspath(address)
    if is_bucket(text):
        return BucketPlace(Store(text))
    if is_address(text):
        raise SettingsError("only s3:// is known of object stores; the rest must be folders")
    return FolderPlace(Path(os.path.realpath(text)))


@dataclass(frozen=True)
class FolderPlace:
    """A folder, made when something is written."""

    folder: Path

    @property
    def address(self) -> str:
        """Its path."""
        return str(self.folder)

    def names(self) -> Iterator[str]:
        """Yield the names of the files, in no order; an absent folder has none."""
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        yield entry.name
        except FileNotFoundError:
            return
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be read ({error.strerror})") from error

    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return the content, at most so many bytes and one more; None: there is no such file."""
        file = self.opened(name)
        if file is None:
            return None
        with file:
            return file.read(most_bytes + 1)

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        self._make()
        write_whole(self.folder / name, content)

    def take(self, name: str, path: Path) -> None:
        """Write a file with the content of one elsewhere, which may be another file system."""
        self.write(name, path.read_bytes())

    def opened(self, name: str) -> BinaryIO | None:
        """Return a file to read in any order; None: there is no such file."""
        path = self.folder / name
        try:
            return None if not path.is_file() else path.open("rb")
        except OSError as error:
            raise OutputError(f"{one_line(path)}: cannot be read ({error.strerror})") from error

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{self.folder}: cannot be made ({error.strerror}); choose another folder"
            ) from error


@dataclass(frozen=True)
class BucketPlace:
    """A place in an object store."""

    store: Store

    @property
    def address(self) -> str:
        """As it was typed."""
        return self.store.address

    def names(self) -> Iterator[str]:
        """Yield the names of the objects that lie here, not of what lies deeper."""
        return (found.name for found in self.store.listed() if found.name and "/" not in found.name)

    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return the content, at most so many bytes and one more; None: there is no such object."""
        try:
            return self.store.read(name, most_bytes=most_bytes)
        except GoneError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write an object, or replace it."""
        self.store.put(name, content)

    def take(self, name: str, path: Path) -> None:
        """Write an object with the content of a file."""
        self.store.put(name, path.read_bytes())

    def opened(self, name: str) -> BinaryIO | None:
        """Return an object to read in any order; None: there is no such object."""
        try:
            return cast(BinaryIO, self.store.opened(name))
        except GoneError:
            return None
