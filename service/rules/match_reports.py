"""Whether a mail looks like a report for a campaign, before asking whose it is: by its documents first, then by its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from config.campaign import Campaign
from config.vietnamese import fold
from parsers.values import Document, DocumentFate, DocumentRole, MessageReading, Robot
from service.rules.match_evidence import own_words, register_of
from service.rules.names_decoding import decoded

_FEW_ROWS = 3
_OUTLINED = 3
_PHRASE = 3
_SHORT_TITLE = re.compile(r"\b[A-ZĐ]{3,}\b")
_NO_TITLE_WORDS = frozenset({"nam", "cua", "va", "ve", "tai", "the", "of", "and", "for", "year", "in"})
_ANY_REPORT = re.compile(
    r"^(?:(?:dot|bao cao|bieu|tong hop|thong ke|tinh hinh|ket qua|thuc hien|so lieu|nhanh|dinh ky|cong tac|"
    r"ve|report|return|on)\b ?)+"
)
"""How titles of any report begin: such words name no campaign."""
_REPORT = re.compile(
    r"\b(?:bao cao|bc|so lieu|bieu mau|mau tong hop|bieu tong hop|tong hop so lieu|mau bieu|report|nop|hinh anh tuan le)\b"
)
_SENDS = re.compile(
    r"\b(?:gui|nop|kem theo|dinh kem|bo sung)\b(?: \w+){0,6} (?:bao cao|bc|so lieu|bieu|anh|file|tep|mau)\b|\bdinh kem\b"
)
_JUNK = re.compile(
    r"\b(?:hoa don|khuyen mai|trung thuong|quang cao|giam gia|uu dai|mat khau|invoice|giay moi|unsubscribe|tuyen dung|"
    r"newsletter)\b"
)
_SMALL_WORDS = """
a anh ban bao bi bieu bo bc cao chi chinh cho co copy cu cua cong da day dau de do don dot duoc den e em excel file final fw fwd
gui hien hinh hoan hop kem ket kh khai ki kinh ky la lai lan lieu luc mau moi muon nam ngay nham nhe noi nop o pdf phu qua re
sau scan so sung tac tep thang theo thi thanh thuc tong tran tre trien truoc tt tu ubnd v va ve vi viec vv word xa xin thu thay
the sua chua dung huyen tuan giao phong gd dt gddt dao tao
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_ANSWER = re.compile(r"(?:re|tra loi|phan hoi|aw|sv)\b")  # folded; phones leave out what the mail answers
_UNSOLICITED = frozenset({Robot.BOUNCE, Robot.READ_RECEIPT, Robot.OWN})
_BY_ROBOT = frozenset({Robot.AUTO_REPLY, Robot.LIST})
_PAPER_TYPES = (
    "application/pdf",
    "application/vnd",
    "application/msword",
    "application/rtf",
    "text/rtf",
    "image/",
    "application/zip",
)
_PAPER_NAMES = (".doc", ".docx", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".odt", ".rtf", ".pdf", ".csv", ".zip", ".rar", ".7z")


class Likeness(IntEnum):
    """How much a mail looks like a report: MAYBE means that a person has to look."""

    NO = 0
    MAYBE = 1
    YES = 2


def looks_like_report(campaign: Campaign, reading: MessageReading) -> bool:
    """Whether a mail must not be passed over when reports of this campaign are collected."""
    return likeness(campaign, reading) is not Likeness.NO


def likeness(campaign: Campaign, reading: MessageReading) -> Likeness:
    """How much a mail looks like a report for this campaign, whoever sent it."""
    robot = reading.envelope.robot
    if robot in _UNSOLICITED or (reading.campaign and reading.campaign != campaign.id):
        return Likeness.NO
    documents = [each for each in reading.documents if each.role not in {DocumentRole.DECORATION, DocumentRole.CONTAINER}]
    other = has_other_topic(campaign, reading.envelope.subject)
    votes = [_vote(campaign, reading, each, other=other) for each in documents]
    best = max(votes, default=Likeness.NO)
    if robot in _BY_ROBOT:
        return best if best is Likeness.YES and any(each.forms or each.narrative for each in documents) else Likeness.NO
    if best is not Likeness.NO or other or _is_junk(reading):
        return best
    return _by_words(campaign, reading, has_documents=bool(documents))


def has_other_topic(campaign: Campaign, subject: str) -> bool:
    """Whether a subject announces a report about something else: "Báo cáo kết quả chuyển đổi số xã Quài Tở tháng 10"."""
    view = decoded(subject)
    said = fold(view)
    if has_theme(campaign, said) or _REPORT.search(said) is None:
        return False
    for hit in register_of(campaign).names.find_units(view):
        said = f" {said} ".replace(f" {fold(hit.text)} ", " ")
    left = [each for each in said.split() if each not in _SMALL and not each.isdigit() and len(each) > 1]
    return len(left) > 1


def speaks_of_reports(campaign: Campaign, reading: MessageReading) -> bool:
    """Whether the subject or the sender's own words name the campaign or a report, a form, figures."""
    return not _is_junk(reading) and _reports(campaign, (reading.envelope.subject, own_words(reading)))


def has_theme(campaign: Campaign, folded: str) -> bool:
    """Whether a folded text names the campaign: a phrase of its title, or its initials."""
    said = f" {folded} "
    return any(f" {each} " in said for each in _phrases(campaign.title, campaign.short_title))


@lru_cache(maxsize=16)
def _phrases(title: str, short_title: str) -> tuple[str, ...]:
    """Three words of the title in a row, its first two words, the initials in the short title."""
    theme = _ANY_REPORT.sub("", fold(title), count=1) or fold(title)
    words = [each for each in theme.split() if each not in _NO_TITLE_WORDS and not each.isdigit()]
    runs = [" ".join(words[place : place + _PHRASE]) for place in range(len(words) - _PHRASE + 1)]
    initials = [fold(each) for each in _SHORT_TITLE.findall(f"{short_title} {title}")]
    start = [" ".join(words[:2])] if len(words) > _PHRASE else [" ".join(words)]
    return tuple(dict.fromkeys(each for each in (*runs, *initials, *start) if each))


def _vote(campaign: Campaign, reading: MessageReading, document: Document, *, other: bool) -> Likeness:
    """What one document makes of the mail."""
    if document.role is DocumentRole.BLANK_FORM or any(form.blank or form.matched >= _FEW_ROWS for form in document.forms):
        return Likeness.YES
    if document.narrative is not None or document.text:
        return _text_vote(campaign, reading, document, other=other)
    if document.role is DocumentRole.PHOTO:
        return Likeness.MAYBE if other else Likeness.YES
    closed = document.role is DocumentRole.SCAN or document.fate in {DocumentFate.UNREADABLE, DocumentFate.REFUSED}
    if _is_paper(document) and not _is_junk(reading) and (closed or document.role is DocumentRole.UNKNOWN):
        said = (reading.envelope.subject, own_words(reading), document.name)
        return Likeness.YES if not other and _reports(campaign, said) else Likeness.MAYBE
    return Likeness.NO


def _text_vote(campaign: Campaign, reading: MessageReading, document: Document, *, other: bool) -> Likeness:
    """A readable paper: by the campaign's words in it, else by its outline, else by the words around it."""
    narrative = document.narrative
    sections = narrative.sections if narrative else ()
    texts = [
        document.text,
        document.name,
        *((narrative.heading, narrative.unplaced) if narrative else ()),
        *(s.text for s in sections),
    ]
    if any(has_theme(campaign, fold(decoded(each))) for each in texts):
        return Likeness.YES
    if other or _is_junk(reading):
        return Likeness.NO
    if len(sections) >= _OUTLINED:
        return Likeness.YES
    subject = fold(decoded(reading.envelope.subject))
    return Likeness.MAYBE if narrative or has_theme(campaign, subject) or _REPORT.search(subject) else Likeness.NO


def _by_words(campaign: Campaign, reading: MessageReading, *, has_documents: bool) -> Likeness:
    """A mail without a paper that could be read: its words, or a link that stands for the attachment."""
    own = fold(own_words(reading))
    subject = fold(decoded(reading.envelope.subject))
    answer = bool(reading.envelope.in_reply_to or (own and _ANSWER.match(subject)))
    sends = _SENDS.search(own) is not None or (not answer and _REPORT.search(subject) is not None)
    if reading.links and (sends or _reports(campaign, (own, subject))):
        return Likeness.YES
    if sends or has_theme(campaign, own) or (has_theme(campaign, subject) and not answer):
        return Likeness.YES if sends or has_documents else Likeness.MAYBE
    return Likeness.NO


def _reports(campaign: Campaign, texts: Iterable[str]) -> bool:
    folded = [fold(decoded(each)) for each in texts]
    return any(has_theme(campaign, each) or _REPORT.search(each) for each in folded)


def _is_junk(reading: MessageReading) -> bool:
    return _JUNK.search(fold(decoded(reading.envelope.subject))) is not None


def _is_paper(document: Document) -> bool:
    name = document.name.casefold()
    return document.type.startswith(_PAPER_TYPES) or name.endswith(_PAPER_NAMES) or "." not in name
