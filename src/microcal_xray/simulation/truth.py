"""The truth of simulated radiographs as JSON, schema ``microcal-truth/1``."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..whole_files import write_whole
from .mimics import MimicTruth
from .simulate import SimulatedRadiograph
from .true_line import TrueLine

SCHEMA = "microcal-truth/1"


@dataclass(frozen=True)
class Relation:
    """How a picture belongs to an earlier one of the same patient.

    Parameters
    ----------
    to_file : str
    kind : str
        "twin": the same exposure under another output. "view": the same limb from another side. Else what
        became of its line since: a value of `Change`.
    """

    to_file: str
    kind: str


def truth_record(
    simulated: SimulatedRadiograph, file: str, *, relation: Relation | None = None
) -> dict[str, Any]:
    """Return the truth of one picture as plain numbers and lists.

    Parameters
    ----------
    simulated : SimulatedRadiograph
    file : str
        Relative path of the picture, with forward slashes.
    relation : Relation, optional
        To another picture of the same patient.
    """
    rows, columns = simulated.stored.shape
    return {
        "file": file,
        "rows": rows,
        "columns": columns,
        "spacing_mm": [simulated.detector.spacing_mm, simulated.detector.spacing_mm],
        "anatomy": simulated.anatomy.value,
        "seed": simulated.seed,
        "patient": simulated.patient,
        "visit": simulated.visit,
        "view": simulated.view.value,
        "relation": None if relation is None else {"to": relation.to_file, "kind": relation.kind},
        "lines": [_line_record(line, simulated.detector.spacing_mm) for line in simulated.truth],
        "mimics": [_mimic_record(mimic) for mimic in simulated.mimics],
    }


def write_truth(records: Iterable[dict[str, Any]], path: Path) -> Path:
    """Write truth.json, whole or not at all, and return its path.

    Parameters
    ----------
    records : iterable of dict
        Of `truth_record`.
    path : Path
    """
    document = {"schema": SCHEMA, "images": list(records)}
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    return write_whole(path, text.encode("utf-8"))


def _line_record(line: TrueLine, spacing_mm: float) -> dict[str, Any]:
    return {
        "kind": str(line.kind),
        "target": str(line.target),
        "bone": line.bone,
        "path_px": [[round(float(row), 3), round(float(column), 3)] for row, column in line.path_px],
        "path_mm": [
            [round(float(row) * spacing_mm, 4), round(float(column) * spacing_mm, 4)]
            for row, column in line.path_px
        ],
        "length_mm": round(line.length_mm, 3),
        "width_mm": round(line.width_mm, 4),
        "equivalent_width_mm": round(line.equivalent_width_mm, 4),
        "contrast_log": round(line.contrast_log, 5),
        "integrated_contrast_mm": round(line.integrated_contrast_mm, 6),
        "bone_contrast_log": round(line.bone_contrast_log, 5),
        "angle_to_bone_deg": round(line.angle_to_bone_deg, 2),
        "tilt_deg": line.tilt_deg,
        "depth_mm": round(line.depth_mm, 3),
        "d_prime": None if line.d_prime is None else round(line.d_prime, 2),
        "cluster": line.cluster,
    }


def _mimic_record(mimic: MimicTruth) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": str(mimic.kind)}
    if mimic.path_px is not None:
        record["path_px"] = [[round(float(row), 2), round(float(column), 2)] for row, column in mimic.path_px]
    if mimic.box_px is not None:
        record["box_px"] = list(mimic.box_px)
    return record
