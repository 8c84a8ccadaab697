"""A TCP proxy whose server takes for ever: from some word of the client on, its answer comes byte by byte and never ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.faults.chaos_proxy import ChaosProxy, Fault

GREETING = b""
WHOLE_MAIL = b"\r\n.\r\n"


class DrippingProxy(ChaosProxy):
    """Passes everything on, until the client says `word`, once."""

    def __init__(self, target: int, word: bytes) -> None:
        self.word = word
        self.dripped = 0
        self._waiting = word == GREETING
        super().__init__(target, Fault.DRIP, after=0, times=0)

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if not self.dripped and self.word and (data.startswith(self.word) or data.endswith(self.word)):
                    self._waiting = True
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _to_client(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(4096):
                if self._waiting:
                    self._waiting = False
                    self._drip(client)
                    return
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def _drip(self, client: socket.socket) -> None:
        while not self._stop.wait(0.02):
            client.sendall(b"2")
            self.dripped += 1


@contextmanager
def dripping(target: int, word: bytes) -> Iterator[DrippingProxy]:
    """The proxy while the block runs."""
    proxy = DrippingProxy(target, word)
    try:
        yield proxy
    finally:
        proxy.close()
