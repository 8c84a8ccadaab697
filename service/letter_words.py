"""How figures, moments and lists are worded in letters, in official Vietnamese and in English."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.campaign import Campaign, Indicator, IndicatorRole, IndicatorType, Severity, Slot, Unit
from config.text import Language
from config.vietnamese import without_lead
from parsers.values import Finding, ValueStatus
from service.outputs import wording
from service.rules.consolidate import numeric
from service.rules.submission import Change, Content, SlotState, Submission

_MOST_PROBLEMS = 12
_MOST_FIGURES = 10
_END_OF_DAY = (23, 59)


def two_digits(number: int, language: Language) -> str:
    """A small count as official Vietnamese writes it: 05."""
    return f"{number:02d}" if language is Language.VI else str(number)


def figure(value: int | str | None, language: Language) -> str:
    """A figure with grouped thousands: 1.250 in Vietnamese, 1,250 in English."""
    if value is None:
        return "(trống)" if language is Language.VI else "(blank)"
    if isinstance(value, str) and "." not in value:
        return value  # a text, and one that begins with 0 may be a telephone; figures with a fraction are kept with their point
    return wording.figure(value, language)


def moment(at: datetime, timezone: ZoneInfo, language: Language) -> str:
    """A moment: "08:00 ngày 15/10/2020"."""
    local = at.astimezone(timezone)
    between = " ngày " if language is Language.VI else " on "
    return f"{local:%H:%M}{between}{local:%d/%m/%Y}"


def deadline_words(at: datetime, timezone: ZoneInfo, language: Language) -> str:
    """A moment until when something is asked for: "trước 17:00 ngày 19/10/2020", "đến hết ngày 20/10/2020"."""
    local = at.astimezone(timezone)
    if (local.hour, local.minute) == _END_OF_DAY:
        return f"đến hết ngày {local:%d/%m/%Y}" if language is Language.VI else f"by the end of {local:%d/%m/%Y}"
    return f"{'trước' if language is Language.VI else 'before'} {moment(at, timezone, language)}"


def office_of(unit: Unit) -> str:
    """Whom a letter to a unit is addressed to: the people's committee of a commune or district, any other unit by its name."""
    return f"UBND {unit.full_name}" if unit.kind.casefold() in _HAS_COMMITTEE else unit.full_name


def unit_name(campaign: Campaign, code: str) -> str:
    """A unit as letters name it, "xã Quài Tở"; its code where it is on the roster no more."""
    unit = campaign.unit(code)
    return unit.full_name if unit else code


def returned_because(why: str, language: Language) -> str:
    """That the office returned a report, and why."""
    reason = " ".join(why.split()).rstrip(".;,")
    if language is Language.VI:
        return f"Báo cáo được trả lại để bổ sung, chỉnh sửa: {reason}." if reason else "Báo cáo được trả lại để chỉnh sửa."
    return f"The report was returned: {reason}." if reason else "The report was returned to be corrected."


def waits_for_officer(language: Language) -> str:
    """What the sender of a mail is told that may not replace figures by itself."""
    return _WAITS_FOR_OFFICER[language]


def figure_line(campaign: Campaign, code: str, column: str, value: int | str | None, language: Language) -> str:
    """One figure with its label: "Tổng số người tham gia: 145 người"."""
    indicator = campaign.form.indicator(code)
    if indicator is None:
        return f"{code}: {figure(value, language)}"
    label = without_lead(indicator.label if language is Language.VI else indicator.label_en or indicator.label)
    return f"{label}{_column_words(campaign, indicator, column)}: {figure(value, language)}{_measure(indicator)}"


def key_figures(campaign: Campaign, submission: Submission, language: Language) -> list[str]:
    """The figures a unit most needs to see as we read them: totals, required and money."""
    lines = []
    for value in submission.values:
        indicator = campaign.form.indicator(value.indicator)
        if indicator is None or numeric(value.value) is None or value.column not in indicator.columns:
            continue
        telling = indicator.role is IndicatorRole.TOTAL or indicator.required or indicator.type is IndicatorType.MONEY
        if telling:
            mark = _ASKED[language] if value.status is ValueStatus.CONFIRM else ""
            lines.append(figure_line(campaign, value.indicator, value.column, value.value, language) + mark)
    return lines[:_MOST_FIGURES]


def changed_figures(campaign: Campaign, changes: Iterable[Change], language: Language) -> list[str]:
    """What a newer version changed: "Tổng số người tham gia: 145 -> 154"."""
    lines = []
    for each in changes:
        before = _BLANK[language] if each.before is None else figure(each.before, language)
        lines.append(
            f"{figure_line(campaign, each.indicator, each.column, each.after, language)} ({_BEFORE[language]}: {before})"
        )
    more = len(lines) - 2 * _MOST_FIGURES
    return [*lines[: 2 * _MOST_FIGURES], *([_MORE_FIGURES[language].format(n=more)] if more > 0 else [])]


def missing_items(campaign: Campaign, submission: Submission, language: Language) -> list[str]:
    """The parts of the report that are still owed, in words; empty when nothing is."""
    lines = []
    for report in submission.slots:
        if report.slot not in campaign.required_slots:
            continue
        if report.state is SlotState.MISSING:
            lines.append(_missing(campaign, report.slot, language))
        elif report.state is SlotState.PARTIAL and report.slot is Slot.PHOTOS and campaign.photos is not None:
            few = {"n": two_digits(report.count, language), "photos": _photos(report.count)}
            lines.append(_FEW_PHOTOS[language].format(**few, **_photo_limits(campaign, language)))
    return lines


def have_items(submission: Submission, language: Language) -> list[str]:
    """The parts of the report that are in."""
    return [
        _HAVE[language][report.slot].format(n=two_digits(report.count, language), photos=_photos(report.count))
        for report in submission.slots
        if report.state is not SlotState.MISSING and (report.slot is not Slot.PHOTOS or report.count)
    ]


def problems(submission: Submission, language: Language, *, told: Container[Finding] = ()) -> list[str]:
    """What is doubtful in what was sent, the gravest first, at most a dozen lines. What is missing is told elsewhere.

    `told` are findings that the letter words by itself.
    """
    order = (Severity.ERROR, Severity.WARNING)
    doubts = [each for severity in order for each in submission.findings if each.severity is severity and each not in told]
    return a_dozen([each.text.in_(language) for each in doubts if each.code != "V-PHOTO"], language)


def a_dozen(lines: Sequence[str], language: Language) -> list[str]:
    """The first dozen lines, and how many more there are."""
    more = [_AND_MORE[language].format(n=len(lines) - _MOST_PROBLEMS)] if len(lines) > _MOST_PROBLEMS else []
    return [*lines[:_MOST_PROBLEMS], *more]


def status_text(submission: Submission, language: Language) -> str:
    """What the office has of a unit so far, as a clause."""
    if not submission.versions:
        return _STATUS[language]["none"]
    if submission.content is Content.RETURNED:
        return _STATUS[language]["returned"]
    return _STATUS[language]["problems" if submission.complete else "partial"]


def _missing(campaign: Campaign, slot: Slot, language: Language) -> str:
    return _MISSING[language][slot].format(**_photo_limits(campaign, language))


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"


def _photo_limits(campaign: Campaign, language: Language) -> dict[str, str]:
    rule = campaign.photos
    return {"min": two_digits(rule.min if rule else 0, language), "max": two_digits(rule.max if rule else 0, language)}


def _column_words(campaign: Campaign, indicator: Indicator, column: str) -> str:
    if len(indicator.columns) < 2:  # noqa: PLR2004 - with one column there is nothing to tell apart
        return ""
    header = next((each.header for each in campaign.form.columns if each.key == column), "")
    return f" ({header.lower()})" if header else ""


def _measure(indicator: Indicator) -> str:
    if indicator.type is IndicatorType.MONEY:
        return " đồng"
    single = "/" not in indicator.unit and len(indicator.columns) == 1
    return f" {indicator.unit.lower().removeprefix('số ')}" if indicator.unit and single else ""


_HAS_COMMITTEE = frozenset({"xã", "phường", "thị trấn", "huyện", "quận", "thị xã", "thành phố", "tỉnh", "đặc khu"})
_WAITS_FOR_OFFICER = {
    Language.VI: "Địa chỉ gửi thư chưa được xác nhận là của đơn vị; báo cáo đã có được giữ nguyên cho đến khi cán bộ xác nhận.",
    Language.EN: "The address it came from is not confirmed as the unit's; the report on record stays until the officer decides.",
}
_ASKED = {Language.VI: " (đề nghị xác nhận)", Language.EN: " (please confirm)"}
_BLANK = {Language.VI: "để trống", Language.EN: "blank"}
_BEFORE = {Language.VI: "bản trước", Language.EN: "before"}
_AND_MORE = {Language.VI: "và {n} nội dung khác.", Language.EN: "and {n} more."}
_MORE_FIGURES = {Language.VI: "và {n} số liệu khác", Language.EN: "and {n} more figures"}
_FEW_PHOTOS = {
    Language.VI: "Mới có {n} ảnh; đề nghị gửi thêm để đủ từ {min} đến {max} ảnh.",
    Language.EN: "Only {photos} so far; please send more, {min} to {max} are asked for.",
}
_MISSING = {
    Language.VI: {
        Slot.NARRATIVE: "Chưa có báo cáo tổng kết (bản lời).",
        Slot.FORM: "Chưa có biểu tổng hợp số liệu.",
        Slot.PHOTOS: "Chưa có ảnh; đề nghị gửi từ {min} đến {max} ảnh tiêu biểu.",
    },
    Language.EN: {
        Slot.NARRATIVE: "The written report is missing.",
        Slot.FORM: "The statistics form is missing.",
        Slot.PHOTOS: "No photos yet; please send {min} to {max}.",
    },
}
_HAVE = {
    Language.VI: {Slot.NARRATIVE: "báo cáo tổng kết", Slot.FORM: "biểu tổng hợp số liệu", Slot.PHOTOS: "{n} ảnh"},
    Language.EN: {Slot.NARRATIVE: "the written report", Slot.FORM: "the statistics form", Slot.PHOTOS: "{photos}"},
}
_STATUS = {
    Language.VI: {
        "none": "chưa nhận được báo cáo",
        "partial": "đã nhận được một phần báo cáo",
        "problems": "đã nhận được báo cáo (còn nội dung cần làm rõ)",
        "returned": "đã trả lại để bổ sung, chỉnh sửa báo cáo",
    },
    Language.EN: {
        "none": "has received no report",
        "partial": "has received part of the report",
        "problems": "has received the report (with open questions)",
        "returned": "has returned the report",
    },
}
