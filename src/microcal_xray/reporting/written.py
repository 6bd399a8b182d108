"""One input file as it stands in each of the outputs, so that a long run need hold one at a time."""

import json
from dataclasses import dataclass, replace

from .bump_table import bumps_lines
from .contract import image_record
from .limit_layer import LimitLayer
from .results import ImageResult, Status, image_result_from_dict
from .tables import candidates_lines, image_line


@dataclass(frozen=True)
class WrittenResult:
    """The lines of one input file in candidates.json, the tables and images.csv, and its pictures.

    Parameters
    ----------
    file : str
        Path relative to the analysed folder, as it is; in the lines it is made printable.
    status : Status
    reason : str or None
    candidates : int
        Number of candidates.
    score : float or None
        Of the strongest candidate.
    record, image_line, candidates_lines, bumps_lines : str
    preview_jpeg, limit_map_jpeg : bytes or None
        For the report page; None also when left out to save room.
    limit_range_px : (float, float) or None
    limit_layer : LimitLayer or None
    packed_pixels : bytes or None
        All pixels at full depth; None also when left out.
    overlay : str or None
        Name of its overlay, which is linked from the page if it is there.
    """

    file: str
    status: Status
    reason: str | None
    candidates: int
    score: float | None
    record: str
    image_line: str
    candidates_lines: str
    bumps_lines: str
    preview_jpeg: bytes | None = None
    limit_map_jpeg: bytes | None = None
    limit_range_px: tuple[float, float] | None = None
    limit_layer: LimitLayer | None = None
    packed_pixels: bytes | None = None
    overlay: str | None = None

    def result(self) -> ImageResult:
        """Return the result as any reader of candidates.json would get it, with its pictures if kept."""
        result = image_result_from_dict(json.loads(self.record), preview_jpeg=self.preview_jpeg)
        return replace(
            result,
            file=self.file,
            reason=self.reason,
            limit_map_jpeg=self.limit_map_jpeg,
            limit_range_px=self.limit_range_px,
            limit_layer=self.limit_layer,
            packed_pixels=self.packed_pixels,
        )

    def summarised(self) -> ImageResult:
        """Return what the page's summary needs of a file that is not shown on the page: no measurements.

        The page of a hundred thousand files would need gigabytes with them.
        """
        result = self.result()
        candidates = tuple(
            replace(each, path_px=each.path_px[:2], evidence=None, measured=None)
            for each in result.candidates[:1]
        )
        # The others only count, and one object can stand for them all.
        counted = candidates * len(result.candidates)
        return replace(
            result.without_pictures(),
            candidates=counted,
            quality=None,
            limit=None,
            origin=None,
            bumps=(),
            outlines=None,
            clusters=(),
        )


def written(result: ImageResult) -> WrittenResult:
    """Return how a result stands in the outputs.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.

    Examples
    --------
    >>> written(ImageResult("a.dcm", Status.FAILED, "the file is empty")).result().reason
    'the file is empty'
    """
    return WrittenResult(
        file=result.file,
        status=result.status,
        reason=result.reason,
        candidates=len(result.candidates),
        score=result.candidates[0].score if result.candidates else None,
        record=image_record(result),
        image_line=image_line(result),
        candidates_lines=candidates_lines(result),
        bumps_lines=bumps_lines(result),
        preview_jpeg=result.preview_jpeg,
        limit_map_jpeg=result.limit_map_jpeg,
        limit_range_px=result.limit_range_px,
        limit_layer=result.limit_layer,
        packed_pixels=result.packed_pixels,
    )
