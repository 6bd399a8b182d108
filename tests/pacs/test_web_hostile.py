"""Peers that are no DICOMweb service, or a broken one: each costs little, and is one line."""

import io
import random

import pytest
from web_archive import Reply, multipart, speaking, web_archive, web_connection

from microcal_xray.cli import main
from microcal_xray.pacs import PacsError, RefusedError, objects_to_send, send
from microcal_xray.pacs.web_objects import retrieve
from microcal_xray.pacs.web_send import store

JSON = {"Content-Type": "application/dicom+json"}


def sent(folder, port, **options):
    return send(objects_to_send([folder]), web_connection(port, **options), pause=lambda seconds: None)


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        (
            Reply(302, {"Location": "https://elsewhere.example/x?token=t"}),
            "sends us to elsewhere.example/x, where",
        ),
        (Reply(307, {"Location": "/login"}), "sends us to /login, where"),
        (Reply(308, {"Location": "http://[broken"}), "sends us to another address, where"),
        (Reply(401), "wants a login that it knows"),
        (Reply(403), "does not allow this"),
        (Reply(404), r"takes no objects there \(HTTP 404\); check the path"),
        (Reply(501), r"takes no objects there \(HTTP 501\)"),
        (Reply(200, {"Content-Type": "text/html"}, b"<h1>Log in"), "the answer is text/html, no DICOM JSON"),
        (Reply(200, JSON, b"<h1>"), "the answer is broken JSON"),
        (Reply(200, JSON, b"[" * 100_000), "the answer is broken JSON"),
        (Reply(200, JSON, b"[1]"), "JSON, but no DICOM JSON"),
        (Reply(200, JSON | {"Content-Encoding": "gzip"}, b"\x1f\x8b"), r"the answer is compressed \(gzip\)"),
        (Reply(200, JSON, iter(lambda: b"[" * 65536, None)), "the answer is longer than the limit"),
        (Reply(200, JSON | {"Content-Length": "99999999999"}), "the answer is longer than the limit"),
        (Reply(200, {f"X-{number}": "x" for number in range(200)}), "does not speak HTTP"),
        (Reply(200, {"X": "x" * 70_000}), "does not speak HTTP"),
    ],
)
def test_an_answer_that_is_none_ends_at_once_as_one_line(report, reply, complaint, capsys):
    with web_archive() as there:
        there.always["stow"] = reply
        address = f"http://127.0.0.1:{there.port}/dicom-web"
        assert main(["send", str(report), "--to", address]) == 1
    assert there.count("stow") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"microcal: {address}: ")
    with pytest.raises(RefusedError, match=complaint):
        raise RefusedError(said.err)


@pytest.mark.parametrize(
    ("talk", "complaint"),
    [
        (lambda peer: peer.sendall(b"SSH-2.0-OpenSSH\r\n"), "does not speak HTTP"),
        (
            lambda peer: [peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000) for _ in range(1000)],
            "longer than the limit",
        ),
        (
            lambda peer: [peer.recv(1), peer.sendall(b"HTTP/1.1 200 OK\r\nX: "), drip(peer)],
            "no answer in time",
        ),
        (
            lambda peer: [peer.recv(1), peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), drip(peer)],
            "no answer in time",
        ),
        (
            lambda peer: [
                peer.recv(1),
                peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
            ],
            "connection was lost|JSON",
        ),
        (
            lambda peer: list(iter(lambda: peer.recv(1 << 16), b"")),
            "no answer in time",
        ),  # it listens and is silent
        (lambda peer: None, "connection was lost"),
    ],
)
def test_a_peer_that_is_no_archive_costs_little(report, talk, complaint):
    with speaking(talk) as port, pytest.raises(PacsError, match=complaint):
        sent(report, port, retries=0, timeout_s=0.4)


def drip(peer):
    peer.settimeout(0.05)
    for _ in range(400):
        peer.sendall(b"x")
        try:
            peer.recv(1 << 16)
        except TimeoutError:
            continue


def test_a_peer_that_pours_without_end_is_left(report):
    def pour(peer):
        peer.recv(1)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n\r\n")
        while True:
            peer.sendall(bytes(1 << 16))

    with speaking(pour) as port, pytest.raises(PacsError, match="longer than the limit"):
        sent(report, port, retries=0)


def answer(*lines, body=b""):
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", body])


WHOLE = [
    answer(b'Content-Type: multipart/related; boundary="xyz"', body=multipart(b"content", "xyz").body),
    answer(b"Content-Type: multipart/related; boundary*=utf-8''x%20z; boundary*0=\"a\"", body=b"--x"),
    answer(
        b"Content-Type: application/dicom+json",
        body=b'[{"00081198": {"Value": [{"00081197": {"Value": [272]}}]}}]',
    ),
    answer(b"Content-Type: application/dicom", b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
    b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n",
    b"HTTP/1.1 302 Away\r\nLocation: http://[::1]:80/x\r\nContent-Encoding: gzip\r\n\r\n",
]
PIECES = [b"\r\n", b"\n", b"\0", b"\xff", b"\x9b31m", b";", b'"', b"*", b"''", b"%", b"-", b"[", b"{"]
PIECES += [b"boundary=", b"9" * 30]


def spoilt(whole, chance):
    content = bytearray(whole)
    for _ in range(chance.randint(0, 4)):
        place = chance.randrange(len(content) + 1)
        content[place : place + chance.choice((0, 0, 1, 8))] = chance.choice((b"", chance.choice(PIECES)))
    return bytes(content[: chance.choice((None, None, len(content) // 2))])


def ending(ask):
    """Return what asking came to."""
    try:
        ask()
    except PacsError as error:
        return type(error).__name__, str(error)
    return "answer", ""


def test_whatever_comes_is_an_answer_or_one_line(report):
    chance = random.Random(1)
    objects = objects_to_send([report])
    ended = set()
    came = b""

    def talk(peer):
        peer.settimeout(0.2)
        peer.recv(1 << 16)
        peer.sendall(came)

    with speaking(talk) as port:
        there = web_connection(port, retries=0)
        for whole in WHOLE * 40:
            came = spoilt(whole, chance)
            for ask in (
                lambda: retrieve("1.2", "1.3", "1.4", there, io.BytesIO()),
                lambda: store(objects, there, lambda seconds: None),
            ):
                name, words = ending(ask)
                assert words.isprintable(), came
                ended.add(name)
    assert ended == {"answer", "PacsError", "BusyError", "RefusedError", "UnusableAnswerError"}
