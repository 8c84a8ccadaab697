"""What an SMTP server's refusals mean, in one line that says what to do."""

from __future__ import annotations

import smtplib
import socket
import ssl
from datetime import timedelta

from config.errors import SendError
from config.settings import SmtpSettings
from config.text import Text
from service.backoff import LOGIN_PAUSE

_TOO_LARGE = "5.3.4"
_EXCEEDED = 552
_TOO_LARGE_WORDS = (_TOO_LARGE, "5.2.3", "message size", "too large", "too big")
_RIGHT_TO_SEND = {"google": "https://mail.google.com/", "microsoft": "SMTP.Send"}
_LONGEST = 160
_FINAL = 500
_QUOTA = ("5.4.5", "5.2.2", "quota", "limit exceeded", "too many")


class UnreachableError(SendError):
    """The server cannot be reached or does not let us in: no mail is to blame, every mail has to wait, at least for `pause`."""

    def __init__(self, text: str | Text, *, pause: timedelta = timedelta(0)) -> None:
        self.pause = pause
        super().__init__(text, permanent=False)


def refusal(code: int, answer: bytes | str, recipient: str) -> SendError:
    """A refusal with an answer. 4xx and quota are tried later, every other 5xx is final."""
    text = " ".join((answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer).split())
    quota = _TOO_LARGE not in text and any(word in text.lower() for word in _QUOTA)
    permanent = 500 <= code < 600 and not quota  # noqa: PLR2004 - the SMTP classes
    too_large = permanent and (code == _EXCEEDED or any(each in text.lower() for each in _TOO_LARGE_WORDS))
    return SendError(f"{recipient}: {code} {text}".strip(), permanent=permanent, too_large=too_large)


def login_error(error: smtplib.SMTPException | UnicodeError, settings: SmtpSettings, secret: str) -> UnreachableError:
    """Why the server did not let us in; the secret is struck out wherever the server repeats it."""
    host, username, said = settings.host, settings.username, _said(error, secret)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return UnreachableError(
            Text(
                vi=f"{host}:{settings.port} không nhận cách đăng nhập này ({said}): kiểm tra port, security, mật khẩu hay oauth2",
                en=f"{host}:{settings.port} offers no such log-in ({said}): check port, security, password or oauth2",
            )
        )
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code < _FINAL:
        busy = Text(
            vi=f"{host} tạm thời chưa cho {username} đăng nhập ({said}): sẽ thử lại sau",
            en=f"{host} does not let {username} in for now ({said}): it is tried again later",
        )
        return UnreachableError(busy, pause=LOGIN_PAUSE)
    if settings.oauth2 is not None:
        right = _RIGHT_TO_SEND.get(settings.oauth2.provider, "SMTP")
        return UnreachableError(
            Text(
                vi=f"{host} từ chối mã truy cập của {username} ({said}): cấp quyền lại cho Thubao, gồm quyền gửi thư ({right}), "
                "và lưu refresh token mới",
                en=f"{host} refused the access token of {username} ({said}): give Thubao access again, with the right to send "
                f"({right}), and store the new refresh token",
            ),
            pause=LOGIN_PAUSE,
        )
    return UnreachableError(
        Text(
            vi=f"{host} từ chối tên hoặc mật khẩu của {username} ({said}): kiểm tra [smtp] trong thubao.toml",
            en=f"{host} refused the user name or password of {username} ({said}): check [smtp] in thubao.toml",
        ),
        pause=LOGIN_PAUSE,
    )


def _said(error: smtplib.SMTPException | UnicodeError, secret: str) -> str:
    """The server's own words in one printable line."""
    words = str(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        answer = error.smtp_error
        words = f"{error.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    elif isinstance(error, UnicodeError):
        words = "ASCII"  # its own words would hold the password
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return (words.replace(secret, "***") if secret else words)[:_LONGEST]


def opening_error(error: smtplib.SMTPException | OSError, settings: SmtpSettings) -> UnreachableError:
    """Why no connection came about."""
    place = f"{settings.host}:{settings.port}"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or error
        return UnreachableError(
            Text(
                vi=f"không có kết nối an toàn tới {place} ({reason}): kiểm tra `security`",
                en=f"no safe connection to {place}: {reason}; check `security`",
            )
        )
    if isinstance(error, socket.gaierror):
        return UnreachableError(
            Text(
                vi=f"không có máy chủ {settings.host}: kiểm tra host trong [smtp]",
                en=f"there is no host named {settings.host}: check [smtp] host",
            )
        )
    return UnreachableError(
        Text(
            vi=f"không kết nối được {place} ({error}): kiểm tra host và port trong [smtp], hoặc chờ",
            en=f"cannot reach {place}: {error}; check host and port in [smtp], or wait",
        )
    )
