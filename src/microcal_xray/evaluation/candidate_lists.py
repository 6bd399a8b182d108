"""The candidates contract as the evaluation reads it: per picture a list of lines, each with a score."""

from dataclasses import dataclass
from pathlib import Path

from ..findings import Kind
from .foreign import Fields, UnreadableTruthError, read_json
from .truth import Paths, frozen_path

CANDIDATES_SCHEMA = "microcal-candidates/1"
_STATUSES = ("ok", "failed", "skipped")


@dataclass(frozen=True)
class ListedCandidate:
    """One candidate of a file.

    Parameters
    ----------
    kind : Kind
    score : float
        Larger is stronger; finite, comparable between pictures.
    path_px : (N, 2) float array
        Centre line as (row, column). Read-only.
    length_mm, length_px : float or None
        The length that the file reports.
    """

    kind: Kind
    score: float
    path_px: Paths
    length_mm: float | None = None
    length_px: float | None = None


@dataclass(frozen=True)
class CandidateList:
    """The candidates of one picture.

    Parameters
    ----------
    file : str
        Path relative to the analysed folder, with forward slashes.
    searched : bool
        False when the file failed; the detector then had its chance and returned nothing.
    rows, columns : int or None
    spacing_mm : (row, column) float or None
    candidates : tuple of ListedCandidate
        In the order of the file.
    """

    file: str
    searched: bool = True
    rows: int | None = None
    columns: int | None = None
    spacing_mm: tuple[float, float] | None = None
    candidates: tuple[ListedCandidate, ...] = ()


@dataclass(frozen=True)
class CandidatesFile:
    """A whole candidates file.

    Parameters
    ----------
    images : tuple of CandidateList
        Without the files that were skipped because they hold no radiograph.
    false_marks_asked : float or None
        The `false_marks` of its settings; None when it does not say.
    """

    images: tuple[CandidateList, ...]
    false_marks_asked: float | None = None


def read_candidates(path: str | Path) -> CandidatesFile:
    """Return the candidates in a file of schema ``microcal-candidates/1``.

    Fields that are not needed are ignored, so that the list of another program needs only `file`, `rows`,
    `columns` and, per candidate, `kind`, `score` and `path_px`.

    Parameters
    ----------
    path : str or Path
        The JSON file, or the output folder that holds it.

    Raises
    ------
    UnreadableTruthError
        If the file is not of that schema; the message names the place.
    """
    path = Path(path)
    path = path / "candidates.json" if path.is_dir() else path
    document = Fields(read_json(path), str(path))
    if document.values.get("schema") != CANDIDATES_SCHEMA:
        raise document.complaint("schema", repr(CANDIDATES_SCHEMA))
    images = tuple(
        _image(image) for image in document.objects("images") if image.values.get("status") != "skipped"
    )
    names = [image.file for image in images]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableTruthError(f"{path}: {twice!r} occurs twice; list each picture once")
    settings = Fields(document.values.get("settings") or {}, f"{path}: settings")
    return CandidatesFile(images, settings.number_or_none("false_marks"))


def _image(image: Fields) -> CandidateList:
    status = image.values.get("status", "ok")
    if status not in _STATUSES:
        raise image.complaint("status", f"one of {', '.join(_STATUSES)}")
    if status != "ok":
        return CandidateList(image.text("file"), searched=False)
    return CandidateList(
        file=image.text("file"),
        rows=image.count("rows"),
        columns=image.count("columns"),
        spacing_mm=image.spacing("spacing_mm"),
        candidates=tuple(_candidate(candidate) for candidate in image.objects("candidates")),
    )


def _candidate(candidate: Fields) -> ListedCandidate:
    return ListedCandidate(
        kind=kind_field(candidate),
        score=candidate.number("score"),
        path_px=path_field(candidate, "path_px"),
        length_mm=candidate.number_or_none("length_mm"),
        length_px=candidate.number_or_none("length_px"),
    )


def kind_field(fields: Fields) -> Kind:
    """Return the `kind` of a line in a foreign file."""
    try:
        return Kind(fields.text("kind"))
    except ValueError:
        raise fields.complaint("kind", " or ".join(Kind)) from None


def path_field(fields: Fields, name: str) -> Paths:
    """Return a path in a foreign file."""
    try:
        return frozen_path(fields.values.get(name) or ())
    except (TypeError, ValueError):
        raise fields.complaint(name, "a list of two or more [row, column] points") from None
