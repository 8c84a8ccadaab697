"""The file step: whose mail is it, what does it make of the unit's report, and what answer does it get. One transaction each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.campaign import Campaign
from config.errors import ConfigError, ParseError
from config.text import Text
from parsers.codec import to_plain
from parsers.values import DocumentFate, MessageReading, Robot
from service.filing_group import FilingGroup
from service.installation import Installation
from service.judging import Change, rejudge
from service.officer_mail import OfficerReply, officer_reply
from service.officer_mail_taking import take_orders
from service.receipts import Arrived, answer
from service.rules.match import Outcome, Query, documents_of_others, identify
from service.rules.match_campaigns import CampaignChoice, choose_campaigns
from service.rules.match_words import the_schools
from service.rules.requests import recognise_request
from service.rules.submission import Trust
from storage.decisions import Decision, assignments
from storage.elsewhere import FiledElsewhere
from storage.events import record_event, record_events
from storage.filings import Filing, FilingRow, MessageState, filing_of, save_filing, save_filings, unfile, unfiled
from storage.mail_records import MessageRecord
from storage.notices import Notice, NoticeState, last_sent_to, move, notice_by_message_id
from storage.readings import documents, reading_of, save_fates

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
_TOO_LARGE = Text(
    vi="thư vượt giới hạn dung lượng, chỉ lưu được phần đầu: đề nghị mở thư trong hộp thư",
    en="the mail is larger than allowed, only its beginning is archived: please open it in the mailbox",
)
_LARGEST_GROUP = 1_000
_NOTHING: Mapping[int, MessageReading] = {}
_BOUNCES_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What one round of filing did: messages by state."""

    filed: tuple[int, ...]


def file_new(installation: Installation, now: datetime, *, stop: Callable[[], bool] = lambda: False) -> FileReport:
    """File every message that was read and not filed yet, oldest receipt first; a whole group is one transaction."""
    with installation.database.reading() as connection:
        waiting = unfiled(connection)
    for start in range(0, len(waiting), _LARGEST_GROUP):
        if stop():
            return FileReport(filed=waiting[:start])
        file_group(installation, waiting[start : start + _LARGEST_GROUP], now, stop=stop)
    return FileReport(filed=waiting)


def file_group(
    installation: Installation,
    numbers: tuple[int, ...],
    now: datetime,
    at_hand: Mapping[int, MessageReading] = _NOTHING,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """File these messages in one transaction; when one cannot be filed the others are, each for itself."""
    try:
        with installation.database.writing() as connection:
            file_messages(installation, connection, numbers, now, at_hand, stop=stop)
    except (ParseError, ConfigError):
        for number in numbers:
            _file_alone(installation, number, now)


def file_messages(
    installation: Installation,
    connection: Connection,
    numbers: tuple[int, ...],
    now: datetime,
    at_hand: Mapping[int, MessageReading] = _NOTHING,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """File messages that were read, judge every unit they touch once, and answer them where an answer is due.

    `at_hand`: readings that need not be looked up, by message.
    """
    desk = _FilingDesk(installation, connection, now, FilingGroup(installation, connection, numbers, at_hand))
    for number in numbers:
        if stop():
            break
        desk.file(number)
    desk.put_on_record()
    desk.judge_and_answer()


def refile(installation: Installation, connection: Connection, numbers: tuple[int, ...], now: datetime) -> None:
    """File messages again, after a decision, and judge the units they were with before."""
    left: set[tuple[str, str]] = set()
    for number in numbers:
        left |= _owners(connection, number)
        unfile(connection, number)
    file_messages(installation, connection, numbers, now)
    for identifier, code in sorted(left):
        campaign = installation.home.campaign(identifier)
        unit = campaign.unit(code) if campaign else None
        if campaign is not None and unit is not None:
            rejudge(connection, campaign, unit, now)


def _owners(connection: Connection, number: int) -> set[tuple[str, str]]:
    """The campaign and every unit that a message, or a document in it, is filed to."""
    filing = filing_of(connection, number)
    if filing is None or not filing.campaign or filing.state is not MessageState.FILED:
        return set()
    owners = {(each.campaign or filing.campaign, each.unit) for each in documents(connection, number)}
    return {(campaign, unit) for campaign, unit in (*owners, (filing.campaign, filing.unit)) if unit}


def learned_addresses(connection: Connection) -> dict[str, str]:
    """Addresses that the officer's assignments bound to a unit. One whose mails were assigned to several units says nothing."""
    newest = {decision.message_id: decision.unit for decision in assignments(connection) if decision.message_id and decision.unit}
    units: dict[str, set[str]] = {}
    for number, unit in newest.items():
        reading = reading_of(connection, number)
        if reading is not None and reading.envelope.sender:
            units.setdefault(reading.envelope.sender, set()).add(unit)
    return {sender: owners.pop() for sender, owners in units.items() if len(owners) == 1}


def _file_alone(installation: Installation, number: int, now: datetime) -> None:
    try:
        with installation.database.writing() as connection:
            file_messages(installation, connection, (number,), now)
    except (ParseError, ConfigError) as error:
        why = Text(vi=f"không ghi nhận được thư này: {error}", en=f"this mail could not be filed: {error}")
        with installation.database.writing() as connection:
            save_filing(connection, Filing(message_id=number, state=MessageState.SET_ASIDE, why=why))
            record_event(connection, now, "message_set_aside", {"message": number, "reason": str(error)})


class _FilingDesk:
    """One group of messages being filed in one transaction."""

    def __init__(self, installation: Installation, connection: Connection, now: datetime, group: FilingGroup) -> None:
        self._installation = installation
        self._group = group
        self._connection = connection
        self._now = now
        officers = {each.lower() for each in installation.home.office.officers}  # what they forward is from many units
        self._learned = {who: unit for who, unit in learned_addresses(connection).items() if who not in officers}
        self._assigned: dict[int | None, list[Decision]] = {}
        for each in assignments(connection):
            self._assigned.setdefault(each.message_id, []).append(each)
        self._rows: list[FilingRow] = []
        self._arrived: list[Arrived] = []
        self._touched: dict[tuple[str, str], None] = {}
        self._replies: list[OfficerReply] = []

    def file(self, number: int) -> None:
        """Decide how a message is filed; `put_on_record` stores it, its unit is judged and its sender answered after that."""
        record, reading = self._group.records.get(number), self._group.readings.get(number)
        if record is None or reading is None:
            return
        filing, of_others = self._decide(record, reading)
        filing = self._linked(filing)
        others, unclear = self._others(record, reading, filing)
        if unclear is not None and record.id not in self._assigned:
            filing, others = replace(filing, state=MessageState.NEEDS_DECISION, why=unclear), ()
        row = FilingRow(filing=filing, document_units=dict(of_others), others=others)
        self._rows.append(row)
        self._group.is_filed(filing)
        self._touch(row)
        arrived = Arrived(record=record, reading=reading, filing=filing, private=self._group.is_private(number))
        self._arrived += [
            replace(arrived, filing=replace(filing, campaign=each.campaign, unit=each.unit)) for each in others if each.unit
        ]
        if filing.state in {MessageState.FILED, MessageState.UNATTRIBUTED}:
            self._arrived.append(arrived)

    def _touch(self, row: FilingRow) -> None:
        """Note the units whose reports a message changes."""
        filing = row.filing
        if filing.state is MessageState.FILED and filing.campaign and filing.unit:
            for code in (filing.unit, *row.document_units.values()):
                self._touched[filing.campaign, code] = None
        for each in (each for each in row.others if each.unit):
            self._touched[each.campaign, each.unit] = None

    def put_on_record(self) -> None:
        """Store how the messages of the group were filed."""
        save_filings(self._connection, self._rows)
        told = [
            {"message": each.message_id, "state": each.state.value, "campaign": each.campaign, "unit": each.unit}
            for each in (row.filing for row in self._rows)
        ]
        record_events(self._connection, self._now, "message_filed", told)
        for row in self._rows:
            filing, reading = row.filing, self._group.readings[row.filing.message_id]
            apart = [path for path, unit in row.document_units.items() if not unit]
            if apart and filing.state is MessageState.FILED:
                why = the_schools()
                save_fates(self._connection, [(filing.message_id, path, DocumentFate.IGNORED, why) for path in apart])
            if filing.duplicate_of is not None:  # the copy may have been received before the one that was filed
                fates = [(filing.message_id, each.path, DocumentFate.DUPLICATE, filing.why) for each in reading.documents]
                save_fates(self._connection, fates)
                self._touched |= dict.fromkeys(_owners(self._connection, filing.duplicate_of))
            if reading.envelope.robot is Robot.BOUNCE:
                _note_bounce(self._connection, reading, self._now)

    def _linked(self, filing: Filing) -> Filing:
        """Another mail under the same Message-ID with other content: both are kept, and each names the one before it."""
        other = None if filing.duplicate_of else self._group.earlier_namesake(filing.message_id)
        if other is None:
            return filing
        vi, en = f"trùng Message-ID với thư số {other}, nội dung khác", f"has the Message-ID of message {other}, not its content"
        clue = {"kind": "same_message_id", "detail": {"vi": vi, "en": en}, "unit": "", "score": 0.0}
        return replace(filing, evidence=(*filing.evidence, clue))

    def _others(
        self, record: MessageRecord, reading: MessageReading, filing: Filing
    ) -> tuple[tuple[FiledElsewhere, ...], Text | None]:
        """The documents that are for another campaign, each with its unit there; why one has none, None when all have."""
        campaigns = self._installation.campaigns_at(record.received_at)
        if filing.state is not MessageState.FILED or len(campaigns) < 2:  # noqa: PLR2004 - one campaign has no other
            return (), None
        assigned, answered = self._assigned.get(record.id), self._answered(reading)
        wanted = assigned[-1].campaign if assigned else answered.campaign if answered else None
        choice = choose_campaigns(campaigns, reading, wanted)
        found: list[FiledElsewhere] = []
        unclear: Text | None = None
        for other in {each.id: each for _, each in choice.others if each.id != filing.campaign}.values():
            query = Query(learned=self._learned, trust=Trust(filing.trust))
            owner = identify(other, _only_for(other, reading, choice), query)
            filed = owner.unit if owner.outcome is Outcome.FILED and owner.unit else ""
            unclear = unclear if filed else owner.why
            units = dict(owner.documents) if filed else {}
            found += [
                FiledElsewhere(path=path, campaign=other.id, unit=units.get(path, filed))
                for path, campaign in choice.others
                if campaign is other
            ]
        return tuple(found), unclear

    def _answered(self, reading: MessageReading) -> Notice | None:
        """Our letter that the mail answers."""
        envelope = reading.envelope
        named = tuple(each for each in (envelope.in_reply_to, *envelope.references) if each)
        return notice_by_message_id(self._connection, named)

    def judge_and_answer(self) -> None:
        """Derive the units' reports again and queue the answers, each with what became of its sender's report."""
        changes: dict[tuple[str | None, str | None], Change] = {}
        at_hand = {each.record.id: each.reading for each in self._arrived}
        for identifier, code in self._touched:
            campaign = self._installation.home.campaign(identifier)
            unit = campaign.unit(code) if campaign else None
            if campaign is not None and unit is not None:
                changes[identifier, code] = rejudge(self._connection, campaign, unit, self._now, at_hand)
        for arrived in self._arrived:
            change = changes.get((arrived.filing.campaign, arrived.filing.unit))
            answer(self._installation, self._connection, replace(arrived, change=change), self._now)
        for reply in self._replies:
            take_orders(self._installation, self._connection, reply, self._now)

    def _decide(self, record: MessageRecord, reading: MessageReading) -> tuple[Filing, tuple[tuple[str, str], ...]]:
        """The filing of a message, and whose its other documents are."""
        envelope = reading.envelope
        trust = self._group.trust_in(record.id)
        assigned = self._assigned.get(record.id)
        if assigned is not None:
            campaign = self._installation.home.campaign(assigned[-1].campaign or "")
            of_others = documents_of_others(campaign, reading, assigned[-1].unit or "") if campaign else ()
            return _as_assigned(record, assigned, trust, {unit for _, unit in of_others}), of_others
        twin = self._group.twin_of(record.id)
        if twin is not None:
            why = Text(vi=f"cùng một thư với thư số {twin}", en=f"the same mail as message {twin}")
            return Filing(message_id=record.id, state=MessageState.DUPLICATE, duplicate_of=twin, why=why), ()
        if envelope.robot in _SILENT:
            why = _SILENT[envelope.robot]
            return Filing(message_id=record.id, state=MessageState.NOT_A_REPORT, trust=trust.value, why=why), ()
        reply = officer_reply(self._installation, self._connection, record, reading, trust, self._now)
        if reply is not None:
            self._replies.append(reply)
            if reply.filing is not None:
                return reply.filing, ()
        campaigns = self._installation.campaigns_at(record.received_at)
        if not campaigns:
            why = Text(vi="thư ngoài thời gian của các đợt báo cáo", en="received outside the time of every campaign")
            return Filing(message_id=record.id, state=MessageState.NOT_A_REPORT, trust=trust.value, why=why), ()
        filing, of_others = self._identified(campaigns, record, reading, trust)
        if record.truncated and (filing.state is not MessageState.NOT_A_REPORT or not self._group.is_private(record.id)):
            # what is missing of it may be the very figures that count
            return replace(filing, state=MessageState.SET_ASIDE, provisional=False, why=_TOO_LARGE), ()
        return filing, of_others

    def _identified(
        self, campaigns: tuple[Campaign, ...], record: MessageRecord, reading: MessageReading, trust: Trust
    ) -> tuple[Filing, tuple[tuple[str, str], ...]]:
        envelope = reading.envelope
        answered = self._answered(reading)
        choice = choose_campaigns(campaigns, reading, answered.campaign if answered else None)
        campaign = choice.main
        own = _only_for(campaign, reading, choice)
        thread = answered.unit if answered and answered.campaign == campaign.id else None
        query = Query(learned=self._learned, thread_unit=thread, trust=trust)
        attribution = identify(campaign, own, query)
        if attribution.unit is None:  # nothing in it says whose it is; its address may have said so before
            before = self._group.unit_before(record.id, campaign.id)
            attribution = identify(campaign, own, replace(query, unit_before=before)) if before else attribution
        if choice.rivals and attribution.outcome is Outcome.FILED:
            attribution = replace(attribution, outcome=Outcome.NEEDS_DECISION, why=_rivals(choice.rivals))
        local_day = record.received_at.astimezone(self._installation.home.office.timezone).date()
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
        return filing, attribution.documents


def _only_for(campaign: Campaign, reading: MessageReading, choice: CampaignChoice) -> MessageReading:
    """What a mail says to one campaign: without the documents that are for others."""
    foreign = {path for path, other in choice.others if other is not campaign}
    if campaign is not choice.main:
        foreign |= {each.path for each in reading.documents if each.path not in dict(choice.others)}
    kept = tuple(each for each in reading.documents if each.path not in foreign)
    return replace(reading, documents=kept, campaign=campaign.id if foreign or reading.campaign else "")


def _rivals(campaigns: tuple[Campaign, ...]) -> Text:
    named = [each.title for each in campaigns]
    return Text(
        vi=f"không rõ biểu thuộc đợt báo cáo nào: {'; '.join(named)}",
        en=f"it is not clear for which campaign the form is: {'; '.join(named)}",
    )


def _as_assigned(record: MessageRecord, decisions: list[Decision], trust: Trust, others: set[str]) -> Filing:
    """Filed as decided last; in a mail of several units an earlier decision for another of them holds, too."""
    decision = decisions[-1]
    owners = {each.unit: each for each in decisions if each.unit == decision.unit or each.unit in others}
    evidence = tuple({"kind": "decision", "detail": each.who, "unit": each.unit or "", "score": 1.0} for each in owners.values())
    return Filing(
        message_id=record.id,
        state=MessageState.FILED,
        campaign=decision.campaign,
        unit=decision.unit,
        trust=trust.value,
        evidence=evidence,
        why=Text(vi=f"cán bộ đã xác nhận đơn vị ({decision.who})", en=f"the officer named the unit ({decision.who})"),
    )


def _note_bounce(connection: Connection, reading: MessageReading, now: datetime) -> None:
    """A bounce names our mail: that notice did not reach its unit."""
    envelope = reading.envelope
    about = notice_by_message_id(connection, tuple(each for each in (envelope.bounced_message_id,) if each))
    if about is None and not envelope.bounced_message_id and envelope.bounced_recipient:  # some servers name only the address
        about = last_sent_to(connection, envelope.bounced_recipient, now - _BOUNCES_WITHIN)
    if about is not None:
        why = f"came back from {reading.envelope.bounced_recipient or about.recipient}"
        for before in (NoticeState.SENT, NoticeState.UNCERTAIN):
            if move(connection, about.id, before, NoticeState.BOUNCED, error=why):
                told = {"key": about.key, "to": about.recipient, "state": NoticeState.BOUNCED.value}
                record_event(connection, now, "notice", told)
