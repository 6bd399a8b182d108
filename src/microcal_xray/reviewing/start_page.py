"""The page on which a reader says who they are."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ..reporting.words import NOT_A_DEVICE
from .events import LONGEST_NAME
from .progress import ReaderProgress
from .simple_page import simple_page

_STYLE = """
body{background:#101418;color:#e3e9ee;font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto}
body{padding:0 1rem}a{color:#56b4e9}.quiet{color:#9aa7b2}
input,button{font:inherit;padding:.4rem .6rem;background:#1b2229;color:inherit;border:1px solid #55616b}
input,button{border-radius:.3rem}table{border-collapse:collapse;margin:1rem 0}
td,th{text-align:left;padding:.2rem 1.2rem .2rem 0}
"""


def start_page(readers: Sequence[ReaderProgress], *, is_adjudication: bool) -> tuple[bytes, str]:
    """Return the page and its content policy.

    Parameters
    ----------
    readers : sequence of ReaderProgress
        Those who are known; others may come.
    is_adjudication : bool
    """
    rows = "".join(
        f'<tr><td><a href="{quote(each.reader)}/">{escape(each.reader)}</a></td>'
        f"<td>{'' if is_adjudication else f'{each.done} of {each.images} images done'}</td></tr>"
        for each in readers
    )
    task = "adjudicates" if is_adjudication else "reads"
    body = f"""<h1>Who {task}?</h1>
<form action="open" method="get">
<label>Name <input name="reader" required maxlength="{LONGEST_NAME}" autofocus></label> <button>Open</button>
</form>
<table>{rows}</table>
<p class="quiet">The name stands in the decisions. {escape(NOT_A_DEVICE)}</p>"""
    return simple_page("Who reads?", body, style=_STYLE)
