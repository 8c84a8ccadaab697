"""The child process that opens foreign bytes: `python -m service.reading_child READER_MODULE`, started by `service.sandbox`.

It limits itself before the first byte arrives: address space, CPU per message, no network where the system allows, an
alarm in case the parent is gone. Standard output is the pipe; whatever a library prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from config.errors import ParseError
from parsers.codec import from_plain, to_plain
from parsers.grid import PicturePlace
from parsers.watch import Watch
from service.convert import OutsidePrograms, available
from service.frames import read_frame, write_frame
from service.open_file_note import OpenFileNote

try:
    import resource
except ImportError:  # Windows: the parent's wall clock is the only limit
    resource = None  # type: ignore[assignment]

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_NEW_USER = 0x10000000  # CLONE_NEWUSER
_OF_THE_TIME, _OF_THE_CPU = 0.85, 0.5
"""When this much of what a mail may cost is gone no further file is begun: the last one needs some, and the answer its way."""
_ALARM_AFTER = 30  # seconds past the wall limit: the parent kills earlier, unless it is gone


def main() -> None:
    """Answer frames until the parent closes the pipe."""
    source, target = _private_pipes()
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it comments on every oddity of a file
    limits = read_frame(source)
    if limits is None:
        return
    start, forms = limits
    _limit_memory(int(start["memory"]))
    leave_network()
    reader = _Reader(sys.argv[1], json.loads(forms), start)
    note = OpenFileNote(Path.cwd().parent)  # beside our own folder, which stays empty
    write_frame(target, {"ready": True})
    while (frame := read_frame(source)) is not None:
        header, payload = frame
        _limit_time(int(start["cpu_seconds"]), float(header["seconds"]))
        try:
            answer, result = reader.answer(header, payload, _watch(header, note, int(start["cpu_seconds"])))
        except ParseError as error:
            answer, result = {"error": str(error)}, b""
        answer["peak"] = _peak()
        write_frame(target, answer, result)


def _watch(header: dict[str, Any], note: OpenFileNote, cpu_seconds: int) -> Watch:
    """Leaves word of which file is about to be opened: what it opens may be the last that this process does."""
    note.write("")
    began, used = time.monotonic(), time.process_time()
    most, most_cpu = float(header["seconds"]) * _OF_THE_TIME, max(cpu_seconds, 1) * _OF_THE_CPU

    def spent() -> float:
        return max((time.monotonic() - began) / most, (time.process_time() - used) / most_cpu)

    return Watch(opening=note.write, deadly=frozenset(header.get("deadly", ())), spent=spent)


class _Reader:
    """The functions of a reader module, with the forms to look for and the outside programs of this machine."""

    def __init__(self, module: str, forms: list[Any], start: dict[str, Any]) -> None:
        self._module: Any = importlib.import_module(module)
        self._expected = tuple(from_plain(self._module.Expected, form) for form in forms)
        self._outside = _outside(self._module, float(start["program_seconds"]))

    def answer(self, header: dict[str, Any], payload: bytes, watch: Watch) -> tuple[dict[str, Any], bytes]:
        """The header and bytes of the answer to one request."""
        kind = header["kind"]
        if kind == "extract":
            found = self._module.extract(payload, header["sha256"], outside=self._outside, watch=watch)
            return {"found": found is not None}, found or b""
        if kind == "cut_cells":
            places = tuple(from_plain(PicturePlace, each) for each in header["places"])
            cells = self._module.cut_cells(payload, header["sha256"], places, outside=self._outside, watch=watch)
            return {"sizes": [len(each) for each in cells]}, b"".join(cells)
        if kind == "list":
            own = frozenset(header["own_addresses"])
            reading = self._module.list_files(payload, own_addresses=own, watch=watch)
            return {}, json.dumps(to_plain(reading), ensure_ascii=False).encode("utf-8", "surrogatepass")
        if kind == "mark_up":
            return {}, _marked(header, payload)
        if kind == "file":
            reading = self._module.read_file(header["name"], payload, self._expected, outside=self._outside, watch=watch)
        else:
            own = frozenset(header["own_addresses"])
            reading = self._module.read_message(payload, self._expected, own_addresses=own, outside=self._outside, watch=watch)
        return {}, json.dumps(to_plain(reading), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _marked(header: dict[str, Any], payload: bytes) -> bytes:
    """A unit's workbook with some cells marked."""
    from parsers.cell_notes import CellNote
    from parsers.mark_up import mark_up

    return mark_up(payload, tuple(from_plain(CellNote, each) for each in header["notes"]))


def _outside(module: Any, seconds: float) -> Any:  # noqa: ANN401 - the module's own class of outside programs
    programs = OutsidePrograms(seconds=seconds)
    here = available()
    return module.Outside(
        convert=programs.convert if here["libreoffice"].found else None,
        recognise=programs.recognise if here["tesseract"].found else None,
        unpack=programs.unpack_archive if here["unar"].found else None,
    )


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our ends of the pipes, out of reach of anything that prints or reads standard input."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return source, target


def _limit_memory(most: int) -> None:
    if resource is None:
        return
    with contextlib.suppress(ValueError, OSError):  # macOS has the constant and refuses
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))  # the hard limit stays: LibreOffice maps more than we may
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(cpu_seconds: int, seconds: float) -> None:
    """CPU for this message alone: the system counts over the life of the process."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu_seconds + 1, hard))
    signal.alarm(int(seconds) + _ALARM_AFTER)


def _peak() -> int:
    """The most memory this process ever had, in bytes.

    Linux counts into ru_maxrss what the parent held when it started us, so the high-water mark of our own memory is asked for.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def leave_network() -> bool:
    """Move this process into a network of its own without interfaces; False where the system does not let us."""
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_NETWORK) == 0:
        return True
    if library.unshare(_NEW_USER | _NEW_NETWORK) != 0:
        return False
    with contextlib.suppress(OSError):  # stay who we are inside the new user namespace
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    return True


if __name__ == "__main__":
    main()
