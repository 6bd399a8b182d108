import numpy as np
import pytest
from scipy.spatial import cKDTree

from microcal_xray.errors import SettingsError
from microcal_xray.findings import Kind
from microcal_xray.simulation import (
    Along,
    Course,
    Detector,
    Exposure,
    Fissure,
    Helix,
    MicrocallusLine,
    Side,
    Surface,
    Target,
    Thickening,
    simulate_limb,
)
from microcal_xray.simulation.lines import shell_profile

QUIET = Exposure(air_kerma_ugy=10_000)
SMALL = Detector(340, 300, 0.143, electronic_noise=0)
PLACE = 110
LINES = {
    Target.TRANSVERSE_FISSURE: Fissure(Course(PLACE, angle_to_bone_deg=80), 0.4),
    Target.OBLIQUE_FISSURE: Fissure(Course(PLACE, angle_to_bone_deg=130), 0.4),
    Target.LONGITUDINAL_FISSURE: Fissure(Course(PLACE, -0.3, length_mm=30, angle_to_bone_deg=5), 0.4),
    Target.SPIRAL_FISSURE: Fissure(Helix(PLACE, 40, 150), 0.4),
    Target.INCOMPLETE_FISSURE: Fissure(Course(PLACE, -0.8, 9, 85, from_outline=True), 0.4),
    Target.MICROCALLUS_LINE: MicrocallusLine(Course(PLACE, length_mm=12), 1.0, 0.2),
    Target.PERIOSTEAL_THICKENING: Thickening(Along(PLACE, 30, Side.RIGHT), 1.0),
    Target.ENDOSTEAL_THICKENING: Thickening(Along(PLACE, 30), 1.2, surface=Surface.ENDOSTEAL),
    Target.BUMP: Thickening(Along(PLACE, 15), 2.5),
}


def test_every_sort_of_line_is_tried():
    assert set(LINES) == set(Target)


@pytest.mark.parametrize("target", LINES, ids=str)
def test_the_picture_changes_where_the_truth_says_and_as_its_kind_says(target):
    made, plain = (
        simulate_limb(seed=5, lines=lines, exposure=QUIET, detector=SMALL, centre_mm=(0, -PLACE))
        for lines in ([LINES[target]], [])
    )
    (truth,) = made.truth
    assert truth.target is target
    change = made.radiograph.pixels - plain.radiograph.pixels
    strong = np.argwhere(np.abs(change) > 0.5 * np.percentile(np.abs(change), 99.9))
    sign = 1 if truth.kind is Kind.SCLEROTIC else -1
    assert (np.sign(change[tuple(strong.T)]) == sign).mean() > 0.95
    away, _ = cKDTree(truth.path_px).query(strong)
    reach = (0.5 + truth.width_mm) / made.detector.spacing_mm + 5  # points of the path are 0.5 mm apart
    assert np.percentile(away, 95) < reach
    assert truth.d_prime > 10


def test_an_incomplete_fissure_begins_at_the_outline_and_ends_in_the_bone():
    line = LINES[Target.INCOMPLETE_FISSURE]
    (short,) = simulate_limb(seed=5, lines=[line], detector=SMALL, centre_mm=(0, -PLACE)).truth
    whole = LINES[Target.TRANSVERSE_FISSURE]
    (across,) = simulate_limb(seed=5, lines=[whole], detector=SMALL, centre_mm=(0, -PLACE)).truth
    assert short.length_mm < 0.5 * across.length_mm
    nearest = min(
        np.abs(short.path_px[:, 1].min() - across.path_px[:, 1].min()),
        np.abs(short.path_px[:, 1].max() - across.path_px[:, 1].max()),
    )
    assert nearest * SMALL.spacing_mm < 1.5


def test_more_dose_makes_a_fissure_easier_to_see_and_tilt_harder():
    def d_prime(kerma, tilt=0.0):
        line = Fissure(Course(PLACE, angle_to_bone_deg=85), 0.1, 3, tilt)
        (truth,) = simulate_limb(
            seed=5,
            lines=[line],
            exposure=Exposure(air_kerma_ugy=kerma),
            detector=Detector(200, 300, 0.143),
            centre_mm=(0, -PLACE),
        ).truth
        return truth.d_prime

    assert d_prime(40) > 1.2 * d_prime(10)
    assert d_prime(20, tilt=25) < 0.8 * d_prime(20)


def test_three_lines_close_together_are_a_cluster_and_two_are_none():
    lines = [Fissure(Course(PLACE + 3 * i, angle_to_bone_deg=88), 0.3) for i in range(3)]
    three, two = (
        simulate_limb(seed=5, lines=some, detector=SMALL, centre_mm=(0, -PLACE)).truth
        for some in (lines, lines[:2])
    )
    assert [line.cluster for line in three] == [1, 1, 1]
    assert [line.cluster for line in two] == [None, None]


def test_roughness_makes_a_line_longer():
    smooth, rough = (
        simulate_limb(
            seed=5,
            lines=[Fissure(Course(PLACE, tortuosity_mm=tortuosity), 0.3)],
            detector=SMALL,
            centre_mm=(0, -PLACE),
        ).truth[0]
        for tortuosity in (0.0, 0.3)
    )
    assert rough.length_mm > 1.05 * smooth.length_mm


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Helix(10, length_mm=2), "length_mm is 2"),
        (lambda: Helix(10, turn_deg=500), "turn_deg is 500"),
        (lambda: Along(10, length_mm=1), "length_mm is 1"),
        (lambda: Thickening(Along(10), thickness_mm=0), "thickness_mm is 0"),
        (lambda: Thickening(Along(10), mineral=2), "mineral is 2"),
        (lambda: Course(10, tortuosity_mm=9), "tortuosity_mm is 9"),
    ],
)
def test_absurd_courses_are_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()


def test_a_shell_with_a_gap_leaves_the_place_under_it_as_it_was():
    solid, apart = (
        shell_profile(Thickening(Along(PLACE), 0.6, gap_mm=gap_mm), 12.0) for gap_mm in (0.0, 1.5)
    )
    between = apart.share[(apart.offset_mm > 0.3) & (apart.offset_mm < 1.2)]
    assert between.max() < 0.7 * apart.share.max()
    top = float(apart.offset_mm[apart.share.argmax()])
    assert top == pytest.approx(1.5, abs=0.05)
    assert float(solid.offset_mm[solid.share.argmax()]) == pytest.approx(0.0, abs=0.05)
    assert apart.share[apart.offset_mm > 2.15].max() == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(SettingsError, match="gap_mm is 1"):
        Thickening(Along(PLACE), surface=Surface.ENDOSTEAL, gap_mm=1.0)
