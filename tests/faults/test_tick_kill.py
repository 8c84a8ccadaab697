"""kill -9 of `thubao tick` again and again while a backlog comes in: every mail is filed once and answered at most once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from service.desk import Desk
from service.installation import opened
from service.worker import Worker
from storage.filings import MessageState, filings
from storage.mail_records import messages
from storage.notices import NoticeKind, NoticeState, notices
from tests.end_to_end.campaign_home import PASSWORD_ENV, prepare_home, whole_story
from tests.servers import DovecotServer, SmtpSink
from tests.service.office_without_servers import at

pytestmark = pytest.mark.timeout(240)
KILLS = 6
NOW = at(13, 18)  # after office hours: nobody is reminded


def tick_killed_after(home: Path, seconds: float, password: str) -> None:
    program = "from service.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "--home", str(home), "tick", "--now", NOW.isoformat()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, PASSWORD_ENV: password, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.wait()


def test_killed_at_random_moments_of_a_backlog_it_loses_nothing_and_answers_nobody_twice(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    home = prepare_home(tmp_path, dovecot, smtp_sink)
    mails = [each for each in whole_story() if each.at <= NOW]
    dovecot.append_many([(each.raw, each.at) for each in mails])
    chance = Random(7)
    for kill in range(KILLS):
        tick_killed_after(home, 1.2 + kill * 0.7 + chance.random(), dovecot.password)
    with opened(home, exclusive=True) as installation:
        for _ in range(2):
            with closing(Worker(installation, lambda: NOW)) as worker:
                worker.tick()
        with installation.database.reading() as connection:
            records, filed, sent = messages(connection), filings(connection), notices(connection)
        board = Desk(installation, NOW, "test").board(installation.home.campaigns[0])
        held = set(installation.archive.hashes())
    assert len(records) == len(filed) == len(mails)
    assert held == {each.sha256 for each in records}
    assert MessageState.SET_ASIDE not in {each.state for each in filed.values()}
    assert (board.mailboxes[0].server, board.mailboxes[0].recorded) == (len(mails), len(mails))
    answers = [each for each in sent if each.kind in {NoticeKind.RECEIPT, NoticeKind.QUESTION}]
    assert len({each.trigger_id for each in answers}) == len(answers)
    assert {each.state for each in sent} <= {NoticeState.SENT, NoticeState.UNCERTAIN}
    copies = Counter(str(mail.message["Message-ID"]) for mail in smtp_sink.received)
    receipts = {each.message_id for each in answers if each.kind is NoticeKind.RECEIPT}
    assert [each for each in receipts if copies[each] > 1] == []
    assert all(count <= 2 for count in copies.values())
