"""Results to an archive on the loopback: each once, whatever the archive or the node does meanwhile."""

import shutil
import time

import pytest

from microcal_xray.node.replying import replied, undelivered
from microcal_xray.node.studies import MOST_REFUSALS, Record
from microcal_xray.pacs import Connection, PacsAddress
from pacs.archive import archive

RESULTS = 3
NOW = 5000.0


@pytest.fixture
def out(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "dicom")
    return tmp_path


def connection(port):
    return Connection(PacsAddress("ARCHIVE", "127.0.0.1", port), timeout_s=5, retries=0, pause_s=0.0)


def reply(out, record, port, kept=None):
    kept = [] if kept is None else kept
    made = replied(
        out,
        record,
        connection(port),
        keep=kept.append,
        now_s=lambda: NOW,
        pause=lambda seconds: None,
    )
    assert kept[-1] == made
    return made


def test_all_results_arrive_and_are_on_record(out):
    with archive() as there:
        record = reply(out, Record(), there.port)
    assert len(there.kept) == RESULTS
    assert record.sent == dict.fromkeys(there.kept, "identical")
    assert record.finished_s == NOW


def test_each_is_on_record_as_soon_as_it_arrived(out):
    kept = []
    with archive() as there:
        reply(out, Record(), there.port, kept)
    assert [len(record.sent) for record in kept] == [1, 2, 3, 3]


def test_what_is_on_record_is_not_sent_again(out):
    with archive() as there:
        record = reply(out, Record(), there.port)
        reply(out, record, there.port)
        assert len(there.stored) == RESULTS


def test_what_arrived_and_was_not_put_on_record_doubles_nothing(out):
    with archive() as there:
        reply(out, Record(), there.port)
        record = reply(out, Record(), there.port)  # the node was killed before it could write
    assert len(there.kept) == RESULTS
    assert set(record.sent.values()) == {"identical"}


def test_an_archive_that_is_not_there_is_tried_again_later(out):
    record = reply(out, Record(), 9)
    assert (record.tries, record.next_try_s, record.finished_s) == (1, NOW + 30, None)
    assert "no archive answers" in record.reason
    with archive() as there:
        assert reply(out, record, there.port).finished_s == NOW


def test_a_result_that_is_refused_does_not_keep_the_others_from_arriving(out):
    with archive() as there:
        there.statuses = [0x0122]
        record = reply(out, Record(), there.port)
    assert len(record.sent) == RESULTS - 1
    assert list(record.refused.values()) == [1]
    assert record.finished_s is None


def test_a_result_that_is_refused_again_and_again_is_given_up(out):
    record = Record()
    with archive() as there:
        for tries in range(1, MOST_REFUSALS + 1):
            assert record.finished_s is None
            there.statuses = [0x0122]
            record = reply(out, record, there.port)
            assert len(there.kept) == RESULTS - 1
            assert undelivered(record) == (tries == MOST_REFUSALS)
    assert record.finished_s == NOW
    assert record.reason is None


def test_a_study_without_results_is_finished(tmp_path):
    assert reply(tmp_path, Record(), 9).finished_s == NOW
    (tmp_path / "dicom").mkdir()
    assert reply(tmp_path, Record(), 9).finished_s == NOW


def test_a_broken_result_is_a_failure_and_not_the_end(out):
    (out / "dicom" / "aaa.dcm").write_bytes(b"no object")
    record = reply(out, Record(), 9)
    assert record.finished_s is None
    assert "aaa.dcm" in record.reason


def test_time_is_that_of_the_caller(out):
    assert reply(out, Record(), 9).next_try_s < time.time()
