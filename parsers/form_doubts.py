"""What the words of a row say against its figures: that nothing was held, that it is planned, of another year, or put right."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.campaign import Form, Indicator, IndicatorType
from config.vietnamese import fold
from parsers.form_blocks import Row
from parsers.form_claims import doubted
from parsers.values import Value

_NAMING = 2  # words that another indicator has to itself
_AGAINST = re.compile(
    r"\b(?:chưa|không(?! gian\b| chuyên\b)|dự kiến|kế hoạch|dự toán|hủy|huỷ|hoãn|bị thiếu|còn thiếu|năm trước|năm ngoái|cùng kỳ"
    r"|cần (?:huy động|tặng|hỗ trợ|tổ chức)|sẽ|not|planned|cancelled)\b"
)
_AGAINST_UNMARKED = re.compile(
    r"\b(?:chua|khong(?! gian\b| chuyen\b)|du kien|ke hoach|du toan|bi hoan|da huy|nam truoc|nam ngoai)\b"
)
_YEAR = re.compile(r"\bnăm (20\d\d)(?!\s*[-–]\s*20\d\d)\b|\bnam (20\d\d)(?!\s*[-–]\s*20\d\d)\b")
_PUT_RIGHT = re.compile(r"\b(?:sửa lại|sửa thành|đính chính|đúng là|nhầm|ghi sai|số sai|sua lai|sua thanh|dinh chinh|dung la)\b")
_NOT_DONE = re.compile(
    r"\W*(?:do .{3,60} )?(?:(?:chưa|không) (?:tổ chức|thực hiện|triển khai|phát sinh)|(?:đã |bị )?(?:hoãn|huỷ|hủy)\b"
    r"|(?:chua|khong) (?:to chuc|thuc hien|trien khai|phat sinh)|bi hoan\b|da huy\b)"
)
_PLANNED = re.compile(r"^(?!.*\b(?:thêm|tiếp)\b).*\b(?:dự kiến|ước tính|ước đạt|ước khoảng|sẽ tổ chức|du kien|uoc tinh)\b")
_IN_KIND = re.compile(r"\b(?:hiện vật|quy tiền|quy ra tiền|hien vat)\b")
_OTHER_MONEY = re.compile(r"\W*(?:đơn vị(?: tính)?|đvt)?\W*(?:nghìn|ngàn|triệu|tỷ|1[.,]?000)\s*(?:đồng|đ|vnđ|vnd)?\W*")


def with_row_doubts(values: Iterable[Value], row: Row, *, certain: bool) -> tuple[Value, ...]:
    """The values of a row, in doubt where the row is hidden or may be another."""
    doubts = ([] if certain else ["row_uncertain"]) + (["hidden_row"] if row.hidden else [])
    return tuple(doubted(value, doubts) for value in values)


def with_doubts(
    values: Iterable[Value], row: Row, indicator: Indicator, form: Form, year: int, *, certain: bool
) -> tuple[Value, ...]:
    """The figures of a row, in doubt also where the row's own words speak against them."""
    label = ["label_against"] if _label_is_against(row.label, indicator, year) else []
    label += ["two_indicators"] if _names_another(row.label, indicator, form) else []
    note = ["note_against"] if _note_is_against(row.written(row.columns.note).casefold().strip(), indicator, year) else []
    return tuple(
        doubted(value, label + (note if value.value != 0 else [])) for value in with_row_doubts(values, row, certain=certain)
    )


def _label_is_against(label: str, indicator: Indicator, year: int) -> bool:
    """Whether a label says what the indicator's own does not: "chưa tổ chức", "dự kiến", "năm 2019"."""
    own = " ".join((indicator.label, *indicator.aliases)).casefold()
    written = label.casefold()
    pattern = _AGAINST_UNMARKED if written.isascii() else _AGAINST
    own = fold(own) if written.isascii() else own
    said = set(pattern.findall(written)) - set(pattern.findall(own))
    return bool(said) or _is_of_other_year(written, own, year)


def _names_another(label: str, indicator: Indicator, form: Form) -> bool:
    """Whether a label holds all words of another indicator, too: "Hoạt động văn nghệ, thể dục thể thao"."""
    written, own = set(fold(label).split()), set(fold(indicator.label).split())
    if len(written - own) < _NAMING:
        return False
    others = (set(fold(each.label).split()) for each in form.indicators if each is not indicator)
    return any(each <= written and len(each - own) >= _NAMING for each in others)


def _is_of_other_year(written: str, own: str, year: int) -> bool:
    years = {int(one or other) for one, other in _YEAR.findall(written)} - {
        int(one or other) for one, other in _YEAR.findall(own)
    }
    return bool(years) and year not in years


def _note_is_against(note: str, indicator: Indicator, year: int) -> bool:
    """Whether a note says that the figure beside it is wrong, planned, of another year, or that nothing was held."""
    if not note:
        return False
    money = indicator.type is IndicatorType.MONEY
    return bool(
        _PUT_RIGHT.search(note)
        or _NOT_DONE.match(note)
        or _PLANNED.search(note)
        or (_is_of_other_year(note, "", year) and note.lstrip("( ").startswith(("năm", "số", "nam", "so")))
        or (money and (_IN_KIND.search(note) or _OTHER_MONEY.fullmatch(note)))
    )
