"""The first PDU: read as pynetdicom writes it, and whatever else may come."""

import pytest
from hostile_peers import request
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.pdu import A_ASSOCIATE_RQ

from microcal_xray.node.request import LARGEST_REQUEST, Refusal, Request, RubbishError, request_in


def test_it_reads_what_pynetdicom_writes():
    entity = AE(ae_title="CALLER")
    entity.add_requested_context("1.2.840.10008.1.1")
    made = []
    association = Association(entity, "requestor")
    association.requestor.ae_title, association.acceptor.ae_title = "CALLER", "NODE"
    association.requestor.requested_contexts = entity.requested_contexts
    association.requestor.requested_contexts[0].context_id = 1
    association.dul.send_pdu = made.append
    association.acse.send_request()
    encoded = A_ASSOCIATE_RQ(made[0]).encode()
    assert request_in(encoded) == Request(called="NODE", calling="CALLER")
    assert all(request_in(encoded[:length]) is None for length in range(len(encoded)))
    assert request_in(encoded + b"more") == Request(called="NODE", calling="CALLER")


@pytest.mark.parametrize(
    "received",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\0",  # TLS where none is
        b"\x04\0\0\0\0\x04abcd",
        b"\1\0\xff\xff\xff\xff",
        b"\1\0" + (LARGEST_REQUEST + 1).to_bytes(4, "big"),
        b"\1\0\0\0\0\x04abcd",
    ],
)
def test_what_is_no_request_is_rubbish_at_once(received):
    with pytest.raises(RubbishError):
        request_in(received)


@given(st.binary(max_size=300))
def test_bytes_are_a_request_or_not_yet_or_rubbish(received):
    try:
        found = request_in(received)
    except RubbishError:
        return
    assert found is None or (found.called.isprintable() and found.calling.isprintable())


def test_a_title_that_cannot_be_printed_does_not_reach_the_log_as_it_is():
    found = request_in(request(calling="A\x1b[2J\nB\0"))
    assert found.calling == "A?[2J?B"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal.CALLING_TITLE, "Calling AE title not recognised"),
        (Refusal.CALLED_TITLE, "Called AE title not recognised"),
        (Refusal.BUSY, "Local limit exceeded"),
    ],
)
def test_pynetdicom_understands_the_refusals(refusal, words):
    from pynetdicom.pdu import A_ASSOCIATE_RJ

    answer = A_ASSOCIATE_RJ()
    answer.decode(refusal)
    assert answer.reason_str == words
