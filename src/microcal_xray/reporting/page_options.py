"""How the report page starts: language, overlay at first look, how large it may become; print beside it."""

import math
from dataclasses import dataclass
from typing import Literal

from ..errors import SettingsError
from .words import Language

PageLanguage = Literal["auto", "en", "fr"]

PageSplit = Literal["batch", "per-image"]

PAGE_SPLITS: tuple[PageSplit, ...] = ("batch", "per-image")
PAGE_LANGUAGES: tuple[PageLanguage, ...] = ("auto", "en", "fr")
_MOST_MEGABYTES = 2000.0


@dataclass(frozen=True, kw_only=True)
class PageOptions:
    """How the report page starts. Nothing here changes a result.

    Parameters
    ----------
    language : str
        "en", "fr", or "auto": that of the browser, English where it is neither. The reader can switch.
    overlay_at_first : bool
        Whether an image is first shown with its candidates; otherwise the original comes first. The reader
        can change that, and each decision says whether the overlay was visible.
    full_depth_megabytes : float
        Images with the strongest candidates are kept at full depth until their packed pixels are over this
        many megabytes (0 to 2000); the others are shown in 8 bits, up to 1600 pixels long.
    pages : str
        "batch": all images stand in report.html. "per-image": each has a page of its own in the folder pages,
        and report.html is their index. Both hold the same images at the same depth.
    pdf : bool
        Whether report.pdf is written too, in the same language (English for "auto").

    Raises
    ------
    SettingsError
        If a value is none of these; the message names it.

    Examples
    --------
    >>> PageOptions(language="de")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: language is 'de'; it must be one of auto, en, fr
    """

    language: PageLanguage = "auto"
    overlay_at_first: bool = False
    full_depth_megabytes: float = 100.0  # as text 133 MB: a browser opens that in a second or two
    pages: PageSplit = "batch"
    pdf: bool = False

    def __post_init__(self) -> None:
        if self.language not in PAGE_LANGUAGES:
            raise SettingsError(
                f"language is {self.language!r}; it must be one of {', '.join(PAGE_LANGUAGES)}"
            )
        if self.pages not in PAGE_SPLITS:
            raise SettingsError(f"pages is {self.pages!r}; it must be one of {', '.join(PAGE_SPLITS)}")
        size = self.full_depth_megabytes
        if not (math.isfinite(size) and 0 <= size <= _MOST_MEGABYTES):
            raise SettingsError(f"full_depth_megabytes is {size!r}; it must be from 0 to {_MOST_MEGABYTES:g}")

    @property
    def full_depth_bytes(self) -> int:
        """The same in bytes."""
        return int(self.full_depth_megabytes * 1e6)

    @property
    def first_language(self) -> Language:
        """What the page is written in before its script runs."""
        return Language.ENGLISH if self.language == "auto" else Language(self.language)
