"""Write a comparison: every file whole or not at all, and nothing outside the output folder."""

from pathlib import Path

from ..changes import Series
from ..settings import Settings
from ..whole_files import write_whole
from .compare_page import comparison_html
from .compare_record import comparison_csv, comparison_json
from .write import output_folder


def write_comparison(series: Series, out: str | Path, settings: Settings) -> Path:
    """Write comparison.json, comparison.csv and comparison.html.

    Parameters
    ----------
    series : Series
    out : str or Path
        The output folder; made if need be. Files of ours in it are replaced, others are left alone.
    settings : Settings

    Returns
    -------
    Path
        Of comparison.html.

    Raises
    ------
    OutputError
        If `out` is a file or cannot be written to.
    """
    folder = output_folder(out)
    write_whole(folder / "comparison.json", comparison_json(series, settings))
    write_whole(folder / "comparison.csv", comparison_csv(series))
    return write_whole(folder / "comparison.html", comparison_html(series))
