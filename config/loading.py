"""Builds everything that is configured from the files of a home folder, and reports every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from config.campaign import Campaign
from config.loading_campaign import REFERENCE, campaign_from
from config.loading_problems import Complaints
from config.loading_settings import (
    SETTINGS_FILE,
    SettingsReader,
    mailboxes_of,
    office_of,
    smtp_of,
    storage_of,
)
from config.loading_toml import TomlFile, read_toml
from config.settings import Home
from config.text import Language, Text

__all__ = ["load_home", "reference_campaign"]

REFERENCE_CAMPAIGN = "htsd-2020"
LANGUAGE_VARIABLE = "THUBAO_LANGUAGE"


def load_home(path: Path, environment: Mapping[str, str] = os.environ) -> Home:
    """The settings and campaigns of a home folder.

    Problems are told in the language of the office, in that of THUBAO_LANGUAGE while `thubao.toml` does not say, else in
    Vietnamese. Passwords are not looked at: see `service.credentials`.

    Raises:
        ConfigError: with every problem of every file.
    """
    home = path.absolute()
    complaints = Complaints(_language({}, environment))
    if not (home / SETTINGS_FILE).is_file():
        complaints.add(
            SETTINGS_FILE,
            "",
            Text(
                vi=f"không có trong {home}; tạo thư mục làm việc bằng lệnh: thubao init {home}",
                en=f"is not in {home}; make a home folder with: thubao init {home}",
            ),
        )
        complaints.raise_if_any()
    file = read_toml(home / SETTINGS_FILE, SETTINGS_FILE, complaints)
    complaints.language = _language(file.values if file is not None else {}, environment)
    loaded = _settings_and_campaigns(home, file, complaints)
    complaints.raise_if_any()
    if loaded is None:  # unreachable: whatever is missing was complained of
        raise AssertionError(path)
    return loaded


def language_of(path: Path, environment: Mapping[str, str] = os.environ) -> Language:
    """The language in which the office of this folder is spoken to, whatever else may be wrong there."""
    file = read_toml(path / SETTINGS_FILE, SETTINGS_FILE, Complaints(Language.VI)) if (path / SETTINGS_FILE).is_file() else None
    return _language(file.values if file is not None else {}, environment)


def _settings_and_campaigns(home: Path, file: TomlFile | None, complaints: Complaints) -> Home | None:
    model = SettingsReader(home, file, complaints).read() if file is not None else None
    officers = tuple(model.office.officers) if model is not None else ()
    campaigns = _campaigns(home / "campaigns", complaints, officers)
    if model is None:
        return None
    return Home(
        path=home,
        office=office_of(model),
        mailboxes=mailboxes_of(model, home),
        smtp=smtp_of(model, home),
        storage=storage_of(model, home),
        web_listen=model.web.listen,
        campaigns=campaigns,
    )


def _language(values: Mapping[str, object], environment: Mapping[str, str]) -> Language:
    office = values.get("office")
    written = office.get("language") if isinstance(office, dict) else None
    for each in (written, environment.get(LANGUAGE_VARIABLE)):
        if each in set(Language):
            return Language(each)
    return Language.VI


def _campaigns(folder: Path, complaints: Complaints, officers: tuple[str, ...]) -> tuple[Campaign, ...]:
    folders = sorted(each for each in folder.glob("*") if each.is_dir() and not each.name.startswith("."))
    if not folders:
        complaints.add(
            "campaigns",
            "",
            Text(
                vi="chưa có đợt báo cáo nào; mỗi đợt là một thư mục có campaign.toml",
                en="there is no campaign; each is a folder with a campaign.toml",
            ),
        )
    found = (campaign_from(each, f"campaigns/{each.name}", complaints, officers) for each in folders)
    return tuple(each for each in found if each is not None)


@lru_cache(maxsize=4)
def reference_campaign(language: str = "vi") -> Campaign:
    """The built-in campaign: the 2020 lifelong-learning week of 19 communes, with its letters in the language asked for."""
    complaints = Complaints(Language(language))
    campaign = campaign_from(REFERENCE / REFERENCE_CAMPAIGN, f"reference/{REFERENCE_CAMPAIGN}", complaints)
    complaints.raise_if_any()
    if campaign is None:  # unreachable: whatever is missing was complained of
        raise AssertionError(REFERENCE_CAMPAIGN)
    return campaign
