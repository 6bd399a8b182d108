"""What the beam meets around a line, and the contrast that bone added or taken away then has."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from .physics import PathLengths, transmission

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Surroundings:
    """What the beam meets at the line: it decides how much contrast a gap has.

    Parameters
    ----------
    soft_mm, marrow_mm, bone_mm : float
        Paths through soft tissue, marrow and solid bone; at least 0, `bone_mm` over 0.
    tube_kv : int
        50, 55, 60, 66 or 70.
    scatter_ratio : float
        Scatter over primary, at least 0.
    """

    soft_mm: float = 60.0
    marrow_mm: float = 20.0
    bone_mm: float = 10.0
    tube_kv: int = 60
    scatter_ratio: float = 0.3

    def __post_init__(self) -> None:
        for name in ("soft_mm", "marrow_mm", "scatter_ratio"):
            if not 0 <= getattr(self, name) <= 500:
                raise SettingsError(f"{name} is {getattr(self, name)!r}; it must be 0 to 500")
        if not 0 < self.bone_mm <= 100:
            raise SettingsError(f"bone_mm is {self.bone_mm!r}; it must be over 0, up to 100")

    def change_log(self, added_bone_mm: Float64Array) -> Float64Array:
        """Return how -ln(signal) changes where bone is added (positive) or taken away (negative)."""
        change = np.clip(added_bone_mm, -self.bone_mm, self.marrow_mm).astype(np.float32)
        gone = np.maximum(-change, 0)
        paths = PathLengths(
            soft_mm=np.float32(self.soft_mm) + gone,
            adipose_mm=np.zeros_like(change),
            marrow_mm=np.float32(self.marrow_mm) - np.maximum(change, 0),
            bone_mm=np.float32(self.bone_mm) + change,
        )
        return self._seen(paths) - self._seen(self._unchanged())

    def bone_over_soft_log(self) -> float:
        """Return how much more the bone attenuates than soft tissue of the same depth, in log units."""
        nothing = np.zeros(1, np.float32)
        whole = nothing + np.float32(self.soft_mm + self.marrow_mm + self.bone_mm)
        beside = PathLengths(whole, nothing, nothing, nothing)
        return float((self._seen(self._unchanged()) - self._seen(beside))[0])

    def _unchanged(self) -> PathLengths:
        nothing = np.zeros(1, np.float32)
        soft, marrow, bone = (
            nothing + np.float32(length) for length in (self.soft_mm, self.marrow_mm, self.bone_mm)
        )
        return PathLengths(soft, nothing, marrow, bone)

    def _seen(self, paths: PathLengths) -> Float64Array:
        # Scatter comes from all around: it is the same at the line and beside it.
        primary = transmission(paths, tube_kv=self.tube_kv).astype(np.float64)
        around = float(transmission(self._unchanged(), tube_kv=self.tube_kv)[0])
        return np.asarray(-np.log(primary + self.scatter_ratio * around))
