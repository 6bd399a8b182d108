"""The pages lead somewhere: links, commands, options and sub-commands are those that there are."""

import contextlib
import importlib
import io
import re
import shlex

import pytest

from pages import DOCS, ROOT, anchors, blocks, command_lines, inline_code, links, pages

front = importlib.import_module("microcal_xray.cli.main")  # the package has a function of that name
_OF_PIP = {"--require-hashes", "--no-deps", "--no-build-isolation"}
PAGES = pages()
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def options_of(parser) -> set[str]:
    """Return every option of a parser and of its sub-commands."""
    found: set[str] = set()
    for action in parser._actions:
        found.update(action.option_strings)
        for sub in (action.choices or {}).values() if hasattr(action.choices, "values") else ():
            found |= options_of(sub)
    return found


def sub_commands() -> set[str]:
    return set(next(a for a in front._parser()._actions if hasattr(a.choices, "values")).choices)


def parses(line: str) -> bool:
    """Say whether the command line's own parser takes a line."""
    words = shlex.split(re.sub(r"\[([a-z,]+)\]", r"\1", line), comments=True)
    words = words[: next((i for i, word in enumerate(words) if word.startswith(">")), len(words))]
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            front._parser().parse_args(words[1:])
    except SystemExit as end:
        return end.code == 0
    return True


@each_page
def test_every_link_leads_somewhere(page):
    for link in links(page):
        target, _, anchor = link.partition("#")
        assert "generated" not in target, f"{page.name}: {link} is not there on a code host"
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in anchors(path), f"{page.name}: {link}"


def test_links_and_headings_are_read_as_a_reader_does(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`, three\n[a](b.md#c) `[no](d.md)`\n```text\n[no](e.md)\n```\n[f](https://g)\n"
    )
    assert links(page) == ["b.md#c"]
    assert anchors(page) == {"one-two-three"}


@each_page
def test_every_command_is_one_that_the_parser_takes(page):
    for block in blocks(page):
        if block.language in ("", "sh", "console"):
            for line in command_lines(block):
                assert parses(line), f"{page.name}: {line}"


def test_a_wrong_command_is_noticed():
    assert parses("microcal analyze a.dcm --out report  # a comment")
    assert not parses("microcal analyze a.dcm --out report --false-mark-rate 1")
    assert not parses("microcal analyse a.dcm --out report")


@each_page
def test_every_option_in_the_text_is_one_that_there_is(page):
    known = options_of(front._parser()) | options_of_the_tools() | _OF_PIP
    for code in inline_code(page):
        if re.match(r"(?:microcal )?[^/]*--[a-z]", code):
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", code):
                assert option in known, f"{page.name}: {code}"


def options_of_the_tools() -> set[str]:
    """Return the options of the scripts of this repository, which pages name too."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tools").glob("*.py")]
    return {option for source in sources for option in re.findall(r"--[a-z][a-z-]*[a-z]", source)}


def test_every_sub_command_gets_a_page(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    command_pages = importlib.import_module("making.command_pages")
    command_pages.write_command_pages(tmp_path)
    assert {path.stem for path in tmp_path.glob("*.md")} == sub_commands() | {"index"}
    for name, parser in command_pages.sub_commands().items():
        page = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
        for option in options_of(parser):
            assert f"`{option}" in page, f"{name}: {option}"
        assert "%(default)" not in page


def test_every_public_room_gets_a_page_of_the_python_reference(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(DOCS))
    api_pages = importlib.import_module("making.api_pages")
    public = {
        f"microcal_xray.{path.parent.name}"
        for path in (ROOT / "src" / "microcal_xray").glob("*/__init__.py")
        if "__all__" in path.read_text(encoding="utf-8")
    }
    assert public - {"microcal_xray.cli"} <= set(api_pages.ROOMS)


def test_every_setting_gets_a_row(monkeypatch, tmp_path):
    pytest.importorskip("numpydoc")
    monkeypatch.syspath_prepend(str(DOCS))
    importlib.import_module("making.settings_page").write_settings_page(tmp_path / "settings.md")
    text = (tmp_path / "settings.md").read_text(encoding="utf-8")
    from microcal_xray import Settings

    for name, default in Settings().as_dict().items():
        assert f"| `{name}` | {default:g} |" in text


def test_every_page_is_reached_from_the_first():
    reached: set = set()

    def visit(page):
        if page in reached or not page.is_file():
            return
        reached.add(page)
        for block in blocks(page):
            if block.language == "{toctree}":
                for line in block.code.splitlines():
                    if line and not line.startswith(":"):
                        visit((page.parent / f"{line}.md").resolve())

    visit(DOCS / "index.md")
    kept = {page for page in PAGES if page.is_relative_to(DOCS)}
    assert kept - reached == set()
