"""A home folder whose mailbox is the test's Dovecot and whose mail goes to the test's SMTP sink."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from config.home import write_home
from config.loading import reference_campaign
from service.demo.story import Arrival, Story
from service.installation import Installation, opened
from service.worker import TickReport, Worker
from tests.servers import DovecotServer, SmtpSink

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PASSWORD_ENV = "THUBAO_TEST_PASSWORD"
ADDRESS = "baocao@tuangiao.example"

SETTINGS = """
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
timezone = "Asia/Ho_Chi_Minh"
language = "vi"
officers = ["can.bo@tuangiao.example"]
[[mailbox]]
name = "baocao"
host = "{host}"
port = {port}
security = "none"
username = "{username}"
password_env = "THUBAO_TEST_PASSWORD"
poll_every = "5s"
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
from = "baocao@tuangiao.example"
sending = "{sending}"
daily_limit = 400
"""


def prepare_home(folder: Path, dovecot: DovecotServer, sink: SmtpSink, *, sending: str = "on") -> Path:
    """What `thubao init` writes, with the test's servers in its settings."""
    write_home(folder)
    text = SETTINGS.format(host=dovecot.host, port=dovecot.port, username=dovecot.username, smtp_port=sink.port, sending=sending)
    (folder / "thubao.toml").write_text(text, encoding="utf-8")
    return folder


@cache
def whole_story() -> tuple[Arrival, ...]:
    """Every mail of the demonstration, made once for all tests of a process."""
    return Story(reference_campaign(), ADDRESS).arrivals()


class FastCampaign:
    """A campaign under a clock that the test turns."""

    def __init__(self, installation: Installation, dovecot: DovecotServer) -> None:
        self.installation = installation
        self.campaign = installation.home.campaigns[0]
        self.dovecot = dovecot
        self.now = datetime(2020, 10, 1, 8, tzinfo=ZONE)
        self.worker = Worker(installation, lambda: self.now)

    def story(self) -> tuple[Arrival, ...]:
        """What the nineteen communes of the demonstration send."""
        return whole_story()

    def deliver(self, *arrivals: Arrival) -> None:
        """Mails arrive."""
        self.dovecot.append_many([(each.raw, each.at) for each in arrivals])

    def tick_at(self, day: int, hour: int = 8, minute: int = 1) -> TickReport:
        """A tick at a moment of October 2020."""
        self.now = datetime(2020, 10, day, hour, minute, tzinfo=ZONE)
        return self.worker.tick()

    def play(self, until_day: int) -> None:
        """Days go by: mails arrive when they do, and three ticks a day."""
        arrivals = list(self.story())
        start = datetime(2020, 10, 1, tzinfo=ZONE)
        for day in range(until_day):
            for hours in (8, 12, 17):
                moment = start + timedelta(days=day, hours=hours, minutes=1)
                due = [each for each in arrivals if each.at <= moment]
                arrivals = arrivals[len(due) :]
                self.deliver(*due)
                self.now = moment
                self.worker.tick()


@contextmanager
def fast_campaign(folder: Path, dovecot: DovecotServer, sink: SmtpSink) -> Iterator[FastCampaign]:
    """The reference campaign in a new home folder."""
    prepare_home(folder, dovecot, sink)
    with opened(folder, exclusive=True) as installation:
        campaign = FastCampaign(installation, dovecot)
        with closing(campaign.worker):
            yield campaign
