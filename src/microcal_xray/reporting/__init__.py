"""Show the findings to a reviewer, and hand them to other programs."""

from .bump_table import BUMP_COLUMNS, bump_table, bumps_csv
from .contract import CANDIDATES_SCHEMA_NAME, candidates_json, candidates_schema
from .display import display_levels, preview_jpeg
from .overlay import overlay
from .overlay_files import overlay_name, overlay_names, overlays_folder
from .page import report_html
from .page_options import PAGE_LANGUAGES, PAGE_SPLITS, PageOptions
from .results import (
    ImageResult,
    Status,
    failed_result,
    image_result,
    image_result_from_dict,
    searched_result,
    skipped_result,
)
from .show import Shown, show
from .strongest_first import StrongestFirst
from .tables import CANDIDATE_COLUMNS, IMAGE_COLUMNS, candidates_csv, images_csv, table
from .words import Language, Words, words_of
from .write import EMBEDDED_IMAGES, output_folder, write_lines, write_overlay, write_report, write_results
from .written import WrittenResult, written

__all__ = [
    "BUMP_COLUMNS",
    "CANDIDATES_SCHEMA_NAME",
    "CANDIDATE_COLUMNS",
    "EMBEDDED_IMAGES",
    "IMAGE_COLUMNS",
    "PAGE_LANGUAGES",
    "PAGE_SPLITS",
    "ImageResult",
    "Language",
    "PageOptions",
    "Shown",
    "Status",
    "StrongestFirst",
    "Words",
    "WrittenResult",
    "bump_table",
    "bumps_csv",
    "candidates_csv",
    "candidates_json",
    "candidates_schema",
    "display_levels",
    "failed_result",
    "image_result",
    "image_result_from_dict",
    "images_csv",
    "output_folder",
    "overlay",
    "overlay_name",
    "overlay_names",
    "overlays_folder",
    "preview_jpeg",
    "report_html",
    "searched_result",
    "show",
    "skipped_result",
    "table",
    "words_of",
    "write_lines",
    "write_overlay",
    "write_report",
    "write_results",
    "written",
]
