"""What is written for one input file: read and searched, failed, or skipped. Always the same fields."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from ..bump import Bump, OutlinesSeen
from ..cluster import Cluster
from ..findings import Candidate, Findings
from ..image_limits import Detectability, ImageQuality
from ..origin import Origin, pixel_sha256
from ..radiograph import Acquisition, ImageCaution, Intent, Radiograph, Signal, Spacing, SpacingSource
from .bump_record import (
    bump_dict,
    bump_from_dict,
    cluster_dict,
    cluster_from_dict,
    outlines_dict,
    outlines_from_dict,
)
from .candidate_record import candidate_dict, candidate_from_dict, rounded
from .capsule import capsule_from_dict, image_capsule
from .display import preview_jpeg
from .foreign_text import printable_text
from .full_depth import packed_pixels
from .limit_layer import LimitLayer, limit_layer
from .limit_map import limit_map_jpeg, map_range_px
from .limit_record import limit_dict, limit_from_dict, quality_dict, quality_from_dict
from .words import caution_names, cautions_from_names

_SHARE_DECIMALS = 3
_OF_THE_SEARCH = frozenset(
    [
        "file",
        "status",
        "reason",
        "candidates",
        "quality",
        "limit",
        "bumps",
        "outlines",
        "clusters",
        "searched_share",
    ]
)


class Status(StrEnum):
    """What became of an input file."""

    OK = "ok"  # read and searched; there may be no candidates
    FAILED = "failed"  # should hold a radiograph, but could not be read or searched
    SKIPPED = "skipped"  # holds no projection radiograph


@dataclass(frozen=True)
class ImageResult:
    """One input file in the outputs; cheap to hand between processes, as it holds no pixels but a preview.

    Parameters
    ----------
    file : str
        Path relative to the analysed folder, with forward slashes.
    status : Status
    reason : str or None
        Why the file failed or was skipped, in one line; None when it is ok.
    rows, columns : int or None
        Size of the radiograph as stored, in pixels; None unless ok.
    spacing : Spacing or None
        None when unknown, or unless ok.
    intent : Intent or None
    signal : Signal or None
    cautions : ImageCaution
    acquisition : Acquisition or None
    candidates : tuple of Candidate
        Sorted by falling score.
    preview_jpeg : bytes or None
        Grey preview with square pixels for the report page; None unless ok, or when left out to save room.
    origin : Origin or None
        By which the file is found and read again; None for an array, or if it was not opened.
    pixel_sha256 : str or None
        Of the pixels that were searched; None unless ok.
    quality : ImageQuality or None
        None unless ok, or where no bone was searched.
    limit : Detectability or None
        Without its map; None unless ok, or where no bone was searched.
    limit_map_jpeg : bytes or None
        The map as a picture, for the report page.
    limit_range_px : (float, float) or None
        Smallest and largest width of the map.
    bumps, outlines, clusters
        As of `Findings`; empty or None unless ok.
    limit_layer : LimitLayer or None
        The map alone, to lay over the radiograph on the report page.
    packed_pixels : bytes or None
        All pixels at full depth for the report page, see `full_depth`; None unless ok, or when left out.
    filled_px : int or None
        As of `Radiograph`; None unless ok.
    bone_sha256 : str or None
    searched_share : float or None
        As of `Findings`.

    See Also
    --------
    image_result, failed_result, skipped_result : how one is made
    """

    file: str
    status: Status
    reason: str | None = None
    rows: int | None = None
    columns: int | None = None
    spacing: Spacing | None = None
    intent: Intent | None = None
    signal: Signal | None = None
    cautions: ImageCaution = ImageCaution.NONE
    acquisition: Acquisition | None = None
    candidates: tuple[Candidate, ...] = ()
    preview_jpeg: bytes | None = None
    origin: Origin | None = None
    pixel_sha256: str | None = None
    quality: ImageQuality | None = None
    limit: Detectability | None = None
    limit_map_jpeg: bytes | None = None
    limit_range_px: tuple[float, float] | None = None
    bumps: tuple[Bump, ...] = ()
    outlines: OutlinesSeen | None = None
    clusters: tuple[Cluster, ...] = ()
    limit_layer: LimitLayer | None = None
    packed_pixels: bytes | None = None
    filled_px: int | None = None
    bone_sha256: str | None = None
    searched_share: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the record of this file in candidates.json: plain values, unknown ones None, no preview.

        Examples
        --------
        >>> record = failed_result("a.dcm", "the file is empty").as_dict()
        >>> record["status"], record["rows"], record["candidates"]
        ('failed', None, [])
        """
        acquisition = self.acquisition or Acquisition()
        ok = self.status is Status.OK
        source = self.spacing.source if self.spacing else SpacingSource.NONE
        return {
            "file": printable_text(self.file),
            "status": self.status.value,
            "reason": None if self.reason is None else printable_text(self.reason),
            "rows": self.rows,
            "columns": self.columns,
            "spacing_mm": [self.spacing.row_mm, self.spacing.column_mm] if self.spacing else None,
            "spacing_source": source.value if ok else None,
            "intent": self.intent.value if self.intent else None,
            "signal": self.signal.value if self.signal else None,
            "file_format": acquisition.file_format if ok else None,
            "modality": acquisition.modality,
            "body_part": acquisition.body_part,
            "laterality": acquisition.laterality,
            "view": acquisition.view,
            "photometric": acquisition.photometric,
            "compression": acquisition.compression,
            "bits_stored": acquisition.bits_stored,
            "decoder": acquisition.decoder,
            "cautions": caution_names(self.cautions),
            "filled_px": self.filled_px,
            "searched_share": rounded(self.searched_share, _SHARE_DECIMALS),
            "quality": quality_dict(self.quality),
            "limit": limit_dict(self.limit),
            "capsule": image_capsule(self.origin, self.pixel_sha256, self.bone_sha256),
            "candidates": [candidate_dict(candidate) for candidate in self.candidates],
            "bumps": [bump_dict(bump) for bump in self.bumps],
            "outlines": outlines_dict(self.outlines),
            "clusters": [cluster_dict(cluster) for cluster in self.clusters],
        }

    def without_preview(self) -> "ImageResult":
        """Return the same result without its preview picture, small or in full depth."""
        return replace(self, preview_jpeg=None, packed_pixels=None)

    def without_pictures(self) -> "ImageResult":
        """Return the same result without its preview and without the picture of its limit."""
        return replace(self, preview_jpeg=None, packed_pixels=None, limit_map_jpeg=None, limit_layer=None)


def image_result(findings: Findings, file: str) -> ImageResult:
    """Return what is written for a radiograph that was read and searched, with its pictures for the page.

    Parameters
    ----------
    findings : Findings
    file : str
        Path relative to the analysed folder, with forward slashes.

    Raises
    ------
    ValueError
        As of `searched_result`.
    """
    limit = findings.limit
    return replace(
        searched_result(findings, file),
        preview_jpeg=preview_jpeg(findings.radiograph),
        limit_map_jpeg=None if limit is None else limit_map_jpeg(findings.radiograph, limit),
        limit_range_px=None if limit is None else map_range_px(limit),
        limit_layer=None if limit is None else limit_layer(limit),
        packed_pixels=packed_pixels(findings.radiograph),
    )


def searched_result(findings: Findings, file: str) -> ImageResult:
    """Return what is written for a radiograph that was read and searched, without pictures.

    Parameters
    ----------
    findings : Findings
    file : str
        Path relative to the analysed folder, with forward slashes.

    Raises
    ------
    ValueError
        If the score or the path of a candidate is not finite: that is an error of the program, not a result.
    """
    for candidate in findings.candidates:
        if not (math.isfinite(candidate.score) and np.isfinite(candidate.path_px).all()):
            raise ValueError(f"{file}: candidate {candidate.id} has a score or a path that is not finite")
    strongest_first = sorted(findings.candidates, key=lambda candidate: (-candidate.score, candidate.id))
    limit = findings.limit
    return replace(
        _read_result(findings.radiograph, file),
        candidates=tuple(strongest_first),
        quality=findings.quality,
        limit=None if limit is None else replace(limit, width_map_px=None),
        bumps=findings.bumps,
        outlines=findings.outlines,
        clusters=findings.clusters,
        cautions=findings.cautions,
        bone_sha256=findings.bone_sha256,
        searched_share=findings.searched_share,
    )


def image_facts(radiograph: Radiograph) -> dict[str, Any]:
    """Return what the record of a file in candidates.json says about the radiograph itself.

    Parameters
    ----------
    radiograph : Radiograph

    Returns
    -------
    dict
        Without `file`, `status`, `reason` and `candidates`.
    """
    record = _read_result(radiograph, radiograph.name).as_dict()
    return {name: value for name, value in record.items() if name not in _OF_THE_SEARCH}


def _read_result(radiograph: Radiograph, file: str) -> ImageResult:
    rows, columns = radiograph.pixels.shape
    return ImageResult(
        file=file,
        status=Status.OK,
        rows=rows,
        columns=columns,
        spacing=radiograph.spacing,
        intent=radiograph.intent,
        signal=radiograph.signal,
        cautions=radiograph.cautions,
        acquisition=radiograph.acquisition,
        origin=radiograph.origin,
        pixel_sha256=pixel_sha256(radiograph.pixels, radiograph.usable),
        filled_px=radiograph.filled_px,
    )


def failed_result(file: str, reason: str, *, origin: Origin | None = None) -> ImageResult:
    """Return what is written for a file that could not be read or searched.

    Parameters
    ----------
    file : str
        Its name, below the folder that was given.
    reason : str
        In one line.
    origin : Origin, optional
        Which bytes; None: they could not be read.
    """
    return ImageResult(file=file, status=Status.FAILED, reason=reason, origin=origin)


def skipped_result(file: str, reason: str) -> ImageResult:
    """Return what is written for a file that holds no projection radiograph.

    Parameters
    ----------
    file : str
    reason : str
        In one line.
    """
    return ImageResult(file=file, status=Status.SKIPPED, reason=reason)


def image_result_from_dict(record: Mapping[str, Any], *, preview_jpeg: bytes | None = None) -> ImageResult:
    """Return the result that `ImageResult.as_dict` wrote; numbers keep the decimals that were written.

    Parameters
    ----------
    record : mapping
    preview_jpeg : bytes, optional
        It is kept beside the record, not in it; None: there is none.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one of ours.

    Examples
    --------
    >>> result = skipped_result("notes.txt", "not an image")
    >>> image_result_from_dict(result.as_dict()) == result
    True
    """
    ok = record["status"] == Status.OK
    origin, pixels = capsule_from_dict(record["capsule"])
    return ImageResult(
        file=record["file"],
        status=Status(record["status"]),
        reason=record["reason"],
        rows=record["rows"],
        columns=record["columns"],
        spacing=_spacing(record),
        intent=Intent(record["intent"]) if record["intent"] else None,
        signal=Signal(record["signal"]) if record["signal"] else None,
        cautions=cautions_from_names(ImageCaution, record["cautions"]),
        acquisition=_acquisition(record) if ok else None,
        candidates=tuple(candidate_from_dict(values) for values in record["candidates"]),
        preview_jpeg=preview_jpeg,
        origin=origin,
        pixel_sha256=pixels,
        quality=quality_from_dict(record["quality"]),
        limit=limit_from_dict(record["limit"]),
        # Files of releases before 0.3 have none of these.
        bumps=tuple(bump_from_dict(values) for values in record.get("bumps", ())),
        outlines=outlines_from_dict(record.get("outlines")),
        clusters=tuple(cluster_from_dict(values) for values in record.get("clusters", ())),
        filled_px=record.get("filled_px"),
        bone_sha256=(record["capsule"] or {}).get("bone_sha256"),
        searched_share=record.get("searched_share"),
    )


def _spacing(record: Mapping[str, Any]) -> Spacing | None:
    if record["spacing_mm"] is None:
        return None
    row_mm, column_mm = record["spacing_mm"]
    return Spacing(row_mm, column_mm, SpacingSource(record["spacing_source"]))


def _acquisition(record: Mapping[str, Any]) -> Acquisition:
    return Acquisition(
        file_format=record["file_format"],
        modality=record["modality"],
        body_part=record["body_part"],
        laterality=record["laterality"],
        view=record["view"],
        photometric=record["photometric"],
        compression=record["compression"],
        bits_stored=record["bits_stored"],
        decoder=record["decoder"],
    )
