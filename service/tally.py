"""How a campaign stands, in the words of letters: who is complete, who owes what, what is new, what happens next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign, Severity
from config.text import Language, Text
from service.health import MailboxHealth, mailbox_health
from service.installation import Installation
from service.judging import submissions
from service.letter_words import deadline_words, missing_items, moment, returned_because, two_digits, unit_name
from service.officer_actions import officer_actions
from service.rules.remind import next_rung
from service.rules.status import deadline_of, is_in
from service.rules.submission import Content, Submission
from storage.filings import MessageState, filings
from storage.mail_records import set_aside_sightings
from storage.notices import NoticeKind, NoticeState, notices

_WAITING = frozenset({MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION, MessageState.SET_ASIDE})
_DOUBTS = Text(vi="còn {n} nội dung cần làm rõ", en="{n} to be made clear")
_AGAIN = Text(vi="{unit} (bản lần {version})", en="{unit} (version {version})")
_LATE = Text(vi="{unit}, sau thời hạn", en="{unit}, after the deadline")
_LONGER = Text(vi="được gia hạn {until}", en="extended, {until}")
_SEEN = Text(
    vi="Hộp thư {name}: kiểm tra lần cuối {at}, {recorded}/{server} thư đã ghi nhận",
    en="Mailbox {name}: last read at {at}, {recorded} of {server} mails recorded",
)
_UNSEEN = Text(vi="Hộp thư {name}: chưa kiểm tra được lần nào", en="Mailbox {name}: not read yet")


def tally_words(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> Mapping[str, object]:
    """What letters say of all units: the same for a whole round of letters."""
    office = installation.home.office
    language, timezone = office.language, office.timezone
    every = submissions(connection, campaign)
    waiting = {number for number, each in filings(connection).items() if each.state in _WAITING}
    unconfirmed = {number for each in every for number in (*each.unconfirmed, *each.waiting)} - waiting
    unfetched = len(set_aside_sightings(connection))
    expected = [each for each in every if each.content is not Content.EXCUSED]
    complete = [each for each in expected if _is_complete(each)]
    missing = [each for each in expected if not each.versions]
    partial = [each for each in expected if each.versions and not _is_complete(each)]
    rung = next_rung(campaign, campaign.deadline, now, timezone)
    return {
        "n_total": len(expected),
        "n_received": len(expected) - len(missing),
        "n_complete": len(complete),
        "n_partial": len(partial),
        "n_missing": len(missing),
        "list_complete": [unit_name(campaign, each.unit) for each in complete],
        "list_partial": [f"{unit_name(campaign, each.unit)}: {owed(campaign, each, language)}" for each in partial],
        "list_missing": [_with_phone(campaign, each, timezone, language) for each in missing],
        "n_waiting": len(waiting) + unfetched,
        "n_unconfirmed": len(unconfirmed),
        "actions": officer_actions(connection, campaign, every, len(waiting) + unfetched, language),
        "next_reminder": moment(rung.due_at, timezone, language) if rung else "",
        "news": _news(connection, campaign, expected, now, language),
        "mailboxes": [_seen(each, installation) for each in mailbox_health(connection, installation, now)],
    }


def _is_complete(submission: Submission) -> bool:
    return is_in(submission) and submission.content is not Content.ISSUES


def owed(campaign: Campaign, submission: Submission, language: Language) -> str:
    """What a unit still owes, as a clause for the officer: "chưa có biểu tổng hợp số liệu; mới có 02 ảnh"."""
    lines = [each.partition(";")[0].rstrip(".") for each in missing_items(campaign, submission, language)]
    if submission.content is Content.RETURNED:
        lines.insert(0, returned_because("", language).rstrip("."))
    if not lines:
        doubts = sum(1 for each in submission.findings if each.severity is not Severity.INFO)
        lines.append(_DOUBTS.in_(language).format(n=two_digits(doubts, language)))
    return "; ".join(f"{each[:1].lower()}{each[1:]}" for each in lines)


def _with_phone(campaign: Campaign, submission: Submission, timezone: ZoneInfo, language: Language) -> str:
    """A missing unit with what the officer needs to know of it: its phone, and until when it may still send."""
    unit = campaign.unit(submission.unit)
    until = deadline_of(campaign, submission)
    longer = _LONGER.in_(language).format(until=deadline_words(until, timezone, language)) if until > campaign.deadline else ""
    known = ", ".join(each for each in (unit.phone if unit else "", longer) if each)
    name = unit_name(campaign, submission.unit)
    return f"{name} ({known})" if known else name


def _news(
    connection: Connection, campaign: Campaign, expected: Iterable[Submission], now: datetime, language: Language
) -> list[str]:
    """The units that have sent since the last digest left; nothing before there was one."""
    told = [
        each.due_at
        for each in notices(connection, campaign.id)
        if each.kind is NoticeKind.DIGEST and each.state is not NoticeState.CANCELLED and each.created_at < now
    ]
    since = max((each for each in told if each.astimezone(now.tzinfo).date() < now.date()), default=None)
    if since is None:
        return []
    return [
        _new_line(campaign, each, language)
        for each in expected
        if each.last_received_at is not None and each.last_received_at > since
    ]


def _new_line(campaign: Campaign, submission: Submission, language: Language) -> str:
    said = unit_name(campaign, submission.unit)
    if submission.version > 1:
        said = _AGAIN.in_(language).format(unit=said, version=submission.version)
    late = submission.last_received_at is not None and submission.last_received_at > deadline_of(campaign, submission)
    return _LATE.in_(language).format(unit=said) if late else said


def _seen(health: MailboxHealth, installation: Installation) -> str:
    office = installation.home.office
    if health.last_success is None:
        return _UNSEEN.in_(office.language).format(name=health.name)
    at = moment(health.last_success, office.timezone, office.language)
    return _SEEN.in_(office.language).format(name=health.name, at=at, recorded=health.recorded, server=health.server)
