"""What the commands that speak to an archive share: how they are added, and the options about it."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import SettingsError
from ..pacs import (
    Connection,
    Login,
    PacsAddress,
    TlsFiles,
    WebAddress,
    address_from_text,
    login_from_file,
    login_from_variable,
)
from .reading import given_path


@dataclass(frozen=True)
class ArchiveCommand:
    """A command that speaks to an archive.

    Parameters
    ----------
    name, purpose, description, epilog : str
        What `microcal --help` and the command's own help say.
    address_option : str
        The option with the address, as "--to".
    run : callable
        What the command does; returns the exit status.
    """

    name: str
    purpose: str
    description: str
    epilog: str
    address_option: str
    run: Callable[[argparse.Namespace], int]


def add_archive_parser(
    command: ArchiveCommand,
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    every: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add a command to the others; return its parser, for the options that it alone has."""
    parser = commands.add_parser(
        command.name,
        parents=[every],
        help=command.purpose,
        description=command.description,
        epilog=command.epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_connection_options(parser, command.address_option, "the archive, or a DICOMweb service")
    parser.add_argument("--json", action="store_true", help="print a summary as JSON on standard output")
    parser.set_defaults(run=command.run)
    return parser


def add_tls_files(parser: argparse._ActionsContainer, authorities: str) -> None:
    """Add the options that name the files of encryption; `authorities` says what the first is for."""
    parser.add_argument("--tls-authorities", type=given_path, metavar="PEM", help=authorities)
    parser.add_argument("--tls-certificate", type=given_path, metavar="PEM", help="our own certificate")
    parser.add_argument("--tls-key", type=given_path, metavar="PEM", help="and its key")


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
        option, dest="archive", type=_address, required=True, metavar="TITLE@HOST:PORT|URL", help=words
    )
    parser.add_argument(
        "--title", default=defaults.calling_title, metavar="AET", help="our own title (default %(default)s)"
    )
    parser.add_argument(
        "--tls", action="store_true", help="encrypt, and check who the archive is (https always does)"
    )
    add_tls_files(parser, "whom to trust (default: as the system)")
    login = parser.add_mutually_exclusive_group()
    login.add_argument(
        "--login-file",
        type=given_path,
        metavar="FILE",
        help="with a line `bearer TOKEN` or `basic USER:PASSWORD` for DICOMweb",
    )
    login.add_argument("--login-variable", metavar="NAME", help="of the environment, with such a line")
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
    parser.add_argument(
        "--largest-mb",
        type=float,
        default=defaults.largest_mb,
        metavar="MB",
        help="of an object over DICOMweb (default %(default)g)",
    )


def chosen_connection(arguments: argparse.Namespace) -> Connection:
    """Return the connection that the options ask for.

    Raises
    ------
    SettingsError
        If a value is out of range, a login cannot be read, or TLS is meant and not asked for.
    """
    address: PacsAddress | WebAddress = arguments.archive
    files = (arguments.tls_authorities, arguments.tls_certificate, arguments.tls_key)
    is_https = isinstance(address, WebAddress) and address.is_encrypted
    if any(files) and not (arguments.tls or is_https):
        raise SettingsError("files for TLS were given without --tls; nothing goes unencrypted by mistake")
    return Connection(
        address=address,
        calling_title=arguments.title,
        tls=TlsFiles(*files) if arguments.tls or is_https else None,
        timeout_s=arguments.timeout_s,
        retries=arguments.retries,
        login=_login(arguments),
        largest_mb=arguments.largest_mb,
    )


def _login(arguments: argparse.Namespace) -> Login | None:
    if arguments.login_file is not None:
        return login_from_file(arguments.login_file)
    if arguments.login_variable is not None:
        return login_from_variable(arguments.login_variable, os.environ)
    return None


def _address(text: str) -> PacsAddress | WebAddress:
    try:
        return address_from_text(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
