"""The words of an office's blank form: what a heading, a unit of measure or a label says of what is to be filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.campaign import ColumnKind, IndicatorType
from config.vietnamese import fold
from parsers.form_header_words import ANY_QUANTITY, KIND_WORDS
from parsers.labels import clean_label

_LABELS = re.compile(r"(?:noi dung|chi tieu|danh muc|hang muc|cau hoi|tieu chi|ten chi tieu|phan loai|question|item|category)\b")
_UNIT_NAMES = re.compile(
    r"^(?:ten )?(?:don vi(?: bao cao| truc thuoc)?|co quan(?: don vi)?|truong(?: hoc)?|co so(?: giao duc| y te)?|xa|"
    r"(?:xa |phuong |thi tran )*(?:xa|phuong|thi tran)|"
    r"phuong(?: xa)?|thon|ban|thon ban|ap|khu pho|to dan pho|tram y te|huyen|quan huyen|dia phuong|dia ban|chi bo|"
    r"doanh nghiep|phong ban|khoa phong)$"
    r"|^(?:name of (?:the )?)?(?:reporting )?(?:unit|school|commune|ward|village|district|office|clinic|facility|branch|site|"
    r"station|department)s?(?: name)?$"
)
_ONLY_SUM = re.compile(
    r"(?:(?:tổng cộng|tổng số|tổng|cộng chung|cộng|toàn (?:huyện|tỉnh|xã|thành phố|trường|ngành)|tất cả|tong cong|tong so|"
    r"grand total|sub-?total|total|sum)\b[\s.:;=+\-–()IVXA-Z0-9]*)",
    re.IGNORECASE,
)
_BEGINS_SUM = re.compile(r"(?:tổng|total|all)\b(?! (?:phụ trách|đài|đội))", re.IGNORECASE)
_OF_THEM = re.compile(r"\s*(?:trong đó|trong do|of which|chia ra|gồm)\b\s*:?\s*(?=[-–+•*\w])", re.IGNORECASE)
_ONLY_HEADS = re.compile(r"(?:trong do|chia ra|bao gom|gom|of which|including|(?:phan|chia)(?: ra)? theo\b.*)")
_MONEY = re.compile(
    r"\b(?:dong|vnd|nghin dong|ngan dong|trieu dong|ty dong|usd|gbp|eur|kinh phi|so tien|thanh tien|amount|"
    r"cost|budget|expenditure)\b"
)
_MONEY_UNIT = re.compile(r"\b(?:dong|vnd|nghin|ngan|trieu|ty|usd|eur|gbp)\b")
_MINOR_UNITS = re.compile(r"\b(?:triệu|tỷ|tỉ|million|usd|eur|gbp)\b", re.IGNORECASE)
_SCALED = re.compile(r"\b(nghìn|ngàn|triệu|tỷ|tỉ)\s+(?:đồng|vnđ|vnd)\b", re.IGNORECASE)
_SCALES = {"nghin": 1_000, "ngan": 1_000, "trieu": 1_000_000, "ty": 1_000_000_000, "ti": 1_000_000_000}
_DECIMAL = re.compile(
    r"\b(?:ha|km|km2|m|m2|m3|kg|tan|ta|yen|lit|met|gio|hec ta|hecta|dien tich|san luong|chieu dai|"
    r"diem (?:trung binh|so|danh gia|cham|tu cham)|hours?|tonnes?|"
    r"tons?|litres?|hectares?|area|length|weight|metres?|fte|full time equivalents?)\b"
)
_SHARE = re.compile(
    r"\b(?:ty le|ti le|phan tram|binh quan|trung binh|so sanh|so voi|nang suat|mat do|don gia|dinh muc|cong suat|chi so|ty suat|"
    r"tang giam|chenh lech|rate|ratio|percent(?:age)?|average|share|mean|density|yield|unit price|"
    r"per (?:cent|capita|unit)|change)\b"
)
_SHARE_ROW = re.compile(
    r"(?:ty le|ti le|binh quan|trung binh|nang suat|mat do|don gia|cong suat|chi so|ty suat|rate of|average|percentage)\b|"
    r".*\b(?:binh quan|trung binh|average)$"
)
_COUNTED = re.compile(r"(?:so|tong so|number of) (?!tien|kinh phi|luong$|lieu$)\w")
_TICKED = ({"co", "khong"}, {"dat", "khong dat"}, {"dat", "chua dat"}, {"yes", "no"}, {"met", "not met"}, {"roi", "chua"})
_PER = re.compile(r"%|‰|/\s*(?:ha|km2|người|hộ|tháng|năm|1000|1\.000)\b", re.IGNORECASE)
_FLAG = re.compile(r"\b(?:co khong|yes no|0 1|dat khong dat)\b")
_TEXT = re.compile(
    r"\b(?:ghi ro|neu ro|liet ke|kien nghi|de xuat|kho khan|thuan loi|nhan xet|danh gia chung|y kien|noi dung khac|mo ta|"
    r"describe|comments?|remarks|please specify|specify|difficult(?:y|ies)|proposals?|suggestions?|explain|narrative)\b"
)
_TEXT_HEADING = re.compile(
    r"\b(?:ho (?:va )?ten|dia chi|hieu truong|nguoi phu trach|dien thoai|sdt|email|thoi gian|dia diem|ngay|address|phone|contact|"
    r"head ?teacher|manager|date|place|venue|"
    r"nam (?:xay dung|trang bi|thanh lap|dua vao|cap|ban hanh|hoan thanh)|year (?:of|built))\b"
)
_DATE = re.compile(
    r"\bdd mm\b|^(?:ngay|thoi gian|thoi diem|date) (?:thanh lap|to chuc|ban hanh|bat dau|ket thuc|hoan thanh|khai mac|of)\b"
)
_SURE_SIGNATURE = re.compile(
    r"^(?:nguoi lap|thu truong|noi nhan|t m|tm|kt|chu tich|truong phong|prepared by|approved by|checked by|signature|signed)\b"
)
_SIGNATURE = re.compile(
    r"^(?:nguoi lap|thu truong|noi nhan|t m|tm|kt|chu tich|truong phong|giam doc|ghi chu|luu y|chu y|hieu truong|xac nhan|"
    r"huong dan|prepared by|approved by|checked by|signature|signed|notes?|date|head of|name and|instructions?)\b"
)
_OPEN = re.compile(r":|…|\.{3}|_{3}")
_DATED = re.compile(r"\bngay\b.*\bthang\b.*\bnam\b")
_LETTERHEAD = re.compile(
    r"cong hoa xa hoi|doc lap tu do|^uy ban nhan dan|^ubnd|^so giao duc|^phong giao duc|^so y te|^kinh gui|^moi o ghi|"
    r"^one number in|^ky bao cao|^so bc"
)
_OFFICE = re.compile(
    r"^(?:so|phong|cuc|chi cuc|bo|ban|vien|trung tam|tram|hoi|lien doan|huyen uy|dang uy|tinh uy|benh vien|cong ty|truong|"
    r"cong an|ministry|county|city|department|office|council|bureau)\b"
)
_TITLE = re.compile(
    r"\b(?:bao cao|bieu|tong hop|thong ke|ket qua|tinh hinh|phieu|bang|danh sach|ke khai|report|return|census|survey|statistics|"
    r"summary|form)\b"
)
_REPORT = re.compile(r"\b(?:bieu|bao cao|phieu|report|return|census)\b")
_MEASURED_IN = re.compile(r"^\s*\(?\s*(?:đơn vị tính|đơn vị|đvt|dvt|unit|in)\s*[:：]\s*([^.…_]{2,60}?)\s*\)?\s*$", re.IGNORECASE)
_FIELD = re.compile(r"^(?:don vi|reporting unit|unit|school|name|dvt|ten|commune|period|thang|quy|nam)\b")
_NOT_ASKED = re.compile(r"[xX×/\\*]+|-{2,}|n/?a")
_WORDS_OF_COUNTING = frozenset({"so", "luong", "tong", "the", "of", "number", "no"})
_ALL_UPPER = 0.8
_SHORT = 3  # words: "Tổng diện tích", "Total staff"; "Tổng số ngày điều trị nội trú" is a figure of its own


def heading_kind(lines: tuple[str, ...]) -> ColumnKind | None:
    """What kind of column the lines above it say it is; None for a quantity or for words we do not know."""
    for line in reversed(lines):
        said = fold(line)
        for kind, words in KIND_WORDS.items():
            if said in words or said.removesuffix(" neu co") in words:
                return kind
        if _LABELS.match(said):
            return ColumnKind.LABEL
    return None


def names_units(heading: str) -> bool:
    """Whether the heading of the label column says that each row is a unit: "Tên trường", "School"."""
    return _UNIT_NAMES.match(fold(heading)) is not None


def is_sum(label: str) -> bool:
    """Whether a label is that of a total of the rows beside it: "Tổng cộng", "Cộng (I+II)", "Total staff"; not "Công nhân"."""
    said = clean_label(label)
    return _ONLY_SUM.fullmatch(said) is not None or (_BEGINS_SUM.match(said) is not None and len(fold(said).split()) <= _SHORT)


def of_them(label: str) -> str:
    """What follows "Trong đó:" in front of a label, "" when nothing does."""
    match = _OF_THEM.match(label)
    return label[match.end() :] if match else ""


def only_heads(label: str) -> bool:
    """Whether a row carries no figure of its own: "Trong đó:", "Chia theo độ tuổi"."""
    return _ONLY_HEADS.fullmatch(fold(label)) is not None


def is_share(heading: str) -> bool:
    """Whether figures must not be added up: percentages, averages, comparisons, yields."""
    return _SHARE.search(fold(heading)) is not None or _PER.search(heading) is not None


def is_share_row(label: str, unit: str) -> bool:
    """The same of a row; "Số trường có tỷ lệ chuyên cần trên 90%", counted in schools, is none."""
    said = fold(re.sub(r"\([^)]*\)", " ", clean_label(label)))
    per = _PER.search(unit) or (not unit and re.search(r"\(\s*[%‰]\s*\)", label))
    return bool(per) or _SHARE_ROW.match(said) is not None


def is_counted(heading: str) -> bool:
    """Whether a heading says that things are counted, whatever the table as a whole is measured in: "Số hộ"."""
    return _COUNTED.match(fold(heading)) is not None


def are_ticks(headings: Sequence[str]) -> bool:
    """Whether neighbouring columns are ticked: "Có" and "Không"."""
    return {fold(each) for each in headings} in _TICKED


def measured_in(line: str) -> str:
    """The unit of measure of a whole table, printed above it: "Đơn vị tính: triệu đồng"; "" for any other line."""
    match = _MEASURED_IN.match(line)
    return match[1].strip() if match and (column_type(match[1]) is not IndicatorType.INTEGER or "%" in match[1]) else ""


def money_scale(text: str) -> int:
    """By what the printed measure of an amount multiplies it: 1,000,000 for "triệu đồng"; 0 when it is no scaled amount."""
    match = _SCALED.search(text)
    return _SCALES[fold(match[1])] if match else 0


def has_minor_units(text: str) -> bool:
    """Whether money is asked for in a measure that leaves figures behind the decimal sign."""
    return _MINOR_UNITS.search(text) is not None


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
    if not measured and (_TEXT.search(said) or _DATE.search(said)):
        return IndicatorType.TEXT
    if is_share_row(label, unit) or _DECIMAL.search(measured) or (not measured and _DECIMAL.search(said)):
        return IndicatorType.DECIMAL
    return IndicatorType.INTEGER


def is_signature(text: str, *, surely: bool = False) -> bool:
    """Whether a text stands below the table: who signs, the date, notes. `surely`: it stands where a label would, too."""
    said = fold(text)
    if _DATED.search(said) is not None or _SURE_SIGNATURE.match(said) is not None:
        return True
    return _SIGNATURE.match(said) is not None and (not surely or _OPEN.search(text) is not None)


def is_letterhead(text: str) -> bool:
    """Whether a line above the table is no title: the office, the motto, "Unit: ......"."""
    field = _FIELD.match(fold(text)) and (":" in text or "…" in text or "..." in text)
    return bool(field) or _LETTERHEAD.search(fold(text)) is not None


def is_quantity(heading: str) -> bool:
    """Whether a heading is one of those that head figures in any form: "Số lượng", "Kết quả"."""
    return fold(heading) in ANY_QUANTITY


def is_office(line: str) -> bool:
    """Whether a line above the table begins like the name of an office and says nothing of a report."""
    return _OFFICE.match(fold(line)) is not None and _REPORT.search(fold(line)) is None


def is_title(text: str) -> bool:
    """Whether a line says what it heads: a report, a form, a return."""
    return _TITLE.search(fold(text)) is not None


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
