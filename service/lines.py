"""Every unit of a campaign in one line: what the board shows and the consolidated report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign, Slot
from service.judging import submissions
from service.rules.consolidation import OpenMail, UnitLine
from service.rules.status import timeliness
from service.rules.submission import Content, SlotState, Submission
from storage.filings import waiting_filings
from storage.notices import reminders_sent


def unit_lines(connection: Connection, campaign: Campaign, now: datetime) -> tuple[UnitLine, ...]:
    """Every unit of the roster as the board and the consolidated report show it."""
    reminders = reminders_sent(connection, campaign.id)
    waiting = open_mails(connection, campaign)
    return tuple(
        UnitLine(
            code=unit.code,
            name=unit.full_name,
            submission=submission,
            timeliness=timeliness(campaign, submission, now),
            reported=_reported(submission),
            reminders=reminders.get(unit.code, 0),
            phone=unit.phone,
            open_mails=waiting.get(unit.code, ()),
        )
        for unit, submission in zip(campaign.roster, submissions(connection, campaign), strict=True)
    )


def open_mails(connection: Connection, campaign: Campaign) -> Mapping[str, tuple[OpenMail, ...]]:
    """The mails that wait for the officer, by the unit that they seem to be from."""
    found: dict[str, tuple[OpenMail, ...]] = {}
    for each in waiting_filings(connection, campaign.id):
        if each.unit:
            found[each.unit] = (*found.get(each.unit, ()), OpenMail(message=each.message_id, why=each.why))
    return found


def _reported(submission: Submission) -> bool:
    """Whether a unit's form is in the totals: it has one, and the officer has neither excused nor returned it."""
    if submission.content in {Content.EXCUSED, Content.RETURNED}:
        return False
    form = submission.slot(Slot.FORM)
    return form is not None and form.state is not SlotState.MISSING
