"""Grey from colour."""

import numpy as np
import numpy.typing as npt

from ..radiograph import ImageCaution

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, the luminance of JPEG and of DICOM's YBR (PS3.3 C.7.6.3.1.2)


def grey(values: npt.NDArray[np.number]) -> tuple[npt.NDArray[np.float32], ImageCaution]:
    """Return one grey value per pixel; equal channels come through unchanged.

    Parameters
    ----------
    values : (R, C) or (R, C, 3) array

    Returns
    -------
    (R, C) float32 array
    caution : ImageCaution
        COLOUR if the three channels differ anywhere.

    Examples
    --------
    >>> grey(np.array([[[8, 8, 8], [255, 0, 0]]]))[0].astype(int)
    array([[ 8, 76]])
    """
    if values.ndim == 2:
        return values.astype(np.float32), ImageCaution.NONE
    red, green, blue = (values[..., channel].astype(np.float32) for channel in range(3))
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return red, ImageCaution.NONE
    return _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue, ImageCaution.COLOUR
