"""The chase: three working days after the deadline the officer gets a letter to sign and a list of whom to call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign, Slot, Unit
from config.text import Language
from service.installation import Installation
from service.judging import submissions
from service.letter_words import moment, office_of
from service.outputs.chase_letter import Chase, LateUnit, call_list, chase_document
from service.rules.remind import chase_at, final_call
from service.rules.status import deadline_of, owes
from service.rules.submission import Content, SlotState, Submission
from service.tally import owed
from storage.notices import NoticeKind, enqueue, is_recorded, notice_key, reminders_sent


def late_units(campaign: Campaign, every: Iterable[Submission], now: datetime) -> tuple[Submission, ...]:
    """Who still owes something after its own deadline."""
    return tuple(each for each in every if owes(each) and now > deadline_of(campaign, each))


def enqueue_chase(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> int:
    """Queue the draft chase letter for every officer, once in a campaign, if anybody is late; gives how many are new."""
    timezone = installation.home.office.timezone
    due_at = chase_at(campaign, timezone)
    if due_at is None or now < due_at or now.astimezone(timezone).date() > campaign.closes:
        return 0
    keys = {
        notice_key(campaign.id, None, NoticeKind.CHASE, due_at, position): officer
        for position, officer in enumerate(installation.home.office.officers, start=1)
    }
    fresh = {key: officer for key, officer in keys.items() if not is_recorded(connection, key)}
    if not fresh or not late_units(campaign, submissions(connection, campaign), now):
        return 0
    return sum(
        enqueue(
            connection,
            key=key,
            campaign=campaign.id,
            unit=None,
            kind=NoticeKind.CHASE,
            due_at=due_at,
            created_at=now,
            recipient=officer,
            cause="units are late",
        )
        for key, officer in fresh.items()
    )


def chase_of(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> Chase:
    """What the letter and the list say at this moment."""
    office = installation.home.office
    smtp = installation.home.smtp
    every = submissions(connection, campaign)
    reminded = reminders_sent(connection, campaign.id)
    late = {each.unit: each for each in late_units(campaign, every, now)}
    on_roster = tuple(unit for unit in campaign.roster if unit.code in late)

    def told(unit: Unit) -> LateUnit:
        return LateUnit(
            name=unit.full_name,
            office=office_of(unit),
            contact=unit.contact,
            phone=unit.phone,
            missing=owed(campaign, late[unit.code], office.language),
            reminders=reminded.get(unit.code, 0),
        )

    call_order = sorted(on_roster, key=lambda unit: (not _lacks_form(late[unit.code]), -(unit.population or 0)))
    return Chase(
        title=campaign.title,
        citation=campaign.order_citation,
        deadline=campaign.deadline_wording,
        office=office.name,
        area=campaign.area,
        mailbox=smtp.from_address if smtp else "",
        final_call=moment(final_call(campaign, now, campaign.deadline, office.timezone), office.timezone, office.language),
        now=moment(now, office.timezone, office.language),
        year=now.astimezone(office.timezone).year,
        expected=sum(1 for each in every if each.content is not Content.EXCUSED),
        late=tuple(told(unit) for unit in call_order),
        on_roster=tuple(told(unit) for unit in on_roster),
        dated=now,
    )


def chase_papers(installation: Installation, campaign: Campaign, now: datetime) -> tuple[tuple[str, bytes], ...]:
    """The files that go to the officer: the letter to sign, and whom to call. Nothing where nobody is late."""
    language = installation.home.office.language
    with installation.database.reading() as connection:
        chase = chase_of(installation, connection, campaign, now)
    return chase_papers_of(chase, campaign.id, language) if chase.late else ()


def chase_papers_of(chase: Chase, campaign: str, language: Language) -> tuple[tuple[str, bytes], ...]:
    """The letter and the list as files with names."""
    return (
        (f"Du-thao-cong-van-don-doc-{campaign}.docx", chase_document(chase, language)),
        (f"Danh-sach-dien-thoai-{campaign}.docx", call_list(chase, language)),
    )


def phone_lines(chase: Chase) -> list[str]:
    """Whom to call, one line each: "xã Pú Xi – đ/c Lò Văn B, 0215 000 0001: chưa có biểu tổng hợp số liệu"."""
    lines = []
    for each in chase.late:
        who = ", ".join(part for part in (each.contact, each.phone) if part)
        lines.append(f"{each.name}{f' – {who}' if who else ''}: {each.missing}")
    return lines


def _lacks_form(submission: Submission) -> bool:
    form = submission.slot(Slot.FORM)
    return form is not None and form.state is SlotState.MISSING
