"""What tests of receiving share: a house with archive and database, mails, and the conservation law."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from config.settings import MailboxSettings, Secret, Security
from service.credentials import Login
from service.mailbox import Mailbox, Patience
from service.receive import ReceiveReport, receive
from storage.archive import Archive
from storage.database import Database
from storage.mail_records import messages, set_aside_sightings
from tests.servers_dovecot import DovecotServer

OFFICE = timezone(timedelta(hours=7))
STARTS = date(2020, 9, 29)
RECEIVED = datetime(2020, 10, 10, 8, 0, tzinfo=OFFICE)
HASTY = Patience(connect=2, read=2, message=2, bytes_per_second=1_000_000)


def mail(number: int, size: int = 200) -> bytes:
    """A small mail, its content its number."""
    head = f"From: xa{number}@tuangiao.example\r\nMessage-ID: <{number}@xa.example>\r\nSubject: Bao cao {number}\r\n\r\n".encode()
    line = f"{number:05} noi dung bao cao cua xa trong tuan le huong ung\r\n".encode()
    return head + line * (size // len(line) + 1)


def mails(count: int, size: int = 200) -> list[bytes]:
    """So many different mails."""
    return [mail(number, size) for number in range(1, count + 1)]


def settings_for(
    *, host: str, port: int, username: str, security: Security = Security.NONE, folders: tuple[str, ...] = ("INBOX",)
) -> MailboxSettings:
    """Settings of a mailbox, its password in the environment."""
    return MailboxSettings(
        name="baocao",
        host=host,
        port=port,
        security=security,
        username=username,
        password=Secret(env="THUBAO_TEST_PASSWORD"),
        oauth2=None,
        folders=folders,
        dedicated=True,
        forget_after=timedelta(days=14),
        poll_every=timedelta(minutes=1),
        idle=True,
        trusted_authserv_id="",
    )


@dataclass(kw_only=True)
class House:
    """Where mail is received to. `now` is the clock: set it."""

    settings: MailboxSettings
    password: str
    archive: Archive
    database: Database
    patience: Patience = field(default_factory=Patience)
    now: datetime = RECEIVED + timedelta(hours=1)

    def mailbox(self) -> Mailbox:
        """The mailbox, not connected yet."""
        login = Login(username=self.settings.username, password=self.password)
        return Mailbox(self.settings, lambda: login, patience=self.patience)

    def receive(self, *, full: bool = False, window_start: date | datetime = STARTS) -> ReceiveReport:
        """Connect and receive once."""
        with self.mailbox() as mailbox:
            return self.receive_from(mailbox, full=full, window_start=window_start)

    def receive_from(self, mailbox: Mailbox, *, full: bool = False, window_start: date | datetime = STARTS) -> ReceiveReport:
        """Receive once over an open connection."""
        return receive(
            mailbox,
            mailbox.settings,
            self.archive,
            self.database,
            window_start=window_start,
            now=lambda: self.now,
            full=full,
        )

    def at_port(self, port: int) -> House:
        """The same house, its mailbox reached through another port."""
        return replace(self, settings=replace(self.settings, port=port))

    def recorded(self) -> dict[str, int]:
        """Hash and number of every message on record."""
        with self.database.reading() as connection:
            return {each.sha256: each.id for each in messages(connection)}

    def set_aside(self) -> dict[int, str]:
        """UID and reason of every mail set aside."""
        with self.database.reading() as connection:
            return {each.uid: each.reason for each in set_aside_sightings(connection)}

    def assert_holds_exactly(self, raw: Collection[bytes]) -> None:
        """The conservation law: these mails are on record, raw files equal rows, and every file is what its name says."""
        expected = {hashlib.sha256(each).hexdigest() for each in raw}
        assert set(self.recorded()) == expected
        assert set(self.archive.hashes()) == expected
        for each in expected:
            assert hashlib.sha256(self.archive.read(each)).hexdigest() == each


def house_for(server: DovecotServer, folder: Path, *, folders: tuple[str, ...] = ("INBOX",)) -> House:
    """A house that receives the mail of this Dovecot user."""
    return House(
        settings=settings_for(host=server.host, port=server.port, username=server.username, folders=folders),
        password=server.password,
        archive=Archive(folder / "archive"),
        database=Database(f"sqlite:///{folder / 'thubao.sqlite3'}"),
    )


def deliver(server: DovecotServer, raw: list[bytes], folder: str = "INBOX", received_at: datetime = RECEIVED) -> None:
    """Put mails into a folder as received then."""
    if folder != "INBOX":
        with server.human() as human:
            human.create(f'"{folder}"')
    server.append_many([(each, received_at) for each in raw], folder)
