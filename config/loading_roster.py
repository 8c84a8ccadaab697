"""Reads the roster of a campaign, `roster.csv` or `roster.xlsx`, as offices really save it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.campaign import Unit
from config.loading_problems import Complaints, bad_address, did_you_mean, is_address
from config.roster_headings import COLUMNS, OPTIONAL, column_key, is_heading
from config.text import Text
from config.vietnamese import fold

_HEADING_WITHIN = 20  # rows: a list may begin with its title


_LOST_LETTERS = re.compile("[?\ufffd]")
"""What a program leaves of letters that its code page does not have, such as Excel's plain "CSV"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    file: str
    first_row: int  # of the heading, as the office's program numbers it
    rows: tuple[tuple[str, ...], ...]  # the heading first


def roster_from(folder: Path, place: str, complaints: Complaints) -> tuple[Unit, ...]:
    """The units of `roster.csv` or `roster.xlsx` in a campaign's folder; empty after complaints."""
    present = [name for name in ("roster.csv", "roster.xlsx") if (folder / name).is_file()]
    if len(present) != 1:
        both = Text(vi="có cả roster.csv và roster.xlsx; chỉ giữ một tệp", en="both roster.csv and roster.xlsx; keep one")
        none = Text(
            vi=f"thiếu danh sách đơn vị; tạo tệp có dòng đầu: {','.join(COLUMNS)}",
            en=f"there is no roster; make the file with this first line: {','.join(COLUMNS)}",
        )
        complaints.add(f"{place}/roster.csv", "", both if present else none)
        return ()
    name = f"{place}/{present[0]}"
    read = _read_csv if present[0].endswith(".csv") else _read_xlsx
    table = read(folder / present[0], name, complaints)
    return () if table is None else _units(table, complaints)


def _read_csv(path: Path, name: str, complaints: Complaints) -> _Table | None:
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        complaints.add(name, "", Text(vi=f"không đọc được tệp ({reason})", en=f"cannot be read ({reason})"))
        return None
    if text is None:
        complaints.add(
            name,
            "",
            Text(
                vi='không nhận ra bảng mã; trong Excel chọn Save As, "CSV UTF-8", hoặc để dạng roster.xlsx',
                en='the encoding is not known; in Excel choose Save As, "CSV UTF-8", or keep it as roster.xlsx',
            ),
        )
        return None
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip(" ;,\t")), len(lines))
    try:
        rows = _split(lines[first:])
    except csv.Error as error:
        broken = Text(vi=f"tệp CSV bị hỏng ({error})", en=f"not a valid CSV file ({error})")
        complaints.add(name, "", broken)
        return None
    return _from_heading(name, first, rows)


def _split(lines: list[str]) -> list[tuple[str, ...]]:
    """The cells of a CSV file, by the separator that is there most often in the row with the headings."""
    by_count = sorted(",;\t", key=(lines[0] if lines else "").count, reverse=True)
    found = []
    for separator in by_count:
        rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, strict=True)
        found.append([tuple(_clean(cell) for cell in row) for row in rows])
        if any(is_heading(row) for row in found[-1][:_HEADING_WITHIN]):
            return found[-1]
    return found[0]


def _from_heading(name: str, first: int, rows: list[tuple[str, ...]]) -> _Table:
    """The list from the row with its headings on; what stands above it is its title."""
    above = next((number for number, row in enumerate(rows[:_HEADING_WITHIN]) if is_heading(row)), 0)
    return _Table(file=name, first_row=first + above + 1, rows=tuple(rows[above:]))


def _decoded(raw: bytes) -> str | None:
    """UTF-8 with or without mark; UTF-16 with its mark ("Unicode text" of Excel); else the Vietnamese Windows code page."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1258")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else unicodedata.normalize("NFC", text)
    return None


def _clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _read_xlsx(path: Path, name: str, complaints: Complaints) -> _Table | None:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        complaints.add(
            name,
            "",
            Text(
                vi="không phải tệp Excel .xlsx; mở bằng Excel và lưu lại",
                en="not an .xlsx workbook; open it in Excel and save it again",
            ),
        )
        return None
    rows = [
        tuple(_cell(each.value, getattr(each, "number_format", "")) for each in row)
        for row in book.worksheets[0].iter_rows(max_col=30, max_row=5_000)
    ]
    book.close()
    first = next((index for index, row in enumerate(rows) if any(row)), len(rows))
    return _from_heading(name, first, rows[first:])


def _cell(value: object, number_format: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _clean(str(value))
    if isinstance(value, int) and set(str(number_format)) == {"0"}:
        return text.zfill(len(str(number_format)))  # a code shown as 03253 and stored as 3253
    return text


def _units(table: _Table, complaints: Complaints) -> tuple[Unit, ...]:
    keys = _heading(table, complaints)
    if keys is None:
        return ()
    units: list[tuple[int, Unit]] = []
    for offset, row in enumerate(table.rows[1:], start=1):
        if not any(row):
            continue
        number = table.first_row + offset
        values = {key: cell for key, cell in zip(keys, row, strict=False) if key}
        extra = [cell for cell in row[len(keys) :] if cell]
        if extra:
            more = Text(
                vi=f"thừa ô {extra[0]!r}; nhiều địa chỉ trong một ô cách nhau bằng dấu ; và ô đó nằm trong ngoặc kép",
                en=f"a cell too many, {extra[0]!r}; put several addresses of one cell in quotes, separated by ;",
            )
            complaints.add(table.file, _row(number), more)
        units.append((number, _unit(table.file, number, values, complaints)))
    if not units:
        complaints.add(table.file, "", Text(vi="danh sách không có đơn vị nào", en="the roster names no unit"))
    for number, key, text in _contradictions(units):
        complaints.add(table.file, _row(number, key), text)
    return tuple(unit for _, unit in units)


def _heading(table: _Table, complaints: Complaints) -> list[str] | None:
    written = list(table.rows[0]) if table.rows else []
    keys: list[str] = []
    known = (*COLUMNS, *OPTIONAL)
    for cell in written:
        key = column_key(cell)
        if key and key not in known:
            hint = did_you_mean(key, known)
            if hint.vi:  # a slip of the pen; any other column is the office's own affair
                unknown = Text(vi=f"không có cột {cell!r}{hint.vi}", en=f"unknown column {cell!r}{hint.en}")
                complaints.add(table.file, _row(table.first_row), unknown)
            key = ""
        elif key in keys and key:
            complaints.add(
                table.file, _row(table.first_row), Text(vi=f"cột {cell!r} bị lặp", en=f"the column {cell!r} is there twice")
            )
        keys.append(key)
    missing = [key for key in ("code", "name") if key not in keys]
    if missing:
        complaints.add(
            table.file,
            _row(table.first_row or 1),
            Text(
                vi=f"thiếu cột {', '.join(missing)}; dòng đầu phải là: {','.join(COLUMNS)}",
                en=f"no column {', '.join(missing)}; the first line must be: {','.join(COLUMNS)}",
            ),
        )
        return None
    return keys


def _row(number: int, key: str = "") -> Text:
    return Text(vi=f"dòng {number}" + (f", cột {key}" if key else ""), en=f"row {number}" + (f", {key}" if key else ""))


def _unit(file: str, number: int, values: dict[str, str], complaints: Complaints) -> Unit:
    for key in ("code", "name"):
        if not values.get(key):
            empty = Text(vi="không được để trống", en="must not be empty")
            complaints.add(file, _row(number, key), empty)
    for key in ("name", "kind", "contact"):
        if _LOST_LETTERS.search(values.get(key, "")):
            complaints.add(file, _row(number, key), _letters_lost(values[key]))
    emails = _list(values.get("emails", "").replace(",", ";"))
    for each in emails:
        if not is_address(each):
            complaints.add(file, _row(number, "emails"), bad_address(each))
    head = values.get("head_email", "")
    if head and not is_address(head):
        complaints.add(file, _row(number, "head_email"), bad_address(head))
    return Unit(
        code=values.get("code", ""),
        name=values.get("name", ""),
        kind=values.get("kind", ""),
        emails=emails,
        aliases=_list(values.get("aliases", "")),
        weak_aliases=_list(values.get("weak_aliases", "")),
        phone=values.get("phone", ""),
        contact=values.get("contact", ""),
        parent=values.get("parent") or None,
        population=_population(file, number, values.get("population", ""), complaints),
        head_email=head,
    )


def _letters_lost(cell: str) -> Text:
    return Text(
        vi=f'{cell!r} đã mất chữ tiếng Việt; ghi lại tên, rồi trong Excel chọn Save As, "CSV UTF-8", hoặc để dạng roster.xlsx',
        en=f'{cell!r} lost its Vietnamese letters; write it again and in Excel choose Save As, "CSV UTF-8", or keep roster.xlsx',
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _population(file: str, number: int, cell: str, complaints: Complaints) -> int | None:
    digits = cell.replace(".", "").replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()):
        wrong = Text(vi=f"{cell!r} không phải số nguyên", en=f"{cell!r} is not a whole number")
        complaints.add(file, _row(number, "population"), wrong)
        return None
    return int(digits)


def _contradictions(units: list[tuple[int, Unit]]) -> Iterator[tuple[int, str, Text]]:
    codes: dict[str, int] = {}
    addresses: dict[str, tuple[int, Unit]] = {}
    names: dict[str, tuple[int, Unit]] = {}
    for number, unit in units:
        first = codes.setdefault(unit.code, number)
        if first != number and unit.code:
            yield (
                number,
                "code",
                Text(vi=f"mã {unit.code} đã dùng ở dòng {first}", en=f"the code {unit.code} is already used in row {first}"),
            )
        for each in unit.emails:
            row, owner = addresses.setdefault(each.casefold(), (number, unit))
            if owner is not unit:
                yield (
                    number,
                    "emails",
                    Text(
                        vi=f"địa chỉ {each} đã ghi cho {owner.full_name} (dòng {row}); mỗi địa chỉ chỉ thuộc một đơn vị",
                        en=f"{each} already belongs to {owner.full_name} (row {row}); an address may stand for one unit only",
                    ),
                )
        yield from _ambiguous(number, unit, names)
    yield from _misleading_aliases(units)
    known = {unit.code for _, unit in units}
    for number, unit in units:
        if unit.parent is not None and unit.parent == unit.code:
            yield (number, "parent", Text(vi="đơn vị không thể trực thuộc chính mình", en="a unit cannot be its own parent"))
        if unit.parent is not None and unit.parent not in known:
            yield (
                number,
                "parent",
                Text(vi=f"không có đơn vị mã {unit.parent}", en=f"there is no unit with the code {unit.parent}"),
            )


def _ambiguous(number: int, unit: Unit, names: dict[str, tuple[int, Unit]]) -> Iterator[tuple[int, str, Text]]:
    """Names that, read without tones, would point at two units."""
    for position, alias in enumerate((unit.full_name, *unit.aliases)):
        folded = fold(alias)
        row, owner = names.setdefault(folded, (number, unit)) if folded else (number, unit)
        if owner is not unit:
            yield (number, "aliases" if position else "name", _also_means(alias, owner, row))


def _misleading_aliases(units: list[tuple[int, Unit]]) -> Iterator[tuple[int, str, Text]]:
    """Aliases of one unit that are the bare name of another. Two units of one bare name but different kinds are no mistake."""
    bare: dict[str, list[tuple[int, Unit]]] = {}
    for number, unit in units:
        bare.setdefault(fold(unit.name), []).append((number, unit))
    for number, unit in units:
        for alias in unit.aliases:
            for row, owner in bare.get(fold(alias), ()):
                if owner is not unit and fold(unit.name) != fold(owner.name):
                    yield (number, "aliases", _also_means(alias, owner, row))


def _also_means(alias: str, owner: Unit, row: int) -> Text:
    return Text(
        vi=f"{alias!r} cũng chỉ {owner.full_name} (dòng {row}); bỏ bớt tên gọi để không nhầm đơn vị",
        en=f"{alias!r} also means {owner.full_name} (row {row}); drop one, or mail would be taken for the other unit",
    )
