"""A pool of warm child processes that open foreign bytes, each with limits, killed at the wall clock, recycled after a while.

What a child cannot survive (a hang, a bomb, a crash of a library) ends that child alone: the caller gets ReaderDied, the
next request gets a new child.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from config.campaign import Campaign
from config.errors import ParseError, ThubaoError
from config.text import Text
from parsers.cell_notes import CellNote
from parsers.codec import from_plain, to_plain
from parsers.grid import PicturePlace
from parsers.values import MessageReading
from service.frames import BrokenFrameError, read_frame, write_frame
from service.open_file_note import noted_file
from service.wall_clock import WALL_CLOCK

_LOG = logging.getLogger("thubao.reading")
_ROOT = Path(__file__).resolve().parent.parent
_KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LANG", "LC_ALL")
_STDERR_LINE = 2_000
_MOST_GUILTY = 2
"""So many files of a mail may end a reader, and the others are read all the same; a mail that ends a third is given up."""
START_SECONDS = 60
"""How long a child may take to start; half a second on a small machine that does nothing else."""


class ReaderDied(ThubaoError):  # noqa: N818 - a fact, and the name the steps use
    """The child that read a message had to be ended, or ended itself. `text` says why to the officer.

    `guilty`: the hash of the file it had open, where that is to blame. Of the whole request: `deaths`, and the files to blame.
    """

    def __init__(self, text: Text, *, guilty: str = "") -> None:
        self.text = text
        self.guilty = guilty
        self.deaths = 1
        self.deadly: tuple[str, ...] = ()
        super().__init__(text.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message may cost. A reader is replaced after `messages` or when it ever held more than `keep_below` bytes."""

    seconds: float = 150
    bytes_per_second: int = 500_000  # a large mail gets more time
    cpu_seconds: int = 60
    memory: int = 1024**3
    program_seconds: float = 45  # LibreOffice and the like, each call
    messages: int = 1000
    keep_below: int = 260 * 1024**2


DEFAULT_LIMITS = Limits()


class ReadingPool:
    """Reads mails and files in child processes for these campaigns. Threads may share it; children start when needed."""

    def __init__(
        self,
        campaigns: tuple[Campaign, ...],
        *,
        size: int = 2,
        limits: Limits = DEFAULT_LIMITS,
        reader: str = "parsers.read",
    ) -> None:
        self._start = {"memory": limits.memory, "cpu_seconds": limits.cpu_seconds, "program_seconds": limits.program_seconds}
        self._campaigns = campaigns
        self._size = size
        self._limits = limits
        self._reader = reader
        self._places = threading.BoundedSemaphore(size)
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._busy: set[_Child] = set()
        self._closed = False
        self._warmed = False

    def __enter__(self) -> Self:
        """The pool itself; leaving the block closes it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the pool."""
        self.close()

    def warm(self) -> None:
        """Start the children that are missing, without waiting for them: they load while mail is still being fetched."""
        if not self._warmed:
            self._warmed = True
            for _ in range(self._size):
                threading.Thread(target=self._add_child, daemon=True).start()

    def read(self, raw: bytes, *, own_addresses: Iterable[str] = ()) -> MessageReading:
        """Everything understood of one mail. ReaderDied when its reader did not survive it."""
        _, result = self._ask({"kind": "message", "own_addresses": sorted(own_addresses)}, raw)
        return _reading(result)

    def list_files(self, raw: bytes, *, own_addresses: Iterable[str] = (), deadly: Iterable[str] = ()) -> MessageReading:
        """Whose mail it is and the names of its files, none of which is opened; `deadly`: those that ended their readers."""
        header = {"kind": "list", "own_addresses": sorted(own_addresses), "deadly": sorted(deadly)}
        _, result = self._ask_once(header, raw)
        return _reading(result)

    def read_file(self, name: str, data: bytes) -> MessageReading:
        """Everything understood of one file. ReaderDied when its reader did not survive it."""
        _, result = self._ask({"kind": "file", "name": name}, data)
        return _reading(result)

    def mark_up(self, workbook: bytes, notes: tuple[CellNote, ...]) -> bytes:
        """A copy of a .xlsx workbook with these cells marked. ParseError when it cannot be."""
        _, result = self._ask({"kind": "mark_up", "notes": [to_plain(each) for each in notes]}, workbook)
        return result

    def extract(self, raw: bytes, sha256: str) -> bytes | None:
        """The bytes of the document with this hash, found again in a raw mail; None when it is not there."""
        answer, result = self._ask({"kind": "extract", "sha256": sha256}, raw)
        return result if answer.get("found") else None

    def cut_cells(self, raw: bytes, sha256: str, places: tuple[PicturePlace, ...]) -> tuple[bytes, ...]:
        """A PNG of each of these places on the scan with this hash in a raw mail; none when it is not there.

        ParseError when it cannot be opened any more.
        """
        asked = {"kind": "cut_cells", "sha256": sha256, "places": [to_plain(each) for each in places]}
        answer, result = self._ask(asked, raw)
        ends = tuple(itertools.accumulate(answer["sizes"]))
        return tuple(result[start:end] for start, end in itertools.pairwise((0, *ends)))

    def close(self) -> None:
        """End all idle children; busy ones end when their request is answered."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def abandon(self) -> None:
        """Kill the children that are busy, with what they started: this process is about to end, whatever they do."""
        for child in tuple(self._busy):
            child.abandon()

    def _ask(self, header: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to a request; a file that ends its reader is left out, and the request made again."""
        deadly: list[str] = []
        while True:
            try:
                return self._ask_once({**header, "deadly": deadly}, payload)
            except ReaderDied as died:
                died.deaths = len(deadly) + 1
                died.deadly = tuple(filter(None, (*deadly, died.guilty)))
                if not died.guilty or died.guilty in deadly or len(deadly) == _MOST_GUILTY:
                    raise
                deadly.append(died.guilty)

    def _ask_once(self, header: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        seconds = self._limits.seconds + len(payload) / self._limits.bytes_per_second
        with self._places:
            child = self._child()
            self._busy.add(child)
            try:
                answer, result = child.ask({**header, "seconds": seconds}, payload, seconds)
            except BaseException:
                child.kill()
                raise
            finally:
                self._busy.discard(child)
            worn = child.answered >= self._limits.messages or int(answer.get("peak", 0)) > self._limits.keep_below
            if worn or self._closed:
                child.end()
            else:
                self._idle.put(child)
        if "error" in answer:
            raise ParseError(str(answer["error"]))
        return answer, result

    def _add_child(self) -> None:
        with contextlib.suppress(ReaderDied), self._places:  # what cannot start now is tried again, and told, when it is asked
            if not self._closed and self._idle.qsize() < self._size:
                self._idle.put(_Child(self._reader, self._start, self._forms))

    def _child(self) -> _Child:
        with contextlib.suppress(queue.Empty):
            while (child := self._idle.get_nowait()).is_dead:  # by the system's memory killer, say
                child.kill()
            return child
        return _Child(self._reader, self._start, self._forms)

    @functools.cached_property
    def _forms(self) -> bytes:
        from parsers.read import expected_of  # the readers: only where a mail is read

        return json.dumps(to_plain(expected_of(self._campaigns)), ensure_ascii=False).encode()


def _reading(result: bytes) -> MessageReading:
    try:
        plain = json.loads(result.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise ReaderDied(_garbage()) from error
    try:
        return from_plain(MessageReading, plain)
    except ParseError as error:
        raise ReaderDied(_garbage()) from error


class _Child:
    """One reading process with a folder of its own. Not shared between threads at the same time."""

    def __init__(self, reader: str, start: Mapping[str, Any], forms: bytes) -> None:
        self.answered = 0
        self._said: collections.deque[str] = collections.deque(maxlen=30)
        self._folder = tempfile.TemporaryDirectory(prefix="thubao-reader-", ignore_cleanup_errors=True)
        own = Path(self._folder.name, "work")  # empty; beside it the child notes which file it has open
        own.mkdir()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module by our own interpreter
                [sys.executable, "-m", "service.reading_child", reader],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=own,
                env=_environment(str(own)),
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise ReaderDied(_said(f"cannot be started: {error}")) from error
        self._log = threading.Thread(target=self._follow, args=(self._process.stderr,), daemon=True)
        self._log.start()
        try:
            self._exchange(dict(start), forms, START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def ask(self, header: dict[str, Any], payload: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The child's answer. ReaderDied when it dies, sends no frame, or is killed at the wall clock."""
        answer = self._exchange(header, payload, seconds)
        self.answered += 1
        return answer

    def _exchange(self, header: dict[str, Any], payload: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill_session(self._process)

        try:
            with WALL_CLOCK.limit(seconds, stop):
                write_frame(cast("BinaryIO", self._process.stdin), header, payload)
                answer = read_frame(cast("BinaryIO", self._process.stdout))
        except BrokenFrameError as error:
            raise (self._died(late, seconds) if error.ended else ReaderDied(_garbage())) from error
        except OSError as error:
            raise self._died(late, seconds) from error
        if answer is None or late.is_set():
            raise self._died(late, seconds)
        return answer

    def _died(self, late: threading.Event, seconds: float) -> ReaderDied:
        """Why there is no answer. A child that somebody else killed, as the system does for want of memory, blames no file."""
        if late.is_set():
            return ReaderDied(_late(seconds), guilty=self._guilty())
        reason = self._reason()
        killed = os.name == "posix" and self._process.returncode == -signal.SIGKILL
        return ReaderDied(reason, guilty="" if killed else self._guilty())

    def _guilty(self) -> str:
        """The hash of the file that it had open."""
        return noted_file(Path(self._folder.name))

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Let the child end by itself: it does when its pipe closes."""
        with contextlib.suppress(OSError):
            cast("BinaryIO", self._process.stdin).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.kill()

    def abandon(self) -> None:
        """Kill the child and remove its folder without waiting for anything."""
        _kill_session(self._process)
        self._folder.cleanup()

    def kill(self) -> None:
        """End the child and everything it started, now, and remove its folder."""
        _kill_session(self._process)
        self._process.wait()
        self._log.join(5)
        streams = [self._process.stdin, self._process.stdout]
        if not self._log.is_alive():  # something that escaped us still holds it: closing it would wait for that
            streams.append(self._process.stderr)
        for stream in streams:
            with contextlib.suppress(OSError):
                cast("BinaryIO", stream).close()
        self._folder.cleanup()

    def _follow(self, stream: BinaryIO) -> None:
        """Pass what the child prints to the log; only the first part of a long line."""
        with contextlib.suppress(ValueError, OSError):  # closed under us
            while line := stream.readline(_STDERR_LINE):
                text = line.decode("utf-8", "replace").rstrip()
                if text:
                    self._said.append(text)
                    _LOG.warning("reader: %s", text)

    def _reason(self) -> Text:
        """Why the child ended, by its exit and its last words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._log.join(5)
        code = self._process.returncode
        last = self._said[-1] if self._said else ""
        if last.startswith("MemoryError"):
            return Text(vi="cần quá nhiều bộ nhớ để đọc", en="needs too much memory to be read")
        if code is not None and os.name == "posix" and code == -signal.SIGXCPU:
            return Text(vi="đọc quá lâu (quá giới hạn tính toán)", en="took too much processor time to read")
        if code is None:
            return _garbage()
        return _said(f"{last} (exit {code})" if last else f"exit {code}")


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), folder)
    return kept | own | {"PYTHONPATH": str(_ROOT), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and the programs it started, which have process groups of their own in its session."""
    if os.name != "posix":
        process.kill()
        return
    for member in _session_members(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _session_members(session: int) -> list[int]:
    """The processes of a session by /proc; none where there is no /proc."""
    members = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[3]) == session:
            members.append(int(entry.parent.name))
    return members


def _late(seconds: float) -> Text:
    return Text(vi=f"đọc quá {seconds:.0f} giây chưa xong", en=f"took longer than {seconds:.0f} s to read")


def _garbage() -> Text:
    return Text(vi="trình đọc trả về kết quả không hợp lệ", en="the reader gave an answer that is none")


def _said(last: str) -> Text:
    return Text(vi="trình đọc dừng đột ngột; thư vẫn được giữ nguyên, đề nghị cán bộ mở xem", en=f"the reader ended: {last}")
