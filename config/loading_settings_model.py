"""What `thubao.toml` may hold, key by key."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from config.loading_problems import Model, address, duration, wrong
from config.settings import Security, Sending
from config.text import Language, Text


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(
            Text(
                vi=f'không có múi giờ {value!r}; ở Việt Nam ghi "Asia/Ho_Chi_Minh"',
                en=f'unknown time zone {value!r}; in Viet Nam write "Asia/Ho_Chi_Minh"',
            )
        ) from None
    return value


def _port(value: int) -> int:
    if not 1 <= value <= 65_535:  # noqa: PLR2004 - the range of TCP ports
        raise wrong(Text(vi=f"cổng {value} không hợp lệ; cổng từ 1 đến 65535", en=f"port {value}: must be 1 to 65535"))
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise wrong(Text(vi="không được để trống", en="must not be empty"))
    return value


_LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+):(?P<port>\d{1,5})")


def _listen(value: str) -> str:
    match = _LISTEN.fullmatch(value)
    if match is None:
        raise wrong(Text(vi=f'{value!r}: ghi dạng "127.0.0.1:8080"', en=f'{value!r}: write host and port, "127.0.0.1:8080"'))
    if int(match["port"]) > 0:  # 0 asks the system for a free port
        _port(int(match["port"]))
    return value


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise wrong(Text(vi="phải lớn hơn 0", en="must be more than zero"))
    return value


Name = Annotated[str, AfterValidator(_filled)]
Address = Annotated[str, AfterValidator(address)]
Port = Annotated[int, AfterValidator(_port)]
Duration = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_positive)]


class OfficeTable(Model):
    """The coordinating office."""

    name: Name
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    language: Annotated[Language, Field(strict=False)] = Language.VI
    officers: list[Address] = Field(default_factory=list)
    contact_name: str = ""
    contact_phone: str = ""


class OAuth2Table(Model):
    """Tokens instead of a password."""

    provider: Literal["google", "microsoft"]
    client_id: Name
    tenant: str = ""
    client_secret_env: str | None = None
    client_secret_file: str | None = None
    refresh_token_env: str | None = None
    refresh_token_file: str | None = None


class MailboxTable(Model):
    """One mailbox to read."""

    name: Name
    host: Name
    port: Port = 993
    security: Annotated[Security, Field(strict=False)] = Security.TLS
    username: Name
    password_env: str | None = None
    password_file: str | None = None
    oauth2: OAuth2Table | None = None
    folders: list[Name] = Field(default_factory=lambda: ["INBOX"], min_length=1)
    dedicated: bool = True
    forget_after: Duration = timedelta(days=14)
    poll_every: Duration = timedelta(minutes=1)
    idle: bool = True
    trusted_authserv_id: str = ""
    max_message_bytes: Annotated[int, Field(ge=100_000)] = 60 * 1024 * 1024
    certificate_authority: str | None = None


class SmtpTable(Model):
    """Where mail goes out."""

    host: Name
    port: Port = 465
    security: Annotated[Security, Field(strict=False)] = Security.TLS
    username: str = ""
    password_env: str | None = None
    password_file: str | None = None
    oauth2: OAuth2Table | None = None
    from_address: Annotated[Address, Field(alias="from")]
    sending: Annotated[Sending, Field(strict=False)] = Sending.DRY_RUN
    daily_limit: Annotated[int, Field(ge=1)] = 400
    max_message_bytes: Annotated[int, Field(ge=100_000)] = 20 * 1024 * 1024
    certificate_authority: str | None = None


class StorageTable(Model):
    """Where facts are kept."""

    database: Name = "sqlite:///data/thubao.sqlite3"
    archive: Name = "data/archive"
    outputs: Name = "data/outputs"


class WebTable(Model):
    """The officer's page."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"


class SettingsModel(Model):
    """The whole of `thubao.toml`, as written."""

    office: OfficeTable
    mailbox: list[MailboxTable] = Field(default_factory=list)
    smtp: SmtpTable | None = None
    storage: StorageTable = StorageTable()
    web: WebTable = WebTable()
