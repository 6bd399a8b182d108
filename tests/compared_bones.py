"""Two visits of one drawn bone with lines in it, and findings that say where they are."""

import numpy as np
from scipy import ndimage

from microcal_xray import Candidate, Findings, Kind, Settings, Tier, radiograph_from_array

SHAPE = (480, 300)  # a quarter of a millimetre a pixel
MIDDLE = 150.0


def bone(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    middle = MIDDLE + 6 * np.sin(rows / SHAPE[0] * np.pi)
    rough = ndimage.gaussian_filter1d(rng.normal(0, 12, SHAPE[0]), 24)[:, None]
    half = 40 + 26 * (rows / SHAPE[0]) ** 4 + rough
    inside = np.clip(half - np.abs(columns - middle), 0, 4) / 4
    cortex = np.exp(-0.5 * ((half - 8 - np.abs(columns - middle)) / 4) ** 2)
    trabeculae = ndimage.gaussian_filter(rng.normal(0, 1, SHAPE), (3.0, 1.5)) * 6
    soft = np.clip(130 - np.abs(columns - MIDDLE), 0, 6) / 6
    return soft + inside * (1.0 + 0.1 * trabeculae) + 0.5 * cortex * inside


def with_line(image: np.ndarray, *, height: float, row: float = 240.0, length_px: float = 50.0) -> np.ndarray:
    """The picture with a line 0.75 mm wide across the shaft; dark where the height is negative."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    along = np.clip((length_px / 2 + 2 - np.abs(columns - MIDDLE)) / 4, 0, 1)
    return image + height * np.exp(-0.5 * ((rows - row) / 1.27) ** 2) * along


def taken(
    image: np.ndarray, *, turn_deg: float = 0.0, shift_px=(0.0, 0.0), flip: bool = False, seed: int = 0
):
    """The picture as taken, and the function that takes its points of the bone to the picture."""
    turn = np.radians(turn_deg)
    linear = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    middle = (np.array(SHAPE) - 1) / 2
    offset = middle + shift_px - linear @ middle
    pixels = ndimage.affine_transform(image, linear, offset, order=3, mode="nearest")
    pixels = pixels + np.random.default_rng(seed).normal(0, 0.02, SHAPE)
    back = np.linalg.inv(linear)

    def place(points: np.ndarray) -> np.ndarray:
        moved = (points - offset) @ back.T
        return np.column_stack([moved[:, 0], SHAPE[1] - 1 - moved[:, 1]]) if flip else moved

    name = f"visit-{seed}"
    return radiograph_from_array(pixels[:, ::-1] if flip else pixels, spacing_mm=0.25, name=name), place


def course(*, row: float = 240.0, length_px: float = 50.0) -> np.ndarray:
    columns = np.linspace(MIDDLE - length_px / 2, MIDDLE + length_px / 2, 40)
    return np.stack([np.full(40, row), columns], axis=1)


def findings(radiograph, *lines) -> Findings:
    """Findings with one candidate for each (kind, path)."""
    candidates = tuple(
        Candidate(
            id=number,
            kind=kind,
            tier=Tier.STRONG,
            score=2.0 - number,
            path_px=path,
            length_px=float(np.hypot(*(path[-1] - path[0]))),
            width_px=3.0,
            length_mm=None,
            width_mm=None,
            contrast_sd=5.0,
            angle_to_bone_deg=None,
        )
        for number, (kind, path) in enumerate(lines, start=1)
    )
    return Findings(radiograph, Settings(), candidates)


DARK, BRIGHT = Kind.LUCENT, Kind.SCLEROTIC
