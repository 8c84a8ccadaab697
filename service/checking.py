"""What `thubao check` finds beyond the files: servers that do not let us in, programs that are missing, and the mails to come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.campaign import Campaign
from config.errors import ThubaoError
from config.settings import Home, MailboxSettings
from config.text import Text
from service.convert import available
from service.credentials import mailbox_login, smtp_login
from service.digest import digest_moments
from service.installation import refuse_unknown_rules
from service.kickoff import kickoff_at
from service.mailbox import Mailbox
from service.outbox import SmtpSender
from service.rules.remind import chase_at, ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A mail to come: when, what, to how many."""

    at: datetime
    campaign: str
    kind: str
    recipients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was checked. `problems` keep the service from working, `notes` are good to know."""

    home: Home
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    servers: tuple[str, ...]
    calendar: tuple[CalendarEntry, ...]

    def plain(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "home": str(self.home.path),
            "problems": list(self.problems),
            "notes": list(self.notes),
            "servers": list(self.servers),
            "calendar": [
                {"at": each.at.isoformat(), "campaign": each.campaign, "kind": each.kind, "recipients": each.recipients}
                for each in self.calendar
            ],
        }


def check_home(home: Home, now: datetime, *, online: bool) -> CheckReport:
    """Everything that can be known before the service starts; ConfigError when a form names rules that nobody knows."""
    refuse_unknown_rules(home)
    problems = list(_unwritable(home))
    servers: list[str] = []
    unread: list[str] = []
    if online:
        for settings in home.mailboxes:
            try:
                with Mailbox(settings, mailbox_login(settings)) as mailbox:
                    counts = [f"{folder}: {mailbox.status(folder).messages}" for folder in settings.folders]
                    unread.extend(_unread_folders(settings, mailbox.folders()))
                servers.append(f"{settings.name} {settings.host}:{settings.port} ({', '.join(counts)})")
            except ThubaoError as error:
                problems.append(f"{settings.name}: {error.in_(home.office.language)}")
        problems.extend(_check_smtp(home, servers))
    notes = unread + [_absent(name) for name, program in available().items() if not program.found]
    for campaign in home.campaigns:
        without = [unit.full_name for unit in campaign.roster if not unit.emails]
        if without:
            notes.append(f"{campaign.id}: {', '.join(without)} – chưa có địa chỉ thư / no address")
    calendar = tuple(entry for campaign in home.campaigns for entry in _calendar(home, campaign) if entry.at > now)
    return CheckReport(
        home=home,
        problems=tuple(problems),
        notes=tuple(notes),
        servers=tuple(servers),
        calendar=tuple(sorted(calendar, key=lambda each: each.at)),
    )


def _unwritable(home: Home) -> Iterator[str]:
    """The folder of what is on record, where it may not be written to: nothing at all could be received."""
    folder = home.path / "data"
    if not os.access(folder if folder.exists() else home.path, os.W_OK | os.X_OK):
        refused = Text(
            vi=f"không ghi được vào {folder}: kiểm tra quyền của người dùng đang chạy Thubao",
            en=f"cannot write to {folder}: check that it belongs to the user that runs Thubao",
        )
        yield refused.in_(home.office.language)


def _check_smtp(home: Home, servers: list[str]) -> list[str]:
    smtp = home.smtp
    if smtp is None:
        return []
    try:
        sender = SmtpSender(smtp, smtp_login(smtp))
        sender.check()
        sender.close()
    except ThubaoError as error:
        return [f"smtp: {error.in_(home.office.language)}"]
    servers.append(f"smtp {smtp.host}:{smtp.port} ({smtp.sending.value})")
    return []


def _unread_folders(settings: MailboxSettings, folders: tuple[str, ...]) -> list[str]:
    """What a person moves, or a filter sorts, into another folder is not seen: better said before than found out."""
    read = {each.upper() if each.upper() == "INBOX" else each for each in settings.folders}
    others = [each for each in folders if each not in read and each.upper() not in read]
    if not others:
        return []
    names = ", ".join(others)
    return [f"{settings.name}: không đọc các thư mục {names} (thêm vào `folders` nếu cần) / folders that are not read: {names}"]


def _absent(name: str) -> str:
    program = available()[name]
    return f"{name} chưa cài (gói {program.package}): {program.purpose.vi} / not installed: {program.purpose.en}"


def _calendar(home: Home, campaign: Campaign) -> list[CalendarEntry]:
    """Every rung of the ladder, the alert and the delivery; how many units a reminder reaches depends on what they send."""
    with_address = sum(1 for unit in campaign.roster if unit.emails)
    entries = [
        CalendarEntry(at=rung.due_at, campaign=campaign.id, kind=rung.kind.value, recipients=with_address)
        for rung in ladder(campaign, campaign.deadline, home.office.timezone)
    ]
    entries.extend(
        CalendarEntry(at=at, campaign=campaign.id, kind="digest", recipients=len(home.office.officers))
        for at in digest_moments(campaign, home.office.timezone)
    )
    if campaign.reminders.kickoff:
        at = kickoff_at(campaign, home.office.timezone)
        entries.append(CalendarEntry(at=at, campaign=campaign.id, kind="kickoff", recipients=with_address))
    officers = len(home.office.officers)
    chased = chase_at(campaign, home.office.timezone)
    if chased is not None:
        entries.append(CalendarEntry(at=chased, campaign=campaign.id, kind="chase", recipients=officers))
    entries.append(CalendarEntry(at=campaign.deadline, campaign=campaign.id, kind="officer_alert", recipients=officers))
    if campaign.consolidation.at_deadline:
        to = len(campaign.consolidation.recipients)
        entries.append(CalendarEntry(at=campaign.deadline, campaign=campaign.id, kind="delivery", recipients=to))
    return entries
