"""What each notice says, in the state of the moment it leaves, and whether it is still called for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from config.campaign import Campaign
from config.errors import ThubaoError
from config.text import Language
from parsers.codec import from_plain
from service.enclosures import enclosures
from service.installation import Installation
from service.judging import submission_of, submissions
from service.letter_words import (
    changed_figures,
    have_items,
    key_figures,
    missing_items,
    moment,
    problems,
    status_text,
    two_digits,
)
from service.outputs.letters import Addressing, compose, render_letter
from service.rules.consolidation import Consolidation
from service.rules.remind import next_rung
from service.rules.status import deadline_of, owes
from service.rules.submission import Change, Content, Submission
from service.sending import Letter
from storage.mail_records import message_record
from storage.notices import Notice, NoticeKind
from storage.readings import Filing, MessageState, filings, reading_of
from storage.submissions import latest_consolidation

_LETTERS = {
    NoticeKind.REMINDER: "reminder",
    NoticeKind.OVERDUE: "overdue",
    NoticeKind.OFFICER_ALERT: "officer_alert",
    NoticeKind.DELIVERY: "delivery",
    NoticeKind.DIGEST: "digest",
    NoticeKind.KICKOFF: "kickoff",
    NoticeKind.CHASE: "chase",
    NoticeKind.QUESTION: "ask_unit",
}
_FINAL_CALL = timedelta(days=2)
_DAY_ENDS = time(17, 0)


class Correspondence:
    """Writes letters for the notices of an installation. One per sending round: `now` is the round's moment."""

    def __init__(self, installation: Installation, now: datetime) -> None:
        self._installation = installation
        self._now = now
        self._language = installation.home.office.language
        self._timezone = installation.home.office.timezone

    def still_called_for(self, notice: Notice) -> str:
        """Why the notice is no longer needed, "" when it is: a unit that has sent meanwhile is not reminded."""
        campaign = self._installation.home.campaign(notice.campaign)
        if campaign is None:
            return f"campaign {notice.campaign} is no longer configured"
        if notice.kind not in {NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.KICKOFF}:
            return ""
        submission = self._submission(campaign, notice.unit)
        if submission is None:
            return f"unit {notice.unit} is no longer on the roster"
        if not owes(submission):
            return "the unit owes nothing any more"
        if notice.kind is NoticeKind.KICKOFF:
            return "the unit has sent its report already" if submission.versions else ""
        if notice.kind is NoticeKind.REMINDER and self._now > deadline_of(campaign, submission):
            return "the deadline has passed"
        if notice.kind is NoticeKind.OVERDUE and self._now <= deadline_of(campaign, submission):
            return "the deadline was extended"
        return ""

    def write(self, notice: Notice, message_id: str) -> Letter:
        """The letter for a notice."""
        campaign = self._installation.home.campaign(notice.campaign)
        smtp = self._installation.home.smtp
        if campaign is None or smtp is None:
            raise ThubaoError(f"notice {notice.key} has no campaign or no [smtp] to leave by")
        kind = str(notice.context.get("letter") or _LETTERS.get(notice.kind, notice.kind.value))
        template = campaign.letters.get(kind)
        if template is None:
            raise ThubaoError(f"campaign {campaign.id} has no letter “{kind}”")
        text = render_letter(kind, template, self.variables(campaign, notice))
        answered, references = self._thread(notice)
        addressing = Addressing(
            sender=smtp.from_address,
            sender_name=self._installation.home.office.name,
            recipient=notice.recipient,
            message_id=message_id,
            dated=self._now,
            in_reply_to=answered,
            references=references,
        )
        return Letter(
            subject=text.subject, content=compose(text, addressing, enclosures(self._installation, campaign, notice, self._now))
        )

    def variables(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        """Everything a letter's template may name; see docs/letters.md."""
        return {
            **self._about_campaign(campaign),
            **self._about_unit(campaign, notice),
            **self._about_all(campaign),
            **self._about_message(notice),
            **self._about_output(campaign, notice),
        }

    def _about_campaign(self, campaign: Campaign) -> dict[str, object]:
        office, smtp = self._installation.home.office, self._installation.home.smtp
        local_deadline = campaign.deadline.astimezone(self._timezone)
        days_left = (local_deadline.date() - self._now.astimezone(self._timezone).date()).days
        rule = campaign.photos
        return {
            "campaign_title": campaign.title,
            "campaign_short": campaign.short_title,
            "order_citation": campaign.order_citation,
            "deadline_text": campaign.deadline_wording,
            "deadline": self._moment(campaign.deadline),
            "days_left": days_left,
            "last_day": f"{local_deadline:%d/%m/%Y}",
            "office_name": office.name,
            "area_name": campaign.area,
            "mailbox": smtp.from_address if smtp else "",
            "contact_name": office.contact_name,
            "contact_phone": office.contact_phone,
            "now": self._moment(self._now),
            "photo_min": self._count(rule.min if rule else 0),
            "photo_max": self._count(rule.max if rule else 0),
            "final_call": self._moment(self._final_call(campaign)),
            "correction_until": self._moment(max(campaign.deadline, self._final_call(campaign))),
        }

    def _about_unit(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        unit = campaign.unit(notice.unit) if notice.unit else None
        submission = self._submission(campaign, notice.unit)
        changes = tuple(
            Change(indicator=each[0], column=each[1], before=each[2], after=each[3]) for each in notice.context.get("changes", ())
        )
        return {
            "unit_name": unit.full_name if unit else "",
            "unit_office": f"UBND {unit.full_name}" if unit else "",
            "photo_count": self._count(len(submission.photos) if submission else 0),
            "key_figures": key_figures(campaign, submission, self._language) if submission else [],
            "problems": problems(submission, self._language) if submission else [],
            "missing_items": missing_items(campaign, submission, self._language) if submission else [],
            "have_items": have_items(submission, self._language) if submission else [],
            "changed_figures": changed_figures(campaign, changes, self._language),
            "status_text": status_text(submission, self._language) if submission else "",
            "version": submission.version if submission else notice.context.get("version", 0),
            "rung": notice.context.get("rung", 1),
        }

    def _about_all(self, campaign: Campaign) -> dict[str, object]:
        with self._installation.database.reading() as connection:
            every = submissions(connection, campaign)
            waiting = [
                each
                for each in filings(connection).values()
                if each.state in {MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION, MessageState.SET_ASIDE}
            ]
        expected = [each for each in every if each.content is not Content.EXCUSED]
        complete = [each for each in expected if each.complete]
        missing = [each for each in expected if not each.versions]
        partial = [each for each in expected if each.versions and not each.complete]
        rung = next_rung(campaign, campaign.deadline, self._now, self._timezone)
        return {
            "n_total": len(expected),
            "n_received": len(expected) - len(missing),
            "n_complete": len(complete),
            "n_partial": len(partial),
            "n_missing": len(missing),
            "list_complete": [_name(campaign, each.unit) for each in complete],
            "list_partial": [self._partial_line(campaign, each) for each in partial],
            "list_missing": [_name(campaign, each.unit) for each in missing],
            "n_waiting": len(waiting),
            "actions": self._actions(waiting, every, campaign),
            "next_reminder": self._moment(rung.due_at) if rung else "",
        }

    def _about_message(self, notice: Notice) -> dict[str, object]:
        """The mail that is answered: when it came, its subject, the code that names it in every later letter."""
        received, subject, number = "", "", notice.trigger_id
        if number is not None:
            with self._installation.database.reading() as connection:
                record, reading = message_record(connection, number), reading_of(connection, number)
            received = self._moment(record.received_at) if record else ""
            subject = reading.envelope.subject if reading else ""
        code = f"{notice.unit or 'TB'}-{number:05d}" if number is not None else ""
        return {"received_at": received, "subject": subject, "receipt_code": code, "candidates": []}

    def _about_output(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        with self._installation.database.reading() as connection:
            latest = latest_consolidation(connection, campaign.id)
        if latest is None:
            return {"cutoff": "", "n_included": 0, "n_warnings": 0, "files": []}
        made = from_plain(Consolidation, latest.payload)
        delivered = (
            {"list_missing": [_name(campaign, each) for each in made.missing]} if notice.kind is NoticeKind.DELIVERY else {}
        )
        return {
            **delivered,
            "cutoff": self._moment(made.cutoff),
            "n_included": made.reported,
            "n_warnings": len(made.findings),
            "files": [Path(each).name for each in latest.files],
        }

    def _final_call(self, campaign: Campaign) -> datetime:
        """The end of the working day two days from now, or from the deadline where that is later."""
        day = (max(self._now, campaign.deadline) + _FINAL_CALL).astimezone(self._timezone).date()
        return datetime.combine(campaign.working_days.on_or_after(day), _DAY_ENDS, self._timezone)

    def _actions(self, waiting: Sequence[Filing], every: tuple[Submission, ...], campaign: Campaign) -> list[str]:
        vietnamese = self._language is Language.VI
        lines = []
        if waiting:
            count = self._count(len(waiting))
            lines.append(f"Xem và ghép {count} thư chờ xử lý." if vietnamese else f"Look at {count} mails that wait for you.")
        for each in every:
            if each.waiting or each.provisional:
                name = _name(campaign, each.unit)
                lines.append(f"Xác nhận người gửi của {name}." if vietnamese else f"Confirm who sent for {name}.")
        without = [unit.full_name for unit in campaign.roster if not unit.emails]
        if without:
            names = ", ".join(without)
            lines.append(f"Bổ sung địa chỉ thư của: {names}." if vietnamese else f"Add an address for: {names}.")
        return lines

    def _partial_line(self, campaign: Campaign, submission: Submission) -> str:
        owed = "; ".join(each.rstrip(".") for each in missing_items(campaign, submission, self._language))
        return f"{_name(campaign, submission.unit)}: {owed}" if owed else _name(campaign, submission.unit)

    def _submission(self, campaign: Campaign, code: str | None) -> Submission | None:
        unit = campaign.unit(code) if code else None
        if unit is None:
            return None
        with self._installation.database.reading() as connection:
            return submission_of(connection, campaign, unit)

    def _thread(self, notice: Notice) -> tuple[str, tuple[str, ...]]:
        if notice.trigger_id is None:
            return "", ()
        with self._installation.database.reading() as connection:
            reading = reading_of(connection, notice.trigger_id)
        return (reading.envelope.message_id, reading.envelope.references[-8:]) if reading else ("", ())

    def _moment(self, at: datetime) -> str:
        return moment(at, self._timezone, self._language)

    def _count(self, number: int) -> str:
        return two_digits(number, self._language)


def _name(campaign: Campaign, code: str) -> str:
    unit = campaign.unit(code)
    return unit.full_name if unit else code
