"""The folders in which FracAtlas and GRAZPEDWRI-DX are distributed.

FracAtlas (Abedeen et al. 2023, doi:10.1038/s41597-023-02432-4)::

    dataset.csv                       image_id, hand, leg, hip, shoulder, ..., fractured, ...
    images/Fractured/*.jpg  images/Non_fractured/*.jpg
    Annotations/COCO JSON/*.json      the fractured pictures alone
    Annotations/YOLO/*.txt

GRAZPEDWRI-DX (Nagy et al. 2022, doi:10.1038/s41597-022-01328-z)::

    dataset.csv                       filestem, patient_id, ..., pixel_spacing, ...
    images/*.png                      0001_1297860395_01_WRI-L1_M014.png: the first number is the patient
    folder_structure/yolov5/labels/*.txt   and  meta.yaml
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .boxes_coco import read_coco
from .boxes_yolo import Size, class_names, read_yolo
from .foreign import UnreadableTruthError, read_rows
from .truth import TrueImage

# meta.yaml of GRAZPEDWRI-DX; taken where labels come without a list of names but with its file names.
GRAZPEDWRI_CLASSES = (
    "boneanomaly",
    "bonelesion",
    "foreignbody",
    "fracture",
    "metal",
    "periostealreaction",
    "pronatorsign",
    "softtissue",
    "text",
)
_GRAZPEDWRI_STEM = re.compile(r"(\d{4})_\d+_\d+_WRI-")
_FRACATLAS_PARTS = ("hand", "leg", "hip", "shoulder")


def read_fracatlas(folder: Path, *, classes: tuple[str, ...] | None = None) -> tuple[TrueImage, ...]:
    """Return the pictures of FracAtlas: boxes from COCO, pictures without a fracture from dataset.csv.

    Raises
    ------
    UnreadableTruthError
        If the COCO file is missing, or a picture is called fractured and has no box.
    """
    documents = sorted((folder / "Annotations" / "COCO JSON").glob("*.json"))
    if len(documents) != 1:
        raise UnreadableTruthError(
            f"{folder}: Annotations/COCO JSON holds {len(documents)} JSON files, not one"
        )
    boxed = {image.file.rsplit("/", 1)[-1]: image for image in read_coco(documents[0], classes=classes)}
    table = folder / "dataset.csv"
    if not table.is_file():
        return tuple(boxed.values())
    images = []
    for number, row in read_rows(table, required=("image_id", "fractured")):
        image = boxed.get(row["image_id"], TrueImage(row["image_id"]))
        fractured = row["fractured"].strip() == "1"
        if fractured and not image.boxes:
            raise UnreadableTruthError(
                f"{table}: line {number}: {row['image_id']} is fractured but has no box"
            )
        images.append(_with_anatomy(image, row))
    return tuple(images)


def read_grazpedwri(
    folder: Path, *, sizes: Mapping[str, Size], classes: tuple[str, ...] | None = None
) -> tuple[TrueImage, ...]:
    """Return the pictures of GRAZPEDWRI-DX, with patient and spacing where dataset.csv gives them.

    Raises
    ------
    UnreadableTruthError
        If there are no labels; the message says which folders were looked in.
    """
    labels = labels_folder(folder)
    if labels is None:
        raise UnreadableTruthError(
            f"{folder}: no labels, yolov5/labels or folder_structure/yolov5/labels in it"
        )
    images = read_yolo(
        labels, sizes=sizes, names=class_names(labels) or _names_by_stem(labels), classes=classes
    )
    table = folder / "dataset.csv"
    rows: dict[str, dict[str, str]] = {}
    if table.is_file():
        rows = {row["filestem"]: row for _, row in read_rows(table, required=("filestem", "patient_id"))}
    return tuple(_with_patient(image, rows.get(image.file, {})) for image in images)


def labels_folder(folder: Path) -> Path | None:
    """Return the folder of YOLO labels in a data set, or None."""
    places = ("labels", "yolov5/labels", "folder_structure/yolov5/labels")
    return next((folder / place for place in places if (folder / place).is_dir()), None)


def _names_by_stem(labels: Path) -> tuple[str, ...]:
    stem = next((path.stem for path in labels.rglob("*.txt")), "")
    return GRAZPEDWRI_CLASSES if _GRAZPEDWRI_STEM.match(stem) else ()


def _with_anatomy(image: TrueImage, row: dict[str, str]) -> TrueImage:
    parts = [part for part in _FRACATLAS_PARTS if row.get(part, "").strip() == "1"]
    return replace(image, anatomy="+".join(parts) or None)


def _with_patient(image: TrueImage, row: dict[str, str]) -> TrueImage:
    number = _GRAZPEDWRI_STEM.match(image.file)
    try:
        spacing_mm = float(row.get("pixel_spacing") or 0)
    except ValueError:
        spacing_mm = 0.0
    return replace(
        image,
        spacing_mm=(spacing_mm, spacing_mm) if 0 < spacing_mm < float("inf") else None,
        anatomy="wrist" if number else None,
        patient=row.get("patient_id") or (str(int(number.group(1))) if number else None),
    )
