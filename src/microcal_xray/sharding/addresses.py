"""Where things lie: a folder, or s3://BUCKET/PREFIX. No address holds a login."""

import os
import re
from pathlib import Path

from ..errors import SettingsError
from ..loading.complaints import one_line

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(//|:)")  # two letters or more: C:\ is a folder
_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
_LONGEST = 4096


def is_bucket(address: str) -> bool:
    """Return whether an address names a place in an object store."""
    return address.startswith("s3://")


def bucket_and_prefix(address: str) -> tuple[str, str]:
    """Return the bucket and the prefix of its keys, which is empty or ends in a slash.

    Raises
    ------
    SettingsError
        If it is no such address. The text does not repeat it: it may hold a login.

    Examples
    --------
    >>> bucket_and_prefix("s3://clinic"), bucket_and_prefix("s3://clinic/2024/")
    (('clinic', ''), ('clinic', '2024/'))
    """
    found = _BUCKET.fullmatch(address)
    prefix = (found[2] or "").rstrip("/") if found else ""
    wrong = bool(prefix) and any(part in ("", ".", "..") for part in prefix.split("/"))
    if found is None or wrong or len(address) > _LONGEST:
        raise SettingsError(
            "an address in an object store must read s3://BUCKET or s3://BUCKET/PREFIX; "
            "the login comes from the environment"
        )
    return found[1], f"{prefix}/" if prefix else ""


def require_root(root: object) -> str:
    """Return what the names of a shard are relative to: an absolute folder, or an address in an object store.

    Raises
    ------
    SettingsError
        If it is neither.

    Examples
    --------
    >>> require_root("http://example.org")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: the root must be an absolute folder, or s3://BUCKET/PREFIX
    """
    if isinstance(root, str) and is_bucket(root):
        bucket_and_prefix(root)
        return root
    if not isinstance(root, str) or "\0" in root or len(root) > _LONGEST or not os.path.isabs(root):
        raise SettingsError("the root must be an absolute folder, or s3://BUCKET/PREFIX")
    return root


def given_root(text: str) -> str:
    """Return the root that a user names: an address in an object store, or a folder that is there.

    Raises
    ------
    SettingsError
        If it is neither, or another kind of address.
    """
    if is_bucket(text):
        return require_root(text)
    if _SCHEME.match(text):
        raise SettingsError("only s3:// is known of object stores; the rest must be folders")
    if not Path(text).is_dir():
        raise SettingsError(f"{one_line(text)}: no such folder; check the path")
    return os.path.realpath(text)


def is_address(text: str) -> bool:
    r"""Return whether a text names a scheme, known or not, and so is no folder.

    Examples
    --------
    >>> is_address("s3://clinic"), is_address("C:\\scans"), is_address("scans")
    (True, False, False)
    """
    return _SCHEME.match(text) is not None
