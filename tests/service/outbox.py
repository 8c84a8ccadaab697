"""An outbox without an installation: a database, a postman, and letters that say nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import Security, Sending, SmtpSettings
from service.credentials import Login
from service.mailbox_wire import Patience
from service.outbox import SmtpSender
from service.outbox_wire import SMTP_PATIENCE
from service.sending import Letter, Postman, SendReport
from storage.database import Database
from storage.notices import Notice, NoticeKind, NoticeState, enqueue, move, notice_key, notices
from tests.servers import SmtpSink
from tests.service.papers import on

NOON = on(12, 12)
XA = "xa@tuangiao.example"


class Silent:
    """A correspondent without an installation. `gone` names notices no longer called for, `broken` letters that fail."""

    def __init__(self) -> None:
        self.gone: dict[str, str] = {}
        self.broken: dict[str, Exception] = {}
        self.closed_until: datetime | None = None
        self.written = 0

    def still_called_for(self, notice: Notice) -> str:
        return self.gone.get(notice.recipient, "")

    def not_before(self, notice: Notice) -> datetime | None:
        return self.closed_until if notice.kind is NoticeKind.REMINDER else None

    def write(self, notice: Notice, message_id: str) -> Letter:
        self.written += 1
        if notice.recipient in self.broken:
            raise self.broken[notice.recipient]
        head = f"From: baocao@tuangiao.example\r\nTo: {notice.recipient}\r\nMessage-ID: {message_id}\r\nSubject: thu\r\n"
        return Letter(subject="thu", content=f"{head}\r\nLan viet {self.written}\r\n".encode())


@dataclass(kw_only=True)
class Outbox:
    """A database with an outbox, a postman, and a clock."""

    database: Database
    settings: SmtpSettings
    now: datetime = NOON
    correspondent: Silent = field(default_factory=Silent)
    in_sent_folder: set[str] = field(default_factory=set)
    asked_sent_folder: int = 0
    login: Callable[[], Login] = lambda: Login(username="")
    patience: Patience = SMTP_PATIENCE

    def queue(self, kind: NoticeKind = NoticeKind.REMINDER, to: str = XA, number: int = 1) -> str:
        key = notice_key("htsd-2020", "03295", kind, NOON, number)
        with self.database.writing() as connection:
            assert enqueue(
                connection,
                key=key,
                campaign="htsd-2020",
                unit="03295",
                kind=kind,
                due_at=NOON,
                created_at=NOON,
                recipient=to,
                cause="test",
            )
        return key

    def queue_many(self, count: int, kind: NoticeKind = NoticeKind.REMINDER) -> None:
        for number in range(count):
            self.queue(kind, f"xa{number}@tuangiao.example", number)

    def send(self, after: timedelta = timedelta(0)) -> SendReport:
        self.now += after
        dry = self.settings.sending is Sending.DRY_RUN
        sender = None if dry else SmtpSender(self.settings, self.login, patience=self.patience)
        try:
            return self._postman(sender).send_due(self.now)
        finally:
            if sender is not None:
                sender.close()

    def recover(self) -> None:
        self._postman(None).recover(self.now)

    def notice(self, key: str) -> Notice:
        with self.database.reading() as connection:
            return next(each for each in notices(connection) if each.key == key)

    def state(self, key: str) -> NoticeState:
        return self.notice(key).state

    def put_in(self, key: str, *path: NoticeState) -> None:
        """As if a process had died there."""
        number = self.notice(key).id
        with self.database.writing() as connection:
            for before, after in zip((NoticeState.QUEUED, *path), path, strict=False):
                assert move(
                    connection, number, before, after, attempts=1, message_id="<of.this@notice>", content=b"Subject: x\r\n\r\n"
                )

    def _postman(self, sender: SmtpSender | None) -> Postman:
        return Postman(self.database, self.settings, sender, self.correspondent, self._was_sent)

    def _was_sent(self, message_id: str) -> bool:
        self.asked_sent_folder += 1
        return message_id in self.in_sent_folder


@contextlib.contextmanager
def outbox_of(folder: Path, sink: SmtpSink) -> Iterator[Outbox]:
    """An outbox that sends to this server."""
    settings = SmtpSettings(
        host=sink.host,
        port=sink.port,
        security=Security.NONE,
        username="",
        password=None,
        from_address="baocao@tuangiao.example",
        sending=Sending.ON,
        daily_limit=400,
    )
    with contextlib.closing(Database(f"sqlite:///{folder / 'thubao.sqlite3'}")) as database:
        yield Outbox(database=database, settings=settings)
