"""Everything in a message that speaks for a unit, each piece with what it says, where it stands and how much it proves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import lru_cache

from config.campaign import Campaign, Unit
from config.vietnamese import fold
from parsers.quoting import parts_of
from parsers.values import Document, DocumentRole, FormReading, Forwarded, MessageReading
from service.rules.names import NameHit, NameIndex, Strength
from service.rules.names_decoding import decoded

_OPENING = 700
_TOP = 300
_FIRST_LINES = 120
_READ = 20_000
_FIRST_WORDS = 160
_SCHOOL_WORDS = (
    "truong thcs",
    "truong tieu hoc",
    "truong mam non",
    "truong ptdtbt",
    "truong thpt",
    "truong pt",
    "truong th",
    "truong mn",
)
_HINTED = 0.3
_RECIPIENTS = re.compile(r"n[ơo]i nh[ậa]n\s*:[^\n]*(?:\n[ \t]*[-–+•][^\n]*)*", re.IGNORECASE)
_VERB = 15
_LINE = 400
_VERBS = ("gui", "nop", "bao cao", "xin", "kinh gui", "em")
_ADDRESSED = ("kinh gui", "kinh chuyen", "noi nhan")


class EvidenceKind(StrEnum):
    """Where a piece of evidence stands."""

    ADDRESS = "address"
    LEARNED = "learned"
    THREAD = "thread"
    EARLIER = "earlier"
    FORM_CODE = "form_code"
    LETTERHEAD = "letterhead"
    FORM_HEADING = "form_heading"
    SUBJECT = "subject"
    FILE_NAME = "file_name"
    FOLDER_NAME = "folder_name"
    FORWARDED = "forwarded"
    BODY = "body"
    SIGNATURE = "signature"
    REQUEST = "request"


class Weight(IntEnum):
    """What a piece of evidence is good for: a hint suggests, good evidence files provisionally, decisive evidence contradicts."""

    HINT = 1
    GOOD = 2
    DECISIVE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of evidence for a unit. `score` is for showing and sorting, from 0 to 1."""

    kind: EvidenceKind
    detail: str
    unit: str
    score: float
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A piece of evidence with its weight; `body` marks a school or another body of the place."""

    evidence: Evidence
    weight: Weight
    body: bool = False

    @property
    def unit(self) -> str:
        """The unit it speaks for."""
        return self.evidence.unit

    @property
    def place(self) -> tuple[EvidenceKind, str, str]:
        """Where it stands and what was seen: two units at one place are two ways to read it."""
        return self.evidence.kind, self.evidence.detail, self.evidence.document


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentClues:
    """What one document says of itself. `elsewhere`: communes off the roster that it names; `school`: a school's paper."""

    document: Document
    clues: tuple[Clue, ...] = ()
    elsewhere: tuple[str, ...] = ()
    school: bool = False

    @property
    def named(self) -> frozenset[str]:
        """The units it is good evidence for."""
        return frozenset(each.unit for each in self.clues if each.weight >= Weight.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All evidence of a message: who sent it, what it says itself, what each document says, and places off the roster."""

    sender: tuple[Clue, ...]
    thread: Clue | None
    message: tuple[Clue, ...]
    documents: tuple[DocumentClues, ...]
    elsewhere: tuple[str, ...]

    @property
    def content(self) -> tuple[Clue, ...]:
        """The clues of the message and of all documents."""
        return (*self.message, *(clue for each in self.documents for clue in each.clues))

    @property
    def all(self) -> tuple[Clue, ...]:
        """Every clue, the sender's first."""
        return (*self.sender, *((self.thread,) if self.thread else ()), *self.content)


_HEADINGS = frozenset({EvidenceKind.LETTERHEAD, EvidenceKind.FORM_HEADING})
_SCORES = {
    EvidenceKind.LETTERHEAD: 0.9,
    EvidenceKind.FORM_HEADING: 0.85,
    EvidenceKind.SUBJECT: 0.8,
    EvidenceKind.FILE_NAME: 0.75,
    EvidenceKind.FOLDER_NAME: 0.7,
    EvidenceKind.FORWARDED: 0.65,
    EvidenceKind.BODY: 0.6,
    EvidenceKind.SIGNATURE: 0.5,
}
_PORTIONS = {Strength.STRONG: 1.0, Strength.MEDIUM: 0.85, Strength.WEAK: 0.4}
_WEIGHTS = {Strength.STRONG: Weight.DECISIVE, Strength.MEDIUM: Weight.GOOD, Strength.WEAK: Weight.HINT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A roster ready for looking up: names, and the units by address and by code."""

    names: NameIndex
    owners: Mapping[str, str]
    codes: frozenset[str]


class _Roster:
    """A roster told from another by being the same object: comparing ten thousand units for every mail would cost more."""

    __slots__ = ("area", "units")

    def __init__(self, units: tuple[Unit, ...], area: str) -> None:
        self.units, self.area = units, area

    def __hash__(self) -> int:
        return hash((id(self.units), self.area))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Roster) and self.units is other.units and self.area == other.area


def register_of(campaign: Campaign) -> Register:
    """The register of a campaign's roster, built once."""
    return _register(_Roster(campaign.roster, campaign.area))


@lru_cache(maxsize=8)
def _register(roster: _Roster) -> Register:
    return Register(
        names=NameIndex(roster.units, roster.area),
        owners={mail.casefold(): unit.code for unit in roster.units for mail in unit.emails},
        codes=frozenset(unit.code for unit in roster.units),
    )


def gather(
    campaign: Campaign,
    reading: MessageReading,
    *,
    learned: Mapping[str, str],
    thread_unit: str | None = None,
    unit_before: str | None = None,
) -> Gathered:
    """All evidence of a message. Display names and Reply-To are no evidence: anybody may write anything there."""
    register = register_of(campaign)
    index = register.names
    subject = reading.envelope.subject
    forwarded = tuple((_inside(reading, each), tuple(_forwarded_clues(register, each, learned))) for each in reading.forwarded)
    documents = tuple(
        _with_original(_document_clues(register, each), forwarded)
        for each in reading.documents
        if each.role is not DocumentRole.DECORATION
    )
    thread = None
    if thread_unit in register.codes:
        thread = _plain(EvidenceKind.THREAD, reading.envelope.in_reply_to, thread_unit or "", 0.9, Weight.DECISIVE)
    earlier = (_plain(EvidenceKind.EARLIER, reading.envelope.sender, unit_before, 0.4, Weight.HINT),) if unit_before else ()
    return Gathered(
        sender=tuple(_sender_clues(register, reading.envelope.sender, learned)),
        thread=thread,
        message=(
            *_clues(index, EvidenceKind.SUBJECT, subject),
            *(clue for inside, clues in forwarded if not inside for clue in clues),
            *_body_clues(index, reading),
            *earlier,
        ),
        documents=documents,
        elsewhere=(*index.names_other_place(subject), *(place for each in documents for place in each.elsewhere)),
    )


def _sender_clues(register: Register, address: str, learned: Mapping[str, str]) -> Iterator[Clue]:
    owner = register.owners.get(address.casefold())
    if owner is not None:
        yield _plain(EvidenceKind.ADDRESS, address, owner, 1.0, Weight.DECISIVE)
        return
    taught = {key.casefold(): unit for key, unit in learned.items()}.get(address.casefold()) if address else None
    if taught is not None and taught in register.codes:
        yield _plain(EvidenceKind.LEARNED, address, taught, 0.95, Weight.DECISIVE)


def _forwarded_clues(register: Register, original: Forwarded, learned: Mapping[str, str]) -> Iterator[Clue]:
    """The original sender's address of a forwarded mail, typed into a text by whoever forwards it: good, never decisive."""
    for clue in _sender_clues(register, original.sender, learned):
        yield _plain(EvidenceKind.FORWARDED, original.sender, clue.unit, 0.65, Weight.GOOD)
    for clue in _clues(register.names, EvidenceKind.FORWARDED, original.subject):
        yield Clue(evidence=clue.evidence, weight=min(clue.weight, Weight.GOOD), body=clue.body)


def _inside(reading: MessageReading, original: Forwarded) -> str:
    """Where the files of an attached mail stand ("bc.eml/"), "" for one that is quoted or holds no file."""
    folders = [f"{each.path}/" for each in reading.documents if original.sha256 and each.sha256 == original.sha256]
    return next((each for each in folders if any(one.path.startswith(each) for one in reading.documents)), "")


def _with_original(found: DocumentClues, forwarded: Sequence[tuple[str, tuple[Clue, ...]]]) -> DocumentClues:
    """The document with what speaks for the sender of the attached mail that it came in."""
    path = found.document.path
    clues = [clue for inside, clues in forwarded if inside and path.startswith(inside) for clue in clues]
    placed = (replace(each, evidence=replace(each.evidence, document=path)) for each in clues)
    return replace(found, clues=(*found.clues, *placed))


def _body_clues(index: NameIndex, reading: MessageReading) -> Iterator[Clue]:
    """The sender's own words, then the signature; quoted history only hints, since it may be our own letter."""
    parts = parts_of(decoded(reading.body[:_READ]))
    own = list(_found(index, EvidenceKind.BODY, parts.own))
    for clue, hit in own:
        sure = hit.strength is Strength.STRONG or (hit.strength is Strength.MEDIUM and hit.start <= _FIRST_WORDS)
        yield Clue(evidence=clue.evidence, weight=Weight.GOOD if sure and not hit.body else Weight.HINT, body=hit.body)
    for clue, hit in _found(index, EvidenceKind.SIGNATURE, parts.signature):
        sure = hit.strength is Strength.STRONG and not hit.body
        yield Clue(evidence=clue.evidence, weight=Weight.GOOD if sure else Weight.HINT, body=hit.body)
    named = {hit.unit for _, hit in own}
    for clue, hit in _found(index, EvidenceKind.BODY, parts.quoted):
        if hit.unit not in named:
            yield _hint(clue)


def own_words(reading: MessageReading) -> str:
    """What the sender wrote now, readable, without signature and history."""
    return parts_of(decoded(reading.body[:_READ])).own


def _document_clues(register: Register, document: Document) -> DocumentClues:
    index = register.names
    headings = [form.heading for form in document.forms]
    letterhead = document.narrative.heading if document.narrative else ""
    headed = len(document.forms) > 1 or any(headings)  # the form says itself whose it is; in Word and PDF the text above it does
    opening = letterhead or ("" if headed else decoded(document.text)[:_OPENING])
    school = _is_school(index, (letterhead or opening[:_FIRST_LINES], *headings))
    clues = [
        *_code_clues(register, document.forms, document.path),
        *_heading_clues(index, EvidenceKind.LETTERHEAD, opening, document.path),
        *(clue for each in headings for clue in _heading_clues(index, EvidenceKind.FORM_HEADING, each, document.path)),
        *(clue for form in document.forms for clue in _clues(index, EvidenceKind.FORM_HEADING, form.sheet, document.path)),
        *_file_clues(index, document),
    ]
    folders = document.path.replace("\\", "/").split("/")[:-1]
    clues += [clue for each in folders for clue in _clues(index, EvidenceKind.FOLDER_NAME, each, document.path)]
    tops = (opening[:_TOP], *(each[:_TOP] for each in headings), document.name)
    return DocumentClues(
        document=document,
        clues=tuple(_hint(each) if school and each.evidence.kind in _HEADINGS else each for each in clues),
        elsewhere=tuple(place for each in tops for place in index.names_other_place(each)),
        school=school,
    )


def _file_clues(index: NameIndex, document: Document) -> Iterator[Clue]:
    """The file's name; that of a photo tells where it was taken, which is a hint unless the commune is named in full."""
    for clue in _clues(index, EvidenceKind.FILE_NAME, document.name, document.path):
        photo = document.role is DocumentRole.PHOTO
        weight = Weight(max(clue.weight - 1, Weight.HINT)) if photo else clue.weight
        yield Clue(evidence=clue.evidence, weight=weight, body=clue.body)


def _code_clues(register: Register, forms: Iterable[FormReading], path: str) -> Iterator[Clue]:
    """The unit's code in a form that we sent out with it."""
    for form in forms:
        code = form.unit_code.rpartition("|")[2].strip()
        if code in register.codes:
            yield _plain(EvidenceKind.FORM_CODE, code, code, 0.98, Weight.DECISIVE, path)


def _heading_clues(index: NameIndex, kind: EvidenceKind, text: str, path: str) -> Iterator[Clue]:
    """The units of a letterhead: those at its top; further down only when the top names none."""
    found = list(_found(index, kind, _RECIPIENTS.sub("", decoded(text)), path))
    top = [clue for clue, hit in found if hit.start <= _TOP and clue.weight >= Weight.GOOD]
    if top or len({clue.unit for clue, _ in found}) < 2:  # noqa: PLR2004 - a list of units is nobody's letterhead
        yield from top or [clue for clue, _ in found]
        return
    yield from (_hint(clue) for clue, _ in found)


def _is_school(index: NameIndex, headings: Iterable[str]) -> bool:
    """Whether a letterhead is a school's: it names a school and no commune's office."""
    for heading in headings:
        top = _RECIPIENTS.sub("", decoded(heading))[:_TOP]
        said = f" {fold(top)}"
        if any(f" {words}" in said for words in _SCHOOL_WORDS):
            return not any(hit.strength is Strength.STRONG and not hit.body for hit in index.find_units(top))
    return False


def _clues(index: NameIndex, kind: EvidenceKind, text: str, path: str = "") -> Iterator[Clue]:
    return (clue for clue, _ in _found(index, kind, text, path))


def _found(index: NameIndex, kind: EvidenceKind, text: str, path: str = "") -> Iterator[tuple[Clue, NameHit]]:
    """The units a text names, less those it is addressed to."""
    if not text:
        return
    view = decoded(text)
    for hit in index.find_units(text):
        if _is_addressee(view, hit):
            continue
        score = 0.3 if hit.body else _SCORES[kind] * _PORTIONS[hit.strength]
        evidence = Evidence(kind=kind, detail=" ".join(hit.text.split()), unit=hit.unit, score=round(score, 2), document=path)
        yield Clue(evidence=evidence, weight=_WEIGHTS[hit.strength], body=hit.body), hit


def _is_addressee(view: str, hit: NameHit) -> bool:
    """Whether the unit is who the line is written to: "Kính gửi: UBND xã Quài Tở", not "Kính gửi Phòng, xã Quài Tở nộp ..."."""
    line = fold(view[max(view.rfind("\n", 0, hit.start) + 1, hit.start - _LINE) : hit.start])
    after = fold(view[hit.start : hit.start + len(hit.text) + _VERB].partition("\n")[0])
    return any(words in line for words in _ADDRESSED) and not any(f" {verb} " in f" {after} " for verb in _VERBS)


def _plain(kind: EvidenceKind, detail: str, unit: str, score: float, weight: Weight, path: str = "") -> Clue:
    return Clue(evidence=Evidence(kind=kind, detail=detail, unit=unit, score=score, document=path), weight=weight)


def _hint(clue: Clue) -> Clue:
    """The same clue as a mere suggestion."""
    return replace(clue, evidence=replace(clue.evidence, score=min(clue.evidence.score, _HINTED)), weight=Weight.HINT)
