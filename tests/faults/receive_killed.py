"""Receives in a child that is killed with SIGKILL at its n-th step on disk or database, for every n until it survives.

Run as a program of its own, because a process with threads must not fork:
python -m tests.faults.receive_killed PORT USER PASSWORD FOLDER. Each n has its own home FOLDER/n. Prints how many were killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from service import receive as receive_module
from storage.archive import Archive
from storage.database import Database
from tests.service.receiving import House, settings_for


def kill_at(step: int) -> None:
    """From now on count every write, fsync, rename and SQL statement that writes, and die after this one."""
    taken = 0

    def count(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    fsync, write, replace = os.fsync, os.write, Path.replace

    def counted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        count()

    def counted_write(descriptor: int, data: memoryview) -> int:
        written = write(descriptor, data[: len(data) // 2] if len(data) > 1 else data)  # a mail half written is a step too
        count()
        return written

    def counted_replace(self: Path, target: Path) -> Path:
        count()
        result = replace(self, target)
        count()
        return result

    os.fsync, os.write, Path.replace = counted_fsync, counted_write, counted_replace  # type: ignore[assignment,method-assign]

    def count_statement(*of_cursor: object) -> None:
        if not str(of_cursor[2]).startswith("SELECT"):  # looking changes nothing
            count()

    event.listen(Engine, "after_cursor_execute", count_statement)
    event.listen(Engine, "commit", count)


def run(house_folder: Path, port: int, user: str, password: str, step: int) -> bool:
    """Receive in a child that dies at this step; whether it was killed."""
    child = os.fork()
    if child == 0:
        house = House(
            settings=settings_for(host="127.0.0.1", port=port, username=user),
            password=password,
            archive=Archive(house_folder / "archive"),
            database=Database(f"sqlite:///{house_folder / 'thubao.sqlite3'}"),
        )
        receive_module.GROUP_MAILS = 2
        receive_module.GROUP_SECONDS = 60.0  # on a busy machine, too, the groups are of two
        kill_at(step)
        house.receive()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert status == 0, f"step {step}: status {status}"
    return False


def main() -> None:
    """Every step, one after the other."""
    port, user, password, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])
    step = 1
    while run(folder / str(step), port, user, password, step):
        step += 1
    print(step - 1)


if __name__ == "__main__":
    main()
