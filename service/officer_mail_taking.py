"""Taking down what an officer's mail asks for, and the one letter that answers it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import NO_TEXT, Text
from config.vietnamese import fold
from service.installation import Installation
from service.officer_mail import ANOTHERS, EXPIRED, FATE, HAS_PAPERS, NOT_VERIFIED, REPEATED, OfficerReply, code_for
from service.officer_mail_checks import Checks
from service.officer_mail_orders import Order, record_order, waiting_orders, withdraw
from service.officer_mail_words import order_line, refused_line
from service.rules.officer_commands import (
    Command,
    CommandKind,
    CommandsRead,
    NotUnderstood,
    own_lines,
    read_commands,
    subject_of,
)
from storage.events import record_event
from storage.filings import save_filing
from storage.notices import Notice, NoticeKind, enqueue, notice_content, notice_key, notices_of_kind

_MOST_REFUSED = 20
_ANSWERED_WITHIN = timedelta(days=3)
"""Older mail that is filed again (after `thubao replay`, by a better reader) is not answered any more."""
_NOTHING_WAITS = Text(
    vi="không còn lệnh nào chờ thực hiện; quyết định đã có hiệu lực chỉ thay được bằng quyết định mới",
    en="no command is waiting; what has taken effect can only be replaced by a new decision",
)
_NO_NUMBERS_HERE = Text(
    vi="số thứ tự chỉ dùng khi trả lời thư xác nhận lệnh", en="numbers are understood in answer to the letter that counts them"
)
_OTHER_OFFICER = Text(
    vi="{who} đã có lệnh về nội dung này, đang chờ thực hiện",
    en="{who} has given an order about this, that is not in effect yet",
)
_QUOTED = Text(
    vi="trùng với nội dung một thư được nêu trong thư tình hình, không rõ là lệnh hay là phần trích lại",
    en="stands in a mail that the digest tells of, so it may be no command but a quotation",
)
_TELLS_OF_MAIL = ("thu so ", "message ")
_TAKEN_BACK = Text(vi="{order}.", en="{order}.")
_REPLACED = Text(vi="{order} (thay bằng lệnh mới).", en="{order} (replaced by a new command).")


def take_orders(installation: Installation, connection: Connection, reply: OfficerReply, now: datetime) -> None:
    """Put what the mail asks for on record and queue the one letter that answers it. A mail taken down before stays as it was."""
    earlier = _answer_to(connection, reply)
    if earlier is not None:
        carried_out = not earlier.context.get("problem")
        done = len(earlier.context.get("done", ())) + len(earlier.context.get("cancelled", ()))
        refused = len(earlier.context.get("refused", ()))
    else:
        carried_out = reply.problem == NO_TEXT
        done = refused = 0
        if reply.problem != REPEATED and now - reply.record.fetched_at <= _ANSWERED_WITHIN:
            taking = _Taking(installation, connection, reply, now)
            taking.take()
            done, refused = len(taking.done) + len(taking.cancelled), len(taking.refused)
    if reply.filing is not None and carried_out:
        save_filing(connection, replace(reply.filing, why=_fate(done, refused)))


def queue_answer(
    connection: Connection, campaign: Campaign, recipient: str, mail: int, at: datetime, context: dict[str, Any], sequence: int
) -> bool:
    """Queue a letter about commands; gives whether it is new."""
    return enqueue(
        connection,
        key=notice_key(campaign.id, None, NoticeKind.OFFICER_ANSWER, at, sequence),
        campaign=campaign.id,
        unit=None,
        kind=NoticeKind.OFFICER_ANSWER,
        due_at=at,
        created_at=at,
        recipient=recipient,
        cause=f"message {mail}",
        context={"message": mail, **context},
        trigger_id=mail,
    )


class _Taking:
    """One mail being taken down."""

    def __init__(self, installation: Installation, connection: Connection, reply: OfficerReply, now: datetime) -> None:
        office = installation.home.office
        self._connection = connection
        self._installation = installation
        self._reply = reply
        self._campaign = reply.campaign
        self._now = now
        self._language, self._timezone = office.language, office.timezone
        context = reply.answered.context
        self._thread = str(context.get("thread") or reply.answered.key)
        self._told = {code: datetime.fromisoformat(at) for code, at in dict(context.get("told", {})).items()}
        self._key = notice_key(self._campaign.id, None, NoticeKind.OFFICER_ANSWER, now, reply.record.id)
        self._checks = Checks(
            connection=connection,
            campaign=self._campaign,
            timezone=office.timezone,
            seen_at=_digest_left_at(connection, self._thread, reply.answered),
            now=now,
            told_at=dict(self._told),
        )
        self.done: list[str] = []
        self.cancelled: list[str] = []
        self.refused: list[str] = []

    def take(self) -> None:
        """Read the mail, record its orders, answer it. Thanks alone, and a report with files, are not answered."""
        problem = self._reply.problem
        read = CommandsRead() if problem == NOT_VERIFIED else self._read()
        if problem == NO_TEXT:
            self._follow(read)
        says_nothing = not read.commands and (problem == HAS_PAPERS or not read.refused)
        if says_nothing and problem in {NO_TEXT, EXPIRED, ANOTHERS, HAS_PAPERS}:
            return
        told = {"message": self._reply.record.id, "orders": len(self.done), "withdrawn": len(self.cancelled)}
        record_event(self._connection, self._now, "officer_mail", {**told, "refused": len(self.refused), "problem": problem.en})
        self._answer(problem)

    def _read(self) -> CommandsRead:
        """The commands in the officer's own lines: not in what his mail program repeated of our letter without a mark."""
        envelope, office = self._reply.reading.envelope, self._installation.home.office
        ours = self._lines_of_thread()
        lines = [each for each in own_lines(self._reply.reading.body) if fold(each) not in ours]
        received_on = self._reply.record.received_at.astimezone(self._timezone).date()
        names = [each for each in (envelope.sender_name, office.contact_name, office.name) if fold(each)]
        read = read_commands(lines, self._campaign.roster, received_on, names=names)
        told = [each for each in ours if each.startswith(_TELLS_OF_MAIL)]  # in the words of whoever wrote that mail
        quoted = tuple(each for each in read.commands if any(fold(each.written) in line for line in told))
        refused = tuple(NotUnderstood(written=each, why=_QUOTED) for each in dict.fromkeys(each.written for each in quoted))
        kept = tuple(each for each in read.commands if each not in quoted)
        return CommandsRead(commands=kept, refused=(*read.refused, *refused))

    def _lines_of_thread(self) -> frozenset[str]:
        """The lines, folded, of the digest and of every letter since that answered what was said to it."""
        letters = notices_of_kind(self._connection, NoticeKind.DIGEST, NoticeKind.OFFICER_ANSWER)
        thread = (each for each in letters if self._thread in {each.key, each.context.get("thread")})
        return frozenset(line for each in thread for line in _lines_of(notice_content(self._connection, each.id)))

    def _follow(self, read: CommandsRead) -> None:
        for command in read.commands:
            if command.kind is CommandKind.UNDO:
                self._undo(command)
        for command in read.commands:
            if command.kind is not CommandKind.UNDO:
                self._order(command)
        for each in read.refused:
            self._refuse(each)
        if len(self.refused) > _MOST_REFUSED:
            more = Text(vi="còn {n} dòng khác chưa rõ", en="{n} more lines are not understood")
            left = len(self.refused) - _MOST_REFUSED
            self.refused[_MOST_REFUSED:] = [f"{more.in_(self._language).format(n=left).capitalize()}."]

    def _order(self, command: Command) -> None:
        why = self._checks.refusal(command)
        if why is not None:
            self._refuse(NotUnderstood(written=command.written, why=why))
            unit = self._campaign.unit(command.unit)
            if unit is not None and self._checks.news_of(unit) == why:
                self._told[unit.code] = self._now
            return
        before = [
            each
            for each in self._waiting()
            if each.mail != self._reply.record.id and subject_of(each.command) == subject_of(command)
        ]
        others = next((each.who for each in before if each.who != self._sender), "")
        if others:
            self._refuse(NotUnderstood(written=command.written, why=_filled(_OTHER_OFFICER, who=others)))
            return
        for earlier in before:
            withdraw(self._connection, earlier, self._now, self._sender, "replaced")
            self.cancelled.append(_filled(_REPLACED, order=self._line(earlier.command)).in_(self._language))
        order = Order(
            id=0,
            at=self._now,
            who=self._sender,
            campaign=self._campaign.id,
            mail=self._reply.record.id,
            number=len(self.done) + 1,
            thread=self._thread,
            answer=self._key,
            command=command,
        )
        record_order(self._connection, order, message_id=self._reply.reading.envelope.message_id)
        remark = self._checks.remark(command).in_(self._language)
        self.done.append(f"{self._line(command)}{remark}.")

    def _undo(self, command: Command) -> None:
        chosen = self._chosen(command)
        if isinstance(chosen, Text):
            self._refuse(NotUnderstood(written=command.written, why=chosen))
            return
        for order in chosen:
            withdraw(self._connection, order, self._now, self._sender, "")
            self.cancelled.append(_filled(_TAKEN_BACK, order=self._line(order.command)).in_(self._language))

    def _chosen(self, command: Command) -> tuple[Order, ...] | Text:
        """The waiting orders that an undo speaks of: of the mail that the letter answered, or of the whole digest."""
        mail = self._reply.answered.context.get("message")
        waiting = [each for each in self._waiting() if each.thread == self._thread and each.who == self._sender]
        if command.numbers:
            if mail is None:
                return _NO_NUMBERS_HERE
            waiting = [each for each in waiting if each.mail == mail and each.number in command.numbers]
        elif command.message is not None:
            waiting = [each for each in waiting if each.command.message == command.message]
        elif command.unit:
            waiting = [each for each in waiting if each.command.unit == command.unit]
        elif mail is not None:
            waiting = [each for each in waiting if each.mail == mail]
        chosen = tuple(each for each in waiting if command.of in {None, each.command.kind})
        return chosen or _NOTHING_WAITS

    def _waiting(self) -> tuple[Order, ...]:
        return tuple(each for each in waiting_orders(self._connection) if each.campaign == self._campaign.id)

    def _answer(self, problem: Text) -> None:
        not_verified = problem == NOT_VERIFIED
        context = {
            "reply_code": "" if not_verified or self._reply.problem == ANOTHERS else code_for(self._installation),
            "thread": self._thread,
            "told": {code: at.isoformat() for code, at in self._told.items()},
            "done": self.done,
            "cancelled": self.cancelled,
            "refused": self.refused,
            "problem": problem.in_(self._language),
        }
        recipient = self._reply.answered.recipient if not_verified else self._sender
        at = self._reply.answered.created_at if not_verified else self._now  # of forgeries one letter is told, not of each
        sequence = self._reply.answered.id if not_verified else self._reply.record.id
        queue_answer(self._connection, self._campaign, recipient, self._reply.record.id, at, context, sequence)

    def _refuse(self, line: NotUnderstood) -> None:
        self.refused.append(refused_line(line.written, line.why, self._language))

    def _line(self, command: Command) -> str:
        return order_line(self._campaign, command, self._timezone, self._language)

    @property
    def _sender(self) -> str:
        return self._reply.reading.envelope.sender


def _fate(done: int, refused: int) -> Text:
    """What became of the mail, for the list of messages."""
    if not done and not refused:
        return Text(vi=f"{FATE.vi}: không có lệnh nào", en=f"{FATE.en}: no command")
    return Text(
        vi=f"{FATE.vi}: {done:02d} lệnh được ghi nhận, {refused:02d} dòng chưa thực hiện",
        en=f"{FATE.en}: {done} commands recorded, {refused} lines not carried out",
    )


def _answer_to(connection: Connection, reply: OfficerReply) -> Notice | None:
    """The letter that answered this mail before, None for a new one."""
    letters = notices_of_kind(connection, NoticeKind.OFFICER_ANSWER)
    return next((each for each in letters if each.trigger_id == reply.record.id), None)


def _lines_of(content: bytes | None) -> Collection[str]:
    """The lines of a letter of ours, folded."""
    if content is None:
        return frozenset()
    mail = message_from_bytes(content, policy=policy.default)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    text = str(body.get_content()) if body is not None else ""
    return frozenset(fold(each) for each in text.split("\n"))


def _digest_left_at(connection: Connection, thread: str, answered: Notice) -> datetime:
    """When the digest left that began a thread: what came in later is news, whatever letter of the thread is answered."""
    first = next((each for each in notices_of_kind(connection, NoticeKind.DIGEST) if each.key == thread), answered)
    return first.sent_at or first.created_at


def _filled(text: Text, **words: str) -> Text:
    return Text(vi=text.vi.format(**words), en=text.en.format(**words))
