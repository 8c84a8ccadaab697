"""Receiving onto a disk that is full or fails: no row without its mail, and everything arrives once there is room."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.errors import StorageError
from tests.servers import DovecotServer
from tests.service.receiving import deliver, house_for, mails


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 600 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill_up(filler: Path) -> None:
    """Write until the disk takes no more."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096) == 4096:
            pass


@pytest.mark.needs_root
def test_a_disk_that_fills_up_loses_nothing(dovecot: DovecotServer, small_disk: Path) -> None:
    raw = mails(40, size=20_000)
    deliver(dovecot, raw)
    house = house_for(dovecot, small_disk)
    with pytest.raises(StorageError, match="disk is full") as caught:
        house.receive()
    assert "\n" not in str(caught.value)
    for number in house.recorded():
        assert house.archive.contains(number)
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    house.archive.sweep()
    house.receive()
    house.assert_holds_exactly(raw)


@pytest.mark.needs_root
def test_a_disk_too_full_for_the_rows_loses_nothing(dovecot: DovecotServer, small_disk: Path) -> None:
    raw = mails(6, size=2_000)
    deliver(dovecot, raw[:1])
    house = house_for(dovecot, small_disk)
    house.receive()
    deliver(dovecot, raw[1:])
    filler = small_disk / "filler"
    fill_up(filler)
    os.truncate(filler, filler.stat().st_size - 24_576)  # room for the mails, not for their rows
    with pytest.raises(StorageError, match="full"):
        house.receive()
    assert len(house.recorded()) == 1
    filler.unlink()
    house.receive()
    house.assert_holds_exactly(raw)


@pytest.mark.parametrize("nth", [1, 4, 9])
def test_a_disk_that_fails_at_fsync_records_nothing_it_does_not_have(
    dovecot: DovecotServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    raw = mails(8)
    deliver(dovecot, raw)
    house = house_for(dovecot, tmp_path)
    fsync, calls = os.fsync, [0]

    def failing(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] >= nth:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(StorageError, match="the disk failed"):
            house.receive()
    assert house.recorded() == {}
    house.receive()
    house.assert_holds_exactly(raw)
