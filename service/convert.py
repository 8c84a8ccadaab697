"""The outside programs that open what we do not: LibreOffice (.doc, .rtf ...), Tesseract (scans), unar (odd archives).

All are optional. Each call gets an empty folder of its own, a process group that is killed at a wall-clock limit, limits
on memory and CPU where the system has them, and no way to the network that we can close.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import ParseError
from config.text import Text
from parsers.recognition import RecognisedWord

try:
    import resource
except ImportError:  # Windows has no such limits; the wall clock remains
    resource = None  # type: ignore[assignment]

OFFICE = ("soffice", "libreoffice")
OFFICE_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
SUFFIXES: Mapping[str, str] = {
    "application/msword": ".doc",
    "application/msword+xml": ".xml",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-excel+xml": ".xml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.ms-powerpoint": ".ppt",
    "text/html": ".html",
    "multipart/related": ".mht",
}
FILTERS: Mapping[str, str] = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML", "pdf": "pdf"}
LAYOUTS: Mapping[str, str] = {"page": "3", "block": "6", "sparse": "11"}

OUTPUT_LIMIT = 200 * 1024 * 1024
ARCHIVE_FILES = 2_000
LISTING_LIMIT = 4 * 1024 * 1024
ADDRESS_SPACE = 4 * 1024**3  # LibreOffice maps far more than it uses
MEMORY = 512 * 1024**2  # of its own: a Word file with twenty photos of 12 megapixels takes 390 MB
CPU_SECONDS = 120
CLOSED_PROXY = "http://127.0.0.1:9"

# No macro, no update of links, no start centre: what LibreOffice would otherwise ask a person. A workbook comes here because
# its formulas have no results: they are calculated whatever stands beside them, since some programs write a zero there.
OFFICE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""  # noqa: E501 - one setting a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An optional outside program: whether it is here, the Debian package that brings it, and what is lost without it."""

    found: bool
    package: str
    purpose: Text


def available() -> Mapping[str, Program]:
    """Every optional program by name, for `thubao check`."""
    vietnamese = shutil.which("tesseract") is not None and "vie" in _tesseract_languages()
    return {
        "libreoffice": Program(
            found=_office() is not None,
            package="libreoffice-writer-nogui libreoffice-calc-nogui",
            purpose=Text(vi="đọc tệp .doc, .rtf và tính lại công thức", en="reads .doc and .rtf files and recalculates formulas"),
        ),
        "tesseract": Program(
            found=vietnamese,
            package="tesseract-ocr tesseract-ocr-vie",
            purpose=Text(vi="đọc bản quét và ảnh chụp trang giấy", en="reads scans and photographed pages"),
        ),
        "unar": Program(
            found=shutil.which("unar") is not None,
            package="unar",
            purpose=Text(vi="mở một số tệp nén .rar kiểu cũ", en="opens some older .rar archives"),
        ),
    }


def _office() -> str | None:
    return next((path for name in OFFICE if (path := shutil.which(name))), None) or next(
        (place for place in OFFICE_PLACES if Path(place).exists()), None
    )


def _tesseract_languages() -> str:
    try:
        return subprocess.run(
            ["tesseract", "--list-langs"],  # noqa: S607 - found on the administrator's PATH
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


class ProgramError(ParseError):
    """An outside program is missing, failed, or took too long. `text` says so in both languages."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def _absent(what: str, package: str) -> ProgramError:
    return ProgramError(
        Text(
            vi=f"Máy chủ chưa cài {what} (gói {package}) nên chưa đọc được tệp này; đề nghị gửi dạng .docx, .xlsx hoặc .pdf.",
            en=f"{what} is not installed (package {package}), so this file cannot be read; please send .docx, .xlsx or .pdf.",
        )
    )


def _failed(detail: str) -> ProgramError:
    return ProgramError(
        Text(
            vi=f"Không mở được tệp ({detail}); đề nghị gửi lại dạng .docx, .xlsx hoặc .pdf.",
            en=f"The file cannot be opened ({detail}); please send it again as .docx, .xlsx or .pdf.",
        )
    )


def _too_large(size: int) -> ProgramError:
    return ProgramError(
        Text(
            vi=f"Tệp khi mở ra quá lớn ({size // 1_000_000} MB); đề nghị gửi từng phần nhỏ hơn.",
            en=f"The file is too large once opened ({size // 1_000_000} MB); please send smaller parts.",
        )
    )


_LOCKED = Text(
    vi="Tệp nén có mật khẩu; đề nghị gửi bản không đặt mật khẩu.",
    en="The archive is protected by a password; please send it without one.",
)


class OutsidePrograms:
    """Runs the outside programs, one at a time. Its methods are the `convert`, `recognise` and unpacker that parsers take."""

    def __init__(self, *, seconds: float = 60) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._profile: tempfile.TemporaryDirectory[str] | None = None

    def convert(self, data: bytes, media_type: str, target: str) -> bytes:
        """The file as "docx", "xlsx" or "pdf". ProgramError when LibreOffice is absent, fails, or takes too long."""
        office = _office()
        if office is None:
            raise _absent("LibreOffice", "libreoffice-writer-nogui libreoffice-calc-nogui")
        with self._lock, tempfile.TemporaryDirectory(prefix="thubao-convert-") as folder:
            source = Path(folder, "input" + SUFFIXES.get(media_type, ".bin"))
            source.write_bytes(data)
            command = [
                office,
                f"-env:UserInstallation={self._office_profile().as_uri()}",
                "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
                "--convert-to", FILTERS.get(target, target), "--outdir", str(Path(folder, "out")), str(source),
            ]  # fmt: skip
            try:
                run_program(command, Path(folder), self._seconds)
            except ParseError:
                self._forget_profile()
                raise
            made = sorted(Path(folder, "out").glob(f"*.{target}"))
            if not made:
                self._forget_profile()
                raise _failed("LibreOffice")
            return _limited(made[0])

    def recognise(self, picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        """The words on a picture. ProgramError when Tesseract or its Vietnamese data is absent, fails, or takes too long."""
        if shutil.which("tesseract") is None:
            raise _absent("Tesseract", "tesseract-ocr tesseract-ocr-vie")
        with tempfile.TemporaryDirectory(prefix="thubao-ocr-") as folder:
            Path(folder, "picture").write_bytes(picture)
            run_program(
                ["tesseract", "picture", "page", "-l", "vie", "--psm", LAYOUTS[layout], "--dpi", "200", "tsv"],
                Path(folder),
                self._seconds,
            )
            made = Path(folder, "page.tsv")
            if not made.exists():
                raise _absent("Tesseract", "tesseract-ocr-vie")
            return tuple(_words(made.read_text(encoding="utf-8", errors="replace")))

    def unpack_archive(self, data: bytes, media_type: str) -> tuple[tuple[str, bytes], ...]:
        """Names and contents of the files in an archive. ProgramError when unar is absent, fails, or the archive is too large."""
        del media_type  # unar decides by content
        if shutil.which("unar") is None:
            raise _absent("unar", "unar")
        with tempfile.TemporaryDirectory(prefix="thubao-unpack-") as folder:
            Path(folder, "archive").write_bytes(data)
            _check_listing(folder, self._seconds)
            command = [
                "unar", "-quiet", "-no-directory", "-force-rename", "-no-recursion", "-password", "",
                "-output-directory", "out", "archive",
            ]  # fmt: skip
            run_program(command, Path(folder), self._seconds)
            files = tuple(_files(Path(folder, "out")))
            if not files:
                raise _failed("unar")
            return files

    def close(self) -> None:
        """Removes what is kept between calls."""
        self._forget_profile()

    def _office_profile(self) -> Path:
        """A profile folder of our own: LibreOffice starts 0.4 s faster with one that it has filled."""
        if self._profile is None:
            self._profile = tempfile.TemporaryDirectory(prefix="thubao-office-", ignore_cleanup_errors=True)
            weakref.finalize(self, self._profile.cleanup)
            user = Path(self._profile.name, "user")
            user.mkdir()
            Path(user, "registrymodifications.xcu").write_text(OFFICE_SETTINGS, encoding="utf-8")
        return Path(self._profile.name)

    def _forget_profile(self) -> None:
        if self._profile is not None:
            self._profile.cleanup()
            self._profile = None


def run_program(command: Sequence[str], folder: Path, seconds: float, keep: int = 20_000) -> str:
    """The first `keep` bytes of what a program prints, run in a folder with limits, nothing of it left running.

    ProgramError when it fails or outlives its time.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",  # tesseract is faster with one thread a page than with four
        "http_proxy": CLOSED_PROXY,
        "https_proxy": CLOSED_PROXY,
    }
    for name in ("SYSTEMROOT", "TESSDATA_PREFIX", "LD_LIBRARY_PATH"):
        if name in os.environ:
            environment[name] = os.environ[name]
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program with file names of our own
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0 if os.name == "posix" else None,
            )
        except OSError as error:
            raise _failed(f"{Path(command[0]).name}: {error}") from error
        _limit(process.pid)
        try:
            if not _ended(process, seconds):
                raise _failed(f"{Path(command[0]).name}: > {seconds:g} s")
        finally:
            _kill_group(process)
        output.seek(0)
        said = output.read(keep).decode("utf-8", "replace")
    if process.returncode:
        raise _failed(f"{Path(command[0]).name}: {process.returncode}, {said.strip()[-120:]}")
    return said


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a program ends by itself within its time. Python's own wait with a limit looks only twenty times a second."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill_group(process)

    clock = threading.Timer(seconds, stop)
    clock.daemon = True
    clock.start()
    try:
        process.wait()
    finally:
        clock.cancel()
    return not late.is_set()


def _limit(process_id: int) -> None:
    """Memory, CPU and file size of a process just started, where the system lets us set them from outside."""
    if resource is None or not hasattr(resource, "prlimit"):
        return
    for kind, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_LIMIT),
    ):
        try:
            _, hard = resource.prlimit(process_id, kind)
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(process_id, kind, (allowed, hard))
        except (OSError, ValueError):  # it has ended already, or the system says no
            continue


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and whatever it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _limited(path: Path) -> bytes:
    if path.stat().st_size > OUTPUT_LIMIT:
        raise _too_large(path.stat().st_size)
    return path.read_bytes()


def _words(table: str) -> Iterator[RecognisedWord]:
    """The words of Tesseract's TSV output."""
    line, previous = 0, None
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text:
            continue
        place = (row["block_num"], row["par_num"], row["line_num"])
        if place != previous:
            line, previous = line + 1, place
        yield RecognisedWord(
            text=text,
            left=int(row["left"]),
            top=int(row["top"]),
            width=int(row["width"]),
            height=int(row["height"]),
            confidence=float(row["conf"]),
            line=line,
        )


def _check_listing(folder: str, seconds: float) -> None:
    """Refuses an archive by what it announces: locked, too many files, too many bytes."""
    try:
        listing = json.loads(run_program(["lsar", "-json", "-no-recursion", "archive"], Path(folder), seconds, LISTING_LIMIT))
    except (json.JSONDecodeError, ParseError):
        return  # unar decides then, within its own limits
    entries = listing.get("lsarContents", [])
    if any(entry.get("XADIsEncrypted") for entry in entries):
        raise ProgramError(_LOCKED)
    size = sum(int(entry.get("XADFileSize", 0)) for entry in entries)
    if len(entries) > ARCHIVE_FILES or size > OUTPUT_LIMIT:
        raise _too_large(size)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Regular files below a folder, links left out, within the limits."""
    total = 0
    for count, path in enumerate(sorted(folder.rglob("*"))):
        if path.is_symlink() or not path.is_file():
            continue
        total += path.stat().st_size
        if count > ARCHIVE_FILES or total > OUTPUT_LIMIT:
            raise _too_large(total)
        yield path.relative_to(folder).as_posix(), path.read_bytes()
