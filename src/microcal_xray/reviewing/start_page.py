"""The page on which a reader says who they are."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ..reporting.words import ENGLISH, Language, Words
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


# As browsers have it, so that they refuse what `reader_name` would: letters and digits of any alphabet.
_NAME_PATTERN = r"\s*[\p{L}\p{N}_][\p{L}\p{N}_ .\-]*\s*"


def start_page(
    readers: Sequence[ReaderProgress], *, is_adjudication: bool, words: Words = ENGLISH
) -> tuple[bytes, str]:
    """Return the page and its content policy.

    Parameters
    ----------
    readers : sequence of ReaderProgress
        Those who are known; others may come.
    is_adjudication : bool
    words : Words
    """

    def progress(each: ReaderProgress) -> str:
        return words.filled("desk.progress", {"done": each.done, "all": each.images})

    rows = "".join(
        f'<tr><td><a href="{quote(each.reader)}/">{escape(each.reader)}</a></td>'
        f"<td>{'' if is_adjudication else escape(progress(each))}</td></tr>"
        for each in readers
    )
    title = words.text("server.who_adjudicates" if is_adjudication else "server.who_reads")
    keys = ("server.name", "server.name_rule", "server.open", "server.name_stays", "not_a_device")
    name, rule, enter, stays, not_a_device = (escape(words.text(key)) for key in keys)
    body = f"""<main><h1>{escape(title)}</h1>
<form action="open" method="get">
<label>{name} <input name="reader" required autofocus maxlength="{LONGEST_NAME}"
pattern="{_NAME_PATTERN}" title="{rule}"></label>
<button>{enter}</button>
</form>
<table>{rows}</table>
<p class="quiet">{stays} {not_a_device}</p></main>"""
    return simple_page(title, body, style=_STYLE, language=words.language.value)


def language_of(header: str) -> Language:
    """Return the first language of an Accept-Language header that the pages have, else English.

    Examples
    --------
    >>> language_of("de-DE,fr-CA;q=0.8,en;q=0.5"), language_of("")
    (<Language.FRENCH: 'fr'>, <Language.ENGLISH: 'en'>)
    """
    known = {language.value: language for language in Language}
    asked = (each.strip()[:2].lower() for each in header.split(","))
    return next((known[each] for each in asked if each in known), Language.ENGLISH)
