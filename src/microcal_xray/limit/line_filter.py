"""What the detector's filters answer to a line."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..detection import LEVEL_BLOCK_PX, Kernel

FloatArray = npt.NDArray[np.float64]

BLOCK_PX = LEVEL_BLOCK_PX  # side of a block of the maps, in pixels of the working image: 2 mm
PROFILE_STEPS = 4  # samples of a profile across per working pixel


@dataclass(frozen=True)
class LineFilter:
    """One width at which lines are looked for, on the working image or on a smaller copy of it.

    Parameters
    ----------
    kernel : Kernel
        Across the line, in pixels of the copy.
    along_px : float
        Standard deviation of the smoothing along the line, in pixels of the copy.
    shrink : int
        Working pixels per pixel of the copy.
    """

    kernel: Kernel
    along_px: float
    shrink: int = 1

    def answer(self, profile: FloatArray, length_px: float) -> FloatArray:
        """Return the mean answer along a line whose contrast, integrated across, is 1 working pixel.

        Parameters
        ----------
        profile : (..., P) float array
            Across each line, in `PROFILE_STEPS` steps per working pixel, centred, of sum `PROFILE_STEPS`.
        length_px : float
            In working pixels. The smoothing along a short line mixes in what lies beyond its ends.
        """
        fine = PROFILE_STEPS * self.shrink
        reach = len(self.kernel.line) // 2
        count = profile.shape[-1]
        offset = (np.arange(count) - count // 2) / fine
        taps = -self.kernel.line.astype(np.float64)  # the kernel answers positive to dark lines
        value = np.interp(offset, np.arange(-reach, reach + 1), taps, left=0.0, right=0.0)
        return np.asarray(profile @ value / fine * self.kept(length_px))

    def kept(self, length_px: float) -> float:
        """Return what the smoothing along leaves of the mean answer along a line of that length."""
        half = length_px / self.shrink / (math.sqrt(2) * self.along_px)
        return math.erf(half) - (1 - math.exp(-(half**2))) / (half * math.sqrt(math.pi))
