"""Opening what units wrap their files in, to the last layer, within limits, with words for everything that stays shut.

`open_all` is the driver: every leaf of a message and every file found inside one comes out exactly once, containers included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from config.campaign import Severity
from config.errors import ParseError
from config.text import NO_TEXT, Text
from parsers import content_type as kind
from parsers.allowance import PASSWORD, Allowance, Limits, Refused, most_of
from parsers.archives import (
    MANY_VOLUMES,
    Member,
    Unpacker,
    archive_members,
    broken,
    compressed_members,
    is_junk,
    is_last_of_many,
    name_inside,
    zip_members,
)
from parsers.embedded import has_macros, is_protected_ole, office_members, ole_members, pdf_members, rtf_members
from parsers.equal_files import OnceEach, moved, renamed, why_of_copy
from parsers.flat_documents import flat_members
from parsers.leaf_paths import complete_path, unique_path
from parsers.office_lock import unlocked
from parsers.ole_directory import ole_directory
from parsers.outlook import BODY_NAME, msg_members, tnef_members
from parsers.part_names import readable
from parsers.parts import Leaf, is_blank, leaf_of, make_leaf, walk
from parsers.pdf_streams import CROWDED, excess
from parsers.photos import is_page_picture
from parsers.shut_kinds import IGNORED, REFUSED
from parsers.uuencode import uuencoded_files
from parsers.values import DocumentFate, Finding
from parsers.volumes import JOINED, as_volume, is_volume, joined_volumes
from parsers.watch import DEADLY, UNWATCHED, Watch

_OFFICE = frozenset({kind.DOCX, kind.DOCM, kind.XLSX, kind.XLSM, kind.XLSB, kind.PPTX, kind.PPTM, kind.ODT, kind.ODS, kind.ODP})
_OLD_OFFICE = frozenset({kind.DOC, kind.XLS, kind.PPT})
_OLE_TYPES = _OLD_OFFICE | {kind.MSG, kind.OLE, kind.ENCRYPTED_OFFICE}
_ARCHIVES = frozenset({kind.ZIP, kind.RAR, kind.SEVEN_ZIP}) | kind.COMPRESSED | kind.OTHER_ARCHIVES
_WRAPPERS = _ARCHIVES | frozenset({kind.EML, kind.MHTML, kind.MBOX, kind.MSG, kind.TNEF, kind.UUENCODE, kind.FLAT_ODF})

_DOCUMENT_NAME = re.compile(r"\.(?:docx?|xlsx?|xlsm|xlsb|od[ts]|pdf|rtf|zip|rar|7z|jpe?g|png|heic)$", re.IGNORECASE)
_TOO_DEEP = Text(
    vi="các tệp nén lồng nhau quá nhiều lớp, không mở tiếp; đề nghị gửi trực tiếp tệp bên trong",
    en="containers nested too deeply, not opened further; please send the inner file itself",
)
_TOO_LATE = Text(
    vi="thư có quá nhiều tệp nén, mở quá lâu nên tệp này chưa mở; đề nghị gửi riêng tệp này trong thư khác",
    en="the mail holds too many archives and took too long, this one was not opened; please send it in a mail of its own",
)
_OPENED_WITHIN = 0.4
"""So much of a mail's time may go before its archives are open; the rest is for reading."""
_MACRO = Text(
    vi="tệp có macro; hệ thống chỉ đọc số liệu, không chạy macro",
    en="carries macros; only its data are read, macros are never run",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What one leaf turned out to be and to hold. `fate` is None while readers still have to decide it."""

    media_type: str
    members: tuple[Leaf, ...] = ()
    fate: DocumentFate | None = None
    why: Text = NO_TEXT
    findings: tuple[Finding, ...] = ()
    is_container: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLeaf:
    """One leaf with its type by content. `is_container` is true for what only wraps others; `parent` is the path around it."""

    leaf: Leaf
    media_type: str
    is_container: bool
    fate: DocumentFate | None
    why: Text
    parent: str = ""
    findings: tuple[Finding, ...] = ()


def open_all(
    leaves: tuple[Leaf, ...], limits: Limits | None = None, convert: Unpacker | None = None, watch: Watch = UNWATCHED
) -> tuple[OpenedLeaf, ...]:
    """Every leaf and every file inside one, in reading order, each path once. Never raises for what senders do."""
    allowance = Allowance(limits=limits or Limits(total_bytes=most_of(leaf.size for leaf in leaves)), parts_taken=len(leaves))
    opened: list[OpenedLeaf] = []
    paths: set[str] = set()
    before: OnceEach[Unpacked] = OnceEach()
    volumes = joined_volumes(leaves)
    waiting: list[tuple[Leaf, str, int]] = [(leaf, "", 0) for leaf in reversed(leaves)]
    while waiting:
        leaf, parent, depth = waiting.pop()
        named = leaf.path
        leaf = replace(leaf, path=unique_path(complete_path(leaf), paths))
        watch.opening(leaf.sha256)
        if leaf.sha256 in watch.deadly:
            unpacked = _deadly(leaf)
        elif not parent and named in volumes:
            unpacked = _volume(leaf, volumes[named], allowance)
        else:
            unpacked = _unpacked_once(leaf, before, allowance, convert, depth, late=watch.spent() >= _OPENED_WITHIN)
        opened.append(
            OpenedLeaf(
                leaf=leaf, media_type=unpacked.media_type, is_container=unpacked.is_container, fate=unpacked.fate,
                why=unpacked.why, parent=parent, findings=unpacked.findings,
            )
        )  # fmt: skip
        waiting.extend((member, leaf.path, depth + 1) for member in reversed(unpacked.members))
    return tuple(opened)


def _unpacked_once(
    leaf: Leaf, before: OnceEach[Unpacked], allowance: Allowance, convert: Unpacker | None, depth: int, *, late: bool
) -> Unpacked:
    """What a leaf holds; the same bytes are opened once, and what was in them counts again for every copy."""
    named = (*kind.told_by_name(leaf.name), _DOCUMENT_NAME.search(leaf.name) is not None, is_volume(leaf.name))
    decides = (*named, is_junk(leaf.path), depth >= allowance.limits.depth)
    found = before.before(leaf, *decides)
    if found is None:
        if late and leaf.refusal == NO_TEXT and (wrapper := kind.media_type(leaf.data, leaf.name)) in _WRAPPERS:
            return _shut(leaf, wrapper, Refused(_TOO_LATE))
        unpacked = unpack(leaf, convert=convert, allowance=allowance, depth=depth)
        before.note(leaf, unpacked, *decides)
        return unpacked
    first, unpacked = found
    findings = list(renamed(unpacked.findings, first.path, leaf.path))
    members: list[Leaf] = []
    try:
        for each in unpacked.members:
            allowance.expect_bytes(each.size, each.size)
            allowance.take(each.size)
            name = name_inside(leaf.name) if each.name == name_inside(first.name) else each.name
            members.append(moved(each, first, leaf, name=name))
    except Refused as refused:
        findings.append(_finding(refused.code, leaf.path, refused.text))
        return _stopped(unpacked.media_type, members, refused, findings, wraps=unpacked.is_container)
    why = why_of_copy(unpacked.why, first) if unpacked.fate is DocumentFate.USED else unpacked.why
    return replace(unpacked, members=tuple(members), findings=tuple(findings), why=why)


def unpack(
    leaf: Leaf,
    *,
    limits: Limits | None = None,
    convert: Unpacker | None = None,
    allowance: Allowance | None = None,
    depth: int = 0,
) -> Unpacked:
    """Open one leaf by one layer. Refusals become fates with words; members taken before a refusal are kept."""
    allowance = allowance or Allowance(limits=limits or Limits())
    media_type = kind.media_type(leaf.data, leaf.name)
    if media_type in {kind.TEXT, kind.CSV} and leaf.declared_type == kind.EML:
        media_type = kind.EML  # a forwarded mail with hardly a header
    if leaf.refusal != NO_TEXT:
        return replace(_shut(leaf, media_type, Refused(leaf.refusal, code="D-REFUSED")), is_container=False)
    if media_type in REFUSED:
        code, why = REFUSED[media_type]
        return _shut(leaf, media_type, Refused(why, code=code))
    if media_type in IGNORED or is_junk(leaf.path):
        why = IGNORED.get(media_type, Text(vi="tệp phụ của hệ thống nén", en="a side file of the packing program"))
        lost = media_type == kind.EMPTY and kind.is_misnamed(media_type, leaf.name)  # a report was meant; the sender is told
        return Unpacked(media_type=media_type, fate=DocumentFate.UNREADABLE if lost else DocumentFate.IGNORED, why=why)
    if media_type.startswith(("video/", "audio/")):
        why = Text(vi="phim hoặc ghi âm, không thuộc phần phải nộp", en="a film or sound recording, not part of the report")
        return Unpacked(media_type=media_type, fate=DocumentFate.IGNORED, why=why)
    nothing = media_type == kind.UNKNOWN or (media_type == kind.OLE and not ole_directory(leaf.data).names)
    if media_type == kind.UNKNOWN and (is_volume(leaf.name) or is_last_of_many(leaf.data)):
        finding = _finding("D-UNREADABLE", leaf.path, MANY_VOLUMES)
        return Unpacked(media_type=media_type, fate=DocumentFate.UNREADABLE, why=MANY_VOLUMES, findings=(finding,))
    if nothing and _DOCUMENT_NAME.search(leaf.name):
        finding = _finding("D-UNREADABLE", leaf.path, broken())  # zeros of a transfer that failed, a page saved by a scanner
        return Unpacked(media_type=media_type, fate=DocumentFate.UNREADABLE, why=broken(), findings=(finding,))
    if media_type in _OLE_TYPES and ole_directory(leaf.data).is_crowded:
        return _shut(leaf, media_type, Refused(CROWDED))
    if media_type == kind.PDF and (too_much := excess(leaf.data)) != NO_TEXT:
        return _shut(leaf, media_type, Refused(too_much))
    if media_type == kind.ENCRYPTED_OFFICE or (media_type in _OLD_OFFICE and is_protected_ole(leaf.data, media_type)):
        return _locked(leaf, media_type, allowance)
    return _open(leaf, media_type, allowance, convert, depth)


def _open(leaf: Leaf, media_type: str, allowance: Allowance, convert: Unpacker | None, depth: int) -> Unpacked:
    source = _source(leaf, media_type, allowance, convert)
    wraps = media_type in _WRAPPERS
    if source is None:
        return Unpacked(media_type=media_type)
    if depth >= allowance.limits.depth:
        return _shut(leaf, media_type, Refused(_TOO_DEEP)) if wraps else Unpacked(media_type=media_type)
    members: list[Leaf] = []
    findings = list(_macro_findings(leaf, media_type))
    try:
        for member in source:
            members.append(member)
            if member.refusal != NO_TEXT:
                allowance.take(0)  # it has a line of its own, too: there is an end to those
    except Refused as error:
        refused = as_volume(leaf.name, error)
        findings.append(_finding(refused.code, leaf.path, refused.text))
        return _stopped(media_type, members, refused, findings, wraps=wraps)
    except ParseError as error:  # from the outside program
        failed = Refused(broken(str(error)), code="D-UNREADABLE")
        findings.append(_finding(failed.code, leaf.path, failed.text))
        return _stopped(media_type, members, failed, findings, wraps=wraps)
    if wraps:
        nothing = Text(vi="không có tệp nào bên trong", en="nothing inside")
        return Unpacked(
            media_type=media_type, members=tuple(members), fate=DocumentFate.USED if members else DocumentFate.IGNORED,
            why=NO_TEXT if members else nothing, findings=tuple(findings), is_container=True,
        )  # fmt: skip
    return Unpacked(media_type=media_type, members=tuple(members), findings=tuple(findings))


def _stopped(media_type: str, members: list[Leaf], refused: Refused, findings: list[Finding], *, wraps: bool) -> Unpacked:
    """What was taken before the refusal is kept; a document that cannot be looked into may still be read by its reader."""
    password = refused.code == "D-PASSWORD"
    fate: DocumentFate | None = None
    if wraps or password:
        fate = DocumentFate.UNREADABLE if refused.code == "D-UNREADABLE" else DocumentFate.REFUSED
    return Unpacked(
        media_type=media_type, members=tuple(members), fate=fate, why=refused.text if fate else NO_TEXT,
        findings=tuple(findings), is_container=wraps,
    )  # fmt: skip


def _shut(leaf: Leaf, media_type: str, refused: Refused) -> Unpacked:
    return Unpacked(
        media_type=media_type,
        fate=DocumentFate.REFUSED,
        why=refused.text,
        findings=(_finding(refused.code, leaf.path, refused.text),),
        is_container=media_type in _WRAPPERS,
    )


def _volume(leaf: Leaf, whole: Leaf | None, allowance: Allowance) -> Unpacked:
    """One volume of a set that came complete: the first holds the archive that they make together."""
    if whole is None:
        return Unpacked(media_type=kind.UNKNOWN, fate=DocumentFate.IGNORED, why=JOINED, is_container=True)
    try:
        allowance.take(whole.size)
    except Refused as refused:
        return _shut(leaf, kind.UNKNOWN, refused)
    return Unpacked(media_type=kind.UNKNOWN, members=(whole,), fate=DocumentFate.USED, is_container=True)


def _deadly(leaf: Leaf) -> Unpacked:
    """A file that ended a reader before: nothing of it is looked at again."""
    findings = (_finding("D-UNREADABLE", leaf.path, DEADLY),)
    return Unpacked(media_type=kind.UNKNOWN, fate=DocumentFate.UNREADABLE, why=DEADLY, findings=findings)


def _finding(code: str, where: str, text: Text, severity: Severity = Severity.WARNING) -> Finding:
    named = Text(vi=f"Tệp “{where}”: {text.vi}.", en=f"File “{where}”: {text.en}.")
    return Finding(code=code, severity=severity, where=where, text=named)


def _macro_findings(leaf: Leaf, media_type: str) -> Iterator[Finding]:
    if media_type in kind.MACRO_TYPES or (media_type in _OLD_OFFICE and has_macros(leaf.data)):
        yield _finding("D-MACRO", leaf.path, _MACRO, Severity.INFO)


def _locked(leaf: Leaf, media_type: str, allowance: Allowance) -> Unpacked:
    """An encrypted Office file: opened when it only has Excel's own password, else refused."""
    content = unlocked(leaf.data)
    if content is None:
        return _shut(leaf, media_type, Refused(PASSWORD, code="D-PASSWORD"))
    allowance.take(len(content))
    inner = _child(leaf, Member(name=leaf.name or "office", data=content))
    return Unpacked(media_type=media_type, members=(inner,), fate=DocumentFate.USED, is_container=True)


def _source(leaf: Leaf, media_type: str, allowance: Allowance, convert: Unpacker | None) -> Iterator[Leaf] | None:
    """The members of a leaf as they are read, or None when it is no container."""
    if media_type in {kind.EML, kind.MHTML}:
        return mail_leaves(leaf, allowance)
    members = _members(leaf, media_type, allowance, convert)
    return None if members is None else (_child(leaf, member) for member in members)


def _members(leaf: Leaf, media_type: str, allowance: Allowance, convert: Unpacker | None) -> Iterator[Member] | None:
    data = leaf.data
    if media_type in _OPENERS:
        return _OPENERS[media_type](data, allowance)
    if media_type in kind.COMPRESSED:
        return compressed_members(data, media_type, leaf.name, allowance)
    if media_type in _ARCHIVES:
        return archive_members(data, media_type, allowance, convert)
    if media_type in _OFFICE:
        return office_members(data, allowance)
    if media_type in _OLD_OFFICE or media_type == kind.OLE:
        return ole_members(data, media_type, allowance)
    if media_type == kind.PDF:
        return (each for each in pdf_members(data, allowance) if not (each.inline and is_page_picture(each.data)))
    return None


def _child(parent: Leaf, member: Member) -> Leaf:
    steps = [readable(step) for step in member.name.split("/") if step not in {"", "."}]
    path = "/".join([parent.path, *steps]) if steps else f"{parent.path}/(không tên)"
    return make_leaf(
        member.data, path=path, name=steps[-1] if steps else "", declared_type=member.declared_type,
        refusal=member.refusal, inline=member.inline,
    )  # fmt: skip


def mail_leaves(leaf: Leaf, allowance: Allowance) -> Iterator[Leaf]:
    """The leaves of a mail inside a leaf, its body included; they keep their place in the raw mail where they have one."""
    raw = leaf.data
    outer = leaf.slice if leaf.slice is not None and leaf.slice.encoding == "identity" else None
    bodies = 0
    for part in walk(raw).parts:
        inner = leaf_of(raw, part)
        if is_blank(inner.data):
            continue
        allowance.expect_bytes(inner.size, inner.size)
        allowance.take(inner.size)
        name = inner.name
        if not name and inner.declared_type in {"text/plain", "text/html"} and inner.disposition != "attachment":
            bodies += 1
            name = f"{BODY_NAME}{'' if bodies == 1 else f' {bodies}'}.{'html' if inner.declared_type == 'text/html' else 'txt'}"
        place = inner.slice
        if place is not None:
            place = None if outer is None else replace(place, offset=place.offset + outer.offset)
        yield replace(inner, path=f"{leaf.path}/{name or inner.path}", slice=place, inline=inner.inline or name != inner.name)


def _mbox_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    starts = [match.start() for match in re.finditer(rb"(?m)^From \S+.*\d{4}.*\r?\n(?=[!-9;-~]+:)", data)]
    allowance.expect_parts(len(starts))
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), start=1):
        allowance.take(end - start)
        yield Member(name=f"thư {number}.eml", data=data[start:end], declared_type=kind.EML)


def _uuencode_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    for each in uuencoded_files(data):
        allowance.take(len(each.data))
        yield Member(name=each.name, data=each.data)


_OPENERS: Mapping[str, Callable[[bytes, Allowance], Iterator[Member]]] = {
    kind.ZIP: zip_members,
    kind.MBOX: _mbox_members,
    kind.MSG: msg_members,
    kind.TNEF: tnef_members,
    kind.UUENCODE: _uuencode_members,
    kind.FLAT_ODF: flat_members,
    kind.RTF: rtf_members,
}
