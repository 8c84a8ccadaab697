"""Logging in to the outgoing server: with an access token where the provider wants one, and never more often than once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.loading import load_home
from config.settings import OAuth2, Secret, SmtpSettings
from service.checking import check_home
from service.credentials import TOKEN_SERVICES, Login, smtp_login
from service.installation import opened
from service.outbox import SmtpSender
from service.outbox_errors import UnreachableError
from service.sending import SendReport
from service.worker import Worker
from storage.notices import NoticeKind, NoticeState, enqueue, notices
from tests.end_to_end.campaign_home import PASSWORD_ENV, prepare_home
from tests.servers import DovecotServer, SmtpSink
from tests.servers_dovecot import free_port
from tests.servers_tokens import TokenEndpoint
from tests.service.outbox import NOON, Outbox, outbox_of

pytestmark = pytest.mark.timeout(60)
TOKEN = "ya29.token-0815"
REFRESH, CLIENT = "refresh-4711", "client-4711"
ENVIRONMENT = {"REFRESH": REFRESH, "CLIENT": CLIENT}
OAUTH2 = OAuth2(provider="google", client_id="client", client_secret=Secret(env="CLIENT"), refresh_token=Secret(env="REFRESH"))
USER = "baocao@tuangiao.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink(username=USER, token=TOKEN) as sink:
        yield sink


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenEndpoint]:
    with TokenEndpoint(TOKEN) as endpoint:
        monkeypatch.setitem(TOKEN_SERVICES, "google", endpoint.address)
        yield endpoint


@pytest.fixture
def outbox(tmp_path: Path, sink: SmtpSink, tokens: TokenEndpoint) -> Iterator[Outbox]:
    del tokens
    with outbox_of(tmp_path, sink) as made:
        made.settings = replace(made.settings, username=USER, oauth2=OAUTH2)
        made.login = smtp_login(made.settings, environment=ENVIRONMENT)
        yield made


def refused(settings: SmtpSettings) -> UnreachableError:
    sender = SmtpSender(settings, smtp_login(settings, environment=ENVIRONMENT))
    with closing(sender), pytest.raises(UnreachableError) as caught:
        sender.check()
    told = caught.value.told
    for line in (told.vi, told.en):
        assert "\n" not in line
        assert not any(secret in line for secret in (TOKEN, REFRESH, CLIENT))
    assert told.vi != told.en
    return caught.value


def test_a_letter_leaves_with_an_access_token_that_is_asked_for_once(
    outbox: Outbox, sink: SmtpSink, tokens: TokenEndpoint, tmp_path: Path
) -> None:
    outbox.queue()
    assert outbox.send() == SendReport(sent=1)
    outbox.queue(number=2)
    assert outbox.send(MINUTE) == SendReport(sent=1)
    assert sink.logins == [USER, USER]
    assert tokens.asked == [
        {"grant_type": "refresh_token", "client_id": "client", "client_secret": CLIENT, "refresh_token": REFRESH}
    ]
    assert not any(secret.encode() in (tmp_path / "thubao.sqlite3").read_bytes() for secret in (TOKEN, REFRESH, CLIENT))


def test_a_token_that_the_server_refuses_is_told_with_the_right_that_it_needs(outbox: Outbox, tokens: TokenEndpoint) -> None:
    tokens.token = "of-another-scope"
    key = outbox.queue()
    assert outbox.send() == SendReport(later=1)
    error = outbox.notice(key).error
    assert "refused the access token" in error
    assert "535 5.7.8" in error
    assert "the right to send (https://mail.google.com/)" in error
    assert "of-another-scope" not in error
    assert "quyền gửi thư" in refused(outbox.settings).told.vi


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        (400, "invalid_grant", "store the new refresh token"),
        (400, "invalid_scope", "no right to read and send mail"),
        (401, "invalid_client", "check client_id, client_secret"),
        (400, "something_new", "store the new refresh token"),
        (503, "backend_error", "tried again"),
    ],
)
def test_why_a_provider_gives_no_token_is_told(
    outbox: Outbox, tokens: TokenEndpoint, status: int, error: str, advice: str
) -> None:
    tokens.refusal = (status, error)
    told = str(refused(outbox.settings))
    assert f"google gives no access token (HTTP {status}" in told
    assert advice in told


def test_a_token_service_that_is_not_there_is_told(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOKEN_SERVICES, "google", f"http://127.0.0.1:{free_port()}/token")
    assert "the token service of google cannot be reached" in str(refused(outbox.settings))


def test_a_server_that_takes_no_tokens_is_told(outbox: Outbox) -> None:
    with SmtpSink(username=USER, password="x") as sink:
        assert "offers no such log-in (AUTH LOGIN PLAIN)" in str(refused(replace(outbox.settings, port=sink.port)))


def test_a_wrong_password_is_tried_once_and_not_with_every_mechanism(outbox: Outbox) -> None:
    with SmtpSink(username=USER, password="mật khẩu đúng") as sink:
        settings = replace(outbox.settings, port=sink.port, oauth2=None)
        for password in ("sai", "mật khẩu đúng"):
            sender = SmtpSender(settings, lambda: Login(username=USER, password=password))  # noqa: B023 - used at once
            with closing(sender):
                if password == "sai":
                    with pytest.raises(UnreachableError, match="refused the user name or password"):
                        sender.check()
                else:
                    sender.check()
        assert sink.commands == ["AUTH PLAIN", "AUTH PLAIN"]
        assert sink.logins == [USER]


def test_an_office_with_tokens_is_checked_and_sends(
    tmp_path: Path, dovecot: DovecotServer, sink: SmtpSink, tokens: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ((PASSWORD_ENV, dovecot.password), *ENVIRONMENT.items()):
        monkeypatch.setenv(name, value)
    settings = prepare_home(tmp_path, dovecot, sink) / "thubao.toml"
    keys = 'provider = "google"\nclient_id = "client"\nclient_secret_env = "CLIENT"\nrefresh_token_env = "REFRESH"\n'
    with settings.open("a", encoding="utf-8") as file:
        file.write(f'username = "{USER}"\n[smtp.oauth2]\n{keys}')
    assert check_home(load_home(tmp_path), NOON, online=True).problems == ()
    with opened(tmp_path, exclusive=True) as installation, closing(Worker(installation, lambda: NOON)) as worker:
        for key in ("first", "second"):
            with installation.database.writing() as connection:
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
            worker.send()
        with installation.database.reading() as connection:
            assert {each.state for each in notices(connection)} == {NoticeState.SENT}
    assert len(sink.received) == 2
    assert len(tokens.asked) == 2  # the check's and the worker's
