"""thubao.toml: what it gives, and what is said of every mistake."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.loading import load_home
from config.settings import OAuth2, Secret, Security, Sending
from tests.config.homes import HomeFolder

SETTINGS = "thubao.toml"


def test_a_new_home_loads_as_the_contract_says(home: HomeFolder) -> None:
    loaded = home.load()
    (mailbox,) = loaded.mailboxes
    assert (mailbox.host, mailbox.port, mailbox.security) == ("imap.example.org", 993, Security.TLS)
    assert (mailbox.forget_after, mailbox.poll_every) == (timedelta(days=14), timedelta(minutes=1))
    assert mailbox.password == Secret(env="THUBAO_IMAP_PASSWORD")
    assert loaded.smtp is not None
    assert loaded.smtp.sending is Sending.DRY_RUN
    assert loaded.office.timezone.key == "Asia/Ho_Chi_Minh"
    assert loaded.storage.database == f"sqlite:///{home.path}/data/thubao.sqlite3"
    assert loaded.storage.archive == home.path / "data/archive"
    assert [each.id for each in loaded.campaigns] == ["htsd-2020"]


def test_a_missing_password_is_no_load_problem(home: HomeFolder) -> None:
    home.replace(SETTINGS, 'password_env = "THUBAO_SMTP_PASSWORD"', 'password_file = "khong-co.txt"')
    assert home.load({}).smtp is not None


def test_every_mistake_is_told_at_once(home: HomeFolder) -> None:
    home.replace(SETTINGS, "port = 993", 'prot = "993"')
    home.replace(SETTINGS, "port = 465", "port = 70000")
    home.replace(SETTINGS, '["officer@example.org"]', '["officer.example.org"]')
    home.replace(SETTINGS, '"1m"', '"7x"')
    home.replace("campaigns/htsd-2020/form.toml", 'parent = "4"', 'parent = "44"')
    home.replace("campaigns/htsd-2020/roster.csv", "ubnd.tama@tuangiao.example", "khong phai thu")
    home.replace("campaigns/htsd-2020/letters/reminder.txt", "{{ mailbox }}", "{{ mailbx }}")
    home.replace("campaigns/htsd-2020/campaign.toml", "min = 3", "min = 8")
    home.replace("campaigns/htsd-2020/campaign.toml", "+07:00", "")
    told = [(problem.file, problem.where) for problem in home.problems()]
    assert len(told) == 9
    assert {file.rsplit("/", 1)[-1] for file, _ in told} == {
        "thubao.toml",
        "form.toml",
        "roster.csv",
        "reminder.txt",
        "campaign.toml",
    }  # fmt: skip - a list of names
    assert all(where for _, where in told)


def test_a_problem_names_the_line_and_the_near_word(home: HomeFolder) -> None:
    home.replace(SETTINGS, "poll_every", "pol_every")
    line = home.line_of(SETTINGS, "pol_every")
    assert (
        home.only_problem()
        == f"thubao.toml: dòng {line}, [[mailbox]] 1 pol_every: không có khóa pol_every; có phải là poll_every?"
    )


def test_problems_speak_the_language_of_the_office(home: HomeFolder) -> None:
    home.replace(SETTINGS, 'language = "vi"', 'language = "en"')
    home.replace(SETTINGS, "daily_limit = 400", "daily_limit = 0")
    assert "line" in home.only_problem()
    assert "daily_limit" in home.only_problem()


def test_broken_toml_names_the_line(home: HomeFolder) -> None:
    home.replace(SETTINGS, 'host = "imap.example.org"', "host = imap.example.org")
    problem = home.only_problem()
    assert problem.startswith(f"thubao.toml: dòng {home.line_of(SETTINGS, 'host = imap')}: sai cú pháp TOML")
    assert "host = imap.example.org" in problem


def test_broken_toml_does_not_hide_the_other_files(home: HomeFolder) -> None:
    home.replace(SETTINGS, "[office]", "[office")
    home.replace("campaigns/htsd-2020/campaign.toml", 'id = "htsd-2020"', 'id = "khac"')
    assert [problem.file for problem in home.problems()] == ["thubao.toml", "campaigns/htsd-2020/campaign.toml"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("port = 993", 'port = "993"', "phải là một số nguyên, không có ngoặc kép, hiện là '993'; ví dụ: port = 993"),
        ("port = 993", "port = 0", "cổng 0 không hợp lệ"),
        ('host = "imap.example.org"', "", "thiếu khóa host; đề nghị ghi: host ="),
        ('name = "baocao"', 'name = ""', "không được để trống"),
        ('language = "vi"', 'language = "fr"', 'không nhận giá trị \'fr\'; chỉ nhận "vi", "en"'),
        ('security = "tls" ', 'security = "none" ', '"none" gửi mật khẩu không mã hóa đến imap.example.org'),
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "không có múi giờ 'Asia/Hanoi'"),
        ("Asia/Ho_Chi_Minh", "../etc/passwd", "không có múi giờ"),
        ('password_env = "THUBAO_IMAP_PASSWORD"', 'password = "bi mat"', "không ghi mật khẩu trong tệp này"),
        ('password_env = "THUBAO_IMAP_PASSWORD"', "", "thiếu mật khẩu; đề nghị ghi: password_env"),
        ('password_env = "THUBAO_SMTP_PASSWORD"', 'password_env = "A"\npassword_file = "b"', "chỉ ghi password_env hoặc"),
        ('"14d"', '"14 ngày"', "không hiểu khoảng thời gian '14 ngày'"),
        ('"1m"', '"0s"', "phải lớn hơn 0"),
        ("dedicated = true", 'dedicated = "có"', "phải là true hoặc false"),
        ('folders = ["INBOX"]', 'folders = "INBOX"', "phải là một danh sách trong ngoặc vuông"),
        ('["officer@example.org"]', '["Kiên <kien@example.org>"]', "không phải địa chỉ thư điện tử"),
        ('sending = "dry-run"', 'sending = "dryrun"', "có phải là dry-run?"),
        ('"sqlite:///data/thubao.sqlite3"', '"data/thubao.sqlite3"', 'ghi "sqlite:///data/thubao.sqlite3"'),
        ('"data/archive"', '"s3://kho/thu"', "bản này chỉ lưu vào thư mục"),
        ('"127.0.0.1:8080"', '"8080"', 'ghi dạng "127.0.0.1:8080"'),
        ("[web]", "[webb]", "không có khóa webb; có phải là web?"),
        ("idle = true", 'certificate_authority = "ca.pem"', "không có tệp"),
    ],
)
def test_a_wrong_setting_says_what_to_write(home: HomeFolder, old: str, new: str, said: str) -> None:
    home.replace(SETTINGS, old, new)
    assert said in home.only_problem()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.4.5.6"])
def test_no_encryption_is_allowed_to_loopback(home: HomeFolder, host: str) -> None:
    home.replace(SETTINGS, 'host = "imap.example.org"', f'host = "{host}"')
    home.replace(SETTINGS, 'security = "tls" ', 'security = "none" ')
    assert home.load().mailboxes[0].security is Security.NONE


def test_two_mailboxes_need_two_names(home: HomeFolder) -> None:
    home.replace(
        SETTINGS,
        "[smtp]",
        '[[mailbox]]\nname = "baocao"\nhost = "imap.example.org"\nusername = "b@example.org"\npassword_env = "P"\n[smtp]',
    )
    assert "tên hộp thư 'baocao' bị trùng" in home.only_problem()


def test_oauth2_takes_the_place_of_a_password(home: HomeFolder) -> None:
    table = '[mailbox.oauth2]\nprovider = "microsoft"\nclient_id = "x"\nrefresh_token_file = "token"\n[smtp]'
    home.replace(SETTINGS, "[smtp]", table)
    assert {problem.text.split(" ")[0] for problem in home.problems()} == {"chỉ", "thiếu"}
    home.replace(SETTINGS, 'password_env = "THUBAO_IMAP_PASSWORD"', "")
    home.replace(SETTINGS, 'client_id = "x"', 'client_id = "x"\ntenant = "y"')
    oauth2 = home.load().mailboxes[0].oauth2
    assert oauth2 is not None
    assert oauth2.refresh_token == Secret(file=home.path / "token")


def test_oauth2_takes_the_place_of_the_password_for_sending_too(home: HomeFolder) -> None:
    password = 'password_env = "THUBAO_SMTP_PASSWORD"'
    table = '[smtp.oauth2]\nprovider = "google"\nclient_id = "x"\nrefresh_token_env = "TOKEN"\n[storage]'
    home.replace(SETTINGS, "[storage]", table)
    assert "chỉ dùng mật khẩu hoặc oauth2" in home.only_problem()
    home.replace(SETTINGS, password, "")
    smtp = home.load().smtp
    assert smtp is not None
    assert smtp.oauth2 == OAuth2(provider="google", client_id="x", refresh_token=Secret(env="TOKEN"))
    home.replace(SETTINGS, 'refresh_token_env = "TOKEN"', "")
    assert "refresh_token_env" in home.only_problem()


def test_a_token_for_sending_needs_the_name_that_it_belongs_to(home: HomeFolder) -> None:
    smtp = 'username = "baocao@example.org"\npassword_env = "THUBAO_SMTP_PASSWORD"\n'
    home.replace(SETTINGS, smtp, "")
    home.replace(
        SETTINGS, "[storage]", '[smtp.oauth2]\nprovider = "google"\nclient_id = "x"\nrefresh_token_env = "TOKEN"\n[storage]'
    )
    assert "có oauth2 nhưng thiếu username" in home.only_problem()


def test_a_password_file_others_can_read_is_refused(home: HomeFolder) -> None:
    secret = home.path / "mat-khau"
    secret.write_text("bí mật\n")
    home.replace(SETTINGS, 'password_env = "THUBAO_IMAP_PASSWORD"', 'password_file = "mat-khau"')
    secret.chmod(0o644)
    assert f"chmod 600 {secret}" in home.only_problem()
    secret.chmod(0o600)
    assert home.load().mailboxes[0].password == Secret(file=secret)


def test_a_folder_that_is_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="thubao init"):
        load_home(tmp_path, {})
    with pytest.raises(ConfigError, match="make a home folder"):
        load_home(tmp_path, {"THUBAO_LANGUAGE": "en"})


def test_settings_that_are_not_utf8_are_told(home: HomeFolder) -> None:
    (home.path / SETTINGS).write_bytes("[office]\nname = 'Phòng'".encode("latin-1"))
    assert "UTF-8" in home.only_problem()


def test_no_secret_ever_stands_in_a_settings_object(home: HomeFolder) -> None:
    loaded = home.load({"THUBAO_IMAP_PASSWORD": "mật-khẩu-thật"})
    assert "mật-khẩu-thật" not in repr(loaded)
