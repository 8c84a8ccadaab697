"""The commands as a script or an officer runs them: as processes, with JSON, exit codes and one plain line for every failure."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.loading import load_home
from storage.database import Database
from storage.notices import NoticeKind, enqueue
from tests.end_to_end.campaign_home import PASSWORD_ENV, prepare_home, whole_story
from tests.servers import DovecotServer, SmtpSink
from tests.servers_smtp import Behaviour

pytestmark = pytest.mark.timeout(240)
AFTER = "2020-10-16T00:05:00+07:00"


class Commands:
    """Runs `thubao` in a home folder."""

    def __init__(self, home: Path, password: str) -> None:
        self.home = home
        self.environment = {**os.environ, PASSWORD_ENV: password, "PYTHONUNBUFFERED": "1"}

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self._line(words), capture_output=True, text=True, env=self.environment, check=False, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def plain(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    @contextmanager
    def start(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on; killed at the end whatever became of it."""
        process = subprocess.Popen(
            self._line(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def _line(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "service.cli", "--home", str(self.home), *words]


@pytest.fixture
def commands(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> Commands:
    return Commands(prepare_home(tmp_path / "home", dovecot, smtp_sink), dovecot.password)


def test_from_check_to_the_consolidated_report(commands: Commands, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    story = [each for each in whole_story() if each.at.day <= 12]
    dovecot.append_many([(each.raw, each.at) for each in story])
    dovecot.append(b"Subject: a\r\n\r\n", story[0].at, folder="Da xu ly")
    checked = commands.plain("check", "--now", "2020-10-01T08:00:00+07:00")
    assert checked["problems"] == []
    assert [each for each in checked["notes"] if "Da xu ly" in each and "INBOX" not in each]  # what is moved there is not seen
    kinds = {"reminder", "overdue", "digest", "chase", "officer_alert", "delivery"}
    assert {each["kind"] for each in checked["calendar"]} == kinds

    tick = commands.plain("tick", "--now", AFTER)
    assert (tick["new_messages"], tick["server"], tick["recorded"]) == (len(story), len(story), len(story))

    status = commands.plain("status", "--now", AFTER)
    assert status["rates"]["expected"] == len(status["units"]) == 19
    assert [each["code"] for each in status["units"]] == sorted(each["code"] for each in status["units"])
    assert status["mailbox"][0]["server"] == status["mailbox"][0]["recorded"] == len(story)
    (quai_to,) = [each for each in status["units"] if each["code"] == "03295"]
    assert quai_to["slots"]["photos"] == {"state": "ok", "count": 4}
    assert (quai_to["content"], quai_to["time"], quai_to["version"]) == ("received", "on_time", 4)

    shown = commands.plain("show", "Quài Tở", "--now", AFTER)
    source = shown["values"]["1.it_training"]["count"]["source"]
    assert (source["sheet"], source["document"]) == ("Sheet", "Book1.xlsx")
    assert source["cell"]
    assert source["sha256"]
    assert "TM. ỦY BAN" not in shown["narrative"]["I.1"]

    explained = commands.plain("explain", "03295", "1.it_training", "--now", AFTER)
    assert explained["values"]["people"]["message"]["subject"] == "Biểu số liệu tuần lễ"

    listed = commands.plain("messages")
    assert all(each["documents"] for each in listed if each["state"] == "filed")
    (waiting,) = [each for each in listed if each["state"] == "needs_decision"]
    commands.run("assign", str(waiting["id"]), "Quài Cang", "--now", AFTER)
    assert next(each for each in commands.plain("messages") if each["id"] == waiting["id"])["unit"] == "03289"

    commands.run("tick", "--now", AFTER)  # the assignment gave its sender a receipt
    notices = commands.plain("notices")
    assert {each["state"] for each in notices} == {"sent"}
    assert len({each["key"] for each in notices}) == len(notices) == len(smtp_sink.received)

    made = commands.plain("consolidate", "--now", AFTER)
    assert made["version"] == 2  # made by the tick: the assignment changed what the deadline's version said
    assert [Path(each).suffix for each in made["files"]] == [".xlsx", ".docx", ".zip", ".json"]


def test_decisions_hold(commands: Commands, dovecot: DovecotServer) -> None:
    whole = whole_story()[0]
    dovecot.append(whole.raw, whole.at)
    commands.run("tick", "--now", "2020-10-06T08:30:00+07:00")
    now = ("--now", "2020-10-06T09:00:00+07:00")
    commands.run("correct", "03253", "4.books", "count", "1.250", "--why", "đã gọi điện", *now)
    book = commands.plain("show", "03253", *now)["values"]["4.books"]["count"]
    assert (book["value"], book["status"], book["why"]) == (1250, "corrected", "đã gọi điện")
    assert commands.plain("approve", "thị trấn Tuần Giáo", *now)["content"] == "approved"
    assert commands.plain("return", "03253", "--why", "thiếu dấu", *now)["content"] == "returned"
    assert commands.plain("excuse", "Pú Xi", "--why", "mưa lũ", *now)["content"] == "excused"
    assert commands.plain("extend", "Nà Tòng", "17/10/2020", *now)["extended_to"] == "2020-10-17T23:59:59+07:00"
    assert commands.plain("status", *now)["rates"]["expected"] == 18
    commands.run("replay", *now)
    assert commands.plain("show", "03253", *now)["values"]["4.books"]["count"]["value"] == 1250


def test_a_second_thubao_leaves_with_one_line(commands: Commands) -> None:
    with commands.start("run") as first:
        _await_line(first, "Thubao đang chạy")
        refused = commands.run("tick", code=1)
        assert "một Thubao khác" in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_decisions_and_outputs_need_not_wait_for_the_service(commands: Commands, dovecot: DovecotServer) -> None:
    whole = whole_story()[0]
    dovecot.append(whole.raw, whole.at)
    with commands.start("run") as service:
        _await_line(service, "Thư mới 1")
        assert commands.plain("approve", "03253")["content"] == "approved"
        assert commands.plain("excuse", "Pú Xi", "--why", "mưa lũ")["content"] == "excused"
        commands.run("assign", "1", "03253")
        commands.run("correct", "03253", "4.books", "count", "5", "--why", "x")
        assert commands.plain("consolidate")["reported"] == 1
        assert service.poll() is None


def test_an_output_that_cannot_be_made_is_said_and_made_later(commands: Commands) -> None:
    outputs = commands.home / "data" / "outputs"
    outputs.parent.mkdir(exist_ok=True)
    if outputs.exists():
        outputs.rmdir()
    outputs.write_text("in the way")
    told = commands.run("tick", "--now", AFTER, code=1)
    assert told.stderr.count("\n") == 1
    assert "bản tổng hợp" in told.stderr
    assert {each["kind"] for each in commands.plain("notices")} >= {"officer_alert"}  # what does not hang on it left
    outputs.unlink()
    assert len(commands.plain("tick", "--now", AFTER)["consolidated"]) == 4


def test_the_service_runs_on_from_a_pretended_moment(commands: Commands) -> None:
    with commands.start("run", "--now", "2020-10-16T00:00:30+07:00") as service:
        _await_line(service, "Bản tổng hợp số 1")
    assert commands.plain("status", "--now", AFTER)["mailbox"][0]["last_success"].startswith("2020-10-16T00:00:3")


def test_sigterm_ends_it_cleanly(commands: Commands, dovecot: DovecotServer) -> None:
    with commands.start("run") as service:
        _await_line(service, "Thư mới")
        asked = time.monotonic()
        service.send_signal(signal.SIGTERM)
        output, _ = service.communicate(timeout=30)
        assert service.returncode == 0, output
        assert time.monotonic() - asked < 10
        assert "Traceback" not in output
    assert dovecot.flags() == {}


def test_the_officer_decides_while_the_service_runs(commands: Commands) -> None:
    with commands.start("run") as service:
        _await_line(service, "Thư mới")
        commands.run("excuse", "03253", "--why", "không tổ chức")
        _await_line(service, "Thư mới")
        assert commands.plain("show", "03253")["content"] == "excused"
        assert service.poll() is None


def test_the_stop_switch_works_while_the_service_runs(commands: Commands, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    _running_now(commands, starts_in=1)
    with commands.start("run") as service:
        _await_line(service, "Thư mới")
        commands.run("hold")
        _enqueue_alert(commands)
        _await_line(service, "Thư mới")
        _await_line(service, "Thư mới")
        (held,) = commands.plain("notices")
        assert held["state"] == "held"
        assert commands.plain("status")["sending_stopped"]["who"]
        commands.run("resume")
        assert smtp_sink.wait_for_data(60)
    assert len(smtp_sink.to("can.bo@tuangiao.example")) == 1
    assert dovecot.flags() == {}


def test_sigterm_ends_it_in_time_while_a_mail_server_does_not_answer(commands: Commands, smtp_sink: SmtpSink) -> None:
    _running_now(commands, starts_in=1)
    _enqueue_alert(commands)
    smtp_sink.answer_next(Behaviour.HANG)
    with commands.start("run") as service:
        assert smtp_sink.wait_for_data(60)
        asked = time.monotonic()
        service.send_signal(signal.SIGTERM)
        output, _ = service.communicate(timeout=30)
        assert service.returncode == 0, output
        assert time.monotonic() - asked < 10
        assert "Traceback" not in output
    assert [each["state"] for each in commands.plain("notices")] == ["transmitting"]  # its doubt shows, and is settled at start


def test_sigterm_ends_it_in_time_while_a_backlog_is_read(commands: Commands, dovecot: DovecotServer) -> None:
    _running_now(commands)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    dovecot.append_many([(b"X-Copy: %d\r\n" % copy + each.raw, yesterday) for copy in range(4) for each in whole_story()])
    with commands.start("run") as service:
        _await(lambda: len(commands.plain("messages")) > 20)
        asked = time.monotonic()
        service.send_signal(signal.SIGTERM)
        output, _ = service.communicate(timeout=30)
        assert service.returncode == 0, output
        assert time.monotonic() - asked < 10
    states = {each["state"] for each in commands.plain("messages")}
    assert "received" in states  # it was in the middle of them
    assert "set_aside" not in states  # nothing was for our leaving
    commands.run("tick")
    assert "received" not in {each["state"] for each in commands.plain("messages")}
    assert len(commands.plain("messages")) == 4 * len(whole_story())


def test_a_wrong_password_is_one_plain_line(commands: Commands) -> None:
    commands.environment[PASSWORD_ENV] = "sai"
    told = commands.run("check", code=1)
    assert "baocao" in told.stderr
    assert "sai" not in told.stderr.replace("sai mật khẩu", "").split()
    assert commands.run("tick", "--now", AFTER, code=1).stdout


def test_every_mistake_of_the_configuration_is_listed(commands: Commands) -> None:
    settings = commands.home / "thubao.toml"
    text = settings.read_text("utf-8").replace('poll_every = "5s"', 'poll_every = "5x"').replace('"vi"', '"fr"')
    settings.write_text(text, "utf-8")
    told = commands.run("status", code=2).stderr
    assert "poll_every" in told
    assert "language" in told
    assert "thubao.toml" in told


def test_mail_from_files_is_taken_in(commands: Commands, tmp_path: Path) -> None:
    whole = whole_story()[0]
    (tmp_path / "thu").mkdir()
    (tmp_path / "thu" / "a.eml").write_bytes(whole.raw)
    (tmp_path / "thu" / "ghi chú.pdf").write_bytes(b"%PDF-1.4")
    taken = commands.plain("import", str(tmp_path / "thu"), "--received-at", "2020-10-05T09:00:00+07:00", "--now", AFTER)
    assert len(taken["messages"]) == 1
    assert len(taken["skipped"]) == 1
    (mail,) = commands.plain("messages")
    assert (mail["mailbox"], mail["uid"], mail["received_at"]) == (None, None, "2020-10-05T09:00:00+07:00")
    assert mail["source"].endswith("thu/a.eml")
    assert mail["unit"] == "03253"


def test_read_shows_what_is_understood_and_records_nothing(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(whole_story()[0].raw)
    (tmp_path / "b.bin").write_bytes(b"\0\1\2 nothing")
    mail, other = commands.plain("read", str(tmp_path / "a.eml"), str(tmp_path / "b.bin"))
    assert mail["unit"] == "03253"
    assert {each["role"] for each in mail["documents"]} == {"form", "narrative", "photo"}
    assert other["documents"][0]["fate"] == "ignored"
    assert commands.plain("messages") == []


def test_a_pretended_moment_is_refused_while_mail_really_leaves(commands: Commands) -> None:
    settings = commands.home / "thubao.toml"
    before, smtp = settings.read_text("utf-8").split("[smtp]")
    smtp = smtp.replace("127.0.0.1", "smtp.example.org").replace('security = "none"', 'security = "tls"')
    settings.write_text(f"{before}[smtp]{smtp}", "utf-8")
    assert "dry-run" in commands.run("tick", "--now", AFTER, code=1).stderr


def _await_line(process: subprocess.Popen[str], wanted: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if wanted in line:
            return
    raise AssertionError(f"ended without saying {wanted!r}")


def _running_now(commands: Commands, *, starts_in: int = -10) -> None:
    """Let the campaign run now, its deadline far away; one that starts tomorrow has no mail of its own to send today."""
    path = commands.home / "campaigns" / "htsd-2020" / "campaign.toml"
    today, text = datetime.now(UTC).date(), path.read_text("utf-8")
    days = {
        "starts": today + timedelta(days=starts_in),
        "deadline": today + timedelta(days=40),
        "closes": today + timedelta(days=60),
    }
    for name, day in days.items():
        value = f"{day}T23:59:59+07:00" if name == "deadline" else f"{day}"
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    path.write_text(text, "utf-8")


def _enqueue_alert(commands: Commands) -> None:
    """A mail to the officer is due."""
    moment = datetime.now(UTC)
    with closing(Database(load_home(commands.home).storage.database)) as database, database.writing() as connection:
        enqueue(
            connection,
            key="k",
            campaign="htsd-2020",
            unit=None,
            kind=NoticeKind.OFFICER_ALERT,
            due_at=moment,
            created_at=moment,
            recipient="can.bo@tuangiao.example",
            cause="deadline",
        )


def _await(reached: Callable[[], bool]) -> None:
    """Look again and again until it is so."""
    ends = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < ends
