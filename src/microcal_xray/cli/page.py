"""How the report page starts: the options of `microcal analyze` about it."""

import argparse

from ..reporting import PAGE_LANGUAGES, PAGE_SPLITS, PageOptions
from .arguments import named_as_typed


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Add the options on language, first look, size and print of the page."""
    defaults = PageOptions()
    parser.add_argument(
        "--lang",
        choices=PAGE_LANGUAGES,
        default=defaults.language,
        help="language of the report page; auto: that of the browser (default). Readers can switch",
    )
    parser.add_argument(
        "--overlay-at-first",
        action="store_true",
        help="show each image with its candidates at once (default: the original comes first, O shows them)",
    )
    parser.add_argument(
        "--page-mb",
        type=float,
        default=defaults.full_depth_megabytes,
        metavar="MB",
        help="pixels at full depth in the page, strongest candidates first; other images are shown in 8 bits "
        "(default %(default)g; 0: 8 bits for all)",
    )
    parser.add_argument(
        "--pages",
        choices=PAGE_SPLITS,
        default=defaults.pages,
        help="one page for the batch (default), or one for each image in OUT/pages, with report.html as "
        "their index; `microcal review` needs the page of the batch",
    )
    parser.add_argument(
        "--pdf",
        action="store_true",
        help="write report.pdf too: a summary, and a sheet for each image with candidates",
    )


def chosen_page(arguments: argparse.Namespace) -> PageOptions:
    """Return how the page starts.

    Raises
    ------
    SettingsError
        If the size is out of range.
    """
    with named_as_typed({"full_depth_megabytes": "--page-mb"}):
        return PageOptions(
            language=arguments.lang,
            overlay_at_first=arguments.overlay_at_first,
            full_depth_megabytes=arguments.page_mb,
            pages=arguments.pages,
            pdf=arguments.pdf,
        )
