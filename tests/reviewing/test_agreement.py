import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_scenes import checked, drawn, said, write_study

from microcal_xray.evaluation import Bootstrap, EvaluationOptions, Figure, TrueImage, TrueLine
from microcal_xray.findings import Kind
from microcal_xray.reviewing import agreement, agreement_document, agreement_text
from microcal_xray.reviewing.kappa import cohen_kappa, fleiss_kappa

FEW = EvaluationOptions(bootstrap=Bootstrap(replicates=50))


def kappa_of(statistic, images=1):
    return statistic(np.ones((1, images)))[0]


def test_cohen_kappa_of_a_table_worked_by_hand():
    # 35 of 50 agree; p_e = 0.5 * 0.6 + 0.5 * 0.4.
    kappa, agreement = kappa_of(cohen_kappa(np.array([[[20.0, 5.0], [10.0, 15.0]]])))
    assert (kappa, agreement) == pytest.approx(((0.7 - 0.5) / 0.5, 0.7))


def test_cohen_kappa_of_three_categories_worked_by_hand():
    # The form of table 1 of Cohen (1960): two judges, three categories, as proportions.
    shares = np.array([[[0.25, 0.13, 0.12], [0.12, 0.02, 0.16], [0.03, 0.15, 0.02]]])
    expected = 0.5 * 0.4 + 0.3 * 0.3 + 0.2 * 0.3
    kappa, agreement = kappa_of(cohen_kappa(shares))
    assert (kappa, agreement) == pytest.approx(((0.29 - expected) / (1 - expected), 0.29))


def test_fleiss_kappa_of_a_table_worked_by_hand():
    # 3 readers, 4 units: pairs agree on 1, 1/3, 1/3 and 1; shares 5/12, 4/12, 3/12.
    ratings = np.array([[3, 0, 0], [2, 1, 0], [0, 1, 2], [0, 3, 0]], float)
    shares = ratings.sum(axis=0) / 12
    observed, expected = (1 + 1 / 3 + 1 / 3 + 1) / 4, float((shares**2).sum())
    kappa, agreement = kappa_of(fleiss_kappa(ratings, np.arange(4)), 4)
    assert (kappa, agreement) == pytest.approx(((observed - expected) / (1 - expected), observed))


def test_all_alike_has_no_kappa_and_full_agreement():
    assert np.isnan(kappa_of(cohen_kappa(np.array([[[7.0, 0], [0, 0]]])))[0])
    kappa, agreement = kappa_of(fleiss_kappa(np.array([[2.0, 0], [2, 0]]), np.array([0, 0])))
    assert np.isnan(kappa)
    assert agreement == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30), st.data())
@settings(max_examples=50, deadline=None)
def test_a_weight_of_two_is_the_image_twice(pairs, data):
    tables = np.zeros((len(pairs), 3, 3))
    ratings = np.zeros((len(pairs), 3))
    for number, (first, second) in enumerate(pairs):
        tables[number, first, second] = 1
        ratings[number, first] += 1
        ratings[number, second] += 1
    weights = np.array([data.draw(st.lists(st.integers(0, 2), min_size=len(pairs), max_size=len(pairs)))])
    repeated = np.repeat(np.arange(len(pairs)), weights[0])
    for weighted, plain in (
        (cohen_kappa(tables), cohen_kappa(tables[repeated])),
        (
            fleiss_kappa(ratings, np.arange(len(pairs))),
            fleiss_kappa(ratings[repeated], np.arange(len(repeated))),
        ),
    ):
        if len(repeated):
            ones = np.ones((1, len(repeated)))
            np.testing.assert_allclose(weighted(weights.astype(float)), plain(ones), atol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30))
@settings(max_examples=50, deadline=None)
def test_two_readers_of_fleiss_agree_as_often_as_those_of_cohen(pairs):
    table = np.zeros((1, 3, 3))
    ratings = np.zeros((len(pairs), 3))
    for number, (first, second) in enumerate(pairs):
        table[0, first, second] += 1
        ratings[number, first] += 1
        ratings[number, second] += 1
    cohen = kappa_of(cohen_kappa(table))
    fleiss = kappa_of(fleiss_kappa(ratings, np.zeros(len(pairs), int)))
    assert cohen[1] == pytest.approx(fleiss[1])
    if np.isfinite(cohen[0]) and np.isfinite(fleiss[0]):
        assert fleiss[0] <= cohen[0] + 1e-9  # pi is never over kappa: (p1 + p2)^2 / 4 >= p1 p2


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    images = {f"{letter}.png": (20, 60) for letter in "abcdefgh"}
    return write_study(tmp_path_factory.mktemp("out"), images)


def read(study, reader, verdicts):
    """Return the events of a reader who sees the marks and says one word on the first of each image."""
    events = []
    for file, verdict in zip(study.by_file, verdicts, strict=True):
        if verdict:
            events.append(said(file, "1", verdict, overlay_visible=True))
        events.append(said(file, "", "done", overlay_visible=True))
    return checked(study, reader, *events)


def test_a_reader_who_agrees_with_himself_has_kappa_one(study):
    verdicts = ["accept", "reject", "accept", "unsure", "reject", None, "accept", "reject"]
    result = agreement(study, read(study, "anna", verdicts) + read(study, "ben", verdicts), options=FEW)
    (pair,) = result.pairs
    assert pair.line_kappa.value == pair.image_kappa.value == result.together.line_kappa.value == 1
    assert pair.line_counts == ((3, 0, 0), (0, 1, 0), (0, 0, 12))
    assert result.bases == {"agreed": 16}


def test_readers_are_scored_against_a_truth_that_is_given(study):
    truth = [
        TrueImage(file, lines=(TrueLine(Kind.LUCENT, [[20, 20], [20, 60]]),) if number < 4 else ())
        for number, file in enumerate(study.by_file)
    ]
    # Finds 3 of 4, marks one of the four without a line; the other reader marks everything.
    careful = ["accept", "accept", "accept", None, "accept", None, None, None]
    result = agreement(
        study,
        read(study, "anna", careful) + read(study, "ben", ["accept"] * 8),
        truth=truth,
        options=FEW,
    )
    assert not result.is_own_truth
    scores = result.scores
    assert scores["anna"].recall.value == 0.75
    # Of 4 x 4 comparisons: 3 lines beat 3 images and tie with 1; the missed line ties with 3 and loses to 1.
    assert scores["anna"].wafroc_auc.value == pytest.approx((3 * (3 + 0.5) + 3 * 0.5) / 16)
    assert scores["ben"].recall.value == 1
    assert scores["ben"].wafroc_auc.value == 0.5


def test_nobody_and_one_reader_are_results_too(study):
    nothing = agreement(study, [], options=FEW)
    assert nothing.pairs == ()
    assert nothing.together is None
    assert "fewer than two readers" in agreement_text(nothing)
    alone = agreement(study, read(study, "anna", ["accept"] * 8), options=FEW)
    assert alone.bases == {"one_reader": 16}
    agreement_document(alone)


def test_small_samples_are_told(study):
    result = agreement(study, read(study, "anna", ["accept"] * 4 + [None] * 4), options=FEW)
    assert result.is_small
    assert "pilot" in agreement_text(result)


def test_without_an_unaided_look_there_is_no_comparison(study):
    result = agreement(study, read(study, "anna", ["accept"] * 8), options=FEW)
    assert result.comparison.images == 0
    assert "Aided against unaided: no image" in agreement_text(result)


def test_marks_that_show_what_was_missed_are_seen_to_help(study):
    events = []
    for number, file in enumerate(study.by_file):
        events += [
            said(file, "", "done"),
            said(file, "", "reopen", overlay_visible=True),
            *([said(file, "1", "accept", overlay_visible=True)] if number < 4 else []),
            said(file, "", "done", overlay_visible=True),
        ]
    both = checked(study, "anna", *events) + checked(
        study, "ben", *({**event, "event": event["event"][::-1]} for event in events), drawn("a.png", 1, 100)
    )
    result = agreement(study, both, options=FEW)
    analysis = result.comparison.analyses[Figure.WAFROC_AUC]
    assert result.comparison.images == 8
    assert analysis.figures[1] == pytest.approx([0.5, 0.5])
    assert (analysis.figures[0] > 0.8).all()
    assert "Over 0: better with the marks" in agreement_text(result)
    assert "pilot" in agreement_text(result)
