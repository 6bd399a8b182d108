"""Truth in boxes, written as a folder of YOLO label files."""

import re
from collections.abc import Mapping
from pathlib import Path

from .box_classes import parted, wanted_names
from .foreign import UnreadableTruthError, read_text
from .truth import Box, TrueBox, TrueImage

Size = tuple[int, int]
_NO_LABELS = ("classes.txt", "README.txt")


def read_yolo(
    folder: Path,
    *,
    sizes: Mapping[str, Size],
    names: tuple[str, ...] = (),
    classes: tuple[str, ...] | None = None,
) -> tuple[TrueImage, ...]:
    """Return the pictures of a folder of YOLO label files; an empty file is a picture free of lines.

    Each line is ``class x_centre y_centre width height``, or ``class x1 y1 x2 y2 x3 y3 ...`` (a polygon, of
    which the box is taken), in shares of the width and height of the picture.

    Parameters
    ----------
    folder : Path
        Searched with its sub-folders.
    sizes : mapping of str to (rows, columns)
        By file stem: a label file does not say how large its picture is. Labels without a size are left out.
    names : tuple of str
        Names of the classes, in their order; a class without a name is called by its number.
    classes : tuple of str, optional
        As in `read_coco`.

    Raises
    ------
    UnreadableTruthError
        If there is no label file, or one cannot be used; the message names file and line.
    """
    labels = sorted(path for path in folder.rglob("*.txt") if path.name not in _NO_LABELS)
    if not labels:
        raise UnreadableTruthError(
            f"{folder}: holds no YOLO label files (*.txt); give the folder of the labels"
        )
    wanted = wanted_names(names, classes)
    images = []
    for path in labels:
        if path.stem not in sizes:
            continue
        rows, columns = sizes[path.stem]
        boxes = [
            _yolo_box(line, names, (rows, columns), f"{path}: line {number + 1}")
            for number, line in enumerate(read_text(path).splitlines())
            if line.strip()
        ]
        kept, mimics = parted(boxes, wanted)
        images.append(TrueImage(path.stem, rows=rows, columns=columns, boxes=kept, mimics=mimics))
    return tuple(images)


def class_names(labels: Path) -> tuple[str, ...]:
    """Return the class names beside a folder of labels: of classes.txt or of the `names` of a YAML file.

    Empty where there is neither.
    """
    for path in (labels / "classes.txt", labels.parent / "classes.txt"):
        if path.is_file():
            return tuple(line.strip() for line in read_text(path).splitlines() if line.strip())
    for path in (labels.parent / "meta.yaml", labels.parent / "data.yaml"):
        if path.is_file():
            return _yaml_names(read_text(path))
    return ()


def _yaml_names(text: str) -> tuple[str, ...]:
    # The two ways in which training tools write the one entry needed; a YAML reader would be a dependency.
    inline = re.search(r"^names:\s*\[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    if inline:
        return tuple(name.strip().strip("'\"") for name in inline.group(1).split(",") if name.strip())
    block = re.search(r"^names:\s*\n((?:[ \t]*(?:-|\d+:)[^\n]*\n?)+)", text, re.MULTILINE)
    lines = block.group(1).splitlines() if block else []
    return tuple(re.sub(r"^\s*(?:-|\d+:)\s*", "", line).strip().strip("'\"") for line in lines)


def _yolo_box(line: str, names: tuple[str, ...], size: Size, where: str) -> TrueBox:
    rows, columns = size
    try:
        number, *shares = (float(value) for value in line.split())
        if len(shares) == 4:
            x, y, width, height = shares
            left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
        elif len(shares) >= 6 and len(shares) % 2 == 0:
            left, right, top, bottom = (
                min(shares[::2]),
                max(shares[::2]),
                min(shares[1::2]),
                max(shares[1::2]),
            )
        else:
            raise ValueError("neither a box nor a polygon")
        if not (
            number >= 0 and number == int(number) and min(left, top) >= -0.01 and max(right, bottom) <= 1.01
        ):
            raise ValueError("outside the picture")
        box = Box(top * rows - 0.5, left * columns - 0.5, bottom * rows - 0.5, right * columns - 0.5)
    except (ValueError, OverflowError):
        raise UnreadableTruthError(
            f"{where}: {line!r:.60} is no YOLO label; write 'class x y width height'"
        ) from None
    index = int(number)
    return TrueBox(box, names[index] if index < len(names) else str(index))
