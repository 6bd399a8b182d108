"""The name of a plane of slices."""

import numpy as np

from .volume import FloatArray

_NAMES = ("sagittal", "coronal", "axial")  # normals along x (left), y (back), z (head)
_OBLIQUE_DEG = 30.0


def plane_name(normal: FloatArray) -> str:
    """Return "axial", "sagittal" or "coronal" where the normal is within 30 degrees of it, else "oblique".

    Examples
    --------
    >>> plane_name(np.array([0.1, 0.0, -0.99]))
    'axial'
    """
    share = np.abs(normal) / np.linalg.norm(normal)
    nearest = int(np.argmax(share))
    return _NAMES[nearest] if share[nearest] > np.cos(np.deg2rad(_OBLIQUE_DEG)) else "oblique"
