"""An office without servers: a home folder, its database and archive, and mails put on record as if they had been read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from config.home import write_home
from parsers.values import MessageReading
from service.filing import file_new
from service.installation import Installation, opened
from storage.database import Database
from storage.filings import Filing, MessageState, filing_of
from storage.mail_records import record_arrival
from storage.notices import Notice, notices
from storage.readings import save_reading

ADDRESS = "baocao@tuangiao.example"
OFFICER = "can.bo@tuangiao.example"
SETTINGS = """
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
language = "{language}"
officers = ["{officer}"]
[[mailbox]]
name = "baocao"
host = "imap.tuangiao.example"
username = "baocao"
password_env = "THUBAO_TEST_PASSWORD"
dedicated = {dedicated}
forget_after = "14d"
trusted_authserv_id = "mx.tuangiao.example"
[smtp]
host = "smtp.tuangiao.example"
port = 465
security = "tls"
from = "{address}"
"""


@dataclass(kw_only=True)
class Office:
    """The installation, and what tests do to it."""

    installation: Installation
    numbers: Iterator[int]

    @property
    def database(self) -> Database:
        return self.installation.database

    def receive(self, reading: MessageReading, at: datetime, *, fetched: datetime | None = None) -> int:
        """A mail is archived, recorded and read; `file` files it."""
        uid = next(self.numbers)
        archived = self.installation.archive.add(f"Subject: mail {uid}\r\n\r\n{reading.body}\r\n".encode())
        with self.database.writing() as connection:
            number = record_arrival(
                connection,
                mailbox="baocao",
                folder="INBOX",
                uidvalidity=1,
                uid=uid,
                internaldate=at,
                sha256=archived.sha256,
                size=archived.size,
                fetched_at=fetched or at,
            )
            save_reading(connection, number, reading)
        return number

    def file(self, now: datetime) -> None:
        file_new(self.installation, now)

    def take(self, reading: MessageReading, at: datetime) -> int:
        """A mail is received and filed at once."""
        number = self.receive(reading, at)
        self.file(at)
        return number

    def filing(self, number: int) -> Filing:
        with self.database.reading() as connection:
            found = filing_of(connection, number)
        assert found is not None
        return found

    def state(self, number: int) -> MessageState:
        return self.filing(number).state

    def outbox(self) -> tuple[Notice, ...]:
        with self.database.reading() as connection:
            return notices(connection)


@contextlib.contextmanager
def open_office(folder: Path, *, language: str = "vi", dedicated: bool = True, units: tuple[str, ...] = ()) -> Iterator[Office]:
    """A new home with the reference campaign; `units` are the codes of its whole roster."""
    write_home(folder)
    if units:
        roster = folder / "campaigns" / "htsd-2020" / "roster.csv"
        head, *lines = roster.read_text(encoding="utf-8-sig").splitlines()
        roster.write_text("\n".join([head, *(each for each in lines if each[:5] in units)]) + "\n", encoding="utf-8")
    text = SETTINGS.format(language=language, officer=OFFICER, address=ADDRESS, dedicated=str(dedicated).lower())
    (folder / "thubao.toml").write_text(text, encoding="utf-8")
    with opened(folder, exclusive=True) as installation:
        yield Office(installation=installation, numbers=count(1))
