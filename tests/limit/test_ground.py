import numpy as np
import pytest

from microcal_xray.bone import Anatomy
from microcal_xray.limit import BLOCK_PX, Ground, ground_of

SHAPE = (200, 320)
MIDDLE, HALF_BONE = 160, 24


def ground(*, soft: float, step: float, limb_px: float, seen_px: int = 320) -> Ground:
    """Return the ground of a round limb with a bone of even thickness in its middle, air around.

    `soft` is the brightness of the limb where it is thickest; of the picture the middle `seen_px` columns.
    """
    across = np.arange(SHAPE[1]) - MIDDLE
    limb = np.sqrt(np.maximum(1 - (across / limb_px) ** 2, 0))
    bone = np.abs(across) <= HALF_BONE
    row = soft * limb + step * bone
    seen = slice(MIDDLE - seen_px // 2, MIDDLE + seen_px // 2)
    image, is_bone, body = (np.tile(part[seen], (SHAPE[0], 1)) for part in (row, bone, limb > 0))
    outside = np.maximum(0, np.abs(np.abs(across) - HALF_BONE))[seen].astype(np.float32)
    anatomy = Anatomy(
        bone=is_bone,
        outline_distance_px=np.tile(outside, (SHAPE[0], 1)),
        axis_rad=np.full(image.shape, np.pi / 2, np.float32),
        coherence=np.ones(image.shape, np.float32),
        outline_rad=np.full(image.shape, np.pi / 2, np.float32),
    )
    return ground_of(np.asarray(image, np.float32), body, body, anatomy, usual=(), filters=(), blur_px=1.0)


def middle_step(found: Ground) -> float:
    """Return the step in the middle of the bone and of the limb's length."""
    rows, columns = found.step.shape
    return float(found.step[rows // 3 : 2 * rows // 3, columns // 2 - 1 : columns // 2 + 1].mean())


@pytest.mark.parametrize("limb_px", [60.0, 100.0, 150.0])
@pytest.mark.parametrize("step", [0.15, 0.5])
def test_the_step_is_that_of_bone_over_soft_tissue_as_thick_as_behind_it(limb_px, step):
    assert middle_step(ground(soft=0.5, step=step, limb_px=limb_px)) == pytest.approx(step, abs=0.03)


def test_where_the_skin_is_not_seen_soft_tissue_is_as_thick_everywhere():
    # Of a limb 150 px to each side only 80 px are seen: it thins by a tenth there.
    assert middle_step(ground(soft=0.5, step=0.3, limb_px=150.0, seen_px=160)) == pytest.approx(0.3, abs=0.06)


def test_without_usual_answers_bone_is_known_all_the_same():
    found = ground(soft=0.4, step=0.4, limb_px=100.0)
    assert found.levels.shape[0] == 0
    assert found.filters == ()
    assert found.bone[:, MIDDLE // BLOCK_PX].all()
    assert found.outer.any()
