"""A TCP proxy that cuts, stalls or drips after so many bytes from the server."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong."""

    CUT = "cut"  # TCP reset
    STALL = "stall"  # not another byte, the connection stays
    DRIP = "drip"  # one byte every 20 ms


class ChaosProxy:
    """Passes everything on; the first `times` connections that carry more than `after` bytes suffer `fault`."""

    def __init__(self, target: int, fault: Fault, *, after: int, times: int) -> None:
        self.target = target
        self.fault = fault
        self.after = after
        self.times = times
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._stop = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        """End every connection."""
        self._stop.set()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for each in (self._listener, *self._sockets):
            each.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                self._sockets += [client, server]
                self.connections += 1
                self._start(self._to_server, client, server)
                self._start(self._to_client, server, client)

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _to_client(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := server.recv(4096):
                if self.times > 0 and passed + len(data) > self.after:
                    self.times -= 1
                    cut = max(0, self.after - passed)
                    client.sendall(data[:cut])
                    self._strike(client, data[cut:])
                    return
                passed += len(data)
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def _strike(self, client: socket.socket, rest: bytes) -> None:
        if self.fault is Fault.CUT:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        elif self.fault is Fault.STALL:
            self._stop.wait()
        else:
            for value in rest * 100:
                client.sendall(bytes([value]))
                if self._stop.wait(0.02):
                    return


@contextmanager
def chaos(target: int, fault: Fault, *, after: int, times: int = 1) -> Iterator[ChaosProxy]:
    """The proxy while the block runs."""
    proxy = ChaosProxy(target, fault, after=after, times=times)
    try:
        yield proxy
    finally:
        proxy.close()
