"""Whether a process is gone, as tests of killing need to know."""

from __future__ import annotations

import os
import time
from pathlib import Path


def ended(process: int, patience: float = 10.0) -> bool:
    """Whether a process has ended, or does within the patience; one that only waits to be collected has."""
    until = time.monotonic() + patience
    while _runs(process):
        if time.monotonic() > until:
            return False
        os.sched_yield()
    return True


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
