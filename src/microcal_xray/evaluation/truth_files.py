"""Find out in which form a truth is written, and read it."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .box_data_sets import labels_folder, read_fracatlas, read_grazpedwri
from .boxes_coco import read_coco
from .boxes_yolo import class_names, read_yolo
from .candidate_lists import CandidateList
from .foreign import UnreadableTruthError, read_json
from .truth import TrueImage
from .truth_lines import TRUTH_SCHEMA, read_truth_csv, read_truth_json


def read_truth(
    path: str | Path,
    *,
    candidates: Sequence[CandidateList] = (),
    classes: tuple[str, ...] | None = None,
) -> tuple[TrueImage, ...]:
    """Return the truth in a file or a folder, in any of the forms that we know.

    A file: ``microcal-truth/1`` or COCO (.json), polylines (.csv). A folder: one with truth.json or
    truth.csv, FracAtlas, GRAZPEDWRI-DX, or YOLO label files.

    Parameters
    ----------
    path : str or Path
    candidates : sequence of CandidateList
        The pictures of the candidates file: YOLO labels need their sizes.
    classes : tuple of str, optional
        Names of the box classes that are looked for; see `read_coco`.

    Raises
    ------
    UnreadableTruthError
        If the form is not known, a picture occurs twice, or the truth is empty.
    """
    path = Path(path)
    images = _read(path, candidates, classes)
    if not images:
        raise UnreadableTruthError(
            f"{path}: no picture of the candidates file is in it; give the truth that fits"
        )
    seen: set[str] = set()
    for image in images:
        if image.file in seen:
            raise UnreadableTruthError(f"{path}: {image.file!r} occurs twice; list each picture once")
        seen.add(image.file)
    return images


def _read(
    path: Path, candidates: Sequence[CandidateList], classes: tuple[str, ...] | None
) -> tuple[TrueImage, ...]:
    if path.is_dir():
        return _read_folder(path, candidates, classes)
    if path.suffix.lower() == ".csv":
        return read_truth_csv(path)
    document = read_json(path)
    if "annotations" in document and document.get("schema") != TRUTH_SCHEMA:
        return read_coco(path, classes=classes)
    return read_truth_json(path)


def _read_folder(
    folder: Path, candidates: Sequence[CandidateList], classes: tuple[str, ...] | None
) -> tuple[TrueImage, ...]:
    if (folder / "truth.json").is_file():
        return read_truth_json(folder / "truth.json")
    if (folder / "truth.csv").is_file():
        return read_truth_csv(folder / "truth.csv")
    if (folder / "Annotations" / "COCO JSON").is_dir():
        return read_fracatlas(folder, classes=classes)
    sizes = {
        PurePosixPath(image.file).stem: (image.rows, image.columns)
        for image in candidates
        if image.rows is not None and image.columns is not None
    }
    if labels_folder(folder) is not None:
        return read_grazpedwri(folder, sizes=sizes, classes=classes)
    return read_yolo(folder, sizes=sizes, names=class_names(folder), classes=classes)
