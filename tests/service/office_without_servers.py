"""An office whose mail comes from files and whose letters are dry runs: planning, letters and proof without a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from config.campaign import Campaign
from config.home import write_home
from config.loading import reference_campaign
from service.demo.story import Arrival, Story
from service.filing import file_new
from service.importing import import_mail
from service.installation import Installation, opened
from service.judging import submission_of
from service.planning import plan
from service.reading import read_new
from service.rules.submission import Submission
from service.worker import Worker
from storage.notices import Notice, NoticeKind, notice_content, notices

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICER = "can.bo@tuangiao.example"
_SETTINGS = """
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
timezone = "Asia/Ho_Chi_Minh"
language = "{language}"
officers = ["can.bo@tuangiao.example"]
[[mailbox]]
name = "baocao"
host = "127.0.0.1"
port = 1
security = "none"
username = "baocao"
password_env = "THUBAO_TEST_PASSWORD"
trusted_authserv_id = "mx.tuangiao.example"
[smtp]
host = "127.0.0.1"
port = 1
security = "none"
from = "baocao@tuangiao.example"
sending = "dry-run"
"""


def arrivals(*codes: str) -> tuple[Arrival, ...]:
    """What these communes of the demonstration send; all of them without codes."""
    wanted = {address for unit in reference_campaign().roster if unit.code in codes for address in unit.emails}
    return tuple(each for each in _every() if not codes or message_from_bytes(each.raw)["From"] in wanted)


@cache
def _every() -> tuple[Arrival, ...]:
    return Story(reference_campaign(), "baocao@tuangiao.example").arrivals()


def at(day: int, hour: int = 8, minute: int = 1) -> datetime:
    """A moment of October 2020."""
    return datetime(2020, 10, day, hour, minute, tzinfo=ZONE)


class Office:
    """An opened home folder with the steps of a tick."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    @property
    def campaign(self) -> Campaign:
        return self.installation.home.campaigns[0]

    def take_in(self, *mails: Arrival) -> None:
        """Mails from files, read and filed."""
        folder = self.installation.home.path / "incoming"
        folder.mkdir(exist_ok=True)
        for number, each in enumerate(mails):
            path = folder / f"{each.at:%d%H%M}-{number}.eml"
            path.write_bytes(each.raw)
            import_mail(self.installation, (path,), each.at, each.at)
        if mails:
            last = max(each.at for each in mails)
            read_new(self.installation, last)
            file_new(self.installation, last)

    def work_at(self, now: datetime) -> None:
        """Plan what is due and send it as a dry run."""
        plan(self.installation, now)
        Worker(self.installation, lambda: now).send()

    def submission(self, code: str) -> Submission:
        """What a unit has delivered."""
        unit = self.campaign.unit(code)
        assert unit is not None
        with self.installation.database.reading() as connection:
            return submission_of(connection, self.campaign, unit)

    def notices(self, kind: NoticeKind) -> tuple[Notice, ...]:
        """Every notice of a kind."""
        with self.installation.database.reading() as connection:
            return tuple(each for each in notices(connection) if each.kind is kind)

    def mail(self, notice: Notice) -> EmailMessage:
        """The letter as it would have left."""
        with self.installation.database.reading() as connection:
            content = notice_content(connection, notice.id)
        assert content is not None
        mail = message_from_bytes(content, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        return mail


def text_of(mail: EmailMessage) -> str:
    """The plain text of a letter."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def attachments_of(mail: EmailMessage) -> dict[str, bytes]:
    """The files of a letter by name."""
    return {str(each.get_filename()): each.get_payload(decode=True) for each in mail.iter_attachments()}  # type: ignore[misc]


@contextmanager
def office(folder: Path, *, language: str = "vi", reminders: str = "", units: tuple[str, ...] = ()) -> Iterator[Office]:
    """The reference campaign in a new home folder; `reminders` are further lines of that table, `units` its whole roster."""
    write_home(folder)
    (folder / "thubao.toml").write_text(_SETTINGS.format(language=language), encoding="utf-8")
    path = folder / "campaigns" / "htsd-2020" / "campaign.toml"
    text = path.read_text(encoding="utf-8").replace("[reminders]", f"[reminders]\n{reminders}\n#", 1)
    path.write_text(text, encoding="utf-8")
    roster = folder / "campaigns" / "htsd-2020" / "roster.csv"
    lines = roster.read_text(encoding="utf-8-sig").splitlines()
    kept = [lines[0], *(each for each in lines[1:] if not units or each.partition(",")[0] in units)]
    roster.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with opened(folder, exclusive=True) as installation:
        yield Office(installation)
