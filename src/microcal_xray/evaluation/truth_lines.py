"""Truth in lines: our truth.json, and a CSV of polylines."""

from pathlib import Path

from ..findings import Kind
from .candidate_lists import kind_field, path_field
from .foreign import Fields, UnreadableTruthError, read_json, read_rows
from .truth import Box, Mimic, Paths, TrueImage, TrueLine, frozen_path

TRUTH_SCHEMA = "microcal-truth/1"
_KIND_OF_POLARITY = {"dark": Kind.LUCENT, "bright": Kind.SCLEROTIC}
_VISIBLE = ("yes", "no", "unsure")


def read_truth_json(path: Path) -> tuple[TrueImage, ...]:
    """Return the pictures of a file of schema ``microcal-truth/1``.

    Raises
    ------
    UnreadableTruthError
        If the file is not of that schema; the message names the place.
    """
    document = Fields(read_json(path), str(path))
    if document.values.get("schema") != TRUTH_SCHEMA:
        raise document.complaint("schema", repr(TRUTH_SCHEMA))
    return tuple(_image(image) for image in document.objects("images"))


def read_truth_csv(path: Path) -> tuple[TrueImage, ...]:
    """Return the pictures of a CSV of polylines.

    Columns: `file`; `thin_line_visible` (yes, no, unsure); `polyline`, points "x y;x y" with x to the right
    and y down, several lines separated by `|`; `line_polarity` (dark, bright) in the same order. Optional:
    `width` and `height` in pixels, `body_part`, `patient`, `spacing_mm`.

    The lines of an `unsure` row are neither hit nor missed. An `unsure` row without a line says nothing
    about its picture.

    Raises
    ------
    UnreadableTruthError
        If a column is missing or a cell cannot be used; the message names the row.
    """
    required = ("file", "thin_line_visible", "line_polarity", "polyline")
    return tuple(_row(row, f"{path}: line {number}") for number, row in read_rows(path, required=required))


def _image(image: Fields) -> TrueImage:
    lines = tuple(_line(line) for line in image.objects("lines"))
    return TrueImage(
        file=image.text("file"),
        rows=image.count("rows"),
        columns=image.count("columns"),
        spacing_mm=image.spacing("spacing_mm"),
        anatomy=image.text_or_none("anatomy"),
        patient=image.text_or_none("patient"),
        lines=lines,
        mimics=tuple(_mimic(mimic) for mimic in image.objects("mimics")),
        unsure=image.yes("unsure") or (bool(lines) and all(line.unsure for line in lines)),
    )


def _line(line: Fields) -> TrueLine:
    try:
        return TrueLine(
            kind=kind_field(line),
            path_px=path_field(line, "path_px"),
            unsure=line.yes("unsure"),
            width_mm=line.number_or_none("width_mm"),
            length_mm=line.number_or_none("length_mm"),
            d_prime=line.number_or_none("d_prime"),
            angle_to_bone_deg=line.number_or_none("angle_to_bone_deg"),
        )
    except ValueError as error:
        raise UnreadableTruthError(f"{line.where}: {error}; give a line of positive length") from None


def _mimic(mimic: Fields) -> Mimic:
    name = mimic.text("kind")
    if mimic.values.get("path_px") is not None:
        return Mimic(name, path_px=path_field(mimic, "path_px"))
    try:
        top, left, bottom, right = (float(side) for side in mimic.values.get("box_px") or ())
        return Mimic(name, box=Box(top, left, bottom, right))
    except (TypeError, ValueError):
        raise mimic.complaint("box_px", "[top, left, bottom, right], or path_px be given") from None


def _row(row: dict[str, str], where: str) -> TrueImage:
    visible = row["thin_line_visible"].strip()
    if not row["file"]:
        raise UnreadableTruthError(f"{where}: file is empty; name the picture")
    if visible not in _VISIBLE:
        raise UnreadableTruthError(
            f"{where}: thin_line_visible is {visible!r}; it must be {', '.join(_VISIBLE)}"
        )
    unsure = visible == "unsure"
    lines = _polylines(row, where, unsure=unsure)
    if bool(lines) != (visible == "yes") and not unsure:
        raise UnreadableTruthError(
            f"{where}: thin_line_visible is {visible!r} but {len(lines)} lines are drawn; make them agree"
        )
    return TrueImage(
        file=row["file"],
        rows=_size(row, "height", where),
        columns=_size(row, "width", where),
        spacing_mm=_spacing(row, where),
        anatomy=row.get("body_part") or None,
        patient=row.get("patient") or None,
        lines=lines,
        unsure=unsure,
    )


def _polylines(row: dict[str, str], where: str, *, unsure: bool) -> tuple[TrueLine, ...]:
    if not row["polyline"].strip():
        return ()
    drawn, polarities = row["polyline"].split("|"), row["line_polarity"].split("|")
    if len(drawn) != len(polarities):
        raise UnreadableTruthError(
            f"{where}: {len(drawn)} polylines but {len(polarities)} polarities; give one for each"
        )
    lines = []
    for points, polarity in zip(drawn, polarities, strict=True):
        kind = _KIND_OF_POLARITY.get(polarity.strip())
        if kind is None:
            raise UnreadableTruthError(f"{where}: line_polarity is {polarity!r}; it must be dark or bright")
        try:
            lines.append(TrueLine(kind, _points(points), unsure=unsure))
        except ValueError as error:
            raise UnreadableTruthError(
                f"{where}: polyline {points!r:.60}: {error}; write 'x y;x y'"
            ) from None
    return tuple(lines)


def _points(text: str) -> Paths:
    pairs = [point.split() for point in text.split(";") if point.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("a point is not a pair")
    return frozen_path([(float(y), float(x)) for x, y in pairs])


def _size(row: dict[str, str], name: str, where: str) -> int | None:
    text = row.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UnreadableTruthError(f"{where}: {name} is {text!r}; it must be a whole number over 0")
    return int(text)


def _spacing(row: dict[str, str], where: str) -> tuple[float, float] | None:
    text = row.get("spacing_mm", "").strip()
    if not text:
        return None
    try:
        spacings = [float(value) for value in text.split()]
    except ValueError:
        spacings = []
    if len(spacings) not in (1, 2) or not all(0 < spacing < float("inf") for spacing in spacings):
        raise UnreadableTruthError(f"{where}: spacing_mm is {text!r}; it must be one or two numbers over 0")
    return spacings[0], spacings[-1]
