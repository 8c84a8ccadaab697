"""Whether a command can be carried out: asked when it is given, and again when it takes effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign, Unit
from config.text import NO_TEXT, Language, Text
from service.judging import submission_of
from service.letter_words import moment
from service.rules.officer_commands import Command, CommandKind
from service.rules.officer_commands_words import END_OF_DAY
from service.rules.submission import Content, Submission
from storage.filings import Filing, MessageState, filing_of
from storage.mail_records import message_record
from storage.readings import reading_of

_WAITS = frozenset({MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION, MessageState.SET_ASIDE, MessageState.NOT_A_REPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Looks at a command in the state of the records.

    `seen_at`: up to when the officer knows what units have sent; `told_at`: later moments, of units told of by name.
    """

    connection: Connection
    campaign: Campaign
    timezone: ZoneInfo
    seen_at: datetime
    now: datetime
    told_at: Mapping[str, datetime] = field(default_factory=dict)

    def refusal(self, command: Command) -> Text | None:
        """Why the command cannot be carried out, None when it can."""
        if command.kind is CommandKind.ASSIGN:
            return self._assign(command)
        unit = self.campaign.unit(command.unit)
        if unit is None:
            return Text(vi="đơn vị không còn trong danh sách", en="the unit is no longer on the roster")
        submission = submission_of(self.connection, self.campaign, unit)
        checks: dict[CommandKind, Callable[[Command, Unit, Submission], Text | None]] = {
            CommandKind.APPROVE: self._approve,
            CommandKind.RETURN: self._return,
            CommandKind.EXTEND: self._extend,
            CommandKind.EXCUSE: self._excuse,
        }
        return checks[command.kind](command, unit, submission)

    def remark(self, command: Command) -> Text:
        """What else the command decides, to be told with it."""
        unit = self.campaign.unit(command.unit)
        if unit is None or command.kind not in {CommandKind.APPROVE, CommandKind.EXCUSE}:
            return NO_TEXT
        submission = submission_of(self.connection, self.campaign, unit)
        if command.kind is CommandKind.EXCUSE:
            return Text(vi="; đơn vị đã gửi báo cáo", en="; the unit has sent a report") if submission.versions else NO_TEXT
        numbers = ", ".join(str(each) for each in submission.waiting)
        if not numbers:
            return NO_TEXT
        return Text(vi=f"; thư số {numbers} đang chờ xác nhận sẽ không dùng", en=f"; waiting mail {numbers} will not be used")

    def _approve(self, command: Command, unit: Unit, submission: Submission) -> Text | None:
        del command
        if submission.versions and submission.provisional:
            number = submission.unconfirmed[0]
            return Text(
                vi=f"người gửi chưa được xác nhận, đề nghị ghép thư số {number} cho {unit.full_name} trước",
                en=f"the sender is not confirmed, assign message {number} to {unit.full_name} first",
            )
        if submission.content is Content.APPROVED:
            return Text(
                vi=f"báo cáo của {unit.full_name} đã được duyệt", en=f"the report of {unit.full_name} is approved already"
            )
        return self._verdict(unit, submission)

    def _return(self, command: Command, unit: Unit, submission: Submission) -> Text | None:
        del command
        return self._verdict(unit, submission)

    def _verdict(self, unit: Unit, submission: Submission) -> Text | None:
        """A verdict is about what the officer was told of, never about what came in since."""
        if not submission.versions:
            return Text(vi=f"{unit.full_name} chưa gửi báo cáo", en=f"{unit.full_name} has sent no report")
        return self.news_of(unit, submission)

    def news_of(self, unit: Unit, submission: Submission | None = None) -> Text | None:
        """What the officer does not know of a unit yet: its newest mail, in use or waiting, came in after the letter answered."""
        found = submission or submission_of(self.connection, self.campaign, unit)
        seen_at = max(self.seen_at, self.told_at.get(unit.code, self.seen_at))
        for number in (*(each.message for each in reversed(found.versions)), *found.waiting):
            record = message_record(self.connection, number)
            if record is not None and record.fetched_at > seen_at:
                at = {each: moment(record.received_at, self.timezone, each) for each in Language}
                return Text(
                    vi=f"{unit.full_name} đã gửi thư mới lúc {at[Language.VI]} (thư số {number}), đề nghị xem rồi ghi lại lệnh",
                    en=f"{unit.full_name} sent a newer mail at {at[Language.EN]} (message {number}), please decide again",
                )
        return None

    def _extend(self, command: Command, unit: Unit, submission: Submission) -> Text | None:
        del unit, submission
        if command.day is None:
            return Text(vi="chưa ghi ngày", en="no day is given")
        until = datetime.combine(command.day, command.at or END_OF_DAY, self.timezone)
        written = f"{command.day:%d/%m/%Y}"
        if until <= self.campaign.deadline:
            return Text(vi=f"{written} không sau thời hạn của đợt báo cáo", en=f"{written} is not after the deadline")
        if until <= self.now:
            return Text(vi=f"{written} đã qua", en=f"{written} has passed")
        if command.day > self.campaign.closes:
            closes = f"{self.campaign.closes:%d/%m/%Y}"
            return Text(
                vi=f"{written} sau ngày đóng đợt báo cáo ({closes})", en=f"{written} is after the campaign closes ({closes})"
            )
        return None

    def _excuse(self, command: Command, unit: Unit, submission: Submission) -> Text | None:
        del command
        if submission.content is Content.EXCUSED:
            return Text(vi=f"{unit.full_name} đã được miễn", en=f"{unit.full_name} is excused already")
        return None

    def _assign(self, command: Command) -> Text | None:
        number = command.message or 0
        record, filing = message_record(self.connection, number), filing_of(self.connection, number)
        if record is None or filing is None or reading_of(self.connection, number) is None:
            return Text(vi=f"không có thư số {number}, hoặc thư chưa đọc được", en=f"there is no message {number} that was read")
        if filing.campaign not in {None, self.campaign.id}:
            return Text(vi=f"thư số {number} thuộc đợt báo cáo khác", en=f"message {number} is of another campaign")
        return self._filed_already(number, filing)

    def _filed_already(self, number: int, filing: Filing) -> Text | None:
        """A mail that is filed for sure is not moved by a number that may be mistyped."""
        if filing.state in _WAITS or (filing.state is MessageState.FILED and (filing.provisional or self._holds(number, filing))):
            return None
        unit = self.campaign.unit(filing.unit or "")
        if filing.state is MessageState.FILED and unit is not None:
            return Text(
                vi=f"thư số {number} đã ghi nhận cho {unit.full_name}", en=f"message {number} is filed to {unit.full_name}"
            )
        return Text(vi=f"thư số {number} không phải thư chờ xử lý", en=f"message {number} does not wait for a decision")

    def _holds(self, number: int, filing: Filing) -> bool:
        """Whether a filed mail still waits before it may replace the unit's figures."""
        unit = self.campaign.unit(filing.unit or "")
        return unit is not None and number in submission_of(self.connection, self.campaign, unit).waiting
