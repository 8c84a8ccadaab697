"""A copy of everything on record, consistent while Thubao works: first the database, then every mail that it speaks of."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.errors import StorageError
from service.installation import Installation
from service.outputs.atomic import write_atomically
from storage.archive import Archive
from storage.database import Database, integrity_problem
from storage.mail_records import messages

_DATABASE = Path("data") / "thubao.sqlite3"
_ARCHIVE = Path("data") / "archive"
_OUTPUTS = Path("data") / "outputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds, how many of its mails are new, and mails that could not be copied."""

    folder: Path
    messages: int
    copied: int
    problems: tuple[str, ...]


def backup(installation: Installation, folder: Path) -> BackupReport:
    """Copy settings, campaigns, database, raw mails and outputs; the copy is a home folder. Mails copied before stay."""
    home = installation.home
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("thubao.toml",):
            if (home.path / name).is_file():
                write_atomically(folder / name, (home.path / name).read_bytes())
        if (home.path / "campaigns").is_dir():
            shutil.copytree(home.path / "campaigns", folder / "campaigns", dirs_exist_ok=True)
        if home.storage.outputs.is_dir():
            shutil.copytree(home.storage.outputs, folder / _OUTPUTS, dirs_exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write the backup to {folder}: {error.strerror or error}") from error
    installation.database.copy_to(folder / _DATABASE)
    copied, count, problems = _copy_mails(installation, folder)
    return BackupReport(folder=folder, messages=count, copied=copied, problems=tuple(problems))


def _copy_mails(installation: Installation, folder: Path) -> tuple[int, int, list[str]]:
    """Every mail of the copied database, checked by its hash on the way."""
    copy = Database(f"sqlite:///{folder / _DATABASE}")
    try:
        damage = integrity_problem(copy)
        with copy.reading() as connection:
            records = messages(connection)
    finally:
        copy.close()
    problems = [f"the copied database is damaged: {damage}"] if damage else []
    target = Archive(folder / _ARCHIVE)
    copied = 0
    for each in records:
        if each.forgotten_at is not None or target.contains(each.sha256):
            continue
        try:
            raw = installation.archive.read(each.sha256)
        except StorageError as error:
            problems.append(f"message {each.id}: {error}")
            continue
        if hashlib.sha256(raw).hexdigest() != each.sha256:
            problems.append(f"message {each.id}: the raw mail is damaged and was not copied")
            continue
        target.add(raw)
        copied += 1
    return copied, len(records), problems
