"""Bumps and clusters as tables of Parquet: their columns with units, and their rows."""

from collections.abc import Iterator, Mapping
from typing import Any

_SIZES = {
    "height": ("", "greatest height over the outline without the bump"),
    "length": ("", "along the outline, where it has more than a tenth of its height"),
    "area": ("2", "between the outline with and without it, in projection"),
    "shaft": ("", "diameter of the bone there without the bump"),
    "endosteal": ("", "how much farther inwards the cortex reaches than beside the bump"),
}
_LOW, _HIGH = "lower end of its 95 % interval", "upper end of its 95 % interval"

# name: (type, unit, meaning); null means unknown, as in candidates.json.
COLUMNS_OF_BUMPS: Mapping[str, tuple[str, str, str]] = {
    "file": ("string", "", "relative path of the input"),
    "pixel_sha256": ("string", "", "of the pixels that were searched"),
    "id": ("int32", "", "1 for the strongest of its image, apart from lines"),
    "kind": ("string", "", "bump or periosteal"),
    "tier": ("string", "", "strong or weak"),
    "score": ("float64", "", "minus the decimal logarithm of the expected false bumps"),
    "expected_false_bumps": ("float64", "bumps per picture", "at least as strong, on a picture without any"),
    **{
        f"{name}{end}_{unit}{power}": ("float64", f"{unit}{power}", meaning if not end else more)
        for name, (power, meaning) in _SIZES.items()
        for unit in ("mm", "px")
        for end, more in (("", ""), ("_low", _LOW), ("_high", _HIGH))
    },
    "callus_index": ("float64", "1", "diameter with the bump over that without"),
    "callus_index_low": ("float64", "1", _LOW),
    "callus_index_high": ("float64", "1", _HIGH),
    "contrast": ("float64", "1", "brightness as a share of the step from soft tissue to cortex"),
    "gap": ("float64", "1", "how much darker between cortex and shell, as a share of the shell"),
    "cautions": ("list<string>", "", "reasons to trust the bump less"),
    "base_row_px": ("list<float64>", "px", "rows of the outline without the bump"),
    "base_column_px": ("list<float64>", "px", "columns of the outline without the bump"),
    "top_row_px": ("list<float64>", "px", "rows of the outline with the bump"),
    "top_column_px": ("list<float64>", "px", "columns of the outline with the bump"),
}
COLUMNS_OF_CLUSTERS: Mapping[str, tuple[str, str, str]] = {
    "file": ("string", "", "relative path of the input"),
    "pixel_sha256": ("string", "", "of the pixels that were searched"),
    "id": ("int32", "", "1 for the cluster of the strongest member"),
    "pattern": ("string", "", "close or growth-arrest"),
    "lines": ("list<int32>", "", "ids of its lines"),
    "bumps": ("list<int32>", "", "ids of its bumps"),
    "extent_mm": ("float64", "mm", "greatest distance between the middles of two members"),
    "extent_px": ("float64", "px", "greatest distance between the middles of two members"),
    "spacing_mm": ("float64", "mm", "median distance from one member to the next"),
    "spacing_px": ("float64", "px", "median distance from one member to the next"),
    "evenness": ("float64", "1", "largest over smallest of those distances"),
    "faint_row_px": ("list<list<float64>>", "px", "rows of each line that is no candidate by itself"),
    "faint_column_px": ("list<list<float64>>", "px", "columns of each line that is no candidate by itself"),
}


def bump_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row for each bump of a record of candidates.json.

    Parameters
    ----------
    record : mapping
        Of one file; one of an older version may have no bumps.
    """
    for bump in record.get("bumps") or ():
        yield {
            **{name: bump.get(name) for name in COLUMNS_OF_BUMPS},
            **_of_file(record),
            "expected_false_bumps": bump["false_bumps"],
            **{
                key: value
                for name, (power, _) in _SIZES.items()
                for unit in ("mm", "px")
                for key, value in _estimate(bump, f"{name}_{unit}{power}", name, f"_{unit}{power}").items()
            },
            **_estimate(bump, "callus_index", "callus_index", ""),
            **{
                f"{path}_{axis}_px": [point[place] for point in bump[f"{path}_path_px"]]
                for path in ("base", "top")
                for place, axis in enumerate(("row", "column"))
            },
        }


def cluster_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row for each cluster of a record of candidates.json.

    Parameters
    ----------
    record : mapping
    """
    for cluster in record.get("clusters") or ():
        faint = cluster.get("faint_paths_px") or ()
        yield {
            **{name: cluster.get(name) for name in COLUMNS_OF_CLUSTERS},
            **_of_file(record),
            **{
                f"faint_{axis}_px": [[point[place] for point in path] for path in faint]
                for place, axis in enumerate(("row", "column"))
            },
        }


def _of_file(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"file": record["file"], "pixel_sha256": (record["capsule"] or {}).get("pixel_sha256")}


def _estimate(bump: Mapping[str, Any], field: str, stem: str, ending: str) -> dict[str, Any]:
    known = bump[field] or {}
    return {f"{stem}{end}{ending}": known.get(end.strip("_") or "value") for end in ("", "_low", "_high")}
