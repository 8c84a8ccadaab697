"""What is typed or given wrongly: one line that says what to do, the right exit code, and nothing harmed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.home import write_home
from tests.end_to_end.campaign_home import whole_story
from tests.end_to_end.test_commands import Commands
from tests.service.office import ADDRESS, OFFICER, SETTINGS

pytestmark = pytest.mark.timeout(240)
NOW = ("--now", "2020-10-06T09:00:00+07:00")


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    home = tmp_path / "home"
    write_home(home)
    settings = SETTINGS.format(language="vi", officer=OFFICER, address=ADDRESS, dedicated="true")
    (home / "thubao.toml").write_text(settings, encoding="utf-8")
    return Commands(home, "")  # no password: no server is asked


@pytest.mark.parametrize(
    ("written", "value"), [("1250", 1250), ("1.250", 1250), ("1 250", 1250), ("1.250.000", 1250000), ("0", 0)]
)
def test_a_figure_may_be_written_with_thousands_set_apart(commands: Commands, written: str, value: int) -> None:
    commands.run("correct", "03253", "4.books", "count", written, "--why", "qua điện thoại", *NOW)
    assert commands.plain("show", "03253", *NOW)["values"]["4.books"]["count"]["value"] == value


def test_a_figure_that_is_no_whole_number_is_not_guessed_at(commands: Commands) -> None:
    for written in ("1.5", "12.50", "1.2500", "1,250", "1 25", "12a", ""):
        told = commands.run("correct", "03253", "4.books", "count", written, "--why", "qua điện thoại", *NOW, code=1).stderr
        assert told.count("\n") == 1
    assert commands.plain("show", "03253", *NOW)["values"] == {}


def test_a_decision_needs_its_reason(commands: Commands) -> None:
    for words in (("excuse", "03253"), ("return", "03253"), ("correct", "03253", "4.books", "count", "5")):
        commands.run(*words, "--why", " ", *NOW, code=2)
    assert commands.plain("show", "03253", *NOW)["content"] == "missing"


def test_what_is_not_there_is_said_and_what_is_there_is_taken_in(commands: Commands, tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(whole_story()[0].raw)
    received = ("--received-at", "2020-10-05T09:00:00+07:00")
    told = commands.run("import", str(tmp_path / "none.eml"), str(mail), *received, *NOW, code=1).stderr
    assert told.count("\n") == 1
    assert "none.eml" in told
    assert [each["unit"] for each in commands.plain("messages")] == ["03253"]


def test_what_is_asked_for_wrongly_is_not_answered_with_nothing(commands: Commands, tmp_path: Path) -> None:
    assert "set_aside" in commands.run("messages", "--state", "aside", code=2).stderr
    assert "999" in commands.run("replay", "--message", "999", code=1).stderr
    (tmp_path / "file").write_text("")
    told = commands.run("consolidate", "--output", str(tmp_path / "file" / "in"), *NOW, code=1).stderr
    assert told.count("\n") == 1
    assert str(tmp_path / "file") in told


def test_no_command_pretends_another_moment_while_mail_really_leaves(commands: Commands) -> None:
    settings = commands.home / "thubao.toml"
    settings.write_text(settings.read_text("utf-8") + 'sending = "on"\n', "utf-8")
    for words in (("status",), ("check", "--offline"), ("tick",), ("approve", "03253")):
        assert "dry-run" in commands.run(*words, *NOW, code=1).stderr


def test_the_demonstration_replaces_no_real_home(commands: Commands) -> None:
    data = commands.home / "data"
    data.mkdir(exist_ok=True)
    (data / "only copy.eml").write_text("thư")
    before = sorted(commands.home.rglob("*"))
    line = [sys.executable, "-m", "service.cli", "demo", "--headless", "--home", str(commands.home)]
    refused = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert refused.returncode == 1, refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(commands.home.rglob("*")) == before


@pytest.mark.parametrize(("language", "told"), [("vi", "không có đơn vị nào"), ("en", "no unit is called")])
def test_every_refusal_is_in_the_offices_language(commands: Commands, language: str, told: str) -> None:
    settings = commands.home / "thubao.toml"
    settings.write_text(settings.read_text("utf-8").replace('"vi"', f'"{language}"'), "utf-8")
    assert told in commands.run("show", "Sài Gòn", code=1).stderr
    unknown = {"vi": "không có máy chủ", "en": "there is no host"}[language]
    assert unknown in commands.run("check", *NOW, code=1).stderr
    assert unknown in commands.run("poll", *NOW, code=1).stderr
    assert unknown in commands.plain("status", *NOW)["mailbox"][0]["error"]


def test_a_home_that_cannot_be_written_to_is_no_home_in_order(commands: Commands) -> None:
    data = commands.home / "data"
    for each in data.iterdir():
        each.rmdir()
    data.rmdir()
    data.write_text("in the way")
    told = commands.run("check", "--offline", code=1).stderr
    assert told.count("\n") == 1
    assert str(data) in told
