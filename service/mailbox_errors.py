"""What a mail server's refusals mean, in one line that says what to do."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from datetime import timedelta

from config.errors import MailServerError
from config.settings import MailboxSettings
from service.mailbox_wire import ServerSlowError

SERVER_ERRORS = (imaplib.IMAP4.error, OSError, ValueError, LookupError, AssertionError)
"""What imapclient and imaplib raise when a server refuses, disappears, or answers what no parser expects."""

BUSY_PAUSE = timedelta(minutes=15)
"""How long to stay away from a server that says it has too much to do; Google and Microsoft lock out who comes sooner."""

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
    place = f"mailbox {settings.name} at {settings.host}"
    if _BUSY.search(said):
        return MailServerError(
            f"{place} does not let us in for now ({said}): it is tried again later", transient=True, pause=BUSY_PAUSE
        )
    if "PRIVACYREQUIRED" in said or "LOGINDISABLED" in said:
        return MailServerError(
            f'{place} wants an encrypted connection ({said}): set security = "tls" or "starttls"', transient=False
        )
    if settings.oauth2 is not None:
        advice = "give Thubao access again and store the new refresh token"
    else:
        advice = "check the username and the password that password_env or password_file names"
    return MailServerError(f"{place} refused the login of {settings.username} ({said}): {advice}", transient=False)


def connection_error(error: BaseException, settings: MailboxSettings) -> MailServerError:
    """Why no connection came about."""
    place = f"{settings.host}:{settings.port}"
    match error:
        case MailServerError():
            return error
        case ssl.SSLCertVerificationError():
            return MailServerError(
                f"the certificate of {place} cannot be trusted ({error.verify_message}): correct the host name or renew the "
                "certificate; for an office's own authority set certificate_authority. Nothing was sent",
                transient=False,
            )
        case ssl.SSLError():
            return MailServerError(
                f"{place} does not speak TLS as asked ({_said(error)}): check port and security (993 tls, 143 starttls)",
                transient=False,
            )
        case socket.gaierror():
            return MailServerError(f"there is no host {settings.host}: check its name and this machine's network", transient=True)
        case ConnectionRefusedError():
            return MailServerError(
                f"{place} refuses connections: check the port, or wait until the server is back", transient=True
            )
        case TimeoutError() | ServerSlowError():
            return MailServerError(f"{place} does not answer: check the network and the port", transient=True)
    said = _said(error)
    if _BUSY.search(said):
        return MailServerError(f"{place} is busy ({said}): it is tried again later", transient=True, pause=BUSY_PAUSE)
    return MailServerError(f"cannot connect to {place} ({said}): check port and security, or wait", transient=True)


def session_error(error: BaseException, settings: MailboxSettings, folder: str = "") -> MailServerError:
    """Why the server did not do what was asked in a session."""
    if isinstance(error, MailServerError):
        return error
    said = _said(error)
    place = f"mailbox {settings.name} at {settings.host}"
    if isinstance(error, ServerSlowError | TimeoutError):
        return MailServerError(f"{place} stopped answering ({said}): it is tried again", transient=True)
    if isinstance(error, imaplib.IMAP4.abort | OSError):
        return MailServerError(f"{place} ended the connection ({said}): it is tried again", transient=True)
    if _BUSY.search(said):
        return MailServerError(f"{place} is busy ({said}): it is tried again later", transient=True, pause=BUSY_PAUSE)
    if folder and _NO_SUCH_FOLDER.search(said):
        return MailServerError(f"{place} has no folder {folder!r} for us ({said}): correct `folders`", transient=False)
    return MailServerError(f"{place} did not do what was asked ({said}): it is tried again", transient=True)


def _said(error: BaseException, secret: str = "") -> str:
    """The error's own words in one printable line."""
    words = _PYTHON_BYTES.sub(r"\2", " ".join("".join(letter if letter.isprintable() else " " for letter in str(error)).split()))
    if secret:
        words = words.replace(secret, "***")
    return words[:_LONGEST] or type(error).__name__
