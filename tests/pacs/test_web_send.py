"""Objects to a DICOMweb service on the loopback, honest and otherwise."""

import json
import ssl
import warnings

import pytest
from web_archive import Reply, web_archive, web_connection

from microcal_xray.cli import main
from microcal_xray.errors import SettingsError
from microcal_xray.pacs import (
    Connection,
    PacsError,
    RefusedError,
    TlsFiles,
    WebAddress,
    objects_to_send,
    send,
)
from microcal_xray.pacs.failures import BusyError
from microcal_xray.pacs.send import Proof

JSON = {"Content-Type": "application/dicom+json"}
SECRET = "s3cr3t"


def sent(folder, port, **options):
    return send(objects_to_send([folder]), web_connection(port, **options), pause=lambda seconds: None)


def proofs(summary):
    return [each.proof for each in summary.sent]


def failing(code, status=409):
    failed = {"00081198": {"vr": "SQ", "Value": [{"00081197": {"vr": "US", "Value": [code]}}]}}
    return Reply(status, JSON, json.dumps(failed).encode())


def test_all_objects_arrive_byte_for_byte_and_are_read_back(folder):
    with web_archive() as there:
        summary = sent(folder, there.port)
        again = sent(folder, there.port)
    assert proofs(summary) == proofs(again) == [Proof.IDENTICAL] * 3
    assert {each.object.sop_instance_uid for each in summary.sent} == set(there.kept)
    for each in summary.sent:
        assert there.kept[each.object.sop_instance_uid] == each.object.path.read_bytes()


def test_an_archive_that_keeps_the_old_object_is_found_out(report, tmp_path):
    (tmp_path / "changed.dcm").write_bytes(report.read_bytes().replace(b"COMPLETE", b"PARTIAL "))
    with web_archive() as there:
        sent(report, there.port)
        (only,) = sent(tmp_path, there.port).sent
    assert (only.proof, only.reason) == (
        Proof.FAILED,
        "the archive keeps another object under this identifier",
    )


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", bytes(200) + b"DICM" + bytes(100), b"x" * 10_000_000])
def test_rubbish_that_is_given_back_is_another_object(report, rubbish):
    with web_archive() as there:
        there.always["wado"] = Reply(200, {"Content-Type": "application/dicom"}, rubbish)
        assert proofs(sent(report, there.port)) == [Proof.FAILED]


@pytest.mark.parametrize("wado", [404, 406, 403, 501])
def test_an_archive_that_gives_nothing_back_lists_it(report, wado):
    with web_archive() as there:
        there.always["wado"] = Reply(wado)
        assert proofs(sent(report, there.port)) == [Proof.LISTED]


@pytest.mark.parametrize(
    ("wado", "qido"), [(Reply(404), Reply(400)), (Reply(503), Reply(503)), (Reply(403), Reply(403))]
)
def test_an_archive_that_answers_no_questions_proves_less(report, wado, qido):
    with web_archive() as there:
        there.always |= {"wado": wado, "qido": qido}
        assert proofs(sent(report, there.port)) == [Proof.STORED]


@pytest.mark.parametrize(
    "qido", [None, Reply(204), Reply(404), Reply(200, JSON, b"[{}]"), Reply(200, {}, b"")]
)
def test_a_success_that_was_none_is_found_out(report, qido):
    with web_archive() as there:
        there.forgets = True
        there.always |= {"qido": qido} if qido else {}
        (only,) = sent(report, there.port).sent
    assert only.reason == "the archive reported success and does not list it"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (failing(0x0122), "the archive refuses it (status 0122)"),
        (failing(0x0122, status=202), "the archive refuses it (status 0122)"),
        (failing("nonsense"), "the archive refuses it (status 0000)"),
        (Reply(409, JSON, b"{}"), "the archive refuses it (HTTP 409)"),
        (Reply(400), "the archive refuses it (HTTP 400)"),
        (Reply(413, {"Content-Type": "text/html"}, b"<p>"), "the archive refuses it (HTTP 413)"),
    ],
)
def test_an_object_that_is_refused_is_a_failure_among_the_others_and_not_tried_again(folder, reply, reason):
    with web_archive() as there:
        there.replies["stow"] = [reply]
        summary = sent(folder, there.port)
    assert proofs(summary) == [Proof.FAILED, Proof.IDENTICAL, Proof.IDENTICAL]
    assert summary.failures[0].reason == reason
    assert there.count("stow") == 3


@pytest.mark.parametrize(
    "stow",
    [
        Reply(503),
        Reply(500),
        Reply(429),
        Reply(body=None),
        failing(0xA700),
        Reply(200, {"Content-Length": "9"}),
    ],
)
@pytest.mark.parametrize("wado", [Reply(503), Reply(body=None)])
def test_what_may_be_better_later_is_tried_again(report, stow, wado):
    with web_archive() as there:
        there.replies = {"stow": [stow], "wado": [wado]}
        assert proofs(sent(report, there.port)) == [Proof.IDENTICAL]
    assert (there.count("stow"), there.count("wado")) == (2, 2)


def test_the_pauses_grow_and_follow_what_the_archive_asks_up_to_a_minute(report):
    pauses = []
    with web_archive() as there:
        waits = ("", "7", "999999", "-1", "nan", "Wed, 21 Oct 2030 07:28:00 GMT")
        there.replies["stow"] = [Reply(503, {"Retry-After": wait} if wait else {}) for wait in waits]
        objects = objects_to_send([report])
        send(objects, web_connection(there.port, retries=9, pause_s=0.5), pause=pauses.append)
    assert pauses == [0.5, 7.0, 60.0, 4.0, 8.0, 16.0]


def test_a_busy_archive_is_tried_as_often_as_asked(report):
    with web_archive() as there:
        there.always["stow"] = Reply(503)
        with pytest.raises(
            BusyError, match=r"http://127\.0\.0\.1:\d+/dicom-web: is busy or broken \(HTTP 503\)"
        ):
            sent(report, there.port, retries=2)
    assert there.count("stow") == 3


def test_https_checks_the_archive_and_shows_our_certificate(report, certificate):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate / "all.pem")
    server.load_cert_chain(certificate / "all.pem", certificate / "key.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    ours = TlsFiles(certificate / "all.pem", certificate / "all.pem", certificate / "key.pem")
    with web_archive(tls=server) as there, warnings.catch_warnings():
        warnings.simplefilter("ignore")

        def archive(tls, host="localhost"):
            return Connection(
                WebAddress(True, host, there.port, "/dicom-web"), tls=tls, timeout_s=5, retries=5
            )

        objects = objects_to_send([report])
        assert proofs(send(objects, archive(ours))) == [Proof.IDENTICAL]
        told = there.count("stow")
        for tls, host, complaint in (
            (None, "localhost", "its certificate is not trusted"),
            (ours, "127.0.0.1", "its certificate is not trusted"),  # it is of another name
            (TlsFiles(certificate / "all.pem"), "localhost", "TLS was refused"),
        ):
            with pytest.raises(RefusedError, match=complaint):
                send(objects, archive(tls, host))
        with pytest.raises(PacsError):  # no TLS at all
            sent(report, there.port, retries=0)
        with pytest.raises(SettingsError, match="cannot be used for TLS"):
            send(objects, archive(TlsFiles(certificate / "absent.pem")))
    assert there.count("stow") == told


def test_the_command_says_what_is_certain(folder, capsys):
    with web_archive() as there:
        address = f"http://127.0.0.1:{there.port}/dicom-web"
        assert main(["send", str(folder), "--to", address]) == 0
        assert capsys.readouterr().out == f"3 objects to {address}: 3 read back and identical\n"
        there.replies["stow"] = [failing(0x0110)]
        assert main(["send", str(folder), "--to", address, "--json"]) == 1
    said = capsys.readouterr()
    assert said.err == "failed: a.gsps.dcm: the archive refuses it (status 0110)\n"
    assert json.loads(said.out) == {
        "schema": "microcal-send/1",
        "identical": 2,
        "listed": 0,
        "stored": 0,
        "failed": 1,
        "failures": [{"file": "a.gsps.dcm", "reason": "the archive refuses it (status 0110)"}],
    }


def test_a_uid_from_a_file_stays_one_part_of_the_path(report, tmp_path):
    content = report.read_bytes()
    uid = objects_to_send([report])[0].study_instance_uid.encode()
    hostile = b"../../other?x=1#".ljust(len(uid), b"y")
    (tmp_path / "odd.dcm").write_bytes(content.replace(uid, hostile))
    with web_archive() as there:
        there.always["wado"] = Reply(404)
        sent(tmp_path, there.port)
    paths = [path for kind, path, _ in there.requests if kind != "stow"]
    assert paths
    assert all(path.startswith("/dicom-web/studies/..%2F..%2Fother%3Fx%3D1%23y") for path in paths)
