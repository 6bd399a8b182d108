"""How a display comes from stored values to greys (PS3.4 N.2).

A presentation state must say all of it, since it replaces what the image itself says.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ..errors import UnreadableRadiographError
from ..loading.header import code, numbers
from ..loading.modality import attenuation, rescale
from ..loading.modality_tags import ModalityValues, modality_values
from ..radiograph import ImageCaution, Signal
from ..reporting.display import LOG_GAMMA, display_window
from .source import SourceImage, is_bone_low

_WINDOW_FUNCTIONS = frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"})
_LARGEST = 65535
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class LookupTable:
    """Output values from the input value `first` on; (N,) uint16 array."""

    first: int
    entries: npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Window:
    """A window of values after the modality transform (PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True)
class DisplayPipeline:
    """The three steps of the greyscale display.

    Parameters
    ----------
    modality : LookupTable or (slope, intercept) or None
        None: stored values are used as they are.
    voi : LookupTable or Window
    is_inverse : bool
        Whether low values are displayed white.
    """

    modality: LookupTable | tuple[float, float] | None
    voi: LookupTable | Window
    is_inverse: bool


def display_pipeline(source: SourceImage) -> DisplayPipeline:
    """Return the display of a grey image, bone bright: its own window where that shows anything, else ours.

    Parameters
    ----------
    source : SourceImage

    Raises
    ------
    UnreadableRadiographError
        If its modality lookup table cannot be expressed.
    """
    modality, modal = _modality(source)
    is_inverse = is_bone_low(source, is_descending=modal.is_descending)
    low, high = _shown_range(source, modal, is_inverse=is_inverse)
    voi = _table_of_source(source.header) or _window_of_source(source.header, low, high)
    return DisplayPipeline(modality, voi or _own_voi(source, modal, low, high, is_inverse), is_inverse)


def _modality(source: SourceImage) -> tuple[LookupTable | tuple[float, float] | None, ModalityValues]:
    bits = min(source.layout.bits_stored, 16)
    first = -(2 ** (bits - 1)) if source.layout.signed else 0
    stored = np.arange(first, first + 2**bits)[np.newaxis]
    modal = modality_values(source.header, stored, source.layout)
    if "ModalityLUTSequence" in source.header and not modal.cautions & ImageCaution.BAD_TAG:
        if first < 0:
            raise UnreadableRadiographError(
                "a presentation state for signed pixels with a lookup table cannot be made"
            )
        return LookupTable(0, modal.values[0].astype(np.uint16)), modal
    slope, intercept, _ = rescale(
        numbers(source.header, "RescaleSlope"), numbers(source.header, "RescaleIntercept")
    )
    return (None if (slope, intercept) == (1.0, 0.0) else (slope, intercept)), modal


def _shown_range(source: SourceImage, modal: ModalityValues, *, is_inverse: bool) -> tuple[float, float]:
    """Return the values after the modality transform between which the picture lies, the lower first."""
    ends = np.array(display_window(source.radiograph))
    mirror = modal.lowest + modal.highest
    if source.radiograph.signal is Signal.LOG:
        signal = max(modal.highest, modal.step) * np.exp(-ends)
        ends = signal if is_inverse else mirror - signal
    elif is_inverse:
        ends = mirror - ends
    low, high = sorted(ends.tolist())
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _table_of_source(header: Dataset) -> LookupTable | None:
    """Return the first VOI lookup table if it can be used; it is what the vendor meant for display."""
    if "VOILUTSequence" not in header:
        return None
    try:
        item = header.VOILUTSequence[0]
        length, first, bits = (int(value) for value in item.LUTDescriptor)
        data = item["LUTData"].value
        kind = "<u1" if bits == 8 and isinstance(data, bytes) and len(data) < 2 * length else "<u2"
        entries = np.frombuffer(data, kind) if isinstance(data, bytes) else np.asarray(data, np.uint16)
        entries = entries[: length or 2**16].astype(np.int64)
        if len(entries) != (length or 2**16) or not 0 <= first <= _LARGEST or not 8 <= bits <= 16:
            return None
        if entries.min() == entries.max() or entries.max() >= 2**bits:
            return None
    except Exception:  # any element can be absent, of another type or of another length
        return None
    return LookupTable(first, (entries * (_LARGEST / (2**bits - 1))).round().astype(np.uint16))


def _window_of_source(header: Dataset, low: float, high: float) -> Window | None:
    """Return the first window that shows something of the range of the picture."""
    function = code(header, "VOILUTFunction")
    function = function if function in _WINDOW_FUNCTIONS else "LINEAR"
    centers, widths = numbers(header, "WindowCenter") or (), numbers(header, "WindowWidth") or ()
    for center, width in zip(centers, widths, strict=False):
        is_number = math.isfinite(center) and math.isfinite(width)
        if is_number and width >= 1 and center - width / 2 < high and center + width / 2 > low:
            return Window(center, width, function)
    return None


def _own_voi(
    source: SourceImage, modal: ModalityValues, low: float, high: float, is_inverse: bool
) -> LookupTable | Window:
    if source.radiograph.signal is Signal.LOG and modal.lowest == 0 and modal.highest <= _LARGEST:
        return _logarithm(source, modal, is_inverse=is_inverse)
    # A window of width w shows w - 1 steps (PS3.3 C.11.2.1.2.1).
    center, width = (low + high + 1) / 2, max(high - low + 1, 1.0)
    return Window(round(center, _MOST_DECIMALS), round(width, _MOST_DECIMALS))


def _logarithm(source: SourceImage, modal: ModalityValues, *, is_inverse: bool) -> LookupTable:
    """Return the table by which linear data look as on the report page; else bone would be all one grey."""
    values = np.arange(int(modal.highest) + 1, dtype=np.float32)
    signal = values if is_inverse else np.float32(modal.highest) - values
    pixels = attenuation(signal, full_scale=max(modal.highest, modal.step), quantum=modal.step)
    low, high = display_window(source.radiograph)
    bright = np.clip((pixels - low) / max(high - low, 1e-6), 0, 1) ** LOG_GAMMA
    # The inversion that follows turns it back.
    levels = 1 - bright if is_inverse else bright
    return LookupTable(0, np.rint(levels * _LARGEST).astype(np.uint16))
