"""A reader module for the sandbox's tests: what the bytes say, it does to its own process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from config.errors import ParseError
from parsers.read import Expected, Outside, list_files
from parsers.values import Envelope, MessageReading, Robot
from parsers.watch import Watch

__all__ = ["Expected", "Outside", "extract", "list_files", "read_file", "read_message"]

_ENVELOPE = Envelope(
    message_id="",
    subject="",
    senders=(),
    sender_name="",
    recipients=(),
    dated=None,
    in_reply_to="",
    references=(),
    robot=Robot.NONE,
    authentication_results=(),
    received_at=None,
    fingerprint="",
)


def read_message(
    raw: bytes, expected: tuple[Expected, ...], *, own_addresses: frozenset[str], outside: Outside, watch: Watch
) -> MessageReading:
    """Obey the first word of the mail; the body of the reading tells what was found."""
    word, _, rest = raw.partition(b" ")
    said = ""
    if word == b"hang":
        time.sleep(600)
    elif word == b"spin":
        while True:
            pass
    elif word == b"eat":
        said = str(len(bytearray(3 * 1024**3)))
    elif word == b"exit":
        os._exit(3)
    elif word == b"raise":
        raise ValueError("a bug in a reader")
    elif word == b"refuse":
        raise ParseError("no mail at all")
    elif word == b"garbage":
        os.write(_pipe(), b"\x00\x00\x00\x05\xff garbage that is no frame")
        time.sleep(600)
    elif word == b"print":
        sys.stdout.write("printed by a library\n")
        sys.stdout.flush()
        os.write(1, b"written by a C library\n")
    elif word in {b"crash", b"open"}:
        said = _open(rest.decode().split() or [""], watch)
    elif word == b"child":  # a program in a process group of its own, as LibreOffice is
        program = subprocess.Popen(["sleep", "600"], process_group=0)
        Path(rest.decode()).write_text(str(program.pid), encoding="ascii")
        time.sleep(600)
    else:
        said = json.dumps(_facts(raw, expected, own_addresses, outside))
    return MessageReading(
        envelope=_ENVELOPE, body=said, documents=(), forwarded=(), request="", links=(), findings=(), campaign=""
    )


def _open(names: list[str], watch: Watch) -> str:
    """Each of these files ends whoever opens it; the names of those left out."""
    for name in names:
        watch.opening(name)
        if name not in watch.deadly:
            os.kill(os.getpid(), signal.SIGKILL if name == "heavy" else signal.SIGSEGV)
    return " ".join(sorted(watch.deadly))


def read_file(name: str, data: bytes, expected: tuple[Expected, ...], *, outside: Outside, watch: Watch) -> MessageReading:
    """Tell the name."""
    reading = read_message(data, expected, own_addresses=frozenset(), outside=outside, watch=watch)
    return MessageReading(
        envelope=_ENVELOPE,
        body=f"{name}: {len(data)}",
        documents=reading.documents,
        forwarded=(),
        request="",
        links=(),
        findings=(),
    )


def extract(raw: bytes, sha256: str, *, outside: Outside, watch: Watch) -> bytes | None:
    """The mail itself for the hash "all", else nothing."""
    del outside, watch
    return raw if sha256 == "all" else None


def _facts(raw: bytes, expected: tuple[Expected, ...], own_addresses: frozenset[str], outside: Outside) -> dict[str, object]:
    return {
        "size": len(raw),
        "process": os.getpid(),
        "campaigns": [each.campaign for each in expected],
        "indicators": [len(each.form.indicators) for each in expected],
        "own": sorted(own_addresses),
        "folder": str(Path.cwd()),
        "files": sorted(each.name for each in Path.cwd().iterdir()),
        "environment": sorted(os.environ),
        "network": _network(),
        "converts": outside.convert is not None,
    }


def _network() -> bool:
    """Whether a connection to another machine could be tried."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks the system for a route
        except OSError:
            return False
    return True


def _pipe() -> int:
    """The number of the pipe to the parent: the highest pipe that is open for writing."""
    best = -1
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(entry.readlink()).startswith("pipe:") and int(entry.name) > 2:
                best = max(best, int(entry.name))
    return best
