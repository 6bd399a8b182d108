"""Check that every peer finds one clear dark and one clear bright line: called wrongly, it proves nothing."""

import sys

import numpy as np
import numpy.typing as npt
from detectors import PEERS, Candidates, found_by_peer, variants_of
from scipy import ndimage

from microcal_xray import Kind, radiograph_from_array

_ROW_OF = {Kind.LUCENT: 150, Kind.SCLEROTIC: 350}
_SLOPE = 0.3
_TOLERANCE_PX = 8.0


def phantom() -> npt.NDArray[np.float32]:
    """Return a bone between air, with brighter cortices so that a bright line is not the brightest thing."""
    rows, columns = np.mgrid[:500, :400]
    pixels = 1000.0 * ((columns > 60) & (columns < 340))
    pixels += 500.0 * (((columns > 60) & (columns < 90)) | ((columns > 310) & (columns < 340)))
    for kind, row in _ROW_OF.items():
        away = rows - row - _SLOPE * (columns - 200)
        line = 80 * np.exp(-(away**2) / (2 * 2.5**2)) * ((columns > 140) & (columns < 260))
        pixels += line if kind is Kind.SCLEROTIC else -line
    noise = np.random.default_rng(0).normal(0, 10, pixels.shape)
    return np.asarray(ndimage.gaussian_filter(pixels, 1) + noise, np.float32)


def finds(candidates: Candidates, kind: Kind) -> bool:
    """Return whether a candidate of that kind lies on the line of that kind."""
    for candidate in candidates:
        rows, columns = candidate.path_px.T
        near = np.abs(rows - _ROW_OF[kind] - _SLOPE * (columns - 200)) < _TOLERANCE_PX
        if candidate.kind is kind and (near & (columns > 130) & (columns < 270)).mean() > 0.5:
            return True
    return False


def main() -> int:
    """Return 1 if a peer misses a line in all its variants."""
    radiograph = radiograph_from_array(phantom(), spacing_mm=0.15)
    answers = {peer: found_by_peer(peer, radiograph, variants_of(peer)) for peer in PEERS}
    wrong = 0
    for name, lists in answers.items():
        found = {kind: sum(finds(each, kind) for each in lists) for kind in Kind}
        wrong += not all(found.values())
        print(f"{name}: " + ", ".join(f"{kind} in {n} of {len(lists)}" for kind, n in found.items()))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
