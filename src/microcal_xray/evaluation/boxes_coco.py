"""Truth in boxes, written as COCO JSON."""

from pathlib import Path

from .box_classes import parted, wanted_names
from .foreign import Fields, UnreadableTruthError, read_json
from .truth import Box, Mimic, TrueBox, TrueImage


def read_coco(path: Path, *, classes: tuple[str, ...] | None = None) -> tuple[TrueImage, ...]:
    """Return the pictures of a COCO JSON file; one without an annotation is free of lines.

    Parameters
    ----------
    path : Path
    classes : tuple of str, optional
        Category names that are looked for; the others become mimics. None: those called "fracture" or
        "fractured", or all where there is none.

    Notes
    -----
    The origin of COCO is the outer corner of the first pixel; ours is its centre, half a pixel further.

    Raises
    ------
    UnreadableTruthError
        If the file is not COCO; the message names the place.
    """
    document = Fields(read_json(path), str(path))
    names = {category.values.get("id"): category.text("name") for category in document.objects("categories")}
    wanted = wanted_names(tuple(names.values()), classes)
    found: dict[object, list[TrueBox]] = {}
    for annotation in document.objects("annotations"):
        name = names.get(annotation.values.get("category_id"), "object")
        found.setdefault(annotation.values.get("image_id"), []).append(TrueBox(_coco_box(annotation), name))
    images = [(image, found.pop(image.values.get("id"), [])) for image in document.objects("images")]
    if found:
        stray = next(iter(found))
        raise UnreadableTruthError(
            f"{path}: annotations name image_id {stray!r}, which is not listed; add it"
        )
    return tuple(_image(image, *parted(boxes, wanted)) for image, boxes in images)


def _image(image: Fields, boxes: tuple[TrueBox, ...], mimics: tuple[Mimic, ...]) -> TrueImage:
    return TrueImage(
        image.text("file_name").replace("\\", "/"),
        rows=image.count("height"),
        columns=image.count("width"),
        boxes=boxes,
        mimics=mimics,
    )


def _coco_box(annotation: Fields) -> Box:
    try:
        left, top, width, height = (float(side) for side in annotation.values.get("bbox") or ())
        return Box(top - 0.5, left - 0.5, top + height - 0.5, left + width - 0.5)
    except (TypeError, ValueError):
        raise annotation.complaint("bbox", "[x, y, width, height], none of them negative") from None
