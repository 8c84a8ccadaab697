"""The loop: one tick after the other over what the database says is due. Holds no state that a crash could lose."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from config.errors import MailServerError
from config.settings import MailboxSettings, Sending, SmtpSettings
from config.text import Text
from service.backoff import Backoff
from service.correspondence import Correspondence
from service.credentials import mailbox_login, read_secret
from service.filing import file_new
from service.forgetting import forget_private_mail
from service.health import alarm_if_silent, failing_since
from service.installation import Installation
from service.mailbox import Mailbox
from service.outbox import SmtpSender
from service.planning import PlanReport, plan
from service.reading import read_new, reading_ahead
from service.receive import ReceiveReport, note_failure, receive
from service.sending import Postman, SendReport

log = logging.getLogger("thubao.worker")

_BACKWARD = timedelta(minutes=5)
_SHORTEST = timedelta(seconds=5)
_WAIT_FOR_MAILBOX = timedelta(hours=1)

_CLOCK_WENT_BACK = Text(
    vi="đồng hồ của máy bị chỉnh lùi; chưa gửi gì cho đến khi giờ đúng trở lại",
    en="the clock went back; nothing is sent until it is right again",
)

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
    """Does what is due, once per tick. `clock` may be fast or frozen; everything else is as in production."""

    def __init__(
        self, installation: Installation, clock: Clock, *, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> None:
        self._progress = progress
        self._looked_through = False
        self._installation = installation
        self._clock = clock
        self._backoff = {each.name: Backoff() for each in installation.home.mailboxes}
        self._unread = False
        self._language = installation.home.office.language
        self._latest: datetime | None = None
        self._recovered = False
        self._mailboxes: dict[str, Mailbox] = {}
        self._ahead = reading_ahead(installation)
        self._at_work = threading.Lock()
        self.stopping = threading.Event()

    def tick(self) -> TickReport:
        """Poll, read, file, queue what is due, send it. A mailbox that fails keeps nothing else from being done."""
        received, problems = self.poll()
        if self._clock_went_back():
            return TickReport(received=received, problems=(*problems, _CLOCK_WENT_BACK.in_(self._language)))
        forget_private_mail(self._installation, self._clock())
        planned = plan(self._installation, self._clock(), closing=self.may_close())
        problems = (*problems, *planned.problems)
        return TickReport(received=received, problems=problems, planned=planned, sent=self.send())

    def poll(self) -> tuple[tuple[ReceiveReport, ...], tuple[str, ...]]:
        """Fetch new mail from every mailbox whose turn it is, then read and file it."""
        reports, problems = [], []
        self._unread = False
        for settings in self._installation.home.mailboxes:
            if self.stopping.is_set():
                break
            now = self._clock()
            backoff = self._backoff[settings.name]
            if not backoff.ready(now):
                self._unread = True
                continue
            try:
                reports.append(self._receive(settings))
            except MailServerError as error:
                self._unread = True
                told = error.in_(self._language)
                problems.append(f"{settings.name}: {told}")
                self._backoff[settings.name] = backoff.failed(now, transient=error.transient)
                note_failure(self._installation.database, settings, told, now)
                alarm_if_silent(self._installation, settings, now)
            else:
                self._backoff[settings.name] = backoff.succeeded()
        self._looked_through = self._looked_through or not problems
        self.process()
        return tuple(reports), tuple(problems)

    def process(self) -> None:
        """Read and file what is archived: new mail, and whatever a crash left behind."""
        read_new(self._installation, self._clock(), self._progress, self._ahead)
        file_new(self._installation, self._clock())

    def send(self) -> SendReport:
        """Send what is due."""
        smtp = self._installation.home.smtp
        if smtp is None:
            return SendReport()
        now = self._clock()
        sender = SmtpSender(smtp, lambda: smtp_password(smtp)) if smtp.sending is Sending.ON else None
        correspondence = Correspondence(self._installation, now, blind=self.is_blind())
        postman = Postman(self._installation.database, smtp, sender, correspondence, self._was_sent)
        try:
            if not self._recovered:
                postman.recover(now)
                self._recovered = True
            return postman.send_due(now, stopping=self.stopping.is_set)
        finally:
            if sender is not None:
                sender.close()

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
                except Exception:  # the loop boundary: a fault of ours must not end the service
                    log.exception("a tick failed; the next one goes on")

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self.stopping.set()
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

    def _receive(self, settings: MailboxSettings) -> ReceiveReport:
        """Look into a mailbox over the kept connection; one that the server dropped meanwhile is made again, once."""
        kept = settings.name in self._mailboxes
        try:
            return self._look(settings)
        except MailServerError as error:
            if not kept or not error.transient:
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
            full=not self._looked_through,
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

    def _clock_went_back(self) -> bool:
        """A clock set back by more than five minutes would close campaigns at the wrong time: wait until it is past again."""
        now = self._clock()
        if self._latest is not None and now < self._latest - _BACKWARD:
            return True
        self._latest = max(now, self._latest) if self._latest else now
        return False


def smtp_password(smtp: SmtpSettings) -> str:
    """The password for the outgoing server, "" when it wants none."""
    return read_secret(smtp.password, "[smtp] password") if smtp.password else ""
