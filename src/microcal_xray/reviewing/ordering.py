"""Who reads which images, and in which order: by a seed alone, so that anybody can work it out again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from ..errors import SettingsError


def blinded_order(files: Iterable[str], *, seed: int, reader: str) -> tuple[str, ...]:
    """Return the images mixed: each reader has an order of their own that says nothing about the results.

    Parameters
    ----------
    files : iterable of str
        Their order has no effect.
    seed : int
    reader : str

    Notes
    -----
    Sorted by the SHA-256 of seed, reader and file, each after the other with a NUL between: a random order,
    the same on every machine and in every version of Python.

    Examples
    --------
    >>> blinded_order(["a", "b", "c"], seed=2, reader="anna")
    ('b', 'c', 'a')
    """
    return tuple(sorted(files, key=lambda file: _key(seed, reader, file)))


def assigned(
    files: Sequence[str], readers: Sequence[str], *, readings: int, seed: int
) -> dict[str, tuple[str, ...]]:
    """Return which images each reader reads, so that each image is read by so many and all read alike.

    Parameters
    ----------
    files : sequence of str
    readers : sequence of str
    readings : int
        Readers for each image; 2 is double reading.
    seed : int

    Returns
    -------
    dict of str to tuple of str
        For each reader the images in their blinded order. The numbers of images differ by one at most, and
        the pairs of readers share as many as that allows.

    Raises
    ------
    SettingsError
        If there are fewer readers than readings, or a reader is named twice.
    """
    if len(set(readers)) != len(readers) or not 1 <= readings <= len(readers):
        raise SettingsError(
            f"{len(readers)} readers for {readings} readings of each image; name as many, each once"
        )
    load: Counter[str] = Counter()
    together: Counter[tuple[str, ...]] = Counter()
    shares: dict[str, list[str]] = {reader: [] for reader in readers}
    groups = list(combinations(sorted(readers), readings))
    for file in blinded_order(files, seed=seed, reader=""):
        group = min(
            groups,
            key=lambda each: (
                sorted((load[reader] for reader in each), reverse=True),
                together[each],
                _key(seed, "\0".join(each), file),
            ),
        )
        load.update(group)
        together[group] += 1
        for reader in group:
            shares[reader].append(file)
    return {reader: blinded_order(share, seed=seed, reader=reader) for reader, share in shares.items()}


def _key(seed: int, reader: str, file: str) -> str:
    text = f"{seed}\0{reader}\0{file}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
