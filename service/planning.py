"""What is due at this moment and not done: reminders, the alert and the consolidated report at the deadline. Rows, not mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign
from config.errors import ThubaoError
from config.settings import Sending
from config.text import Text
from service.chasing import enqueue_chase
from service.consolidating import Output, consolidate_campaign, is_due
from service.correction import enqueue_corrections
from service.digest import enqueue_digests
from service.installation import Installation
from service.judging import submissions, units_that_wait
from service.kickoff import enqueue_kickoffs
from service.officer_actions import addresses_lost
from service.officer_mail_settling import settle_orders
from service.rules.remind import DueReminder, RungKind, due_reminders
from storage.notices import REMINDING, NoticeKind, NoticeState, enqueue, notice_key, notices_in, send_after_all
from storage.submissions import latest_consolidation

_DEADLINE = "deadline"
_REHEARSED = frozenset({*REMINDING, NoticeKind.KICKOFF, NoticeKind.DELIVERY})
_KINDS = {RungKind.REMINDER: NoticeKind.REMINDER, RungKind.OVERDUE: NoticeKind.OVERDUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """What was queued in one round."""

    reminders: int = 0
    alerts: int = 0
    consolidated: tuple[Output, ...] = ()
    problems: tuple[str, ...] = ()  # what could not be made, in words


def plan(installation: Installation, now: datetime, *, closing: bool = True) -> PlanReport:
    """Queue every notice that is due now, and make every consolidation that is. Doing it again queues nothing new.

    Without `closing`, what speaks for all units stays undone: the list of the missing and the consolidated report.
    """
    settle_orders(installation, now)
    reminders = alerts = 0
    outputs = []
    problems = []
    for campaign in installation.home.campaigns:
        try:
            output = close_if_due(installation, campaign, now) if closing else None
        except (ThubaoError, OSError) as error:  # the alert and the reminders leave all the same; the next round tries again
            problems.append(_not_made(campaign, error).in_(installation.home.office.language))
            output = None
        if output is not None:
            outputs.append(output)
        with installation.database.writing() as connection:
            due = planned_reminders(installation, connection, campaign, now)
            lost = addresses_lost(connection, campaign)
            reminders += sum(_enqueue_reminder(connection, campaign, each, now, lost) for each in due)
            enqueue_kickoffs(connection, campaign, now, installation.home.office.timezone)
            enqueue_corrections(installation, connection, campaign, now)
            enqueue_chase(installation, connection, campaign, now)
            enqueue_digests(installation, connection, campaign, now)
            alerts += _enqueue_alert(installation, connection, campaign, now) if closing else 0
            _enqueue_deliveries(connection, campaign, now)
            if installation.home.smtp is not None and installation.home.smtp.sending is Sending.ON:
                _send_what_was_rehearsed(installation, connection, campaign, now)
    return PlanReport(reminders=reminders, alerts=alerts, consolidated=tuple(outputs), problems=tuple(problems))


def _not_made(campaign: Campaign, error: ThubaoError | OSError) -> Text:
    why = error.told if isinstance(error, ThubaoError) else Text(vi=str(error), en=str(error))
    return Text(
        vi=f"{campaign.id}: không lập được bản tổng hợp: {why.vi}",
        en=f"{campaign.id}: the consolidated report could not be made: {why.en}",
    )


def planned_reminders(
    installation: Installation, connection: Connection, campaign: Campaign, now: datetime
) -> tuple[DueReminder, ...]:
    """The reminders due now for units that have an address, whether queued before or not."""
    timezone = installation.home.office.timezone
    due = due_reminders(campaign, submissions(connection, campaign), now, timezone)
    waiting = units_that_wait(connection, campaign)
    return tuple(each for each in due if _addresses(campaign, each.unit) and each.unit not in waiting)


def close_if_due(installation: Installation, campaign: Campaign, now: datetime) -> Output | None:
    """At the deadline, and whenever figures change after it: the consolidated report."""
    with installation.database.reading() as connection:
        due = is_due(connection, campaign, now)
    return consolidate_campaign(installation, campaign, now) if due else None


def _enqueue_deliveries(connection: Connection, campaign: Campaign, now: datetime) -> None:
    """The newest final consolidation goes to its recipients: once per version, however often this is asked."""
    latest = latest_consolidation(connection, campaign.id)
    if latest is None or not latest.final or not campaign.consolidation.at_deadline:
        return
    for position, recipient in enumerate(campaign.consolidation.recipients, start=1):
        enqueue(
            connection,
            key=notice_key(campaign.id, None, NoticeKind.DELIVERY, latest.made_at, position),
            campaign=campaign.id,
            unit=None,
            kind=NoticeKind.DELIVERY,
            due_at=latest.made_at,
            created_at=now,
            recipient=recipient,
            cause=f"consolidation {latest.version}",
            context={"files": list(latest.files), "version": latest.version},
        )


def _send_what_was_rehearsed(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> None:
    """What was due in a rehearsal never left: it leaves now, unless it is no longer called for. Receipts are not made up for."""
    if now.astimezone(installation.home.office.timezone).date() > campaign.closes:
        return
    for each in notices_in(connection, NoticeState.DRY_RUN, campaign=campaign.id):
        if each.kind in _REHEARSED or each.cause == _DEADLINE:
            send_after_all(connection, each.key, now)


def _enqueue_reminder(
    connection: Connection, campaign: Campaign, due: DueReminder, now: datetime, lost: frozenset[str] = frozenset()
) -> bool:
    """One reminder, and with it the copy for the unit's head where the office wants that.

    Where mail to the unit's first address came back it goes to the next one, which has a key of its own.
    """
    kind = _KINDS[due.rung.kind]
    unit = campaign.unit(due.unit)
    wanted = campaign.reminders.copy_heads and kind is NoticeKind.OVERDUE and unit is not None
    head = unit.head_email if wanted and unit is not None else ""
    context = {"rung": due.rung.number, **({"copied": head} if head else {})}
    addresses = _addresses(campaign, due.unit)
    address = next((each for each in addresses if each not in lost), addresses[0])

    def queue(kind: NoticeKind, recipient: str, sequence: int = 1) -> bool:
        return enqueue(
            connection,
            key=notice_key(campaign.id, due.unit, kind, due.rung.due_at, sequence),
            campaign=campaign.id,
            unit=due.unit,
            kind=kind,
            due_at=due.rung.due_at,
            created_at=now,
            recipient=recipient,
            cause=f"rung {due.rung.number}",
            context=context if kind is not NoticeKind.OVERDUE_COPY else {**context, "to": address},
        )

    if head and head != address:
        queue(NoticeKind.OVERDUE_COPY, head)
    return queue(kind, address, addresses.index(address) + 1)


def _enqueue_alert(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> int:
    """At the deadline the officers learn who is missing."""
    if now < campaign.deadline:
        return 0
    return sum(
        enqueue(
            connection,
            key=notice_key(campaign.id, None, NoticeKind.OFFICER_ALERT, campaign.deadline, position),
            campaign=campaign.id,
            unit=None,
            kind=NoticeKind.OFFICER_ALERT,
            due_at=campaign.deadline,
            created_at=now,
            recipient=officer,
            cause=_DEADLINE,
        )
        for position, officer in enumerate(installation.home.office.officers, start=1)
    )


def _addresses(campaign: Campaign, code: str) -> tuple[str, ...]:
    """The unit's addresses, the first one first."""
    unit = campaign.unit(code)
    return unit.emails if unit else ()
