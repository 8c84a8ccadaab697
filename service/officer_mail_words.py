"""What letters say of the officer's commands: which forms are accepted, what was taken down, and which mails wait for a unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import Language, Text
from config.vietnamese import readable
from service.installation import Installation
from service.judging import submissions
from service.letter_words import moment
from service.officer_mail_orders import effect_at
from service.rules.officer_commands import Command, CommandKind
from service.rules.officer_commands_words import END_OF_DAY
from storage.filings import MessageState, filings
from storage.notices import Notice, NoticeKind
from storage.readings import reading_of

_MOST_MAILS = 15
_MOST_LETTERS = 120
_WAITING = frozenset({MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION, MessageState.SET_ASIDE})
_FORMS = (
    Text(vi="DUYỆT (tên đơn vị)", en="APPROVE (unit)"),
    Text(vi="GIA HẠN (tên đơn vị) {day}", en="EXTEND (unit) {day}"),
    Text(vi="TRẢ LẠI (tên đơn vị) vì (lý do)", en="RETURN (unit) because (reason)"),
    Text(vi="MIỄN (tên đơn vị) vì (lý do)", en="EXCUSE (unit) because (reason)"),
    Text(vi="GHÉP (số thư): (tên đơn vị)", en="ASSIGN (message number): (unit)"),
)
_ASKS = {
    CommandKind.APPROVE: Text(vi="duyệt báo cáo", en="the report is approved"),
    CommandKind.RETURN: Text(vi="trả lại báo cáo", en="the report is returned"),
    CommandKind.EXTEND: Text(vi="gia hạn đến {until}", en="the deadline is extended to {until}"),
    CommandKind.EXCUSE: Text(vi="miễn báo cáo", en="the unit is excused"),
}
_ASSIGNED = Text(vi="Thư số {number}: ghi nhận cho {unit}", en="Message {number}: filed to {unit}")
_REASON = Text(vi=", lý do: {why}", en=", reason: {why}")
_LINE = Text(vi="Dòng “{line}”: {why}.", en="Line “{line}”: {why}.")
_UNREAD_MAIL = Text(vi="Thư số {number} (chưa đọc được){unit}", en="Message {number} (could not be read){unit}")
_MAIL = Text(vi="Thư số {number} ({sender}, “{subject}”){unit}", en="Message {number} ({sender}, “{subject}”){unit}")
_MAYBE = Text(vi=": có thể của {unit}", en=": may be from {unit}")
_UNCONFIRMED = Text(
    vi=": tạm ghi nhận cho {unit}, người gửi chưa được xác nhận", en=": filed to {unit} for now, its sender is not confirmed"
)
_MORE = Text(vi="và {n} thư khác", en="and {n} more")


def order_words(installation: Installation, campaign: Campaign, notice: Notice, now: datetime) -> Mapping[str, object]:
    """The words of a letter about commands; empty ones in every other letter."""
    office = installation.home.office
    language = office.language
    context = notice.context
    done = list(context.get("done", ()))
    words: dict[str, object] = {
        "reply_code": str(context.get("reply_code", "")),
        "orders_done": done,
        "orders_cancelled": list(context.get("cancelled", ())),
        "orders_refused": list(context.get("refused", ())),
        "order_problem": str(context.get("problem", "")),
        "undo_until": "",
        "order_forms": [],
        "waiting_mails": [],
    }
    if notice.kind in {NoticeKind.DIGEST, NoticeKind.OFFICER_ANSWER}:
        day = (campaign.deadline.astimezone(office.timezone) + timedelta(days=2)).strftime("%d/%m")
        words["order_forms"] = [each.in_(language).format(day=day) for each in _FORMS]
    if notice.kind is NoticeKind.DIGEST:
        with installation.database.reading() as connection:
            words["waiting_mails"] = waiting_mails(connection, campaign, language)
    if done:
        words["undo_until"] = moment(effect_at(campaign, notice.created_at, now), office.timezone, language)
    return words


def order_line(campaign: Campaign, command: Command, timezone: ZoneInfo, language: Language) -> str:
    """What a command decides: "Xã Quài Tở: trả lại báo cáo, lý do: thiếu ảnh". It begins with no verb: no command when quoted."""
    unit = campaign.unit(command.unit)
    name = unit.full_name if unit else command.unit
    if command.kind is CommandKind.ASSIGN:
        return _ASSIGNED.in_(language).format(number=command.message, unit=name)
    said = _ASKS[command.kind].in_(language).format(until=_until(command, timezone, language))
    reason = _REASON.in_(language).format(why=readable(command.why).rstrip(".;, ")) if command.why else ""
    return f"{name[:1].upper()}{name[1:]}: {said}{reason}"


def refused_line(line: str, why: Text, language: Language) -> str:
    """A line as it was written, and why nothing was done about it."""
    written = readable(" ".join(line.split()))
    shown = written if len(written) <= _MOST_LETTERS else f"{written[:_MOST_LETTERS].rstrip()}…"
    return _LINE.in_(language).format(line=shown, why=why.in_(language))


def waiting_mails(connection: Connection, campaign: Campaign, language: Language) -> list[str]:
    """The mails that a unit has to be named for, by the number that `GHÉP` wants."""
    likely: dict[int, Text] = {}
    for number, filing in filings(connection).items():
        if filing.state in _WAITING and filing.campaign in {None, campaign.id}:
            unit = campaign.unit(filing.unit or "")
            likely[number] = _filled(_MAYBE, unit.full_name) if unit else Text(vi="", en="")
    for each in submissions(connection, campaign):
        unit = campaign.unit(each.unit)
        for number in (*each.unconfirmed, *each.waiting) if unit else ():
            likely[number] = _filled(_UNCONFIRMED, unit.full_name if unit else "")
    lines = []
    for number in sorted(likely)[:_MOST_MAILS]:
        reading = reading_of(connection, number)
        template = (_MAIL if reading else _UNREAD_MAIL).in_(language)
        sender = readable(reading.envelope.sender) if reading else ""
        subject = readable(" ".join(reading.envelope.subject.split()))[:60].strip() if reading else ""
        unit_words = likely[number].in_(language)
        lines.append(template.format(number=number, sender=sender, subject=subject, unit=unit_words))
    if len(likely) > _MOST_MAILS:
        lines.append(_MORE.in_(language).format(n=len(likely) - _MOST_MAILS))
    return lines


def _until(command: Command, timezone: ZoneInfo, language: Language) -> str:
    if command.day is None:
        return ""
    if command.at in {None, END_OF_DAY}:
        return f"hết ngày {command.day:%d/%m/%Y}" if language is Language.VI else f"the end of {command.day:%d/%m/%Y}"
    return moment(datetime.combine(command.day, command.at or END_OF_DAY, timezone), timezone, language)


def _filled(text: Text, unit: str) -> Text:
    return Text(vi=text.vi.format(unit=unit), en=text.en.format(unit=unit))
