"""The official documents that a narrative cites: number, date and subject."""

from __future__ import annotations

import re
from datetime import date

from parsers.values import CitedDocument

SUBJECT_LENGTH = 300
CITATIONS = 40

MARKS = r"[A-ZĐ][A-Za-zĐđÀ-ỹ&.]*"
NUMBER = rf"\d{{1,5}}[a-z]?(?:\s?/\s?(?:19|20)\d\d)?\s?[-–/]\s?{MARKS}(?:\s?[-–/]\s?{MARKS})*"  # 68/KH-UBND, 05-KH/ĐU
DAY = r"(\d{1,2})\s*(?:[/.-]|\s+th[áa]ng\s+)\s*(\d{1,2})\s*(?:[/.-]|\s+n[ăa]m\s+)\s*(\d{4}|\d{2})\b"
SHORT = r"(?:KH|CV|QĐ|TB|BC|TTr|HD|NQ|CT|Kế hoạch|Công văn|Quyết định|Thông báo|Hướng dẫn|Tờ trình|Nghị quyết|Chỉ thị)"
# "CV số 112 ngày 28/9/2020": no letters behind the number, but its kind before it
BARE = (
    rf"{SHORT}\s+(?:số\s+\d{{1,5}}|(?!(?:19|20)\d\d)\d{{1,5}})(?![\w/.,–-])"
    r"(?=\s*[,(]?\s*(?:ng[àa]y|c[ủu]a|v[ềe]|V/v|v/v)\b)"
)
CITATION = re.compile(
    rf"(?P<number>{NUMBER}|{BARE})(?:\s*,)?\s*(?:ban hành\s+|ký\s+)?(?:\(?(?:ng[àa]y\s+)?{DAY}\)?)?", re.UNICODE
)
NAMED_DAY = re.compile(rf"\bng[àa]y\s+{DAY}", re.IGNORECASE)
ISSUED = re.compile(r"\b(?:ban hành|ban hanh|ký|ra)\b")
ABOUT = re.compile(r"(?:\bv[ềe]\s+vi[ệe]c|\bv[ềe]|\bV/v:?|\bv/v:?)\s+(?P<subject>.+)", re.DOTALL | re.IGNORECASE)
OFFICE = r"(?:[A-ZĐÀ-Ỹ]\S*|x[ãa]|huy[ệe]n|t[ỉi]nh|nh[âa]n|d[âa]n|ban)"
ISSUER = re.compile(rf"\s*c[ủu]a\s+{OFFICE}(?:\s+{OFFICE})*")
DEED = re.compile(
    r"[\s,:]*(?P<subject>(?:triển khai|tổ chức|thành lập|ban hành|hướng dẫn|phê duyệt|phát động|tuyên truyền|đôn đốc|kiểm tra|"
    r"tăng cường|thực hiện|giao|phân công|kiện toàn|hưởng ứng)\s.+)",
    re.DOTALL,
)
QUOTED = re.compile(r"[\s,:]*[“\"«](?P<subject>[^”\"»\n]+)[”\"»]")
KIND = r"(?:Kế hoạch|Công văn|Quyết định|Thông báo|Hướng dẫn|Chỉ thị|Công điện|Nghị quyết|Thông tư|Tờ trình)"
SUBJECT_END = re.compile(
    rf"[;\n]|\.\s|\.$|\(|(?:,|và)\s+{KIND}\b|,\s+(?:UBND|Ủy ban|Uỷ ban|Đảng ủy|Đảng uỷ|xã|nhà trường|BCĐ|Ban)\b"
)
CLAUSE_END = re.compile(r"[;\n]|\.(?!\d)")


def cited_documents(text: str) -> tuple[CitedDocument, ...]:
    """The official documents a text cites: number, date and subject, in order, each number once."""
    matches = [match for match in CITATION.finditer(text) if _is_number(match.group("number"))][:CITATIONS]
    found: dict[str, CitedDocument] = {}
    before = 0
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        number = re.sub(r"\s*([-–/])\s*", lambda mark: mark.group(1).replace("–", "-"), match.group("number")).rstrip(".-–/")
        after = text[match.end() : end]
        dated = _date(*match.group(2, 3, 4)) or _date_of(text[before : match.start()], after)
        found.setdefault(number, CitedDocument(number=number, dated=dated, subject=_subject(after)))
        before = match.end()
    return tuple(found.values())


def _is_number(number: str) -> bool:
    """Whether it is a document's number: two capitals after the slash tell "68/KH-UBND" from "3/Lớp"."""
    if not number[0].isdigit():
        return True  # its kind is named before it
    letters = re.sub(r"^[\d\sa-z/–-]+", "", number)
    return len(letters) > 1 and letters[:2].isupper()


def _date(day: str | None, month: str | None, year: str | None) -> date | None:
    if not (day and month and year):
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - "20" is 2020
    except ValueError:
        return None


def _date_of(before: str, after: str) -> date | None:
    """The date that stands behind the issuer ("của UBND xã ngày 5/9/2020"), or before "ban hành Kế hoạch số"."""
    clause = CLAUSE_END.split(after, maxsplit=1)[0]
    about = ABOUT.search(clause)
    named = NAMED_DAY.search(clause[: about.start()] if about else "" if DEED.match(clause) else clause)
    if named is not None and (about or ISSUER.match(clause)):
        return _date(*named.groups())
    ahead = CLAUSE_END.split(before)[-1]
    days = list(NAMED_DAY.finditer(ahead))
    return _date(*days[-1].groups()) if len(days) == 1 and ISSUED.search(ahead[days[0].end() :]) else None


def _subject(after: str) -> str:
    """What a document is about: behind "về việc", in quotation marks, or begun by a verb behind its number and issuer."""
    piece = after[: SUBJECT_LENGTH * 2]
    issuer = ISSUER.match(piece)
    rest = piece[issuer.end() :] if issuer else piece
    named = NAMED_DAY.match(rest.lstrip(" ,"))
    rest = rest.lstrip(" ,")[named.end() :] if named else rest
    found = QUOTED.match(rest) or DEED.match(rest) or ABOUT.search(piece)
    if found is None or (found.re is ABOUT and SUBJECT_END.search(piece[: found.start()])):
        return ""
    subject = found.group("subject")
    end = SUBJECT_END.search(subject) if found.re is not QUOTED else None
    cut = subject[: end.start()] if end else subject
    cut = re.sub(rf"(?:[,:]|\bvà)?\s*{KIND}(?:\s+s[ốo])?[\s:]*$", "", cut)
    return re.sub(r"\s+", " ", cut).strip(" ,.;:–-")[:SUBJECT_LENGTH]
