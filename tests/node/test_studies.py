"""What is next for a study, from its images, its record and the clock alone."""

import json
from dataclasses import replace

import pytest

from microcal_xray.errors import OutputError
from microcal_xray.node.inbox import Image
from microcal_xray.node.records import Records
from microcal_xray.node.studies import LONGEST_PAUSE_S, MOST_REFUSALS, Record, Step, next_step, revision

IMAGES = {"a.dcm": Image(10, 1000.0), "b.dcm": Image(10, 1020.0)}
ANALYZED = Record(analyzed=revision(IMAGES))


def step(record, now_s, images=IMAGES):
    return next_step(images, record, now_s=now_s, settle_s=30, keep_s=600)


@pytest.mark.parametrize(
    ("now_s", "expected"), [(1049.9, Step.WAIT), (1050, Step.ANALYZE), (9999, Step.ANALYZE)]
)
def test_a_study_is_analysed_once_no_image_has_come_for_a_while(now_s, expected):
    assert step(Record(), now_s) is expected


def test_an_image_that_comes_late_has_it_analysed_again():
    more = {**IMAGES, "c.dcm": Image(10, 2000.0)}
    assert step(ANALYZED.finished(1500), 2010, more) is Step.WAIT
    assert step(ANALYZED.finished(1500), 2031, more) is Step.ANALYZE


def test_results_are_sent_then_kept_then_forgotten():
    assert step(ANALYZED, 1060) is Step.SEND
    finished = ANALYZED.finished(1100)
    assert step(finished, 1699) is Step.WAIT
    assert step(finished, 1700) is Step.FORGET


@pytest.mark.parametrize("record", [Record(), ANALYZED])
def test_what_failed_is_tried_again_after_longer_and_longer_pauses_without_end(record):
    waits = []
    now_s = 2000.0
    for _ in range(12):
        record = record.failed("no archive answers", now_s)
        assert step(record, now_s + 1) is Step.WAIT
        waits.append(record.next_try_s - now_s)
        now_s = record.next_try_s
        assert step(record, now_s) in (Step.ANALYZE, Step.SEND)
    assert waits[:3] == [30, 60, 120]
    assert waits[-1] == LONGEST_PAUSE_S


def test_a_clock_that_was_set_back_stops_nothing():
    assert step(Record(), 500) is Step.ANALYZE  # the images are from the future
    assert step(ANALYZED.failed("x", 90_000), 2000) is Step.SEND


def test_the_revision_follows_from_the_set_of_images_alone():
    assert revision(IMAGES) == revision(dict(reversed(IMAGES.items())))
    assert revision(IMAGES) != revision({"a.dcm": IMAGES["a.dcm"]})


def test_a_result_is_settled_when_it_arrived_or_was_refused_too_often():
    record = ANALYZED
    for _ in range(MOST_REFUSALS - 1):
        record = record.turned_down("1.2")
    assert not record.is_settled("1.2")
    assert record.turned_down("1.2").is_settled("1.2")
    assert record.confirmed("1.2", "identical").is_settled("1.2")
    assert not record.is_settled("1.3")


def test_a_record_outlives_the_process(tmp_path):
    record = replace(ANALYZED.confirmed("1.2", "identical").turned_down("1.3"), finished_s=7.5)
    Records(tmp_path).keep("s", record)
    assert Records(tmp_path).of("s") == record
    assert Records(tmp_path).of("other") == Record()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": "microcal-node-study/2"}',
        '{"schema": "microcal-node-study/1", "unknown": 1}',
        '{"schema": "microcal-node-study/1", "analyzed": "../x"}',
        '{"schema": "microcal-node-study/1", "next_try_s": "soon"}',
        '{"schema": "microcal-node-study/1", "sent": [1]}',
        "[" * 100_000,
    ],
)
def test_a_record_that_cannot_be_read_is_a_new_one(tmp_path, text):
    (tmp_path / "s.json").write_text(text)
    assert Records(tmp_path).of("s") == Record()


def test_a_record_names_nobody(tmp_path):
    Records(tmp_path).keep("s", ANALYZED.failed("no archive answers", 5.0))
    document = json.loads((tmp_path / "s.json").read_text())
    assert set(document) == {
        "schema",
        "analyzed",
        "tries",
        "next_try_s",
        "reason",
        "sent",
        "refused",
        "finished_s",
    }


def test_a_folder_of_records_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot hold the records"):
        Records(tmp_path / "file")
