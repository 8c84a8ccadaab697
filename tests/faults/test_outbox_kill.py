"""kill -9 of `thubao tick` at every step of one mail: nothing is lost, little is doubled, every doubt shows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.home import write_home
from config.loading import load_home
from service.installation import opened
from service.worker import Worker
from storage.database import Database
from storage.events import broken_link, events
from storage.notices import NoticeKind, NoticeState, enqueue, notices
from tests.faults.deadly_smtp import STEPS, DeadlySmtp, deadly_smtp
from tests.service.papers import on

UNIT = "03295"
ADDRESS = "xa@tuangiao.example"
SETTINGS = """
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
from = "baocao@tuangiao.example"
sending = "on"
"""
MORNING, EVENING = on(9, 9), on(9, 20)


@pytest.fixture
def server() -> Iterator[DeadlySmtp]:
    with deadly_smtp() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: DeadlySmtp, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One unit that owes its report, and a mailbox that cannot be reached."""
    monkeypatch.setenv("THUBAO_TEST_PASSWORD", "x")
    write_home(tmp_path)
    (tmp_path / "thubao.toml").write_text(SETTINGS.format(port=server.port), encoding="utf-8")
    roster = tmp_path / "campaigns" / "htsd-2020" / "roster.csv"
    roster.write_text(f"code,name,kind,emails\n{UNIT},Quài Tở,xã,{ADDRESS}\n", encoding="utf-8")
    return tmp_path


def tick_until_killed(home: Path, server: DeadlySmtp, step: str, now: datetime) -> None:
    server.kill_at = step
    program = "from service.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "--home", str(home), "tick", "--now", now.isoformat()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    server.victim = process.pid
    server.may_kill.set()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, output.decode()
    assert server.killed.is_set()


def tick_again(home: Path, *moments: datetime) -> None:
    with opened(home, exclusive=True) as installation:
        for now in moments:
            with closing(Worker(installation, lambda now=now: now)) as worker:  # type: ignore[misc]  # its own moment
                worker.tick()


def fate(home: Path) -> tuple[NoticeState, str]:
    with contextlib.closing(Database(load_home(home).storage.database)) as database, database.reading() as connection:
        assert broken_link(events(connection)) is None
        (notice,) = notices(connection)
        return notice.state, notice.error


@pytest.mark.parametrize("step", STEPS)
def test_a_reminder_survives_a_kill_at_any_step(home: Path, server: DeadlySmtp, step: str) -> None:
    tick_until_killed(home, server, step, MORNING)
    before = len(server.received)
    tick_again(home, *(MORNING + timedelta(minutes=each) for each in (1, 5, 180)))
    copies = [content for recipient, content in server.received if recipient == ADDRESS]
    assert len(copies) == len(server.received)
    assert len(set(copies)) == 1  # the very same mail, byte for byte, under the same Message-ID
    assert fate(home)[0] is NoticeState.SENT
    if step in {"EHLO", "MAIL", "RCPT", "DATA", "QUIT"}:
        assert len(copies) == 1  # it had not left, or its fate was recorded
    else:
        assert before == 1
        assert len(copies) <= 2


@pytest.mark.parametrize("step", ["RCPT", "DATA", "dot", "250"])
def test_a_receipt_is_never_doubled_and_its_doubt_shows(home: Path, server: DeadlySmtp, step: str) -> None:
    with contextlib.closing(Database(load_home(home).storage.database)) as database, database.writing() as connection:
        enqueue(
            connection,
            key="receipt",
            campaign="htsd-2020",
            unit=UNIT,
            kind=NoticeKind.RECEIPT,
            due_at=EVENING,
            created_at=EVENING,
            recipient=ADDRESS,
            cause="message 1",
            context={"letter": "receipt_problems"},
        )
    tick_until_killed(home, server, step, EVENING)  # in the evening nobody is reminded
    tick_again(home, EVENING + timedelta(minutes=5))
    state, error = fate(home)
    if step == "RCPT":
        assert (len(server.received), state) == (1, NoticeState.SENT)
    else:
        assert len(server.received) == (0 if step == "DATA" else 1)
        assert state is NoticeState.UNCERTAIN or (step == "250" and state is NoticeState.SENT)
        assert error == ("" if state is NoticeState.SENT else "stopped while sending")
