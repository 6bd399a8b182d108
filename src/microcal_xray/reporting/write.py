"""Write the results: every file whole or not at all, and nothing outside the output folder."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from ..errors import OutputError, SettingsError
from ..findings import Findings
from ..settings import Settings
from ..whole_files import write_whole
from .bump_table import BUMP_COLUMNS
from .contract import candidates_json_parts
from .foreign_text import printable_text
from .image_pages import remove_image_pages, write_image_pages
from .overlay import FULL_DPI, overlay
from .overlay_files import OVERLAYS_FOLDER, overlay_names, overlays_folder
from .page import report_html
from .page_options import PageOptions
from .printing import report_pdf
from .results import ImageResult, image_result
from .strongest_first import StrongestFirst
from .tables import CANDIDATE_COLUMNS, IMAGE_COLUMNS, csv_head
from .words import words_of
from .written import WrittenResult, written

EMBEDDED_IMAGES = 200  # of about 0.3 MB each: a page that browsers still open at once

PDF_NAME = "report.pdf"
_REPORT_NAME = "report.html"
_USUAL_PAGE = PageOptions()


def write_results(
    results: Iterable[ImageResult],
    out: str | Path,
    settings: Settings,
    *,
    embedded_images: int = EMBEDDED_IMAGES,
    page: PageOptions = _USUAL_PAGE,
) -> Path:
    """Write candidates.json, candidates.csv, bumps.csv, images.csv and report.html.

    Overlays are written by `write_overlay`, one by one, under the names of `overlay_names` of all the files;
    the page links to those that are there.

    Parameters
    ----------
    results : iterable of ImageResult
        One per input file, in any order. It is read once, and only the previews to be embedded are kept.
    out : str or Path
        The output folder; made if need be. Files of ours in it are replaced, others are left alone.
    settings : Settings
    embedded_images : int
        At most this many images stand in the page, those with the strongest candidates first.
    page : PageOptions
        How the page starts, and how many bytes of full-depth pixels it may hold.

    Returns
    -------
    Path
        Of report.html.

    Raises
    ------
    OutputError
        If `out` is a file or cannot be written to. If only some of the files cannot be replaced, the others
        are written first.
    """
    kept = sorted(_with_strongest_pictures(results, embedded_images, page.full_depth_bytes), key=_as_shown)
    names = overlay_names(result.file for result in kept)
    rows = [replace(written(result), overlay=names[result.file]) for result in kept]
    return write_lines(lambda: rows, out, settings, page=page)


def write_lines(
    rows: Callable[[], Iterable[WrittenResult]],
    out: str | Path,
    settings: Settings,
    *,
    page: PageOptions = _USUAL_PAGE,
) -> Path:
    """Write the same files as `write_results` for results that need not be held all at once.

    Parameters
    ----------
    rows : callable
        Gives one row per input file, in the order of their printable names; called once for each file that is
        written. Those with a preview stand in the page.
    out : str or Path
    settings : Settings
    page : PageOptions

    Returns
    -------
    Path
        Of report.html.

    Raises
    ------
    OutputError
        As `write_results`.
    """
    folder = output_folder(out)
    _write_each(
        folder,
        {
            **_tables(lambda text: rows(), settings),
            _REPORT_NAME: lambda: _report(rows, folder, settings, page),
            **({PDF_NAME: lambda: _pdf(rows(), settings, page)} if page.pdf else {}),
        },
    )
    if not page.pdf:
        _remove(folder / PDF_NAME)
    if page.pages == "batch":
        remove_image_pages(folder)
    return folder / _REPORT_NAME


def write_tables(
    rows: Callable[[str], Iterable[WrittenResult]],
    out: str | Path,
    settings: Settings,
    *,
    names: Iterable[str],
) -> None:
    """Write candidates.json and the tables in CSV, without a page.

    Parameters
    ----------
    rows : callable
        Gives one row per input file in the order to be written; called once for each file that is written,
        with the name of the one text of a row that this file needs.
    out : str or Path
    settings : Settings
    names : iterable of str
        Which of the files are written.

    Raises
    ------
    OutputError
        As `write_results`.
    """
    contents = _tables(rows, settings)
    _write_each(output_folder(out), {name: contents[name] for name in names})


def _tables(
    rows: Callable[[str], Iterable[WrittenResult]], settings: Settings
) -> dict[str, Callable[[], Iterable[str]]]:
    return {
        "candidates.json": lambda: candidates_json_parts((row.record for row in rows("record")), settings),
        "candidates.csv": lambda: _table(
            CANDIDATE_COLUMNS, (row.candidates_lines for row in rows("candidates_lines"))
        ),
        "bumps.csv": lambda: _table(BUMP_COLUMNS, (row.bumps_lines for row in rows("bumps_lines"))),
        "images.csv": lambda: _table(IMAGE_COLUMNS, (row.image_line for row in rows("image_line"))),
    }


def _pdf(rows: Iterable[WrittenResult], settings: Settings, page: PageOptions) -> bytes:
    shown = [row.summarised() if row.preview_jpeg is None else row.result() for row in rows]
    return report_pdf(shown, settings, words=words_of(page.first_language))


def _remove(path: Path) -> None:
    """Remove what an earlier run wrote and this one does not: it would contradict the rest."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: of an earlier run, cannot be removed ({error.strerror})") from error


def _table(columns: Sequence[str], lines: Iterable[str]) -> Iterator[str]:
    yield csv_head(columns)
    yield from lines


def _report(
    rows: Callable[[], Iterable[WrittenResult]], folder: Path, settings: Settings, page: PageOptions
) -> str:
    if page.pages == "per-image":
        return write_image_pages(rows, folder, settings, page)
    return _page(rows(), folder, settings, page)


def _page(rows: Iterable[WrittenResult], folder: Path, settings: Settings, page: PageOptions) -> str:
    shown, links = [], {}
    for row in rows:
        shown.append(row.summarised() if row.preview_jpeg is None else row.result())
        if row.overlay is not None and (folder / OVERLAYS_FOLDER / row.overlay).is_file():
            links[row.file] = f"{OVERLAYS_FOLDER}/{quote(row.overlay)}"
    return report_html(shown, settings, overlay_links=links, options=page)


def write_report(findings: Sequence[Findings], out: str | Path) -> Path:
    """Write the same files as a batch for findings at hand: tables, overlays and the report page.

    Parameters
    ----------
    findings : sequence of Findings
        All made with the same settings. `file` is the name of the radiograph; equal names get a number.
    out : str or Path
        The output folder; made if need be.

    Returns
    -------
    Path
        Of report.html.

    Raises
    ------
    OutputError
        If `out` is a file or cannot be written to.
    SettingsError
        If the findings were made with different settings; write one report for each.
    TypeError
        If the findings of one radiograph are given without a list around them.
    """
    if isinstance(findings, Findings):
        raise TypeError("findings is one Findings; give a list of them, as [findings]")
    settings = findings[0].settings if findings else Settings()
    if any(each.settings != settings for each in findings):
        raise SettingsError(
            "findings were made with different settings; write one report for each, in its own folder"
        )
    folder = output_folder(out)
    files = _distinct([each.radiograph.name for each in findings])
    pictures = overlays_folder(folder)
    names = overlay_names(files)
    for each, file in zip(findings, files, strict=True):
        write_overlay(each, pictures / names[file])
    results = (image_result(each, file) for each, file in zip(findings, files, strict=True))
    return write_results(results, folder, settings)


def write_overlay(findings: Findings, path: str | Path) -> Path:
    """Write the overlay as PNG at about one pixel per pixel, up to 2000; it holds no metadata.

    Parameters
    ----------
    findings : Findings
    path : str or Path
        Its folder must exist; see `overlay_names` for the names in an output folder.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    picture = io.BytesIO()
    # Level 3 of zlib: noise does not get smaller at the default 6, it only takes 0.4 s longer.
    overlay(findings).savefig(
        picture, format="png", dpi=FULL_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
    )
    write_whole(Path(path), picture.getvalue())
    return Path(path)


def output_folder(out: str | Path) -> Path:
    """Return the output folder, made if need be.

    Parameters
    ----------
    out : str or Path

    Raises
    ------
    OutputError
        If it is a file, or cannot be made.
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(f"{folder}: there is a file of that name; give a folder") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); choose another folder") from error
    return folder


def _write_each(folder: Path, contents: Mapping[str, Callable[[], str | bytes | Iterable[str]]]) -> None:
    """Write what can be written: a table that is open elsewhere must not cost the report of a long run."""
    refused = []
    for name, content in contents.items():
        try:
            write_whole(folder / name, content())
        except OutputError as error:
            why = error.__cause__.strerror if isinstance(error.__cause__, OSError) else None
            refused.append(f"{name} ({why})" if why else name)
    if refused:
        raise OutputError(
            f"{folder}: {', '.join(refused)} cannot be written; "
            "close what is open in another program, make room and run again"
        )


def _as_shown(result: ImageResult) -> tuple[str, str]:
    return printable_text(result.file), result.file


def _with_strongest_pictures(
    results: Iterable[ImageResult], previews: int, full_depth_bytes: int
) -> list[ImageResult]:
    """Return all results; only the strongest keep their preview, and fewer still their packed pixels."""
    kept: list[ImageResult] = []
    places: dict[str, int] = {}
    shown, deep = StrongestFirst(previews), StrongestFirst(full_depth_bytes)
    for result in results:
        places[result.file] = len(kept)
        kept.append(result)
        if result.preview_jpeg is not None:
            for file in shown.add(result, 1):
                kept[places[file]] = kept[places[file]].without_pictures()
        if result.packed_pixels is not None:
            for file in deep.add(result, len(result.packed_pixels)):
                kept[places[file]] = replace(kept[places[file]], packed_pixels=None)
    return kept


def _distinct(names: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name} ({number})", number + 1
        taken.add(candidate)
        distinct.append(candidate)
    return distinct
