"""Who we say we are to a DICOMweb service, and where: no secret is shown, or goes where it should not."""

import base64

import pytest
from web_archive import Reply, web_archive, web_connection

from microcal_xray.cli import main
from microcal_xray.errors import SettingsError
from microcal_xray.pacs import (
    Connection,
    PacsAddress,
    WebAddress,
    address_from_text,
    login_from_file,
    login_from_variable,
)

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("line", "header"),
    [
        (f"bearer {SECRET}\n", f"Bearer {SECRET}"),
        (f"Bearer   {SECRET}", f"Bearer {SECRET}"),
        ("basic reader:pa ss:wörd\r\n", "Basic " + base64.b64encode("reader:pa ss:wörd".encode()).decode()),
    ],
)
def test_a_login_is_sent_with_every_request_and_never_shown(report, tmp_path, line, header, capsys):
    (tmp_path / "login").write_bytes(line.encode())
    with web_archive() as there:
        address = f"http://127.0.0.1:{there.port}/dicom-web"
        assert main(["send", str(report), "--to", address, "--login-file", str(tmp_path / "login")]) == 0
    assert [headers["Authorization"] for _, _, headers in there.requests] == [header] * 2
    assert not any(header.split()[-1] in path for _, path, _ in there.requests)
    login = login_from_file(tmp_path / "login")
    shown = capsys.readouterr()
    for text in (repr(login), str(login), repr(web_connection(1, login=login)), shown.out, shown.err):
        assert SECRET not in text
        assert header.split()[-1] not in text


@pytest.mark.parametrize(
    "line",
    [
        "",
        SECRET,
        "bearer",
        "bearer " + "x" * 20_000,
        f"bearer {SECRET}\nX-Other: 1",
        f"bearer {SECRET} more",
        f"bearer {SECRET}\u00e9",
        f"basic {SECRET}",
        f"basic a:{SECRET}\0",
        f"digest {SECRET}",
    ],
)
def test_a_login_that_is_none_is_refused_without_a_word_of_it(tmp_path, line):
    (tmp_path / "login").write_text(line, encoding="utf-8")
    for read in (
        lambda: login_from_file(tmp_path / "login"),
        lambda: login_from_variable("LOGIN", {"LOGIN": line}),
    ):
        with pytest.raises(SettingsError, match="holds no login") as caught:
            read()
        assert SECRET not in str(caught.value)
        assert caught.value.__context__ is None


def test_where_a_login_may_go(tmp_path):
    login = login_from_variable("LOGIN", {"LOGIN": f"bearer {SECRET}"})
    for address in (PacsAddress("A", "b", 1), WebAddress(False, "pacs.example", 80, "")):
        with pytest.raises(SettingsError):
            Connection(address, login=login)
    assert Connection(WebAddress(True, "pacs.example", 443, ""), login=login)
    for read in (lambda: login_from_file(tmp_path / "absent"), lambda: login_from_variable("NONE", {})):
        with pytest.raises(SettingsError):
            read()


def test_nobody_is_followed_elsewhere_with_the_login(report, monkeypatch, capsys):
    monkeypatch.setenv("ARCHIVE_LOGIN", f"bearer {SECRET}")
    with web_archive() as other, web_archive() as there:
        there.always["stow"] = Reply(307, {"Location": f"http://127.0.0.1:{other.port}/dicom-web/studies"})
        address = f"http://127.0.0.1:{there.port}/dicom-web"
        assert main(["send", str(report), "--to", address, "--login-variable", "ARCHIVE_LOGIN"]) == 1
    assert other.requests == []
    assert SECRET not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://pacs.example/dicom-web/", WebAddress(True, "pacs.example", 443, "/dicom-web")),
        ("HTTPS://pacs.example", WebAddress(True, "pacs.example", 443, "")),
        ("http://[::1]:8042/a/b", WebAddress(False, "::1", 8042, "/a/b")),
    ],
)
def test_urls(text, address):
    assert address_from_text(text) == address
    assert address_from_text(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        f"https://reader:{SECRET}@pacs.example/dicom-web",
        f"https://pacs.example/dicom-web?token={SECRET}",
        f"https://pacs.example/dicom-web#{SECRET}",
        "https://",
        "https:pacs.example",
        "https://pacs.example:0/x",
        "https://pacs.example:70000/x",
        "https://pacs.example/a b",
        "https://pacs.example/a\r\nX: y",
        "https://pacs.example//x",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(folder, text, capsys):
    with pytest.raises(SettingsError):
        address_from_text(text)
    assert main(["send", str(folder), "--to", text]) == 2
    assert SECRET not in capsys.readouterr().err


def test_nothing_goes_unencrypted_by_mistake(folder, certificate, capsys):
    for options in (["--tls"], ["--tls-authorities", str(certificate / "all.pem")], ["--largest-mb", "0"]):
        assert main(["send", str(folder), "--to", "http://127.0.0.1:1", *options]) == 2
        assert "Traceback" not in capsys.readouterr().err
