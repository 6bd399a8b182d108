import numpy as np
import pytest

from microcal_xray.radiograph import Intent
from microcal_xray.simulation import Anatomy, Detector, Exposure, Mimic, Output, simulate_limb

QUIET = Exposure(air_kerma_ugy=10_000)
VIEWS = {  # where each has its place
    Mimic.NUTRIENT_CANAL: (Anatomy.TIBIA, (0, -235)),
    Mimic.GROWTH_PLATE: (Anatomy.FOREARM, (0, 10)),
    Mimic.GROWTH_PLATE_SCAR: (Anatomy.TIBIA, (0, -20)),
    Mimic.HARRIS_LINES: (Anatomy.TIBIA, (0, -30)),
    Mimic.OVERLAP: (Anatomy.TIBIA, (-8, -20)),
    Mimic.SKIN_FOLD: (Anatomy.FEMUR, (0, -60)),
    Mimic.HALO: (Anatomy.FOREARM, (0, 30)),
    Mimic.GRID_LINES: (Anatomy.FEMUR, (0, -90)),
    Mimic.COLLIMATION_EDGE: (Anatomy.FOREARM, (0, 20)),
    Mimic.SIDE_MARKER: (Anatomy.FOREARM, (0, 20)),
    Mimic.HARDWARE: (Anatomy.TIBIA, (0, -100)),
    Mimic.CAST: (Anatomy.FOREARM, (0, 30)),
}
BRIGHT = {Mimic.GROWTH_PLATE_SCAR, Mimic.HARRIS_LINES, Mimic.SIDE_MARKER, Mimic.HARDWARE, Mimic.CAST}
UNTOUCHED_BONE = {Mimic.HALO, Mimic.GRID_LINES, Mimic.OVERLAP}


def picture(mimic, mimics):
    anatomy, centre = VIEWS[mimic]
    return simulate_limb(
        anatomy=anatomy,
        seed=5,
        lines=[],
        exposure=QUIET,
        detector=Detector(260, 240, 0.3, electronic_noise=0),
        centre_mm=centre,
        mimics=mimics,
        output=Output(intent=Intent.FOR_PRESENTATION) if mimic is Mimic.HALO else None,
    )


@pytest.mark.parametrize("mimic", list(Mimic), ids=str)
def test_a_mimic_changes_the_picture_and_is_named_in_the_truth(mimic):
    made, plain = picture(mimic, [mimic]), picture(mimic, [])
    named = [entry for entry in made.mimics if entry.kind is mimic]
    assert named
    assert all(entry.kind in (mimic, Mimic.OVERLAP) for entry in made.mimics)
    change = made.radiograph.pixels - plain.radiograph.pixels
    assert np.abs(change).max() > 0.03  # of the same noise
    for entry in named:
        if entry.path_px is not None:
            assert (entry.path_px >= 0).all()
            assert (entry.path_px <= np.array(made.stored.shape) - 1).all()
    if mimic in BRIGHT and mimic not in UNTOUCHED_BONE:
        box = next((entry.box_px for entry in named if entry.box_px), None)
        if box is None:
            points = np.concatenate([entry.path_px for entry in named]).round().astype(int)
            assert change[tuple(points.T)].mean() > 0
        else:
            assert change[box[0] : box[2], box[1] : box[3]].mean() > 0


def test_the_growth_plate_is_dark_and_closes_with_age():
    plain = picture(Mimic.GROWTH_PLATE, [])
    depths = []
    for age_years in (8, 16.5):
        anatomy, centre = VIEWS[Mimic.GROWTH_PLATE]
        made = simulate_limb(
            anatomy=anatomy,
            seed=5,
            lines=[],
            exposure=QUIET,
            detector=plain.detector,
            centre_mm=centre,
            age_years=age_years,
        )
        (first, *_) = [entry for entry in made.mimics if entry.kind is Mimic.GROWTH_PLATE]
        points = first.path_px[5:-5].round().astype(int)
        depths.append((made.radiograph.pixels - plain.radiograph.pixels)[tuple(points.T)].mean())
    assert depths[0] < depths[1] < 0.02
    assert depths[0] < -0.05


def test_an_adult_has_no_open_growth_plate():
    made = simulate_limb(seed=5, lines=[], detector=Detector(100, 100, 0.6), centre_mm=(0, -20), age_years=40)
    assert {entry.kind for entry in made.mimics} <= {Mimic.OVERLAP}


def test_one_mimic_more_leaves_the_others_where_they_are():
    one = picture(Mimic.SIDE_MARKER, [Mimic.SIDE_MARKER])
    two = picture(Mimic.SIDE_MARKER, [Mimic.COLLIMATION_EDGE, Mimic.SIDE_MARKER])
    boxes = [[e.box_px for e in made.mimics if e.box_px] for made in (one, two)]
    assert boxes[0] == boxes[1]


def test_the_marker_tells_the_side():
    for seed in range(1, 9):
        made = simulate_limb(
            seed=seed, lines=[], detector=Detector(120, 120, 0.8), mimics=[Mimic.SIDE_MARKER]
        )
        strokes = [e for e in made.mimics if e.kind is Mimic.SIDE_MARKER and e.path_px is not None]
        assert len(strokes) == (1 if made.left_side else 2)  # L is one stroke, R two


def test_a_picture_that_shows_nothing_of_the_bone_has_no_lines_in_it():
    beside = simulate_limb(
        seed=5000, detector=Detector(60, 60, 0.5), centre_mm=(0, 260), lines=[], mimics=[Mimic.HARRIS_LINES]
    )
    assert beside.mimics == ()
