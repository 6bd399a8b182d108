"""What tests of several rooms share."""

import shutil
import subprocess

import pytest


# One for all: Playwright can be started once in a process.
@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: PAGE NOT TESTED"
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: THE REPORT PAGE WAS NOT TESTED IN A BROWSER")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A folder with key.pem and all.pem, a certificate of localhost that vouches for itself."""
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        folder / "key.pem",
        "-out",
        folder / "all.pem",
    ]
    try:
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: TLS was NOT tested")
    return folder
