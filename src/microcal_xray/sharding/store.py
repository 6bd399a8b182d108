"""An object store that speaks S3: list, fetch and put, each whole or not at all.

Logins, regions and endpoints come from where the usual tools have them (AWS_* variables, ~/.aws, the role of
the machine, the configuration of fsspec) and are never seen here. Requests name bucket and key apart: an
address as one text would have to be taken apart again, and a key may hold anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import MicrocalError, OutputError
from ..loading.complaints import one_line
from .addresses import bucket_and_prefix

_PIECE_BYTES = 8 << 20
_ATTEMPTS = 3
# So short that a store that does not answer is told from a file that takes its time.
_PATIENCE = {"connect_timeout": 10, "read_timeout": 30, "retries": {"max_attempts": 2}}


class StoreError(OutputError):
    """The store does not answer as it should. That says nothing of a file, so no result may come of it."""


class GoneError(MicrocalError):
    """There is no such object."""


@dataclass(frozen=True)
class StoredObject:
    """An object below a prefix: its key without that prefix, and its length in bytes."""

    name: str
    bytes: int


def require_s3fs() -> None:
    """Raise unless an object store can be reached.

    Raises
    ------
    MicrocalError
        If s3fs is not installed; the text says how to get it.
    """
    try:
        import s3fs  # an extra of 40 MB, so it may be absent
    except ImportError as error:
        raise MicrocalError("s3:// needs one more package: pip install microcal-xray[s3]") from error
    del s3fs


@dataclass(frozen=True)
class Store:
    """A place in an object store.

    Parameters
    ----------
    address : str
        s3://BUCKET or s3://BUCKET/PREFIX.

    Raises
    ------
    SettingsError
        If it is no such address.
    """

    address: str

    def __post_init__(self) -> None:
        bucket_and_prefix(self.address)

    def listed(self) -> Iterator[StoredObject]:
        """Yield the objects below the prefix in the order of their keys, without holding many of them.

        Raises
        ------
        StoreError
            If they cannot be listed.
        """
        bucket, prefix = bucket_and_prefix(self.address)
        more: dict[str, str] = {}
        while True:
            page = self._asked("list_objects_v2", Bucket=bucket, Prefix=prefix, **more)
            for found in page.get("Contents", ()):
                yield StoredObject(found["Key"][len(prefix) :], int(found["Size"]))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def length(self, name: str) -> int:
        """Return the length of an object in bytes.

        Raises
        ------
        GoneError
            If there is none.
        StoreError
        """
        return int(self._asked("head_object", **self._object(name))["ContentLength"])

    def fetch(self, name: str, path: Path, *, length: int) -> None:
        """Write an object into a file, whose folder must exist.

        Parameters
        ----------
        name : str
        path : Path
        length : int
            So many bytes it must have; no more are fetched, whatever it has become.

        Raises
        ------
        GoneError
            If there is no such object, or it has another length.
        StoreError
        """
        with open(path, "xb") as file:
            while file.tell() < length:
                end = min(file.tell() + _PIECE_BYTES, length)
                piece, whole = self._piece(name, file.tell(), end)
                if whole != length:
                    raise GoneError(f"has {whole} bytes, and had {length} when the shard was made")
                file.write(piece)

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """Return the content of an object, at most so many bytes and one more.

        Raises
        ------
        GoneError
        StoreError
        """
        length = min(self.length(name), most_bytes + 1)
        return self._piece(name, 0, length)[0] if length else b""

    def put(self, name: str, content: bytes) -> None:
        """Write an object, whole or not at all.

        Raises
        ------
        StoreError
        """
        self._asked("put_object", **self._object(name), Body=content)

    def opened(self, name: str) -> Any:
        """Return an object as a file to read in any order; `name` must be one of ours.

        Raises
        ------
        GoneError
        StoreError
        """
        self.length(name)
        where = self._object(name)
        return self._system.open(f"{where['Bucket']}/{where['Key']}", "rb")

    @cached_property
    def _system(self) -> Any:
        return _file_system()

    def _object(self, name: str) -> dict[str, str]:
        bucket, prefix = bucket_and_prefix(self.address)
        return {"Bucket": bucket, "Key": prefix + name}

    def _piece(self, name: str, start: int, end: int) -> tuple[bytes, int]:
        """Return some bytes of an object, up to its end, and how many it has in all."""
        for _ in range(_ATTEMPTS):
            response = self._asked("get_object", **self._object(name), Range=f"bytes={start}-{end - 1}")
            whole = int(str(response.get("ContentRange", "/-1")).rpartition("/")[2])
            try:
                piece = _read(self._system, response["Body"])
            except Exception:  # botocore, aiohttp and asyncio have a type each for a lost connection
                continue
            if len(piece) == min(end, whole) - start:
                return piece, whole
        raise StoreError(
            f"{self._named(self._object(name)['Key'])}: comes in fewer bytes than it has; try again"
        )

    def _asked(self, what: str, **request: Any) -> dict[str, Any]:
        system = self._system
        try:
            answer: dict[str, Any] = system.call_s3(what, **request)
        except FileNotFoundError as error:
            if what in ("get_object", "head_object"):
                raise GoneError("is not in the store") from error
            raise StoreError(
                f"{one_line(self.address)}: there is no such bucket; check the address"
            ) from error
        except Exception as error:
            if what == "get_object" and _is_beyond_the_end(error):
                raise GoneError("is shorter in the store than it was when the shard was made") from error
            raise self._complaint(error, request.get("Key", "")) from error
        return answer

    def _named(self, key: str) -> str:
        return one_line(f"s3://{bucket_and_prefix(self.address)[0]}/{key}", longest=1000)

    def _complaint(self, error: Exception, key: str) -> StoreError:
        """Return the error in our words; those of the libraries may quote what is not ours to show."""
        name = type(error).__name__
        if isinstance(error, PermissionError):
            why = "access is denied; check the login that the environment gives"
        elif "Credential" in name:
            why = "there is no login; give it as for other tools (AWS_ACCESS_KEY_ID, ~/.aws, a role)"
        else:
            why = f"does not answer ({name}); the same command goes on"
        return StoreError(f"{self._named(key)}: {why}")


def _file_system() -> Any:
    require_s3fs()
    import s3fs

    # Beside these, everything is as fsspec and botocore are told elsewhere.
    return s3fs.S3FileSystem(use_listings_cache=False, config_kwargs=_PATIENCE)


def _read(system: Any, body: Any) -> bytes:
    """Return what comes after the head of an answer."""
    from fsspec.asyn import sync

    content: bytes = sync(system.loop, body.read)
    return content


def _is_beyond_the_end(error: Exception) -> bool:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None) or {}
    return bool(response.get("Error", {}).get("Code") == "InvalidRange")
