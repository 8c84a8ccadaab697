"""What a mail server's refusals mean, in one line that says what to do."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl

from config.errors import MailServerError
from config.settings import MailboxSettings
from config.text import Text
from service.backoff import LOGIN_PAUSE
from service.mailbox_wire import ServerSlowError

SERVER_ERRORS = (imaplib.IMAP4.error, OSError, ValueError, LookupError, AssertionError)
"""What imapclient and imaplib raise when a server refuses, disappears, or answers what no parser expects."""

_BUSY = re.compile(
    r"\[(?:UNAVAILABLE|LIMIT|OVERQUOTA|INUSE|THROTTLED|CONTACTADMIN)\]|authenticated but not connected|too many|bandwidth"
    r"|try again|temporar|rate limit|server busy|throttl",
    re.IGNORECASE,
)
_NO_SUCH_FOLDER = re.compile(
    r"\[(?:NONEXISTENT|TRYCREATE|NOPERM)\]|(?:does|doesn't|not) .{0,12}exist|unknown (?:mailbox|folder)", re.IGNORECASE
)
_PYTHON_BYTES = re.compile(r"""b(['"])(.*?)\1""")  # how imaplib quotes the server's words
_LONGEST = 160


def login_error(error: BaseException, settings: MailboxSettings, secret: str) -> MailServerError:
    """Why the server did not let us in; the secret is struck out wherever the server repeats it."""
    said = _said(error, secret)
    place = _place(settings)
    if _BUSY.search(said):
        busy = Text(
            vi=f"{place.vi} tạm thời chưa cho vào ({said}): sẽ thử lại sau",
            en=f"{place.en} does not let us in for now ({said}): it is tried again later",
        )
        return MailServerError(busy, transient=True, pause=LOGIN_PAUSE)
    if "PRIVACYREQUIRED" in said or "LOGINDISABLED" in said:
        private = Text(
            vi=f'{place.vi} yêu cầu kết nối mã hóa ({said}): đặt security = "tls" hoặc "starttls"',
            en=f'{place.en} wants an encrypted connection ({said}): set security = "tls" or "starttls"',
        )
        return MailServerError(private, transient=False)
    if settings.oauth2 is not None:
        advice = Text(
            vi="cấp quyền lại cho Thubao và lưu refresh token mới",
            en="give Thubao access again and store the new refresh token",
        )
    else:
        advice = Text(
            vi="kiểm tra tên đăng nhập và mật khẩu mà password_env hoặc password_file chỉ tới",
            en="check the username and the password that password_env or password_file names",
        )
    refused = Text(
        vi=f"{place.vi} từ chối đăng nhập của {settings.username} ({said}): {advice.vi}",
        en=f"{place.en} refused the login of {settings.username} ({said}): {advice.en}",
    )
    return MailServerError(refused, transient=False, pause=LOGIN_PAUSE)


def connection_error(error: BaseException, settings: MailboxSettings) -> MailServerError:
    """Why no connection came about."""
    if isinstance(error, MailServerError):
        return error
    place, said = f"{settings.host}:{settings.port}", _said(error)
    lasting = _misconfigured(error, place, said)
    if lasting is not None:
        return MailServerError(lasting, transient=False)
    match error:
        case socket.gaierror():
            text = Text(
                vi=f"không có máy chủ {settings.host}: kiểm tra tên máy chủ và mạng của máy này",
                en=f"there is no host {settings.host}: check its name and this machine's network",
            )
        case ConnectionRefusedError():
            text = Text(
                vi=f"{place} từ chối kết nối: kiểm tra port, hoặc chờ máy chủ hoạt động lại",
                en=f"{place} refuses connections: check the port, or wait until the server is back",
            )
        case TimeoutError() | ServerSlowError():
            text = Text(
                vi=f"{place} không trả lời: kiểm tra mạng và port",
                en=f"{place} does not answer: check the network and the port",
            )
        case _ if _BUSY.search(said):
            busy = Text(vi=f"{place} đang bận ({said}): sẽ thử lại sau", en=f"{place} is busy ({said}): it is tried again later")
            return MailServerError(busy, transient=True, pause=LOGIN_PAUSE)
        case _:
            text = Text(
                vi=f"không kết nối được {place} ({said}): kiểm tra port và security, hoặc chờ",
                en=f"cannot connect to {place} ({said}): check port and security, or wait",
            )
    return MailServerError(text, transient=True)


def _misconfigured(error: BaseException, place: str, said: str) -> Text | None:
    """What only a person can mend about a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Text(
            vi=f"chứng chỉ của {place} không tin được ({error.verify_message}): sửa tên máy chủ hoặc thay chứng chỉ; nếu cơ quan "
            "có đơn vị cấp chứng chỉ riêng, đặt certificate_authority. Chưa có gì được gửi đi",
            en=f"the certificate of {place} cannot be trusted ({error.verify_message}): correct the host name or renew the "
            "certificate; for an office's own authority set certificate_authority. Nothing was sent",
        )
    if isinstance(error, ssl.SSLError):
        return Text(
            vi=f"{place} không dùng TLS như đã đặt ({said}): kiểm tra port và security (993 tls, 143 starttls)",
            en=f"{place} does not speak TLS as asked ({said}): check port and security (993 tls, 143 starttls)",
        )
    return None


def session_error(error: BaseException, settings: MailboxSettings, folder: str = "") -> MailServerError:
    """Why the server did not do what was asked in a session."""
    if isinstance(error, MailServerError):
        return error
    said = _said(error)
    place = _place(settings)
    if isinstance(error, ServerSlowError | TimeoutError):
        text = Text(
            vi=f"{place.vi} ngừng trả lời ({said}): sẽ thử lại", en=f"{place.en} stopped answering ({said}): it is tried again"
        )
    elif isinstance(error, imaplib.IMAP4.abort | OSError):
        text = Text(
            vi=f"{place.vi} ngắt kết nối ({said}): sẽ thử lại", en=f"{place.en} ended the connection ({said}): it is tried again"
        )
    elif _BUSY.search(said):
        busy = Text(
            vi=f"{place.vi} đang bận ({said}): sẽ thử lại sau", en=f"{place.en} is busy ({said}): it is tried again later"
        )
        return MailServerError(busy, transient=True, pause=LOGIN_PAUSE)
    elif folder and _NO_SUCH_FOLDER.search(said):
        absent = Text(
            vi=f"{place.vi} không có thư mục {folder!r} mà Thubao đọc được ({said}): sửa `folders`",
            en=f"{place.en} has no folder {folder!r} for us ({said}): correct `folders`",
        )
        return MailServerError(absent, transient=False)
    else:
        text = Text(
            vi=f"{place.vi} không làm điều được yêu cầu ({said}): sẽ thử lại",
            en=f"{place.en} did not do what was asked ({said}): it is tried again",
        )
    return MailServerError(text, transient=True)


def _place(settings: MailboxSettings) -> Text:
    return Text(vi=f"hộp thư {settings.name} tại {settings.host}", en=f"mailbox {settings.name} at {settings.host}")


def _said(error: BaseException, secret: str = "") -> str:
    """The error's own words in one printable line."""
    words = _PYTHON_BYTES.sub(r"\2", " ".join("".join(letter if letter.isprintable() else " " for letter in str(error)).split()))
    if secret:
        words = words.replace(secret, "***")
    return words[:_LONGEST] or type(error).__name__
