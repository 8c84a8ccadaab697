"""A letter as it would read now, without a notice in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.campaign import Campaign, Unit
from config.errors import ThubaoError
from service.correspondence import Correspondence
from service.enclosures import enclosures
from service.installation import Installation
from service.judging import submission_of
from service.outputs.letters import render_letter
from service.rules.submission import Submission
from storage.notices import Notice, NoticeKind, NoticeState
from storage.submissions import latest_consolidation

_NAMED_OTHERWISE = {"ask_unit": NoticeKind.QUESTION}
_TO_THE_OFFICE = (NoticeKind.OFFICER_ALERT, NoticeKind.DIGEST, NoticeKind.DELIVERY, NoticeKind.CHASE)


class NoSuchLetterError(ThubaoError):
    """A kind of letter that the campaign does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A letter with its recipient and the names and sizes of what goes with it."""

    recipient: str
    subject: str
    body: str
    attachments: tuple[tuple[str, int], ...]


def preview_letter(installation: Installation, campaign: Campaign, unit: Unit, kind: str, now: datetime) -> Preview:
    """The letter of this kind to this unit, in the state of this moment."""
    template = campaign.letters.get(kind)
    if template is None:
        raise NoSuchLetterError(f"there is no letter {kind}; write one of: {', '.join(campaign.letters)}")
    with installation.database.reading() as connection:
        submission = submission_of(connection, campaign, unit)
        latest = latest_consolidation(connection, campaign.id)
    notice = _notice(installation, campaign, unit, kind, submission, now, files=latest.files if latest else ())
    text = render_letter(kind, template, Correspondence(installation, now).variables(campaign, notice))
    enclosed = enclosures(installation, campaign, notice, now)
    sizes = tuple((each.name, each.stat().st_size) if isinstance(each, Path) else (each[0], len(each[1])) for each in enclosed)
    return Preview(recipient=notice.recipient, subject=text.subject, body=text.body, attachments=sizes)


def _notice(
    installation: Installation,
    campaign: Campaign,
    unit: Unit,
    kind: str,
    submission: Submission,
    now: datetime,
    *,
    files: tuple[str, ...],
) -> Notice:
    """A notice that stands in no outbox; what it answers is the newest mail of the unit."""
    newest = submission.versions[-1] if submission.versions else None
    noticed = _kind_of(kind)
    officers = installation.home.office.officers
    to_unit = unit.emails[0] if unit.emails else ""
    changes = [[each.indicator, each.column, each.before, each.after] for each in newest.changes] if newest else []
    return Notice(
        id=0,
        key="preview",
        campaign=campaign.id,
        unit=None if noticed in _TO_THE_OFFICE else unit.code,
        kind=noticed,
        due_at=now,
        created_at=now,
        recipient=officers[0] if noticed in _TO_THE_OFFICE and officers else to_unit,
        state=NoticeState.HELD,
        cause="preview",
        context={"letter": kind, "changes": changes, "files": list(files)},
        trigger_id=newest.message if newest else None,
        subject="",
        message_id="",
        attempts=0,
        next_attempt_at=None,
        sent_at=None,
        error="",
    )


def _kind_of(letter: str) -> NoticeKind:
    if letter.startswith("receipt"):
        return NoticeKind.RECEIPT
    return _NAMED_OTHERWISE.get(letter) or NoticeKind(letter)
