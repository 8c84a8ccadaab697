"""The words of an office's blank form: what a heading, a unit of measure or a label says of what is to be filled in."""

from __future__ import annotations

import re

from config.campaign import ColumnKind, IndicatorType
from config.vietnamese import fold
from parsers.form_header_words import KIND_WORDS
from parsers.labels import clean_label

_UNIT_NAMES = re.compile(
    r"^(?:ten )?(?:don vi(?: bao cao| truc thuoc)?|co quan(?: don vi)?|truong(?: hoc)?|co so(?: giao duc| y te)?|xa|"
    r"xa phuong(?: thi tran)?|"
    r"phuong(?: xa)?|thon|ban|thon ban|ap|khu pho|to dan pho|tram y te|huyen|quan huyen|dia phuong|dia ban|chi bo|"
    r"doanh nghiep|phong ban|khoa phong)$"
    r"|^(?:name of (?:the )?)?(?:reporting )?(?:unit|school|commune|ward|village|district|office|clinic|facility|branch|site|"
    r"station|department)s?(?: name)?$"
)
_SUM_ROW = re.compile(r"^(?:tong|tong cong|tong so|cong|cong chung|tat ca|total|grand total|sub total|subtotal|sum|all)\b")
_MONEY = re.compile(
    r"\b(?:dong|vnd|nghin dong|ngan dong|trieu dong|ty dong|usd|kinh phi|so tien|thanh tien|amount|cost|budget|expenditure)\b"
)
_MONEY_UNIT = re.compile(r"\b(?:dong|vnd|nghin|ngan|trieu|ty|usd|eur)\b")
_DECIMAL = re.compile(
    r"\b(?:ha|km|km2|m|m2|m3|kg|tan|ta|yen|lit|met|gio|hec ta|hecta|dien tich|san luong|chieu dai|diem trung binh|hours?|tonnes?|"
    r"tons?|litres?|hectares?|area|length|weight|metres?)\b"
)
_SHARE = re.compile(
    r"\b(?:ty le|ti le|phan tram|binh quan|trung binh|so sanh|so voi|rate|ratio|percent(?:age)?|average|share|mean)\b|%"
)
_FLAG = re.compile(r"\b(?:co khong|yes no|0 1|dat khong dat)\b")
_TEXT = re.compile(
    r"\b(?:ghi ro|neu ro|liet ke|kien nghi|de xuat|kho khan|thuan loi|nhan xet|danh gia chung|y kien|noi dung khac|mo ta|"
    r"describe|comments?|remarks|please specify|specify|difficult(?:y|ies)|proposals?|suggestions?|explain|narrative)\b"
)
_TEXT_HEADING = re.compile(
    r"\b(?:ho (?:va )?ten|dia chi|hieu truong|nguoi phu trach|dien thoai|sdt|email|thoi gian|dia diem|ngay|address|phone|contact|"
    r"head ?teacher|manager|date|place|venue)\b"
)
_SIGNATURE = re.compile(
    r"^(?:nguoi lap|thu truong|noi nhan|t m|tm|kt|chu tich|truong phong|giam doc|ghi chu|luu y|chu y|hieu truong|xac nhan|"
    r"huong dan|prepared by|approved by|checked by|signature|signed|notes?|date|head of|name and|instructions?)\b"
)
_DATED = re.compile(r"\bngay\b.*\bthang\b.*\bnam\b")
_LETTERHEAD = re.compile(
    r"cong hoa xa hoi|doc lap tu do|^uy ban nhan dan|^ubnd|^so giao duc|^phong giao duc|^so y te|^kinh gui|^moi o ghi|"
    r"^one number in|^ky bao cao|^so bc"
)
_FIELD = re.compile(r"^(?:don vi|reporting unit|unit|school|name|dvt|ten|commune|period|thang|quy|nam)\b")
_NOT_ASKED = re.compile(r"[xX×/\\*]+|-{2,}|n/?a")
_WORDS_OF_COUNTING = frozenset({"so", "luong", "tong", "the", "of", "number", "no"})
_ALL_UPPER = 0.8


def heading_kind(lines: tuple[str, ...]) -> ColumnKind | None:
    """What kind of column the lines above it say it is; None for a quantity or for words we do not know."""
    for line in reversed(lines):
        said = fold(line)
        for kind, words in KIND_WORDS.items():
            if said in words or said.removesuffix(" neu co") in words:
                return kind
    return None


def names_units(heading: str) -> bool:
    """Whether the heading of the label column says that each row is a unit: "Tên trường", "School"."""
    return _UNIT_NAMES.match(fold(heading)) is not None


def is_sum(label: str) -> bool:
    """Whether a label begins as that of a total does."""
    return _SUM_ROW.match(fold(clean_label(label))) is not None


def is_share(heading: str) -> bool:
    """Whether a column holds what must not be added up: percentages, averages, comparisons."""
    return _SHARE.search(fold(heading)) is not None or "%" in heading


def is_words(heading: str) -> bool:
    """Whether a column is for words: names, addresses, dates."""
    return _TEXT_HEADING.search(fold(heading)) is not None


def column_type(heading: str) -> IndicatorType:
    """What the figures of a column are, by its heading."""
    said = fold(heading)
    if is_words(heading):
        return IndicatorType.TEXT
    if _MONEY.search(said):
        return IndicatorType.MONEY
    return IndicatorType.DECIMAL if _DECIMAL.search(said) or is_share(heading) else IndicatorType.INTEGER


def row_type(label: str, unit: str) -> IndicatorType:
    """What the figures of a row are, by its unit of measure, else by its label."""
    measured, said = fold(unit), fold(label)
    if _FLAG.search(measured) or (not measured and _FLAG.search(said)):
        return IndicatorType.INTEGER_FLAG
    if _MONEY_UNIT.search(measured) or (not measured and _MONEY.search(said)):
        return IndicatorType.MONEY
    if _TEXT.search(said) and not measured:
        return IndicatorType.TEXT
    if "%" in unit or _DECIMAL.search(measured) or (not measured and _DECIMAL.search(said)):
        return IndicatorType.DECIMAL
    return IndicatorType.INTEGER


def is_signature(text: str) -> bool:
    """Whether a text stands below the table: who signs, the date, notes."""
    return _SIGNATURE.match(fold(text)) is not None or _DATED.search(fold(text)) is not None


def is_letterhead(text: str) -> bool:
    """Whether a line above the table is no title: the office, the motto, "Unit: ......"."""
    field = _FIELD.match(fold(text)) and (":" in text or "…" in text or "..." in text)
    return bool(field) or _LETTERHEAD.search(fold(text)) is not None


def is_loud(text: str) -> bool:
    """Whether most letters are capitals, as in a title."""
    letters = [each for each in text if each.isalpha()]
    return bool(letters) and sum(each.isupper() for each in letters) >= _ALL_UPPER * len(letters)


def is_not_asked(text: str) -> bool:
    """Whether a mark in a cell says that nothing belongs there: "x", "///"."""
    return _NOT_ASKED.fullmatch(text.strip()) is not None


def unit_words(text: str) -> frozenset[str]:
    """The words of a heading or of a unit that say what is counted."""
    return frozenset(fold(text).split()) - _WORDS_OF_COUNTING


def slug(text: str, most_words: int = 6, most_letters: int = 40) -> str:
    """A readable code of a text: "Số lớp xóa mù chữ" becomes "so_lop_xoa_mu_chu"."""
    words = fold(re.sub(r"\([^)]*\)", " ", text) if fold(re.sub(r"\([^)]*\)", " ", text)) else text).split()
    made = ""
    for word in words[:most_words]:
        longer = f"{made}_{word}" if made else word
        if len(longer) > most_letters and made:
            break
        made = longer[:most_letters]
    return made
