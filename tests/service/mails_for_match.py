"""Messages as the reader hands them over, made by hand for the tests of attribution."""

from __future__ import annotations

from datetime import UTC, datetime

from config.campaign import Unit
from config.text import NO_TEXT
from parsers.values import (
    Document,
    DocumentFate,
    DocumentRole,
    Envelope,
    FormReading,
    Forwarded,
    MessageReading,
    NarrativeReading,
    PhotoReading,
    Robot,
    SectionText,
)

THEME = "Tuần lễ hưởng ứng học tập suốt đời năm 2020"
SECTIONS = (
    SectionText(code="I.1", text=f"Đã ban hành Kế hoạch về {THEME}."),
    SectionText(code="I.2", text="Lễ khai mạc được tổ chức ngày 01/10/2020."),
    SectionText(code="II.2", text="Kinh phí hạn hẹp."),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(path: str, role: DocumentRole, *, kind: str = "application/octet-stream", **values: object) -> Document:
    """A document with everything a test does not care about filled in."""
    name = path.rpartition("/")[2]
    plain: dict[str, object] = {
        "path": path,
        "name": name,
        "sha256": path,
        "size": 1000,
        "type": kind,
        "role": role,
        "fate": DocumentFate.USED,
        "why": NO_TEXT,
    }
    return Document(**{**plain, **values})  # type: ignore[arg-type]  # the test says which


def letterhead(unit: Unit) -> str:
    """The head of a commune's report."""
    kind = f"{unit.kind} {unit.name}".upper()
    return f"ỦY BAN NHÂN DÂN\n{kind}\nSố: 45/BC-UBND\nBÁO CÁO\nTổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020"


def form(path: str = "Mau tong hop so lieu.xlsx", *, heading: str = "", unit_code: str = "", sheet: str = "Sheet1") -> Document:
    """A filled form."""
    reading = FormReading(sheet=sheet, values=(), findings=(), heading=heading, matched=35, blank=False, unit_code=unit_code)
    return document(path, DocumentRole.FORM, kind=XLSX, forms=(reading,))


def narrative(path: str = "1. BC tuần lễ.docx", *, heading: str = "", sections: tuple[SectionText, ...] = SECTIONS) -> Document:
    """A report in words."""
    reading = NarrativeReading(sections=sections, unplaced="", heading=heading)
    return document(path, DocumentRole.NARRATIVE, kind=DOCX, narrative=reading, text=heading)


def photo(path: str = "IMG_20201007_083015.jpg") -> Document:
    """A photograph."""
    return document(path, DocumentRole.PHOTO, kind="image/jpeg", photo=PhotoReading(width=1600, height=1200))


def scan(path: str = "Scan_20201013.pdf") -> Document:
    """A scanned paper that nobody could read."""
    return document(path, DocumentRole.SCAN, kind="application/pdf")


def mail(
    *documents: Document,
    sender: str = "ai.do@private.example",
    subject: str = "báo cáo",
    body: str = "",
    robot: Robot = Robot.NONE,
    senders: tuple[str, ...] = (),
    forwarded: tuple[Forwarded, ...] = (),
    links: tuple[str, ...] = (),
    sender_name: str = "",
    in_reply_to: str = "",
    campaign: str = "",
) -> MessageReading:
    """A message with these documents."""
    envelope = Envelope(
        message_id="<1@x.example>",
        subject=subject,
        senders=senders or (sender,),
        sender_name=sender_name,
        recipients=("baocao@phong.example",),
        dated=None,
        in_reply_to=in_reply_to,
        references=(),
        robot=robot,
        authentication_results=(),
        received_at=datetime(2020, 10, 13, 8, tzinfo=UTC),
        fingerprint="f",
    )
    return MessageReading(
        envelope=envelope,
        body=body,
        documents=documents,
        forwarded=forwarded,
        request="",
        links=links,
        findings=(),
        campaign=campaign,
    )
