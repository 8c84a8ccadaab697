"""How much of one mail is read: small files before large ones, of plain text as much as any office writes; the rest is told.

A mail of three hundred texts of a megabyte each would keep its reader for minutes, until it is ended and nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.campaign import Severity
from config.text import NO_TEXT, Text
from parsers import content_type as kind
from parsers.containers import OpenedLeaf
from parsers.document_content import Understood
from parsers.opened_documents import plain
from parsers.values import DocumentFate, DocumentRole, Finding
from parsers.watch import Watch

MOST_TEXT = 4 * 1024 * 1024
"""Bytes of plain text, text tables and web pages that are read of one mail; a long report has two hundred kilobytes."""

_TEXTS = frozenset({kind.TEXT, kind.CSV, kind.HTML, kind.MHTML})
_TOO_MUCH_TEXT = Text(
    vi=f"thư có quá nhiều tệp văn bản thuần (tối đa {MOST_TEXT >> 20} MB một thư), tệp này chưa đọc; đề nghị gửi riêng",
    en=f"the mail holds too much plain text (at most {MOST_TEXT >> 20} MB in one mail), this file was not read; send it alone",
)
_TOO_LATE = Text(
    vi="thư có quá nhiều tệp lớn, đọc quá lâu nên tệp này chưa đọc; đề nghị gửi riêng tệp này trong thư khác",
    en="the mail holds too many large files and took too long, this one was not read; please send it in a mail of its own",
)


@dataclass(slots=True)
class Effort:
    """What reading one mail has cost so far."""

    watch: Watch
    text: int = 0

    def refusal(self, opened: OpenedLeaf) -> Text:
        """Why this file is not read any more, NO_TEXT when it is; it counts from then on."""
        if self.watch.spent() >= 1:
            return _TOO_LATE
        if opened.media_type not in _TEXTS:
            return NO_TEXT
        if self.text + opened.leaf.size > MOST_TEXT:
            return _TOO_MUCH_TEXT
        self.text += opened.leaf.size
        return NO_TEXT


def in_order(opened: Sequence[OpenedLeaf]) -> Iterator[int]:
    """The places of the files in the order in which they are read: what is small is a report sooner than what is large."""
    return iter(sorted(range(len(opened)), key=lambda each: opened[each].leaf.size))


def not_read(opened: OpenedLeaf, why: Text) -> Understood:
    """A file that was not begun."""
    path = opened.leaf.path
    said = Text(vi=f"Tệp “{path}”: {why.vi}.", en=f"File “{path}”: {why.en}.")
    finding = Finding(code="D-LIMIT", severity=Severity.WARNING, where=path, text=said)
    document = plain(opened, DocumentRole.UNKNOWN, DocumentFate.REFUSED, why)
    return Understood(document=replace(document, findings=(*document.findings, finding)))
