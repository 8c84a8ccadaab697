"""A letter as it would read now, without a notice in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from config.campaign import Campaign, Unit
from config.errors import ThubaoError
from config.text import Text
from service.correction import ASKS
from service.correspondence import Correspondence
from service.enclosures import enclosures
from service.installation import Installation
from service.judging import submission_of
from service.letter_words import moment
from service.officer_mail import code_for
from service.outputs.letters import render_letter
from service.rules.submission import Submission
from storage.notices import Notice, NoticeKind, NoticeState, notice_content, notices
from storage.submissions import latest_consolidation

_NAMED_OTHERWISE = {"ask_unit": NoticeKind.QUESTION}
_TO_THE_OFFICE = (NoticeKind.OFFICER_ALERT, NoticeKind.DIGEST, NoticeKind.DELIVERY, NoticeKind.CHASE, NoticeKind.OFFICER_ANSWER)


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
        known = ", ".join(campaign.letters)
        raise NoSuchLetterError(
            Text(vi=f"không có mẫu thư {kind}; ghi một trong: {known}", en=f"there is no letter {kind}; write one of: {known}")
        )
    with installation.database.reading() as connection:
        submission = submission_of(connection, campaign, unit)
        latest = latest_consolidation(connection, campaign.id)
    notice = _notice(installation, campaign, unit, kind, submission, now, files=latest.files if latest else ())
    variables = Correspondence(installation, now).variables(campaign, notice)
    if notice.trigger_id is None:
        variables = {**variables, **_as_if_answering(installation, unit, now)}
    text = render_letter(kind, template, variables)
    enclosed = enclosures(installation, campaign, notice, submission, now)
    sizes = tuple((each.name, each.stat().st_size) if isinstance(each, Path) else (each[0], len(each[1])) for each in enclosed)
    return Preview(recipient=notice.recipient, subject=text.subject, body=text.body, attachments=sizes)


def letter_of(installation: Installation, number: int, now: datetime) -> Preview:
    """The letter of a notice: as it left, or in a dry run would have; of one that is not written yet, as it reads now."""
    with installation.database.reading() as connection:
        notice = next((each for each in notices(connection) if each.id == number), None)
        content = notice_content(connection, number)
    if notice is None:
        raise NoSuchLetterError(
            Text(
                vi=f"không có thông báo số {number}; `thubao notices` liệt kê các thông báo",
                en=f"there is no notice {number}; `thubao notices` lists them",
            )
        )
    if content is None:
        content = Correspondence(installation, now).write(notice, "").content
    mail = message_from_bytes(content, policy=SMTP)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    files = mail.iter_attachments() if isinstance(mail, EmailMessage) else ()
    return Preview(
        recipient=notice.recipient,
        subject=" ".join(str(mail["Subject"]).split()),
        body=str(body.get_content()).replace("\r\n", "\n") if body is not None else "",
        attachments=tuple((str(each.get_filename()), len(each.get_payload(decode=True) or b"")) for each in files),
    )


def _as_if_answering(installation: Installation, unit: Unit, now: datetime) -> dict[str, str]:
    """What a letter says of the mail it answers, for a unit that has sent none yet."""
    office = installation.home.office
    subject = Text(vi="Báo cáo của đơn vị", en="Our report").in_(office.language)
    return {
        "received_at": moment(now, office.timezone, office.language),
        "receipt_code": f"{unit.code}-00001",
        "subject": subject,
    }


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
        context={
            "letter": kind,
            "changes": changes,
            "files": list(files),
            "reply_code": code_for(installation) if noticed in _TO_THE_OFFICE else "",
            ASKS: noticed is NoticeKind.RECEIPT,
        },
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
