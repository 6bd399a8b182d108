"""Peers that are not what they should be, by hand on plain sockets; and objects that are not.

The tests use them, and `tools/measure_node.py`.
"""

import contextlib
import io
import socket
import struct
import zlib
from collections.abc import Iterator

DX = "1.2.840.10008.5.1.4.1.1.1.1"
VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
ATTACKER, HEALTHY = "127.0.0.1", "127.0.0.2"
ACCEPTED, REJECTED, ABORTED = 2, 3, 7
_PIECE = 1 << 14
C_STORE, C_FIND, C_ECHO = 0x0001, 0x0020, 0x0030


def connected(port: int, *, host: str = ATTACKER, timeout_s: float = 20.0) -> socket.socket:
    """Return a connection to the node, from one of the addresses of the loopback."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout_s, source_address=(host, 0))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def item(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(content)) + content


def pdu(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBI", kind, 0, len(content)) + content


def request(
    called: str = "NODE",
    calling: str = "PEER",
    contexts: tuple[tuple[str, tuple[str, ...]], ...] = ((DX, (EXPLICIT,)), (VERIFICATION, (EXPLICIT,))),
) -> bytes:
    """Return an A-ASSOCIATE-RQ; the contexts have the numbers 1, 3, 5, ..."""
    content = b"\0\1\0\0" + called.encode().ljust(16) + calling.encode().ljust(16) + b"\0" * 32
    content += item(0x10, b"1.2.840.10008.3.1.1.1")
    for number, (sop_class, syntaxes) in enumerate(contexts):
        inner = item(0x30, sop_class.encode()) + b"".join(item(0x40, each.encode()) for each in syntaxes)
        content += item(0x20, bytes((2 * number + 1, 0, 0, 0)) + inner)
    content += item(0x50, item(0x51, struct.pack(">I", _PIECE)) + item(0x52, b"1.2.3"))
    return pdu(1, content)


def fragment(context: int, flags: int, data: bytes) -> bytes:
    """Return a P-DATA-TF; flags: 1 command, 0 data, and 2 for the last of its sort."""
    return pdu(4, struct.pack(">IBB", len(data) + 2, context, flags) + data)


def command(
    field: int = C_STORE, *, sop_class: str = DX, instance: str = "1.2.3.4", has_data: bool = True
) -> bytes:
    def element(number: int, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        return struct.pack("<HHI", 0, number, len(value)) + value

    content = element(0x0002, sop_class.encode())
    content += element(0x0100, struct.pack("<H", field)) + element(0x0110, struct.pack("<H", 1))
    content += element(0x0700, b"\0\0") + element(0x0800, struct.pack("<H", 0 if has_data else 0x0101))
    content += element(0x1000, instance.encode())
    return element(0, struct.pack("<I", len(content))) + content


def one_pdu(connection: socket.socket) -> tuple[int, bytes]:
    """Return the next PDU: its kind and content; kind 0: the connection was closed."""
    try:
        header = _exactly(connection, 6)
        return header[0], _exactly(connection, struct.unpack(">I", header[2:])[0])
    except (OSError, EOFError):
        return 0, b""


def associated(port: int, *, host: str = ATTACKER, **asked: object) -> tuple[socket.socket, int]:
    """Return a connection on which an association was asked for, and the kind of the answer."""
    connection = connected(port, host=host)
    connection.sendall(request(**asked))  # type: ignore[arg-type]
    return connection, one_pdu(connection)[0]


def status_of(connection: socket.socket) -> int | None:
    """Return the status of the next answer; None: there is none, but an abort or the end."""
    kind, content = one_pdu(connection)
    if kind != 4:
        return None
    at = content.find(struct.pack("<HHI", 0, 0x0900, 2))
    return struct.unpack("<H", content[at + 8 : at + 10])[0] if at >= 0 else None


def store(
    connection: socket.socket,
    data: bytes,
    *,
    instance: str = "1.2.3.4",
    sop_class: str = DX,
    upto: int | None = None,
) -> None:
    """Send an object, or its first bytes."""
    connection.sendall(fragment(1, 3, command(sop_class=sop_class, instance=instance)))
    pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)] or [b""]
    sent = 0
    for number, piece in enumerate(pieces, start=1):
        if upto is not None and sent >= upto:
            return
        connection.sendall(fragment(1, 2 if number == len(pieces) else 0, piece))
        sent += len(piece)


def bytes_without_end(connection: socket.socket, *, most: int) -> int:
    """Send zeros until the peer has enough of it; return how many went out."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < most:
            sent += connection.send(b"\0" * (1 << 20))
    return sent


def explicit(tag: int, vr: str, value: bytes) -> bytes:
    value += (b"\0" if vr in ("UI", "OB") else b" ") * (len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return head + struct.pack("<2xI", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def radiograph(
    instance: str = "1.2.3.4", *, study: str = "1.2.9", patient: str = "ID", side: int = 16
) -> bytes:
    """Return the data set of a small DX image, explicit little endian."""
    elements = [
        (0x00080016, "UI", DX.encode()),
        (0x00080018, "UI", instance.encode()),
        (0x00080060, "CS", b"DX"),
        (0x00100020, "LO", patient.encode()),
        (0x0020000D, "UI", study.encode()),
        (0x0020000E, "UI", study.encode() + b".1"),
        (0x00280002, "US", struct.pack("<H", 1)),
        (0x00280004, "CS", b"MONOCHROME2"),
        (0x00280010, "US", struct.pack("<H", side)),
        (0x00280011, "US", struct.pack("<H", side)),
        (0x00280100, "US", struct.pack("<H", 16)),
        (0x00280101, "US", struct.pack("<H", 12)),
        (0x00280102, "US", struct.pack("<H", 11)),
        (0x00280103, "US", struct.pack("<H", 0)),
        (0x7FE00010, "OW", bytes(2 * side * side)),
    ]
    return b"".join(explicit(*each) for each in elements)


def items_without_end(count: int) -> bytes:
    """Return a data set with so many empty items: a parser that builds them needs 100 times the memory."""
    head = explicit(0x00080016, "UI", DX.encode()) + explicit(0x00080018, "UI", b"1.2.3.4")
    sequence = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff"
    return head + sequence + b"\xfe\xff\0\xe0\0\0\0\0" * count + b"\xfe\xff\xdd\xe0\0\0\0\0"


def sequences_in_sequences(depth: int) -> bytes:
    head = explicit(0x00080016, "UI", DX.encode()) + explicit(0x00080018, "UI", b"1.2.3.4")
    opened = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    return head + opened * depth


def deflated_zeros(size: int) -> bytes:
    """Return a bomb of the deflated transfer syntax."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    buffer = io.BytesIO()
    for _ in range(size >> 20):
        buffer.write(compressor.compress(b"\0" * (1 << 20)))
    buffer.write(compressor.flush())
    return buffer.getvalue()


@contextlib.contextmanager
def many(port: int, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """Hold many connections that have sent something and then say nothing."""
    held = []
    try:
        for _ in range(count):
            with contextlib.suppress(OSError):
                held.append(connected(port))
                held[-1].sendall(first)
        yield held
    finally:
        for connection in held:
            connection.close()


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
