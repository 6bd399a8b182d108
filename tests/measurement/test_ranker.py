import copy
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.errors import MicrocalError
from microcal_xray.measurement import PRIOR, FalseMarkCurve, FeatureTable, rankers_from
from microcal_xray.measurement.mimics import court_from
from microcal_xray.measurement.trees import Trees

FEATURES = ("detection.score", "detection.length", "ends.drop", "profile.height")
# Tree 1 asks for the score, and of weak candidates for the drop; tree 2 for the height alone.
TREES = [
    {
        "feature": [0, 2, -1, -1, -1],
        "threshold": [5.0, 0.25, 0, 0, 0],
        "left": [1, 3, 0, 0, 0],
        "right": [2, 4, 0, 0, 0],
        "value": [-1.0, -2.0, 1.5, -3.0, -0.5],
    },
    {
        "feature": [3, -1, -1],
        "threshold": [0.1, 0, 0],
        "left": [1, 0, 0],
        "right": [2, 0, 0],
        "value": [0.25, -0.75, 1.0],
    },
]
CURVES = {
    "picture": {"strength": [-4.0, 0.0, 2.0], "log10_false_marks": [1.5, 0.5, -1.5]},
    "for-processing": {"strength": [-4.0, 2.0], "log10_false_marks": [1.0, -2.0]},
}
# Another structure: a "joint_space" where the drop is small; nothing else has a say.
STUMP = {"feature": [-1], "threshold": [0.0], "left": [0], "right": [0], "value": [0.0]}
JOINT = {
    "feature": [2, -1, -1],
    "threshold": [0.25, 0, 0],
    "left": [1, 0, 0],
    "right": [2, 0, 0],
    "value": [0.0, 2.0, -1.0],
}
COURT = {"line": TREES, "joint_space": [JOINT], "other": [STUMP]}
DOCUMENT = {
    "schema": "microcal-ranker/1",
    "features": list(FEATURES),
    "kinds": {
        "lucent": {"trees": TREES, "curves": CURVES, "share": 0.5, "court": COURT},
        "sclerotic": {"trees": TREES[1:], "curves": CURVES, "share": 0.25, "court": COURT},
    },
}


def table(*rows) -> FeatureTable:
    return FeatureTable(FEATURES, np.array(rows, np.float32))


def lucent():
    return rankers_from(DOCUMENT)["lucent"]


def forests(seed: int, count: int = 4, nodes: int = 15):
    """Return full trees of random questions and leaves; a node's value is the mean of those below it."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        inner = nodes // 2
        value = rng.normal(0, 1, nodes)
        for node in reversed(range(inner)):
            value[node] = 0.5 * (value[2 * node + 1] + value[2 * node + 2])
        found.append(
            {
                "feature": [*rng.integers(0, len(FEATURES), inner).tolist(), *[-1] * (nodes - inner)],
                "threshold": rng.normal(0, 1, nodes).tolist(),
                "left": [2 * node + 1 for node in range(inner)] + [0] * (nodes - inner),
                "right": [2 * node + 2 for node in range(inner)] + [0] * (nodes - inner),
                "value": value.tolist(),
            }
        )
    return found


def leaf(tree, row) -> float:
    node = 0
    while tree["feature"][node] != -1:
        low = row[tree["feature"][node]] <= tree["threshold"][node]
        node = tree["left" if low else "right"][node]
    return tree["value"][node]


# The terms


def test_groups_are_in_order_of_appearance():
    assert lucent().groups() == ("detection", "ends", "profile")


@pytest.mark.parametrize(
    ("row", "terms"),
    [
        # Strong and high: 1.5 - (-1); nothing of the ends; 1 - 0.25; both roots.
        ((9, 0, 0, 1), (2.5, 0, 0.75, -0.75)),
        # Weak, small drop, flat: -2 - (-1); -3 - (-2); -0.75 - 0.25.
        ((1, 0, 0.1, 0), (-1.0, -1.0, -1.0, -0.75)),
        # Weak, large drop, high: -1; -0.5 - (-2).
        ((1, 0, 0.5, 1), (-1.0, 1.5, 0.75, -0.75)),
        # A value on the threshold goes to the left.
        ((5, 0, 0.25, 0), (-1.0, -1.0, -1.0, -0.75)),
    ],
)
def test_terms_worked_by_hand(row, terms):
    np.testing.assert_allclose(lucent().terms(table(row)), [terms], atol=1e-12)


def test_what_no_tree_asks_for_adds_nothing():
    one, other = (lucent().terms(table((9, length, 0.3, 1))) for length in (0, 1e6))
    np.testing.assert_array_equal(one, other)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_the_terms_add_up_to_the_leaves(seed):
    document = copy.deepcopy(DOCUMENT)
    document["kinds"]["lucent"]["trees"] = trees = forests(seed)
    rows = np.random.default_rng(seed + 1).normal(0, 1, (20, len(FEATURES))).astype(np.float32)
    terms = rankers_from(document)["lucent"].terms(FeatureTable(FEATURES, rows))
    leaves = [math.fsum(leaf(tree, row) for tree in trees) for row in rows]
    np.testing.assert_allclose(terms.sum(axis=1), leaves, atol=1e-12)  # rounding of a dozen floats
    np.testing.assert_allclose(terms[:, -1], sum(tree["value"][0] for tree in trees))


def test_trees_of_different_sizes_are_the_same_together_as_apart():
    row = table((1, 0, 0.5, 1), (9, 0, 0, 0))
    groups = np.array([0, 0, 1, 2])
    together = lucent().trees.terms(row.values, groups, 3)
    apart = [Trees.of([tree]).terms(row.values, groups, 3) for tree in TREES]
    np.testing.assert_allclose(together, sum(apart), atol=1e-12)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_the_total_is_the_sum_of_the_terms(seed):
    trees = Trees.of(forests(seed))
    rows = np.random.default_rng(seed).normal(0, 1, (9, len(FEATURES))).astype(np.float32)
    terms = trees.terms(rows, np.array([0, 0, 1, 2]), 3)
    np.testing.assert_allclose(trees.total(rows), terms.sum(axis=1), atol=1e-12)


def test_no_candidates_have_no_terms():
    assert lucent().terms(FeatureTable(FEATURES, np.zeros((0, 4), np.float32))).shape == (0, 4)


def test_a_tree_that_asks_nothing_is_the_prior():
    document = copy.deepcopy(DOCUMENT)
    document["kinds"]["lucent"]["trees"] = [{**STUMP, "value": [0.7]}]
    np.testing.assert_allclose(rankers_from(document)["lucent"].terms(table((9, 0, 0, 1))), [[0, 0, 0, 0.7]])


@pytest.mark.parametrize("names", [FEATURES[:-1], FEATURES[::-1], (*FEATURES, "texture.noise"), ()])
def test_other_features_than_the_model_knows_are_refused(names):
    with pytest.raises(MicrocalError, match=r"fitted on other features .* tools/fit_ranker.py"):
        lucent().terms(FeatureTable(names, np.zeros((2, len(names)), np.float32)))


# The document


@pytest.mark.parametrize("schema", [None, "microcal-ranker/2", 1])
def test_another_schema_is_refused(schema):
    with pytest.raises(
        MicrocalError, match=r"the ranking model has schema .*; 'microcal-ranker/1' is needed"
    ):
        rankers_from({**DOCUMENT, "schema": schema})


def test_each_kind_has_its_own_model():
    rankers = rankers_from(DOCUMENT)
    assert set(rankers) == {"lucent", "sclerotic"}
    assert (rankers["lucent"].share, rankers["sclerotic"].share) == (0.5, 0.25)
    np.testing.assert_allclose(rankers["sclerotic"].terms(table((9, 0, 0, 1))), [[0, 0, 0.75, 0.25]])
    assert PRIOR == "prior"


# The court of mimics


def test_the_court_compares_structures_by_their_sums():
    # Strong and high, small drop: "line" 1.5 + 1, "joint_space" 2, "other" 0.
    found = lucent().court.likelihoods(table((9, 0, 0.1, 1)))
    weights = np.exp([2.5, 2.0, 0.0])
    np.testing.assert_allclose(found, [weights / weights.sum()], rtol=1e-12)
    assert lucent().court.names == ("line", "joint_space", "other")


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.1, 1000))
def test_likelihoods_lie_between_nothing_and_all_and_add_up_to_one(seed, scale):
    rows = np.random.default_rng(seed).normal(0, 1, (9, len(FEATURES))).astype(np.float32)
    forest = [{**tree, "value": [scale * value for value in tree["value"]]} for tree in forests(seed)]
    court = court_from({"line": forest, "overlap": forests(seed + 1), "other": [STUMP]})
    found = court.likelihoods(FeatureTable(FEATURES, rows))
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_what_adds_to_every_structure_alike_changes_nothing():
    louder = {name: [*trees, {**STUMP, "value": [300.0]}] for name, trees in COURT.items()}
    rows = table((1, 0, 0.5, 1), (9, 0, 0.1, 0))
    np.testing.assert_allclose(
        court_from(louder).likelihoods(rows), court_from(COURT).likelihoods(rows), rtol=1e-9
    )


# The false marks


def test_a_score_is_minus_the_logarithm_of_the_false_marks_of_all_kinds():
    # At strength 0 there are 10**0.5 false marks of this kind, which may be half of all.
    assert lucent().score(np.array([0.0]), intent="picture")[0] == pytest.approx(-math.log10(2 * 10**0.5))


def test_each_intent_has_its_own_curve():
    scores = [lucent().score(np.array([2.0]), intent=intent)[0] for intent in ("picture", "for-processing")]
    assert scores == [pytest.approx(math.log10(0.5) + 1.5), pytest.approx(math.log10(0.5) + 2)]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(strengths=st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_stronger_never_scores_less(strengths):
    scores = lucent().score(np.sort(strengths), intent="picture")
    assert (np.diff(scores) >= 0).all()


@pytest.mark.parametrize(
    ("strength", "expected"),
    [(-4.0, 1.5), (-2.0, 1.0), (0.0, 0.5), (1.0, -0.5), (2.0, -1.5), (4.0, -3.5), (-8.0, 2.5)],
)
def test_a_curve_is_straight_between_its_points_and_goes_on_beyond_them(strength, expected):
    curve = FalseMarkCurve(*(np.array(values) for values in CURVES["picture"].values()))
    assert curve.at(np.array([strength]))[0] == pytest.approx(expected)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    steps=st.lists(st.tuples(st.floats(0.01, 5), st.floats(0, 3)), min_size=2, max_size=12),
    strengths=st.lists(st.floats(-100, 100), min_size=2, max_size=12),
)
def test_a_falling_curve_falls_everywhere_and_passes_its_points(steps, strengths):
    right, down = np.cumsum(steps, axis=0).T
    curve = FalseMarkCurve(right, -down)
    np.testing.assert_allclose(curve.at(right), -down, atol=1e-9)
    assert (np.diff(curve.at(np.sort(strengths))) <= 1e-9).all()  # rounding


def test_an_end_that_rises_by_chance_goes_on_level():
    curve = FalseMarkCurve(np.array([0.0, 1.0, 2.0]), np.array([0.5, 0.6, 0.7]))
    assert curve.at(np.array([-5.0, 9.0])).tolist() == [0.5, 0.7]
