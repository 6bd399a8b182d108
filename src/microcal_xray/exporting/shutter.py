"""The display shutter of the source: a presentation state without it would show what the source hides."""

from pydicom.dataset import Dataset

from ..loading.display_shutter import UnusableOpeningError, open_area
from ..loading.usable_area import shutter
from .source import SourceImage

_BLACK = 0  # P-value
_NUMBERS = {
    "ShutterLeftVerticalEdge": "left",
    "ShutterRightVerticalEdge": "right",
    "ShutterUpperHorizontalEdge": "upper",
    "ShutterLowerHorizontalEdge": "lower",
    "CenterOfCircularShutter": "centre",
    "RadiusOfCircularShutter": "radius",
    "VerticesOfThePolygonalShutter": "vertices",
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
    for keyword, name in _NUMBERS.items():
        values = getattr(opening, name)
        if values:
            setattr(dataset, keyword, [round(value) for value in values])
    dataset.ShutterPresentationValue = _BLACK
