"""The officer's answers to a digest: told from all other mail, taken down as orders, and answered line by line.

Only a mail that a person wrote from an officer's own address, that our mail server vouches for, and that carries the code of a
letter to that very officer gives orders. Whatever lacks one of these changes nothing.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import NO_TEXT, Text
from parsers.values import DocumentRole, MessageReading, Robot
from service.installation import Installation
from service.rules.submission import Trust
from storage.decisions import orders
from storage.filings import Filing, MessageState
from storage.mail_records import MessageRecord
from storage.notices import Notice, NoticeKind, notices_of_kind

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4
_CODE = re.compile(rf"(?<![A-Z0-9])(?:[{_ALPHABET}]{{{_GROUP}}}-){{{_GROUPS - 1}}}[{_ALPHABET}]{{{_GROUP}}}(?![A-Z0-9])")
_MOST_LETTERS = 100_000
_VALID_FOR = timedelta(days=7)
_FRESH_FOR = timedelta(days=1)
"""A mail that is filed so long after it came in gives no orders any more: its writer has long decided otherwise."""
_DECORATION = frozenset({DocumentRole.DECORATION, DocumentRole.CONTAINER})
_NO_PAPERS = ("application/pkcs7-signature", "application/x-pkcs7-signature", "text/vcard", "text/x-vcard", "text/calendar")

FATE = Text(vi="thư của cán bộ trả lời thư tình hình", en="the officer's answer to a digest")
NOT_VERIFIED = Text(
    vi="Thư ghi địa chỉ của đồng chí nhưng máy chủ thư không xác thực được người gửi, vì vậy không lệnh nào được thực hiện. "
    "Nếu không phải thư do đồng chí gửi, đề nghị kiểm tra: có thể có người mạo danh.",
    en="The mail bears your address, but the mail server does not vouch for its sender, so nothing that it asks for was done. "
    "If you did not send it, somebody may be using your name.",
)
EXPIRED = Text(
    vi="Mã của thư được trả lời đã hết hạn, không lệnh nào được thực hiện; đề nghị trả lời thư tình hình mới nhất.",
    en="The code of the letter answered has expired and nothing is done; please answer the newest digest.",
)
ANOTHERS = Text(
    vi="Mã trong thư thuộc thư gửi cán bộ khác, không lệnh nào được thực hiện; đề nghị trả lời thư gửi cho chính mình.",
    en="The code belongs to a letter to another officer and nothing is done; please answer your own.",
)
HAS_PAPERS = Text(
    vi="Thư có tệp kèm nên được xử lý như thư báo cáo, không lệnh nào được thực hiện; đề nghị gửi lệnh trong thư không kèm tệp.",
    en="The mail carries files and was treated as a report; nothing it asks for is done. Please send commands without files.",
)
REPEATED = Text(vi="thư lặp lại một thư lệnh đã nhận", en="repeats a mail of commands that was received")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerReply:
    """A mail of an officer that answers one of our letters. `filing` is None where it also carries papers: these go their way.

    `problem` says why nothing in it is carried out.
    """

    record: MessageRecord
    reading: MessageReading
    campaign: Campaign
    answered: Notice
    trust: Trust
    filing: Filing | None
    problem: Text = NO_TEXT


def code_for(installation: Installation) -> str:
    """A new code for one letter to one officer; "" where no mail server of ours vouches for senders: then none can command."""
    if not any(each.trusted_authserv_id.strip() for each in installation.home.mailboxes):
        return ""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def officer_reply(
    installation: Installation,
    connection: Connection,
    record: MessageRecord,
    reading: MessageReading,
    trust: Trust,
    now: datetime,
) -> OfficerReply | None:
    """The mail as an officer's answer to a letter of ours, None for every other mail."""
    envelope = reading.envelope
    officers = {each.lower() for each in installation.home.office.officers}
    if envelope.robot is not Robot.NONE or len(set(envelope.senders)) != 1 or envelope.sender not in officers:
        return None
    answered = _answered(connection, envelope.subject, reading.body)
    campaign = installation.home.campaign(answered.campaign) if answered else None
    if answered is None or campaign is None:
        return None
    own, papers = answered.recipient.lower() == envelope.sender, _carries_papers(reading)
    if trust is not Trust.VERIFIED and (papers or not own):
        return None
    problem, state = NO_TEXT, MessageState.COMMAND
    if trust is not Trust.VERIFIED:
        problem, state = NOT_VERIFIED, MessageState.NEEDS_DECISION
    elif _is_repeated(connection, record, envelope.message_id):
        problem, state = REPEATED, MessageState.NEEDS_DECISION
    elif not own:
        problem = ANOTHERS
    elif papers:
        problem = HAS_PAPERS
    elif _has_expired(installation, campaign, answered, record, now):
        problem = EXPIRED
    filing = Filing(
        message_id=record.id, state=state, campaign=campaign.id, trust=trust.value, why=problem if problem != NO_TEXT else FATE
    )
    return OfficerReply(
        record=record,
        reading=reading,
        campaign=campaign,
        answered=answered,
        trust=trust,
        filing=None if papers else filing,
        problem=problem,
    )


def _answered(connection: Connection, subject: str, body: str) -> Notice | None:
    """The letter of ours whose code the mail carries: in its subject, else the first in its text, which is the newest."""
    codes = dict.fromkeys([*_CODE.findall(subject.upper()), *_CODE.findall(body[:_MOST_LETTERS].upper())])
    if not codes:
        return None
    letters = notices_of_kind(connection, NoticeKind.DIGEST, NoticeKind.OFFICER_ANSWER)
    known = {str(each.context.get("reply_code") or ""): each for each in letters}
    return next((known[code] for code in codes if code in known), None)


def _carries_papers(reading: MessageReading) -> bool:
    return any(each.role not in _DECORATION and each.type not in _NO_PAPERS for each in reading.documents)


def _has_expired(installation: Installation, campaign: Campaign, answered: Notice, record: MessageRecord, now: datetime) -> bool:
    """Whether the letter is a week old, the campaign closed, or the mail itself long known."""
    today = now.astimezone(installation.home.office.timezone).date()
    sent = answered.sent_at or answered.created_at
    return today > campaign.closes or now - sent > _VALID_FOR or now - record.fetched_at > _FRESH_FOR


def _is_repeated(connection: Connection, record: MessageRecord, message_id: str) -> bool:
    """Whether another mail under the same Message-ID gave orders: a copy that somebody changed on the way."""
    return bool(message_id) and any(
        each.payload["mail"] == message_id and each.message_id != record.id for each in orders(connection)
    )
