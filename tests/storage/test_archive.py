"""The archive of raw mail."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import StorageError
from storage.archive import Archive


def files_of(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_mail_is_found_under_the_hash_of_its_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with archive.incoming() as incoming:
        incoming.write(b"Subject: a\r\n")
        incoming.write(memoryview(b"\r\nbody\r\n"))
        mail = incoming.keep()
    raw = b"Subject: a\r\n\r\nbody\r\n"
    assert mail.sha256 == hashlib.sha256(raw).hexdigest()
    assert mail.size == len(raw)
    assert not archive.contains(mail.sha256)  # kept is not yet durable
    assert archive.commit([incoming]) == (mail,)
    assert archive.read(mail.sha256) == raw
    assert files_of(tmp_path / "archive") == [f"{mail.sha256[:2]}/{mail.sha256}.eml"]
    assert list(archive.hashes()) == [mail.sha256]


def test_a_mail_not_kept_leaves_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.incoming() as incoming:
        incoming.write(b"half a mail")
    assert files_of(tmp_path) == []


def test_a_mail_cut_off_leaves_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    def be_cut_off() -> None:
        with archive.incoming() as incoming:
            incoming.write(b"half a mail" * 50_000)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        be_cut_off()
    assert files_of(tmp_path) == []


@settings(max_examples=25, deadline=None)
@given(chunks=st.lists(st.binary(max_size=400_000), max_size=6))
def test_however_it_is_cut_a_mail_comes_out_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    with archive.incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
    with archive.incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        mail = incoming.keep()
    archive.commit([incoming])
    assert archive.read(mail.sha256) == b"".join(chunks)
    assert mail.size == sum(map(len, chunks))


def test_the_same_mail_twice_in_a_group_is_one_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    incomings = [archive.incoming() for _ in range(3)]
    for incoming, raw in zip(incomings, (b"a", b"b", b"a"), strict=True):
        incoming.write(raw)
        incoming.keep()
    mails = archive.commit(incomings)
    assert mails[0] == mails[2] != mails[1]
    assert sorted(archive.hashes()) == sorted({mail.sha256 for mail in mails})
    assert len(files_of(tmp_path)) == 2


def test_a_damaged_copy_is_replaced_when_the_mail_comes_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    mail = archive.add(b"whole mail")
    archive.path(mail.sha256).write_bytes(b"")  # what a power cut without fsync leaves behind
    archive.add(b"whole mail")
    assert archive.read(mail.sha256) == b"whole mail"


def test_a_file_is_durable_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112 - a link of the kernel
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    archive = Archive(tmp_path)
    archive.add(b"first")  # its folder is there from now on
    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    archive.add(b"first")
    assert steps == ["file", "rename", "folder"]


def test_dropped_is_gone_and_dropping_again_is_no_error(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    mail = archive.add(b"private")
    archive.drop(mail.sha256)
    archive.drop(mail.sha256)
    assert not archive.contains(mail.sha256)
    with pytest.raises(StorageError, match="missing; restore it from a backup"):
        archive.read(mail.sha256)


def test_sweeping_removes_what_a_crash_left_and_nothing_else(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.add(b"whole")
    (tmp_path / "arriving" / "0badc0de0bad-1234").write_bytes(b"half, from a process that died")
    with archive.incoming() as ours:
        ours.write(b"being written")
        assert Archive(tmp_path).sweep() == 1  # another view of the same archive in this process
        ours.keep()
    archive.commit([ours])
    assert len(list(archive.hashes())) == 2
    assert archive.contains(kept.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="not the hash of a mail"):
        Archive(tmp_path).path(name)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "belongs to the user that runs Thubao"),
        (errno.EIO, "the disk failed"),
    ],
)
def test_what_the_disk_refuses_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    archive = Archive(tmp_path)

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with archive.incoming() as incoming:
        incoming.write(b"x")
        incoming.keep()
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError, match=advice) as caught:
        archive.commit([incoming])
    assert "\n" not in str(caught.value)
    assert files_of(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 200 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.needs_root
def test_a_full_disk_keeps_what_was_there_and_takes_more_when_there_is_room(small_disk: Path) -> None:
    archive = Archive(small_disk / "archive")
    first = archive.add(b"a" * 100_000)
    with pytest.raises(StorageError, match="the disk is full"):
        archive.add(b"b" * 150_000)
    assert archive.read(first.sha256) == b"a" * 100_000
    assert list((small_disk / "archive" / "arriving").iterdir()) == []
    subprocess.run(["mount", "-o", "remount,size=1m", small_disk], check=True)
    archive.add(b"b" * 150_000)
    assert len(list(archive.hashes())) == 2


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot use") as caught:
        Archive(tmp_path / "file" / "archive")
    assert "\n" not in str(caught.value)
