"""Where a password or an access token comes from: the environment, a file, or a provider's token service.

Secrets live in a `Login` for the moment of the log-in and nowhere else; they are in no repr, no log, no database.
"""

from __future__ import annotations

import json
import os
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from config.errors import ConfigError, MailServerError, Problem
from config.settings import MailboxSettings, OAuth2, Secret, SmtpSettings
from config.text import Language, Text
from service.backoff import LOGIN_PAUSE

TOKEN_SERVICES = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
"""Where each provider gives access tokens."""
_MICROSOFT_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
_EARLY = 120.0  # a token is renewed this many seconds before it ends
_MOUNTED_SECRETS = Path("/run/secrets")  # Docker's and systemd's own folder, closed to others by itself

Post = Callable[[str, Mapping[str, str]], bytes]
"""Sends form fields to an address and gives the answer's body; raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What to log in with: a password, or an access token for XOAUTH2."""

    username: str
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    @property
    def secret(self) -> str:
        """The password or the token, for striking it out of other people's words."""
        return self.access_token or self.password


def read_secret(secret: Secret, where: str, environment: Mapping[str, str] = os.environ) -> str:
    """The secret itself. `where` names the setting in the `ConfigError` that says what is missing."""
    if secret.env is not None:
        value = environment.get(secret.env, "")
        if not value:
            raise _problem(
                where,
                Text(
                    vi=f"biến môi trường {secret.env} chưa được đặt: đặt biến này bằng mật khẩu",
                    en=f"the environment variable {secret.env} is not set: set it to the secret",
                ),
            )
        return value
    if secret.file is None:
        raise _problem(
            where,
            Text(
                vi="chưa chỉ ra mật khẩu: ghi tên biến môi trường hoặc tên tệp",
                en="no secret is named: name an environment variable or a file",
            ),
        )
    return _read_file(secret.file, where)


def mailbox_login(
    settings: MailboxSettings, *, environment: Mapping[str, str] = os.environ, post: Post | None = None
) -> Callable[[], Login]:
    """A function that gives this mailbox's login each time it is asked, with a token that still holds."""
    section, oauth2 = f"[mailbox {settings.name}]", f"[mailbox.{settings.name}.oauth2]"
    return _login(settings, section, oauth2, environment, post)


def smtp_login(
    settings: SmtpSettings, *, environment: Mapping[str, str] = os.environ, post: Post | None = None
) -> Callable[[], Login]:
    """The same for the outgoing server; a login without a name where that wants none."""
    if not settings.username:
        return lambda: Login(username="")
    return _login(settings, "[smtp]", "[smtp.oauth2]", environment, post)


def _login(
    settings: MailboxSettings | SmtpSettings,
    section: str,
    oauth2_section: str,
    environment: Mapping[str, str],
    post: Post | None,
) -> Callable[[], Login]:
    if settings.oauth2 is not None:
        tokens = AccessTokens(settings.oauth2, oauth2_section, environment=environment, post=post)
        return lambda: Login(username=settings.username, access_token=tokens.current())
    password, where = settings.password, f"{section} password"
    if password is None:
        raise _problem(
            where,
            Text(
                vi="chưa chỉ ra mật khẩu: đặt password_env hoặc password_file",
                en="no password is named: set password_env or password_file",
            ),
        )
    return lambda: Login(username=settings.username, password=read_secret(password, where, environment))


class AccessTokens:
    """Keeps an OAuth2 access token fresh with a refresh token; the same token serves IMAP and SMTP."""

    def __init__(
        self,
        settings: OAuth2,
        where: str,
        *,
        environment: Mapping[str, str] = os.environ,
        post: Post | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._where = where
        self._environment = environment
        self._post = post or post_form
        self._clock = clock
        self._token = ""
        self._ends = 0.0

    def current(self) -> str:
        """A token that holds for at least two more minutes, asked for only when the last one does not."""
        if not self._token or self._clock() >= self._ends - _EARLY:
            self._renew()
        return self._token

    def _renew(self) -> None:
        provider = self._settings.provider
        address = TOKEN_SERVICES.get(provider)
        if address is None:
            known = ", ".join(TOKEN_SERVICES)
            raise _problem(
                self._where,
                Text(
                    vi=f"không có provider {provider!r}: ghi một trong {known}",
                    en=f"provider {provider!r} is not known: write one of {known}",
                ),
            )
        fields = {"grant_type": "refresh_token", "client_id": self._settings.client_id}
        for name, secret in (("refresh_token", self._settings.refresh_token), ("client_secret", self._settings.client_secret)):
            if secret is not None:
                fields[name] = read_secret(secret, f"{self._where} {name}", self._environment)
        if "refresh_token" not in fields:
            raise _problem(
                self._where,
                Text(
                    vi="chưa chỉ ra refresh_token: ghi tên biến môi trường hoặc tên tệp",
                    en="no refresh_token is named: name an environment variable or a file",
                ),
            )
        if provider == "microsoft":
            fields["scope"] = _MICROSOFT_SCOPE
        try:
            answer = json.loads(self._post(address.format(tenant=self._settings.tenant or "common"), fields))
            token, seconds = str(answer["access_token"]), float(answer.get("expires_in", 3600))
        except urllib.error.HTTPError as error:
            with error:
                raise _no_token(provider, error.code, _reason(error)) from None
        except OSError as error:
            unreachable = Text(
                vi=f"không kết nối được dịch vụ cấp mã truy cập của {provider} ({error}): kiểm tra mạng của máy này, hoặc chờ",
                en=f"the token service of {provider} cannot be reached ({error}): check this machine's network, or wait",
            )
            raise MailServerError(unreachable, transient=True) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            nonsense = Text(
                vi=f"dịch vụ cấp mã truy cập của {provider} trả lời không hiểu được: sẽ thử lại",
                en=f"the token service of {provider} answered nonsense: it is tried again",
            )
            raise MailServerError(nonsense, transient=True) from None
        self._token, self._ends = token, self._clock() + seconds


def _read_file(path: Path, where: str) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise _problem(
            where, Text(vi=f"không đọc được {path}: {error.strerror}", en=f"cannot read {path}: {error.strerror}")
        ) from None
    except UnicodeDecodeError:
        raise _problem(
            where,
            Text(
                vi=f"{path} không phải văn bản UTF-8: chỉ ghi mật khẩu vào tệp này",
                en=f"{path} is not UTF-8 text: write the secret into it, nothing else",
            ),
        ) from None
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO) and not path.is_relative_to(_MOUNTED_SECRETS):
        raise _problem(
            where,
            Text(
                vi=f"người khác đọc được {path}: chạy `chmod 600 {path}`",
                en=f"{path} can be read by others: run `chmod 600 {path}`",
            ),
        )
    if not value or len(value.splitlines()) != 1:
        raise _problem(
            where,
            Text(vi=f"{path} phải chứa đúng một dòng là mật khẩu", en=f"{path} must hold the secret on one line, nothing else"),
        )
    return value


_GIVE_ACCESS_AGAIN = Text(
    vi="cấp quyền lại cho Thubao và lưu refresh token mới", en="give Thubao access again and store the new refresh token"
)
_CHECK_CLIENT = Text(vi="kiểm tra client_id, client_secret và tenant", en="check client_id, client_secret and tenant")
_WHY_NO_TOKEN = {  # RFC 6749, section 5.2
    "invalid_grant": _GIVE_ACCESS_AGAIN,
    "invalid_client": _CHECK_CLIENT,
    "unauthorized_client": _CHECK_CLIENT,
    "invalid_scope": Text(
        vi="ứng dụng chưa có quyền đọc và gửi thư (IMAP, SMTP): thêm quyền cho ứng dụng, rồi cấp quyền lại cho Thubao",
        en="the application has no right to read and send mail (IMAP, SMTP): add it there, then give Thubao access again",
    ),
}


def _reason(error: urllib.error.HTTPError) -> str:
    """The provider's word for it, "" when it is none that we know; the rest of the answer may repeat secrets."""
    try:
        said = str(json.loads(error.read(64 * 1024))["error"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return said if said in _WHY_NO_TOKEN else ""


def _no_token(provider: str, code: int, reason: str) -> MailServerError:
    refused = code in {400, 401, 403}  # the refresh token was withdrawn: no retry helps
    advice = _WHY_NO_TOKEN.get(reason, _GIVE_ACCESS_AGAIN) if refused else Text(vi="sẽ thử lại", en="it is tried again")
    said = f"HTTP {code}, {reason}" if reason else f"HTTP {code}"
    return MailServerError(
        Text(
            vi=f"{provider} không cấp mã truy cập ({said}): {advice.vi}",
            en=f"{provider} gives no access token ({said}): {advice.en}",
        ),
        transient=not refused,
        pause=LOGIN_PAUSE if refused else timedelta(0),
    )


def _problem(where: str, text: Text) -> ConfigError:
    vi, en = (Problem(file="thubao.toml", where=where, text=text.in_(each)) for each in (Language.VI, Language.EN))
    return ConfigError((en,), told=Text(vi=str(vi), en=str(en)))


def post_form(address: str, fields: Mapping[str, str]) -> bytes:
    """Send form fields to an address of a token service; gives the answer's body."""
    body = urllib.parse.urlencode(fields).encode("ascii")
    with urllib.request.urlopen(address, body, timeout=30) as answer:  # noqa: S310 - one of the two https addresses above
        content: bytes = answer.read(1024 * 1024)
    return content
