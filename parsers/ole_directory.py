"""The names at the top of an OLE file, read straight from its directory: quick, and bounded where olefile is not.

olefile checks every stream against all others: a file of some megabytes with 100,000 empty streams holds it for minutes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 6_000
"""Streams and storages of a file that is still opened; an old workbook has a dozen, a saved mail some hundreds."""

_NONE = 0xFFFFFFFF
_LAST = 0xFFFFFFFA  # sector numbers above are marks
_ENTRY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class OleDirectory:
    """Lower-case names of the root's own streams and storages, and how many entries the whole file has (up to a bound)."""

    names: frozenset[str]
    entries: int

    @property
    def is_crowded(self) -> bool:
        """Whether the file has more entries than anyone would open."""
        return self.entries > MOST_ENTRIES


def ole_directory(data: bytes) -> OleDirectory:
    """The directory of an OLE file; empty when it is broken."""
    try:
        raw = _directory_bytes(data)
    except (struct.error, IndexError):
        raw = b""
    count = len(raw) // _ENTRY
    names: set[str] = set()
    if count:
        waiting = [struct.unpack("<I", raw[76:80])[0]]  # the root's child, a tree of siblings
        seen: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number >= count or number in seen:
                continue
            seen.add(number)
            entry = raw[number * _ENTRY : (number + 1) * _ENTRY]
            length = min(struct.unpack("<H", entry[64:66])[0], 64)
            names.add(entry[: max(0, length - 2)].decode("utf-16-le", "replace").lower())
            waiting.extend(struct.unpack("<II", entry[68:76]))
    return OleDirectory(names=frozenset(names - {""}), entries=count)


def _directory_bytes(data: bytes) -> bytes:
    size = 1 << min(max(struct.unpack("<H", data[30:32])[0], 7), 16)  # 9 or 12, where it is true
    fat_sectors = [number for number in struct.unpack("<109I", data[76:512]) if number < _LAST]
    fat_sectors.extend(_more_fat_sectors(data, size))
    gathered: list[bytes] = []
    sector = struct.unpack("<I", data[48:52])[0]
    per_sector = size // 4
    for _ in range((MOST_ENTRIES + 200) * _ENTRY // size + 1):
        if sector >= _LAST:
            break
        start = (sector + 1) * size
        gathered.append(data[start : start + size])
        holder = (fat_sectors[sector // per_sector] + 1) * size + sector % per_sector * 4
        sector = struct.unpack("<I", data[holder : holder + 4])[0]
    return b"".join(gathered)


def _more_fat_sectors(data: bytes, size: int) -> list[int]:
    """The DIFAT chain of files beyond seven megabytes."""
    found: list[int] = []
    sector, count = struct.unpack("<II", data[68:76])
    for _ in range(min(count, 2_000)):
        if sector >= _LAST:
            break
        start = (sector + 1) * size
        numbers = struct.unpack(f"<{size // 4}I", data[start : start + size])
        found.extend(number for number in numbers[:-1] if number < _LAST)
        sector = numbers[-1]
    return found
