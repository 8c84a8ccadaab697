"""The loop: one tick after the other over what the database says is due. Holds no state that a crash could lose."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from config.errors import MailServerError, StorageError, ThubaoError
from config.settings import MailboxSettings, Sending, SmtpSettings
from service.backoff import Backoff
from service.clock_watch import ClockWatch
from service.correspondence import Correspondence
from service.credentials import Login, mailbox_login, smtp_login
from service.filing import file_group, file_new
from service.forgetting import forget_private_mail
from service.health import alarm_if_silent, count_archive, failing_since, note_news
from service.installation import Installation
from service.mailbox import Mailbox
from service.outbox import SmtpSender
from service.outbox_errors import UnreachableError
from service.pause_words import pause_words
from service.pausing import begin_pause, forget_pause, pause_in_force
from service.planning import PlanReport, plan
from service.reading import read_in_groups, reading_ahead
from service.receive import ReceiveReport, note_failure, receive
from service.sending import Postman, SendReport
from storage.notices import REMINDING, Notice
from storage.pauses import OUTGOING, Pause, mailbox_server
from storage.switch import sending_stopped

log = logging.getLogger("thubao.worker")

_SHORTEST = timedelta(seconds=5)
_WAIT_FOR_MAILBOX = timedelta(hours=1)
_COUNT_ARCHIVE_EVERY = timedelta(hours=1)
_LOOK_AGAIN_AFTER = 60.0  # seconds for which a look into the mailboxes is fresh enough to remind by
_END_WITHIN = 6.0  # of the ten seconds that service managers give

Clock = Callable[[], datetime]
"""The moment that it is now, with a time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What one tick did."""

    received: tuple[ReceiveReport, ...] = ()
    problems: tuple[str, ...] = ()  # mailboxes that could not be read, outputs that could not be made
    planned: PlanReport = field(default_factory=PlanReport)
    sent: SendReport = field(default_factory=SendReport)

    @property
    def new_messages(self) -> int:
        """How many messages came in."""
        return sum(len(each.new) for each in self.received)


class Worker:
    """Does what is due, once per tick. `clock` may be fast or frozen; everything else is as in production.

    `passed` counts the seconds that really go by, for a clock that should go with them.
    """

    def __init__(
        self,
        installation: Installation,
        clock: Clock,
        *,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        passed: Callable[[], float] | None = None,
    ) -> None:
        self._progress = progress
        self._looked_through: set[str] = set()
        self._told: dict[str, object] = {}
        self._installation = installation
        self._clock = clock
        self._backoff = {each.name: Backoff() for each in installation.home.mailboxes}
        self._unread = False
        self._language = installation.home.office.language
        self._clock_watch = ClockWatch(passed)
        self._recovered = False
        self._looked_at: float | None = None
        self._archive_counted_at: datetime | None = None
        self._mailboxes: dict[str, Mailbox] = {}
        self._login_to_send: Callable[[], Login] | None = None
        self._ahead = reading_ahead(installation)
        self._at_work = threading.Lock()
        self.stopping = threading.Event()

    def tick(self) -> TickReport:
        """Poll, read, file, queue what is due, send it. A mailbox that fails keeps nothing else from being done."""
        received, problems = self.poll()
        if self.stopping.is_set():
            return TickReport(received=received, problems=problems)
        trouble = self._clock_watch.trouble(self._clock())
        if trouble is not None:
            return TickReport(received=received, problems=(*problems, trouble.in_(self._language)))
        forget_private_mail(self._installation, self._clock())
        planned = plan(self._installation, self._clock(), closing=self.may_close())
        sent = self.send()
        problems = (*problems, *planned.problems, *self._sending_problem(sent))
        return TickReport(received=received, problems=problems, planned=planned, sent=sent)

    def poll(self) -> tuple[tuple[ReceiveReport, ...], tuple[str, ...]]:
        """Fetch new mail from every mailbox whose turn it is, then read and file it."""
        reports, problems = [], []
        self._unread = False
        for settings in self._installation.home.mailboxes:
            if self.stopping.is_set():
                break
            now = self._clock()
            pause = pause_in_force(self._installation.database, mailbox_server(settings.name), settings, now)
            if pause is not None or not self._backoff[settings.name].ready(now):
                self._unread = True
                if pause is not None and self._is_news(pause.server, pause.until):
                    problems.append(f"{settings.name}: {self._in_words(pause)}")
                continue
            try:
                report = self._receive(settings)
            except (MailServerError, StorageError) as error:  # a disk that takes no mail may still take a row
                if self.stopping.is_set():
                    break
                self._unread = True
                problems.append(f"{settings.name}: {self._stay_away(settings, error, now)}")
            else:
                reports.append(report)
                self._came_in(settings, report, now)
            alarm_if_silent(self._installation, settings, now)
        self._looked_at = time.monotonic()
        self.process()
        self._count_archive()
        return tuple(reports), tuple(problems)

    def _came_in(self, settings: MailboxSettings, report: ReceiveReport, now: datetime) -> None:
        self._backoff[settings.name] = self._backoff[settings.name].succeeded()
        self._looked_through.add(settings.name)
        forget_pause(self._installation.database, mailbox_server(settings.name))
        if report.notes:
            note_news(self._installation, settings, report.notes, now)

    def _stay_away(self, settings: MailboxSettings, error: MailServerError | StorageError, now: datetime) -> str:
        """Try a mailbox that failed again later; gives the failure in words. What locks us out holds for a new process too."""
        told = error.in_(self._language)
        note_failure(self._installation.database, settings, told, now)
        if not isinstance(error, MailServerError):
            self._backoff[settings.name] = self._backoff[settings.name].failed(now)
            return told
        if not error.pause:
            self._backoff[settings.name] = self._backoff[settings.name].failed(now, transient=error.transient)
            return told
        mailbox = self._mailboxes.pop(settings.name, None)  # with the access token that it may keep
        if mailbox is not None:
            mailbox.__exit__(None, None, None)
        database, server = self._installation.database, mailbox_server(settings.name)
        return self._begun(begin_pause(database, server, settings, error.told, error.pause, now))

    def _begun(self, pause: Pause) -> str:
        self._is_news(pause.server, pause.until)
        return self._in_words(pause)

    def _in_words(self, pause: Pause) -> str:
        return pause_words(pause, self._installation.home.office.timezone).in_(self._language)

    def _is_news(self, server: str, said: object) -> bool:
        """Whether this was not the last that was told of a server: what holds for an hour need not be told sixty times."""
        before, self._told[server] = self._told.get(server), said
        return before != said

    def process(self) -> None:
        """Read and file what is archived: whatever a crash left behind, and new mail, group by group as it is read."""
        installation, stop = self._installation, self.stopping.is_set
        file_new(installation, self._clock(), stop=stop)
        for group in read_in_groups(installation, self._clock(), self._ahead, self._progress, stop=stop):
            file_group(installation, tuple(group.readings), self._clock(), group.readings, stop=stop)

    def send(self) -> SendReport:
        """Send what is due."""
        smtp = self._installation.home.smtp
        if smtp is None:
            return SendReport()
        now, database = self._clock(), self._installation.database
        if smtp.sending is Sending.ON:
            pause = pause_in_force(database, OUTGOING, smtp, now)
            if pause is not None:
                return SendReport(trouble=UnreachableError(pause_words(pause, self._installation.home.office.timezone)))
        sender = SmtpSender(smtp, self._smtp_login(smtp)) if smtp.sending is Sending.ON else None
        correspondence = Correspondence(self._installation, now, blind=self.is_blind())

        def look_again(notice: Notice) -> None:
            """Nobody is reminded of what came a minute ago, however long the round of sending takes."""
            looked_at = self._looked_at
            if notice.kind in REMINDING and looked_at is not None and time.monotonic() - looked_at > _LOOK_AGAIN_AFTER:
                self.poll()
                correspondence.look_anew(self._clock(), blind=self.is_blind())

        postman = Postman(database, smtp, sender, correspondence, self._was_sent, look_again)
        try:
            if not self._recovered:
                postman.recover(now)
                self._recovered = True
            report = postman.send_due(now, stopping=self._must_end())
        finally:
            if sender is not None:
                sender.close()
        if sender is None or report.trouble is None:
            forget_pause(database, OUTGOING)
        elif report.trouble.pause:
            self._login_to_send = None  # with the access token that it may keep
            begin_pause(database, OUTGOING, smtp, report.trouble.told, report.trouble.pause, now)
        return report

    def _sending_problem(self, report: SendReport) -> tuple[str, ...]:
        if report.trouble is None:
            self._told.pop(OUTGOING, None)
            return ()
        told = report.trouble.in_(self._language)
        return (f"{OUTGOING}: {told}",) if self._is_news(OUTGOING, told) else ()

    def is_blind(self) -> bool:
        """Whether letters leave while a mailbox could not be looked into: reports may lie there that we know nothing of."""
        smtp = self._installation.home.smtp
        return self._unread and smtp is not None and smtp.sending is Sending.ON

    def may_close(self) -> bool:
        """Whether the list of the missing and the consolidated report may be made.

        A mailbox that does not answer just at the deadline is waited for: what came last would be missing in both. Not for
        ever: the officers were alarmed meanwhile.
        """
        if not self.is_blind():
            return True
        since = failing_since(self._installation)
        return since is not None and self._clock() - since >= _WAIT_FOR_MAILBOX

    def run(self, *, report: Callable[[TickReport], None] = lambda _report: None) -> None:
        """Tick until told to stop. SIGTERM and SIGINT end it after the step at hand."""
        scheduler = BlockingScheduler(timezone=self._installation.home.office.timezone)
        interval = min((each.poll_every for each in self._installation.home.mailboxes), default=timedelta(minutes=1))
        seconds = max(interval, _SHORTEST).total_seconds()

        def one_tick() -> None:
            ends = time.monotonic() + seconds - 1
            with self._at_work:
                try:
                    report(self.tick())
                    while not self.stopping.is_set() and (left := ends - time.monotonic()) > 0 and self._hint(left):
                        report(self.tick())
                except ThubaoError as error:
                    log.error("a tick failed; the next one goes on: %s", error)  # noqa: TRY400 - one line says it
                except Exception:  # the loop boundary: a fault of ours must not end the service
                    log.exception("a tick failed; the next one goes on")

        def stop(_signal: int, _frame: FrameType | None) -> None:
            if not self.stopping.is_set():
                self.stopping.set()
                self._end_in_any_case()
                scheduler.shutdown(wait=False)

        scheduler.add_job(
            one_tick,
            IntervalTrigger(seconds=seconds),
            next_run_time=datetime.now(scheduler.timezone),
            max_instances=1,
            coalesce=True,
        )
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, stop)
        scheduler.start()
        with self._at_work:  # the step at hand ends before the database is closed under it
            pass

    def close(self) -> None:
        """Say goodbye to the mail servers and end what is being read ahead."""
        self._ahead.close()
        for mailbox in self._mailboxes.values():
            mailbox.__exit__(None, None, None)
        self._mailboxes.clear()

    def _end_in_any_case(self) -> None:
        """A step that waits for a server or a reader ends with the process: each survives being killed, and is done again."""

        def end() -> None:
            log.warning("stopped in the middle of a step; it is done again at the next start")
            self._installation.readers.abandon()
            logging.shutdown()
            os._exit(0)

        timer = threading.Timer(_END_WITHIN, end)
        timer.daemon = True
        timer.start()

    def _count_archive(self) -> None:
        """At start and hourly: the raw mails on the disk are those on record."""
        now, last = self._clock(), self._archive_counted_at
        if not self.stopping.is_set() and (last is None or not timedelta(0) <= now - last < _COUNT_ARCHIVE_EVERY):
            count_archive(self._installation, now)
            self._archive_counted_at = now

    def _receive(self, settings: MailboxSettings) -> ReceiveReport:
        """Look into a mailbox over the kept connection; one that the server dropped meanwhile is made again, once."""
        kept = settings.name in self._mailboxes
        try:
            return self._look(settings)
        except MailServerError as error:
            if not kept or not error.transient or error.pause or self.stopping.is_set():
                raise
            return self._look(settings)

    def _look(self, settings: MailboxSettings) -> ReceiveReport:
        installation = self._installation
        return receive(
            self._connected(settings),
            settings,
            installation.archive,
            installation.database,
            window_start=installation.window_start(),
            now=self._clock,
            progress=self._on_arrival,
            recorded=self._ahead.begin,
            full=settings.name not in self._looked_through,
            stop=self.stopping.is_set,
            language=self._language,
        )

    def _on_arrival(self, done: int, everything: int) -> None:
        """Mail is coming in: have the readers ready by the time it is all here."""
        self._installation.readers.warm()
        self._progress(done, everything)

    def _connected(self, settings: MailboxSettings) -> Mailbox:
        mailbox = self._mailboxes.get(settings.name)
        if mailbox is None:
            mailbox = Mailbox(settings, mailbox_login(settings)).__enter__()
            self._mailboxes[settings.name] = mailbox
        elif not mailbox.connected:
            mailbox.reconnect()
        return mailbox

    def _smtp_login(self, smtp: SmtpSettings) -> Callable[[], Login]:
        """Kept from round to round: an access token holds for an hour."""
        if self._login_to_send is None:
            self._login_to_send = smtp_login(smtp)
        return self._login_to_send

    def _hint(self, seconds: float) -> bool:
        """Wait for a mailbox to say that mail came. A hint only: without it the next tick finds the mail all the same."""
        for settings in self._installation.home.mailboxes:
            mailbox = self._mailboxes.get(settings.name)
            if settings.idle and mailbox is not None and mailbox.connected:
                try:
                    return "IDLE" in mailbox.capabilities and mailbox.wait(seconds, stop=self.stopping.is_set)
                except MailServerError:
                    return False
        return False

    def _must_end(self) -> Callable[[], bool]:
        """Whether a round of sending has to end: we are asked to stop, or the stop switch was thrown; looked up once a second."""
        next_look = 0.0

        def must_end() -> bool:
            nonlocal next_look
            if self.stopping.is_set():
                return True
            if time.monotonic() < next_look:
                return False
            next_look = time.monotonic() + 1
            with self._installation.database.reading() as connection:
                return sending_stopped(connection) is not None

        return must_end

    def _was_sent(self, message_id: str) -> bool:
        """Whether a mail of ours stands in a Sent folder; False where there is none or it cannot be asked."""
        for mailbox in self._mailboxes.values():
            try:
                folder = mailbox.sent_folder() if mailbox.connected else None
                if folder is not None and mailbox.contains_message_id(folder, message_id):
                    return True
            except MailServerError:
                continue
        return False
