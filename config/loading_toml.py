"""Reads a TOML file and remembers on which line every key stands, so that a mistake can be pointed at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.loading_problems import Complaints
from config.text import Language, Text

Key = str | int
KeyPath = tuple[Key, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_ARRAY_HEADER = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_HEADER = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_STRING_OR_MARK = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\[\]{}#]''')
_SYNTAX_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """A TOML file that could be read: its name as told to the officer, its values, and the line of each key."""

    name: str
    values: dict[str, object]
    lines: dict[KeyPath, int]

    def where(self, path: KeyPath, language: Language) -> str:
        """The place of a key in words: "line 12, [smtp] port"; the nearest heading's line if the key is not there."""
        key = _words(path)
        known = next((self.lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in self.lines), None)
        if known is None:
            return key
        return ", ".join(filter(None, (f"{_LINE.in_(language)} {known}", key)))


_LINE = Text(vi="dòng", en="line")


def _words(path: KeyPath) -> str:
    """A key as people write it: `[smtp] port`, `[[mailbox]] 2 host`, `[reminders] before 3`."""
    names = [str(each + 1) if isinstance(each, int) else each for each in path]
    if len(names) < 2:  # noqa: PLR2004 - a key of its own, outside any table
        return "".join(names)
    brackets = "[[{}]]" if isinstance(path[1], int) else "[{}]"
    return " ".join([brackets.format(names[0]), *names[1:]])


def read_toml(path: Path, name: str, complaints: Complaints) -> TomlFile | None:
    """The file's values and lines, or None after a complaint: the file is missing, unreadable, not UTF-8 or not TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        complaints.add(
            name, "", Text(vi="tệp không phải UTF-8; đề nghị lưu lại với bảng mã UTF-8", en="not UTF-8; save it as UTF-8")
        )
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        complaints.add(name, "", Text(vi=f"không đọc được tệp ({reason})", en=f"cannot be read ({reason})"))
        return None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _complain_of_syntax(name, text, str(error), complaints)
        return None
    return TomlFile(name=name, values=values, lines=key_lines(text))


def _complain_of_syntax(name: str, text: str, message: str, complaints: Complaints) -> None:
    place = _SYNTAX_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    reason = _SYNTAX_PLACE.sub("", message).strip()
    shown = [*text.split("\n"), ""][line - 1].strip()[:60]
    where = Text(vi=f"dòng {line}", en=f"line {line}")
    complaints.add(
        name,
        where,
        Text(
            vi=f"sai cú pháp TOML ({reason}) tại: {shown} - kiểm tra dấu ngoặc kép, dấu ngoặc vuông và dấu bằng",
            en=f"not valid TOML ({reason}) at: {shown} - check quotes, brackets and the equals sign",
        ),
    )


def key_lines(text: str) -> dict[KeyPath, int]:
    """The 1-based line of every table heading and key of a valid TOML text."""
    lines: dict[KeyPath, int] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in _logical_lines(text):
        if header := _ARRAY_HEADER.match(line):
            plain = _resolve(_split(header[1]), arrays, upto_last=True)
            arrays[plain] = arrays.get(plain, -1) + 1
            table = (*plain, arrays[plain])
            lines.setdefault(plain, number)
            lines[table] = number
        elif header := _HEADER.match(line):
            table = _resolve(_split(header[1]), arrays, upto_last=False)
            lines[table] = number
        elif assignment := _ASSIGNMENT.match(line):
            lines[(*table, *_split(assignment[1]))] = number
    return lines


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(each.strip("\"'") for each in re.findall(_PART, dotted))


def _resolve(names: tuple[str, ...], arrays: dict[KeyPath, int], *, upto_last: bool) -> KeyPath:
    """Puts the index of the current element after every name that is an array of tables."""
    path: KeyPath = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if path in arrays and not (upto_last and position == len(names) - 1):
            path = (*path, arrays[path])
    return path


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a heading or a key: not those inside a list, an inline table or a text of several lines."""
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if depth == 0 and not quote:
            yield number, line
            if _HEADER.match(line) or _ARRAY_HEADER.match(line):
                continue
        depth, quote = _scan(line, depth, quote)


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    position = 0
    while position < len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return depth, quote
            position, quote = end + 3, ""
            continue
        mark = _STRING_OR_MARK.search(line, position)
        if mark is None or mark[0] == "#":
            return depth, quote
        position = mark.end()
        if mark[0] in {'"""', "'''"}:
            quote = mark[0]
        elif mark[0] in {"[", "{"}:
            depth += 1
        elif mark[0] in {"]", "}"}:
            depth -= 1
    return depth, quote


def table(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A table of a file that may hold anything: empty if it is no table."""
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def tables(values: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The elements of an array of tables, an empty one standing for whatever is no table, so that positions stay right."""
    found = values.get(name)
    return [each if isinstance(each, dict) else {} for each in found] if isinstance(found, list) else []


def text_at(values: Mapping[str, object], key: str, default: str = "") -> str:
    """The text under a key; `default` if there is none or it is no text."""
    found = values.get(key)
    return found if isinstance(found, str) else default


def texts_at(values: Mapping[str, object], key: str) -> list[str]:
    """The texts of the list under a key, leaving out what is no text."""
    found = values.get(key)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
