"""Thin shells beside a cortex: found where they are drawn, with their gap, and nothing else taken for one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from microcal_xray.bump import BumpKind
from microcal_xray.contour import look_along_outlines, shipped_bump_model, shipped_size_model
from microcal_xray.outlining import OutlineSearch, find_bumps, told_apart
from microcal_xray.radiograph import Spacing, SpacingSource, radiograph_from_array
from microcal_xray.searching import looked_at, surveyed
from microcal_xray.settings import Settings
from shafts import MIDDLE_PX, RADIUS_PX, SHAPE, shaft

EVERYWHERE = np.ones(SHAPE, bool)
FIRST, LAST = 180, 300  # rows: 30 mm at a quarter of a millimetre


def with_stripe(gap_px, *, height=0.2, wide_px=2.0, first=FIRST, last=LAST, sd=0.01, lean=0.0):
    """Draw a stripe beside the right side of a plain shaft."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    inner = MIDDLE_PX + RADIUS_PX + gap_px + lean * (rows - first)
    within = (rows >= first) & (rows < last) & (columns >= inner) & (columns < inner + wide_px)
    stripe = ndimage.gaussian_filter(height * within.astype(float), 0.9)
    noise = sd * np.random.default_rng(7).standard_normal(SHAPE)
    return (shaft(0.0) + stripe + noise).astype(np.float32)


def look(image):
    outlines, _ = look_along_outlines(
        image, usable=EVERYWHERE, body=EVERYWHERE, metal=~EVERYWHERE, blur_px=0.9
    )
    return outlines


def shells(image):
    return [shape for outline in look(image) for shape in outline.shapes if shape.shell is not None]


@pytest.mark.parametrize("gap_px", [4.0, 6.0, 8.0])
def test_a_shell_is_found_at_its_distance_with_its_gap(gap_px):
    (shape,) = shells(with_stripe(gap_px))
    # From the edge, which lies two pixels inside the foot of a round bone, to the middle of the stripe.
    assert shape.shell.offset_px == pytest.approx(gap_px + 1.0 + 2.0, abs=1.0)
    assert shape.gap > 0.3
    middle = shape.base_px.mean(axis=0)
    assert middle == pytest.approx([(FIRST + LAST) / 2, MIDDLE_PX + RADIUS_PX], abs=8)
    assert shape.length_px == pytest.approx(LAST - FIRST, rel=0.15)


@pytest.mark.parametrize(
    "image",
    [
        with_stripe(6.0, height=0.0),
        with_stripe(6.0, height=-0.2),
        with_stripe(20.0),
        with_stripe(6.0, wide_px=200.0),
        with_stripe(3.0, lean=0.4),
    ],
    ids=["nothing", "dark", "far out", "an edge", "leaning"],
)
def test_nothing_else_is_a_shell(image):
    assert shells(image) == []


def test_what_is_clearer_is_stronger():
    model = shipped_bump_model()
    (faint,), (clear,) = shells(with_stripe(6.0, height=0.06)), shells(with_stripe(6.0))
    assert model.strength(clear) > model.strength(faint)
    assert model.false_bumps_at(model.strength(clear)) == pytest.approx(
        model.shells.false_bumps_of(clear), rel=0.05
    )


def test_a_clear_shell_is_measured_rather_than_the_bump_at_its_place():
    (shell,) = shells(with_stripe(6.0))
    # The same without its ridge, and brighter: as strong as a bump can be.
    solid = replace(shell, shell=None, z=1e3, from_end_px=160.0)
    model = shipped_bump_model()
    assert model.strength(solid) > model.strength(shell)
    search = OutlineSearch((replace(look(with_stripe(6.0))[0], shapes=(solid, shell)),), 0.0)
    ((strength, kept),) = told_apart(search)
    assert kept is shell
    assert strength == model.strength(solid)
    faint = replace(shell, shell=replace(shell.shell, z=3.0, stray_px=2.0))
    ((_, kept),) = told_apart(OutlineSearch((replace(search.outlines[0], shapes=(solid, faint)),), 0.0))
    assert kept is solid


def test_a_shell_is_listed_as_periosteal_and_has_its_own_errors():
    air = 0.003 * np.random.default_rng(5).standard_normal((SHAPE[0], 30)).astype(np.float32)
    image = np.concatenate([air, with_stripe(6.0), air[::-1]], axis=1)
    radiograph = replace(radiograph_from_array(image), spacing=Spacing(0.25, 0.25, SpacingSource.DETECTOR))
    start = looked_at(radiograph)
    looked = replace(start, searched=start.field.body, survey=surveyed(start))
    bumps, _ = find_bumps(looked, radiograph, Settings(false_bumps=2.0))
    (shell,) = [one for one in bumps if one.kind is BumpKind.PERIOSTEAL]
    assert shell.gap > 0.3
    assert shell.height_mm.low <= 8 * 0.25 <= shell.height_mm.high
    sizes = shipped_size_model()
    assert all(reach.low < 0 < reach.high for reach in sizes.shells.values())
    (shape,) = shells(with_stripe(6.0))
    assert sizes.height_of(shape).value == pytest.approx(
        sizes.shells["height"].factor * sizes.height_of(replace(shape, shell=None)).value
    )
