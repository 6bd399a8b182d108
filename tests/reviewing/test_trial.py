"""A complete trial: 20 images, two scripted readers, blinded order, adjudication, agreement, MRMC.

What the program says is held against tools/review_trial.py, which works the same numbers out from the scripts
alone. There the trial runs on simulated radiographs and a real server; here on drawn lines and without a
network, so that it takes seconds.
"""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from asking import TOKEN, ask
from reading_scenes import row_path, write_study

from microcal_xray.cli import main
from microcal_xray.reviewing import Application, ReviewOptions, blinded_order, open_store

TOOL = Path(__file__).parents[2] / "tools" / "review_trial.py"
HOST = "127.0.0.1:8765"


@pytest.fixture(scope="module")
def trial():
    spec = importlib.util.spec_from_file_location("review_trial", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules["review_trial"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["review_trial"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return 20 images: true lines in 12 of them, of which the candidates hold most, and false candidates."""
    out = tmp_path_factory.mktemp("out")
    images, truth = {}, []
    for number in range(20):
        true = [[], [20.0], [20.0, 60.0], [], [60.0]][number % 5]
        found = true if number % 3 else true[:-1]  # the detector misses one now and then
        false = [95.0] if number % 4 == 0 else []
        images[f"leg{number:02d}.png"] = (*(row + 0.4 for row in found), *false)
        lines = [{"kind": "lucent", "path_px": row_path(row)} for row in true]
        truth.append({"file": f"leg{number:02d}.png", "patient": f"P{number // 2}", "lines": lines})
    study = write_study(out, images)
    document = {
        "schema": "microcal-truth/1",
        "images": [{**each, "rows": 120, "columns": 90} for each in truth],
    }
    (out / "truth.json").write_text(json.dumps(document))
    return study


@pytest.fixture(scope="module")
def read(trial, study):
    """Return the images, the scripts, the orders in which they were read and the number of disagreements."""

    def asking(**options):
        application = Application(open_store(study), ReviewOptions(**options), token=TOKEN, hosts=[HOST])

        def send(reader, path, body):
            method = "GET" if body is None else "POST"
            answer = ask(application, f"/{TOKEN}/{reader}/{path}", method=method, body=body)
            assert answer.status == 200, answer.body
            return answer.json if path else trial.block_of(answer.body.decode())

        return send

    images = trial.load(study.out, study.out / "truth.json")
    scripts = {
        reader: {image.file: trial.script_of(reader, image) for image in images} for reader in trial.READERS
    }
    by_file = {image.file: image for image in images}
    desk = asking(is_blinded=True, seed=7)
    orders = {reader: trial.perform(desk, reader, by_file, scripts[reader]) for reader in trial.READERS}
    settled = trial.adjudicate(asking(is_adjudication=True), images, scripts)
    return images, scripts, orders, settled


def agreement_json(study, capsys, *options):
    capsys.readouterr()
    assert main(["review", str(study.out), "--agreement", "--json", "--replicates", "60", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_scripts_make_a_study_in_which_something_happens(trial, read):
    images, scripts, _, settled = read
    numbers = trial.by_hand(images, scripts)
    assert settled >= 5
    assert sum(map(sum, numbers["table"])) == numbers["lines"] > 20
    assert 0 < numbers["line_kappa"] < 1
    assert numbers["mrmc"]["difference"] > 0


def test_each_reader_has_an_order_of_their_own(study, read):
    files = [image.file for image in study.images]
    for reader, order in read[2].items():
        assert order == list(blinded_order(files, seed=7, reader=reader))
        assert sorted(order) == sorted(files)
    assert len({tuple(order) for order in (*read[2].values(), files)}) == 3


def test_every_number_is_the_one_worked_out_from_the_scripts(trial, study, read, capsys):
    document = agreement_json(study, capsys, "--truth", str(study.out / "truth.json"))
    assert trial.differing(trial.by_hand(read[0], read[1]), trial.by_program(document)) == []
    assert document["aided_unaided"]["images"] == 20
    assert document["images_done"] == {"anna": 20, "ben": 20}


def test_a_wrong_number_would_be_found(trial, study, read, capsys):
    document = agreement_json(study, capsys, "--truth", str(study.out / "truth.json"))
    document["cohen"][0]["line_kappa"]["value"] += 1e-5
    assert len(trial.differing(trial.by_hand(read[0], read[1]), trial.by_program(document))) == 1


def test_the_consensus_is_the_truth_where_it_was_adjudicated_by_it(trial, study, read, capsys):
    images, scripts, _, settled = read
    document = agreement_json(study, capsys)
    assert document["truth"] == "consensus"
    assert document["consensus"]["lines"]["adjudicated"] == settled
    assert document["consensus"]["open"] == 0
    assert main(["review", str(study.out), "--export", "truth"]) == 0
    found = json.loads((study.out / "review" / "truth.json").read_text())["images"]
    expected = 0
    for image in images:
        for place, verdicts in trial.places(
            image, {reader: scripts[reader][image.file] for reader in scripts}
        ):
            if len(set(verdicts.values())) == 1:
                expected += verdicts["anna"] != "reject"
            else:
                on = [abs(place.path_px[0][0] - line.path_px[0][0]) < 15 for line in image.truth]
                expected += any(on)
    assert sum(len(each["lines"]) for each in found) == expected


def test_detectors_are_scored_against_the_consensus(study, read, capsys):
    results = str(study.out / "candidates.json")
    assert main(["review", str(study.out), "--export", "truth"]) == 0
    capsys.readouterr()
    said = []
    for truth in (study.out, study.out / "decisions.sqlite", study.out / "review" / "truth.json"):
        assert main(["evaluate", results, str(truth), "--replicates", "20"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]
    assert "wAFROC-AUC (primary)" in said[0]
