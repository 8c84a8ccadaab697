"""Receives once, for `strace` to kill: python -m tests.faults.receive_once PORT USER PASSWORD FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from storage.archive import Archive
from storage.database import Database
from tests.service.receiving import House, settings_for


def main() -> None:
    """Receive into FOLDER."""
    port, user, password, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
    House(
        settings=settings_for(host="127.0.0.1", port=port, username=user),
        password=password,
        archive=Archive(folder / "archive"),
        database=Database(f"sqlite:///{folder / 'thubao.sqlite3'}"),
    ).receive()


if __name__ == "__main__":
    main()
