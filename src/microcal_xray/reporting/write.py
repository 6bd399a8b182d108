"""Write the results: every file whole or not at all, and nothing outside the output folder."""

import heapq
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from ..errors import OutputError, SettingsError
from ..findings import Findings
from ..settings import Settings
from ..whole_files import write_whole
from .bump_table import bumps_csv
from .contract import candidates_json
from .foreign_text import printable_text
from .overlay import FULL_DPI, overlay
from .overlay_files import OVERLAYS_FOLDER, overlay_names, overlays_folder
from .page import report_html
from .results import ImageResult, image_result
from .tables import candidates_csv, images_csv

EMBEDDED_IMAGES = 200  # of about 0.3 MB each: a page that browsers still open at once

_REPORT_NAME = "report.html"


def write_results(
    results: Iterable[ImageResult],
    out: str | Path,
    settings: Settings,
    *,
    embedded_images: int = EMBEDDED_IMAGES,
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
    folder = output_folder(out)
    kept = sorted(_with_strongest_previews(results, embedded_images), key=_as_shown)
    links = {
        file: f"{OVERLAYS_FOLDER}/{quote(name)}"
        for file, name in overlay_names(result.file for result in kept).items()
        if (folder / OVERLAYS_FOLDER / name).is_file()
    }
    _write_each(
        folder,
        {
            "candidates.json": lambda: candidates_json(kept, settings),
            "candidates.csv": lambda: candidates_csv(kept),
            "bumps.csv": lambda: bumps_csv(kept),
            "images.csv": lambda: images_csv(kept),
            _REPORT_NAME: lambda: report_html(kept, settings, overlay_links=links),
        },
    )
    return folder / _REPORT_NAME


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
    """
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


def _write_each(folder: Path, contents: Mapping[str, Callable[[], str]]) -> None:
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


def _with_strongest_previews(results: Iterable[ImageResult], limit: int) -> list[ImageResult]:
    kept: list[ImageResult] = []
    strongest: list[tuple[float, int]] = []
    for index, result in enumerate(results):
        kept.append(result)
        if result.preview_jpeg is None:
            continue
        score = result.candidates[0].score if result.candidates else float("-inf")
        heapq.heappush(strongest, (score, -index))
        if len(strongest) > limit:
            weakest = -heapq.heappop(strongest)[1]
            kept[weakest] = kept[weakest].without_pictures()
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
