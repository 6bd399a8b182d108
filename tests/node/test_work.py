"""Who works on which study."""

import pytest
from hostile_peers import DX, EXPLICIT, radiograph

from microcal_xray.node import Bounds
from microcal_xray.node.inbox import Inbox, hashed
from microcal_xray.node.records import Records
from microcal_xray.node.studies import Step, revision
from microcal_xray.node.work import Work


@pytest.fixture
def place(tmp_path):
    inbox, records = Inbox(tmp_path, Bounds(free_bytes=0)), Records(tmp_path / "studies")
    for study in ("1.1", "1.2"):
        part = inbox.part(sop_class=DX, sop_instance=study + ".9", syntax=EXPLICIT)
        part.write(radiograph(study + ".9", study=study))
        part.finish()
        inbox.accept(part, study=study, sop_instance=study + ".9")
    return inbox, records, Work(inbox, records, settle_s=0, keep_s=0)


def finish(inbox, records, study, when):
    name = hashed(study)
    record = records.of(name).analyzed_as(revision(inbox.studies()[name]))
    records.keep(name, record.finished(when))


def test_a_study_is_claimed_once_and_the_oldest_first(place):
    _, _, work = place
    with work.claimed(Step.ANALYZE) as first, work.claimed(Step.ANALYZE) as second:
        assert [first[0], second[0]] == [hashed("1.1"), hashed("1.2")]
        assert work.states() == {"busy": 2}
        with work.claimed(Step.ANALYZE) as third:
            assert third is None
    with work.claimed(Step.ANALYZE) as again:
        assert again[0] == hashed("1.1")


def test_a_claim_ends_with_an_error_too(place):
    _, _, work = place
    with pytest.raises(RuntimeError), work.claimed(Step.ANALYZE):
        raise RuntimeError
    assert work.states() == {"to_analyze": 2}


def test_finished_studies_are_forgotten_and_their_records_stay(place, tmp_path):
    inbox, records, work = place
    finish(inbox, records, "1.1", when=1.0)
    assert work.forget_the_old() == 1
    assert inbox.studies().keys() == {hashed("1.2")}
    assert records.of(hashed("1.1")).finished_s == 1.0


def test_room_is_made_by_what_was_finished_first_and_by_nothing_else(place):
    inbox, records, work = place
    assert not work.forget_one()
    finish(inbox, records, "1.1", when=9.0)
    finish(inbox, records, "1.2", when=5.0)
    assert work.forget_one()
    assert inbox.studies().keys() == {hashed("1.1")}
    with work.claimed(Step.FORGET):
        assert not work.forget_one()  # somebody works on it
