"""Show the findings to a reviewer, and hand them to other programs."""

from .bump_table import BUMP_COLUMNS, bump_table, bumps_csv
from .contract import CANDIDATES_SCHEMA_NAME, candidates_json, candidates_schema
from .display import display_levels, preview_jpeg
from .overlay import overlay
from .overlay_files import overlay_names, overlays_folder
from .page import report_html
from .results import (
    ImageResult,
    Status,
    failed_result,
    image_result,
    image_result_from_dict,
    skipped_result,
)
from .tables import CANDIDATE_COLUMNS, IMAGE_COLUMNS, candidates_csv, images_csv, table
from .write import output_folder, write_overlay, write_report, write_results

__all__ = [
    "BUMP_COLUMNS",
    "CANDIDATES_SCHEMA_NAME",
    "CANDIDATE_COLUMNS",
    "IMAGE_COLUMNS",
    "ImageResult",
    "Status",
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
    "overlay_names",
    "overlays_folder",
    "preview_jpeg",
    "report_html",
    "skipped_result",
    "table",
    "write_overlay",
    "write_report",
    "write_results",
]
