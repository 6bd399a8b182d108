"""The options about an archive that several commands share."""

import argparse

from ..errors import SettingsError
from ..pacs import Connection, PacsAddress, TlsFiles, address_from_text
from .reading import given_path


def add_connection_options(parser: argparse.ArgumentParser, option: str, words: str) -> None:
    """Add the options that say where an archive is and how it is spoken to.

    Parameters
    ----------
    parser : ArgumentParser
    option : str
        The one with the address, as "--to".
    words : str
        Its help.
    """
    defaults = Connection(PacsAddress("ARCHIVE", "localhost", 104))
    parser.add_argument(
        option, dest="archive", type=_address, required=True, metavar="TITLE@HOST:PORT", help=words
    )
    parser.add_argument(
        "--title", default=defaults.calling_title, metavar="AET", help="our own title (default %(default)s)"
    )
    parser.add_argument("--tls", action="store_true", help="encrypt, and check who the archive is")
    parser.add_argument(
        "--tls-authorities", type=given_path, metavar="PEM", help="whom to trust (default: as the system)"
    )
    parser.add_argument("--tls-certificate", type=given_path, metavar="PEM", help="our own certificate")
    parser.add_argument("--tls-key", type=given_path, metavar="PEM", help="and its key")
    parser.add_argument(
        "--timeout-s",
        type=float,
        default=defaults.timeout_s,
        metavar="S",
        help="for each answer (default %(default)g)",
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=defaults.retries,
        metavar="N",
        help="of a connection (default %(default)s)",
    )


def chosen_connection(arguments: argparse.Namespace) -> Connection:
    """Return the connection that the options ask for.

    Raises
    ------
    SettingsError
        If a value is out of range, or TLS is meant and not asked for.
    """
    files = (arguments.tls_authorities, arguments.tls_certificate, arguments.tls_key)
    if any(files) and not arguments.tls:
        raise SettingsError("files for TLS were given without --tls; nothing goes unencrypted by mistake")
    return Connection(
        address=arguments.archive,
        calling_title=arguments.title,
        tls=TlsFiles(*files) if arguments.tls else None,
        timeout_s=arguments.timeout_s,
        retries=arguments.retries,
    )


def _address(text: str) -> PacsAddress:
    try:
        return address_from_text(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
