"""A scripted IMAP server: says what a test tells it to, however wrong. One thread, one script, any number of connections."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CAPABILITY = "IMAP4rev1 UIDPLUS UNSELECT IDLE"
DATE = '"10-Oct-2020 08:00:00 +0700"'
_UIDS = re.compile(r"UID FETCH ([\d:,]+) \((.*)\)$")


def numbers(text: str) -> list[int]:
    """The UIDs of a set such as 3:5,9."""
    found: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition(":")
        found += range(int(low), int(high or low) + 1)
    return found


@dataclass(kw_only=True)
class Script:
    """What the server has and how it misbehaves. Answers are functions from a UID to bytes sent as they are, None: as usual."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 7
    uidnext: int | None = None
    capability: str = CAPABILITY
    greeting: bytes = b"* OK hello\r\n"
    login: bytes = b"OK welcome"
    facts: Callable[[int], bytes | None] = lambda _: None
    body: Callable[[int], bytes | None] = lambda _: None
    complete: Callable[[int], bytes] = lambda _: b"OK done"
    before: Callable[[str], bytes | None] = lambda _: None  # an answer to any command, instead of the usual one
    idle: Callable[[socket.socket], None] | None = None
    drips: str = "nothing"  # a command that is answered byte by byte and never to the end
    commands: list[str] = field(default_factory=list)


class ScriptedServer:
    """Runs a script on a loopback port."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop, cutting every connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection.makefile("rb") as lines:
            connection.sendall(self.script.greeting)
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                self.script.commands.append(command)
                if command.startswith("AUTHENTICATE"):
                    connection.sendall(b"+ \r\n")
                    self.script.commands.append(base64.b64decode(next(lines)).decode())
                    connection.sendall(f"{tag} ".encode() + self.script.login + b"\r\n")
                    continue
                if not self._answer(connection, tag, command):
                    break
            connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, connection: socket.socket, tag: str, command: str) -> bool:
        script, send = self.script, connection.sendall
        done = f"{tag} ".encode()
        while command.startswith(script.drips):
            send(b"*")
            time.sleep(0.02)
        special = script.before(command)
        if special is not None:
            send(special.replace(b"TAG", tag.encode()))
            return not special.startswith(b"* BYE")
        word = command.upper()
        if word.startswith("CAPABILITY"):
            send(f"* CAPABILITY {script.capability}\r\n".encode() + done + b"OK done\r\n")
        elif word.startswith("LOGIN"):
            send(done + script.login + b"\r\n")
        elif word.startswith("STATUS"):
            counts = f"MESSAGES {len(script.mails)} UIDNEXT {self._top} UIDVALIDITY {script.uidvalidity}"
            send(f"* STATUS INBOX ({counts})\r\n".encode() + done + b"OK done\r\n")
        elif word.startswith("EXAMINE"):
            codes = f"* OK [UIDVALIDITY {script.uidvalidity}] x\r\n* OK [UIDNEXT {self._top}] x\r\n"
            send(f"* {len(script.mails)} EXISTS\r\n{codes}".encode() + done + b"OK done\r\n")
        elif word.startswith("UID SEARCH"):
            wanted = set(script.mails)
            if word.startswith("UID SEARCH UID "):
                low, _, high = word.split()[-1].replace("*", str(self._top - 1)).partition(":")
                wanted = {uid for uid in script.mails if int(low) <= uid <= int(high or low)}
            send(b"* SEARCH " + b" ".join(b"%d" % uid for uid in sorted(wanted)) + b"\r\n" + done + b"OK done\r\n")
        elif (asked := _UIDS.fullmatch(command)) is not None:
            self._fetch(send, done, numbers(asked[1]), asked[2])
        elif word.startswith("IDLE") and script.idle is not None:
            script.idle(connection)
        elif word.startswith("LOGOUT"):
            send(b"* BYE\r\n" + done + b"OK done\r\n")
            return False
        else:
            send(done + b"OK done\r\n")
        return True

    @property
    def _top(self) -> int:
        return self.script.uidnext or max(self.script.mails, default=0) + 1

    def _fetch(self, send: Callable[[bytes], None], done: bytes, uids: list[int], items: str) -> None:
        script = self.script
        bodies = "BODY" in items
        for uid in uids:
            if uid not in script.mails:
                continue
            raw = script.mails[uid]
            answer = (script.body if bodies else script.facts)(uid)
            if answer is not None:
                send(answer)
            elif bodies:
                row = f"* 9 FETCH (UID {uid} INTERNALDATE {DATE} BODY[] {{{len(raw)}}}\r\n".encode()
                send(row + raw + b")\r\n")
            else:
                send(f"* 9 FETCH (UID {uid} INTERNALDATE {DATE} RFC822.SIZE {len(raw)})\r\n".encode())
        send(done + (script.complete(uids[0]) if bodies else b"OK done") + b"\r\n")


@contextmanager
def scripted(script: Script) -> Iterator[ScriptedServer]:
    """The server while the block runs."""
    server = ScriptedServer(script)
    try:
        yield server
    finally:
        server.close()
