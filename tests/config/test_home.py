"""`thubao init` writes a home that loads, and never overwrites anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.home import built_in_campaigns, home_files, write_home
from config.loading import load_home
from config.text import Language


def test_the_tree_is_the_contracts(tmp_path: Path) -> None:
    written = write_home(tmp_path / "moi")
    names = {path.relative_to(tmp_path / "moi").as_posix() for path in written}
    assert written[0].name == "thubao.toml"
    assert {"thubao.toml", *(f"campaigns/htsd-2020/{name}" for name in ("campaign.toml", "form.toml", "roster.csv"))} <= names
    assert "campaigns/htsd-2020/letters/reminder.txt" in names
    assert all(path.is_file() for path in written)
    assert (tmp_path / "moi" / "data" / "archive").is_dir()
    assert (tmp_path / "moi" / "data" / "outputs").is_dir()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "campaigns" / "htsd-2020").mkdir(parents=True)
    mine = tmp_path / "campaigns" / "htsd-2020" / "roster.csv"
    mine.write_text("của tôi")
    with pytest.raises(ConfigError, match=r"đã có campaigns/htsd-2020/roster\.csv; không ghi gì cả"):
        write_home(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "của tôi"


def test_a_home_in_english_loads_in_english(tmp_path: Path) -> None:
    write_home(tmp_path, language=Language.EN)
    assert load_home(tmp_path, {}).office.language is Language.EN


def test_an_office_may_bring_its_own_files(tmp_path: Path) -> None:
    write_home(tmp_path, replaced={"roster.csv": "code,name,kind\n01,Mường Ảng,xã\n".encode()})
    assert [unit.full_name for unit in load_home(tmp_path, {}).campaigns[0].roster] == ["xã Mường Ảng"]


def test_an_unknown_campaign_is_told(tmp_path: Path) -> None:
    assert built_in_campaigns() == ("htsd-2020",)
    with pytest.raises(ConfigError, match="có phải là htsd-2020"):
        write_home(tmp_path, campaign="htsd-2021")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "moi").write_text("một tệp")
    with pytest.raises(ConfigError) as error:
        write_home(tmp_path / "moi")
    assert len(str(error.value).splitlines()) == 1


def test_the_example_holds_no_secret() -> None:
    settings = home_files("htsd-2020")["thubao.toml"].decode()
    assert "password_env" in settings
    assert "\npassword =" not in settings


def test_an_office_gives_its_name(tmp_path: Path) -> None:
    write_home(tmp_path / "moi", office='Sở  "Tư pháp" tỉnh \\1')
    assert load_home(tmp_path / "moi").office.name == 'Sở "Tư pháp" tỉnh \\1'
