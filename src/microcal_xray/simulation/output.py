"""From the detector's signal to stored numbers: linear or log for processing, or made up for presentation."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..errors import SettingsError
from ..loading.polarity import Photometric
from ..radiograph import Acquisition, Intent, Radiograph, Signal, Spacing, SpacingSource
from .multiscale import amplified_detail
from .smoothing import broad_blur

FloatArray = npt.NDArray[np.float32]
StoredArray = npt.NDArray[np.uint16]

_DECADES = 3.5  # of signal that a logarithmic output spans below free air
_RANGES = (
    ("edge_gain", 0.0, 20.0),
    ("compression", 0.0, 1.0),
    ("edge_reach_mm", 0.05, 20.0),
    ("halo_reach_mm", 0.05, 20.0),
    ("halo_share", 0.0, 5.0),
    ("detail_power", 0.3, 1.0),
)


class Relationship(StrEnum):
    """How stored numbers follow from the signal: DICOM's Pixel Intensity Relationship (0028,1040)."""

    LINEAR = "LIN"
    LOGARITHMIC = "LOG"


@dataclass(frozen=True)
class Output:
    """What the acquisition system hands out.

    Parameters
    ----------
    intent : Intent
        For processing or for presentation.
    relationship : Relationship
        Of data for processing. Presentation data follow a logarithm.
    photometric : Photometric
        Bone is shown bright in both, so MONOCHROME1 stores bone low: linear data of MONOCHROME1 are the
        signal itself, those of MONOCHROME2 what is missing from the top of the range.
    bits : int
        10 to 16.
    edge_gain : float
        Strength of the edge enhancement of presentation data; 0 is none.
    compression : float
        Share of the slow brightness changes that presentation data lose, 0 to 1.
    edge_reach_mm, halo_reach_mm : float
        Standard deviation of the two blurs that edge enhancement compares with: of fine detail, and of the
        halo, a bright or dark rim of about that width beside strong edges; 0.05 to 20 mm.
    halo_share : float
        Strength of the wider one as a share of `edge_gain`, 0 to 5.
    detail_power : float
        1: detail is enhanced evenly. Below 1, to 0.3: faint detail more than strong, at all scales, before
        the edges are enhanced (multiscale contrast amplification).
    """

    intent: Intent = Intent.FOR_PROCESSING
    relationship: Relationship = Relationship.LINEAR
    photometric: Photometric = Photometric.MONOCHROME1
    bits: int = 14
    edge_gain: float = 0.6
    compression: float = 0.45
    # Identifiers of DICOM series are made from the repr: these four, if shown, would change them all.
    edge_reach_mm: float = field(default=0.35, repr=False)
    halo_reach_mm: float = field(default=2.0, repr=False)
    halo_share: float = field(default=0.5, repr=False)
    detail_power: float = field(default=1.0, repr=False)

    def __post_init__(self) -> None:
        if not 10 <= self.bits <= 16:
            raise SettingsError(f"bits is {self.bits!r}; it must be 10 to 16")
        if self.intent not in (Intent.FOR_PROCESSING, Intent.FOR_PRESENTATION):
            raise SettingsError(f"intent is {self.intent!r}; it must be for processing or for presentation")
        for name, low, high in _RANGES:
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} is {getattr(self, name)!r}; it must be {low:g} to {high:g}")

    @property
    def top(self) -> int:
        """The largest number that the bits can hold."""
        return int(2**self.bits - 1)

    @property
    def is_linear(self) -> bool:
        """Whether the numbers are proportional to the signal."""
        return self.intent is Intent.FOR_PROCESSING and self.relationship is Relationship.LINEAR


def stored_values(signal: FloatArray, output: Output, *, spacing_mm: float) -> StoredArray:
    """Return the numbers that are stored.

    Parameters
    ----------
    signal : (R, C) float array
        1 in free air, with noise.
    output : Output
    spacing_mm : float

    Returns
    -------
    (R, C) uint16 array
        0 to 2**bits - 1.
    """
    top = output.top
    if output.is_linear:
        # Free air at 90 % of the range leaves room for noise; zero, which has no logarithm, never occurs.
        bright = top - np.clip(signal * (0.9 * top), 1, top)
    else:
        absorbed = -np.log(np.maximum(signal, 10.0**-_DECADES))
        if output.intent is Intent.FOR_PROCESSING:
            bright = absorbed * (0.95 * top / (_DECADES * np.log(10))) + 0.02 * top
        else:
            bright = top * _presented(absorbed, output, spacing_mm)
    whole = np.clip(np.rint(bright), 0, top).astype(np.uint16)
    stored: StoredArray = top - whole if output.photometric is Photometric.MONOCHROME1 else whole
    stored.flags.writeable = False
    return stored


def signal_of(stored: StoredArray, output: Output) -> FloatArray:
    """Return the signal behind stored numbers for processing, 1 in free air; where they clip, their end.

    Parameters
    ----------
    stored : (R, C) uint16 array
    output : Output
        For processing.

    Raises
    ------
    SettingsError
        If the numbers are for presentation: what was done to them cannot be undone.
    """
    if output.intent is not Intent.FOR_PROCESSING:
        raise SettingsError("numbers for presentation cannot be turned back; take those for processing")
    top = output.top
    values = stored.astype(np.float64)
    bright = top - values if output.photometric is Photometric.MONOCHROME1 else values
    if output.is_linear:
        return np.asarray((top - bright) / (0.9 * top), np.float32)
    absorbed = (bright - 0.02 * top) / (0.95 * top / (_DECADES * np.log(10)))
    return np.asarray(np.exp(-absorbed), np.float32)


def radiograph_of(stored: StoredArray, output: Output, spacing_mm: float, *, name: str) -> Radiograph:
    """Return the radiograph that reading the stored numbers gives.

    Parameters
    ----------
    stored : (R, C) uint16 array
    output : Output
    spacing_mm : float
    name : str
    """
    values = stored.astype(np.float32)
    top = np.float32(output.top)
    bright = top - values if output.photometric is Photometric.MONOCHROME1 else values
    if output.is_linear:
        # In double precision and then rounded, as the reader does it.
        log = np.log(np.maximum(top - bright, 0.5), dtype=np.float64)
        bright = np.float32(math.log(output.top)) - log.astype(np.float32)
    return Radiograph(
        pixels=bright,
        usable=np.ones(stored.shape, bool),
        spacing=Spacing(spacing_mm, spacing_mm, SpacingSource.DETECTOR),
        signal=Signal.LOG if output.is_linear else Signal.GREY,
        intent=output.intent,
        name=name,
        acquisition=Acquisition(
            file_format="DICOM", modality="DX", photometric=output.photometric.value, bits_stored=output.bits
        ),
    )


def _presented(absorbed: FloatArray, output: Output, spacing_mm: float) -> FloatArray:
    """Return 0 to 1: edges enhanced at two scales, slow changes compressed, a sigmoid over it."""
    slow = broad_blur(absorbed, 12.0 / spacing_mm)
    if output.detail_power < 1:
        absorbed = amplified_detail(absorbed, power=output.detail_power, spacing_mm=spacing_mm)
    fine = absorbed - ndimage.gaussian_filter(absorbed, output.edge_reach_mm / spacing_mm)
    middle = absorbed - broad_blur(absorbed, output.halo_reach_mm / spacing_mm)
    made = absorbed - output.compression * slow + output.edge_gain * (fine + output.halo_share * middle)
    black, white = np.percentile(made[::4, ::4], (2, 99.8))
    share = (made - black) / max(float(white - black), 1e-6)
    return np.asarray(1 / (1 + np.exp(-5.0 * (share - 0.5))), np.float32)
