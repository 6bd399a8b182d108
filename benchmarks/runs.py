"""Run detectors over a set of pictures in two processes, and keep what they found for the next time."""

import json
import re
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
from data_sets import DataSet
from detectors import MICROCAL, MICROCAL_SETTINGS, Candidates, Variant, found_by_microcal, found_by_peer
from stamps import PACKAGE, ROOT, stamp

from microcal_xray import Findings, MicrocalError, Settings, __version__, read_radiograph
from microcal_xray.reporting import failed_result, image_result

Record = dict[str, Any]

_WORKERS = 2
_PEER_PACKAGES = ("scikit-image", "SimpleITK", "opencv-contrib-python-headless", "ridge-detector")
_PEER_STAGES = ("loading", "preprocessing/field.py", "preprocessing/flatten.py", "preprocessing/grid.py")
_STAGES = (
    "loading",
    "preprocessing",
    "bone",
    "detection",
    "measurement",
    "resolution.py",
    "searching.py",
    "measuring.py",
    "pipeline.py",
)
_OWN_FILES = ("scene.py", "peers.py", "lines.py", "linking.py", "chains.py", "detectors.py")


@dataclass(frozen=True)
class Answer:
    """What one detector answered for one picture.

    Parameters
    ----------
    records : list of dict
        One per variant, as in candidates.json.
    seconds : float
        Of processor time, without reading the picture.
    """

    records: list[Record]
    seconds: float


def versions() -> dict[str, str]:
    """Return the versions of the compared packages and of what they stand on."""
    names = (*_PEER_PACKAGES, "numpy", "scipy")
    return {"microcal_xray": __version__} | {name: version(name) for name in names}


def run(detector: str, data_set: DataSet, variants: tuple[Variant, ...], cache: Path) -> list[Path]:
    """Return a candidates file per variant; for our own detector, which has no variants, one.

    Parameters
    ----------
    detector : str
        `MICROCAL` or one of `PEERS`.
    data_set : DataSet
    variants : tuple of Variant
    cache : Path
        Folder; what it holds of the same sources and pictures is not computed again.
    """
    places = [_place(detector, variant, data_set, cache) for variant in variants or (None,)]
    if all(place.is_file() for place in places):
        return places
    start = time.monotonic()
    answer = partial(_answer, detector, variants)
    with ProcessPoolExecutor(_WORKERS, initializer=peers.one_thread) as pool:
        answers = list(pool.map(answer, data_set.pictures))
    seconds = sum(each.seconds for each in answers) / len(answers)
    for index, place in enumerate(places):
        variant = variants[index] if variants else None
        _write(
            place,
            {
                "schema": "microcal-candidates/1",
                "version": __version__,
                "settings": {"detector": detector, "seconds_per_picture": seconds} | _settings(variant),
                "images": [each.records[index] for each in answers],
            },
        )
    print(
        f"{data_set.name}: {detector}, {len(places)} variants, {time.monotonic() - start:.0f} s", flush=True
    )
    return places


def seconds_per_picture(candidates: Path) -> float:
    """Return the processor time that a candidates file of `run` took, mean over its pictures."""
    settings = json.loads(candidates.read_text(encoding="utf-8"))["settings"]
    return float(settings["seconds_per_picture"])


def _settings(variant: Variant | None) -> dict[str, Any]:
    return {"variant": variant.words()} if variant is not None else MICROCAL_SETTINGS.as_dict()


def _answer(detector: str, variants: tuple[Variant, ...], picture: Path) -> Answer:
    with warnings.catch_warnings():
        # Pictures without a spacing say so each time; the report says it once.
        warnings.simplefilter("ignore")
        try:
            radiograph = read_radiograph(picture)
        except MicrocalError as error:
            return Answer([failed_result(picture.name, str(error)).as_dict()] * max(1, len(variants)), 0.0)
        start = time.process_time()
        found: list[Candidates]
        if detector == MICROCAL:
            found = [found_by_microcal(radiograph)]
        else:
            found = found_by_peer(detector, radiograph, variants)
        seconds = time.process_time() - start
        empty = image_result(Findings(radiograph, Settings()), picture.name)
        return Answer([replace(empty, candidates=each).as_dict() for each in found], seconds)


def _place(detector: str, variant: Variant | None, data_set: DataSet, cache: Path) -> Path:
    if variant is None:
        sources = [PACKAGE / name for name in (*_STAGES, "radiograph.py", "settings.py")]
    else:
        sources = [PACKAGE / name for name in _PEER_STAGES]
        sources += [ROOT / "benchmarks" / name for name in _OWN_FILES]
    state = stamp(*sources, text=f"{variant} {versions()} {data_set.stamp}")
    slug = re.sub(r"\W+", "-", detector.lower()).strip("-")
    return cache / "candidates" / f"{data_set.name}-{slug}-{state}.json"


def _write(place: Path, document: dict[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    part.replace(place)
