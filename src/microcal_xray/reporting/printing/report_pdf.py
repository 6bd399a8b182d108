"""report.pdf: a summary, then a page for each radiograph with candidates; readable in greyscale print."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...settings import Settings
from ...version import __version__
from ..results import ImageResult, Status
from ..words import ENGLISH, Words
from .image_sheets import image_sheets
from .paper import MARGIN, QUIET_INK, WIDTH, Line, rule, write
from .summary_sheets import summary_sheets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 200  # of the radiographs; all else is drawn in lines and letters


def report_pdf(
    results: Sequence[ImageResult],
    settings: Settings,
    *,
    words: Words = ENGLISH,
) -> bytes:
    """Return the report as a PDF: the same bytes for the same results.

    Parameters
    ----------
    results : sequence of ImageResult
        In the order shown. Those with candidates and a preview get a page; all stand in the summary.
    settings : Settings
    words : Words
        Of the language of the report.

    Notes
    -----
    Pages are drawn by matplotlib, which the package has for its figures: it sets type, embeds the letters
    that are used and needs no other package.
    """
    # matplotlib takes 0.4 to 0.7 s to import, and most users of the package never draw.
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    file = io.BytesIO()
    title = words.counted("title", sum(result.status is Status.OK for result in results))
    about = {
        "Title": title,
        "Creator": f"microcal_xray {__version__}",
        "CreationDate": None,
        "Producer": None,
    }
    # Type 42: letters stay letters, so that the words can be searched and copied.
    with rc_context({"pdf.fonttype": 42, "pdf.compression": 6}), PdfPages(file, metadata=about) as pages:
        for number, figure in enumerate(_sheets(results, settings, words), start=1):
            _foot(figure, number, words)
            pages.savefig(figure, dpi=_DPI)
    return file.getvalue()


def _sheets(results: Sequence[ImageResult], settings: Settings, words: Words) -> Iterator[Figure]:
    yield from summary_sheets(results, settings, words)
    for result in results:
        if result.candidates and result.preview_jpeg is not None:
            yield from image_sheets(result, words)


def _foot(figure: Figure, number: int, words: Words) -> None:
    rule(figure, MARGIN - 4)
    top = MARGIN - 8
    write(figure, Line(words.text("not_a_device"), 6.5, colour=QUIET_INK), MARGIN, top)
    right = f"microcal_xray {__version__}   \u00b7   {number}"
    write(figure, Line(right, 6.5, colour=QUIET_INK), WIDTH - MARGIN, top, align="right")
