"""The file step: whose mail is it, what does it make of the unit's report, and what answer does it get. One transaction each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import Text
from parsers.codec import to_plain
from parsers.values import MessageReading, Robot
from service.installation import Installation
from service.judging import rejudge
from service.receipts import Arrived, answer
from service.rules.match import Attribution, Outcome, Query, identify
from service.rules.requests import recognise_request
from service.rules.submission import Trust
from service.rules.trust import judge_trust
from storage.decisions import Decision, assignments
from storage.events import record_event
from storage.mail_records import MessageRecord, message_record, sightings_of
from storage.notices import NoticeState, move, notice_by_message_id
from storage.readings import Filing, MessageState, filing_of, reading_of, save_filing, twin_of, unfile, unfiled

_STATES = {
    Outcome.FILED: MessageState.FILED,
    Outcome.NEEDS_DECISION: MessageState.NEEDS_DECISION,
    Outcome.UNATTRIBUTED: MessageState.UNATTRIBUTED,
    Outcome.NOT_A_REPORT: MessageState.NOT_A_REPORT,
}
_SILENT = {
    Robot.BOUNCE: Text(vi="thư báo không gửi được", en="a delivery failure"),
    Robot.READ_RECEIPT: Text(vi="thư báo đã đọc", en="a read receipt"),
    Robot.OWN: Text(vi="thư của chính hệ thống", en="our own mail"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What one round of filing did: messages by state."""

    filed: tuple[int, ...]


def file_new(installation: Installation, now: datetime) -> FileReport:
    """File every message that was read and not filed yet, oldest receipt first."""
    with installation.database.reading() as connection:
        waiting = unfiled(connection)
    for number in waiting:
        with installation.database.writing() as connection:
            file_one(installation, connection, number, now)
    return FileReport(filed=waiting)


def file_one(installation: Installation, connection: Connection, number: int, now: datetime) -> Filing | None:
    """File one message that was read, and answer it where an answer is due."""
    record, reading = message_record(connection, number), reading_of(connection, number)
    if record is None or reading is None:
        return None
    filing, attribution = _decide(installation, connection, record, reading)
    document_units = dict(attribution.documents) if attribution else {}
    save_filing(connection, filing, document_units)
    record_event(
        connection,
        now,
        "message_filed",
        {"message": number, "state": filing.state.value, "campaign": filing.campaign, "unit": filing.unit},
    )
    if filing.state is MessageState.FILED and filing.campaign and filing.unit:
        campaign = installation.home.campaign(filing.campaign)
        arrived = Arrived(record=record, reading=reading, filing=filing)
        if campaign is not None:
            for code in dict.fromkeys((filing.unit, *document_units.values())):
                _update_unit(installation, connection, campaign, code, arrived, now)
    elif filing.state is MessageState.UNATTRIBUTED:
        answer(installation, connection, Arrived(record=record, reading=reading, filing=filing), now)
    elif reading.envelope.robot is Robot.BOUNCE:
        _note_bounce(connection, reading)
    return filing


def refile(installation: Installation, connection: Connection, numbers: tuple[int, ...], now: datetime) -> None:
    """File messages again, after a decision, and judge the units they were with before."""
    left = set()
    for number in numbers:
        before = filing_of(connection, number)
        if before is not None and before.campaign and before.unit:
            left.add((before.campaign, before.unit))
        unfile(connection, number)
    for number in numbers:
        file_one(installation, connection, number, now)
    for identifier, code in sorted(left):
        campaign = installation.home.campaign(identifier)
        unit = campaign.unit(code) if campaign else None
        if campaign is not None and unit is not None:
            rejudge(connection, campaign, unit, now)


def learned_addresses(connection: Connection) -> dict[str, str]:
    """Addresses that the officer's assignments bound to a unit; the newest assignment of an address wins."""
    learned = {}
    for decision in assignments(connection):
        reading = reading_of(connection, decision.message_id) if decision.message_id else None
        if reading is not None and reading.envelope.sender and decision.unit:
            learned[reading.envelope.sender] = decision.unit
    return learned


def _update_unit(
    installation: Installation,
    connection: Connection,
    campaign: Campaign,
    code: str,
    arrived: Arrived,
    now: datetime,
) -> None:
    unit = campaign.unit(code)
    if unit is None:
        return
    change = rejudge(connection, campaign, unit, now)
    if code == arrived.filing.unit:
        answer(installation, connection, replace(arrived, change=change), now)


def _decide(
    installation: Installation, connection: Connection, record: MessageRecord, reading: MessageReading
) -> tuple[Filing, Attribution | None]:
    envelope = reading.envelope
    twin = twin_of(connection, record.id, envelope.fingerprint)
    trust = _trust(installation, connection, record, reading)
    if twin is not None:
        why = Text(vi=f"cùng một thư với thư số {twin}", en=f"the same mail as message {twin}")
        return Filing(message_id=record.id, state=MessageState.DUPLICATE, duplicate_of=twin, why=why), None
    if envelope.robot in _SILENT:
        why = _SILENT[envelope.robot]
        return Filing(message_id=record.id, state=MessageState.NOT_A_REPORT, trust=trust.value, why=why), None
    campaigns = installation.campaigns_at(record.received_at)
    if not campaigns:
        why = Text(vi="thư ngoài thời gian của các đợt báo cáo", en="received outside the time of every campaign")
        return Filing(message_id=record.id, state=MessageState.NOT_A_REPORT, trust=trust.value, why=why), None
    assigned = _assigned(connection, record.id)
    if assigned is not None:
        return _as_assigned(record, assigned, trust), None
    return _identified(installation, connection, campaigns, record, reading, trust)


def _identified(
    installation: Installation,
    connection: Connection,
    campaigns: tuple[Campaign, ...],
    record: MessageRecord,
    reading: MessageReading,
    trust: Trust,
) -> tuple[Filing, Attribution]:
    envelope = reading.envelope
    answered = notice_by_message_id(connection, tuple(each for each in (envelope.in_reply_to, *envelope.references) if each))
    campaign = _campaign_of(campaigns, reading, answered.campaign if answered else None)
    attribution = identify(
        campaign,
        reading,
        Query(
            learned=learned_addresses(connection),
            thread_unit=answered.unit if answered and answered.campaign == campaign.id else None,
            trust=trust,
        ),
    )
    local_day = record.received_at.astimezone(installation.home.office.timezone).date()
    request = recognise_request(envelope.subject, reading.body, received_on=local_day)
    filing = Filing(
        message_id=record.id,
        state=_STATES[attribution.outcome],
        campaign=campaign.id,
        unit=attribution.unit,
        trust=trust.value,
        provisional=attribution.provisional,
        evidence=tuple(to_plain(each) for each in attribution.evidence),
        why=attribution.why,
        request=to_plain(request) if request.kind else None,
    )
    return filing, attribution


def _campaign_of(campaigns: tuple[Campaign, ...], reading: MessageReading, answered: str | None) -> Campaign:
    """The campaign whose notice the mail answers, else whose form it carries, else the one due next."""
    for wanted in (answered, reading.campaign):
        for campaign in campaigns:
            if campaign.id == wanted:
                return campaign
    return min(campaigns, key=lambda each: each.deadline)


def _assigned(connection: Connection, number: int) -> Decision | None:
    return next((each for each in reversed(assignments(connection)) if each.message_id == number), None)


def _as_assigned(record: MessageRecord, decision: Decision, trust: Trust) -> Filing:
    evidence = {"kind": "decision", "detail": decision.who, "unit": decision.unit or "", "score": 1.0}
    return Filing(
        message_id=record.id,
        state=MessageState.FILED,
        campaign=decision.campaign,
        unit=decision.unit,
        trust=trust.value,
        evidence=(evidence,),
        why=Text(vi=f"cán bộ đã xác nhận đơn vị ({decision.who})", en=f"the officer named the unit ({decision.who})"),
    )


def _trust(installation: Installation, connection: Connection, record: MessageRecord, reading: MessageReading) -> Trust:
    """By the Authentication-Results of the mailbox the mail was seen in; imported mail by those of the only mailbox."""
    names = {each.mailbox for each in sightings_of(connection, record.id)}
    mailboxes = [each for each in installation.home.mailboxes if each.name in names]
    if not mailboxes and len(installation.home.mailboxes) == 1:
        mailboxes = list(installation.home.mailboxes)
    verdicts = [
        judge_trust(reading.envelope.authentication_results, each.trusted_authserv_id, reading.envelope.sender)
        for each in mailboxes
    ]
    for verdict in (Trust.FAILED, Trust.VERIFIED):
        if verdict in verdicts:
            return verdict
    return Trust.UNVERIFIED


def _note_bounce(connection: Connection, reading: MessageReading) -> None:
    """A bounce names our mail: that notice did not reach its unit."""
    about = notice_by_message_id(connection, tuple(each for each in (reading.envelope.bounced_message_id,) if each))
    if about is not None:
        move(connection, about.id, NoticeState.SENT, NoticeState.BOUNCED, error=reading.envelope.bounced_recipient)
