"""Staying away from a server that refused our log-in, in every process: who tries a wrong password at each start is locked out.

A password or a setting that was changed meanwhile is tried at once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from config.errors import ConfigError
from config.settings import MailboxSettings, SmtpSettings
from config.text import Text
from service.credentials import read_secret
from storage.database import Database
from storage.pauses import Pause, end_pause, pauses, save_pause

_ROUNDS = 100_000
_MARK_BYTES = 2
_SALT_BYTES = 16


def pause_in_force(
    database: Database,
    server: str,
    settings: MailboxSettings | SmtpSettings,
    now: datetime,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Pause | None:
    """The pause of a server that still lasts; None when there is none, or when we would log in with something else now."""
    with database.reading() as connection:
        found = pauses(connection).get(server)
    if found is None or not found.holds(now):
        return None
    salt = bytes.fromhex(found.login.partition(":")[0])
    return found if hmac.compare_digest(found.login, login_mark(settings, salt, environment)) else None


def begin_pause(
    database: Database,
    server: str,
    settings: MailboxSettings | SmtpSettings,
    reason: Text,
    wait: timedelta,
    now: datetime,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Pause:
    """Leave a server alone for so long, as long as we would log in with the same."""
    mark = login_mark(settings, secrets.token_bytes(_SALT_BYTES), environment)
    begun = Pause(server=server, since=now, until=now + wait, reason=reason, login=mark)
    with database.writing() as connection:
        save_pause(connection, begun)
    return begun


def forget_pause(database: Database, server: str) -> None:
    """The server let us in."""
    with database.reading() as connection:
        if server not in pauses(connection):
            return
    with database.writing() as connection:
        end_pause(connection, server)


def login_mark(settings: MailboxSettings | SmtpSettings, salt: bytes, environment: Mapping[str, str]) -> str:
    """Shows, but for one case in 65,536, whether the settings or the secrets changed, and is too short to guess secrets by."""
    oauth2 = settings.oauth2
    sources = (settings.password, oauth2.client_secret, oauth2.refresh_token) if oauth2 else (settings.password,)
    parts = [repr(settings)]
    for source in sources:
        try:
            parts.append(read_secret(source, "", environment) if source else "")
        except ConfigError:
            parts.append("")
    digest = hashlib.pbkdf2_hmac("sha256", "\0".join(parts).encode(), salt, _ROUNDS)
    return f"{salt.hex()}:{digest[:_MARK_BYTES].hex()}"
