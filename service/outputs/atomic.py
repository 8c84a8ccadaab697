"""Files written whole or not at all, and zip archives whose bytes depend on their content alone."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_TIGHT, _FAST = 6, 2
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when it is complete and on disk; nothing is left behind when writing fails."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Writes all of the data under this name, or leaves what was there."""
    with atomic_file(path) as file:
        file.write(data)


def zip_entry(name: str, *, compressed: bool = True, fast: bool = False) -> zipfile.ZipInfo:
    """A zip entry without a time of its own; names outside ASCII carry the UTF-8 flag. `fast` packs less tightly."""
    entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    entry._compresslevel = _FAST if fast else _TIGHT  # type: ignore[attr-defined]  # noqa: SLF001 - streams have no public way
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry


def without_times(archive: bytes) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """The entries of a zip archive in a fixed order without their times: how Office files become repeatable."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            yield zip_entry(name), source.read(name)
