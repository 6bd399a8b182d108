"""The tables as Parquet: typed columns with their units, for results that no spreadsheet holds."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import MicrocalError, OutputError
from ..settings import Settings
from ..version import __version__
from .capsule import run_capsule
from .parquet_bumps import COLUMNS_OF_BUMPS, COLUMNS_OF_CLUSTERS, bump_rows, cluster_rows
from .written import WrittenResult

PARQUET_NAMES = ("candidates.parquet", "images.parquet", "bumps.parquet", "clusters.parquet")
PARQUET_SCHEMA_NAME = "microcal-parquet/1"

_ROWS_AT_A_TIME = 2000

# name: (type, unit, meaning); null means unknown, as in candidates.json.
COLUMNS_OF_IMAGES: Mapping[str, tuple[str, str, str]] = {
    "file": ("string", "", "relative path of the input"),
    "status": ("string", "", "ok, failed or skipped"),
    "reason": ("string", "", "why it failed or was skipped"),
    "candidates": ("int32", "1", "number of candidates"),
    "strongest_score": ("float64", "", "score of the strongest candidate"),
    "rows": ("int32", "px", "size as stored"),
    "columns": ("int32", "px", "size as stored"),
    "row_spacing_mm": ("float64", "mm", "distance between the centres of neighbouring rows"),
    "column_spacing_mm": ("float64", "mm", "distance between the centres of neighbouring columns"),
    "spacing_source": ("string", "", "how far millimetres can be trusted"),
    "intent": ("string", "", "for-processing, for-presentation, unspecified or picture"),
    "signal": ("string", "", "log attenuation or grey levels"),
    "file_format": ("string", "", "DICOM, PNG, JPEG or TIFF"),
    "modality": ("string", "", "as DICOM defines it"),
    "body_part": ("string", "", "as DICOM defines it"),
    "laterality": ("string", "", "as DICOM defines it"),
    "view": ("string", "", "as DICOM defines it"),
    "photometric": ("string", "", "how it is stored"),
    "compression": ("string", "", "of the pixel data"),
    "bits_stored": ("int32", "bit", "per sample"),
    "decoder": ("string", "", "that decoded compressed pixel data"),
    "cautions": ("list<string>", "", "reasons to trust the image less"),
    "pixel_sha256": ("string", "", "of the pixels that were searched"),
    "file_sha256": ("string", "", "of all bytes of the file"),
    "file_bytes": ("int64", "byte", "length of the file"),
}
_COLUMNS_OF_CANDIDATES: Mapping[str, tuple[str, str, str]] = {
    "file": ("string", "", "relative path of the input"),
    "pixel_sha256": ("string", "", "of the pixels that were searched"),
    "id": ("int32", "", "1 for the strongest of its image"),
    "kind": ("string", "", "lucent or sclerotic"),
    "tier": ("string", "", "strong or weak"),
    "score": ("float64", "", "minus the decimal logarithm of the expected false marks"),
    "length_mm": ("float64", "mm", "along the centre line"),
    "width_mm": ("float64", "mm", "full width at half maximum as it appears"),
    "length_px": ("float64", "px", "along the centre line"),
    "width_px": ("float64", "px", "full width at half maximum as it appears"),
    "contrast_sd": ("float64", "pixel noise", "height over the nearer side"),
    "angle_to_bone_deg": ("float64", "deg", "0 along the axis of the bone, 90 across"),
    "cautions": ("list<string>", "", "reasons to trust the candidate less"),
    "expected_false_marks": ("float64", "marks per picture", "at least as strong, on a normal picture"),
    "likeliest_mimic": ("string", "", "the other structure that explains most of it"),
    "likeliest_mimic_value": ("float64", "1", "how much of it, 0 to 1"),
    "measured_length_mm": ("float64", "mm", "of the evidence card"),
    "measured_length_low_mm": ("float64", "mm", "lower end of its 95 % interval"),
    "measured_length_high_mm": ("float64", "mm", "upper end of its 95 % interval"),
    "equivalent_width_mm": ("float64", "mm", "integrated contrast over that of the bone"),
    "equivalent_width_low_mm": ("float64", "mm", "lower end of its 95 % interval"),
    "equivalent_width_high_mm": ("float64", "mm", "upper end of its 95 % interval"),
    "resolved": ("bool", "", "whether the width can be told from the blur"),
    "line_width_mm": ("float64", "mm", "of the line itself, blur taken away"),
    "line_width_low_mm": ("float64", "mm", "lower end of its 95 % interval"),
    "line_width_high_mm": ("float64", "mm", "upper end of its 95 % interval"),
    "d_prime": ("float64", "1", "for an observer who knows place and noise"),
    "crossed": ("float64", "1", "share of the width of the bone"),
    "stability": ("float64", "1", "share of changed measurements that kept it"),
    "path_row_px": ("list<float64>", "px", "rows of the centre line"),
    "path_column_px": ("list<float64>", "px", "columns of the centre line"),
}


def require_pyarrow() -> None:
    """Raise unless Parquet can be written.

    Raises
    ------
    MicrocalError
        If pyarrow is not installed; the text says how to get it.
    """
    try:
        import pyarrow.parquet  # an extra of 50 MB, so it may be absent
    except ImportError as error:
        raise MicrocalError("Parquet needs one more package: pip install microcal-xray[parquet]") from error
    del pyarrow


def write_parquet(rows: Callable[[], Iterable[WrittenResult]], out: Path, settings: Settings) -> None:
    """Write the tables of `PARQUET_NAMES`, each whole or not at all; numbers as in candidates.json.

    Parameters
    ----------
    rows : callable
        Gives one row per input file in the order to be written; called once for each table.
    out : Path
        The output folder, which must exist.
    settings : Settings
        Kept in the metadata of each, as are version and capsule.

    Raises
    ------
    OutputError
        If one cannot be written.
    MicrocalError
        If pyarrow is not installed.
    """
    require_pyarrow()
    documents = {
        "candidates.parquet": (_COLUMNS_OF_CANDIDATES, _candidate_rows),
        "images.parquet": (COLUMNS_OF_IMAGES, image_row),
        "bumps.parquet": (COLUMNS_OF_BUMPS, bump_rows),
        "clusters.parquet": (COLUMNS_OF_CLUSTERS, cluster_rows),
    }
    for name, (columns, lines) in documents.items():
        records = (line for row in rows() for line in lines(json.loads(row.record)))
        told = {
            "schema": PARQUET_SCHEMA_NAME,
            "version": __version__,
            "settings": json.dumps(settings.as_dict()),
            "capsule": json.dumps(run_capsule()),
        }
        with _whole(out / name) as part:
            write_table(part, columns, records, told)


def write_table(
    path: Path,
    columns: Mapping[str, tuple[str, str, str]],
    records: Iterator[dict[str, Any]],
    told: Mapping[str, str],
    *,
    rows_at_a_time: int = _ROWS_AT_A_TIME,
) -> None:
    """Write one table as Parquet.

    Parameters
    ----------
    path : Path
    columns : mapping
        Of each name: type, unit, meaning.
    records : iterator of dict
        A value for each column.
    told : mapping of str to str
        Metadata of the file, each name after `microcal.`.
    rows_at_a_time : int
        Rows of a group; so many are held at once.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "list<string>": pa.list_(pa.string()),
        "list<float64>": pa.list_(pa.float64()),
        "list<list<float64>>": pa.list_(pa.list_(pa.float64())),
        "list<int32>": pa.list_(pa.int32()),
        "bool": pa.bool_(),
    }
    fields = [
        pa.field(name, types.get(kind) or getattr(pa, kind)(), metadata={"unit": unit, "meaning": meaning})
        for name, (kind, unit, meaning) in columns.items()
    ]
    schema = pa.schema(fields, metadata={f"microcal.{name}": value for name, value in told.items()})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while block := list(islice(records, rows_at_a_time)):
            writer.write_table(pa.Table.from_pylist(block, schema=schema))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            yield part
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error


def image_row(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the one row of images.parquet that a record of candidates.json comes to."""
    spacing = record["spacing_mm"] or [None, None]
    capsule = record["capsule"] or {}
    candidates = record["candidates"]
    yield {
        **{name: record.get(name) for name in COLUMNS_OF_IMAGES},
        "candidates": len(candidates),
        "strongest_score": candidates[0]["score"] if candidates else None,
        "row_spacing_mm": spacing[0],
        "column_spacing_mm": spacing[1],
        **{name: capsule.get(name) for name in ("pixel_sha256", "file_sha256", "file_bytes")},
    }


def _candidate_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pixels = (record["capsule"] or {}).get("pixel_sha256")
    for candidate in record["candidates"]:
        evidence, measured = candidate["evidence"] or {}, candidate.get("measured") or {}
        mimics = sorted(evidence.get("mimics", []), key=lambda mimic: -mimic["value"])
        likeliest = mimics[0] if mimics else {}
        yield {
            **{name: candidate.get(name) for name in _COLUMNS_OF_CANDIDATES},
            "file": record["file"],
            "pixel_sha256": pixels,
            "expected_false_marks": evidence.get("false_marks"),
            "likeliest_mimic": likeliest.get("mimic"),
            "likeliest_mimic_value": likeliest.get("value"),
            **_estimate(measured.get("length_mm"), "measured_length{}_mm"),
            **_estimate(measured.get("equivalent_width_mm"), "equivalent_width{}_mm"),
            **_estimate(measured.get("line_width_mm"), "line_width{}_mm"),
            "resolved": measured.get("resolved"),
            "d_prime": (measured.get("d_prime") or {}).get("value"),
            "crossed": ((measured.get("place") or {}).get("crossed") or {}).get("value"),
            "stability": _share(measured.get("stability")),
            "path_row_px": [point[0] for point in candidate["path_px"]],
            "path_column_px": [point[1] for point in candidate["path_px"]],
        }


def _estimate(estimate: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    known = estimate or {}
    ends = {"": "value", "_low": "low", "_high": "high"}
    return {name.format(end): known.get(key) for end, key in ends.items()}


def _share(stability: Mapping[str, Any] | None) -> float | None:
    return stability["kept"] / stability["tried"] if stability and stability["tried"] else None
