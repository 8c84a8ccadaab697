"""The archive of raw mail: every message as it came, under the hash of its bytes, kept for ever.

A mail is written beside the archive first, made durable, renamed into it, and only then may a row speak of it. A crash in
between leaves a whole mail without a row, which the next fetch finds again, or a half mail that `sweep` removes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from config.errors import StorageError
from config.text import Text

_HASH = re.compile(r"[0-9a-f]{64}")
_ARRIVING = "arriving"  # no folder of mail is named so: those are two hex digits
_OURS = secrets.token_hex(6)  # marks what this process is writing, so that a sweep leaves it alone
_WRITE_TOGETHER = 256 * 1024
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMail:
    """A mail's name in the archive and its size in bytes."""

    sha256: str
    size: int


class Incoming:
    """A mail being written. Leave the `with` block without `keep` and nothing of it remains."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mail: ArchivedMail | None = None
        self._digest = hashlib.sha256()
        self._size = 0
        self._waiting = bytearray()
        with _as_storage_error(path):
            self._descriptor: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.mail is None:
            self.discard()

    def write(self, chunk: bytes | memoryview) -> None:
        """Add the next bytes of the mail."""
        if self._descriptor is None or self.mail is not None:
            raise StorageError(f"the mail in {self.path} is complete; nothing can be added")
        self._digest.update(chunk)
        self._size += len(chunk)
        self._waiting += chunk
        if len(self._waiting) >= _WRITE_TOGETHER:
            self._flush()

    def keep(self) -> ArchivedMail:
        """Say that the mail is complete. It is durable only after `Archive.commit`."""
        if self.mail is None:
            self._flush()
            self.mail = ArchivedMail(sha256=self._digest.hexdigest(), size=self._size)
        return self.mail

    def hasten(self) -> None:
        """Let the system begin to write to the disk: many files on their way together are durable a third sooner."""
        if self._descriptor is not None and hasattr(os, "posix_fadvise"):
            with _as_storage_error(self.path):
                os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def make_durable(self) -> None:
        """Bring the written bytes to the disk and let go of the file."""
        if self._descriptor is None:
            raise StorageError(f"the mail in {self.path} was put away already")
        with _as_storage_error(self.path):
            os.fsync(self._descriptor)
        self._close()

    def discard(self) -> None:
        """Remove what was written."""
        self._close()
        with _as_storage_error(self.path):
            self.path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._descriptor is None:
            raise StorageError(f"the mail in {self.path} was put away already")
        with _as_storage_error(self.path), memoryview(self._waiting) as view:
            written = 0
            while written < len(view):
                written += os.write(self._descriptor, view[written:])
        self._waiting.clear()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class Archive:
    """A folder of raw mails by hash. Several processes may use it; one `sweep`s it, at its start, under the home's lock."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / _ARRIVING
        self._folders: set[Path] = set()
        with _as_storage_error(root):
            self._arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(self._arriving, os.W_OK | os.X_OK):
            raise StorageError(
                Text(
                    vi=f"không ghi được vào kho thư {root}: kiểm tra quyền của người dùng đang chạy Thubao",
                    en=f"cannot write to the archive {root}: check that it belongs to the user that runs Thubao",
                )
            )

    def incoming(self) -> Incoming:
        """Begin to write a mail."""
        return Incoming(self._arriving / f"{_OURS}-{secrets.token_hex(8)}")

    def commit(self, incomings: Collection[Incoming]) -> tuple[ArchivedMail, ...]:
        """Make kept mails durable under their hashes, in one go; only now may rows be written about them.

        When the disk refuses one, none counts as archived and what was written of them is removed.
        """
        mails = tuple(incoming.keep() for incoming in incomings)
        try:
            self._put_away(incomings, mails)
        except StorageError:
            for incoming in incomings:
                with suppress(StorageError):
                    incoming.discard()
            raise
        return mails

    def add(self, content: bytes) -> ArchivedMail:
        """Archive one mail that is in memory, durably."""
        with self.incoming() as incoming:
            incoming.write(content)
            mail = incoming.keep()
        self.commit((incoming,))
        return mail

    def path(self, sha256: str) -> Path:
        """Where a mail of this hash is, or would be."""
        if not _HASH.fullmatch(sha256):
            raise StorageError(f"not the hash of a mail: {sha256!r}")
        return self._root / sha256[:2] / f"{sha256}.eml"

    def read(self, sha256: str) -> bytes:
        """The raw mail."""
        path = self.path(sha256)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise StorageError(
                Text(
                    vi=f"thiếu thư gốc {path}; khôi phục từ bản sao lưu",
                    en=f"the raw mail {path} is missing; restore it from a backup",
                )
            ) from None
        except OSError as error:
            raise _storage_error(path, error) from error

    def contains(self, sha256: str) -> bool:
        """Whether the mail is in the archive."""
        return self.path(sha256).is_file()

    def hashes(self) -> Iterator[str]:
        """The hash of every mail in the archive, in no particular order."""
        with _as_storage_error(self._root):
            for path in self._root.glob("[0-9a-f][0-9a-f]/*.eml"):
                if _HASH.fullmatch(path.stem):
                    yield path.stem

    def drop(self, sha256: str) -> None:
        """Remove a raw mail for good; nothing happens if it is gone."""
        path = self.path(sha256)
        with _as_storage_error(path):
            path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _make_durable(path.parent)

    def sweep(self) -> int:
        """Remove half-written mails that a crashed process left behind; gives how many."""
        removed = 0
        with _as_storage_error(self._arriving):
            for path in self._arriving.iterdir():
                if not path.name.startswith(_OURS):
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def _put_away(self, incomings: Collection[Incoming], mails: Collection[ArchivedMail]) -> None:
        for incoming in incomings:
            incoming.hasten()
        _at_once(Incoming.make_durable, incomings)
        folders = {self.path(mail.sha256).parent for mail in mails}
        self._make_folders(folders)
        for incoming, mail in zip(incomings, mails, strict=True):
            target = self.path(mail.sha256)
            with _as_storage_error(target):
                # replaces a copy that is there already: that one may never have reached the disk
                incoming.path.replace(target)
        _at_once(_make_durable, folders)

    def _make_folders(self, folders: set[Path]) -> None:
        missing = folders - self._folders
        if not missing:
            return
        for folder in missing:
            with _as_storage_error(folder):
                folder.mkdir(exist_ok=True, mode=0o700)
        _make_durable(self._root)
        self._folders |= missing


def _at_once(work: Callable[[_Item], None], items: Collection[_Item]) -> None:
    """Do the same to each of these, waiting for the disk only once: on a busy one three times as fast as one by one."""
    if len(items) < 2:  # noqa: PLR2004 - one needs no company
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(min(8, len(items)), thread_name_prefix="thubao-archive") as workers:
        for _ in workers.map(work, items):
            pass


def _make_durable(folder: Path) -> None:
    """Bring a folder's entries to the disk, where the system knows how."""
    if os.name == "nt":
        return
    with _as_storage_error(folder):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _as_storage_error(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(f"{path} disappeared while Thubao worked on it: {error.strerror}") from error
    except OSError as error:
        raise _storage_error(path, error) from error


def _storage_error(path: Path, error: OSError) -> StorageError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError(
            Text(
                vi=f"ổ đĩa đầy, không ghi được {path}: giải phóng chỗ trống; không mất gì và công việc sẽ tự tiếp tục",
                en=f"the disk is full, cannot write {path}: make room; nothing is lost and work goes on by itself",
            )
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StorageError(
            Text(
                vi=f"không ghi được {path} ({error.strerror}): kiểm tra quyền của người dùng đang chạy Thubao",
                en=f"cannot write {path} ({error.strerror}): check that it belongs to the user that runs Thubao",
            )
        )
    if error.errno == errno.EIO:
        return StorageError(f"the disk failed at {path}: check it before starting again")
    return StorageError(f"cannot use {path}: {error.strerror or error}")
