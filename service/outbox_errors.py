"""What an SMTP server's refusals mean, in one line that says what to do."""

from __future__ import annotations

import smtplib
import socket
import ssl

from config.errors import SendError
from config.settings import SmtpSettings
from config.text import Text

_TOO_LARGE = "5.3.4"
_EXCEEDED = 552
_TOO_LARGE_WORDS = (_TOO_LARGE, "5.2.3", "message size", "too large", "too big")
_QUOTA = ("5.4.5", "5.2.2", "quota", "limit exceeded", "too many")


class UnreachableError(SendError):
    """The server cannot be reached or does not let us in: no mail is to blame, every mail has to wait."""

    def __init__(self, text: str | Text) -> None:
        super().__init__(text, permanent=False)


def refusal(code: int, answer: bytes | str, recipient: str) -> SendError:
    """A refusal with an answer. 4xx and quota are tried later, every other 5xx is final."""
    text = " ".join((answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer).split())
    quota = _TOO_LARGE not in text and any(word in text.lower() for word in _QUOTA)
    permanent = 500 <= code < 600 and not quota  # noqa: PLR2004 - the SMTP classes
    too_large = permanent and (code == _EXCEEDED or any(each in text.lower() for each in _TOO_LARGE_WORDS))
    return SendError(f"{recipient}: {code} {text}".strip(), permanent=permanent, too_large=too_large)


def opening_error(error: smtplib.SMTPException | OSError, settings: SmtpSettings) -> UnreachableError:
    """Why no connection came about, or why the server did not let us in."""
    place = f"{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return UnreachableError(
            Text(
                vi=f"{settings.host} từ chối tên hoặc mật khẩu của {settings.username}: kiểm tra [smtp] trong thubao.toml",
                en=f"{settings.host} refused the user name or password of {settings.username}: check [smtp] in thubao.toml",
            )
        )
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
