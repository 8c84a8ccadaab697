"""What a reader found in a document before and after it is decided what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.campaign import Form
from config.text import NO_TEXT, Text
from parsers.grid import Sheet
from parsers.values import Document, Finding, FormReading
from parsers.writing import Paragraph, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The form that one campaign expects."""

    campaign: str
    form: Form
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A document and the campaign whose form it carries, "" when it carries none."""

    document: Document
    campaign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a reader found, before it is decided what the document is for."""

    sheets: tuple[Sheet, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    heading: str = ""
    findings: tuple[Finding, ...] = ()
    scanned: bool = False
    without_lines: Callable[[Form], Writing] | None = None  # how a scan is read again
    why: Text = NO_TEXT
    unit_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The forms of a document, the campaigns they are equally for, and what of a form was seen and not read."""

    best: Expected | None
    equals: tuple[Expected, ...]
    forms: tuple[FormReading, ...]
    content: Content
    half: bool
    unread_rows: bool


def written(writing: Writing) -> Content:
    """What a writing holds."""
    return Content(sheets=writing.tables, paragraphs=writing.paragraphs, heading=writing.heading, findings=writing.findings)


def text_of(content: Content) -> str:
    """The lines outside of tables, the letterhead first."""
    lines = (content.heading, *(each.text for each in content.paragraphs))
    return "\n".join(line for line in lines if line)
