"""Writes a new home folder for an office: its settings, a campaign ready to edit, and the empty data folders."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from config.errors import ConfigError, Problem
from config.loading_campaign import REFERENCE
from config.loading_problems import did_you_mean
from config.text import Language, Text

DATA_FOLDERS = ("data", "data/archive", "data/outputs")
_LANGUAGE_LINE = re.compile(rb'^language = "vi"', re.MULTILINE)
_NAME_LINE = re.compile(rb'(?<=^\[office\]\nname = )"[^"\n]*"', re.MULTILINE)
SOME_OFFICE = Text(vi="Cơ quan tổng hợp báo cáo", en="Coordinating office")
"""What an office is called that has not said its name."""


def built_in_campaigns() -> tuple[str, ...]:
    """The ids of the campaigns that `thubao init --campaign` can write."""
    return tuple(sorted(each.parent.name for each in REFERENCE.glob("*/campaign.toml")))


def home_files(
    campaign: str, *, language: Language = Language.VI, replaced: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Every file of a new home folder by its relative path.

    `replaced` gives files of the campaign's folder that are not the built-in ones, such as an office's own `form.toml`.

    Raises:
        ConfigError: when there is no built-in campaign of that id.
    """
    folder = REFERENCE / campaign
    if campaign not in built_in_campaigns():
        known = built_in_campaigns()
        hint = did_you_mean(campaign, known)
        raise _refusal(
            "--campaign",
            Text(
                vi=f"không có đợt báo cáo mẫu {campaign!r}{hint.vi or '; hiện có: ' + ', '.join(known)}",
                en=f"there is no built-in campaign {campaign!r}{hint.en or '; there is ' + ', '.join(known)}",
            ),
            language,
        )
    files = {"thubao.toml": settings_file(language)}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        files[f"campaigns/{campaign}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    for name, content in (replaced or {}).items():
        files[f"campaigns/{campaign}/{name}"] = content
    return files


def settings_file(language: Language = Language.VI, office: str = "") -> bytes:
    """The settings of a new home folder, for an office of this name; for the reference office where none is given."""
    text = _LANGUAGE_LINE.sub(f'language = "{language.value}"'.encode(), (REFERENCE / "thubao.toml").read_bytes())
    name = json.dumps(" ".join(office.split()), ensure_ascii=False).encode()
    return _NAME_LINE.sub(lambda _: name, text) if office.strip() else text


def write_home(
    path: Path,
    *,
    campaign: str = "htsd-2020",
    language: Language = Language.VI,
    replaced: Mapping[str, bytes] | None = None,
    office: str = "",
) -> tuple[Path, ...]:
    """Makes a home folder and returns the files written, `thubao.toml` first. Nothing that exists is ever overwritten.

    Raises:
        ConfigError: when one of the files is already there (nothing is written then), or the folder cannot be written.
    """
    files = home_files(campaign, language=language, replaced=replaced)
    return write_files(path, {**files, "thubao.toml": settings_file(language, office)}, language=language)


def write_files(
    path: Path, files: Mapping[str, bytes], *, language: Language = Language.VI, folders: tuple[str, ...] = DATA_FOLDERS
) -> tuple[Path, ...]:
    """Writes files by their relative path into a home folder and returns them. Nothing that exists is ever overwritten.

    Raises:
        ConfigError: when one of the files is already there (nothing is written then), or the folder cannot be written.
    """
    present = [name for name in files if (path / name).exists()]
    if present:
        more = (
            Text(vi=f" và {len(present) - 1} tệp khác", en=f" and {len(present) - 1} more") if present[1:] else Text(vi="", en="")
        )
        raise _refusal(
            str(path),
            Text(
                vi=f"đã có {present[0]}{more.vi}; không ghi gì cả - chọn thư mục khác hoặc thư mục trống",
                en=f"already has {present[0]}{more.en}; nothing was written - choose another or an empty folder",
            ),
            language,
        )
    try:
        for name in folders:
            (path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refusal(str(path), Text(vi=f"không ghi được ({reason})", en=f"cannot be written ({reason})"), language) from error
    return tuple(path / name for name in files)


def _refusal(about: str, text: Text, language: Language) -> ConfigError:
    return ConfigError((Problem(file=about, where="", text=text.in_(language)),))
