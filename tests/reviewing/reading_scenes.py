"""Small studies for these tests: images with candidates at known places, and what readers do to them."""

import hashlib
import io
import itertools
from pathlib import Path

import numpy as np
from PIL import Image

from microcal_xray.findings import Candidate, Kind, Tier
from microcal_xray.radiograph import Acquisition, Intent, Signal, Spacing, SpacingSource
from microcal_xray.reporting import ImageResult, Status, write_results
from microcal_xray.reviewing import Study, event_from_dict, read_study
from microcal_xray.settings import Settings

ROWS, COLUMNS = 120, 90
FIRST, LAST = 20, 60  # the columns between which every line runs
_numbers = itertools.count(1)


def row_path(row: float, first: float = FIRST, last: float = LAST) -> list[list[float]]:
    """Return a line along a row."""
    return [[row, first], [row, (first + last) / 2], [row, last]]


def candidate(id: int, row: float, *, kind: Kind = Kind.LUCENT, score: float = 1.0) -> Candidate:
    return Candidate(
        id=id,
        kind=kind,
        tier=Tier.STRONG,
        score=score,
        path_px=np.array(row_path(row)),
        length_px=LAST - FIRST,
        width_px=3.0,
        length_mm=0.1 * (LAST - FIRST),
        width_mm=0.3,
        contrast_sd=3.0,
        angle_to_bone_deg=90.0,
    )


def write_study(out: Path, images: dict[str, tuple[float, ...]]) -> Study:
    """Write an output folder: each image has a candidate along each of its rows, the strongest first."""
    picture = io.BytesIO()
    Image.fromarray(np.full((ROWS, COLUMNS), 90, np.uint8)).save(picture, "JPEG")
    (out / "overlays").mkdir(parents=True, exist_ok=True)
    results = [
        ImageResult(
            file=file,
            status=Status.OK,
            rows=ROWS,
            columns=COLUMNS,
            spacing=Spacing(0.1, 0.1, SpacingSource.DETECTOR),
            intent=Intent.PICTURE,
            signal=Signal.GREY,
            acquisition=Acquisition(file_format="PNG"),
            candidates=tuple(candidate(n, row, score=5.0 - n) for n, row in enumerate(rows, 1)),
            preview_jpeg=picture.getvalue(),
            pixel_sha256=hashlib.sha256(file.encode()).hexdigest(),
        )
        for file, rows in images.items()
    ]
    write_results(results, out, Settings())
    return read_study(out)


def said(image: str, line: str, action: str, **fields: object) -> dict[str, object]:
    """Return an event as the page sends it, with a new id."""
    number = next(_numbers)
    return {
        "event": f"{number:032x}",
        "utc": f"2026-11-25T22:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "reader": "",
        "image": image,
        "pixel_sha256": None,
        "line": line,
        "action": action,
        "reason": None,
        "comment": "",
        "kind": None,
        "path_px": None,
        "overlay_visible": False,
        "seconds": 1.0,
        **fields,
    }


def own(number: int) -> str:
    return f"own-{number:012x}"


def drawn(image: str, number: int, row: float, **fields: object) -> dict[str, object]:
    """Return the event by which a reader adds a dark line along a row."""
    return said(image, own(number), "add", **{"kind": "lucent", "path_px": row_path(row), **fields})


def checked(study: Study, reader: str, *events: dict[str, object]):
    return [event_from_dict(each, study, reader=reader) for each in events]
