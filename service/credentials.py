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
from pathlib import Path

from config.errors import ConfigError, MailServerError, Problem
from config.settings import MailboxSettings, OAuth2, Secret
from config.text import Language, Text

_TOKEN_SERVICES = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
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
    if settings.oauth2 is not None:
        tokens = AccessTokens(settings.oauth2, f"[mailbox.{settings.name}.oauth2]", environment=environment, post=post or _post)
        return lambda: Login(username=settings.username, access_token=tokens.current())
    password = settings.password
    where = f"[mailbox {settings.name}] password"
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
        self._post = post or _post
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
        address = _TOKEN_SERVICES.get(provider)
        if address is None:
            known = ", ".join(_TOKEN_SERVICES)
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
            raise _no_token(provider, error.code) from None
        except OSError as error:
            raise MailServerError(
                f"the token service of {provider} cannot be reached ({error}): it is tried again", transient=True
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MailServerError(
                f"the token service of {provider} answered nonsense: it is tried again", transient=True
            ) from None
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


def _no_token(provider: str, code: int) -> MailServerError:
    refused = code in {400, 401, 403}  # the refresh token was withdrawn: no retry helps
    anew = Text(
        vi="cấp quyền lại cho Thubao và lưu refresh token mới", en="give Thubao access again and store the new refresh token"
    )
    advice = anew if refused else Text(vi="sẽ thử lại", en="it is tried again")
    return MailServerError(
        Text(
            vi=f"{provider} không cấp mã truy cập (HTTP {code}): {advice.vi}",
            en=f"{provider} gives no access token (HTTP {code}): {advice.en}",
        ),
        transient=not refused,
    )


def _problem(where: str, text: Text) -> ConfigError:
    vi, en = (Problem(file="thubao.toml", where=where, text=text.in_(each)) for each in (Language.VI, Language.EN))
    return ConfigError((en,), told=Text(vi=str(vi), en=str(en)))


def _post(address: str, fields: Mapping[str, str]) -> bytes:
    body = urllib.parse.urlencode(fields).encode("ascii")
    with urllib.request.urlopen(address, body, timeout=30) as answer:  # noqa: S310 - one of the two https addresses above
        content: bytes = answer.read(1024 * 1024)
    return content
