"""TLS in front of a server that speaks none, as a hospital's gateway: what comes is passed on as it is.

Orthanc 1.10.1 of Debian ends with a segmentation fault at the first TLS connection.
"""

import contextlib
import socket
import ssl
import sys
import threading


def main(port, behind, certificate, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", int(port))) as server:
        while True:
            peer, _ = server.accept()
            threading.Thread(target=front, args=(peer, int(behind), context), daemon=True).start()


def front(peer, behind, context):
    with (
        contextlib.suppress(OSError),  # a client that trusts no such certificate leaves in the handshake
        peer,
        context.wrap_socket(peer, server_side=True) as spoken,
        socket.create_connection(("127.0.0.1", behind)) as plain,
    ):
        back = threading.Thread(target=pump, args=(plain, spoken), daemon=True)
        back.start()
        pump(spoken, plain)
        back.join()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while block := source.recv(1 << 16):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(*sys.argv[1:])
