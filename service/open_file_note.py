"""Which file a reading child has open: noted beside its folder, where its parent finds it when the child is gone.

Told over the pipe it would wake the parent a dozen times a mail; a byte written into shared memory costs nothing.
"""

from __future__ import annotations

import mmap
from pathlib import Path

_NAME = "open-file"
_LENGTH = 64  # a SHA-256 in hex digits


class OpenFileNote:
    """The child's end. What it writes survives however the process ends."""

    def __init__(self, folder: Path) -> None:
        with (folder / _NAME).open("w+b") as file:
            file.truncate(_LENGTH)
            self._memory = mmap.mmap(file.fileno(), _LENGTH)

    def write(self, sha256: str) -> None:
        """Note the hash of the file that is opened now, "" when none is."""
        self._memory[:] = sha256.encode("ascii", "replace")[:_LENGTH].ljust(_LENGTH)


def noted_file(folder: Path) -> str:
    """The hash that the child noted last in its folder, "" if none."""
    try:
        return (folder / _NAME).read_bytes()[:_LENGTH].decode("ascii", "replace").strip(" \x00")
    except OSError:
        return ""
