"""Objects to an archive on the loopback, honest and otherwise."""

import json
import socket
import ssl
import warnings

import pydicom
import pytest
from archive import FIND, archive

from microcal_xray.cli import main
from microcal_xray.errors import MicrocalError, SettingsError
from microcal_xray.pacs import Connection, PacsAddress, TlsFiles, address_from_text, objects_to_send, send
from microcal_xray.pacs import association as association_module
from microcal_xray.pacs.association import PacsError, RefusedError
from microcal_xray.pacs.send import Proof


def connection(there, **options):
    return Connection(PacsAddress("ARCHIVE", "127.0.0.1", there.port), timeout_s=5, pause_s=0.0, **options)


def sent(folder, there, **options):
    return send(objects_to_send([folder]), connection(there, **options), pause=lambda seconds: None)


def proofs(summary):
    return [each.proof for each in summary.sent]


def test_all_objects_arrive_byte_for_byte_and_are_read_back(folder):
    with archive() as there:
        summary = sent(folder, there)
    assert proofs(summary) == [Proof.IDENTICAL] * 3
    for each in summary.sent:
        content = each.object.path.read_bytes()
        kept = there.kept[each.object.sop_instance_uid]
        assert content.endswith(kept[kept.index(b"\x08\x00\x05\x00") :])


def test_sending_twice_doubles_nothing(folder):
    with archive() as there:
        assert proofs(sent(folder, there)) == proofs(sent(folder, there)) == [Proof.IDENTICAL] * 3
        assert len(there.kept) == 3


def test_an_archive_that_keeps_the_old_object_is_found_out(folder, tmp_path):
    (tmp_path / "changed.dcm").write_bytes(
        (folder / "dicom" / "a.sr.dcm").read_bytes().replace(b"COMPLETE", b"PARTIAL ")
    )
    with archive() as there:
        sent(folder, there)
        (only,) = sent(tmp_path, there).sent
    assert (only.proof, only.reason) == (
        Proof.FAILED,
        "the archive keeps another object under this identifier",
    )


def test_other_bytes_with_the_same_elements_are_the_same_object(folder, tmp_path):
    dataset = pydicom.dcmread(folder / "dicom" / "a.sr.dcm")
    for item in dataset.ContentSequence:
        item.is_undefined_length_sequence_item = True
    dataset["ContentSequence"].is_undefined_length = True
    dataset.save_as(tmp_path / "long.dcm")
    assert (tmp_path / "long.dcm").read_bytes() != (folder / "dicom" / "a.sr.dcm").read_bytes()
    with archive() as there:
        sent(folder, there)
        assert proofs(sent(tmp_path, there)) == [Proof.IDENTICAL]


@pytest.mark.parametrize(("answers", "proof"), [((FIND,), Proof.LISTED), ((), Proof.STORED)])
def test_an_archive_that_answers_less_proves_less(folder, answers, proof):
    with archive(answers=answers) as there:
        assert proofs(sent(folder, there)) == [proof] * 3


def test_a_success_that_was_none_is_found_out(folder):
    with archive(answers=(FIND,)) as there:
        there.kept = type("Sieve", (dict,), {"__setitem__": lambda *_: None})()
        summary = sent(folder, there)
    assert {each.reason for each in summary.failures} == {"the archive reported success and does not list it"}
    assert len(summary.failures) == 3


def test_an_object_that_is_refused_is_a_failure_among_the_others(folder):
    with archive() as there:
        there.statuses = [0, 0x0122]
        summary = sent(folder, there)
    assert proofs(summary) == [Proof.IDENTICAL, Proof.FAILED, Proof.IDENTICAL]
    assert summary.failures[0].reason == "the archive refuses it (status 0122)"


def test_a_storage_with_a_warning_counts_as_stored(folder):
    with archive() as there:
        there.statuses = [0xB000] * 3
        assert proofs(sent(folder, there)) == [Proof.IDENTICAL] * 3


def test_a_sort_of_object_that_is_not_taken_is_named(folder):
    with archive(takes=["1.2.840.10008.5.1.4.1.1.7"]) as there:
        summary = sent(folder, there)
    assert [each.proof for each in summary.sent].count(Proof.IDENTICAL) == 1
    assert {each.reason for each in summary.failures} == {"the archive does not take this sort of object"}


def test_a_lost_connection_is_opened_again_and_goes_on(folder):
    with archive() as there:
        there.abort_after = 1
        assert proofs(sent(folder, there)) == [Proof.IDENTICAL] * 3
    assert len(there.stored) == len(set(there.stored)) == 3


def test_a_full_archive_is_tried_as_often_as_asked_with_longer_pauses(folder):
    pauses = []
    with archive() as there:
        there.statuses = [0xA700] * 4
        with pytest.raises(PacsError, match="the connection was lost or the archive is full"):
            send(
                objects_to_send([folder]),
                Connection(
                    PacsAddress("ARCHIVE", "127.0.0.1", there.port), retries=3, timeout_s=5, pause_s=0.5
                ),
                pause=pauses.append,
            )
    assert pauses == [0.5, 1.0, 2.0]


def test_a_wrong_title_is_refused_once_and_said(folder):
    with (
        archive(title="OTHER") as there,
        pytest.raises(RefusedError, match=r"ARCHIVE@127\.0\.0\.1:\d+: the archive refuses us as MICROCAL"),
    ):
        sent(folder, there)
    with archive(calling=["SOMEBODY"]) as there, pytest.raises(RefusedError, match="refuses us as MICROCAL"):
        sent(folder, there)
    with archive(calling=["SOMEBODY"]) as there:
        assert not sent(folder, there, calling_title="SOMEBODY").failures


def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_nobody_there_is_said_after_the_retries(folder):
    pauses = []
    nobody = Connection(PacsAddress("ARCHIVE", "127.0.0.1", closed_port()), timeout_s=2, retries=1)
    with pytest.raises(PacsError, match="no archive answers; check host, port, TLS and title"):
        send(objects_to_send([folder]), nobody, pause=pauses.append)
    assert pauses == [1.0]


def test_a_peer_that_never_answers_costs_the_timeout(folder):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        there = Connection(
            PacsAddress("ARCHIVE", "127.0.0.1", silent.getsockname()[1]), timeout_s=0.5, retries=0
        )
        with pytest.raises(PacsError, match="no archive answers"):
            send(objects_to_send([folder]), there)


def test_tls_is_spoken_and_the_archive_is_checked(folder, certificate):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate / "all.pem", certificate / "key.pem")
    objects = objects_to_send([folder / "dicom" / "a.sr.dcm"])
    with archive(tls=server) as there, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trusting = Connection(
            PacsAddress("ARCHIVE", "localhost", there.port),
            tls=TlsFiles(certificate / "all.pem"),
            timeout_s=5,
        )
        assert proofs(send(objects, trusting)) == [Proof.IDENTICAL]
        for tls in (TlsFiles(), None):  # a stranger's certificate; no TLS at all
            with pytest.raises(PacsError):
                send(
                    objects,
                    Connection(
                        PacsAddress("ARCHIVE", "localhost", there.port), tls=tls, timeout_s=2, retries=0
                    ),
                )
    assert there.opened >= 1


@pytest.mark.parametrize(
    "text", ["ARCHIVE", "A@b", "A@b:x", "A@b:70000", "@b:1", "A" * 17 + "@b:1", "A\\B@c:1", "A@ b:1"]
)
def test_an_address_that_is_none_is_refused(text):
    with pytest.raises(SettingsError):
        address_from_text(text)


def test_addresses_in_both_forms():
    assert str(address_from_text("ARCHIVE@[::1]:104")) == "ARCHIVE@[::1]:104"
    assert address_from_text("A B@pacs-1.example:11112") == PacsAddress("A B", "pacs-1.example", 11112)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout_s": 0},
        {"timeout_s": float("nan")},
        {"retries": -1},
        {"calling_title": ""},
        {"calling_title": "x" * 17},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(SettingsError):
        Connection(PacsAddress("A", "b", 1), **options)


def test_which_files_are_sent(folder, tmp_path):
    assert [each.path.name for each in objects_to_send([folder])] == ["a.gsps.dcm", "a.sc.dcm", "a.sr.dcm"]
    assert len(objects_to_send([folder, folder / "dicom" / "a.sr.dcm", folder / "a.dcm"])) == 4
    for path, complaint in (
        (tmp_path, "holds no DICOM objects"),
        (tmp_path / "absent", "no such file or folder"),
    ):
        with pytest.raises(SettingsError, match=complaint):
            objects_to_send([path])
    (tmp_path / "x.dcm").write_bytes(b"text")
    with pytest.raises(MicrocalError, match=r"x\.dcm: "):
        objects_to_send([tmp_path])


def test_the_command_says_what_is_certain(folder, capsys):
    with archive() as there:
        there.statuses = [0, 0, 0x0110]
        address = f"ARCHIVE@127.0.0.1:{there.port}"
        assert main(["send", str(folder), "--to", address]) == 1
        shown = capsys.readouterr()
        assert shown.out == f"3 objects to {address}: 2 read back and identical, 1 failed\n"
        assert shown.err == "failed: a.sr.dcm: the archive refuses it (status 0110)\n"
        assert main(["send", str(folder), "--to", address, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "microcal-send/1",
        "identical": 3,
        "listed": 0,
        "stored": 0,
        "failed": 0,
        "failures": [],
    }


def test_the_command_without_an_archive_ends_with_1_and_with_bad_usage_with_2(folder, capsys):
    nobody = f"ARCHIVE@127.0.0.1:{closed_port()}"
    assert main(["send", str(folder), "--to", nobody, "--retries", "0", "--timeout-s", "1"]) == 1
    assert "no archive answers" in capsys.readouterr().err
    for arguments in (
        ["--to", "nowhere"],
        ["--to", nobody, "--tls-authorities", "x.pem"],
        ["--to", nobody, "--tls", "--tls-authorities", "x.pem"],
        ["--to", nobody, "--timeout-s", "0"],
    ):
        assert main(["send", str(folder), *arguments]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_without_the_extra_one_line_says_how_to_get_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(association_module, "find_spec", lambda name: None)
    assert main(["send", str(folder), "--to", "A@localhost:1"]) == 1
    assert (
        capsys.readouterr().err
        == "microcal: sending needs one more package: pip install microcal-xray[pacs]\n"
    )


def test_a_name_of_broken_letters_is_sent_as_it_is(folder, tmp_path):
    content = (folder / "dicom" / "a.sr.dcm").read_bytes()
    (tmp_path / "odd.dcm").write_bytes(content.replace(b"SIMULATED^LIMB", b"SIM\xff\xfe\xe4TED^LIMB"))
    with archive() as there:
        assert proofs(sent(tmp_path, there)) == [Proof.IDENTICAL]
    assert b"SIM\xff\xfe\xe4TED^LIMB" in next(iter(there.kept.values()))
