"""Every unit of a campaign in one line: what the board shows and the consolidated report is made of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign, Slot
from service.judging import submissions
from service.rules.consolidation import UnitLine
from service.rules.status import timeliness
from service.rules.submission import Content, SlotState, Submission
from storage.notices import reminders_sent


def unit_lines(connection: Connection, campaign: Campaign, now: datetime) -> tuple[UnitLine, ...]:
    """Every unit of the roster as the board and the consolidated report show it."""
    reminders = reminders_sent(connection, campaign.id)
    return tuple(
        UnitLine(
            code=unit.code,
            name=unit.full_name,
            submission=submission,
            timeliness=timeliness(campaign, submission, now),
            reported=_reported(submission),
            reminders=reminders.get(unit.code, 0),
            phone=unit.phone,
        )
        for unit, submission in zip(campaign.roster, submissions(connection, campaign), strict=True)
    )


def _reported(submission: Submission) -> bool:
    """Whether a unit's form is in the totals: it has one, and the officer has neither excused nor returned it."""
    if submission.content in {Content.EXCUSED, Content.RETURNED}:
        return False
    form = submission.slot(Slot.FORM)
    return form is not None and form.state is not SlotState.MISSING
