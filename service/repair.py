"""Reading the archive again: a better reader, or an emptied database, ends with the same facts and better readings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from service.filing import file_new
from service.installation import Installation
from service.judging import rejudge
from service.reading import read_new
from storage.decisions import decisions_on
from storage.mail_records import message_record, messages
from storage.readings import forget_derived, forget_reading
from storage.submissions import states

Progress = Callable[[int, int], None]


def replay(installation: Installation, now: datetime, number: int | None, progress: Progress = lambda _done, _all: None) -> int:
    """Read one message, or all, again; gives how many. Facts, decisions and what was sent stay as they are."""
    with installation.database.writing() as connection:
        if number is None:
            forget_derived(connection)
            count = len(messages(connection))
        else:
            count = 1 if message_record(connection, number) is not None else 0
            forget_reading(connection, number)
    read_new(installation, now, progress)
    file_new(installation, now)
    _judge_the_silent(installation, now)
    return count


def _judge_the_silent(installation: Installation, now: datetime) -> None:
    """Units that sent nothing have no mail that would bring them up again, and may still be excused or have more time."""
    with installation.database.writing() as connection:
        for campaign in installation.home.campaigns:
            judged = {code for code, _ in states(connection, campaign.id)}
            for unit in campaign.roster:
                if unit.code not in judged and decisions_on(connection, campaign.id, unit.code):
                    rejudge(connection, campaign, unit, now)
