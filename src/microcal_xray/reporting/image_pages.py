"""One page for each image, in a folder of their own, and which of them are ours."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from ..errors import OutputError
from ..settings import Settings
from ..whole_files import write_whole
from .overlay_files import folder_within
from .page import PageKind, PagePart, page_mark, report_html, run_id
from .page_options import PageOptions
from .written import WrittenResult

PAGES_FOLDER = "pages"
_INDEX_FROM_A_PAGE = "../report.html"
_HEAD_BYTES = 4096


def write_image_pages(
    rows: Callable[[], Iterable[WrittenResult]], folder: Path, settings: Settings, options: PageOptions
) -> str:
    """Write a page for each image that has a picture, and return the index of them as HTML.

    Each page holds its image alone, needs nothing but itself, and names the same results as all others, so
    that the decisions made on them can be put together. Pages of an earlier run are removed.

    Parameters
    ----------
    rows : callable
        Gives one row per input file; called three times, so that one image is held at a time.
    folder : Path
        The output folder.
    settings : Settings
    options : PageOptions

    Raises
    ------
    OutputError
        If a page cannot be written or removed; the others are.
    """
    pages = pages_folder(folder)
    run = run_id([row.summarised() for row in rows()], settings)
    links: dict[str, str] = {}
    kept, refused = set(), None
    for row in rows():
        name = page_name(row)
        if name is None:
            continue
        kept.add(name)
        part = PagePart(run=run, index=_INDEX_FROM_A_PAGE)
        try:
            write_whole(pages / name, report_html([row.result()], settings, part=part, options=options))
        except OutputError as error:
            refused = refused or error
        else:
            links[row.file] = f"{PAGES_FOLDER}/{quote(name)}"
    remove_image_pages(folder, keep=kept)
    if refused:
        raise refused
    part = PagePart(run=run, pages=links)
    return report_html([row.summarised() for row in rows()], settings, part=part, options=options)


def page_name(row: WrittenResult) -> str | None:
    """Return the file name of the page of an image: that of its overlay, as safe and as unique.

    None: it has no picture, so it gets no page.
    """
    if row.preview_jpeg is None or row.overlay is None:
        return None
    return f"{row.overlay.removesuffix('.png')}.html"


def pages_folder(out: Path) -> Path:
    """Return the folder of the pages in an output folder, made if need be.

    Raises
    ------
    OutputError
        If the folder cannot be made, or leads out of the output folder.
    """
    return folder_within(out, PAGES_FOLDER)


def remove_image_pages(out: Path, *, keep: Iterable[str] = ()) -> None:
    """Remove the pages of an earlier run, all but those named; what others put there stays.

    Raises
    ------
    OutputError
        If some cannot be removed; the others are.
    """
    folder, kept, refused = out / PAGES_FOLDER, set(keep), []
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in _ours(folder):
        if path.name not in kept:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                refused.append(f"{path.name} ({error.strerror})")
    if refused:
        raise OutputError(f"{folder}: cannot remove {', '.join(refused)} of an earlier run")
    if not any(folder.iterdir()):
        folder.rmdir()


def _ours(folder: Path) -> Iterator[Path]:
    mark = page_mark(PageKind.IMAGE).encode()
    for path in sorted(folder.glob("*.html")):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if mark in file.read(_HEAD_BYTES):
                yield path
