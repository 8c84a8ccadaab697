"""What the officer asks and decides. Called by the command line and the page alike; knows nothing of either."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import Connection

from config.campaign import Campaign, IndicatorType, Unit
from config.errors import ThubaoError
from config.text import Text
from config.vietnamese import fold
from service.health import MailboxHealth, archive_balance, mailbox_health, outgoing_pause
from service.installation import Installation
from service.judging import Change, rejudge, submission_of
from service.lines import unit_lines
from service.officer_actions import undelivered
from service.rules.consolidation import UnitLine
from service.rules.status import Rates, rates
from service.rules.submission import Submission
from storage.balance import Balance
from storage.decisions import DecisionKind, record_decision
from storage.events import record_event
from storage.filings import MessageState, filing_of, filings
from storage.mail_records import MessageRecord, message_record, messages, set_aside_sightings
from storage.pauses import Pause
from storage.readings import reading_of
from storage.switch import Stopped, resume_sending, sending_stopped, stop_sending

_WHOLE_NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+")
"""Digits, or thousands set apart as they are in Vietnam: 1.250 is one, 1.5 is none."""


class NotUnderstoodError(ThubaoError):
    """The officer named something that does not exist or is not clear; the text says what to write."""


def unknown_indicator(campaign: Campaign, code: str) -> NotUnderstoodError:
    """The form does not have an indicator of this code: its codes are told."""
    codes = ", ".join(each.code for each in campaign.form.indicators)
    return NotUnderstoodError(
        Text(
            vi=f"biểu mẫu không có chỉ tiêu {code}; các mã chỉ tiêu: {codes}",
            en=f"the form has no indicator {code}; its codes are: {codes}",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The state of a campaign at a glance."""

    campaign: Campaign
    now: datetime
    rates: Rates
    lines: tuple[UnitLine, ...]
    unattributed: int
    needs_decision: int
    mailboxes: tuple[MailboxHealth, ...]
    archive: Balance | None
    undelivered: tuple[Text, ...]
    stopped: Stopped | None
    outgoing: Pause | None  # while the outgoing server is left alone because it refused our log-in


_DECIMALS = re.compile(r"(\d+)[.,](\d+)")
_GROUPED = re.compile(r"\d{1,3}\.\d{3}")


def _as_typed(written: str, kind: IndicatorType) -> int | str:
    """The value that an officer writes for a figure of this kind; "12,5" and "12.5" where decimals are asked for."""
    if kind is IndicatorType.TEXT:
        return written
    if kind is IndicatorType.DECIMAL and _GROUPED.fullmatch(written):
        choices = written.replace(".", ""), written.replace(".", ",")
        raise NotUnderstoodError(
            Text(
                vi=f"“{written}” có thể là hàng nghìn hoặc số lẻ; ghi {choices[0]} hoặc {choices[1]}",
                en=f"“{written}” may be thousands or decimals; write {choices[0]} or {choices[1]}",
            )
        )
    if kind is IndicatorType.DECIMAL and (match := _DECIMALS.fullmatch(written)):
        value = Decimal(f"{match[1]}.{match[2]}").normalize()
        return int(value) if value == value.to_integral_value() else f"{value:f}"
    if _WHOLE_NUMBER.fullmatch(written) is None:
        raise NotUnderstoodError(
            Text(
                vi=f"“{written}” không phải số nguyên; chỉ ghi chữ số, ví dụ 1250",
                en=f"“{written}” is no whole number; write it with digits only, such as 1250",
            )
        )
    return int(re.sub(r"[. ]", "", written))


class Desk:
    """The officer's desk: asks of the records, and decisions put on record under a name."""

    def __init__(self, installation: Installation, now: datetime, who: str, *, order: int | None = None) -> None:
        self._installation = installation
        self._now = now
        self._who = who
        self._settles = {} if order is None else {"order": order}  # what was asked for by mail takes effect

    def campaign(self, identifier: str | None) -> Campaign:
        """The campaign named, or the only one; the one due next when several run."""
        campaigns = self._installation.home.campaigns
        if identifier is None:
            running = self._installation.campaigns_at(self._now) or campaigns
            return min(running, key=lambda each: (each.deadline < self._now, each.deadline))
        found = self._installation.home.campaign(identifier)
        if found is None:
            known = ", ".join(each.id for each in campaigns)
            raise NotUnderstoodError(
                Text(
                    vi=f"không có đợt báo cáo {identifier}; ghi một trong: {known}",
                    en=f"there is no campaign {identifier}; write one of: {known}",
                )
            )
        return found

    def unit(self, campaign: Campaign, wanted: str) -> Unit:
        """The unit with this code or unambiguous name."""
        exact = [each for each in campaign.roster if each.code == wanted]
        named = exact or [each for each in campaign.roster if fold(wanted) in {fold(each.name), fold(each.full_name)}]
        named = named or [each for each in campaign.roster if fold(wanted) in {fold(alias) for alias in each.aliases}]
        named = named or [each for each in campaign.roster if fold(wanted) and fold(wanted) in fold(each.full_name)]
        if len(named) == 1:
            return named[0]
        if named:
            names = ", ".join(f"{each.code} {each.full_name}" for each in named)
            raise NotUnderstoodError(
                Text(
                    vi=f"“{wanted}” có thể là {names}; ghi mã đơn vị",
                    en=f"“{wanted}” may be {names}; write the code",
                )
            )
        raise NotUnderstoodError(
            Text(
                vi=f"không có đơn vị nào tên “{wanted}”; `thubao status` liệt kê các đơn vị",
                en=f"no unit is called “{wanted}”; `thubao status` lists them",
            )
        )

    def board(self, campaign: Campaign) -> Board:
        """The board of a campaign."""
        with self._installation.database.reading() as connection:
            lines = unit_lines(connection, campaign, self._now)
            states = [each.state for each in filings(connection).values()]
            mailboxes = mailbox_health(connection, self._installation, self._now)
            unfetched = len(set_aside_sightings(connection))
            archive = archive_balance(connection)
            lost = tuple(undelivered(connection, campaign))
            stopped = sending_stopped(connection)
            outgoing = outgoing_pause(connection, self._now)
        submissions = tuple(each.submission for each in lines)
        waiting = sum(1 for each in states if each in {MessageState.NEEDS_DECISION, MessageState.SET_ASIDE})
        return Board(
            campaign=campaign,
            now=self._now,
            rates=rates(campaign, submissions, self._now),
            lines=lines,
            unattributed=sum(1 for each in states if each is MessageState.UNATTRIBUTED),
            needs_decision=waiting + unfetched + sum(1 for each in submissions if each.waiting or each.provisional),
            mailboxes=mailboxes,
            archive=archive,
            undelivered=lost,
            stopped=stopped,
            outgoing=outgoing,
        )

    def submission(self, campaign: Campaign, unit: Unit) -> Submission:
        """One unit's report."""
        with self._installation.database.reading() as connection:
            return submission_of(connection, campaign, unit)

    def recorded(self, number: int) -> MessageRecord:
        """The message with this number."""
        with self._installation.database.reading() as connection:
            found = message_record(connection, number)
        if found is None:
            raise NotUnderstoodError(
                Text(
                    vi=f"không có thư số {number}; `thubao messages` liệt kê các thư",
                    en=f"there is no message {number}; `thubao messages` lists them",
                )
            )
        return found

    def assign(self, number: int, campaign: Campaign, unit: Unit, why: str = "") -> None:
        """This message is from that unit. Its sender is known from now on, and other mail of theirs is filed anew."""
        from service.filing import refile

        self.recorded(number)
        with self._installation.database.writing() as connection:
            if reading_of(connection, number) is None:
                raise NotUnderstoodError(
                    Text(
                        vi=f"thư số {number} chưa được đọc; chạy `thubao tick` trước",
                        en=f"message {number} was not read yet; run `thubao tick` first",
                    )
                )
            self._record(connection, DecisionKind.ASSIGN, campaign, unit, why, message_id=number)
            refile(self._installation, connection, self._same_sender(connection, number), self._now)

    def correct(self, campaign: Campaign, unit: Unit, code: str, column: str, written: str, why: str) -> Change:
        """The figure is this one. The unit's own text stays on record beside it."""
        indicator = campaign.form.indicator(code)
        if indicator is None:
            raise unknown_indicator(campaign, code)
        if column not in indicator.columns:
            choices = ", ".join(indicator.columns)
            known = Text(
                vi=f"ghi một trong: {choices}" if choices else "đây là dòng tiêu đề, không ghi số liệu",
                en=f"write one of: {choices}" if choices else "it is a heading and holds no figures",
            )
            raise NotUnderstoodError(
                Text(
                    vi=f"chỉ tiêu {code} không có cột {column}; {known.vi}",
                    en=f"indicator {code} has no column {column}; {known.en}",
                )
            )
        value = _as_typed(written, campaign.form.type_of(indicator, column))
        return self._ruled(DecisionKind.CORRECT, campaign, unit, why, {"indicator": code, "column": column, "value": value})

    def approve(self, campaign: Campaign, unit: Unit) -> Change:
        """The report is accepted as it stands."""
        submission = self.submission(campaign, unit)
        if not submission.versions:
            raise NotUnderstoodError(
                Text(
                    vi=f"{unit.full_name} chưa gửi gì để duyệt",
                    en=f"{unit.full_name} has sent nothing that could be approved",
                )
            )
        if submission.provisional:
            first = f"thubao assign {submission.unconfirmed[0]} {unit.code}"
            raise NotUnderstoodError(
                Text(
                    vi=f"người gửi cho {unit.full_name} chưa được xác nhận; chạy `{first}` trước",
                    en=f"the sender for {unit.full_name} is not confirmed; run `{first}` first",
                )
            )
        return self._ruled(DecisionKind.APPROVE, campaign, unit, "", {})

    def stop_sending(self) -> None:
        """No mail leaves until it is resumed, whatever is due."""
        with self._installation.database.writing() as connection:
            stop_sending(connection, self._now, self._who)

    def resume_sending(self) -> None:
        """What waited may leave again."""
        with self._installation.database.writing() as connection:
            resume_sending(connection, self._now, self._who)

    def send_back(self, campaign: Campaign, unit: Unit, why: str) -> Change:
        """The report is returned; the unit owes it again."""
        if not self.submission(campaign, unit).versions:
            raise NotUnderstoodError(
                Text(
                    vi=f"{unit.full_name} chưa gửi gì để trả lại",
                    en=f"{unit.full_name} has sent nothing that could be returned",
                )
            )
        return self._ruled(DecisionKind.RETURN, campaign, unit, why, {})

    def extend(self, campaign: Campaign, unit: Unit, day: date, why: str = "", *, at: time = time(23, 59, 59)) -> Change:
        """The unit has until the end of that day, or until an hour of it."""
        until = datetime.combine(day, at, self._installation.home.office.timezone)
        if until <= campaign.deadline:
            raise NotUnderstoodError(
                Text(
                    vi=f"ngày {day:%d/%m/%Y} không sau thời hạn; ghi ngày muộn hơn",
                    en=f"{day:%d/%m/%Y} is not after the deadline; write a later day",
                )
            )
        return self._ruled(DecisionKind.EXTEND, campaign, unit, why, {"until": until.isoformat()})

    def excuse(self, campaign: Campaign, unit: Unit, why: str) -> Change:
        """The unit owes no report."""
        return self._ruled(DecisionKind.EXCUSE, campaign, unit, why, {})

    def _ruled(self, kind: DecisionKind, campaign: Campaign, unit: Unit, why: str, payload: dict[str, object]) -> Change:
        with self._installation.database.writing() as connection:
            self._record(connection, kind, campaign, unit, why, payload=payload)
            return rejudge(connection, campaign, unit, self._now)

    def _record(
        self,
        connection: Connection,
        kind: DecisionKind,
        campaign: Campaign,
        unit: Unit,
        why: str,
        *,
        message_id: int | None = None,
        payload: dict[str, object] | None = None,
    ) -> None:
        number = record_decision(
            connection,
            at=self._now,
            who=self._who,
            kind=kind,
            campaign=campaign.id,
            unit=unit.code,
            message_id=message_id,
            payload={**(payload or {}), **self._settles},
            why=why,
        )
        told = {"decision": number, "kind": kind.value, "unit": unit.code, "who": self._who, "why": why}
        record_event(connection, self._now, "decision", told)

    def _same_sender(self, connection: Connection, number: int) -> tuple[int, ...]:
        """The message itself, and its sender's other mail that waits or is filed only provisionally."""
        reading = reading_of(connection, number)
        sender = reading.envelope.sender if reading else ""
        numbers = [number]
        for record in messages(connection):
            filing = filing_of(connection, record.id)
            if record.id == number or filing is None or not sender:
                continue
            waits = filing.provisional or filing.state in {MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION}
            other = reading_of(connection, record.id) if waits else None
            if other is not None and other.envelope.sender == sender:
                numbers.append(record.id)
        return tuple(numbers)
