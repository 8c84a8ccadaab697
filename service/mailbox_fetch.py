"""Fetching mails in bulk: many commands under way at once, every answer routed by its UID, each mail streamed to the archive.

imaplib holds every mail whole and twice, imapclient gives up a whole batch for one line it cannot read. Here a mail that the
server cannot give, or gives wrongly, is one `Unfetched` and the others arrive.
"""

from __future__ import annotations

import imaplib
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

from service.mailbox_wire import MAX_SMALL_LITERAL, Patience, ServerGoneError, Wire
from storage.archive import Archive, Incoming

WINDOW_BYTES = 16 * 1024 * 1024  # asked for and not yet arrived: fills any line without filling memory anywhere
WINDOW_COMMANDS = 256
UIDS_PER_COMMAND = 500  # Dovecot refuses longer lists
BEGINNING_BYTES = 256 * 1024  # what is archived of a mail that is too large
_SLACK = 64 * 1024  # servers announce sizes loosely


class Why(StrEnum):
    """Why a mail was not fetched."""

    GONE = "gone"  # moved or deleted meanwhile
    EARLIER = "earlier"  # received before the window: left alone
    REFUSED = "refused"  # the server does not give it, or gives something else
    BROKEN = "broken"  # the connection ended on it


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """What the server says about a mail before it is fetched; None where it does not say."""

    uid: int
    size: int | None
    internaldate: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A mail that arrived whole; it becomes durable with `Archive.commit`. `truncated`: only its beginning was fetched."""

    uid: int
    internaldate: datetime
    mail: Incoming
    announced: int | None
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A mail that did not arrive; `reason` is the server's or our word for it."""

    uid: int
    reason: str
    why: Why


@dataclass(slots=True, kw_only=True)
class _Row:
    """One FETCH answer. `body` is a whole mail, `problem` says why there is none though the server tried."""

    uid: int | None
    size: int | None
    internaldate: datetime | None
    body: Incoming | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """The end of one command."""

    tag: bytes
    refusal: str  # "" when the server said OK


_LITERAL = re.compile(rb"~?\{(\d{1,19})\+?\}$")
_BODY_NAME = re.compile(rb"BODY\[\](?:<\d+>)? ~?\{\d+\+?\}$", re.IGNORECASE)
_BODY_QUOTED = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BODY_NIL = re.compile(rb"BODY\[\](?:<\d+>)? NIL", re.IGNORECASE)
_ROW = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)
_TAGGED = re.compile(rb"(\S+) (OK|NO|BAD)\b ?(.*)", re.IGNORECASE | re.DOTALL)
_FLAGS = re.compile(rb"FLAGS \([^)]*\)", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b", re.IGNORECASE)
_DATE = re.compile(rb'INTERNALDATE "( ?\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE)
_MONTHS = {name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def uid_set(uids: Sequence[int]) -> bytes:
    """UIDs as IMAP writes them, runs shortened: (3, 4, 5, 9) is 3:5,9."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in runs)


def parse_internaldate(row: bytes) -> datetime | None:
    """The INTERNALDATE in a FETCH answer as an aware datetime, None if there is none that a calendar knows."""
    found = _DATE.search(row)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    try:
        zone = timezone(-offset if sign == b"-" else offset) if offset else UTC
        number = _MONTHS[month.lower()]
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except (ValueError, KeyError):
        return None


def fetch_facts(wire: Wire, uids: Sequence[int], patience: Patience) -> Mapping[int, MailFacts]:
    """Size and receipt time of each mail that the server knows and can name; broken lines are left out."""
    waiting = deque(uids[start : start + UIDS_PER_COMMAND] for start in range(0, len(uids), UIDS_PER_COMMAND))
    answers = _Answers(wire, patience, archive=None, limit=0)
    flying: set[bytes] = set()
    facts: dict[int, MailFacts] = {}
    asked = set(uids)
    while waiting or flying:
        while waiting and len(flying) < 8:  # noqa: PLR2004 - 4,000 short lines under way are enough
            flying.update(wire.commands([b"UID FETCH %s (UID INTERNALDATE RFC822.SIZE)" % uid_set(waiting.popleft())]))
        wire.allow(patience.for_mail(0))
        answer = answers.next(flying)
        if isinstance(answer, _Done):
            flying.discard(answer.tag)
        elif answer.uid in asked and (answer.size is not None or answer.internaldate is not None):
            facts[answer.uid] = MailFacts(uid=answer.uid, size=answer.size, internaldate=answer.internaldate)
    wire.allow(None)
    return facts


class BulkFetch:
    """One pipelined fetch of many mails; iterate over it once.

    A connection that breaks ends it: the mail it broke on comes as `Unfetched` (BROKEN), then the error is raised.
    """

    def __init__(self, wire: Wire, wanted: Sequence[MailFacts], archive: Archive, *, limit: int, patience: Patience) -> None:
        self._wire = wire
        self._waiting = deque(wanted)
        self._limit = limit
        self._patience = patience
        self._answers = _Answers(wire, patience, archive=archive, limit=limit + _SLACK)
        self._flying: dict[bytes, MailFacts] = {}
        self._by_uid: dict[int, MailFacts] = {}
        self._problems: dict[int, str] = {}
        self._bytes = 0

    def __iter__(self) -> Iterator[Fetched | Unfetched]:
        try:
            while self._waiting or self._flying:
                self._ask()
                yield from self._hear()
            self._wire.allow(None)
        except (imaplib.IMAP4.abort, OSError) as error:
            guilty = self._guilty()
            if guilty is not None:
                yield Unfetched(uid=guilty, reason=str(error), why=Why.BROKEN)
            raise
        finally:
            if self._flying:  # answers are still under way: nobody can use this connection any more
                self._wire.shutdown()

    def _ask(self) -> None:
        """Fill the window again when it is half empty: one packet of many commands, not one for each."""
        if self._bytes > WINDOW_BYTES // 2 or len(self._flying) > WINDOW_COMMANDS // 2:
            return
        asked: list[MailFacts] = []
        commands = []
        while self._waiting and (self._bytes < WINDOW_BYTES and len(self._flying) + len(asked) < WINDOW_COMMANDS):
            facts = self._waiting.popleft()
            part = b"<0.%d>" % BEGINNING_BYTES if self._too_large(facts) else b""
            commands.append(b"UID FETCH %d (UID INTERNALDATE BODY.PEEK[]%s)" % (facts.uid, part))
            asked.append(facts)
            self._bytes += self._cost(facts)
        if asked:
            self._by_uid.update({facts.uid: facts for facts in asked})
            self._flying.update(zip(self._wire.commands(commands), asked, strict=True))

    def _hear(self) -> Iterator[Fetched | Unfetched]:
        oldest = next(iter(self._flying.values()))
        self._wire.allow(self._patience.for_mail(self._cost(oldest)))
        answer = self._answers.next(self._flying)
        if isinstance(answer, _Done):
            yield from self._finish(answer)
            return
        facts = None if answer.uid is None else self._by_uid.get(answer.uid)
        received_at = answer.internaldate or (facts.internaldate if facts else None)
        if facts is None or answer.body is None or received_at is None:
            self._refuse(answer, known=facts is not None)
            return
        del self._by_uid[facts.uid]  # a second answer for the same mail is not asked for
        yield Fetched(
            uid=facts.uid, internaldate=received_at, mail=answer.body, announced=facts.size, truncated=self._too_large(facts)
        )

    def _refuse(self, row: _Row, *, known: bool) -> None:
        if row.body is not None:
            row.body.discard()
        if known and row.uid is not None and (row.problem or row.body is not None):
            self._problems[row.uid] = row.problem or "the server does not say when it arrived"

    def _finish(self, done: _Done) -> Iterator[Unfetched]:
        facts = self._flying.pop(done.tag)
        self._bytes -= self._cost(facts)
        if self._by_uid.pop(facts.uid, None) is not None:
            reason = done.refusal or self._problems.get(facts.uid) or "the server gave no content for it"
            yield Unfetched(uid=facts.uid, reason=reason, why=Why.REFUSED)

    def _guilty(self) -> int | None:
        """The mail whose answer was under way when the connection ended, or was next."""
        if self._answers.row_uid in self._by_uid:
            return self._answers.row_uid
        return next((facts.uid for facts in self._flying.values() if facts.uid in self._by_uid), None)

    def _too_large(self, facts: MailFacts) -> bool:
        return facts.size is not None and facts.size > self._limit

    def _cost(self, facts: MailFacts) -> int:
        return BEGINNING_BYTES if self._too_large(facts) else facts.size or BEGINNING_BYTES


class _Answers:
    """Reads one answer after the other; with an archive, mails are streamed into it."""

    def __init__(self, wire: Wire, patience: Patience, *, archive: Archive | None, limit: int) -> None:
        self._wire = wire
        self._patience = patience
        self._archive = archive
        self._limit = limit
        self.row_uid: int | None = None  # of the answer being read, as far as it is known

    def next(self, tags: Mapping[bytes, MailFacts] | set[bytes]) -> _Row | _Done:
        """The next FETCH answer, or the end of one of the commands `tags`. What is neither is passed over."""
        self.row_uid = None
        while True:
            line = self._wire.line()
            if _ROW.match(line):
                return self._row(line)
            if line[:6].upper() == b"* BYE ":
                raise ServerGoneError(line[6:].decode("utf-8", "replace"))
            tagged = _TAGGED.fullmatch(line)
            if tagged is not None and tagged[1] in tags:
                refusal = "" if tagged[2].upper() == b"OK" else tagged[3].decode("utf-8", "replace") or "refused"
                return _Done(tag=tagged[1], refusal=refusal)
            self._pass_over(line)

    def _row(self, line: bytes) -> _Row:
        text = bytearray()
        body: Incoming | None = None
        with ExitStack() as unfinished:
            while (announced := _LITERAL.search(line)) is not None:
                text += line[: announced.start()]
                size = int(announced[1])
                self._note_uid(text)
                if body is None and self._archive is not None and _BODY_NAME.search(line):
                    body = unfinished.enter_context(self._archive.incoming())
                    self._body(size, body)
                else:
                    self._skip(size)
                line = self._wire.line()
            text += line
            if body is not None and line.endswith(b")"):
                body.keep()
            return self._judge(bytes(text), body)

    def _judge(self, text: bytes, body: Incoming | None) -> _Row:
        """What a row says, read with nothing but the few items that were asked for."""
        problem = ""
        if body is None and self._archive is not None and (quoted := _BODY_QUOTED.search(text)) is not None:
            body = self._archive.incoming()
            body.write(re.sub(rb"\\(.)", rb"\1", quoted[1]))
            body.keep()
            text = text.replace(quoted[0], b"")  # it is the sender's, and may say anything
        text = _FLAGS.sub(b"", text)
        uid, size = _UID.search(text), _SIZE.search(text)
        if body is not None and body.mail is None:
            body, problem = None, "the server's answer was garbled"
        elif body is not None and body.keep().size == 0:
            body.discard()
            body, problem = None, "the server says the mail is empty"
        elif body is None and _BODY_NIL.search(text):
            problem = "the server has no content for it"
        return _Row(
            uid=int(uid[1]) if uid else None,
            size=int(size[1]) if size else None,
            internaldate=parse_internaldate(text),
            body=body,
            problem=problem,
        )

    def _body(self, size: int, body: Incoming) -> None:
        if size > self._limit:
            raise ServerGoneError(f"the server announced {size} bytes for one mail")
        self._wire.allow(self._patience.for_mail(size))
        self._wire.stream(size, body.write)

    def _skip(self, size: int) -> None:
        if size > MAX_SMALL_LITERAL:
            raise ServerGoneError(f"the server announced {size} bytes that nobody asked for")
        self._wire.read(size)

    def _pass_over(self, line: bytes) -> None:
        """Leave out a line that is no answer of ours, with the literals it announces."""
        while line.startswith(b"* ") and (announced := _LITERAL.search(line)) is not None:
            self._skip(int(announced[1]))
            line = self._wire.line()

    def _note_uid(self, text: bytearray) -> None:
        found = _UID.search(_FLAGS.sub(b"", bytes(text)))
        if found is not None:
            self.row_uid = int(found[1])
