"""What stands in the mail itself: a form pasted as a table or typed as lines, a report written into it.

What is quoted from an earlier mail is history: an old figure in it never comes back as a new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from config.campaign import Severity
from config.text import Text
from parsers.corrected_words import corrected_in, corrected_in_mail, holds_figure
from parsers.document_content import Expected
from parsers.form_text import typed_rows
from parsers.html_history import without_history
from parsers.message import OpenedMessage
from parsers.quoting import parts_of
from parsers.read_document import DocumentReader
from parsers.values import Document, DocumentFate, DocumentRole, Finding, FormReading, Value, ValueStatus

BODY_PATH = "(nội dung thư)"
"""The path of a report that is written, or a form that is pasted, into the mail itself."""

_REPLY = re.compile(r"\s*(?:re|trả lời|tl|aw|sv)\s*(?:\[\d+\])?:", re.IGNORECASE)
_MOST_NAMED = 8
_NOT_TAKEN = Text(
    vi="số liệu ghi trong thư, chưa ghi nhận",
    en="figures written in the mail, not recorded",
)
_ATTACHED_COUNTS = Text(
    vi="số liệu ghi trong thư; đã dùng biểu đính kèm",
    en="figures written in the mail; the attached form is used",
)


def read_body(opened: OpenedMessage, expected: tuple[Expected, ...], documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """A form or a report that stands in the mail's own text; only what no attached file gives counts, the rest is told."""
    source, declared = _own_source(opened)
    if not source.strip():
        return ()
    found = DocumentReader(expected, None, None).read_text(source, declared, path=BODY_PATH)
    if found.fate is not DocumentFate.USED:
        return _figures_told(found, source, declared, expected, documents)
    roles = {each.role for each in documents if each.fate is DocumentFate.USED}
    told: tuple[Document, ...] = ()
    if found.forms and DocumentRole.FORM in roles:
        told = _against(found, documents)
        found = replace(found, forms=())
    if found.narrative is not None and DocumentRole.NARRATIVE in roles:
        found = replace(found, narrative=None)
    if not found.forms and not found.narrative:
        return told
    role = DocumentRole.FORM if any(not each.blank for each in found.forms) else DocumentRole.NARRATIVE
    return (replace(found, role=role, findings=(*found.findings, *(each for one in told for each in one.findings))),)


def _own_source(opened: OpenedMessage) -> tuple[str, str]:
    """What the sender wrote now, and its type; a forwarded mail is all of it the sender's."""
    if opened.html.strip():
        is_reply = bool(opened.envelope.in_reply_to) or _REPLY.match(opened.envelope.subject) is not None
        return (opened.html if opened.forwarded else without_history(opened.html, is_reply=is_reply)), "text/html"
    parts = parts_of(opened.body)
    return (opened.body if opened.forwarded else f"{parts.own}\n{parts.signature}"), "text/plain"


def _figures_told(
    found: Document, source: str, declared: str, expected: tuple[Expected, ...], documents: Sequence[Document]
) -> tuple[Document, ...]:
    """A figure or two beside words of the form, in a mail that holds no form: not taken, never silently dropped."""
    lines = DocumentReader(expected, None, None).lines_of(source, declared)
    for each in expected:
        rows = typed_rows(lines, each.form)
        if not rows:
            continue
        typed = {line for row in rows for line in row.lines}
        named = [f"{row.label}: {' | '.join(field for field in row.fields if field)}" for row in rows]
        named += [" ".join(line.split()) for line in lines if line not in typed and holds_figure(line)]
        said = "; ".join(named[:_MOST_NAMED])
        finding = Finding(
            code="D-BODY-FIGURES",
            severity=Severity.WARNING,
            where=BODY_PATH,
            text=Text(
                vi=f"Số liệu ghi trong thư chưa được ghi nhận ({said}); đề nghị gửi trong biểu số liệu hoặc cán bộ nhập vào.",
                en=f"Figures written in the mail were not recorded ({said}); please send them in the form.",
            ),
        )
        return (_told(found, finding, documents),)
    corrected = corrected_in(lines) if documents else ""
    return (_told(found, corrected_in_mail(corrected, BODY_PATH), documents),) if corrected else ()


def _told(found: Document, finding: Finding, documents: Sequence[Document]) -> Document:
    attached = any(_filled(document) for document in documents)
    why = _ATTACHED_COUNTS if attached else _NOT_TAKEN
    return replace(found, role=DocumentRole.UNKNOWN, fate=DocumentFate.IGNORED, why=why, findings=(finding,), text="")


def _against(body: Document, documents: Iterable[Document]) -> tuple[Document, ...]:
    """The body's form beside an attached one: where they differ it is told, and the attached one counts."""
    attached = [form for each in documents for form in _filled(each)]
    if len(attached) != 1:
        return ()
    have = {(each.indicator, each.column): each for each in attached[0].values}
    differing = [
        (value, have[value.indicator, value.column])
        for form in body.forms
        for value in form.values
        if value.value is not None and _differs(value, have.get((value.indicator, value.column)))
    ]
    if not differing:
        return ()
    said = "; ".join(f"“{here.raw}” / “{there.raw}” ({there.cell or there.indicator})" for here, there in differing[:_MOST_NAMED])
    finding = Finding(
        code="D-BODY-FIGURES",
        severity=Severity.WARNING,
        where=BODY_PATH,
        text=Text(
            vi=f"{len(differing)} số liệu ghi trong thư khác biểu đính kèm (thư / biểu): {said}; tạm dùng biểu đính kèm.",
            en=f"{len(differing)} figures in the mail differ from the attached form (mail / form): {said}; the form is used.",
        ),
    )
    return (
        replace(
            body,
            role=DocumentRole.UNKNOWN,
            fate=DocumentFate.IGNORED,
            why=_ATTACHED_COUNTS,
            forms=(),
            narrative=None,
            findings=(finding,),
            text="",
        ),
    )


def _filled(document: Document) -> tuple[FormReading, ...]:
    used = document.fate is DocumentFate.USED
    return tuple(each for each in document.forms if not each.blank) if used else ()


def _differs(here: Value, there: Value | None) -> bool:
    return there is not None and there.status is not ValueStatus.EMPTY and here.column != "note" and here.value != there.value
