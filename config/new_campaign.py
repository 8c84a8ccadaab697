"""The files of a new campaign for an office's own form: its settings, its form, its roster, and letters that fit any campaign."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from config.campaign import Form, Unit
from config.home import SOME_OFFICE, settings_file, write_files
from config.loading import REFERENCE_CAMPAIGN, load_home
from config.loading_campaign import REFERENCE
from config.loading_problems import Complaints
from config.loading_roster import roster_from
from config.text import Language, Text
from config.vietnamese import fold
from config.writing_form import form_toml

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LONGEST_ID = 40
_OPEN_BEFORE = timedelta(days=30)
_XLSX = b"PK"
_CAMPAIGN = """\
# Đợt báo cáo. Mọi thứ về đợt này nằm trong thư mục này: biểu mẫu (form.toml), danh sách đơn vị (roster), thư (letters/).
# Sửa xong, chạy "thubao check": mọi lỗi được nêu cùng lúc, kèm tên tệp và số dòng.

id = {id}                    # trùng với tên thư mục
title = {title}
short_title = {title}        # dùng trong tiêu đề thư
area = ""                    # địa bàn; riêng tên này không chỉ đơn vị nào
order_citation = ""          # văn bản yêu cầu báo cáo; thêm số, ngày nếu có

starts = {starts}            # thư trước ngày này không được đọc
deadline = {deadline}        # thư đến hộp thư đúng hoặc trước thời điểm này là đúng hạn
deadline_wording = {wording} # in trong thư

# Báo cáo từ địa chỉ không có trong danh sách: "file" = nhận theo nội dung, chờ xác nhận; "ask" = chờ cán bộ quyết định
unknown_senders = "file"

[slots]                      # các phần của báo cáo: "required" bắt buộc, "optional" tùy chọn, "off" không cần
narrative = "optional"
form = "required"
photos = "off"               # hoặc {{ min = 3, max = 5 }}

[reminders]                  # chỉ nhắc đơn vị còn thiếu
before = ["7d", "3d", "1d"]
after = ["1d", "3d"]
at = "08:00"
working_days_only = true
chase = "3d"                 # số ngày làm việc sau hạn: cán bộ nhận dự thảo công văn đôn đốc; "off": không

[consolidation]
at_deadline = true
"""


def campaign_id(title: str) -> str:
    """An id made from a title: "Báo cáo quý I năm 2026" becomes "bao-cao-quy-i-nam-2026"."""
    made = ""
    for word in fold(title).split():
        longer = f"{made}-{word}" if made else word
        if len(longer) > _LONGEST_ID and made:
            break
        made = longer[:_LONGEST_ID]
    return made if _ID.fullmatch(made) else "bao-cao"


def roster_in(data: bytes, name: str, language: Language = Language.VI) -> tuple[Unit, ...]:
    """The units of a roster in .csv or .xlsx.

    Raises:
        ConfigError: with every mistake in it.
    """
    complaints = Complaints(language)
    with tempfile.TemporaryDirectory(prefix="thubao-init-") as folder:
        (Path(folder) / roster_name(data)).write_bytes(data)
        units = roster_from(Path(folder), Path(name).parent.as_posix(), complaints)
    complaints.raise_if_any()
    return units


def roster_name(data: bytes) -> str:
    """The name a roster gets in the campaign's folder, by its content."""
    return "roster.xlsx" if data.startswith(_XLSX) else "roster.csv"


def write_campaign(
    home: Path,
    *,
    identifier: str,
    title: str,
    deadline: datetime,
    form: Form,
    roster: bytes,
    today: date,
    language: Language = Language.VI,
    office: str = "",
) -> tuple[Path, ...]:
    """Adds a campaign to a home folder, which is made if it is not there. Everything is checked before anything is written.

    Raises:
        ConfigError: when the campaign is there already, or something in it is wrong.
    """
    letters = REFERENCE / REFERENCE_CAMPAIGN / "letters"
    starts = min(today, deadline.date() - _OPEN_BEFORE)
    inside = {
        "campaign.toml": _campaign_toml(identifier, title, deadline, starts, language).encode(),
        "form.toml": form_toml(form).encode(),
        roster_name(roster): roster,
    }
    for path in sorted(letters.rglob("*.txt")):
        inside[f"letters/{path.relative_to(letters).as_posix()}"] = path.read_bytes()
    settings = settings_file(language, office or SOME_OFFICE.in_(language))
    files = {f"campaigns/{identifier}/{name}": content for name, content in inside.items()}
    with tempfile.TemporaryDirectory(prefix="thubao-init-") as folder:
        write_files(Path(folder), {"thubao.toml": settings, **files}, language=language)
        load_home(Path(folder))
    if not (home / "thubao.toml").exists():
        files = {"thubao.toml": settings, **files}
    return write_files(home, files, language=language)


def _campaign_toml(identifier: str, title: str, deadline: datetime, starts: date, language: Language) -> str:
    wording = Text(vi=f"trước {deadline:%H:%M} ngày {deadline:%d/%m/%Y}", en=f"by {deadline:%H:%M} on {deadline:%d/%m/%Y}")
    said = {"id": identifier, "title": title, "wording": wording.in_(language)}
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in said.items()}
    return _CAMPAIGN.format(**texts, starts=starts.isoformat(), deadline=deadline.isoformat())
