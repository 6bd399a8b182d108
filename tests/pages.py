"""The pages of the documentation as tests see them: their code, their commands and their links."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_WRITTEN = DOCS / "generated"
_FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?(?P<fence>```+)(?P<language>[^\n`]*)\n"
    r"(?P<code>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!\\)\]\((?!https?:|mailto:)([^)\s]+)\)")
_IN_LINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A block of code on a page.

    Parameters
    ----------
    language : str
        What stands behind the fence; empty: nothing.
    code : str
    line : int
        Of the page, where the code begins.
    reason : str or None
        Why it is not run; None: it is.
    """

    language: str
    code: str
    line: int
    reason: str | None


def pages() -> list[Path]:
    """Return the README and every page that is kept; those that `make docs` writes are left out."""
    kept = (path for path in DOCS.rglob("*.md") if not path.is_relative_to(_WRITTEN))
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(kept)]


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a page in order."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(
            found["language"].strip(),
            found["code"],
            text[: found.start("code")].count("\n") + 1,
            found["reason"],
        )
        for found in _FENCE.finditer(text)
    ]


def prose(path: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    """Return what a page links to within the repository."""
    return _LINK.findall(_IN_LINE.sub("``", prose(path)))


def anchors(path: Path) -> set[str]:
    """Return the names by which the headings of a page are linked to, as code hosts and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).strip().lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def inline_code(path: Path) -> list[str]:
    """Return what stands in backquotes in the prose of a page."""
    return _IN_LINE.findall(prose(path))


def command_lines(block: Block) -> list[str]:
    """Return the `microcal` commands of a block that is no program, one string each, comments left out."""
    joined = block.code.replace("\\\n", " ")
    lines = (line.strip().removeprefix("$ ") for line in joined.splitlines())
    return [line for line in lines if re.match(r"(?:\S*[/\\])?microcal ", line)]
