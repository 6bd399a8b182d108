"""The modality transform that a header asks for, applied to its stored values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..radiograph import ImageCaution
from .header import numbers
from .modality import look_up, rescale
from .pixel_layout import PixelLayout


@dataclass(frozen=True)
class ModalityValues:
    """Values after the modality transform.

    Parameters
    ----------
    values : (R, C) float32 array
    lowest, highest : float
        The ends of the range that the bit depth and the transform allow.
    step : float
        The smallest difference between two values.
    is_descending : bool
        Whether the transform turns high stored values into low ones.
    cautions : ImageCaution
    """

    values: npt.NDArray[np.float32]
    lowest: float
    highest: float
    step: float
    is_descending: bool = False
    cautions: ImageCaution = ImageCaution.NONE


def modality_values(dataset: Dataset, stored: npt.NDArray[np.number], layout: PixelLayout) -> ModalityValues:
    """Apply the Modality LUT module (PS3.3 C.11.1): the lookup table if there is one, else the rescale.

    A transform that cannot be used is left out, with the caution BAD_TAG.
    """
    cautions = ImageCaution.NONE
    if layout.samples == 1 and "ModalityLUTSequence" in dataset:
        try:
            return _looked_up(dataset, stored.astype(np.int64), layout)
        except MemoryError:  # says nothing about the table
            raise
        except Exception:  # any element of the sequence can be absent, of another type or of another length
            cautions |= ImageCaution.BAD_TAG
    slope, intercept, caution = rescale(
        numbers(dataset, "RescaleSlope"), numbers(dataset, "RescaleIntercept")
    )
    ends = [slope * end + intercept for end in _stored_range(layout)]
    values = stored.astype(np.float32)
    if (slope, intercept) != (1.0, 0.0):
        values = (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    return ModalityValues(values, min(ends), max(ends), abs(slope), slope < 0, cautions | caution)


def _stored_range(layout: PixelLayout) -> tuple[int, int]:
    if layout.signed:
        return -(2 ** (layout.bits_stored - 1)), 2 ** (layout.bits_stored - 1) - 1
    return 0, 2**layout.bits_stored - 1


def _looked_up(dataset: Dataset, stored: npt.NDArray[np.int64], layout: PixelLayout) -> ModalityValues:
    item = dataset.ModalityLUTSequence[0]
    length, first, _ = (int(value) for value in item.LUTDescriptor)
    table = _table(item["LUTData"].value, length or 2**16, dataset)  # 0 means 65536, PS3.3 C.11.1.1.1
    if layout.signed and first >= 2**15:
        first -= 2**16
    return ModalityValues(
        values=look_up(stored, table, first=first).astype(np.float32),
        lowest=float(table.min()),
        highest=float(table.max()),
        step=1.0,
        is_descending=bool(table[-1] < table[0]),
    )


def _table(data: object, length: int, dataset: Dataset) -> npt.NDArray[np.integer]:
    """Return the entries; those of 8 bits may be packed in pairs into 16-bit words."""
    if isinstance(data, bytes):
        _, is_little = dataset.original_encoding
        kind = "u1" if len(data) in (length, length + 1) else "<u2" if is_little else ">u2"
        table: npt.NDArray[np.integer] = np.frombuffer(data, kind)[:length]
    else:
        table = np.asarray(data, np.int64).ravel()[:length]
    if len(table) != length:
        raise ValueError("the lookup table is shorter than its descriptor says")
    return table
