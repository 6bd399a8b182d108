"""What is read in a study: the images of an output folder with their candidates, as in candidates.json."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..batch.recorded import read_recorded, recorded_results
from ..errors import UnreadableResultError
from ..findings import Candidate
from ..reporting import ImageResult, Status
from ..settings import Settings

_CANDIDATES_NAME = "candidates.json"


@dataclass(frozen=True)
class StudyImage:
    """One image that was searched.

    Parameters
    ----------
    result : ImageResult
        Its record; status ok, without pictures.

    Examples
    --------
    >>> image = StudyImage(ImageResult("a.dcm", Status.OK, rows=10, columns=20))
    >>> image.file, image.shape, dict(image.candidates)
    ('a.dcm', (10, 20), {})
    """

    result: ImageResult

    @property
    def file(self) -> str:
        """Its name in candidates.json."""
        return self.result.file

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.result.rows or 0, self.result.columns or 0

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Row and column spacing; None when unknown."""
        spacing = self.result.spacing
        return (spacing.row_mm, spacing.column_mm) if spacing else None

    @cached_property
    def candidates(self) -> Mapping[str, Candidate]:
        """Candidates by their number, written as text."""
        return {str(candidate.id): candidate for candidate in self.result.candidates}

    @cached_property
    def lines_sha256(self) -> str:
        """Hash of the pixels and of all candidates: decisions belong to these and to no others."""
        lines = [
            (name, candidate.kind.value, candidate.path_px.tolist())
            for name, candidate in self.candidates.items()
        ]
        text = json.dumps([self.result.pixel_sha256, lines])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Study:
    """The images of one output folder.

    Parameters
    ----------
    out : Path
        What `microcal analyze` wrote.
    version : str
        Of microcal_xray, when it searched.
    settings : Settings
    images : tuple of StudyImage
        In the order of candidates.json.
    """

    out: Path
    version: str
    settings: Settings
    images: tuple[StudyImage, ...]

    @cached_property
    def by_file(self) -> Mapping[str, StudyImage]:
        """The images by their names."""
        return {image.file: image for image in self.images}


def read_study(out: str | Path) -> Study:
    """Return what an output folder holds to be read.

    Parameters
    ----------
    out : str or Path

    Raises
    ------
    UnreadableResultError
        If it holds no result of `microcal analyze`, or none of its images was searched.
    """
    folder = Path(out)
    path = folder / _CANDIDATES_NAME
    run = read_recorded(path)
    results = recorded_results(path, run)
    images = tuple(StudyImage(result) for result in results if result.status is Status.OK)
    if not images:
        raise UnreadableResultError(f"{path}: no image was searched; there is nothing to read")
    return Study(folder, run.version, run.settings, images)
