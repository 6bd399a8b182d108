"""Write a result: a text table, JSON and one page; each file whole or not at all."""

from pathlib import Path

from ..errors import OutputError
from ..whole_files import write_whole
from .compare import Comparison
from .document import comparison_document, evaluation_document, json_text
from .examples import Load
from .page import comparison_html, evaluation_html
from .results import Evaluation
from .text_table import comparison_text, evaluation_text


def write_evaluation(
    evaluation: Evaluation, out: str | Path, *, load: Load | None = None, examples: int = 12
) -> Path:
    """Write evaluation.txt, evaluation.json and evaluation.html, and return the path of the page.

    Parameters
    ----------
    evaluation : Evaluation
    out : str or Path
        Folder; made if need be. Files of these names in it are replaced.
    load : callable, optional
        From the `file` of a picture to its (R, C) grey levels, bone bright. None: the page has no pictures.
    examples : int
        How many misses and how many false marks the page shows.

    Raises
    ------
    OutputError
        If `out` is a file or cannot be written to.
    """
    folder = _folder(out)
    write_whole(folder / "evaluation.txt", evaluation_text(evaluation))
    write_whole(folder / "evaluation.json", json_text(evaluation_document(evaluation)))
    return write_whole(folder / "evaluation.html", evaluation_html(evaluation, load=load, examples=examples))


def write_comparison(
    comparison: Comparison, out: str | Path, *, load: Load | None = None, examples: int = 12
) -> Path:
    """Write comparison.txt, comparison.json and comparison.html, and return the path of the page.

    Parameters
    ----------
    comparison : Comparison
    out : str or Path
    load : callable, optional
        Gives the pixels of a file, for the examples; None: the page has none.
    examples : int
        At most so many misses and false marks of each detector are shown.

    Raises
    ------
    OutputError
        As `write_evaluation`.
    """
    folder = _folder(out)
    write_whole(folder / "comparison.txt", comparison_text(comparison))
    write_whole(folder / "comparison.json", json_text(comparison_document(comparison)))
    return write_whole(folder / "comparison.html", comparison_html(comparison, load=load, examples=examples))


def _folder(out: str | Path) -> Path:
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({error.strerror or error}); give another folder"
        ) from None
    return folder
