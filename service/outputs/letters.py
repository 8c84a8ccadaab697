"""Letters: from a template and its variables to the bytes of a mail."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from pathlib import Path

from jinja2 import TemplateError

from config import letter_templates
from config.errors import ThubaoError

Enclosure = Path | tuple[str, bytes]
"""A file that goes with a letter: one on the disk, or a name and its bytes."""


class LetterError(ThubaoError):
    """A letter template that cannot be filled."""


_OFFICE_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Types that not every system knows by a file's ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A letter before it becomes a mail."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """From whom, to whom, in which thread, under which Message-ID."""

    sender: str
    sender_name: str
    recipient: str
    message_id: str
    dated: datetime
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    copied: str = ""  # shown as Cc; that copy is a mail of its own


def render_letter(kind: str, template: str, variables: Mapping[str, object]) -> Text:
    """Fill a template whose first line is the subject."""
    try:
        subject, body = letter_templates.render_letter(template, variables)
    except TemplateError as error:
        raise LetterError(f"letter “{kind}” cannot be written: {error}") from error
    return Text(subject=subject, body=body)


def compose(text: Text, addressing: Addressing, attachments: tuple[Enclosure, ...] = ()) -> bytes:
    """The mail, byte for byte: plain text with a simple HTML twin, marked as written by a program."""
    if not attachments:
        return _head(_headers(text, addressing)) + _two_texts(text.body)
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail.set_content(text.body, charset="utf-8", cte="base64")
    mail.add_alternative(_as_html(text.body), subtype="html", charset="utf-8", cte="base64")
    for each in attachments:
        name, content = (each.name, each.read_bytes()) if isinstance(each, Path) else each
        kind = _OFFICE_TYPES.get(name.rpartition(".")[2]) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return with_headers(_headers(text, addressing), mail)


def with_headers(headers: Mapping[str, str], body: EmailMessage) -> bytes:
    """A mail of these headers before a MIME body.

    Headers are encoded here and not by EmailMessage, whose folding loses spaces between encoded words (Python 3.11).
    """
    return _head(headers) + body.as_bytes()


def _head(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {_encoded(name, value)}\r\n" for name, value in headers.items() if value).encode("ascii")


def _two_texts(body: str) -> bytes:
    """The body of a mail without files, in both forms: written here, since EmailMessage takes three times as long for it."""
    line = "=_thubao"  # base64 holds no such line
    parts = [f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{line}"\r\n\r\n']
    for kind, content in (("plain", body), ("html", _as_html(body) + "\n")):
        coded = base64.encodebytes(content.replace("\r\n", "\n").replace("\n", "\r\n").encode()).decode("ascii")
        head = f'--{line}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        parts += [head, coded.replace("\n", "\r\n")]
    return "".join([*parts, f"--{line}--\r\n"]).encode("ascii")


def _headers(text: Text, addressing: Addressing) -> dict[str, str]:
    answered = addressing.in_reply_to
    return {
        "From": formataddr((addressing.sender_name, addressing.sender), charset="utf-8"),
        "To": addressing.recipient,
        "Cc": addressing.copied,
        "Subject": text.subject,
        "Date": format_datetime(addressing.dated),
        "Message-ID": addressing.message_id,
        "Reply-To": addressing.reply_to,
        "In-Reply-To": answered,
        "References": " ".join((*addressing.references, answered)) if answered else "",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _encoded(name: str, value: str) -> str:
    """A header's value in ASCII, folded, without a way for it to begin another header."""
    plain = " ".join(value.split())
    charset = "us-ascii" if plain.isascii() else "utf-8"
    return Header(plain, charset, header_name=name, maxlinelen=76).encode(linesep="\r\n")


def _as_html(body: str) -> str:
    paragraphs = "".join(f"<p>{'<br>'.join(escape(each).split(chr(10)))}</p>" for each in body.strip().split("\n\n"))
    return f"<html><body style=\"font-family:'Times New Roman',serif;font-size:14pt\">{paragraphs}</body></html>"
