"""Bone brighter than air, turned once, by the tags.

What decides is PhotometricInterpretation, and it speaks of the values *after* the modality transform: PS3.3
C.7.6.3.1.2 (the minimum is displayed as white "after any VOI gray scale transformations have been
performed"), in the order of PS3.4 N.2. So a negative rescale slope turns the picture first, as in every
conforming display, and MONOCHROME1 turns it back. Files exist whose writer meant the stored values instead
(AGFA, MONOCHROME2, slope -10: OHIF Viewers issue 127), and optical density is dark where it is high, so such
tags contradict each other: that is a caution, and `photometric=` overrides it.

Linear data for processing are the exception: their logarithm needs the direction of the signal itself, which
PixelIntensityRelationshipSign states and the photometric interpretation only implies. There the sign decides.

PresentationLUTShape repeats the photometric interpretation (IDENTITY for MONOCHROME2, INVERSE for
MONOCHROME1, PS3.3 C.8.11.3) and is no second turn (Weasis issue 372).
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Photometric(StrEnum):
    """The end of the grey range at which bone lies."""

    MONOCHROME1 = "MONOCHROME1"  # low values are displayed white
    MONOCHROME2 = "MONOCHROME2"  # high values are displayed white


_LUT_SHAPE = {Photometric.MONOCHROME1: "INVERSE", Photometric.MONOCHROME2: "IDENTITY"}


def turned(
    values: npt.NDArray[np.float32], photometric: Photometric, *, lowest: float, highest: float
) -> npt.NDArray[np.float32]:
    """Return the values with bone bright: MONOCHROME1 is mirrored within its own range, MONOCHROME2 kept.

    Examples
    --------
    >>> turned(np.array([0, 1, 255], np.float32), Photometric.MONOCHROME1, lowest=0, highest=255)
    array([255., 254.,   0.], dtype=float32)
    """
    if photometric is Photometric.MONOCHROME2:
        return values
    return np.float32(lowest + highest) - values


def polarity_of_signal(sign: int | None, *, is_descending: bool) -> Photometric | None:
    """Return the polarity, after the modality transform, of data proportional to the detector's signal.

    Parameters
    ----------
    sign : int or None
        PixelIntensityRelationshipSign: 1 if high *stored* values mean much X-ray intensity, so that bone is
        low, -1 for the contrary (PS3.3 C.8.11.3.1.2).
    is_descending : bool
        The modality transform turns high into low.

    Returns
    -------
    Photometric or None
        None if the sign is neither 1 nor -1.

    Examples
    --------
    >>> polarity_of_signal(1, is_descending=False).value
    'MONOCHROME1'
    """
    if sign not in (1, -1):
        return None
    is_low = (sign == 1) != is_descending
    return Photometric.MONOCHROME1 if is_low else Photometric.MONOCHROME2


def tags_disagree(
    photometric: Photometric,
    *,
    lut_shape: str | None,
    rescale_type: str | None,
    is_descending: bool,
    intensity_sign: int | None,
) -> bool:
    """Return whether another tag contradicts the photometric interpretation.

    Parameters
    ----------
    photometric : Photometric
    lut_shape : str or None
        PresentationLUTShape.
    rescale_type : str or None
        RescaleType or ModalityLUTType; OD is optical density, dark where it is high.
    is_descending : bool
        The modality transform turns high into low; some writers then mean the stored values (see above).
    intensity_sign : int or None
        PixelIntensityRelationshipSign where it is used, in linear data for processing: 1 means that bone is
        low. In pictures for presentation it is often left over from before processing (Daikon issue 35), so
        pass None there.
    """
    is_low = photometric is Photometric.MONOCHROME1
    return (
        (lut_shape in _LUT_SHAPE.values() and lut_shape != _LUT_SHAPE[photometric])
        or (rescale_type == "OD" and not is_low)
        or is_descending
        or (intensity_sign in (1, -1) and (intensity_sign == 1) != is_low)
    )
