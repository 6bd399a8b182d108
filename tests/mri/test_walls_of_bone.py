"""Where the walls and the ends of a bone are taken to be: rays and stations whose answer is known."""

import numpy as np
import pytest

from microcal_xray.mri.estimates import between
from microcal_xray.mri.normal import bone_voxels
from microcal_xray.mri.segmentation import find_bone
from microcal_xray.mri.simulated import Leg, Oedema, Slices, simulate_mr
from microcal_xray.mri.simulated_leg import DarkLine
from microcal_xray.mri.walls import _end, _walls

MARROW, LESION, CORTEX, MUSCLE = 900.0, 420.0, 30.0, 350.0
RADII = np.arange(0, 36, 0.25)


def ray(*parts: tuple[float, float]) -> np.ndarray:
    """Return a ray of (thickness in mm, signal), muscle beyond."""
    values = np.full(len(RADII), MUSCLE)
    start = 0.0
    for thickness_mm, signal in parts:
        values[(start <= RADII) & (start + thickness_mm > RADII)] = signal
        start += thickness_mm
    return values


@pytest.mark.parametrize(
    "parts",
    [
        ((10, MARROW), (4, CORTEX)),
        ((5, MARROW), (5, LESION), (4, CORTEX)),  # a lesion that touches the cortex
        ((2.5, MARROW), (7.5, LESION), (4, CORTEX)),
    ],
)
def test_the_wall_is_the_cortex_whatever_lies_before_it(parts):
    inner, outer = _walls(ray(*parts)[None, None], RADII)
    assert inner[0, 0] == pytest.approx(10.0, abs=0.3)
    assert outer[0, 0] == pytest.approx(14.0, abs=0.3)


def test_marrow_behind_a_lesion_leaves_the_wall_open():
    inner, _ = _walls(ray((4, MARROW), (4, LESION), (2, MARROW), (4, CORTEX))[None, None], RADII)
    assert np.isnan(inner[0, 0])


def stations(middle: list[float], radius_mm: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    values = np.array(middle)
    inner = np.where(values[:, None] > 200, radius_mm, np.nan) * np.ones(36)
    return inner, values


def test_a_dark_line_across_the_marrow_does_not_end_the_bone():
    inner, middle = stations([MARROW] * 10 + [100.0] * 2 + [MARROW] * 10)
    assert _end(inner, middle, 2) == (21, [10, 11])
    within_a_lesion = stations([MARROW] * 6 + [LESION] * 6 + [100.0] + [LESION] * 6)
    assert _end(*within_a_lesion, 2) == (18, [12])


@pytest.mark.parametrize(
    "beyond",
    [
        [100.0] * 3 + [MARROW] * 10,  # wider than a line
        [100.0] + [MARROW * 0.45] * 3 + [100.0] + [MARROW] * 10,  # plate, cartilage, plate, the other bone
        [100.0] * 2 + [MARROW] * 3,  # too little goes on to tell
    ],
)
def test_a_joint_ends_the_bone(beyond):
    inner, middle = stations([MARROW] * 10 + beyond)
    assert _end(inner, middle, 2) == (9, [])


def test_a_line_across_all_of_a_bone_leaves_it_whole():
    """The whole way: on a coronal T1 series a line as wide as the marrow."""
    slices = Slices("coronal", pixel_mm=1.2)
    line = DarkLine(100.0, depth_mm=30.0, width_mm=40.0, thickness_mm=2.0)
    leg = Leg(seed=9100, oedema=Oedema(100, 30), line=line, slices=slices)
    made = simulate_mr(leg)
    assert find_bone(made.t1).length_mm > 140.0


def test_a_long_lesion_on_one_side_does_not_lead_the_axis_out_of_the_bone():
    """What T1 leaves of the marrow lies aside: an axis through that alone leaves the bone half way down."""
    oedema, line = Oedema(81.0, 60.0, 14.6), DarkLine(84.6, 10.9)
    made = simulate_mr(Leg(seed=8609, oedema=oedema, line=line, slices=Slices(pixel_mm=1.2), coil=0.21))
    assert find_bone(made.t1).length_mm > 130.0


def test_a_thick_slice_at_the_end_of_the_marrow_is_left_out():
    made = simulate_mr(Leg(seed=9101, oedema=None, slices=Slices("axial", 1.2, 4.0, 4.4)))
    seen = bone_voxels(made.stir, find_bone(made.t1))
    first, last = seen.bone.marrow_mm
    own = seen.place.along_mm[seen.marrow]
    assert own.min() >= first + 4.3
    assert own.max() <= last - 4.3


def test_an_interval_without_other_thresholds_is_the_margin():
    assert between(5.0, [], 2.0, "mm").low == 3.0
