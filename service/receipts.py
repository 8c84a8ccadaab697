"""The answer a mail gets: one receipt for what could be filed, one question where the unit is not known, none for robots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign
from config.loading_problems import is_address
from config.text import Language
from parsers.values import DocumentRole, MessageReading, Robot
from service.correction import ASKS, correction_of, may_ask
from service.installation import Installation
from service.judging import Change
from service.rules.status import deadline_of
from service.rules.submission import Content, Submission, Trust, Version
from storage.filings import Filing, MessageState
from storage.mail_records import MessageRecord
from storage.notices import Notice, NoticeKind, contexts_of, enqueue, notice_key

_BROUGHT = "brought"
"""In a notice's context: whether the mail it answers brought anything."""
_ANSWERS_TO_NOTHING = 5
_NO_PAPERS = frozenset({DocumentRole.DECORATION, DocumentRole.CONTAINER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message with what was read of it, how it was filed, and what it changed."""

    record: MessageRecord
    reading: MessageReading
    filing: Filing
    private: bool = False  # seen only in mailboxes that a person also uses
    change: Change | None = None


def answer(installation: Installation, connection: Connection, arrived: Arrived, now: datetime) -> bool:
    """Queue the answer to a message in the same transaction that filed it; gives whether there is one."""
    record, filing = arrived.record, arrived.filing
    sender = arrived.reading.envelope.sender
    if installation.home.smtp is None or not is_address(sender) or not _may_answer(installation, arrived):
        return False
    campaign = installation.home.campaign(filing.campaign or "")
    if campaign is None:
        return False
    kind = NoticeKind.RECEIPT if filing.state is MessageState.FILED else NoticeKind.QUESTION
    brought = _brought_something(arrived)
    if not brought and _answered_enough(connection, campaign, arrived):
        return False
    return enqueue(
        connection,
        key=notice_key(campaign.id, filing.unit, kind, record.fetched_at, record.id),  # the receipt time may still move
        campaign=campaign.id,
        unit=filing.unit,
        kind=kind,
        due_at=min(record.received_at, now),
        created_at=now,
        recipient=sender,
        cause=f"message {record.id}",
        context={
            "letter": _letter(installation, arrived),
            "message": record.id,
            "changes": _changes(arrived),
            _BROUGHT: brought,
            ASKS: _asks(installation, connection, campaign, arrived, now),
        },
        trigger_id=record.id,
    )


def _brought_something(arrived: Arrived) -> bool:
    """Whether a mail added to a report, or carries papers that may once its unit is known."""
    if arrived.change is not None:
        return any(each.message == arrived.record.id for each in arrived.change.after.versions)
    return any(each.role not in _NO_PAPERS for each in arrived.reading.documents)


def _answered_enough(connection: Connection, campaign: Campaign, arrived: Arrived) -> bool:
    """Mail that brings nothing is answered a few times only: whoever goes on is a robot that answers our answers.

    In a mailbox that a person also uses it is not answered at all where its unit is not known: it may be a private mail.
    """
    if arrived.filing.unit is None and arrived.private:
        return True
    kinds = (NoticeKind.RECEIPT, NoticeKind.QUESTION)
    before = contexts_of(connection, campaign.id, arrived.reading.envelope.sender, *kinds)
    return sum(1 for each in before if not each.get(_BROUGHT, True)) >= _ANSWERS_TO_NOTHING


def letter_now(notice: Notice, submission: Submission | None, language: Language) -> str:
    """Which receipt it is in the state of this moment: "received in full" is never said of a report with open questions."""
    letter = str(notice.context.get("letter", ""))
    if letter not in {"receipt_complete", "receipt_problems"} or submission is None:
        return letter
    return "receipt_complete" if _in_order(submission, notice.trigger_id, language) else "receipt_problems"


def _asks(installation: Installation, connection: Connection, campaign: Campaign, arrived: Arrived, now: datetime) -> bool:
    """Whether the receipt also asks the sender to mend cells of the form that came with the mail."""
    change = arrived.change
    found = correction_of(change.after, installation.home.office.language) if change is not None else None
    if change is None or found is None or found.message != arrived.record.id:
        return False
    return may_ask(installation, connection, campaign, change.after.unit, now)


def _in_order(submission: Submission, message: int | None, language: Language) -> bool:
    open_questions = submission.content in {Content.ISSUES, Content.PARTIAL, Content.RETURNED} or message in submission.waiting
    return submission.complete and not open_questions and correction_of(submission, language) is None


def _may_answer(installation: Installation, arrived: Arrived) -> bool:
    envelope = arrived.reading.envelope
    if envelope.robot is not Robot.NONE or len(envelope.senders) != 1 or envelope.sender in installation.own_addresses():
        return False
    return arrived.filing.trust != Trust.FAILED.value


def _letter(installation: Installation, arrived: Arrived) -> str:
    """Which receipt: what the sender most needs to know."""
    change = arrived.change
    campaign = installation.home.campaign(arrived.filing.campaign or "")
    if change is None or campaign is None or arrived.filing.state is not MessageState.FILED:
        return "ask_unit"
    own = next((each for each in change.after.versions if each.message == arrived.record.id), None)
    if own is not None and _is_late(campaign, change.after, own):
        return "receipt_late"
    if own is not None and own.changes and own.number > 1:
        return "receipt_replacement"
    in_order = _in_order(change.after, arrived.record.id, installation.home.office.language)
    return "receipt_complete" if in_order else "receipt_problems"


def _is_late(campaign: Campaign, submission: Submission, version: Version) -> bool:
    """Whether a version came after the deadline to a report that was not complete before it."""
    complete_before = submission.completed_at is not None and submission.completed_at < version.received_at
    return version.received_at > deadline_of(campaign, submission) and not complete_before


def _changes(arrived: Arrived) -> list[list[object]]:
    versions = arrived.change.after.versions if arrived.change else ()
    for version in versions:
        if version.message == arrived.record.id:
            return [[each.indicator, each.column, each.before, each.after] for each in version.changes]
    return []
