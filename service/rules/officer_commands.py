"""The officer's commands in a mail, one a line: what each asks for, or why it is not understood.

A line is a command only when all of it is understood: a verb at its start, units that are on the roster, and nothing left over.
Whatever else a line may mean is for a person to say, and it is given back as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from config.campaign import Unit
from config.text import Text
from config.vietnamese import fold
from parsers.quoting import parts_of
from service.rules.names_decoding import decoded
from service.rules.names_tokens import Token, tokens_of
from service.rules.officer_commands_units import RosterNames
from service.rules.officer_commands_words import (
    FILLERS,
    CommandKind,
    after_because,
    is_courtesy,
    is_polite_tail,
    verb_at,
    when_at_start,
)

__all__ = ["Command", "CommandKind", "CommandsRead", "NotUnderstood", "own_lines", "read_commands"]

_MOST_LETTERS = 20_000
_MOST_LINES = 200
_WRAPPED_FROM = 60
"""A line this long may have been broken by the mail program: what follows without a verb belongs to its reason."""
_LONGEST_NAME = 6
_BULLET = re.compile(r"^(?:[\s>*+\-–—•·▪●○◦✓✔]+|\(?(?:\d{1,2}|[a-zA-Z])[.)]\s+)+")
_WRAPPING = "\"'“”‘’«»*_` \t"
_QUOTED_LINE = re.compile(r"^[ \t]*>", re.MULTILINE)
_NUMBERED = frozenset({"thu", "so", "mail", "email", "message", "no"})
_UNDO_FILLERS = frozenset({"lenh", "dong", "so", "quyet", "dinh", "tat", "ca", "het", "cac", "o", "tren", "nay", "all"})
_NO_UNIT = Text(vi="chưa ghi tên đơn vị", en="no unit is named")
_NO_COMMAND = Text(vi="không rõ lệnh", en="no command is recognised")
_QUESTION = Text(vi="câu hỏi, không phải lệnh", en="a question, not a command")
_LEFT_OVER = Text(vi="không rõ phần “{rest}”", en="“{rest}” is not clear")
_NO_REASON = Text(vi="chưa ghi lý do", en="no reason is given")
_NO_DAY = Text(vi="chưa ghi ngày, hoặc ngày không hợp lệ", en="no day is given, or there is no such day")
_NO_NUMBER = Text(vi="chưa ghi số thư", en="no message number is given")
_ONE_UNIT = Text(vi="mỗi thư chỉ ghép cho một đơn vị", en="a message is assigned to one unit only")
_SEVERAL = Text(vi="mỗi dòng chỉ ghi một lệnh", en="write one command a line")
_AMBIGUOUS = Text(vi="có thể là {names}", en="may be {names}")
_UNKNOWN_UNIT = Text(vi="không có đơn vị “{name}” trong danh sách", en="“{name}” is not on the roster")
_NEAREST = Text(vi="; có phải {unit}", en="; did you mean {unit}")
_CONTRADICTS = Text(vi="trái với một dòng khác trong cùng thư", en="contradicts another line of the same mail")
_TOO_MANY = Text(vi="thư có quá nhiều dòng", en="the mail has too many lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing asked for. `written` is the line; `message` belongs to an assignment, `day` and `at` to an extension.

    Of an undo `unit`, `numbers` (as the answer counted them) and `of` say what is taken back; without them it is everything.
    """

    kind: CommandKind
    written: str
    unit: str = ""
    message: int | None = None
    day: date | None = None
    at: time | None = None
    why: str = ""
    numbers: tuple[int, ...] = ()
    of: CommandKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """A line as it was written, and why it is no command."""

    written: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsRead:
    """What a mail asks for, line by line, and what was not understood."""

    commands: tuple[Command, ...] = ()
    refused: tuple[NotUnderstood, ...] = ()


def own_lines(body: str) -> tuple[str, ...]:
    """The lines that the sender wrote: not the quoted history, be it above or below, and not the signature."""
    parts = parts_of(decoded(body[:_MOST_LETTERS]))
    own = parts.own
    if not own and (quoted := list(_QUOTED_LINE.finditer(parts.quoted))):
        below = parts.quoted[quoted[-1].start() :].partition("\n")[2]  # an answer written under what it quotes
        own = parts_of(below).own
    lines = (line.replace("\u00a0", " ").strip() for line in own.split("\n"))
    return tuple(line for line in lines if fold(line))


def read_commands(
    lines: Sequence[str], roster: tuple[Unit, ...], received_on: date, *, names: Collection[str] = ()
) -> CommandsRead:
    """The commands in a mail's own lines. `names` are the officer's own: a line with nothing else is a signature."""
    reader = _Reader(roster, received_on)
    found: list[CommandsRead] = []
    reason_open = False
    for position, line in enumerate(lines[:_MOST_LINES]):
        text = _BULLET.sub("", line).strip(_WRAPPING)
        if not fold(text) or is_courtesy(text) or (position and _is_signature(text, names, last=position == len(lines) - 1)):
            reason_open = False
            continue
        tokens = tokens_of(text)
        if reason_open and verb_at(tokens, 0) is None and not _BULLET.match(line):
            found[-1] = CommandsRead(commands=tuple(_longer(each, text) for each in found[-1].commands))
        else:
            found.append(reader.read(text, tokens))
        reason_open = len(line) >= _WRAPPED_FROM and any(each.why for each in found[-1].commands)
    refused = [each for one in found for each in one.refused]
    if len(lines) > _MOST_LINES:
        refused.append(NotUnderstood(written=lines[_MOST_LINES], why=_TOO_MANY))
    kept, contradicting = _without_contradictions(tuple(dict.fromkeys(each for one in found for each in one.commands)))
    return CommandsRead(commands=kept, refused=(*refused, *contradicting))


def _longer(command: Command, line: str) -> Command:
    """The command whose reason goes on in the next line."""
    return replace(command, why=f"{command.why} {line}".rstrip(".;, "), written=f"{command.written} {line}")


def _is_signature(text: str, names: Collection[str], *, last: bool) -> bool:
    """Whether a line below others is only the officer's name. Huy is a man's name, too: so written it is no command there."""
    if text == "Huy" and (last or any(each.split()[-1:] == [text] for each in names)):
        return True
    known = {fold(each) for each in names} | {fold(each).rpartition(" ")[2] for each in names}
    return fold(text) in known and verb_at(tokens_of(text), 0) is None


class _Reader:
    """Reads single lines against one roster."""

    def __init__(self, roster: tuple[Unit, ...], received_on: date) -> None:
        self._roster = {each.code: each for each in roster}
        self._names = RosterNames(roster)
        self._received_on = received_on

    def read(self, text: str, tokens: Sequence[Token]) -> CommandsRead:
        """The commands of one line: several where it lists several units."""
        found = self._read(text, tokens)
        if isinstance(found, Text):
            return CommandsRead(refused=(NotUnderstood(written=text, why=found),))
        return CommandsRead(commands=found)

    def _read(self, text: str, tokens: Sequence[Token]) -> tuple[Command, ...] | Text:
        verb = verb_at(tokens, 0)
        if verb is None:
            return _NO_COMMAND
        if text.rstrip().endswith("?"):
            return _QUESTION
        kind, place = verb
        if kind is CommandKind.UNDO:
            return self._undo(text, tokens, place)
        if kind is CommandKind.ASSIGN:
            return self._assign(text, tokens, place)
        if kind is CommandKind.EXTEND:
            return self._extend(text, tokens, place)
        units = self._units(text, tokens, place)
        if isinstance(units, Text):
            return units
        codes, end = units
        if kind is CommandKind.APPROVE:
            rest = tokens[end:]
            if not is_polite_tail(rest):
                return _left_over(text, rest)
            return tuple(Command(kind=kind, unit=each, written=text) for each in codes)
        why = self._reason(text, tokens, end)
        if isinstance(why, Text):
            return why
        return _NO_REASON if not why else tuple(Command(kind=kind, unit=each, written=text, why=why) for each in codes)

    def _units(self, text: str, tokens: Sequence[Token], place: int) -> tuple[tuple[str, ...], int] | Text:
        named = self._names.units_at(tokens, place)
        if named.ambiguous:
            names = ", ".join(f"{self._roster[each].full_name} ({each})" for each in named.ambiguous)
            return _filled(_AMBIGUOUS, names=names)
        return (named.codes, named.end) if named.codes else self._unknown(text, tokens, place)

    def _unknown(self, text: str, tokens: Sequence[Token], place: int) -> Text:
        """What to say where no unit of the roster stands: with the one that the words come nearest to."""
        while place < len(tokens) and tokens[place].folded in FILLERS:
            place += 1
        rest = tokens[place:]
        if not rest or is_polite_tail(rest):
            return _NO_UNIT
        ends = (at for at in range(1, len(rest)) if after_because(rest, at) != at or rest[at].text.isdigit())
        name = text[rest[0].start : rest[min(next(ends, len(rest)), _LONGEST_NAME) - 1].end]
        tries = (" ".join(each.text for each in rest[:count]) for count in (3, 2, 4, 1))
        like = next((found for each in tries if (found := self._names.like(each))), "")
        said = _filled(_UNKNOWN_UNIT, name=name)
        more = _filled(_NEAREST, unit=like) if like else Text(vi="", en="")
        return Text(vi=said.vi + more.vi, en=said.en + more.en)

    def _reason(self, text: str, tokens: Sequence[Token], place: int) -> str | Text:
        """The words after the units; "" when there are none, a Text when they hold another command."""
        start = after_because(tokens, place)
        rest = tokens[start:]
        if not rest or is_polite_tail(rest):
            return ""
        if start == place and self._names.units_at(tokens, place).codes and not set(tokens[place].gap) & set(",;:(-–—"):
            return _left_over(text, rest)
        for at in range(1, len(rest)):
            verb = verb_at(rest, at)
            if verb is not None and set(rest[at].gap) & set(".;,:\n") and self._names.units_at(rest, verb[1]).codes:
                return _SEVERAL
        return _closed(text[rest[0].start :])

    def _extend(self, text: str, tokens: Sequence[Token], place: int) -> tuple[Command, ...] | Text:
        """Units and the moment in either order, then perhaps a reason."""
        first = when_at_start(text[tokens[place - 1].end :], self._received_on)
        if first is not None:
            after = tokens[place - 1].end + first.length
            place = next((at for at, each in enumerate(tokens) if each.start >= after), len(tokens))
        units = self._units(text, tokens, place)
        if isinstance(units, Text):
            return units
        codes, end = units
        when = first or when_at_start(text[tokens[end - 1].end :], self._received_on)
        if when is None:
            return _NO_DAY
        if first is None:
            after = tokens[end - 1].end + when.length
            end = next((at for at, each in enumerate(tokens) if each.start >= after), len(tokens))
        rest = tokens[end:]
        given = after_because(tokens, end) != end
        if rest and not given and not is_polite_tail(rest):
            return _left_over(text, rest)
        why = self._reason(text, tokens, end)
        if isinstance(why, Text):
            return why
        kind = CommandKind.EXTEND
        return tuple(Command(kind=kind, unit=each, written=text, day=when.day, at=when.at, why=why) for each in codes)

    def _assign(self, text: str, tokens: Sequence[Token], place: int) -> tuple[Command, ...] | Text:
        while place < len(tokens) and tokens[place].folded in _NUMBERED:
            place += 1
        numbers, place = _numbers(tokens, place)
        if not numbers:
            return _NO_NUMBER
        units = self._units(text, tokens, place)
        if isinstance(units, Text):
            return units
        codes, end = units
        if len(codes) > 1:
            return _ONE_UNIT
        if not is_polite_tail(tokens[end:]):
            return _left_over(text, tokens[end:])
        return tuple(Command(kind=CommandKind.ASSIGN, unit=codes[0], written=text, message=each) for each in numbers)

    def _undo(self, text: str, tokens: Sequence[Token], place: int) -> tuple[Command, ...] | Text:
        """Everything, or by the numbers of the answer, by unit, by kind of command."""
        while place < len(tokens) and tokens[place].folded in _UNDO_FILLERS:
            place += 1
        verb = verb_at(tokens, place)
        of, place = verb if verb is not None else (None, place)
        while of is not None and place < len(tokens) and tokens[place].folded in _NUMBERED:
            place += 1
        base = Command(kind=CommandKind.UNDO, written=text, of=of)
        if is_polite_tail(tokens[place:]):
            return (base,)
        numbers, end = _numbers(tokens, place)
        if numbers and is_polite_tail(tokens[end:]):
            if of is CommandKind.ASSIGN:
                return tuple(replace(base, message=each) for each in numbers)
            return (replace(base, numbers=numbers),)
        if of is CommandKind.ASSIGN and numbers:
            place = end
        units = self._units(text, tokens, place)
        if isinstance(units, Text):
            return units
        codes, end = units
        if not is_polite_tail(tokens[end:]) and of is None:
            return _left_over(text, tokens[end:])
        return tuple(replace(base, unit=each) for each in codes)


def _numbers(tokens: Sequence[Token], place: int) -> tuple[tuple[int, ...], int]:
    """The numbers listed from here on ("17, 18 và 19") and the place after them; a unit's code is none."""
    found: list[int] = []
    while place < len(tokens) and re.fullmatch(r"[1-9]\d{0,8}", tokens[place].text):
        if found and not set(tokens[place].gap) & set(",;&+") and tokens[place - 1].folded not in {"va", "and"}:
            break
        found.append(int(tokens[place].text))
        place += 1
        if place + 1 < len(tokens) and tokens[place].folded in {"va", "and"} and tokens[place + 1].text.isdigit():
            place += 1
    return tuple(dict.fromkeys(found)), place


def _without_contradictions(commands: tuple[Command, ...]) -> tuple[tuple[Command, ...], tuple[NotUnderstood, ...]]:
    """The commands less those that speak against each other: two verdicts on a unit, two days, two units for a message."""
    groups: dict[tuple[str, object], list[Command]] = {}
    for each in commands:
        if each.kind is not CommandKind.UNDO:
            groups.setdefault(subject_of(each), []).append(each)
    wrong = {id(each) for group in groups.values() if len({_content(each) for each in group}) > 1 for each in group}
    kept: dict[object, Command] = {}
    for each in commands:
        if id(each) not in wrong:
            kept.setdefault(each if each.kind is CommandKind.UNDO else subject_of(each), each)
    lines = dict.fromkeys(each.written for each in commands if id(each) in wrong)
    return tuple(kept.values()), tuple(NotUnderstood(written=each, why=_CONTRADICTS) for each in lines)


def subject_of(command: Command) -> tuple[str, object]:
    """What a command decides: two commands with the same subject cannot both hold."""
    if command.kind is CommandKind.ASSIGN:
        return "message", command.message
    return ("deadline", command.unit) if command.kind is CommandKind.EXTEND else ("verdict", command.unit)


def _content(command: Command) -> tuple[object, ...]:
    return command.kind, command.unit, command.day, command.at, fold(command.why)


def _left_over(text: str, rest: Sequence[Token]) -> Text:
    return _filled(_LEFT_OVER, rest=_closed(text[rest[0].start :]))


def _closed(text: str) -> str:
    """The text without what ends a sentence, and without the end of a bracket that began before it."""
    closed = text.strip(_WRAPPING + ".;,:")
    return closed.rstrip(").") if closed.count(")") > closed.count("(") else closed


def _filled(text: Text, **words: str) -> Text:
    return Text(vi=text.vi.format(**words), en=text.en.format(**words))
