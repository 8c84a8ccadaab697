"""Papers of a unit made by hand, as the readers would give them: forms, narratives, photos, and messages that carry them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from config.campaign import Unit
from config.loading import reference_campaign
from parsers.values import (
    Document,
    DocumentFate,
    DocumentRole,
    Envelope,
    Finding,
    FormReading,
    MessageReading,
    NarrativeReading,
    PhotoReading,
    Robot,
    SectionText,
    Value,
    ValueStatus,
)
from service.demo.files import figures
from service.rules.judge import Contribution
from service.rules.submission import Trust

CAMPAIGN = reference_campaign()
ZONE = timezone(timedelta(hours=7))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OUTLINE = ("I.1", "I.2", "I.3", "I.4", "II.1", "II.2", "II.3")

Figures = Mapping[tuple[str, str], int | str]


def unit_called(name: str = "Quài Tở") -> Unit:
    return next(each for each in CAMPAIGN.roster if each.name == name)


UNIT = unit_called()


def on(day: int, hour: int = 8, minute: int = 0, second: int = 0) -> datetime:
    """A moment of October 2020."""
    return datetime(2020, 10, day, hour, minute, second, tzinfo=ZONE)


def sound_figures(seed: int = 3295) -> dict[tuple[str, str], int | str]:
    """Figures that break no rule."""
    made = figures(CAMPAIGN, seed)
    typed: dict[tuple[str, str], int | str] = {}
    for code, columns in made.items():
        for column, value in columns.items():
            typed[code, column] = int(value) if str(value).isdecimal() else value
    return typed


def whole_form(given: Figures, **more: object) -> FormReading:
    """A form with every row; what is not given is blank."""
    keys = [(each.code, column) for each in CAMPAIGN.form.indicators for column in each.columns]
    values = tuple(_value(key, given.get(key)) for key in keys)
    rows = sum(1 for each in CAMPAIGN.form.indicators if each.columns)
    return replace(_form(values, rows), **more)  # type: ignore[arg-type]  # fields of a form


def part_of_form(given: Mapping[tuple[str, str], int | str | None]) -> FormReading:
    """A form of a few rows only."""
    return _form(tuple(_value(key, value) for key, value in given.items()), len({code for code, _ in given}))


def blank_form() -> FormReading:
    """The untouched template."""
    return replace(whole_form({}), blank=True)


def with_value(form: FormReading, code: str, column: str, **changes: object) -> FormReading:
    """The form with one value changed field by field."""
    values = tuple(
        replace(each, **changes) if (each.indicator, each.column) == (code, column) else each  # type: ignore[arg-type]
        for each in form.values
    )
    return replace(form, values=values)


def workbook(
    form: FormReading, name: str = "Bieu so lieu.xlsx", *, kind: str = XLSX, more: tuple[FormReading, ...] = ()
) -> Document:
    """A workbook that holds a form. Its hash is that of its values."""
    return _document(name, kind, DocumentRole.BLANK_FORM if form.blank else DocumentRole.FORM, forms=(form, *more))


def report(
    text: str = "Ban chỉ đạo đã tổ chức tốt.", name: str = "Bao cao.docx", sections: tuple[str, ...] = OUTLINE
) -> Document:
    """A narrative with the same words under every heading."""
    narrative = NarrativeReading(
        sections=tuple(SectionText(code=code, text=f"{code}: {text}") for code in sections),
        unplaced="" if sections else text,
        heading="",
    )
    return _document(name, DOCX, DocumentRole.NARRATIVE, narrative=narrative)


def photo(number: int, *, looks_like: int | None = None, name: str = "") -> Document:
    """A photograph; `looks_like` has the picture of that number, saved again."""
    shown = number if looks_like is None else looks_like
    pattern = int(hashlib.sha256(f"picture {shown}".encode()).hexdigest()[:16], 16)
    reading = PhotoReading(width=1600, height=1200, perceptual_hash=f"{pattern ^ (0 if looks_like is None else 0b101):016x}")
    return _document(name or f"IMG_{number:04}.jpg", "image/jpeg", DocumentRole.PHOTO, photo=reading)


def photos(count: int, start: int = 1) -> tuple[Document, ...]:
    return tuple(photo(number) for number in range(start, start + count))


def closed(name: str = "Bieu (co mat khau).xlsx", kind: str = XLSX, *findings: Finding) -> Document:
    """A file that could not be opened."""
    return replace(_document(name, kind, DocumentRole.UNKNOWN), fate=DocumentFate.UNREADABLE, findings=findings)


def everything(given: Figures | None = None) -> tuple[Document, ...]:
    """A whole report: form, narrative and four photos."""
    return (workbook(whole_form(given or sound_figures())), report(), *photos(4))


def sent(
    message: int,
    at: datetime,
    *documents: Document,
    trust: Trust = Trust.UNVERIFIED,
    provisional: bool = False,
    confirmed: bool = False,
    known_at: datetime | None = None,
    sender: str = "",
) -> Contribution:
    """What one message brought."""
    return Contribution(
        message=message,
        received_at=at,
        trust=trust,
        provisional=provisional,
        confirmed=confirmed,
        documents=documents,
        known_at=known_at,
        sender=sender,
    )


def mail(
    number: int,
    sender: str,
    *documents: Document,
    subject: str = "Báo cáo Tuần lễ HTSĐ 2020",
    body: str = "Kính gửi báo cáo.",
    robot: Robot = Robot.NONE,
    **envelope: object,
) -> MessageReading:
    """A mail as it is read."""
    headers = Envelope(
        message_id=f"<{number}@xa.example>",
        subject=subject,
        senders=(sender,) if sender else (),
        sender_name="",
        recipients=("baocao@tuangiao.example",),
        dated=None,
        in_reply_to="",
        references=(),
        robot=robot,
        authentication_results=(),
        received_at=None,
        fingerprint=hashlib.sha256(f"mail {number}".encode()).hexdigest(),
    )
    return MessageReading(
        envelope=replace(headers, **envelope),  # type: ignore[arg-type]  # fields of an envelope
        body=body,
        documents=documents,
        forwarded=(),
        request="",
        links=(),
        findings=(),
    )


def _value(key: tuple[str, str], value: int | str | None) -> Value:
    code, column = key
    indicator = CAMPAIGN.form.indicator(code)
    assert indicator is not None
    return Value(
        indicator=code,
        column=column,
        value=value,
        raw="" if value is None else str(value),
        status=ValueStatus.EMPTY if value is None else ValueStatus.OK,
        sheet="Sheet1",
        cell=f"{'E' if column == 'people' else 'D'}{indicator.order + 6}",
    )


def _form(values: tuple[Value, ...], matched: int) -> FormReading:
    return FormReading(sheet="Sheet1", values=values, findings=(), heading="", matched=matched, blank=False)


def _document(name: str, kind: str, role: DocumentRole, **content: object) -> Document:
    digest = hashlib.sha256(repr((role, content)).encode()).hexdigest()
    return Document(path=name, name=name, sha256=digest, size=1000, type=kind, role=role, fate=DocumentFate.USED, **content)  # type: ignore[arg-type]  # readings
