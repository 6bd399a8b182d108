"""TLS on the side of the node."""

import ssl

from ..errors import SettingsError
from ..pacs import TlsFiles


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """Return a context for callers: TLS 1.2 at least; with authorities, callers must show a certificate.

    Parameters
    ----------
    files : TlsFiles
        With a certificate and a key.

    Raises
    ------
    SettingsError
        If a file cannot be used.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key)
        if files.authorities is not None:
            context.load_verify_locations(files.authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:  # ssl.SSLError is one
        named = ", ".join(str(each) for each in (files.certificate, files.key, files.authorities) if each)
        raise SettingsError(f"{named}: cannot be used for TLS ({error.strerror or error})") from error
    return context
