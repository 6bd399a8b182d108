"""Each group of features on a drawn shaft whose answer is known."""

import numpy as np
import pytest
from scipy import ndimage

from drawing import gaussian_line, shaft
from microcal_xray.bone import long_axis
from microcal_xray.detection import Polarity, RidgePath
from microcal_xray.findings import EVIDENCE_TERMS
from microcal_xray.measurement import AxisMap, feature_table, picture_maps
from microcal_xray.preprocessing import in_range

SHAPE = (900, 400)
BONE_PX = 100  # from column 150 to 249; walls 25 wide, brighter than the cavity
LEFT, RIGHT, MIDDLE, ROW = 149.5, 249.5, 199.5, 450.0
SHORTENED_PX = 4.8  # by smoothing, both ends together: 0.8 points of a long path, 3 px apart, at each


def limb(*extra, bone_px: float = BONE_PX, noise: float = 4.0) -> np.ndarray:
    image = shaft(SHAPE, width_px=bone_px, soft_px=280, noise=noise) + sum(extra)
    return in_range(image.astype(np.float32), body=image > 150)


def line(*, height=-150.0, degrees=0.0, fwhm_px=5.0, length_px=100.0, centre=(ROW, MIDDLE)) -> np.ndarray:
    return gaussian_line(SHAPE, degrees, fwhm_px=fwhm_px, height=height, centre=centre, length_px=length_px)


def path(start, end, *, polarity=Polarity.DARK, score=20.0, z=4.0, sigma_px=2.0) -> RidgePath:
    count = max(2, round(np.hypot(*np.subtract(end, start)) / 3) + 1)
    points = np.linspace(start, end, count)
    return RidgePath(polarity, score, points, np.full(count, z), np.full(count, sigma_px))


ACROSS = path((ROW, LEFT), (ROW, RIGHT))
HALF = path((ROW, LEFT), (ROW, MIDDLE))
ALONG = path((400, MIDDLE), (500, MIDDLE))


def described(image, *paths) -> list[dict[str, float]]:
    axes = [AxisMap(*long_axis(image, scale_px=scale_px)) for scale_px in (10.0, 28.0, 55.0)]
    table = feature_table(paths, picture_maps(image, axes=axes))
    return [dict(zip(table.names, row, strict=True)) for row in table.values.astype(float)]


@pytest.fixture(scope="module")
def plain():
    """A shaft without any line, and what is said of three paths on it."""
    return dict(zip(("across", "half", "along"), described(limb(), ACROSS, HALF, ALONG), strict=True))


@pytest.fixture(scope="module")
def crossed():
    """A dark line across all of the shaft."""
    return described(limb(line()), ACROSS)[0]


# The table


def test_names_are_groups_of_the_evidence_and_features():
    table = feature_table([ACROSS, HALF], picture_maps(limb(), axes=()))
    groups = [name.split(".")[0] for name in table.names]
    assert set(groups) == set(EVIDENCE_TERMS) - {"prior"}
    assert all(name.count(".") == 1 for name in table.names)
    assert len(set(table.names)) == len(table.names)
    assert (table.values.shape, table.values.dtype) == ((2, len(table.names)), np.float32)


def test_names_do_not_hang_on_the_picture():
    one = feature_table([ACROSS], picture_maps(limb(), axes=()))
    other = feature_table([path((3, 3), (3, 9))] * 2, picture_maps(np.zeros((20, 20), np.float32), axes=()))
    assert one.names == other.names


def test_rows_can_be_taken():
    table = feature_table([ACROSS, HALF, ALONG], picture_maps(limb(), axes=()))
    some = table.of([2, 0])
    assert some.names == table.names
    np.testing.assert_array_equal(some.values, table.values[[2, 0]])


@pytest.mark.parametrize(
    "odd",
    [
        path((0, 0), (0, 399)),  # along the edge of the picture
        path((ROW, MIDDLE), (ROW, MIDDLE + 3)),  # two points
        path((-1, 398), (5, 400.5), score=-1.0),
    ],
    ids=["edge", "short", "beyond"],
)
@pytest.mark.parametrize("image", [limb(), np.full(SHAPE, 0.5, np.float32)], ids=["limb", "blank"])
def test_every_feature_of_any_path_is_finite(odd, image):
    (features,) = described(image, odd)
    assert all(np.isfinite(value) for value in features.values())


def test_the_way_along_a_path_does_not_matter(crossed):
    back = path((ROW, RIGHT), (ROW, LEFT))
    (other,) = described(limb(line()), back)
    for name, value in crossed.items():
        # Samples are taken at places rounded to 1/32 pixel.
        assert other[name] == pytest.approx(value, abs=0.02, rel=0.02), name


def test_dark_in_a_picture_is_as_bright_in_its_negative():
    image = limb(line())
    bright = path((ROW, LEFT), (ROW, RIGHT), polarity=Polarity.BRIGHT)
    (one,), (other,) = described(image, ACROSS), described(-image, bright)
    for name, value in one.items():
        if name.split(".")[0] in ("profile", "copies", "texture", "direction", "detection"):
            assert other[name] == pytest.approx(value, abs=1e-3, rel=1e-3), name


# Detection


def test_detection_repeats_what_the_path_brings():
    z = np.arange(1.0, 35)
    ridge = RidgePath(Polarity.DARK, 17.5, np.linspace((ROW, LEFT), (ROW, RIGHT), 34), z, np.full(34, 3.2))
    (found,) = described(limb(), ridge)
    assert found["detection.score"] == 17.5
    assert found["detection.z_mean"] == pytest.approx(17.5)
    assert found["detection.z_least"] == pytest.approx(np.quantile(z, 0.05))
    assert found["detection.z_quarter"] == pytest.approx(np.quantile(z, 0.25))
    assert found["detection.z_most"] == pytest.approx(np.quantile(z, 0.9))
    assert found["detection.sigma"] == pytest.approx(3.2)
    assert np.exp(found["detection.length"]) == pytest.approx(100 - SHORTENED_PX, abs=0.5)


# Across the line


def test_a_line_is_as_high_as_drawn_over_both_sides(crossed):
    drawn = 150 / 500  # of the range from soft tissue to cortex
    for side in (7, 11, 16):
        # The mean over three pixels of a line 5 px wide, blurred by 0.7 px: 0.80 of its height.
        assert crossed[f"profile.least_{side}"] == pytest.approx(0.80 * drawn, rel=0.07)
        assert crossed[f"profile.constancy_{side}"] == 1
        assert crossed[f"profile.asymmetry_{side}"] < 0.05
    contrast = crossed["texture.contrast"]
    assert crossed["profile.of_contrast_7"] == pytest.approx(crossed["profile.least_7"] / contrast, rel=1e-5)


@pytest.mark.parametrize(("height", "polarity"), [(-150, Polarity.BRIGHT), (150, Polarity.DARK)])
def test_a_line_of_the_other_polarity_has_a_height_below_zero(height, polarity):
    (found,) = described(limb(line(height=height)), path((ROW, LEFT), (ROW, RIGHT), polarity=polarity))
    assert found["profile.least_7"] < -0.15
    assert found["profile.constancy_7"] == 0


def test_without_a_line_there_is_no_height(plain):
    # Noise of 0.008 over the mean of a hundred pixels and three.
    assert abs(plain["across"]["profile.least_7"]) < 0.005
    assert plain["across"]["profile.constancy_7"] < 0.75


def test_an_outline_of_bone_has_no_two_sides():
    (found,) = described(limb(), path((400, LEFT), (500, LEFT)))
    for side in (7, 11):
        assert found[f"profile.least_{side}"] < 0
        assert found[f"profile.asymmetry_{side}"] > 0.8
        assert found[f"profile.constancy_{side}"] == 0
    assert found["copies.over_best"] < 0


@pytest.mark.parametrize("fwhm_px", [4.0, 6.0, 9.0])
def test_the_width_is_that_of_the_line(fwhm_px):
    (found,) = described(limb(line(fwhm_px=fwhm_px)), ACROSS)
    # Both sides are counted in whole pixels, upward; blurred by 0.7 px.
    assert fwhm_px <= found["profile.width"] <= fwhm_px + 2.5
    assert found["profile.width_asymmetry"] <= 1


def test_a_line_stands_over_its_copies_and_one_of_several_does_not(crossed):
    stripes = sum(line(centre=(ROW + away, MIDDLE)) for away in range(-60, 61, 12))
    (striped,) = described(limb(stripes), ACROSS)
    assert crossed["copies.height"] == pytest.approx(0.24, abs=0.03)
    assert crossed["copies.over_best"] > 0.9 * crossed["copies.height"]
    assert crossed["copies.best_of_height"] < 0.1
    assert abs(striped["copies.over_best"]) < 0.02
    assert striped["copies.best_of_height"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("sides", "weaker", "stronger"), [((), 0, 0), ((-9,), 0, 0.6), ((-9, 9), 0.6, 0.6)])
def test_rims_are_lines_of_the_other_polarity_beside(sides, weaker, stronger):
    rims = sum((line(height=75, fwhm_px=4, centre=(ROW + side, MIDDLE)) for side in sides), np.zeros(SHAPE))
    (found,) = described(limb(line(height=-120), rims), ACROSS)
    # Half and more of the line's height, which is itself measured over the rims: rough.
    for name, expected in (("weaker", weaker), ("stronger", stronger)):
        assert found[f"copies.{name}_rim"] == pytest.approx(expected, abs=0.25)


# Texture


def flat(sd: float, sigma_px: float = 0.0) -> np.ndarray:
    grain = np.random.default_rng(2).normal(0, 1, SHAPE)
    grain = ndimage.gaussian_filter(grain, sigma_px) if sigma_px else grain
    return (0.5 + sd * grain / grain.std()).astype(np.float32)


@pytest.mark.parametrize("sd", [0.005, 0.02, 0.1])
def test_noise_is_told_as_its_logarithm(sd):
    (found,) = described(flat(sd), ACROSS)
    # 0.91 of white noise is finer than a Gaussian of 1.2 px; over the path it varies by some per cent.
    assert np.exp(found["texture.noise"]) == pytest.approx(0.91 * sd, rel=0.1)


def test_texture_of_a_lines_width_is_told_from_the_finest():
    (fine,), (coarse,) = described(flat(0.05), ACROSS), described(flat(0.05, 2.0), ACROSS)
    assert fine["texture.noise"] > coarse["texture.noise"] + 1
    assert coarse["texture.texture"] > fine["texture.texture"] + 1
    assert coarse["texture.height_in_texture"] < 1  # no line: chance only


# Levels and ends


def test_levels_lie_between_soft_tissue_and_bone(plain):
    walls = path((400, LEFT + 12), (500, LEFT + 12)), path((400, LEFT - 40), (500, LEFT - 40))
    wall, soft = described(limb(), *walls)
    assert wall["levels.own"] == pytest.approx(1, abs=0.1)
    assert soft["levels.own"] == pytest.approx(0.3, abs=0.25)  # air lies within reach
    assert plain["along"]["levels.own"] == pytest.approx(0.5, abs=0.1)  # the cavity
    for name in ("own_least", "own", "own_most"):
        assert wall["levels.own_least"] <= wall[f"levels.{name}"] <= wall["levels.own_most"]


def test_the_sides_of_an_outline_are_soft_tissue_and_bone():
    (found,) = described(limb(), path((400, LEFT), (500, LEFT)))
    assert found["levels.darker_side_16"] == pytest.approx(0.1, abs=0.15)
    assert found["levels.brighter_side_16"] == pytest.approx(1, abs=0.1)


def test_beyond_the_ends_of_a_whole_crossing_is_soft_tissue_and_of_half_a_crossing_bone():
    whole, half = described(limb(line(height=-20)), ACROSS, HALF)
    for beyond in (14, 26):
        assert whole[f"ends.most_level_{beyond}"] < 0.25
        assert whole[f"ends.least_drop_{beyond}"] > 0.3
        assert half[f"ends.most_level_{beyond}"] > 0.4
        assert half[f"ends.least_level_{beyond}"] < 0.25
        assert half[f"ends.most_drop_{beyond}"] > 0.3
        # The inner end looks at the cavity or at the other wall, the path itself lies on both.
        assert half[f"ends.least_drop_{beyond}"] < whole[f"ends.least_drop_{beyond}"] - 0.2


def test_a_path_that_stops_too_early_sees_the_line_go_on():
    whole, half = described(limb(line()), ACROSS, HALF)
    for beyond in (6, 14):
        assert abs(whole[f"ends.goes_on_{beyond}"]) < 0.03
        assert half[f"ends.goes_on_{beyond}"] > 0.2
        assert half[f"ends.goes_on_both_{beyond}"] < 0.03
    (inner,) = described(limb(line()), path((ROW, MIDDLE - 20), (ROW, MIDDLE + 20)))
    assert inner["ends.goes_on_both_6"] > 0.2


# Direction


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 140])
def test_the_angle_is_that_to_the_axis_of_the_shaft(degrees):
    way = 35 * np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    middle = np.array([ROW, MIDDLE])
    (found,) = described(limb(), path(middle - way, middle + way))
    expected = abs(90 - degrees) if degrees <= 90 else degrees - 90
    for number in (1, 2):
        assert np.degrees(found[f"direction.angle_{number}"]) == pytest.approx(expected, abs=3)
        assert found[f"direction.coherence_{number}"] > 0.9
        across = np.sin(np.radians(expected)) ** 2
        assert found[f"direction.across_{number}"] == pytest.approx(across, abs=0.12)
        assert found[f"direction.along_{number}"] == pytest.approx(1 - across, abs=0.12)


def test_where_there_is_no_axis_coherence_says_so():
    noise = np.random.default_rng(0).normal(0.5, 0.1, SHAPE).astype(np.float32)
    (found,) = described(noise, ACROSS)
    assert found["direction.coherence_1"] < 0.3
    assert found["direction.across_1"] < 0.3


def test_a_straight_path_has_tortuosity_one_and_a_bent_one_more(plain):
    turn = np.linspace(0, np.pi, 40)
    arc = np.stack([ROW + 40 * np.sin(turn), MIDDLE + 40 * np.cos(turn)], axis=1)
    (bent,) = described(limb(), RidgePath(Polarity.DARK, 9.0, arc, np.ones(40), np.ones(40)))
    assert plain["across"]["direction.tortuosity"] == pytest.approx(1, abs=1e-6)
    assert bent["direction.tortuosity"] == pytest.approx(
        np.pi / 2, rel=0.05
    )  # half a circle, its ends smoothed


# How much of the bone is crossed


@pytest.mark.parametrize(
    ("start", "end", "share"), [(0, 100, 1.0), (0, 50, 0.5), (25, 75, 0.5), (10, 40, 0.3)]
)
@pytest.mark.parametrize("height", [0, -60])
def test_the_share_crossed_is_that_of_the_line(start, end, share, height):
    drawn = line(height=height, length_px=end - start, centre=(ROW, LEFT + 0.5 * (start + end)))
    (found,) = described(limb(drawn), path((ROW, LEFT + start), (ROW, LEFT + end)))
    # Rays look each 3 px on both sides; the path has lost its smoothed ends.
    assert np.exp(found["bone_width.own"]) == pytest.approx(100, abs=8)
    assert found["bone_width.share_crossed"] == pytest.approx(share - SHORTENED_PX / 100, abs=0.08)
    middle = 0.5 * (start + end) / 100
    assert found["bone_width.off_middle"] == pytest.approx(min(middle, 1 - middle), abs=0.06)


def test_a_shaft_of_one_width_does_not_flare(plain):
    for away in (10, 20, 34, 50):
        for name in ("narrower", "wider"):
            assert plain["across"][f"bone_width.{name}_{away}"] == pytest.approx(0, abs=0.07)  # 3 px of 100
    assert plain["across"]["bone_width.flare"] == pytest.approx(0, abs=0.07)


def test_a_bone_that_widens_flares():
    narrow, wide = (limb(bone_px=width, noise=0.0) for width in (60, 120))
    # From 120 px at the line to 60 px at fifty rows on either side.
    share = np.clip(np.abs(np.arange(SHAPE[0]) - ROW) / 20 - 1, 0, 1)[:, None].astype(np.float32)
    (found,) = described(share * narrow + (1 - share) * wide, path((ROW, 140), (ROW, 259)))
    assert found["bone_width.narrower_10"] == pytest.approx(0, abs=0.1)
    assert found["bone_width.narrower_50"] == pytest.approx(np.log(0.5), abs=0.15)
    assert found["bone_width.flare"] == pytest.approx(np.log(2), abs=0.15)


# Surroundings


def test_parallels_of_a_line_across_have_the_same_bone_on_both_sides(crossed):
    for away in (9, 18, 30, 45, 64):
        assert crossed[f"surroundings.difference_{away}"] < 0.02
        # The line is 0.75 of its height darker, blurred by 1.5 px, over a contrast near 1.
        assert crossed[f"surroundings.mean_{away}"] == pytest.approx(0.75 * 0.3, abs=0.04)
        assert crossed[f"surroundings.darker_{away}"] <= crossed[f"surroundings.mean_{away}"]


def test_where_one_bone_overlaps_another_the_sides_differ(plain):
    over = np.where(np.arange(SHAPE[0]) > ROW, 150.0, 0.0)[:, None] * np.ones((1, SHAPE[1]))
    (found,) = described(limb(over), ACROSS)
    assert found["surroundings.sides_differ"] > 0.15
    assert found["surroundings.far_sides_differ"] > 0.15
    assert found["surroundings.difference_30"] > 0.15
    for name in ("sides_differ", "far_sides_differ", "difference_30"):
        assert plain["across"][f"surroundings.{name}"] < 0.02


def test_bright_rims_are_seen_on_one_side_or_on_both():
    rims = [line(height=100, fwhm_px=6, centre=(ROW + side, MIDDLE)) for side in (-7, 7)]
    none, one, both = (described(limb(line(), *rims[:count]), ACROSS)[0] for count in range(3))
    names = "surroundings.weaker_bright_rim", "surroundings.stronger_bright_rim"
    assert max(none[name] for name in names) < 0.03
    assert (one[names[0]], one[names[1]]) == (pytest.approx(0, abs=0.03), pytest.approx(0.17, abs=0.06))
    assert min(both[name] for name in names) > 0.1


# Neighbours


def test_neighbours_are_counted_by_polarity_strength_and_direction():
    own = path((ROW, LEFT), (ROW, RIGHT), score=20)
    beside = path((ROW + 10, LEFT), (ROW + 10, RIGHT), score=30)
    other = path((ROW - 10, LEFT), (ROW - 10, RIGHT), polarity=Polarity.BRIGHT, score=10)
    across = path((ROW - 40, MIDDLE), (ROW + 40, MIDDLE), score=25)
    far = path((100, LEFT), (100, RIGHT), score=40)
    weaker = path((ROW + 40, LEFT), (ROW + 40, RIGHT), score=15)  # parallel, but not close
    found = described(limb(), own, beside, other, across, far, weaker)[0]
    expected = {
        "rank": np.log1p(3),  # beside, across, far
        "share_of_best": 20 / 40,
        "parallel_same": np.log1p(1),
        "parallel_stronger": np.log1p(1),
        "parallel_other": 10 / 20,
        "crowd": np.log1p(2),  # beside and across
    }
    for name, value in expected.items():
        assert found[f"neighbours.{name}"] == pytest.approx(value, rel=1e-5), name


def test_alone_there_are_no_neighbours():
    (found,) = described(limb(), ACROSS)
    assert found["neighbours.share_of_best"] == 1
    for name in ("rank", "parallel_same", "parallel_stronger", "parallel_other", "crowd"):
        assert found[f"neighbours.{name}"] == 0
