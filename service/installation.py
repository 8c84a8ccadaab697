"""One running Thubao: its configuration, database, archive and reading children, opened and closed together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from filelock import FileLock, Timeout

from config.campaign import Campaign
from config.errors import ConfigError, Problem, StorageError, ThubaoError
from config.loading import load_home
from config.settings import Home, MailboxSettings
from config.text import Text
from service.rules.validate import rule_problems
from service.sandbox import ReadingPool
from storage.archive import Archive
from storage.database import Database
from storage.submissions import units_on_record

_OUTPUTS_TAKE = 300.0
"""Seconds that the outputs of a large campaign may take."""


class AlreadyRunningError(ThubaoError):
    """Another Thubao works on this home folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Everything a step needs. `readers` starts its children when the first mail is read."""

    home: Home
    database: Database
    archive: Archive
    readers: ReadingPool

    def campaigns_at(self, moment: datetime) -> tuple[Campaign, ...]:
        """The campaigns to which a mail received at this moment can belong."""
        day = moment.astimezone(self.home.office.timezone).date()
        return tuple(each for each in self.home.campaigns if each.starts <= day <= each.closes)

    def window_start(self) -> datetime:
        """From when on mail is fetched: the first day of the earliest campaign."""
        first = min(each.starts for each in self.home.campaigns)
        return datetime.combine(first, time.min, self.home.office.timezone)

    def own_addresses(self) -> frozenset[str]:
        """The addresses our own mail is sent from."""
        return frozenset({self.home.smtp.from_address.lower()}) if self.home.smtp else frozenset()

    def mailbox(self, name: str) -> MailboxSettings | None:
        """The settings of a mailbox by name."""
        return next((each for each in self.home.mailboxes if each.name == name), None)


def refuse_unknown_rules(home: Home) -> None:
    """ConfigError with every rule of a form that no check knows: a rule that is never run would pass every report."""
    problems = tuple(
        problem
        for campaign in home.campaigns
        for problem in rule_problems(campaign.form, file=f"campaigns/{campaign.id}/form.toml")
    )
    if problems:
        raise ConfigError(problems)


def refuse_lost_zeros(home: Home, database: Database) -> None:
    """ConfigError when units on record stand on the roster without the zeros their codes began with.

    Excel drops them when it saves a roster.csv. Every unit would be a new one that has sent nothing, and be reminded.
    """
    problems = []
    for campaign in home.campaigns:
        with database.reading() as connection:
            gone = units_on_record(connection, campaign.id) - {unit.code for unit in campaign.roster}
        for unit in campaign.roster:
            before = next((code for code in gone if code.startswith("0") and code.lstrip("0") == unit.code), None)
            if before is not None:
                text = Text(
                    vi=f"mã {unit.code} ({unit.full_name}) trước đây là {before}: Excel đã bỏ số 0 ở đầu; ghi lại {before}"
                    " (trong Excel định dạng cột này là Text) để không mất báo cáo đã nhận",
                    en=f"the code {unit.code} ({unit.full_name}) was {before}: Excel dropped the zero; write {before} again"
                    " (format this column as Text) so that the reports received are not lost",
                )
                file = f"campaigns/{campaign.id}/roster"
                problems.append(Problem(file=file, where="code", text=text.in_(home.office.language)))
    if problems:
        raise ConfigError(tuple(problems))


@contextlib.contextmanager
def opened(path: Path, *, exclusive: bool) -> Iterator[Installation]:
    """Open the home folder. `exclusive` takes the lock that only one receiving or sending Thubao may hold."""
    home = load_home(path)
    refuse_unknown_rules(home)
    with contextlib.ExitStack() as stack:
        if exclusive:
            stack.enter_context(_locked(home.path / "data" / "thubao.lock"))
        database = Database(home.storage.database)
        stack.callback(database.close)
        refuse_lost_zeros(home, database)
        archive = Archive(home.storage.archive)
        if exclusive:
            archive.sweep()
        readers = ReadingPool(home.campaigns)
        stack.callback(readers.close)
        yield Installation(home=home, database=database, archive=archive, readers=readers)


@contextlib.contextmanager
def making_outputs(installation: Installation) -> Iterator[None]:
    """One consolidation at a time, be it of the service or of an officer beside it; the second waits for the first."""
    with _locked(installation.home.path / "data" / "outputs.lock", wait=_OUTPUTS_TAKE):
        yield


@contextlib.contextmanager
def _locked(path: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold a lock file. What goes wrong in the work under it is not the lock's."""
    folder = path.parent
    lock = FileLock(path, timeout=wait)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise AlreadyRunningError(
            Text(
                vi=f"một Thubao khác đang làm việc với {folder.parent}; đề nghị chờ hoặc dừng nó trước",
                en=f"another Thubao is at work on {folder.parent}; stop it first or let it work",
            )
        ) from error
    except OSError as error:
        raise StorageError(
            Text(
                vi=f"không ghi được vào {folder} ({error.strerror}); kiểm tra quyền của người dùng đang chạy Thubao",
                en=f"cannot write to {folder}: {error.strerror}; check that it belongs to this user",
            )
        ) from error
    try:
        yield
    finally:
        lock.release()
