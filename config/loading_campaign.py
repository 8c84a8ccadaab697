"""Reads one campaign's folder: `campaign.toml`, its form, its roster and its letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from config.campaign import Campaign, ConsolidationPlan, PhotoRule, ReminderPlan, Requirement, UnknownSenders
from config.letters import KINDS
from config.loading_form import form_from
from config.loading_problems import Complaints, Model, address, did_you_mean, duration, validated, wrong
from config.loading_roster import roster_from
from config.loading_toml import KeyPath, TomlFile, read_toml, table, texts_at
from config.text import Language, Text
from config.working_days import WorkingDays

Complain = Callable[[KeyPath, Text], None]
REFERENCE = Path(__file__).parent / "reference"
_CLOSES_AFTER = timedelta(days=31)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _whole_days(value: object) -> timedelta:
    length = duration(value)
    if length % timedelta(days=1):
        raise wrong(
            Text(
                vi=f'{value!r}: lịch nhắc tính theo ngày, ví dụ "3d"',
                en=f'{value!r}: reminders are counted in days, such as "3d"',
            )
        )
    return length


def _days_or_off(value: object) -> timedelta | None:
    return None if value == "off" else _whole_days(value)


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(Text(vi=f'không hiểu giờ {value!r}; ghi dạng "08:00"', en=f'cannot read the time {value!r}; write "08:00"'))
    return time(int(match[1]), int(match[2]))


def _photos(value: object) -> object:
    if value == "off":
        return None
    if isinstance(value, str):
        raise wrong(
            Text(
                vi=f'{value!r}: ghi photos = {{ min = 3, max = 5 }} hoặc "off"',
                en=f'{value!r}: write photos = {{ min = 3, max = 5 }} or "off"',
            )
        )
    return value


def _instant(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise wrong(
            Text(
                vi=f"thiếu múi giờ; đề nghị ghi: {value.isoformat()}+07:00",
                en=f"the time zone is missing; write: {value.isoformat()}+07:00",
            )
        )
    if isinstance(value, date) and not isinstance(value, datetime):
        raise wrong(
            Text(
                vi=f"thiếu giờ và múi giờ; đề nghị ghi: {value.isoformat()}T23:59:59+07:00",
                en=f"the time and its zone are missing; write: {value.isoformat()}T23:59:59+07:00",
            )
        )
    return value


Address = Annotated[str, AfterValidator(address)]
Rung = Annotated[timedelta, BeforeValidator(_whole_days)]


class _Photos(Model):
    min: Annotated[int, Field(ge=0)]
    max: Annotated[int, Field(ge=0)]


class _Slots(Model):
    narrative: Annotated[Requirement, Field(strict=False)] = Requirement.REQUIRED
    form: Annotated[Requirement, Field(strict=False)] = Requirement.REQUIRED
    photos: Annotated[_Photos | None, BeforeValidator(_photos)] = None


class _Reminders(Model):
    before: list[Rung] = Field(default_factory=list)
    after: list[Rung] = Field(default_factory=list)
    at: Annotated[time, BeforeValidator(_clock)] = time(8, 0)
    working_days_only: bool = True
    kickoff: bool = False
    copy_heads: bool = False
    chase: Annotated[timedelta | None, BeforeValidator(_days_or_off)] = timedelta(days=3)


class _Consolidation(Model):
    at_deadline: bool = True
    recipients: list[Address] | None = None


class _Calendar(Model):
    base: Literal["vietnam", "none"] = "vietnam"
    holidays: list[date] = Field(default_factory=list)
    extra_off: list[date] = Field(default_factory=list)
    extra_workdays: list[date] = Field(default_factory=list)


class CampaignModel(Model):
    """The whole of `campaign.toml`, as written."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: Annotated[str, Field(min_length=1)]
    short_title: str = ""
    area: str = ""
    order_citation: str = ""
    year: int | None = None
    starts: date
    deadline: Annotated[datetime, BeforeValidator(_instant)]
    deadline_wording: str = ""
    closes: date | None = None
    unknown_senders: Annotated[UnknownSenders, Field(strict=False)] = UnknownSenders.FILE
    slots: _Slots = _Slots()
    reminders: _Reminders = _Reminders()
    consolidation: _Consolidation = _Consolidation()
    calendar: _Calendar = _Calendar()


def campaign_from(folder: Path, place: str, complaints: Complaints, officers: tuple[str, ...] = ()) -> Campaign | None:
    """The campaign of a folder, or None after complaints. `place` is how problems name the folder.

    `officers` get the consolidated report when the campaign names no recipients.
    """
    before = len(complaints.problems)
    file = read_toml(folder / "campaign.toml", f"{place}/campaign.toml", complaints)
    form_file = _form_file(folder, place, complaints)
    form = form_from(form_file, complaints) if form_file is not None else None
    roster = roster_from(folder, place, complaints)
    letters = letters_from(folder / "letters", f"{place}/letters", complaints)
    model = _checked(file, folder.name, complaints) if file is not None else None
    if file is not None and model is not None and model.reminders.copy_heads and not any(each.head_email for each in roster):
        nobody = Text(
            vi='danh sách đơn vị chưa ghi địa chỉ lãnh đạo nào; thêm cột "head_email" hoặc ghi copy_heads = false',
            en='the roster names no head\'s address; add a column "head_email" or write copy_heads = false',
        )
        complaints.add(file.name, file.where(("reminders", "copy_heads"), complaints.language), nobody)
    if model is None or form is None or len(complaints.problems) > before:
        return None
    return Campaign(
        id=model.id,
        title=model.title,
        short_title=model.short_title or model.title,
        area=model.area,
        order_citation=model.order_citation,
        year=model.year or model.deadline.year,
        starts=model.starts,
        deadline=model.deadline,
        deadline_wording=model.deadline_wording or f"{model.deadline:%H:%M %d/%m/%Y}",
        closes=model.closes or (model.deadline.date() + _CLOSES_AFTER),
        unknown_senders=model.unknown_senders,
        narrative=model.slots.narrative,
        form_slot=model.slots.form,
        photos=None if model.slots.photos is None else PhotoRule(min=model.slots.photos.min, max=model.slots.photos.max),
        reminders=_reminders(model.reminders),
        consolidation=_consolidation(model.consolidation, officers),
        form=form,
        roster=roster,
        letters=letters,
        working_days=_working_days(model.calendar),
    )


def _form_file(folder: Path, place: str, complaints: Complaints) -> TomlFile | None:
    path = folder / "form.toml"
    if path.is_file():
        return read_toml(path, f"{place}/form.toml", complaints)
    blanks = sorted(each.name for pattern in ("form.xlsx", "form.docx") for each in folder.glob(pattern))
    shown = blanks[0] if blanks else "BLANK.xlsx"
    complaints.add(
        f"{place}/form.toml",
        "",
        Text(
            vi=f"chưa có biểu mẫu; lập từ mẫu trống bằng lệnh: thubao form learn {shown}",
            en=f"there is no form; derive it from the blank form with: thubao form learn {shown}",
        ),
    )
    return None


def _checked(file: TomlFile, folder: str, complaints: Complaints) -> CampaignModel | None:
    def complain(path: KeyPath, text: Text) -> None:
        complaints.add(file.name, file.where(path, complaints.language), text)

    model = validated(CampaignModel, file.values, complain)
    written = file.values.get("id")
    if isinstance(written, str) and written != folder:
        complain(
            ("id",),
            Text(
                vi=f'id là {written!r} nhưng thư mục tên {folder!r}; ghi: id = "{folder}"',
                en=f'the id is {written!r} but the folder is {folder!r}; write: id = "{folder}"',
            ),
        )
    _check_dates(file.values, complain)
    _check_slots(table(file.values, "slots"), complain)
    return model


def _check_dates(values: Mapping[str, object], complain: Complain) -> None:
    """What contradicts itself; raw values, so that one wrong key does not hide the others."""
    starts, deadline, closes = (_day(values.get(key)) for key in ("starts", "deadline", "closes"))
    if starts and deadline and deadline < starts:
        complain(
            ("deadline",),
            Text(
                vi=f"thời hạn {deadline:%d/%m/%Y} trước ngày bắt đầu {starts:%d/%m/%Y}",
                en=f"the deadline {deadline} is before the start {starts}",
            ),
        )
    if closes and deadline and closes < deadline:
        complain(
            ("closes",),
            Text(
                vi=f"ngày đóng {closes:%d/%m/%Y} trước thời hạn {deadline:%d/%m/%Y}",
                en=f"the campaign closes on {closes}, before its deadline {deadline}",
            ),
        )
    for key in ("before", "after"):
        rungs = texts_at(table(values, "reminders"), key)
        if len(set(rungs)) != len(rungs):
            complain(("reminders", key), Text(vi="có mốc nhắc bị lặp", en="the same reminder is written twice"))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _check_slots(slots: Mapping[str, object], complain: Complain) -> None:
    photos = table(slots, "photos")
    least, most = photos.get("min"), photos.get("max")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        complain(
            ("slots", "photos"),
            Text(vi=f"min = {least} lớn hơn max = {most}", en=f"min = {least} is more than max = {most}"),
        )
    if [slots.get(key) for key in ("narrative", "form", "photos")] == ["off"] * 3:
        complain(("slots",), Text(vi="đợt báo cáo không yêu cầu phần nào", en="the campaign asks for nothing at all"))


def _reminders(model: _Reminders) -> ReminderPlan:
    return ReminderPlan(
        before=tuple(sorted(model.before, reverse=True)),
        after=tuple(sorted(model.after)),
        at=model.at,
        working_days_only=model.working_days_only,
        kickoff=model.kickoff,
        copy_heads=model.copy_heads,
        chase=model.chase,
    )


def _consolidation(model: _Consolidation, officers: tuple[str, ...]) -> ConsolidationPlan:
    recipients = officers if model.recipients is None else tuple(model.recipients)
    return ConsolidationPlan(at_deadline=model.at_deadline, recipients=recipients)


def _working_days(model: _Calendar) -> WorkingDays:
    known = vietnamese_holidays() if model.base == "vietnam" else frozenset[date]()
    return WorkingDays(
        holidays=known | frozenset(model.holidays),
        extra_off=frozenset(model.extra_off),
        extra_workdays=frozenset(model.extra_workdays),
    )


@lru_cache(maxsize=1)
def vietnamese_holidays() -> frozenset[date]:
    """Public holidays of Vietnamese offices, 2020 to 2030, with the days off that make up for weekends."""
    complaints = Complaints(Language.EN)
    file = read_toml(REFERENCE / "calendar.toml", "calendar.toml", complaints)
    complaints.raise_if_any()
    days = file.values["holidays"] if file is not None else []
    return frozenset(day for day in days if isinstance(day, date)) if isinstance(days, list) else frozenset()


def letters_from(folder: Path, place: str, complaints: Complaints) -> Mapping[str, str]:
    """The texts of a campaign's letters by kind; in English where `letters/en` has them and the office speaks English."""
    letters: dict[str, str] = {}
    for kind, purpose in KINDS.items():
        path = _letter_path(folder, kind, complaints.language)
        name = f"{place}/{path.relative_to(folder).as_posix()}"
        try:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except FileNotFoundError:
            missing = Text(
                vi=f"thiếu mẫu thư này ({purpose.vi}); chép lại từ một thư mục mới do thubao init tạo",
                en=f"this letter is missing ({purpose.en}); copy it from a new folder made by thubao init",
            )
            complaints.add(name, "", missing)
            continue
        except (OSError, UnicodeDecodeError):
            complaints.add(name, "", Text(vi="không đọc được; lưu lại với bảng mã UTF-8", en="cannot be read; save it as UTF-8"))
            continue
        letters[kind] = text
        if text not in _letters_as_shipped():
            _complain_of_letter(text, name, complaints)
    _complain_of_strangers(folder, place, complaints)
    return letters


@lru_cache(maxsize=1)
def _letters_as_shipped() -> frozenset[str]:
    """The letters that come with Thubao: known to be sound by its own tests, so no start of a command waits for that."""
    return frozenset(path.read_text(encoding="utf-8") for path in REFERENCE.glob("*/letters/**/*.txt"))


def _complain_of_letter(text: str, name: str, complaints: Complaints) -> None:
    from config.letter_templates import mistakes_in

    for line, mistake in mistakes_in(text):
        complaints.add(name, "" if line is None else Text(vi=f"dòng {line}", en=f"line {line}"), mistake)


def _letter_path(folder: Path, kind: str, language: Language) -> Path:
    english = folder / "en" / f"{kind}.txt"
    return english if language is Language.EN and english.is_file() else folder / f"{kind}.txt"


def _complain_of_strangers(folder: Path, place: str, complaints: Complaints) -> None:
    for path in sorted(folder.glob("*.txt")):
        if path.stem not in KINDS:
            hint = did_you_mean(path.stem, KINDS)
            complaints.add(
                f"{place}/{path.name}",
                "",
                Text(
                    vi=f"không có loại thư {path.stem!r}{hint.vi or '; các loại: ' + ', '.join(KINDS)}",
                    en=f"there is no letter {path.stem!r}{hint.en or '; the letters are ' + ', '.join(KINDS)}",
                ),
            )
