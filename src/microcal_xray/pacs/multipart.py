"""The first part of a multipart answer (RFC 2046), as it comes, with little of it in memory."""

from collections.abc import Iterator

_MOST_BEFORE = 1 << 16  # bytes before the first part, and of its headers
_LONGEST_BOUNDARY = 200  # the RFC allows 70


class BrokenMultipartError(Exception):
    """What came is no multipart, or ends before its part does."""


def first_part(chunks: Iterator[bytes], boundary: str | None) -> Iterator[bytes]:
    r"""Yield the bytes of the first part, without its headers.

    Parameters
    ----------
    chunks : iterator of bytes
        The body of the answer, cut anywhere.
    boundary : str or None
        As the header has it.

    Raises
    ------
    BrokenMultipartError
        If there is no such part, or not its end.

    Examples
    --------
    >>> list(first_part(iter([b"--x\r\nA: b\r\n\r\npix", b"els\r\n--x--"]), "x"))
    [b'pixels']
    """
    if not boundary or len(boundary) > _LONGEST_BOUNDARY:
        raise BrokenMultipartError("it has no boundary")
    line = b"\r\n--" + boundary.encode("latin-1", "replace")
    held = _after(line, b"\r\n", chunks)  # the first one may stand at the very start
    held = _after(b"\r\n\r\n", held, chunks)
    while (end := held.find(line)) < 0:
        if len(held) >= len(line):
            done = len(held) - len(line) + 1  # the rest may be the beginning of the boundary
            yield held[:done]
            held = held[done:]
        held += _next(chunks)
    if end:
        yield held[:end]


def _after(mark: bytes, held: bytes, chunks: Iterator[bytes]) -> bytes:
    while mark not in held:
        if len(held) > _MOST_BEFORE:
            raise BrokenMultipartError("its part does not begin")
        held += _next(chunks)
    return held.split(mark, 1)[1]


def _next(chunks: Iterator[bytes]) -> bytes:
    for chunk in chunks:
        return chunk
    raise BrokenMultipartError("it ends too early")
