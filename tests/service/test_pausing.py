"""A server that refused our log-in is left alone by every process, until the pause is over or something was changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.loading import load_home
from config.settings import OAuth2, Secret
from config.text import Language, Text
from service.checking import check_home
from service.console_board import health_lines
from service.credentials import TOKEN_SERVICES
from service.desk import Board, Desk
from service.installation import opened
from service.pausing import begin_pause, forget_pause, login_mark, pause_in_force
from service.views import Views
from storage.database import Database
from storage.notices import NoticeKind, enqueue
from storage.pauses import OUTGOING, Pause
from storage.schema import pause as pause_table
from tests.end_to_end.campaign_home import PASSWORD_ENV, FastCampaign, prepare_home
from tests.faults.chaos_proxy import ChaosProxy, Fault, chaos
from tests.servers import DovecotServer, SmtpSink
from tests.servers_tokens import TokenEndpoint
from tests.service.papers import on
from tests.service.receiving import settings_for
from tests.service.scripted_imap import Script, scripted

pytestmark = pytest.mark.timeout(120)
NOON = on(5, 12)
QUARTER = timedelta(minutes=15)
WRONG, RIGHT = "sai-4711-mat-khau", "dung-0815-mat-khau"
SMTP_USER = "baocao@tuangiao.example"
WHY = Text(vi="sai mật khẩu", en="wrong password")


@contextmanager
def process(home: Path, dovecot: DovecotServer, after: timedelta = timedelta(0)) -> Iterator[FastCampaign]:
    """What one start of Thubao has, so long after noon."""
    with opened(home, exclusive=True) as installation:
        campaign = FastCampaign(installation, dovecot)
        campaign.now = NOON + after
        with closing(campaign.worker):
            yield campaign


def poll(home: Path, dovecot: DovecotServer, after: timedelta = timedelta(0)) -> tuple[str, ...]:
    """One start of Thubao that looks into the mailbox; gives its problems."""
    with process(home, dovecot, after) as campaign:
        return campaign.worker.poll()[1]


def change(home: Path, before: str, after: str) -> None:
    file = home / "thubao.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def board(campaign: FastCampaign) -> Board:
    return Desk(campaign.installation, campaign.now, "test").board(campaign.campaign)


def in_database(home: Path, secret: str) -> bool:
    return any(secret.encode() in file.read_bytes() for file in (home / "data").glob("thubao.sqlite3*"))


@pytest.fixture
def line(dovecot: DovecotServer) -> Iterator[ChaosProxy]:
    """A line to Dovecot that counts how often we come, and does nothing else."""
    with chaos(dovecot.port, Fault.CUT, after=0, times=0) as proxy:
        yield proxy


@pytest.fixture
def home(tmp_path: Path, dovecot: DovecotServer, line: ChaosProxy, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose password is wrong."""
    monkeypatch.setenv(PASSWORD_ENV, WRONG)
    prepare_home(tmp_path, dovecot, smtp_sink)
    change(tmp_path, f"port = {dovecot.port}", f"port = {line.port}")
    return tmp_path


# --- the mailbox ---------------------------------------------------------------------------------------------------------


def test_a_new_process_does_not_try_a_refused_password_again_before_the_quarter_is_over(
    home: Path, dovecot: DovecotServer, line: ChaosProxy
) -> None:
    for minute in range(15):
        (problem,) = poll(home, dovecot, timedelta(minutes=minute))
        assert "từ chối đăng nhập" in problem
        assert "thử lại lúc 05/10/2020 12:15" in problem
    assert line.connections == 1
    assert poll(home, dovecot, QUARTER)
    assert line.connections == 2
    assert not in_database(home, WRONG)


def test_a_service_that_goes_on_tells_a_pause_that_it_found_once(home: Path, dovecot: DovecotServer) -> None:
    poll(home, dovecot)
    with process(home, dovecot) as campaign:
        told = [campaign.worker.poll()[1] for _ in range(3)]
        assert [len(each) for each in told] == [1, 0, 0]
        assert campaign.worker.is_blind()


def test_a_changed_password_is_tried_at_once_by_the_same_and_by_a_new_process(
    home: Path, dovecot: DovecotServer, line: ChaosProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(home, dovecot) as campaign:
        assert campaign.worker.poll()[1]
        monkeypatch.setenv(PASSWORD_ENV, "sai-lan-nua")
        assert campaign.worker.poll()[1]
        assert line.connections == 2
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    assert poll(home, dovecot) == ()
    with process(home, dovecot) as campaign:
        assert board(campaign).mailboxes[0].next_try is None
    monkeypatch.setenv(PASSWORD_ENV, WRONG)  # the pause is over, and what it was about is forgotten
    assert poll(home, dovecot)
    assert line.connections == 4


def test_a_changed_password_file_and_a_changed_setting_are_tried_at_once(
    home: Path, dovecot: DovecotServer, line: ChaosProxy
) -> None:
    secret = home / "mat-khau"
    secret.write_text(WRONG, "utf-8")
    secret.chmod(0o600)
    change(home, f'password_env = "{PASSWORD_ENV}"', 'password_file = "mat-khau"')
    change(home, f'username = "{dovecot.username}"', 'username = "khong-co-ai"')
    assert poll(home, dovecot)
    change(home, 'username = "khong-co-ai"', f'username = "{dovecot.username}"')
    for _ in range(2):
        assert poll(home, dovecot)
        assert line.connections == 2
    secret.write_text(dovecot.password, "utf-8")
    assert poll(home, dovecot) == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"NO [AUTHENTICATIONFAILED] no",
        b"NO [OVERQUOTA] Account exceeded command or bandwidth limits",
        b"NO User is authenticated but not connected.",
    ],
)
def test_a_server_that_shuts_us_out_is_left_alone_by_a_new_process(
    home: Path, dovecot: DovecotServer, line: ChaosProxy, answer: bytes
) -> None:
    script = Script(login=answer)
    with scripted(script) as server:
        change(home, f"port = {line.port}", f"port = {server.port}")
        for minute in range(3):
            assert poll(home, dovecot, timedelta(minutes=minute))
    assert sum("LOGIN" in each.upper() for each in script.commands) == 1


def test_a_server_that_is_only_away_is_tried_by_a_new_process(
    home: Path, dovecot: DovecotServer, line: ChaosProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    change(home, f"port = {line.port}", f"port = {dovecot.port}")
    dovecot.stop()
    assert poll(home, dovecot)
    dovecot.start()
    assert poll(home, dovecot) == ()


def test_check_always_tries(home: Path, dovecot: DovecotServer, line: ChaosProxy) -> None:
    poll(home, dovecot)
    for _ in range(2):
        (problem,) = check_home(load_home(home), NOON, online=True).problems
        assert "từ chối đăng nhập" in problem
    assert line.connections == 3


def test_the_board_shows_why_and_until_when_in_both_languages(home: Path, dovecot: DovecotServer) -> None:
    poll(home, dovecot)
    with process(home, dovecot, timedelta(minutes=5)) as campaign:
        shown, office = board(campaign), campaign.installation.home.office
        assert "từ chối đăng nhập" in health_lines(shown, office)[0]
        assert "thử lại lúc 05/10/2020 12:15" in health_lines(shown, office)[0]
        assert "next try at 05/10/2020 12:15" in health_lines(shown, replace(office, language=Language.EN))[0]
        plain = Views(office.timezone, office.language).board(shown)
        assert plain["mailbox"][0]["next_try"] == "2020-10-05T12:15:00+07:00"
        assert plain["smtp"] is None
        campaign.now = NOON + QUARTER
        assert "thử lại" not in health_lines(board(campaign), office)[0]


# --- the outgoing server -------------------------------------------------------------------------------------------------


@contextmanager
def sending_home(folder: Path, dovecot: DovecotServer, sink: SmtpSink, *settings: str) -> Iterator[Path]:
    """A home with two letters to send through a server that wants a log-in."""
    prepare_home(folder, dovecot, sink)
    with (folder / "thubao.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join((f'username = "{SMTP_USER}"', *settings, "")))
    with opened(folder, exclusive=True) as installation, installation.database.writing() as connection:
        for key in ("first", "second"):
            assert enqueue(
                connection,
                key=key,
                campaign="htsd-2020",
                unit=None,
                kind=NoticeKind.OFFICER_ALERT,
                due_at=NOON,
                created_at=NOON,
                recipient="can.bo@tuangiao.example",
                cause="mailbox baocao cannot be read",
            )
    yield folder


def tick(home: Path, dovecot: DovecotServer, after: timedelta = timedelta(0)) -> tuple[str, ...]:
    """One start of Thubao that does all that is due; gives what it says of the outgoing server."""
    with process(home, dovecot, after) as campaign:
        return tuple(each for each in campaign.worker.tick().problems if each.startswith("smtp: "))


def test_a_password_that_the_outgoing_server_refused_is_left_alone_too(
    tmp_path: Path, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    monkeypatch.setenv("SMTP", WRONG)
    with (
        SmtpSink(username=SMTP_USER, password=RIGHT) as sink,
        sending_home(tmp_path, dovecot, sink, 'password_env = "SMTP"') as home,
    ):
        for minute in range(15):
            (problem,) = tick(home, dovecot, timedelta(minutes=minute))
            assert "từ chối tên hoặc mật khẩu" in problem
        assert sink.commands.count("AUTH PLAIN") == 1
        with process(home, dovecot, timedelta(minutes=5)) as campaign:
            office, shown = campaign.installation.home.office, board(campaign)
            line = "Máy chủ gửi thư — 127.0.0.1 từ chối tên hoặc mật khẩu"
            assert any(each.startswith(line) and "thử lại lúc 05/10/2020 12:15" in each for each in health_lines(shown, office))
            plain = Views(office.timezone, office.language).board(shown)
            assert plain["smtp"]["next_try"] == "2020-10-05T12:15:00+07:00"
            assert [len(campaign.worker.tick().problems) for _ in range(3)] == [1, 0, 0]
        tick(home, dovecot, QUARTER)
        assert sink.commands.count("AUTH PLAIN") == 2
        monkeypatch.setenv("SMTP", RIGHT)
        assert tick(home, dovecot, QUARTER + timedelta(minutes=3)) == ()
        assert len(sink.received) >= 2  # what is due on that day comes on top
        assert not in_database(home, WRONG)


def test_a_refresh_token_that_was_withdrawn_is_not_shown_again_and_a_new_one_is_at_once(
    tmp_path: Path, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    monkeypatch.setenv("REFRESH", WRONG)
    oauth2 = ("[smtp.oauth2]", 'provider = "google"', 'client_id = "c"', 'refresh_token_env = "REFRESH"')
    with (
        TokenEndpoint("t") as tokens,
        SmtpSink(username=SMTP_USER, token="t") as sink,
        sending_home(tmp_path, dovecot, sink, *oauth2) as home,
    ):
        monkeypatch.setitem(TOKEN_SERVICES, "google", tokens.address)
        tokens.refusal = (400, "invalid_grant")
        for minute in range(3):
            (problem,) = tick(home, dovecot, timedelta(minutes=minute))
            assert "không cấp mã truy cập" in problem
        assert len(tokens.asked) == 1
        tokens.refusal = None
        monkeypatch.setenv("REFRESH", RIGHT)
        assert tick(home, dovecot, timedelta(minutes=4)) == ()
        assert len(sink.received) >= 2  # what is due on that day comes on top


# --- the record ----------------------------------------------------------------------------------------------------------


def test_a_database_made_before_there_were_pauses_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'thubao.sqlite3'}"
    settings = settings_for(host="h", port=1, username="u")
    with contextlib.closing(Database(url)) as database, database.writing() as connection:
        pause_table.drop(connection)
    with contextlib.closing(Database(url)) as database:
        assert pause_in_force(database, OUTGOING, settings, NOON) is None
        begin_pause(database, OUTGOING, settings, WHY, QUARTER, NOON)
        begin_pause(database, "mailbox x", settings, WHY, QUARTER, NOON)
        found = pause_in_force(database, OUTGOING, settings, NOON + timedelta(minutes=14))
        assert isinstance(found, Pause)
        assert (found.reason, found.until) == (WHY, NOON + QUARTER)
        assert pause_in_force(database, OUTGOING, settings, NOON + QUARTER) is None
        assert pause_in_force(database, OUTGOING, settings, NOON - timedelta(days=1)) is None  # the clock went back
        forget_pause(database, OUTGOING)
        assert pause_in_force(database, OUTGOING, settings, NOON) is None
        assert pause_in_force(database, "mailbox x", settings, NOON) is not None


def test_the_mark_shows_a_change_and_is_too_short_to_guess_by() -> None:
    oauth2 = OAuth2(provider="google", client_id="c", client_secret=Secret(env="CLIENT"), refresh_token=Secret(env="REFRESH"))
    settings = replace(settings_for(host="h", port=1, username="u"), password=None, oauth2=oauth2)
    environment, salt = {"CLIENT": "a", "REFRESH": "b"}, bytes(16)
    mark = login_mark(settings, salt, environment)
    assert login_mark(settings, salt, environment) == mark
    assert len(mark.partition(":")[2]) == 4
    changed = [
        login_mark(settings, salt, environment | {"CLIENT": "x"}),
        login_mark(settings, salt, environment | {"REFRESH": "x"}),
        login_mark(settings, salt, {}),
        login_mark(replace(settings, port=2), salt, environment),
    ]
    assert len({mark, *changed}) == 5
