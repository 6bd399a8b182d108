"""Small pages of the server's own: nothing is loaded, and nothing runs but what is known by its hash."""

import base64
import hashlib
from html import escape


def simple_page(
    title: str, body: str, *, style: str, script: str = "", language: str = "en"
) -> tuple[bytes, str]:
    """Return a page and the content policy that it is sent with.

    Parameters
    ----------
    title : str
    body : str
        HTML, every foreign text in it escaped.
    style, script : str
    language : str
        In which it is written.

    Examples
    --------
    >>> page, policy = simple_page("A & B", "<p>1</p>", style="p{color:red}")
    >>> "A &amp; B" in page.decode(), "script-src" in policy
    (True, False)
    """
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    ending = ""
    if script:
        rules += [f"script-src {_hash(script)}", "connect-src 'self'"]
        ending = f"<script>{script}</script>"
    page = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'  # else browsers ask for one
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body>{body}{ending}</body></html>\n"
    )
    return page.encode("utf-8", "backslashreplace"), "; ".join(rules)


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
