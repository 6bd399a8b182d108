"""Decisions as files for other programs: tables and lines, without any patient.

Points in GeoJSON, LabelMe and COCO are (x, y) from the outer corner of the first pixel, as those programs
have them: half a pixel more than ours, which count from pixel centres.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ..evaluation.overlap import path_length
from ..evaluation.truth import Paths
from ..findings import Kind
from ..reader_verdicts import ReaderVerdict
from ..reporting import overlay_names
from ..reporting.foreign_text import spreadsheet_text
from ..version import __version__
from .consensus import ConsensusImage, ConsensusLine
from .reading import ImageReading, LineState
from .study import Study, StudyImage

REVIEW_SCHEMA = "microcal-review/1"
CONSENSUS = "consensus"
_LABELME_VERSION = "5.5.0"  # the form of file that this follows
_CATEGORIES = {Kind.LUCENT: 1, Kind.SCLEROTIC: 2}


class ExportKind(StrEnum):
    """One form in which decisions are written."""

    CSV = "csv"  # one row for each line and reader, and for the consensus
    JSON = "json"  # the same with paths, in our own words
    GEOJSON = "geojson"  # the consensus, one file per image, as QuPath has it
    LABELME = "labelme"  # the consensus, one file per image
    COCO = "coco"  # boxes around accepted lines of the consensus, for detectors
    TRUTH = "truth"  # the consensus as truth.json, for `microcal evaluate`
    RECORDS = "records"  # all events of each reader, as the page saves them
    SR = "sr"  # the consensus as DICOM structured reports; needs the images


COLUMNS = (
    "reader",
    "file",
    "line",
    "kind",
    "verdict",
    "reason",
    "comment",
    "basis",
    "own",
    "moved",
    "length_mm",
    "length_px",
    "middle_row_px",
    "middle_column_px",
    "overlay_visible",
    "seconds",
    "done",
)


@dataclass(frozen=True)
class Decisions:
    """Everything that was decided about a study.

    Parameters
    ----------
    study : Study
    readings : mapping of str to tuple of ImageReading
        For each reader, those images on which they did anything.
    consensus : tuple of ConsensusImage
    """

    study: Study
    readings: Mapping[str, tuple[ImageReading, ...]]
    consensus: tuple[ConsensusImage, ...]


def decisions_csv(decisions: Decisions) -> str:
    """Return one row for each line that a reader or the consensus says something of.

    Parameters
    ----------
    decisions : Decisions
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(decisions):
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return text.getvalue()


def decisions_json(decisions: Decisions) -> str:
    """Return the same with paths and with the image as a whole; schema ``microcal-review/1``."""
    document = {
        "schema": REVIEW_SCHEMA,
        "version": __version__,
        "readings": [
            {
                "reader": reader,
                "file": reading.image.file,
                "pixel_sha256": reading.image.result.pixel_sha256,
                "done": reading.is_done,
                "comment": reading.comment,
                "seconds": reading.seconds,
                "lines": [_state_values(line, reading.image) for line in _said(reading)],
            }
            for reader, readings in decisions.readings.items()
            for reading in readings
        ],
        "consensus": [
            {
                "file": each.image.file,
                "pixel_sha256": each.image.result.pixel_sha256,
                "readers": list(each.readers),
                "lines": [_consensus_values(line, each.image) for line in each.lines],
            }
            for each in decisions.consensus
        ],
    }
    return _json(document)


def geojson_files(decisions: Decisions) -> dict[str, str]:
    """Return a GeoJSON text for each image, by the name of its file: lines with their verdict as class."""

    def features(each: ConsensusImage) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "LineString", "coordinates": _corner_points(line.path_px)},
                    "properties": {
                        "objectType": "annotation",
                        "name": line.line,
                        "classification": {"name": f"{line.kind.value}: {line.verdict.value}"},
                        **_plain(_consensus_values(line, each.image)),
                    },
                }
                for line in each.lines
            ],
            "properties": {"file": each.image.file, "coordinates": "pixels, from the outer corner"},
        }

    return _one_each(decisions, ".geojson", features)


def labelme_files(decisions: Decisions) -> dict[str, str]:
    """Return a LabelMe text for each image, by the name of its file: lines as line strips."""

    def shapes(each: ConsensusImage) -> dict[str, Any]:
        rows, columns = each.image.shape
        return {
            "version": _LABELME_VERSION,
            "flags": {},
            "shapes": [
                {
                    "label": line.kind.value,
                    "points": _corner_points(line.path_px),
                    "group_id": None,
                    "description": line.comment,
                    "shape_type": "linestrip",
                    "flags": {verdict.value: line.verdict is verdict for verdict in ReaderVerdict},
                }
                for line in each.lines
            ],
            "imagePath": each.image.file,
            "imageData": None,
            "imageHeight": rows,
            "imageWidth": columns,
        }

    return _one_each(decisions, ".json", shapes)


def coco_json(decisions: Decisions) -> str:
    """Return the accepted lines of the consensus as COCO boxes; images without one are listed all the same.

    COCO has no open lines, so that only the box around each is there.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, each in enumerate(decisions.consensus, 1):
        rows, columns = each.image.shape
        images.append({"id": number, "file_name": each.image.file, "width": columns, "height": rows})
        for line in each.lines:
            if line.verdict is ReaderVerdict.ACCEPT:
                left, top, width, height = _box(line.path_px)
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": number,
                        "category_id": _CATEGORIES[line.kind],
                        "bbox": [left, top, width, height],
                        "area": round(width * height, 4),
                        "iscrowd": 0,
                    }
                )
    categories = [{"id": number, "name": kind.value} for kind, number in _CATEGORIES.items()]
    info = {"description": "lines accepted by reviewers", "version": __version__}
    return _json({"info": info, "images": images, "annotations": annotations, "categories": categories})


def truth_json(decisions: Decisions) -> str:
    """Return the consensus as schema ``microcal-truth/1``, as `consensus_truth` has it."""
    return _json(
        {
            "schema": "microcal-truth/1",
            "images": [
                {
                    "file": each.image.file,
                    "rows": each.image.shape[0],
                    "columns": each.image.shape[1],
                    "spacing_mm": list(each.image.spacing_mm) if each.image.spacing_mm else None,
                    "lines": [
                        {
                            "kind": line.kind.value,
                            "path_px": line.path_px.tolist(),
                            "unsure": line.verdict is ReaderVerdict.UNSURE,
                        }
                        for line in each.lines
                        if line.verdict is not ReaderVerdict.REJECT
                    ],
                    "mimics": [
                        {"kind": line.reason.value, "path_px": line.path_px.tolist()}
                        for line in each.lines
                        if line.verdict is ReaderVerdict.REJECT and line.reason is not None
                    ],
                }
                for each in decisions.consensus
            ],
        }
    )


def _rows(decisions: Decisions) -> Iterable[dict[str, Any]]:
    for reader, readings in decisions.readings.items():
        for reading in readings:
            for line in _said(reading):
                values = _state_values(line, reading.image)
                yield {"reader": reader, "file": reading.image.file, "done": reading.is_done, **values}
    for each in decisions.consensus:
        for decided in each.lines:
            yield {
                "reader": CONSENSUS,
                "file": each.image.file,
                "done": True,
                "overlay_visible": None,
                "seconds": None,
                **_consensus_values(decided, each.image),
            }


def _said(reading: ImageReading) -> Iterable[LineState]:
    return (line for line in reading.lines if line.mark or line.is_moved or line.comment)


def _state_values(line: LineState, image: StudyImage) -> dict[str, Any]:
    return {
        "line": line.line,
        "kind": line.kind.value,
        "verdict": line.mark.value if line.mark else None,
        "reason": line.reason.value if line.reason else None,
        "comment": line.comment,
        "basis": None,
        "own": line.is_own,
        "moved": line.is_moved,
        "overlay_visible": line.overlay_visible,
        "seconds": line.seconds,
        **_places(line.path_px, image),
    }


def _consensus_values(line: ConsensusLine, image: StudyImage) -> dict[str, Any]:
    return {
        "line": line.line,
        "kind": line.kind.value,
        "verdict": line.verdict.value,
        "reason": line.reason.value if line.reason else None,
        "comment": line.comment,
        "basis": line.basis.value,
        "own": line.line not in image.candidates,
        "moved": line.is_moved,
        **_places(line.path_px, image),
    }


def _places(path_px: Paths, image: StudyImage) -> dict[str, Any]:
    spacing_mm = image.spacing_mm
    middle = path_px[len(path_px) // 2]
    # In the finer pixels where they are not square, as the lengths of candidates.
    scale = (1.0, 1.0) if spacing_mm is None else tuple(each / min(spacing_mm) for each in spacing_mm)
    length_px = path_length(path_px * scale)
    return {
        "length_px": round(length_px, 2),
        "length_mm": None if spacing_mm is None else round(length_px * min(spacing_mm), 3),
        "middle_row_px": round(float(middle[0]), 2),
        "middle_column_px": round(float(middle[1]), 2),
        "path_px": np.round(path_px, 2).tolist(),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without what the geometry says already."""
    left_out = ("path_px", "line", "middle_row_px", "middle_column_px")
    return {name: value for name, value in values.items() if name not in left_out}


def _corner_points(path_px: Paths) -> list[list[float]]:
    points: list[list[float]] = np.round(path_px[:, ::-1] + 0.5, 2).tolist()
    return points


def _box(path_px: Paths) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the pixels that a line touches."""
    corners = np.array(_corner_points(path_px))
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    # A line along a row is one pixel high, not nothing.
    size = np.maximum(high - low, 1)
    return float(low[0]), float(low[1]), float(size[0]), float(size[1])


def _one_each(
    decisions: Decisions, ending: str, content: Callable[[ConsensusImage], dict[str, Any]]
) -> dict[str, str]:
    names = overlay_names(image.file for image in decisions.study.images)
    return {
        names[each.image.file].removesuffix(".png") + ending: _json(content(each))
        for each in decisions.consensus
    }


def _cell(value: object) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    return spreadsheet_text(str(value))


def _json(document: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"
