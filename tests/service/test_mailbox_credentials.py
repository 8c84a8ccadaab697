"""Where passwords and tokens come from."""

from __future__ import annotations

import io
import json
import urllib.error
from collections.abc import Mapping
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest

from config.errors import ConfigError, MailServerError
from config.settings import OAuth2, Secret
from service.credentials import AccessTokens, mailbox_login, read_secret
from tests.service.receiving import settings_for

GOOGLE = OAuth2(provider="google", client_id="client", client_secret=Secret(env="CLIENT"), refresh_token=Secret(env="REFRESH"))
ENVIRONMENT = {"REFRESH": "refresh-4711", "CLIENT": "client-4711"}


class TokenService:
    """Answers like a provider's token service; no network."""

    def __init__(self, answer: bytes | OSError) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []

    def post(self, address: str, fields: Mapping[str, str]) -> bytes:
        self.asked.append((address, dict(fields)))
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer


def http_error(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("https://x.invalid", code, "no", Message(), io.BytesIO(b"refresh-4711"))


def test_a_secret_is_read_from_the_environment() -> None:
    assert read_secret(Secret(env="X"), "here", {"X": "mật khẩu"}) == "mật khẩu"
    with pytest.raises(ConfigError, match="X is not set"):
        read_secret(Secret(env="X"), "here", {})


def test_a_secret_is_read_from_a_file_that_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("mật khẩu\n", encoding="utf-8")
    file.chmod(0o600)
    assert read_secret(Secret(file=file), "here", {}) == "mật khẩu"
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret(Secret(file=file), "here", {})


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError):
        read_secret(Secret(file=file), "here", {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no-file"):
        read_secret(Secret(file=tmp_path / "no-file"), "here", {})


def test_the_password_is_read_anew_at_each_login() -> None:
    environment = {"THUBAO_TEST_PASSWORD": "old"}
    login = mailbox_login(settings_for(host="h", port=1, username="u"), environment=environment)
    assert login().password == "old"
    environment["THUBAO_TEST_PASSWORD"] = "new"
    assert login().password == "new"


def test_a_token_is_asked_for_once_and_renewed_before_it_ends() -> None:
    service = TokenService(json.dumps({"access_token": "token-1", "expires_in": 3600}).encode())
    seconds = [0.0]
    tokens = AccessTokens(GOOGLE, "here", environment=ENVIRONMENT, post=service.post, clock=lambda: seconds[0])
    assert tokens.current() == tokens.current() == "token-1"
    assert len(service.asked) == 1
    assert service.asked[0][1] == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "refresh_token": "refresh-4711",
        "client_secret": "client-4711",
    }
    service.answer = b'{"access_token": "token-2", "expires_in": 3600}'
    seconds[0] = 3600 - 119
    assert tokens.current() == "token-2"


def test_a_mailbox_with_oauth2_logs_in_with_a_token() -> None:
    service = TokenService(b'{"access_token": "token-1"}')
    settings = replace(settings_for(host="h", port=1, username="u"), password=None, oauth2=GOOGLE)
    login = mailbox_login(settings, environment=ENVIRONMENT, post=service.post)()
    assert (login.username, login.access_token, login.password) == ("u", "token-1", "")
    assert "token-1" not in repr(login)


def test_microsoft_is_asked_at_the_offices_tenant() -> None:
    service = TokenService(b'{"access_token": "t"}')
    settings = OAuth2(provider="microsoft", client_id="c", tenant="van-phong", refresh_token=Secret(env="REFRESH"))
    AccessTokens(settings, "here", environment=ENVIRONMENT, post=service.post).current()
    address, fields = service.asked[0]
    assert "/van-phong/" in address
    assert "IMAP.AccessAsUser.All" in fields["scope"]


@pytest.mark.parametrize(
    ("answer", "transient"),
    [
        (http_error(400), False),
        (http_error(401), False),
        (http_error(503), True),
        (TimeoutError("timed out"), True),
        (b"<html>", True),
        (b"[]", True),
        (b'{"error": "x"}', True),
        (b'{"access_token": "t", "expires_in": "soon"}', True),
    ],
)
def test_a_token_refused_for_good_is_told_from_a_service_that_is_down(answer: bytes | OSError, transient: bool) -> None:  # noqa: FBT001 - a table
    tokens = AccessTokens(GOOGLE, "here", environment=ENVIRONMENT, post=TokenService(answer).post)
    with pytest.raises(MailServerError) as caught:
        tokens.current()
    assert caught.value.transient is transient
    assert "4711" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        OAuth2(provider="yahoo", client_id="c", refresh_token=Secret(env="REFRESH")),
        OAuth2(provider="google", client_id="c"),
        OAuth2(provider="google", client_id="c", refresh_token=Secret(env="MISSING")),
        OAuth2(provider="google", client_id="c", refresh_token=Secret()),
    ],
)
def test_incomplete_settings_are_said(settings: OAuth2) -> None:
    with pytest.raises(ConfigError):
        AccessTokens(settings, "here", environment=ENVIRONMENT, post=TokenService(b"{}").post).current()


def test_a_mailbox_without_any_secret_is_said_at_once() -> None:
    with pytest.raises(ConfigError, match="password_env or password_file"):
        mailbox_login(replace(settings_for(host="h", port=1, username="u"), password=None), environment={})
