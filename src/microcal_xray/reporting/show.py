"""The report page of one image inside a notebook."""

from dataclasses import dataclass
from html import escape

from ..findings import Findings
from .page import report_html
from .page_options import PageLanguage, PageOptions
from .results import image_result

_LEAST_HEIGHT_PX, _MOST_HEIGHT_PX = 200, 4000


@dataclass(frozen=True, repr=False)
class Shown:
    """An interactive view that a notebook draws by itself; `show` makes it.

    Parameters
    ----------
    html : str
        The page, whole.
    height_px : int
    title : str
    """

    html: str
    height_px: int
    title: str

    def __repr__(self) -> str:
        return f"<microcal_xray view of {self.title}>"

    def _repr_html_(self) -> str:
        # The sandbox keeps the page and the notebook apart, each from the other's names, keys and storage.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" width="100%" '
            f'height="{self.height_px}" sandbox="allow-scripts allow-downloads allow-modals" '
            'style="border: 0"></iframe>'
        )


def show(
    findings: Findings,
    *,
    language: PageLanguage = "auto",
    overlay_at_first: bool = False,
    height_px: int = 720,
) -> Shown:
    """Return an interactive view of the findings: as the last line of a notebook's cell it is drawn.

    It is the page of `write_report` for one image, with every grey level, and needs neither a server nor an
    extension. In a notebook decisions are not kept by the browser: download the record.

    Parameters
    ----------
    findings : Findings
    language : str
        "en", "fr", or "auto": that of the browser.
    overlay_at_first : bool
        Whether the candidates are shown at once; otherwise the original comes first, and `O` shows them.
    height_px : int
        Height of the view in the notebook, 200 to 4000.

    Returns
    -------
    Shown
        With `html`, the page itself.

    Raises
    ------
    SettingsError
        If the language is another one.
    ValueError
        If the height is out of range.

    Examples
    --------
    >>> import microcal_xray as mx
    >>> mx.show(mx.find_lines(mx.radiograph_from_array([[0.0, 1.0]])))
    <microcal_xray view of array>
    """
    if not _LEAST_HEIGHT_PX <= height_px <= _MOST_HEIGHT_PX:
        raise ValueError(f"height_px is {height_px}; it must be from {_LEAST_HEIGHT_PX} to {_MOST_HEIGHT_PX}")
    options = PageOptions(language=language, overlay_at_first=overlay_at_first)
    result = image_result(findings, findings.radiograph.name)
    return Shown(
        report_html([result], findings.settings, options=options), height_px, result.as_dict()["file"]
    )
