"""Reads `thubao.toml`: checks every key and turns it into the settings of `config.settings`."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from config.errors import ConfigError, Problem
from config.loading_problems import Complaints, validated
from config.loading_settings_model import MailboxTable, OAuth2Table, SettingsModel
from config.loading_toml import KeyPath, TomlFile
from config.settings import (
    MailboxSettings,
    OAuth2,
    Office,
    Secret,
    Security,
    SmtpSettings,
    StorageSettings,
)
from config.text import Language, Text

SETTINGS_FILE = "thubao.toml"
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
        if model is not None:
            self._check_mailboxes(model)
            self._check_smtp(model)
            self._check_storage(model)
        return model

    def complain(self, path: KeyPath, text: Text) -> None:
        """Notes a mistake at a key."""
        self.complaints.add(self.file.name, self.file.where(path, self.complaints.language), text)

    def _check_mailboxes(self, model: SettingsModel) -> None:
        seen: set[str] = set()
        for index, mailbox in enumerate(model.mailbox):
            path: KeyPath = ("mailbox", index)
            if mailbox.name in seen:
                twice = Text(vi=f"tên hộp thư {mailbox.name!r} bị trùng", en=f"two mailboxes are named {mailbox.name!r}")
                self.complain((*path, "name"), twice)
            seen.add(mailbox.name)
            self._check_security(path, mailbox.host, mailbox.security)
            secrets = {"password_env": mailbox.password_env, "password_file": mailbox.password_file}
            self._check_secret(path, secrets, required=mailbox.oauth2 is None)
            if mailbox.oauth2 is not None:
                self._check_oauth2((*path, "oauth2"), mailbox.oauth2, has_password=any(secrets.values()))
            self._check_file((*path, "certificate_authority"), mailbox.certificate_authority)

    def _check_oauth2(self, path: KeyPath, oauth2: OAuth2Table, *, has_password: bool) -> None:
        if has_password:
            both = Text(vi="chỉ dùng mật khẩu hoặc oauth2, không dùng cả hai", en="use a password or oauth2, not both")
            self.complain(path, both)
        if oauth2.provider == "microsoft" and not oauth2.tenant:
            self.complain(path, Text(vi="thiếu khóa tenant cho Microsoft 365", en="the key tenant is missing for Microsoft 365"))
        for name, required in (("client_secret", False), ("refresh_token", True)):
            keys = {f"{name}_env": getattr(oauth2, f"{name}_env"), f"{name}_file": getattr(oauth2, f"{name}_file")}
            self._check_secret(path, keys, required=required)

    def _check_smtp(self, model: SettingsModel) -> None:
        smtp = model.smtp
        if smtp is None:
            return
        self._check_security(("smtp",), smtp.host, smtp.security)
        secrets = {"password_env": smtp.password_env, "password_file": smtp.password_file}
        self._check_secret(("smtp",), secrets, required=bool(smtp.username))
        if not smtp.username and any(secrets.values()):
            self.complain(("smtp",), Text(vi="có mật khẩu nhưng thiếu username", en="a password without a username"))
        self._check_file(("smtp", "certificate_authority"), smtp.certificate_authority)

    def _check_storage(self, model: SettingsModel) -> None:
        database = model.storage.database
        if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.complain(
                ("storage", "database"),
                Text(
                    vi=f'{database!r}: ghi "sqlite:///data/thubao.sqlite3" hoặc "postgresql+psycopg://..."',
                    en=f'{database!r}: write "sqlite:///data/thubao.sqlite3" or "postgresql+psycopg://..."',
                ),
            )
        for key in ("archive", "outputs"):
            value = getattr(model.storage, key)
            if "://" in value:
                self.complain(
                    ("storage", key),
                    Text(
                        vi=f"{value!r}: bản này chỉ lưu vào thư mục; ghi tên thư mục, ví dụ data/{key}",
                        en=f"{value!r}: this version keeps files in a folder only; write a folder such as data/{key}",
                    ),
                )

    def _check_security(self, path: KeyPath, host: str, security: Security) -> None:
        if security is Security.NONE and not _is_loopback(host):
            self.complain(
                (*path, "security"),
                Text(
                    vi=f'"none" gửi mật khẩu không mã hóa đến {host}; ghi "tls" (hoặc "starttls")',
                    en=f'"none" would send the password to {host} in the clear; write "tls" (or "starttls")',
                ),
            )

    def _check_secret(self, path: KeyPath, keys: Mapping[str, str | None], *, required: bool) -> None:
        written = [key for key, value in keys.items() if value]
        name = next(iter(keys)).removesuffix("_env")
        if len(written) > 1:
            both = Text(vi=f"chỉ ghi {name}_env hoặc {name}_file", en=f"write {name}_env or {name}_file, not both")
            self.complain((*path, written[-1]), both)
        if required and not written:
            none = Text(
                vi=f'thiếu mật khẩu; đề nghị ghi: {name}_env = "TÊN_BIẾN" hoặc {name}_file = "tệp"',
                en=f'no secret given; write: {name}_env = "VARIABLE" or {name}_file = "file"',
            )
            self.complain(path, none)
        file = keys.get(f"{name}_file")
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

    def _check_file(self, path: KeyPath, value: str | None) -> None:
        if value is not None and not (self.home / value).is_file():
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
        certificate_authority=_optional_path(smtp.certificate_authority, home),
    )


def storage_of(model: SettingsModel, home: Path) -> StorageSettings:
    """Where facts are kept, with every relative path made absolute against the home folder."""
    database = model.storage.database
    if database.startswith("sqlite:///"):
        database = f"sqlite:///{home / database.removeprefix('sqlite:///')}"
    return StorageSettings(database=database, archive=home / model.storage.archive, outputs=home / model.storage.outputs)


def _secret(variable: str | None, file: str | None, home: Path) -> Secret | None:
    if not variable and not file:
        return None
    return Secret(env=variable or None, file=_optional_path(file or None, home))


def _optional_path(value: str | None, home: Path) -> Path | None:
    return None if value is None else home / value


def read_secret(secret: Secret, environment: Mapping[str, str] = os.environ, *, language: Language = Language.VI) -> str:
    """The password or token itself, read at the moment it is needed.

    Raises:
        ConfigError: with one line that names the variable or file to fill.
    """
    if secret.env is not None:
        value = environment.get(secret.env, "")
        text = Text(
            vi=f"biến môi trường {secret.env} chưa có mật khẩu; đặt biến này rồi chạy lại",
            en=f"the environment variable {secret.env} is not set; set it to the password and start again",
        )
    else:
        value, reason = _first_line(secret.file)
        text = Text(
            vi=f"không đọc được mật khẩu trong tệp {secret.file} ({reason})",
            en=f"no password could be read from {secret.file} ({reason})",
        )
    if not value:
        raise ConfigError((Problem(file=SETTINGS_FILE, where="", text=text.in_(language)),))
    return value


def _first_line(file: Path | None) -> tuple[str, str]:
    if file is None:
        return "", "?"
    try:
        lines: Iterable[str] = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return "", getattr(error, "strerror", None) or "not UTF-8"
    return next((line for line in lines if line.strip()), ""), "trống / empty"
