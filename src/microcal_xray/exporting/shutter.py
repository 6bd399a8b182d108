"""The display shutter of the source: a presentation state without it would show what the source hides."""

from pydicom.dataset import Dataset

from ..loading.display_shutter import UnusableOpeningError, open_area
from ..loading.usable_area import shutter
from .source import SourceImage

_BLACK = 0  # P-value
# Of each shape alone: the others' must be absent. How many numbers each has; None: all that there are.
_NUMBERS: dict[str, dict[str, tuple[str, int | None]]] = {
    "RECTANGULAR": {
        "ShutterLeftVerticalEdge": ("left", 1),
        "ShutterRightVerticalEdge": ("right", 1),
        "ShutterUpperHorizontalEdge": ("upper", 1),
        "ShutterLowerHorizontalEdge": ("lower", 1),
    },
    "CIRCULAR": {"CenterOfCircularShutter": ("centre", 2), "RadiusOfCircularShutter": ("radius", 1)},
    "POLYGONAL": {"VerticesOfThePolygonalShutter": ("vertices", None)},
}


def put_shutter(source: SourceImage, dataset: Dataset) -> None:
    """Put the shutter of the source into a presentation state, if it can be used.

    Parameters
    ----------
    source : SourceImage
    dataset : Dataset
    """
    opening = shutter(source.header)
    rows, columns = source.radiograph.pixels.shape
    if not opening.shapes:
        return
    try:
        open_area(opening, (rows, columns))
    except UnusableOpeningError:
        return
    dataset.ShutterShape = list(opening.shapes)
    for shape in opening.shapes:
        for keyword, (name, count) in _NUMBERS[shape].items():
            setattr(dataset, keyword, [round(value) for value in getattr(opening, name)[:count]])
    dataset.ShutterPresentationValue = _BLACK
