"""From the raw bytes of a mail, or of one file, to everything understood of it: what the reading children run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.campaign import Campaign
from config.text import NO_TEXT
from parsers import content_type as kind
from parsers.archives import Unpacker
from parsers.containers import OpenedLeaf, open_all
from parsers.document_content import Expected, Understood
from parsers.document_verdict import NOT_OURS, ONLY_PHOTOS
from parsers.effort import Effort, in_order, not_read
from parsers.equal_files import OnceEach, renamed, why_of_copy
from parsers.grid import PicturePlace
from parsers.leaf_paths import unique_path
from parsers.message import read_envelope_and_parts
from parsers.opened_documents import unopened
from parsers.parts import Leaf, make_leaf
from parsers.read_body import BODY_PATH, read_body
from parsers.read_document import DocumentReader
from parsers.recognition import Recognise
from parsers.values import Document, DocumentFate, DocumentRole, Envelope, MessageReading, Robot
from parsers.watch import DEADLY, NOT_OPENED, UNWATCHED, Watch
from parsers.writing import Convert

__all__ = ["BODY_PATH", "Expected", "Outside", "cut_cells", "expected_of", "extract", "list_files", "read_file", "read_message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Programs that readers may ask for; None where this machine has none."""

    convert: Convert | None = None
    recognise: Recognise | None = None
    unpack: Unpacker | None = None


NOTHING_OUTSIDE = Outside()


_NO_ENVELOPE = Envelope(
    message_id="",
    subject="",
    senders=(),
    sender_name="",
    recipients=(),
    dated=None,
    in_reply_to="",
    references=(),
    robot=Robot.NONE,
    authentication_results=(),
    received_at=None,
    fingerprint="",
)


def expected_of(campaigns: tuple[Campaign, ...]) -> tuple[Expected, ...]:
    """What the readers look for: the form of each campaign."""
    return tuple(Expected(campaign=each.id, form=each.form, year=each.year) for each in campaigns)


def read_message(
    raw: bytes,
    expected: tuple[Expected, ...],
    *,
    own_addresses: frozenset[str] = frozenset(),
    outside: Outside = NOTHING_OUTSIDE,
    watch: Watch = UNWATCHED,
) -> MessageReading:
    """Everything understood of one mail. Never raises for what a sender did: every leaf has a role, a fate and a reason."""
    opened = read_envelope_and_parts(raw, own_addresses=own_addresses)
    documents, campaign = _read_leaves(opened.leaves, expected, outside, watch)
    written = read_body(opened, expected, documents)
    return MessageReading(
        envelope=opened.envelope,
        body=opened.body,
        documents=(*documents, *written),
        forwarded=opened.forwarded,
        request="",
        links=opened.links,
        findings=opened.findings,
        campaign=campaign,
    )


def list_files(raw: bytes, *, own_addresses: frozenset[str] = frozenset(), watch: Watch = UNWATCHED) -> MessageReading:
    """Whose mail it is and which files it brings, none of them opened: all that is told of a mail that ends its readers.

    It has no fingerprint: a copy that can be read is no duplicate of it.
    """
    opened = read_envelope_and_parts(raw, own_addresses=own_addresses)
    paths: set[str] = set()
    named = (replace(each, path=unique_path(each.path, paths)) for each in opened.leaves)
    return MessageReading(
        envelope=replace(opened.envelope, fingerprint=""),
        body=opened.body,
        documents=tuple(unopened(each, DEADLY if each.sha256 in watch.deadly else NOT_OPENED) for each in named),
        forwarded=(),
        request="",
        links=opened.links,
        findings=opened.findings,
    )


def read_file(
    name: str,
    data: bytes,
    expected: tuple[Expected, ...],
    *,
    outside: Outside = NOTHING_OUTSIDE,
    watch: Watch = UNWATCHED,
) -> MessageReading:
    """Everything understood of one file, as if it had come in a mail without a word; a mail is read as one."""
    if kind.media_type(data, name) == kind.EML:
        return read_message(data, expected, outside=outside, watch=watch)
    leaf = make_leaf(data, path=name, name=name)
    documents, campaign = _read_leaves((leaf,), expected, outside, watch)
    return MessageReading(
        envelope=_NO_ENVELOPE,
        body="",
        documents=documents,
        forwarded=(),
        request="",
        links=(),
        findings=(),
        campaign=campaign,
    )


def extract(raw: bytes, sha256: str, *, outside: Outside = NOTHING_OUTSIDE, watch: Watch = UNWATCHED) -> bytes | None:
    """The bytes of the document with this hash, found again in the raw mail; None when it is not there."""
    found = _found_again(raw, sha256, outside, watch)
    return found.leaf.data if found is not None else None


def cut_cells(
    raw: bytes,
    sha256: str,
    places: tuple[PicturePlace, ...],
    *,
    outside: Outside = NOTHING_OUTSIDE,
    watch: Watch = UNWATCHED,
) -> tuple[bytes, ...]:
    """A PNG of each of these places on the scan with this hash in the raw mail; none when it is not there."""
    found = _found_again(raw, sha256, outside, watch)
    if found is None:
        return ()
    from parsers.cell_pictures import cell_pictures

    return cell_pictures(found.leaf.data, found.media_type, places)


def _found_again(raw: bytes, sha256: str, outside: Outside, watch: Watch) -> OpenedLeaf | None:
    opened = read_envelope_and_parts(raw)
    every = open_all(opened.leaves, convert=outside.unpack, watch=watch)
    return next((each for each in every if each.leaf.sha256 == sha256), None)


def _read_leaves(
    leaves: tuple[Leaf, ...], expected: tuple[Expected, ...], outside: Outside, watch: Watch
) -> tuple[tuple[Document, ...], str]:
    """The documents, and the campaign that most of them speak for."""
    reader = DocumentReader(expected, outside.convert, outside.recognise)
    once: OnceEach[Understood] = OnceEach()
    effort = Effort(watch)
    opened = open_all(leaves, convert=outside.unpack, watch=watch)
    found: dict[int, Understood] = {}
    for place in in_order(opened):
        watch.opening(opened[place].leaf.sha256)
        found[place] = _read_once(reader, opened[place], once, effort)
    documents = [found[place].document for place in range(len(opened))]
    votes = Counter(found[place].campaign for place in range(len(opened)) if found[place].campaign)
    watch.opening("")
    documents = [replace(each, why=ONLY_PHOTOS) if _holds_photos(each, documents) else each for each in documents]
    return tuple(documents), next((each for each, _ in votes.most_common(1)), "")


def _read_once(reader: DocumentReader, opened: OpenedLeaf, before: OnceEach[Understood], effort: Effort) -> Understood:
    """Everything understood of a leaf; of the same bytes as another's it is what was understood then, under its own name."""
    leaf = opened.leaf
    if opened.fate is not None:
        return reader.read(opened)
    decides = (opened.media_type, kind.told_by_name(leaf.name))
    found = before.before(leaf, *decides)
    if found is None:
        if (why := effort.refusal(opened)) != NO_TEXT:
            return not_read(opened, why)
        understood = reader.read(opened)
        before.note(leaf, understood, *decides)
        return understood
    first, understood = found
    known = understood.document
    document = replace(
        known,
        path=leaf.path,
        name=leaf.name,
        slice=leaf.slice,
        why=why_of_copy(known.why, first),
        findings=renamed(known.findings, first.path, leaf.path),
    )
    return replace(understood, document=document)


def _holds_photos(document: Document, documents: Sequence[Document]) -> bool:
    """Whether a paper that is no part of a report itself brings photographs that are."""
    inside = (each for each in documents if each.role is DocumentRole.PHOTO and each.path.startswith(f"{document.path}/"))
    return document.why == NOT_OURS and any(each.fate is DocumentFate.USED for each in inside)
