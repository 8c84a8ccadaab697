"""Documents as they are before anything is read from them: what was opened, refused or could not be read."""

from __future__ import annotations

from config.errors import ParseError
from config.text import NO_TEXT, Text
from parsers.containers import OpenedLeaf
from parsers.content_type import UNKNOWN
from parsers.parts import Leaf
from parsers.values import Document, DocumentFate, DocumentRole


def as_opened(opened: OpenedLeaf) -> Document:
    """A document that was opened as a container or refused before any reader saw it."""
    role = DocumentRole.CONTAINER if opened.is_container else DocumentRole.UNKNOWN
    if opened.leaf.refusal != NO_TEXT:
        return plain(opened, role, DocumentFate.REFUSED, opened.leaf.refusal)
    return plain(opened, role, opened.fate or DocumentFate.USED, opened.why)


def failed(opened: OpenedLeaf, fate: DocumentFate, why: Text) -> Document:
    """A document that a reader could not open, with the reason."""
    return plain(opened, DocumentRole.UNKNOWN, fate, why)


def unopened(leaf: Leaf, why: Text) -> Document:
    """A file that nobody has looked into, and why; its path is made as for those that are opened, but not its type."""
    opened = OpenedLeaf(leaf=leaf, media_type=UNKNOWN, is_container=False, fate=None, why=why)
    return plain(opened, DocumentRole.UNKNOWN, DocumentFate.UNREADABLE, why)


def plain(opened: OpenedLeaf, role: DocumentRole, fate: DocumentFate, why: Text) -> Document:
    """A document with nothing read from it yet."""
    leaf = opened.leaf
    return Document(
        path=leaf.path,
        name=leaf.name,
        sha256=leaf.sha256,
        size=leaf.size,
        type=opened.media_type,
        role=role,
        fate=fate,
        why=why,
        slice=leaf.slice,
        findings=opened.findings,
    )


def error_words(error: ParseError) -> Text:
    """Why a file could not be read, in words for the sender."""
    text = getattr(error, "text", None)
    if isinstance(text, Text):
        return text
    return Text(vi=f"không mở được tệp ({error}); đề nghị gửi lại dạng .xlsx, .docx hoặc .pdf", en=str(error))
