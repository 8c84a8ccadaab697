"""An SMTP server that kills its client with kill -9 at a chosen step of the conversation."""

from __future__ import annotations

import contextlib
import os
import signal
import socketserver
import threading
from collections.abc import Iterator

STEPS = ("EHLO", "MAIL", "RCPT", "DATA", "dot", "250", "QUIT")
"""Before the answer to a command, before the answer to the whole mail, right after it, before the goodbye."""


class DeadlySmtp:
    """Keeps every mail that was handed over whole. `kill_at` names the step at which `victim` dies, once."""

    def __init__(self) -> None:
        self.kill_at = ""
        self.victim = 0
        self.received: list[tuple[str, bytes]] = []
        self.killed = threading.Event()
        self.may_kill = threading.Event()
        self.port = 0

    def die_at(self, step: str) -> bool:
        """Kill the client if this is the step; gives whether it did."""
        if step != self.kill_at or self.killed.is_set():
            return False
        self.may_kill.wait(30)  # until the test knows whom to kill
        os.kill(self.victim, signal.SIGKILL)
        self.killed.set()
        return True


@contextlib.contextmanager
def deadly_smtp() -> Iterator[DeadlySmtp]:
    """The server on a free port."""
    state = DeadlySmtp()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self._say("220 deadly")
                self._talk()

        def _talk(self) -> None:
            recipient = ""
            while line := self.rfile.readline():
                verb = line[:4].decode("ascii", "replace").upper()
                if state.die_at(verb):
                    return
                if verb == "RCPT":
                    recipient = line.split(b"<")[1].split(b">")[0].decode()
                if verb == "DATA":
                    self._say("354 go on")
                    state.received.append((recipient, self._mail()))
                    if state.die_at("dot"):
                        return
                self._say("221 bye" if verb == "QUIT" else "250 OK")
                if verb == "QUIT" or (verb == "DATA" and state.die_at("250")):
                    return

        def _mail(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line)
            return b"".join(lines)

        def _say(self, answer: str) -> None:
            self.wfile.write(f"{answer}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
