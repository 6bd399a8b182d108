"""The usable pixels of a data set: what its header does not take away."""

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..radiograph import ImageCaution, Spacing
from .display_shutter import Opening, UnusableOpeningError, not_padding, open_area
from .header import number, numbers

_Mask = npt.NDArray[np.bool_]


def usable_area(
    dataset: Dataset, stored: npt.NDArray[np.integer], *, bits_allocated: int, spacing: Spacing | None
) -> tuple[_Mask, ImageCaution]:
    """Return where display shutter, collimator and padding leave a picture, all three together.

    One that cannot be used, or that leaves nothing, is left out with the caution BAD_TAG.

    Parameters
    ----------
    dataset : Dataset
    stored : (R, C) or (R, C, 3) integer array
        Before the modality transform. Padding is looked for in grey pictures only.
    bits_allocated : int
    spacing : Spacing or None
        A circle is round in millimetres; None: in pixels.
    """
    shape = (stored.shape[0], stored.shape[1])
    usable, cautions = np.ones(shape, bool), ImageCaution.NONE
    ratio = spacing.row_mm / spacing.column_mm if spacing else 1.0
    for opening in (shutter(dataset), _collimator(dataset)):
        try:
            usable &= open_area(opening, shape, row_over_column=ratio)
        except UnusableOpeningError:
            cautions |= ImageCaution.BAD_TAG
    padding = number(dataset, "PixelPaddingValue")
    if padding is not None and stored.ndim == 2:
        limit = number(dataset, "PixelPaddingRangeLimit")
        try:
            usable &= not_padding(stored, value=padding, limit=limit, bits_allocated=bits_allocated)
        except UnusableOpeningError:
            cautions |= ImageCaution.BAD_TAG
    if not usable.any():  # each alone leaves something, together nothing: one of them is wrong
        return np.ones(shape, bool), cautions | ImageCaution.BAD_TAG
    return usable, cautions


def shutter(dataset: Dataset) -> Opening:
    """Return the Display Shutter module of a header, PS3.3 C.7.6.11; without shapes if there is none."""
    return Opening(
        shapes=_shapes(dataset, "ShutterShape"),
        left=numbers(dataset, "ShutterLeftVerticalEdge"),
        right=numbers(dataset, "ShutterRightVerticalEdge"),
        upper=numbers(dataset, "ShutterUpperHorizontalEdge"),
        lower=numbers(dataset, "ShutterLowerHorizontalEdge"),
        centre=numbers(dataset, "CenterOfCircularShutter"),
        radius=numbers(dataset, "RadiusOfCircularShutter"),
        vertices=numbers(dataset, "VerticesOfThePolygonalShutter"),
    )


def _collimator(dataset: Dataset) -> Opening:
    """Return the X-Ray Collimator module, PS3.3 C.8.7.3."""
    return Opening(
        shapes=_shapes(dataset, "CollimatorShape"),
        left=numbers(dataset, "CollimatorLeftVerticalEdge"),
        right=numbers(dataset, "CollimatorRightVerticalEdge"),
        upper=numbers(dataset, "CollimatorUpperHorizontalEdge"),
        lower=numbers(dataset, "CollimatorLowerHorizontalEdge"),
        centre=numbers(dataset, "CenterOfCircularCollimator"),
        radius=numbers(dataset, "RadiusOfCircularCollimator"),
        vertices=numbers(dataset, "VerticesOfThePolygonalCollimator"),
    )


def _shapes(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    value = dataset.get(keyword)
    if value is None or value == "":
        return ()
    names = [value] if isinstance(value, str) else list(value)
    return tuple(str(name).strip().upper() for name in names)
