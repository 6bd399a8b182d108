"""A whole evaluation: groups, comparison, and what is written."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from scenes import across, answer, candidate, line, study, truth

from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.evaluation import (
    Bootstrap,
    CandidatesFile,
    EvaluationOptions,
    FalseMarkImages,
    Figure,
    Mimic,
    UnreadableTruthError,
    compare,
    compare_files,
    compare_readers,
    comparison_document,
    comparison_html,
    comparison_text,
    evaluate,
    evaluate_files,
    evaluation_document,
    evaluation_html,
    evaluation_text,
    mrmc_document,
    mrmc_text,
    write_comparison,
    write_evaluation,
)
from microcal_xray.evaluation.document import json_text
from microcal_xray.evaluation.examples import crop, worst_false_marks, worst_misses

QUICK = EvaluationOptions(bootstrap=Bootstrap(replicates=200))
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(*study(patients_of=2), options=QUICK)


def load(file):
    return np.random.default_rng(len(file)).normal(size=(500, 400))


def test_the_groups_add_up_to_all(evaluation):
    for name in ("kind", "d_prime", "anatomy"):
        groups = evaluation.groups[name]
        assert sum(group.lines for group in groups) == evaluation.counts.lines
        for index, each in enumerate(evaluation.sensitivity[FalseMarkImages.ALL]):
            parts = [group.lines * (group.sensitivity[index].value or 0) for group in groups]
            assert sum(parts) == pytest.approx(each.value * evaluation.counts.lines)
    anatomy = evaluation.groups["anatomy"]
    marks = sum(group.images * group.false_marks.value for group in anatomy)
    assert marks == pytest.approx(evaluation.counts.false)
    assert "width_mm" not in evaluation.groups  # not known of any line


def test_intervals_hold_their_value_and_patients_stay_together(evaluation):
    assert evaluation.counts.patients == 20
    assert evaluation.wafroc_auc.low < evaluation.wafroc_auc.value < evaluation.wafroc_auc.high


def test_a_group_of_few_patients_has_no_interval():
    lists, truths = study(images=12)
    truths = tuple(
        replace(image, anatomy="knee" if index < 2 else "hip") for index, image in enumerate(truths)
    )
    hip, knee = evaluate(lists, truths, options=QUICK).groups["anatomy"]
    assert hip.froc_score.low is not None
    assert knee.froc_score.value is not None
    assert knee.froc_score.low is None


def test_keeping_patients_together_widens_the_interval_of_copies():
    lists, truths = study(images=30)
    copies = CandidatesFile(
        tuple(replace(each, file=f"{copy}-{each.file}") for copy in range(4) for each in lists.images)
    )
    images = [replace(image, file=f"{copy}-{image.file}") for copy in range(4) for image in truths]
    together = evaluate(copies, images, options=QUICK).wafroc_auc
    apart = evaluate(copies, [replace(image, patient=None) for image in images], options=QUICK).wafroc_auc
    once = evaluate(lists, truths, options=QUICK).wafroc_auc
    assert together.high - together.low == pytest.approx(once.high - once.low)  # copies add no knowledge
    assert apart.high - apart.low == pytest.approx(
        (once.high - once.low) / 2, rel=0.2
    )  # half, for four copies


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(evaluation):
    again = evaluate(*study(patients_of=2), options=QUICK)
    other = evaluate(
        *study(patients_of=2), options=replace(QUICK, bootstrap=Bootstrap(replicates=200, seed=1))
    )
    text = json_text(evaluation_document(evaluation))
    assert json_text(evaluation_document(again)) == text
    assert json_text(evaluation_document(other)) != text
    assert evaluation_html(again, load=load) == evaluation_html(evaluation, load=load)


def test_no_replicates_give_values_without_intervals():
    found = evaluate(*study(images=8), options=EvaluationOptions(bootstrap=Bootstrap(replicates=0)))
    assert found.wafroc_auc.value is not None
    assert found.wafroc_auc.low is None


def test_mimics_are_counted_in_all_and_at_one_false_mark_per_picture():
    marks = [
        candidate(across(100, 0, 80), 5.0),
        candidate(across(200, 0, 80), 1.0),
        candidate(across(300, 0, 80), 0.5),
    ]
    mimics = (Mimic("canal", path_px=across(100, 0, 80)), Mimic("plate", path_px=across(200, 0, 80)))
    images = [truth(mimics=mimics), truth(line(across(50, 0, 80)), file="b.png")]
    found = evaluate(CandidatesFile((answer(*marks), answer(file="b.png"))), images, options=QUICK)
    assert found.mimics == {"canal": 1, "none named": 1, "plate": 1}
    assert found.mimics_at_one == {"canal": 1, "plate": 1}


def test_files_are_evaluated_and_compared(tmp_path):
    lists, truths = study(images=10)
    images = [
        {
            "file": f"images/{each.file}",
            "status": "ok",
            "rows": 500,
            "columns": 400,
            "candidates": [
                {"kind": "lucent", "score": c.score, "path_px": c.path_px.tolist()} for c in each.candidates
            ],
        }
        for each in lists.images
    ]
    document = {"schema": "microcal-candidates/1", "settings": {"false_marks": 1}, "images": images}
    (tmp_path / "candidates.json").write_text(json.dumps(document))
    true = [
        {
            "file": each.file,
            "rows": 500,
            "columns": 400,
            "lines": [{"kind": "lucent", "path_px": line.path_px.tolist()} for line in each.lines],
        }
        for each in truths
    ]
    (tmp_path / "truth.json").write_text(json.dumps({"schema": "microcal-truth/1", "images": true}))
    found = evaluate_files(tmp_path, tmp_path, options=QUICK)
    expected = evaluate(lists, [replace(image, patient=None) for image in truths], options=QUICK)
    assert found.wafroc_auc == expected.wafroc_auc
    assert found.false_marks_asked == 1
    comparison = compare_files(tmp_path, tmp_path / "candidates.json", tmp_path, options=QUICK)
    for figure in comparison.figures:
        assert (figure.difference.value, figure.difference.low, figure.p_value) == (0.0, 0.0, 1.0)


def test_a_better_detector_is_better_by_every_test():
    lists, truths = study(images=60, skill=4.0)
    worse, _ = study(images=60, skill=0.0)
    good, bad = evaluate(lists, truths, options=QUICK), evaluate(worse, truths, options=QUICK)
    figures = {figure.name: figure for figure in compare(good, bad).figures}
    wafroc = figures[Figure.WAFROC_AUC]
    assert wafroc.difference.low > 0
    assert wafroc.p_value == pytest.approx(2 / 201)  # the smallest that 200 replicates can give
    assert wafroc.jackknife.p_value < 0.001
    assert wafroc.difference.value == pytest.approx(wafroc.jackknife.value)
    image = figures[Figure.IMAGE_AUC]
    assert image.jackknife.value == pytest.approx(image.delong.value)
    # The two are different estimates of one variance; on 60 pictures they agree to a few percent.
    assert image.jackknife.standard_error == pytest.approx(image.delong.standard_error, rel=0.05)
    turned = {figure.name: figure for figure in compare(bad, good).figures}
    assert turned[Figure.WAFROC_AUC].difference.high == pytest.approx(-wafroc.difference.low)


def test_detectors_on_different_pictures_are_not_compared():
    lists, truths = study(images=10)
    one = evaluate(lists, truths, options=QUICK)
    with pytest.raises(UnreadableTruthError, match=r"'p009\.png' differs"):
        compare(one, evaluate(lists, truths[:9], options=QUICK))
    with pytest.raises(UnreadableTruthError, match="different options"):
        compare(one, evaluate(lists, truths, options=EvaluationOptions()))


def test_several_versions_of_two_algorithms_are_compared():
    _, truths = study(images=40)
    good = [evaluate(study(seed, 40, 3.0)[0], truths, options=QUICK) for seed in (1, 2, 3)]
    bad = [evaluate(study(seed, 40, 0.5)[0], truths, options=QUICK) for seed in (4, 5, 6)]
    found = compare_readers([good, bad], figure=Figure.WAFROC_AUC)
    assert found.figures.shape == (2, 3)
    assert found.figures[0, 1] == pytest.approx(good[1].wafroc_auc.value)
    (difference,) = found.random_readers_random_cases.differences
    assert difference.low > 0
    assert "random readers, random cases" in mrmc_text(found)
    assert json.loads(json.dumps(mrmc_document(found)))["figures"][0][0] > 0
    with pytest.raises(ValueError, match="same readers"):
        compare_readers([good, bad[:2]])


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def hostile_evaluation():
    marks = candidate(across(100, 0, 80), 5.0), candidate(across(300, 0, 80), 2.0)
    file = f"{HOSTILE}.png"
    images = [
        truth(
            mimics=(Mimic(HOSTILE, path_px=across(100, 0, 80)),), file=file, anatomy=HOSTILE, patient="Miller"
        ),
        truth(line(across(50, 0, 80)), file="b.png", anatomy=HOSTILE, patient="Miller"),
    ]
    lists = CandidatesFile((answer(*marks, file=file), answer(file="b.png")))
    return evaluate(lists, images, options=QUICK)


def test_the_page_runs_nothing_loads_nothing_and_escapes_foreign_text():
    text = evaluation_html(hostile_evaluation(), load=load)
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    links = [value for name, value in page.attributes if name in ("src", "href")]
    assert links
    assert all(link.startswith("data:image/") for link in links)
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_no_output_names_a_patient(evaluation):
    hostile = hostile_evaluation()
    for found, name in ((evaluation, "Smith"), (hostile, "Miller")):
        outputs = (
            evaluation_text(found),
            json_text(evaluation_document(found)),
            evaluation_html(found, load=load),
        )
        assert not [output for output in outputs if name in output]


def test_the_terminal_table_is_safe_and_says_the_main_number(evaluation):
    text = evaluation_text(evaluation)
    assert "wAFROC-AUC (primary)" in text
    assert f"{evaluation.wafroc_auc.value:.3f}" in text
    safe = evaluation_text(hostile_evaluation())
    assert "\x1b" not in safe
    assert "\u202e" not in safe


def test_the_document_is_plain_json(evaluation):
    document = json.loads(json_text(evaluation_document(evaluation)))
    assert document["schema"] == "microcal-evaluation/1"
    assert document["wafroc_auc"]["value"] == pytest.approx(evaluation.wafroc_auc.value, abs=1e-6)
    assert set(document["false_marks_counted_on"]) == {"all", "line-free", "lines"}
    assert set(document["false_marks_counted_on"]["all"]["sensitivity"]) == {
        "0.1", "0.25", "0.5", "1", "2", "4", "8",
    }  # fmt: skip
    assert len(document["images"]) == evaluation.counts.images
    assert document["options"]["rule"]["tolerance_mm"] == 1.5


def test_the_worst_are_chosen_and_cut_out(evaluation):
    misses, marks = worst_misses(evaluation, 5), worst_false_marks(evaluation, 5)
    d_primes = [float(re.search(r"d' ([\d.]+)", miss.caption).group(1)) for miss in misses]
    assert d_primes == sorted(d_primes, reverse=True)
    scores = [float(re.search(r"score (-?[\d.]+)", mark.caption).group(1)) for mark in marks]
    assert scores == sorted(scores, reverse=True)
    piece = crop(marks[0], load)
    assert piece.top_px <= marks[0].path_px[:, 0].min()
    assert piece.left_px + piece.columns >= marks[0].path_px[:, 1].max()
    assert piece.rows <= 500


def test_a_picture_that_cannot_be_had_is_left_out(evaluation):
    def gone(file):
        raise OSError(f"{file} is gone")

    assert crop(worst_false_marks(evaluation, 1)[0], gone) is None
    assert "(no picture)" in evaluation_html(evaluation, load=gone, examples=1)
    assert "(no picture)" in evaluation_html(evaluation, examples=1)


def test_results_are_written(tmp_path, evaluation):
    page = write_evaluation(evaluation, tmp_path / "new" / "out", load=load, examples=2)
    names = sorted(path.name for path in page.parent.iterdir())
    assert names == ["evaluation.html", "evaluation.json", "evaluation.txt"]
    comparison = compare(evaluation, evaluation)
    page = write_comparison(comparison, tmp_path / "new" / "out", load=load, examples=1)
    assert page.read_text(encoding="utf-8") == comparison_html(comparison, load=load, examples=1)
    assert comparison_document(comparison)["schema"] == "microcal-comparison/1"
    assert "p jackknife" in comparison_text(comparison)


def test_a_file_in_the_way_is_named(tmp_path, evaluation):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="out: cannot be made"):
        write_evaluation(evaluation, tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rates": (1.0, 0.5)}, "rates"),
        ({"rates": (0.5, 2.0)}, "1 must be among them"),
        ({"d_prime_edges": ()}, "d_prime_edges"),
        ({"templates": 3.0}, "templates"),
    ],
)
def test_options_are_checked(changes, message):
    with pytest.raises(SettingsError, match=message):
        EvaluationOptions(**changes)


def test_a_bootstrap_is_checked():
    with pytest.raises(ValueError, match="level"):
        Bootstrap(level=1.0)
