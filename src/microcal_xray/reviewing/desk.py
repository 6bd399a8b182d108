"""The page that a reader gets: report.html of the output folder, told where its server is."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UnreadableResultError
from ..reporting.page import PageKind, page_mark

_HEAD_BYTES = 16384
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="(default-src \'none\';[^"]*)">')
_FIRST_SCRIPT = re.compile(rb"<script[ >]")
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_WRITE_AGAIN = "run `microcal analyze` again"


def desk_page(page: bytes, block: Mapping[str, Any]) -> bytes:
    r"""Return the report page with the block `desk-server`, which may talk to its own server and no other.

    A block of type application/json is data: browsers never run it, so the content policy needs no hash for
    it. All that the policy is widened by is `connect-src 'self'`, unless the page has it already.

    Parameters
    ----------
    page : bytes
        report.html.
    block : mapping
        What the page is told; see docs/review.md.

    Raises
    ------
    UnreadableResultError
        If the page is none of ours.

    Examples
    --------
    >>> meta = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:">'
    >>> page = desk_page(f"{meta}<body><script>1</script>".encode(), {"api": "events"})
    >>> print(page.decode().partition("<body>")[2])
    <script type="application/json" id="desk-server">{"api": "events"}</script>
    <script>1</script>
    """
    policy = _POLICY.search(page[:_HEAD_BYTES])
    script = _FIRST_SCRIPT.search(page, policy.end()) if policy else None
    if policy is None or script is None:
        raise UnreadableResultError(f"report.html is no report page of ours; {_WRITE_AGAIN}")
    rules = policy.group(1)
    if b"connect-src" not in rules:
        rules = rules.replace(b"default-src 'none';", b"default-src 'none'; connect-src 'self';", 1)
    text = f'<script type="application/json" id="desk-server">{json_in_page(block)}</script>\n'
    return b"".join(
        [
            page[: policy.start(1)],
            rules,
            page[policy.end(1) : script.start()],
            text.encode(),
            page[script.start() :],
        ]
    )


def read_report_page(out: Path) -> bytes:
    """Return report.html of an output folder.

    Raises
    ------
    UnreadableResultError
        If it is not there.
    """
    path = out / "report.html"
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableResultError(f"{path}: cannot be read ({error.strerror}); {_WRITE_AGAIN}") from error


def require_desk(out: Path) -> None:
    """Do nothing where report.html of an output folder is the page of a batch, which can be served.

    Parameters
    ----------
    out : Path
        The output folder.

    Raises
    ------
    UnreadableResultError
        If it is not there, or is the index of pages per image.
    """
    path = out / "report.html"
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableResultError(f"{path}: cannot be read ({error.strerror}); {_WRITE_AGAIN}") from error
    if page_mark(PageKind.INDEX).encode() in head:
        raise UnreadableResultError(
            f"{path}: is the index of pages per image; run the same `microcal analyze` with --pages batch"
        )


def json_in_page(document: Mapping[str, Any]) -> str:
    """Return an object as JSON that cannot end the script element it stands in."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    for character, escaped in _IN_SCRIPT.items():
        text = text.replace(character, escaped)
    return text.encode("utf-8", "backslashreplace").decode()
