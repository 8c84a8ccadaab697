"""What each notice says, in the state of the moment it leaves, and whether it is still called for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.campaign import Campaign
from config.errors import ThubaoError
from service import correction
from service.chasing import chase_of, phone_lines
from service.delivery_words import output_words
from service.enclosures import enclosures, packed
from service.health import alarmed_mailbox
from service.installation import Installation
from service.judging import submission_of
from service.letter_words import (
    changed_figures,
    deadline_words,
    have_items,
    key_figures,
    missing_items,
    moment,
    office_of,
    problems,
    returned_because,
    status_text,
    two_digits,
    waits_for_officer,
)
from service.officer_mail_settling import units_being_decided
from service.officer_mail_words import order_words
from service.outputs.chase_letter import Chase
from service.outputs.letters import Addressing, Enclosure, compose, render_letter
from service.receipts import letter_now
from service.rules.remind import final_call, ladder, opens_at
from service.rules.status import deadline_of, owes
from service.rules.submission import Change, Content, Submission
from service.sending import Letter
from service.tally import tally_words
from storage.decisions import DecisionKind, decisions_on
from storage.filings import MessageState, filings
from storage.mail_records import message_record
from storage.notices import WITHOUT_FILES, Notice, NoticeKind
from storage.readings import reading_of
from storage.submissions import latest_consolidation

_LETTERS = {
    NoticeKind.REMINDER: "reminder",
    NoticeKind.OVERDUE: "overdue",
    NoticeKind.OVERDUE_COPY: "overdue",
    NoticeKind.OFFICER_ALERT: "officer_alert",
    NoticeKind.DELIVERY: "delivery",
    NoticeKind.DIGEST: "digest",
    NoticeKind.KICKOFF: "kickoff",
    NoticeKind.CHASE: "chase",
    NoticeKind.QUESTION: "ask_unit",
}
_OVERDUE = frozenset({NoticeKind.OVERDUE, NoticeKind.OVERDUE_COPY})
_OWED = _OVERDUE | {NoticeKind.REMINDER}
_BEFORE_THE_DEADLINE = frozenset({NoticeKind.KICKOFF, NoticeKind.REMINDER})
_TO_UNITS = _OWED | {NoticeKind.KICKOFF}
_LOOK_AGAIN = timedelta(minutes=1)
_WHILE_IT_HOLDS = _TO_UNITS | {NoticeKind.CORRECTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class _CampaignWords:
    """What letters say of all units of a campaign, and the units of which a whole mail waits for the officer."""

    words: Mapping[str, object]
    waiting: frozenset[str]


class Correspondence:
    """Writes letters for the notices of an installation. One per sending round: `now` is the round's moment.

    `blind`: a mailbox could not be looked into just before. Then nobody is reminded of what may lie there already.
    """

    def __init__(self, installation: Installation, now: datetime, *, blind: bool = False) -> None:
        self._blind = blind
        self._installation = installation
        self._now = now
        self._language = installation.home.office.language
        self._timezone = installation.home.office.timezone
        self._being_decided: Mapping[tuple[str, str], datetime] | None = None
        self._enclosed: dict[str, tuple[Enclosure, ...]] = {}
        self._looked_up: tuple[str, str, Submission] | None = None
        self._of_campaign: dict[str, _CampaignWords] = {}
        self._outputs: dict[tuple[str, int | None], Mapping[str, object]] = {}

    def still_called_for(self, notice: Notice) -> str:
        """Why the notice is no longer needed, "" when it is: a unit that has sent meanwhile is not reminded."""
        self._looked_up = None  # the last look before a letter leaves is a new one
        campaign = self._installation.home.campaign(notice.campaign)
        if campaign is None:
            return f"campaign {notice.campaign} is no longer configured"
        if notice.kind is NoticeKind.DELIVERY:
            return self._replaced(notice)
        if notice.kind is NoticeKind.CHASE:
            return "" if self._chase(campaign).late else "no unit is late any more"
        if notice.kind not in _WHILE_IT_HOLDS:
            return ""
        submission = self._submission(campaign, notice.unit)
        if submission is None:
            return f"unit {notice.unit} is no longer on the roster"
        if notice.kind is NoticeKind.CORRECTION:
            return correction.overtaken(submission, int(notice.context["message"]), self._language)
        if not owes(submission):
            return "the unit owes nothing any more"
        due = deadline_of(campaign, submission)
        if notice.kind in _BEFORE_THE_DEADLINE and self._now > due:
            return "the deadline has passed"
        if notice.kind is NoticeKind.KICKOFF:
            return "the unit has sent its report already" if submission.versions else ""
        if notice.kind in _OVERDUE and self._now <= due:
            return "the deadline was extended"
        if any(notice.due_at < rung.due_at <= self._now for rung in ladder(campaign, due, self._timezone)):
            return "a later reminder takes its place"
        waits = submission.waiting or submission.unit in self._words_of(campaign).waiting
        return "the unit's papers wait for the officer" if waits else ""

    def not_before(self, notice: Notice) -> datetime | None:
        """When the office of a unit that is reminded opens again, None while it is open; every other mail may leave at once."""
        if self._blind and notice.kind in _OWED:
            return self._now + _LOOK_AGAIN
        campaign = self._installation.home.campaign(notice.campaign)
        if campaign is None or notice.kind not in _TO_UNITS:
            return None
        if self._being_decided is None:
            self._being_decided = units_being_decided(self._installation, self._now)
        settled = self._being_decided.get((notice.campaign, notice.unit or ""))
        return settled or opens_at(campaign, self._now, self._timezone)

    def look_anew(self, now: datetime, *, blind: bool) -> None:
        """Mail came in during the round: what was gathered of all units is gathered again."""
        self._now = now
        self._blind = blind
        self._being_decided = None
        self._of_campaign.clear()

    def write(self, notice: Notice, message_id: str) -> Letter:
        """The letter for a notice."""
        campaign = self._installation.home.campaign(notice.campaign)
        smtp = self._installation.home.smtp
        if campaign is None or smtp is None:
            raise ThubaoError(f"notice {notice.key} has no campaign or no [smtp] to leave by")
        submission = self._submission(campaign, notice.unit)
        kind = letter_now(notice, submission, self._language) or _LETTERS.get(notice.kind, notice.kind.value)
        template = campaign.letters.get(kind)
        if template is None:
            raise ThubaoError(f"campaign {campaign.id} has no letter “{kind}”")
        try:
            text = render_letter(kind, template, self.variables(campaign, notice))
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ThubaoError(f"letter “{kind}” cannot be filled in: {error}") from error
        answered, references = self._thread(notice)
        addressing = Addressing(
            sender=smtp.from_address,
            sender_name=self._installation.home.office.name,
            recipient=str(notice.context.get("to") or notice.recipient),
            copied=str(notice.context.get("copied", "")),
            message_id=message_id,
            dated=self._now,
            in_reply_to=answered,
            references=references,
        )
        try:
            most = 0 if notice.context.get(WITHOUT_FILES) else smtp.max_message_bytes
            going = packed(self._enclosures(campaign, notice), most)
            note = going.note(self._language)
            body = f"{text.body.rstrip()}\n\n{note}\n" if note else text.body
            content = compose(replace(text, body=body), addressing, going.inside)
        except OSError as error:
            raise ThubaoError(f"a file that goes with letter “{kind}” cannot be read: {error}") from error
        return Letter(subject=text.subject, content=content)

    def variables(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        """Everything a letter's template may name; see docs/letters.md."""
        return {
            **self._about_campaign(campaign, deadline_of(campaign, self._submission(campaign, notice.unit))),
            **self._about_unit(campaign, notice),
            **self._words_of(campaign).words,
            **self._about_message(notice),
            "unread_mailbox": alarmed_mailbox(notice),
            **self._about_output(campaign, notice),
            **order_words(self._installation, campaign, notice, self._now),
            **self._about_chase(campaign, notice),
            **correction.words_of(self._asked(campaign, notice), notice, self._names_of_made(campaign, notice)),
        }

    def _asked(self, campaign: Campaign, notice: Notice) -> correction.Correction | None:
        submission = self._submission(campaign, notice.unit)
        return None if submission is None else correction.asked_in(notice, submission, self._language)

    def _names_of_made(self, campaign: Campaign, notice: Notice) -> tuple[str, ...]:
        if notice.kind not in {NoticeKind.CORRECTION, NoticeKind.RECEIPT, NoticeKind.REMINDER}:
            return ()
        return tuple(each[0] for each in self._enclosures(campaign, notice) if isinstance(each, tuple))

    def _enclosures(self, campaign: Campaign, notice: Notice) -> tuple[Enclosure, ...]:
        """What goes with the letter, made once: the letter says what it is."""
        if notice.key not in self._enclosed:
            submission = self._submission(campaign, notice.unit)
            self._enclosed = {notice.key: enclosures(self._installation, campaign, notice, submission, self._now)}
        return self._enclosed[notice.key]

    def _about_campaign(self, campaign: Campaign, due: datetime) -> dict[str, object]:
        """The campaign with the deadline that holds for the reader: a unit's own where it was extended."""
        office, smtp = self._installation.home.office, self._installation.home.smtp
        local_deadline = due.astimezone(self._timezone)
        wording = deadline_words(due, self._timezone, self._language) if due != campaign.deadline else campaign.deadline_wording
        last_moment = final_call(campaign, self._now, due, self._timezone)
        days_left = (local_deadline.date() - self._now.astimezone(self._timezone).date()).days
        rule = campaign.photos
        return {
            "campaign_title": campaign.title,
            "campaign_short": campaign.short_title,
            "order_citation": campaign.order_citation,
            "deadline_text": wording,
            "deadline": self._moment(due),
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
            "final_call": self._moment(last_moment),
            "correction_until": wording if self._now <= due else deadline_words(last_moment, self._timezone, self._language),
        }

    def _about_unit(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        unit = campaign.unit(notice.unit) if notice.unit else None
        submission = self._submission(campaign, notice.unit)
        changes = tuple(
            Change(indicator=each[0], column=each[1], before=each[2], after=each[3]) for each in notice.context.get("changes", ())
        )
        figures = key_figures(campaign, submission, self._language) if submission else []
        doubts = self._doubts(campaign, notice, submission) if submission else []
        missing = missing_items(campaign, submission, self._language) if submission else []
        have = have_items(submission, self._language) if submission else []
        if submission is not None and submission.content is Content.RETURNED:
            doubts = [*self._why_returned(campaign, submission), *doubts]
        if submission is not None and notice.trigger_id in submission.waiting:  # a stranger is not told what the unit sent
            figures, doubts, missing, have = [], [waits_for_officer(self._language)], [], []
        return {
            "unit_name": unit.full_name if unit else "",
            "unit_office": office_of(unit) if unit else "",
            "photo_count": self._count(len(submission.photos) if submission else 0),
            "key_figures": figures,
            "problems": doubts,
            "missing_items": missing,
            "have_items": have,
            "changed_figures": changed_figures(campaign, changes, self._language),
            "status_text": status_text(submission, self._language) if submission else "",
            "version": submission.version if submission else notice.context.get("version", 0),
            "rung": notice.context.get("rung", 1),
        }

    def _doubts(self, campaign: Campaign, notice: Notice, submission: Submission) -> list[str]:
        """What is doubtful, in words; in a letter that asks for a correction its lines come first."""
        found = self._asked(campaign, notice)
        if found is None:
            return [] if notice.kind is NoticeKind.CORRECTION else problems(submission, self._language)
        lines = correction.lines_of(found, self._names_of_made(campaign, notice), self._language)
        rest = () if notice.kind is NoticeKind.CORRECTION else problems(submission, self._language, told=found.told)
        return [*lines, *rest]

    def _words_of(self, campaign: Campaign) -> _CampaignWords:
        """What letters say of all units: the same in a whole round, and too dear to gather for each of ten thousand letters."""
        if campaign.id not in self._of_campaign:
            with self._installation.database.reading() as connection:
                filed = [each for each in filings(connection).values() if each.state is MessageState.NEEDS_DECISION]
                words = tally_words(self._installation, connection, campaign, self._now)
            waiting = frozenset(each.unit for each in filed if each.campaign == campaign.id and each.unit and not each.request)
            self._of_campaign[campaign.id] = _CampaignWords(words=words, waiting=waiting)
        return self._of_campaign[campaign.id]

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

    def _about_output(self, campaign: Campaign, notice: Notice) -> Mapping[str, object]:
        delivery = notice.kind is NoticeKind.DELIVERY
        version = int(notice.context["version"]) if delivery and "version" in notice.context else None
        key = (campaign.id, version if version is not None or not delivery else -1)
        if key not in self._outputs:
            with self._installation.database.reading() as connection:
                self._outputs[key] = output_words(
                    connection, campaign, version, self._timezone, self._language, delivery=delivery
                )
        return self._outputs[key]

    def _about_chase(self, campaign: Campaign, notice: Notice) -> dict[str, object]:
        if notice.kind is not NoticeKind.CHASE:
            return {"n_late": 0, "phone_list": []}
        chase = self._chase(campaign)
        return {"n_late": len(chase.late), "phone_list": phone_lines(chase)}

    def _chase(self, campaign: Campaign) -> Chase:
        with self._installation.database.reading() as connection:
            return chase_of(self._installation, connection, campaign, self._now)

    def _replaced(self, notice: Notice) -> str:
        """Why a delivery is pointless: a newer version exists and is delivered in its stead."""
        with self._installation.database.reading() as connection:
            latest = latest_consolidation(connection, notice.campaign)
        newer = latest is not None and latest.final and latest.version > int(notice.context.get("version", latest.version))
        return f"version {latest.version} takes its place" if newer and latest is not None else ""

    def _why_returned(self, campaign: Campaign, submission: Submission) -> list[str]:
        with self._installation.database.reading() as connection:
            decisions = decisions_on(connection, campaign.id, submission.unit)
        why = next((each.why for each in reversed(decisions) if each.kind is DecisionKind.RETURN), "")
        return [returned_because(why, self._language)]

    def _submission(self, campaign: Campaign, code: str | None) -> Submission | None:
        if self._looked_up is not None and self._looked_up[:2] == (campaign.id, code):
            return self._looked_up[2]
        unit = campaign.unit(code) if code else None
        if unit is None:
            return None
        with self._installation.database.reading() as connection:
            found = submission_of(connection, campaign, unit)
        self._looked_up = (campaign.id, unit.code, found)
        return found

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
