"""The node with TLS: who is let in, and that nobody who does not speak it keeps others waiting."""

import contextlib
import ssl
import time
from pathlib import Path

import pytest
from hostile_peers import ACCEPTED, connected, one_pdu, radiograph, request, status_of, store
from running import running

from microcal_xray.errors import SettingsError
from microcal_xray.node.encryption import server_context
from microcal_xray.pacs import TlsFiles

QUICK = Path(__file__).with_name("quick_node.py")


@pytest.fixture(scope="module")
def node(certificate, tmp_path_factory):
    folder = tmp_path_factory.mktemp("node")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREPARED", str(folder))
        patch.setenv("HOLD", str(folder / "hold"))
        options = [
            "--tls",
            "--tls-certificate",
            certificate / "all.pem",
            "--tls-key",
            certificate / "key.pem",
        ]
        options += ["--tls-authorities", certificate / "all.pem", "--timeout-s", "3"]
        with running(folder, *map(str, options), program=QUICK) as node:
            yield node


def client(certificate, *, shows=True):
    context = ssl.create_default_context(cafile=certificate / "all.pem")
    if shows:
        context.load_cert_chain(certificate / "all.pem", certificate / "key.pem")
    return context


def test_who_shows_a_certificate_is_let_in_and_an_object_arrives(node, certificate):
    with client(certificate).wrap_socket(connected(node.port), server_hostname="localhost") as connection:
        connection.sendall(request())
        assert one_pdu(connection)[0] == ACCEPTED
        store(connection, radiograph(side=300))
        assert status_of(connection) == 0


def test_who_shows_none_is_not(node, certificate):
    with connected(node.port) as plain, contextlib.suppress(ssl.SSLError, ConnectionError):
        connection = client(certificate, shows=False).wrap_socket(plain, server_hostname="localhost")
        with connection:
            connection.sendall(request())
            assert one_pdu(connection)[0] == 0
    with connected(node.port) as connection:  # no TLS at all
        connection.sendall(request())
        kind, _ = one_pdu(connection)
        assert kind != ACCEPTED


def test_who_does_not_shake_hands_keeps_nobody_waiting(node, certificate):
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(connected(node.port))
        begun = time.monotonic()
        with client(certificate).wrap_socket(connected(node.port), server_hostname="localhost") as connection:
            connection.sendall(request())
            assert one_pdu(connection)[0] == ACCEPTED
        assert time.monotonic() - begun < 5


def test_old_versions_are_not_spoken(certificate):
    context = server_context(TlsFiles(None, certificate / "all.pem", certificate / "key.pem"))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE


def test_files_that_are_no_certificates_are_named(tmp_path):
    (tmp_path / "bad.pem").write_text("x")
    with pytest.raises(SettingsError, match=r"bad\.pem: cannot be used for TLS"):
        server_context(TlsFiles(None, tmp_path / "bad.pem", tmp_path / "bad.pem"))
