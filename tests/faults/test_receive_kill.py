"""kill -9 at every step of receiving: what is on record is in the archive, and the next look brings the rest, once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements import STRACE, need
from tests.servers import DovecotServer
from tests.service.receiving import House, deliver, house_for, mails


def assert_every_row_has_its_mail(house: House) -> None:
    for sha256 in house.recorded():
        assert hashlib.sha256(house.archive.read(sha256)).hexdigest() == sha256


def assert_converges(house: House, raw: list[bytes]) -> None:
    assert_every_row_has_its_mail(house)
    house.archive.sweep()
    with house.mailbox() as mailbox:
        house.receive_from(mailbox, full=True)
        assert house.receive_from(mailbox).new == ()
    house.assert_holds_exactly(raw)
    assert list((house.archive.path("0" * 64).parents[1] / "arriving").iterdir()) == []


def test_killed_at_any_step_it_loses_nothing_and_doubles_nothing(dovecot: DovecotServer, tmp_path: Path) -> None:
    raw = mails(3)
    deliver(dovecot, raw)
    arguments = [str(dovecot.port), dovecot.username, dovecot.password, str(tmp_path)]
    sweep = subprocess.run(
        [sys.executable, "-m", "tests.faults.receive_killed", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert sweep.returncode == 0, sweep.stderr
    killed = int(sweep.stdout)
    print(f"killed at {killed} steps")
    assert killed >= 30
    progress = set()
    for step in range(1, killed + 1):
        house = house_for(dovecot, tmp_path / str(step))
        progress.add(len(house.recorded()))
        assert_converges(house, raw)
        house.database.close()
    assert progress == {0, 2, 3}  # the kills did come before, between and after the groups


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_any_system_call_it_loses_nothing(dovecot: DovecotServer, tmp_path: Path) -> None:
    raw = mails(5)
    deliver(dovecot, raw)
    calls = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,pwrite64,mkdir,mkdirat,ftruncate"
    step = 0
    while True:
        step += 1
        folder = tmp_path / str(step)
        command = [
            need(STRACE),
            "-f",
            "-qq",
            "-o",
            os.devnull,
            "-e",
            f"trace={calls}",
            "-e",
            f"inject={calls}:signal=KILL:when={step}",
        ]
        program = [
            sys.executable,
            "-m",
            "tests.faults.receive_once",
            str(dovecot.port),
            dovecot.username,
            dovecot.password,
            str(folder),
        ]
        ended = subprocess.run([*command, *program], capture_output=True, text=True, timeout=60, check=False)
        if ended.returncode == 0:
            break
        assert ended.returncode in {-9, 137}, ended.stderr
        house = house_for(dovecot, folder)
        assert_converges(house, raw)
        house.database.close()
    print(f"killed at {step - 1} system calls")
    assert step > 40
