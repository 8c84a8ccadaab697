"""Commands that do the work: run, tick, poll, import, read, remind, consolidate, replay, rebuild, fsck."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.text import Text
from service.cli_session import HomeOption, JsonOption, NowOption, RefusedError, Session, moment_of, print_json, session

if TYPE_CHECKING:
    from service.worker import TickReport


ReceivedAtOption = Annotated[
    datetime | None,
    typer.Option("--received-at", parser=moment_of, metavar="ISO8601", help="When the mail arrived.", show_default=False),
]


def run(home: HomeOption = None, now: NowOption = None) -> None:
    """The service: reads the mailbox, files, reminds, consolidates, until stopped. With --now, from that moment on."""
    from service.clock_watch import seconds_passed
    from service.console import Console, progress_bar
    from service.worker import Worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that takes longer than the interval is no fault
    with session(home, now, exclusive=True) as at:
        console = Console(at.home.office)
        with progress_bar(at.home.office) as progress:
            console.say("Thubao đang chạy; dừng bằng Ctrl+C hoặc SIGTERM.", "Thubao is running; stop it with Ctrl+C or SIGTERM.")
            worker = Worker(at.installation, _running_clock(at, now), progress=progress, passed=seconds_passed)
            with closing(worker):
                worker.run(report=console.tick)
        console.say("Đã dừng.", "Stopped.")


def tick(home: HomeOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Once: poll, process, queue what is due, send it, consolidate if due. For cron and the Task Scheduler."""
    from service.console import Console, progress_bar
    from service.worker import Worker

    with session(home, now, exclusive=True) as at, progress_bar(at.home.office) as progress:
        with closing(Worker(at.installation, _clock(at, now), progress=progress)) as worker:
            report = worker.tick()
        if as_json:
            print_json(_tick(report))
        else:
            Console(at.home.office).tick(replace(report, problems=()) if _came_to_nothing(report) else report)
    _refuse_problems(report)


def poll(home: HomeOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Once: fetch and process new mail, nothing else."""
    from service.console import Console, progress_bar
    from service.worker import TickReport, Worker

    with session(home, now, exclusive=True) as at, progress_bar(at.home.office) as progress:
        with closing(Worker(at.installation, _clock(at, now), progress=progress)) as worker:
            received, problems = worker.poll()
        report = TickReport(received=received, problems=problems)
        if as_json:
            print_json(_tick(report))
        else:
            Console(at.home.office).tick(replace(report, problems=()) if _came_to_nothing(report) else report)
    _refuse_problems(report)


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: .eml, .msg, .mbox, Maildir.")],
    received_at: Annotated[
        datetime | None,
        typer.Option(
            "--received-at", parser=moment_of, metavar="ISO8601", help="When the mail was received.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in mail from files instead of a server, and process it."""
    from service.console import Console, progress_bar
    from service.importing import NoMailError, import_mail
    from service.worker import Worker

    with session(home, now, exclusive=True) as at:
        zone = at.home.office.timezone
        moment = received_at if received_at is None or received_at.tzinfo else received_at.replace(tzinfo=zone)
        report = import_mail(at.installation, tuple(paths), at.now, moment)
        with progress_bar(at.home.office) as progress:
            Worker(at.installation, _clock(at, now), progress=progress).process()
        if as_json:
            print_json({"messages": list(report.messages), "skipped": list(report.skipped), "unread": list(report.unread)})
        else:
            Console(at.home.office).imported(report)
    if report.unread:
        told = "; ".join(report.unread)
        raise NoMailError(Text(vi=f"không đọc được {told}", en=f"cannot read {told}"))


def read(
    files: Annotated[list[Path], typer.Argument(help="Mails, workbooks, reports, archives or pictures.")],
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is understood of a file, and what is not. Recorded nowhere."""
    del now  # the same at every moment; taken so that a script may give it to every command
    from service.console import Console
    from service.looking import look_at, office_for_reading, refuse_missing

    office, campaigns = office_for_reading(home)
    plain = look_at(tuple(files), office, campaigns)
    if as_json:
        print_json(plain)
    else:
        Console(office).files(plain)
    refuse_missing(plain)


def remind(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be sent.")] = False,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is due now, or would be."""
    from service.console import Console
    from service.planning import plan, planned_reminders
    from service.worker import Worker
    from storage.notices import due_notices

    waits: tuple[str, ...] = ()
    with session(home, now, exclusive=not dry_run) as at:
        if dry_run:
            plain: list[dict[str, Any]] = []
            for campaign in at.home.campaigns:
                with at.installation.database.reading() as connection:
                    due = planned_reminders(at.installation, connection, campaign, at.now)
                plain.extend(at.views.due_reminder(campaign, each) for each in due)
        else:
            with closing(Worker(at.installation, _clock(at, now))) as worker:
                _, problems = worker.poll()  # whoever has sent just now is not reminded
                plan(at.installation, at.now, closing=worker.may_close())
                with at.installation.database.reading() as connection:
                    plain = [at.views.notice(each) for each in due_notices(connection, at.now)]
                worker.send()
            waits = problems if worker.is_blind() else ()
        if as_json:
            print_json(plain)
        else:
            Console(at.home.office).reminders(plain)
    if waits:
        raise RefusedError("; ".join(waits))


def consolidate(
    campaign: Annotated[str | None, typer.Argument(help="The campaign's id, where several run.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option("--output", help="The folder to write to.", show_default=False)] = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the consolidated outputs now."""
    from service.console import Console
    from service.consolidating import consolidate_campaign

    with session(home, now) as at:
        made = consolidate_campaign(at.installation, at.desk.campaign(campaign), at.now, output.absolute() if output else None)
        if as_json:
            print_json(
                {
                    "campaign": made.consolidation.campaign,
                    "version": made.consolidation.version,
                    "reported": made.consolidation.reported,
                    "expected": made.consolidation.expected,
                    "missing": list(made.consolidation.missing),
                    "files": [str(path) for path in made.files],
                }
            )
        else:
            Console(at.home.office).consolidated(made)


def replay(
    message: Annotated[int | None, typer.Option("--message", help="Only this message.", show_default=False)] = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read archived mail again with the readers of today; decisions stay. Nothing is sent twice."""
    from service.console import Console, progress_bar
    from service.repair import replay as again

    with session(home, now, exclusive=True) as at:
        with progress_bar(at.home.office) as progress:
            if message is not None:
                at.desk.recorded(message)
            count = again(at.installation, at.now, message, progress)
        if as_json:
            print_json({"messages": count})
        else:
            Console(at.home.office).say(f"Đã đọc lại {count} thư.", f"{count} messages read again.")


def _came_to_nothing(report: TickReport) -> bool:
    """Whether no mailbox answered, or an output that was due could not be made."""
    return bool(report.planned.problems or (report.problems and not report.received))


def _refuse_problems(report: TickReport) -> None:
    """Exit 1 with one line for what came to nothing; of several mailboxes one that failed is only told."""
    if _came_to_nothing(report):
        raise RefusedError("; ".join(report.problems))


def _clock(at: Session, now: datetime | None) -> Any:  # noqa: ANN401 - a Clock, named only where the worker is loaded
    zone = at.home.office.timezone
    return (lambda: at.now) if now is not None else (lambda: datetime.now(zone))


def _running_clock(at: Session, now: datetime | None) -> Any:  # noqa: ANN401 - as above
    """The time of day, or a pretended one that runs on from its moment."""
    if now is None:
        return _clock(at, None)
    began = time.monotonic()
    return lambda: at.now + timedelta(seconds=time.monotonic() - began)


def _tick(report: TickReport) -> dict[str, Any]:
    return {
        "new_messages": report.new_messages,
        "server": sum(each.server_count for each in report.received),
        "recorded": sum(each.recorded for each in report.received),
        "problems": list(report.problems),
        "notes": [note.en for each in report.received for note in each.notes],
        "reminders": report.planned.reminders,
        "alerts": report.planned.alerts,
        "consolidated": [str(path) for each in report.planned.consolidated for path in each.files],
        "sent": report.sent.sent,
        "dry_run": report.sent.dry,
        "cancelled": report.sent.cancelled,
        "failed": report.sent.failed,
        "later": report.sent.later,
        "uncertain": report.sent.uncertain,
    }
