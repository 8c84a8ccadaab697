"""The demonstration: the code of production, through real sockets, under a fast clock. Only clock and servers differ."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal
from rich.console import Group
from rich.live import Live
from rich.text import Text as Styled

from config.home import write_home
from config.settings import Office
from service.console import Console, make_terminal
from service.console_board import board_table
from service.demo.servers import PASSWORD, USER, DemoError, DemoMailbox, SentMail, imap_server, smtp_server
from service.demo.story import Arrival, Story
from service.desk import Desk
from service.installation import Installation, opened
from service.worker import TickReport, Worker

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FIRST = datetime(2020, 10, 1, 8, 0, tzinfo=_ZONE)
_LAST = datetime(2020, 10, 17, 17, 0, tzinfo=_ZONE)
_TICKS = (timedelta(hours=8, minutes=1), timedelta(hours=12), timedelta(hours=17))
_ADDRESS = "baocao@tuangiao.example"
_SENT = "mails-sent"
_OURS = ("thubao.toml", "campaigns", "data", _SENT)
_MARK = "# Settings of the demonstration"
_OFFICER = "can.bo@tuangiao.example"
_PASSWORD_ENV = "THUBAO_DEMO_PASSWORD"  # noqa: S105 - the name of a variable


def run_demo(folder: Path, *, headless: bool) -> None:
    """Run the reference campaign from 1 to 17 October 2020 and leave home folder, outputs and mails in `folder`."""
    terminal = make_terminal()
    _refuse_a_real_home(folder)
    with ExitStack() as stack:
        mailbox = stack.enter_context(imap_server())
        port, sent = stack.enter_context(smtp_server(folder / _SENT))
        os.environ[_PASSWORD_ENV] = PASSWORD
        _prepare(folder, imap_port=mailbox.port, smtp_port=port)
        installation = stack.enter_context(opened(folder, exclusive=True))
        _play(installation, mailbox, terminal, headless=headless)
        _tell(installation, sent, terminal)


def _prepare(folder: Path, *, imap_port: int, smtp_port: int) -> None:
    """A home folder as `thubao init` writes it, with the embedded servers in its settings; an earlier one is replaced."""
    for name in _OURS:
        _remove(folder / name)
    (folder / _SENT).mkdir()
    write_home(folder, campaign="htsd-2020")
    own = folder / "campaigns" / "htsd-2020" / "campaign.toml"  # whoever is told how things stand also gets the report
    own.write_text(own.read_text(encoding="utf-8").replace("officer@example.org", _OFFICER), encoding="utf-8")
    (folder / "thubao.toml").write_text(_SETTINGS.format(imap_port=imap_port, smtp_port=smtp_port), encoding="utf-8")


def _refuse_a_real_home(folder: Path) -> None:
    """The demonstration replaces its own folder and no other: a real home holds mail that exists nowhere else."""
    try:
        own = (folder / "thubao.toml").read_text(encoding="utf-8").startswith(_MARK)
    except (OSError, UnicodeDecodeError):
        own = False
    if not own and any((folder / name).exists() for name in _OURS):
        raise DemoError(f"{folder} holds something else than a demonstration; name another folder with --home")


def _remove(path: Path) -> None:
    if path.is_dir():
        for each in path.iterdir():
            _remove(each)
        path.rmdir()
    elif path.exists():
        path.unlink()


def _play(installation: Installation, mailbox: DemoMailbox, terminal: Terminal, *, headless: bool) -> None:
    """Let the communes send, and tick as the days go by."""
    clock = [_FIRST]
    campaign = installation.home.campaigns[0]
    arrivals = list(Story(campaign, _ADDRESS).arrivals())
    log: list[str] = []
    with (
        closing(Worker(installation, lambda: clock[0])) as worker,
        Live(console=terminal, refresh_per_second=8, transient=False, auto_refresh=not headless) as live,
    ):
        for moment in _moments(campaign.deadline):
            while arrivals and arrivals[0].at <= moment:
                _deliver(mailbox, arrivals.pop(0))
            clock[0] = moment
            report = worker.tick()
            line = _line(moment, report)
            if headless:
                if line:
                    terminal.print(line, markup=False)
                continue
            log = [*log, line][-4:] if line else log
            board = board_table(Desk(installation, moment, "demo").board(campaign), installation.home.office)
            live.update(Group(board, *(Styled(each) for each in log)))


def _moments(deadline: datetime) -> Iterator[datetime]:
    """The ticks of the demonstration: three a day, and one a minute after the deadline."""
    ticks = {deadline.astimezone(_ZONE) + timedelta(minutes=1)}
    day = _FIRST.replace(hour=0)
    while day <= _LAST:
        ticks.update(day + each for each in _TICKS)
        day += timedelta(days=1)
    yield from sorted(each for each in ticks if _FIRST <= each <= _LAST)


def _deliver(mailbox: DemoMailbox, arrival: Arrival) -> None:
    mailbox.deliver(arrival.raw, arrival.at)


def _line(moment: datetime, report: TickReport) -> str:
    told = []
    if report.new_messages:
        told.append(f"{report.new_messages} thư mới")
    if report.sent.sent:
        told.append(f"{report.sent.sent} thư đã gửi")
    made = [each.consolidation for each in report.planned.consolidated]
    told.extend(f"bản tổng hợp số {each.version}: {each.reported}/{each.expected} đơn vị" for each in made)
    told.extend(report.problems)
    return f"{moment:%d/%m %H:%M}  {', '.join(told)}" if told else ""


def _tell(installation: Installation, sent: SentMail, terminal: Terminal) -> None:
    """At the end: the board, the mails sent and the outputs, with paths."""
    office: Office = installation.home.office
    campaign = installation.home.campaigns[0]
    console = Console(office, terminal)
    console.board(Desk(installation, _LAST, "demo").board(campaign))
    terminal.print("Thư đã gửi:", markup=False)
    for path, recipient, subject in sent.subjects():
        terminal.print(f"  {path}  {recipient}  {subject}", markup=False, soft_wrap=True)
    terminal.print("Sản phẩm:", markup=False)
    for path in sorted(installation.home.storage.outputs.iterdir()):
        terminal.print(f"  {path}", markup=False, soft_wrap=True)
    terminal.print(f"Xem thêm: thubao --home {installation.home.path} status", markup=False, soft_wrap=True)


_SETTINGS = f"""{_MARK}: servers on this machine only.
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
timezone = "Asia/Ho_Chi_Minh"
language = "vi"
officers = ["{_OFFICER}"]
contact_name = "Nguyễn Văn Kiên"
contact_phone = "0215 000 000"

[[mailbox]]
name = "baocao"
host = "127.0.0.1"
port = {{imap_port}}
security = "none"
username = "{USER}"
password_env = "{_PASSWORD_ENV}"
folders = ["INBOX"]
dedicated = true

[smtp]
host = "127.0.0.1"
port = {{smtp_port}}
security = "none"
from = "{_ADDRESS}"
sending = "on"
daily_limit = 400

[storage]
database = "sqlite:///data/thubao.sqlite3"
archive = "data/archive"
"""
