"""What is exported: the record of one image as candidates.json has it, so that every way gives the same."""

from dataclasses import dataclass

from ..findings import Findings
from ..radiograph import Radiograph
from ..reporting import ImageResult
from ..settings import Settings
from ..version import __version__
from .reviewed import Review


@dataclass(frozen=True)
class Analysis:
    """One image that was searched, what was found there, and how.

    Parameters
    ----------
    result : ImageResult
        With numbers rounded as in candidates.json.
    settings : Settings
    version : str
        Of microcal_xray, when it searched.
    review : Review or None
        What reviewers decided since; None: the report is about candidates.
    """

    result: ImageResult
    settings: Settings
    version: str = __version__
    review: Review | None = None

    def findings(self, radiograph: Radiograph) -> Findings:
        """Return the same as findings, for drawing."""
        result = self.result
        return Findings(
            radiograph,
            self.settings,
            result.candidates,
            bumps=result.bumps,
            outlines=result.outlines,
            clusters=result.clusters,
        )
