"""The settings of one office, `thubao.toml`. Secrets come from the environment or a file, never from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from config.campaign import Campaign
from config.text import Language


class Security(StrEnum):
    """How a connection is protected. `NONE` is allowed to loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Sending(StrEnum):
    """Whether mails really leave."""

    DRY_RUN = "dry-run"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a password is found: an environment variable or a file. The value never enters a settings object."""

    env: str | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """Where an access token for XOAUTH2 is found; refreshed by `service.credentials`."""

    provider: str  # "google" | "microsoft"
    client_id: str
    tenant: str = ""
    client_secret: Secret | None = None
    refresh_token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The coordinating office."""

    name: str
    timezone: ZoneInfo
    language: Language
    officers: tuple[str, ...]
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """One mailbox to read."""

    name: str
    host: str
    port: int
    security: Security
    username: str
    password: Secret | None
    oauth2: OAuth2 | None
    folders: tuple[str, ...]
    dedicated: bool
    forget_after: timedelta
    poll_every: timedelta
    idle: bool
    trusted_authserv_id: str
    max_message_bytes: int = 60 * 1024 * 1024
    certificate_authority: Path | None = None  # a private CA's certificate, for an office with its own server


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail goes out. `from_address` is the reporting mailbox's own address."""

    host: str
    port: int
    security: Security
    username: str
    password: Secret | None
    from_address: str
    sending: Sending
    daily_limit: int
    certificate_authority: Path | None = None
    max_message_bytes: int = 20 * 1024 * 1024  # of a mail with its attachments, as it leaves
    oauth2: OAuth2 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """Where facts are kept: a SQLAlchemy URL and the folder of raw mail, both made absolute against the home folder."""

    database: str
    archive: Path
    outputs: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Everything configured: the home folder, the office's settings, and its campaigns by id."""

    path: Path
    office: Office
    mailboxes: tuple[MailboxSettings, ...]
    smtp: SmtpSettings | None
    storage: StorageSettings
    web_listen: str
    campaigns: tuple[Campaign, ...]

    def campaign(self, identifier: str) -> Campaign | None:
        """The campaign with this id, or None."""
        return next((each for each in self.campaigns if each.id == identifier), None)
