"""Reads `thubao.toml`: checks every key and turns it into the settings of `config.settings`."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from config.loading_problems import Complaints, validated
from config.loading_settings_model import MailboxTable, OAuth2Table, SettingsModel
from config.loading_toml import KeyPath, TomlFile, table, tables, text_at
from config.settings import (
    MailboxSettings,
    OAuth2,
    Office,
    Secret,
    Security,
    SmtpSettings,
    StorageSettings,
)
from config.text import Text

SETTINGS_FILE = "thubao.toml"
_SQLITE = "sqlite:///"
Values = Mapping[str, object]
_MOUNTED_SECRETS = Path("/run/secrets")  # put there by container engines, readable by design


class SettingsReader:
    """Turns one `thubao.toml` into settings, complaining of everything that cannot be right."""

    def __init__(self, home: Path, file: TomlFile, complaints: Complaints) -> None:
        self.home = home
        self.file = file
        self.complaints = complaints

    def read(self) -> SettingsModel | None:
        """The checked file, or None when a key is wrong; what contradicts itself is complained of as well."""
        model = validated(SettingsModel, self.file.values, self.complain)
        self._check_mailboxes()
        self._check_smtp()
        self._check_storage()
        return model

    def complain(self, path: KeyPath, text: Text) -> None:
        """Notes a mistake at a key."""
        self.complaints.add(self.file.name, self.file.where(path, self.complaints.language), text)

    def _check_mailboxes(self) -> None:
        mailboxes = tables(self.file.values, "mailbox")
        names = [text_at(each, "name") for each in mailboxes]
        for index, mailbox in enumerate(mailboxes):
            path: KeyPath = ("mailbox", index)
            if names[index] and names[index] in names[:index]:
                twice = Text(vi=f"tên hộp thư {names[index]!r} bị trùng", en=f"two mailboxes are named {names[index]!r}")
                self.complain((*path, "name"), twice)
            self._check_security(path, mailbox)
            self._check_secret(path, mailbox, "password", required="oauth2" not in mailbox)
            if "oauth2" in mailbox:
                has_password = bool(mailbox.get("password_env") or mailbox.get("password_file"))
                self._check_oauth2((*path, "oauth2"), table(mailbox, "oauth2"), has_password=has_password)
            self._check_file((*path, "certificate_authority"), text_at(mailbox, "certificate_authority"))

    def _check_oauth2(self, path: KeyPath, oauth2: Values, *, has_password: bool) -> None:
        if has_password:
            both = Text(vi="chỉ dùng mật khẩu hoặc oauth2, không dùng cả hai", en="use a password or oauth2, not both")
            self.complain(path, both)
        if oauth2.get("provider") == "microsoft" and not oauth2.get("tenant"):
            self.complain(path, Text(vi="thiếu khóa tenant cho Microsoft 365", en="the key tenant is missing for Microsoft 365"))
        self._check_secret(path, oauth2, "client_secret", required=False)
        self._check_secret(path, oauth2, "refresh_token", required=True)

    def _check_smtp(self) -> None:
        smtp = table(self.file.values, "smtp")
        if not smtp:
            return
        self._check_security(("smtp",), smtp)
        self._check_secret(("smtp",), smtp, "password", required=bool(smtp.get("username")) and "oauth2" not in smtp)
        has_password = bool(smtp.get("password_env") or smtp.get("password_file"))
        if not smtp.get("username") and has_password:
            self.complain(("smtp",), Text(vi="có mật khẩu nhưng thiếu username", en="a password without a username"))
        if "oauth2" in smtp:
            if not smtp.get("username"):
                self.complain(("smtp", "oauth2"), Text(vi="có oauth2 nhưng thiếu username", en="oauth2 without a username"))
            self._check_oauth2(("smtp", "oauth2"), table(smtp, "oauth2"), has_password=has_password)
        self._check_file(("smtp", "certificate_authority"), text_at(smtp, "certificate_authority"))

    def _check_storage(self) -> None:
        storage = table(self.file.values, "storage")
        database = text_at(storage, "database", _SQLITE)
        if not database.startswith((_SQLITE, "postgresql+psycopg://")):
            self.complain(
                ("storage", "database"),
                Text(
                    vi=f'{database!r}: ghi "sqlite:///data/thubao.sqlite3" hoặc "postgresql+psycopg://..."',
                    en=f'{database!r}: write "sqlite:///data/thubao.sqlite3" or "postgresql+psycopg://..."',
                ),
            )
        for key in ("archive", "outputs"):
            value = text_at(storage, key)
            if "://" in value:
                self.complain(
                    ("storage", key),
                    Text(
                        vi=f"{value!r}: bản này chỉ lưu vào thư mục; ghi tên thư mục, ví dụ data/{key}",
                        en=f"{value!r}: this version keeps files in a folder only; write a folder such as data/{key}",
                    ),
                )

    def _check_security(self, path: KeyPath, server: Values) -> None:
        host = text_at(server, "host")
        if host and server.get("security") == Security.NONE and not _is_loopback(host):
            self.complain(
                (*path, "security"),
                Text(
                    vi=f'"none" gửi mật khẩu không mã hóa đến {host}; ghi "tls" (hoặc "starttls")',
                    en=f'"none" would send the password to {host} in the clear; write "tls" (or "starttls")',
                ),
            )

    def _check_secret(self, path: KeyPath, values: Values, name: str, *, required: bool) -> None:
        variable, file = text_at(values, f"{name}_env"), text_at(values, f"{name}_file")
        if variable and file:
            both = Text(vi=f"chỉ ghi {name}_env hoặc {name}_file", en=f"write {name}_env or {name}_file, not both")
            self.complain((*path, f"{name}_file"), both)
        if required and not variable and not file and name not in values:  # written inline: refused as such
            none = Text(
                vi=f'thiếu mật khẩu; đề nghị ghi: {name}_env = "TÊN_BIẾN" hoặc {name}_file = "tệp"',
                en=f'no secret given; write: {name}_env = "VARIABLE" or {name}_file = "file"',
            )
            self.complain(path, none)
        if file:
            self._check_private((*path, f"{name}_file"), self.home / file)

    def _check_private(self, path: KeyPath, file: Path) -> None:
        if os.name != "posix" or file.is_relative_to(_MOUNTED_SECRETS):
            return
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
        except OSError:
            return  # said when the password is needed, not before: the board works without it
        if mode & 0o077:
            self.complain(
                path,
                Text(
                    vi=f"người khác trên máy đọc được {file} (quyền {mode:04o}); chạy: chmod 600 {file}",
                    en=f"others on this machine can read {file} (mode {mode:04o}); run: chmod 600 {file}",
                ),
            )

    def _check_file(self, path: KeyPath, value: str) -> None:
        if value and not (self.home / value).is_file():
            missing = Text(vi=f"không có tệp {self.home / value}", en=f"there is no file {self.home / value}")
            self.complain(path, missing)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def office_of(model: SettingsModel) -> Office:
    """The coordinating office."""
    office = model.office
    return Office(
        name=office.name,
        timezone=ZoneInfo(office.timezone),
        language=office.language,
        officers=tuple(office.officers),
        contact_name=office.contact_name,
        contact_phone=office.contact_phone,
    )


def mailboxes_of(model: SettingsModel, home: Path) -> tuple[MailboxSettings, ...]:
    """The mailboxes to read, in the order written."""
    return tuple(_mailbox(each, home) for each in model.mailbox)


def _mailbox(model: MailboxTable, home: Path) -> MailboxSettings:
    return MailboxSettings(
        name=model.name,
        host=model.host,
        port=model.port,
        security=model.security,
        username=model.username,
        password=_secret(model.password_env, model.password_file, home),
        oauth2=_oauth2(model.oauth2, home),
        folders=tuple(model.folders),
        dedicated=model.dedicated,
        forget_after=model.forget_after,
        poll_every=model.poll_every,
        idle=model.idle,
        trusted_authserv_id=model.trusted_authserv_id,
        max_message_bytes=model.max_message_bytes,
        certificate_authority=_optional_path(model.certificate_authority, home),
    )


def _oauth2(model: OAuth2Table | None, home: Path) -> OAuth2 | None:
    if model is None:
        return None
    return OAuth2(
        provider=model.provider,
        client_id=model.client_id,
        tenant=model.tenant,
        client_secret=_secret(model.client_secret_env, model.client_secret_file, home),
        refresh_token=_secret(model.refresh_token_env, model.refresh_token_file, home),
    )


def smtp_of(model: SettingsModel, home: Path) -> SmtpSettings | None:
    """Where mail goes out, or None if the office only receives."""
    smtp = model.smtp
    if smtp is None:
        return None
    return SmtpSettings(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=_secret(smtp.password_env, smtp.password_file, home),
        from_address=smtp.from_address,
        sending=smtp.sending,
        daily_limit=smtp.daily_limit,
        max_message_bytes=smtp.max_message_bytes,
        oauth2=_oauth2(smtp.oauth2, home),
        certificate_authority=_optional_path(smtp.certificate_authority, home),
    )


def storage_of(model: SettingsModel, home: Path) -> StorageSettings:
    """Where facts are kept, with every relative path made absolute against the home folder."""
    database = model.storage.database
    if database.startswith(_SQLITE):
        database = f"{_SQLITE}{home / database.removeprefix(_SQLITE)}"
    return StorageSettings(database=database, archive=home / model.storage.archive, outputs=home / model.storage.outputs)


def _secret(variable: str | None, file: str | None, home: Path) -> Secret | None:
    if not variable and not file:
        return None
    return Secret(env=variable or None, file=_optional_path(file or None, home))


def _optional_path(value: str | None, home: Path) -> Path | None:
    return None if value is None else home / value
