"""Forms as units send them, with known truth: any layout, header, spelling, rows dropped, moved and added."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from config.campaign import Form, Indicator, IndicatorType
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.spreadsheet_cells import address_of

Key = tuple[str, str]
Written = str | int | Decimal | None

CONFUSABLE = (
    "Bồi dưỡng nghiệp vụ cho giáo viên",
    "Bồi dưỡng chính trị hè cho giáo viên",
    "Hoạt động văn hóa",
    "Hoạt động văn hóa, văn nghệ quần chúng",
    "Tổng cộng",
    "Trong đó: nữ",
    "Trong đó dân tộc thiểu số",
    "Hội thảo khuyến học",
    "Thi đọc sách",
    "Giáo dục kỹ năng phòng chống đuối nước cho học sinh",
    "Số tin bài đăng trên trang của xã",
    "Số trường tổ chức hội sách",
    "Ngân sách xã",
    "Phổ biến kiến thức nông nghiệp cho người lao động",
    "Phổ cập bơi",
    "Khen thưởng học sinh giỏi",
    "Số thư viện được tặng sách",
)
_SHORTER = {
    "thể dục thể thao": "TDTT",
    "giáo viên": "GV",
    "học sinh": "HS",
    "cán bộ quản lý": "CBQL",
    "tổ chức": "TC",
    "kỹ năng sống": "KNS",
    "giáo dục": "GD",
    "xây dựng": "XD",
}
_OTHER_TONES = (("óa", "oá"), ("ỏa", "oả"), ("ọa", "oạ"), ("úy", "uý"), ("ủy", "uỷ"), ("hóa", "hoá"))


@dataclass(slots=True)
class Mess:
    """A document with its truth: what a careful person would read, None where nothing may be read."""

    sheets: list[Sheet] = field(default_factory=list)
    truth: dict[Key, int | str | None] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)  # indicators whose row is there
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """One row of the table before it is laid out."""

    indicator: Indicator | None
    label: str
    row_number: str
    unit: str
    cells: dict[str, Written]


class Writer:
    """Writes one messy form for a seed."""

    def __init__(self, form: Form, seed: int, *, tidy: bool = False) -> None:
        self.form, self.random, self.tidy = form, random.Random(seed), tidy
        self.noise = 0.0 if tidy else self.random.choice((0.0, 0.1, 0.3, 0.6))
        self.mess = Mess()

    def write(self) -> Mess:
        """The document."""
        lines = self._changed([self._line(indicator) for indicator in self.form.indicators])
        self.mess.shown = {line.indicator.code for line in lines if line.indicator}
        for indicator in self.form.indicators:
            if indicator.code not in self.mess.shown:
                for key in indicator.columns:
                    self.mess.truth[indicator.code, key] = None
        self._lay_out(lines)
        return self.mess

    def _line(self, indicator: Indicator) -> _Line:
        values: dict[str, int | None] = {}
        for key in indicator.columns if indicator.type not in (IndicatorType.MONEY, IndicatorType.TEXT) else ():
            values[key] = self._amount(indicator, key)
        if values and self.random.random() < 0.15:
            values = dict.fromkeys(values)
        for key, value in values.items():
            self.mess.truth[indicator.code, key] = value
        cells: dict[str, Written] = {key: self._spelt(value, indicator, key) for key, value in values.items()}
        if indicator.type is IndicatorType.MONEY:
            money = self.random.choice((None, 0, 500_000, 4_500_000, 12_000_000))
            self.mess.truth[indicator.code, "money"] = money
            cells[self.random.choice(("count", "people"))] = (
                money if self.random.random() < 0.6 or not money else f"{money:,}".replace(",", ".")
            )
        if indicator.type is IndicatorType.TEXT and self.random.random() < 0.5:
            cells["count"] = "Trồng cây lưu niệm"
            self.mess.truth[indicator.code, "text"] = "Trồng cây lưu niệm"
        pair = indicator.pair
        if pair and all(values.get(key) is not None for key in pair) and self.random.random() < 0.15:
            count, people = (values[key] for key in pair)
            if count is not None and people is not None and people >= count:
                cells = {pair[0]: self.random.choice((f"{count}/{people}", f"{count:02d}/{people}")), pair[1]: None}
        return _Line(indicator, self._relabelled(indicator), indicator.row_number, indicator.unit, cells)

    def _amount(self, indicator: Indicator, key: str) -> int:
        if indicator.type is IndicatorType.INTEGER_FLAG:
            return self.random.choice((0, 1))
        return (
            self.random.choice((0, self.random.randint(1, 9), self.random.randint(10, 30)))
            if key == "count"
            else self.random.randint(31, 950)
        )

    def _spelt(self, value: int | None, indicator: Indicator, key: str) -> Written:
        if value is None:
            return None
        words = {"lớp/người": ("lớp", "người"), "Số cuộc/người": ("cuộc", "người")}.get(indicator.unit)
        choice = self.random.random()
        if choice < 0.75:
            return value
        if choice < 0.85:
            return f"{value:02d}"
        if choice < 0.92 and words:
            return f"{value} {words[0] if key == 'count' else words[1]}"
        return str(value) if value else "không"

    def _relabelled(self, indicator: Indicator) -> str:
        label = indicator.label
        if self.random.random() >= self.noise:
            return label
        return self.random.choice((self._typo, self._bare, self._alias, self._cut, self._bullet, self._tones, self._short))(
            indicator
        )

    def _typo(self, indicator: Indicator) -> str:
        letters = list(indicator.label)
        for _ in range(1 + len(letters) // 30):
            place = self.random.randrange(len(letters))
            action = self.random.choice("dsi")
            if action == "d":
                letters[place] = ""
            elif action == "s":
                letters[place] = self.random.choice("aeiouhngtc")
            else:
                letters[place] += self.random.choice("aeiouhngtc ")
        return "".join(letters)

    def _bare(self, indicator: Indicator) -> str:
        plain = unicodedata.normalize("NFD", indicator.label.replace("đ", "d").replace("Đ", "D"))
        return "".join(letter for letter in plain if not unicodedata.combining(letter))

    def _alias(self, indicator: Indicator) -> str:
        return self.random.choice(indicator.aliases or (indicator.label,))

    def _cut(self, indicator: Indicator) -> str:
        words = indicator.label.split()
        return " ".join(words[: max(2, int(len(words) * self.random.uniform(0.4, 0.9)))])

    def _bullet(self, indicator: Indicator) -> str:
        return self.random.choice(("- ", "+ ", "* ", "a) ", "1.1. ", "   ")) + indicator.label

    def _tones(self, indicator: Indicator) -> str:
        label = indicator.label
        for one, other in _OTHER_TONES:
            label = label.replace(one, other)
        return label.upper() if self.random.random() < 0.3 else label

    def _short(self, indicator: Indicator) -> str:
        label = indicator.label
        for long, short in _SHORTER.items():
            label = label.replace(long, short)
        return label

    def _changed(self, lines: list[_Line]) -> list[_Line]:
        """Rows dropped, moved and added."""
        wild = self.random.random() < 0.6 and not self.tidy
        if wild:
            lines = [line for line in lines if self.random.random() > 0.06]
        if wild and self.random.random() < 0.4 and len(lines) > 10:
            self.mess.notes.append("moved")
            line = lines.pop(self.random.randrange(len(lines)))
            lines.insert(self.random.randrange(len(lines)), line)
        for _ in range(self.random.choice((0, 0, 1, 2, 4)) if wild else 0):
            label = self.random.choice(CONFUSABLE)
            place = self.random.randrange(3, len(lines))
            cells: dict[str, Written] = {"count": self.random.randint(700, 799), "people": self.random.randint(7000, 7999)}
            lines.insert(place, _Line(None, label, "", self.random.choice(("", "người", "lớp/người")), cells))
            self.mess.notes.append(label)
        if wild and self.random.random() < 0.2:
            self._split_donors(lines)
        if self.random.random() < 0.15:
            for number, line in enumerate(lines, start=1):
                line.row_number = str(number)
        return lines

    def _split_donors(self, lines: list[_Line]) -> None:
        place = next((number for number, line in enumerate(lines) if line.indicator and line.indicator.code == "4.donors"), None)
        if place is None:
            return
        self.mess.notes.append("donors split")
        lines[place : place + 1] = [
            _Line(None, "Tập thể", "", "Đơn vị", {"count": 777}),
            _Line(None, "Cá nhân", "", "Người", {"people": 7777}),
        ]
        self.mess.truth["4.donors", "count"] = self.mess.truth["4.donors", "people"] = None

    def _lay_out(self, lines: list[_Line]) -> None:
        top, left = self.random.choice((0, 0, 2, 7)), self.random.choice((0, 0, 1, 3))
        sheet = _Grid("Biểu")
        sheet.put(top + 1, left + 1, "UBND XÃ QUÀI TỞ")
        sheet.put(top + 3, left + 2, "MẪU TỔNG HỢP SỐ LIỆU KẾT QUẢ TỔ CHỨC TUẦN LỄ")
        places = _places(self.random, left, tidy=self.tidy)
        row = _header(self.random, sheet, top + 5, places, self.mess)
        cut = self.random.randrange(8, 26) if self.random.random() < 0.2 else None
        for number, line in enumerate(lines):
            if number == cut:
                row = _header(self.random, sheet, row + 2, places, self.mess) if self.random.random() < 0.5 else row + 2
            self._put(sheet, row, line, places)
            row += 1
        sheet.put(row + 2, left + 2, "Người lập biểu")
        sheet.put(row + 2, left + 5, "TM. UỶ BAN NHÂN DÂN")
        self.mess.sheets.append(sheet.sheet())

    def _put(self, sheet: _Grid, row: int, line: _Line, places: dict[str, int]) -> None:
        if "row_number" in places and line.row_number:
            sheet.put(row, places["row_number"], line.row_number)
        sheet.put(row, places["label"], line.label)
        if "unit" in places and line.unit:
            sheet.put(row, places["unit"], line.unit)
        for key, value in line.cells.items():
            if key in places:
                sheet.put(row, places[key], value)
        if "single" in places:
            sheet.put(row, places["single"], self._in_one(line))
        for key in ("plan", "past"):
            if key in places and line.indicator and line.indicator.columns:
                sheet.put(row, places[key], self.random.randint(600, 699))

    def _in_one(self, line: _Line) -> Written:
        given = [line.cells.get(key) for key in ("count", "people")]
        written = [each for each in given if each is not None]
        if len(written) < 2:
            return written[0] if written else None
        count, people = written
        return (
            f"{count}/{people}"
            if isinstance(count, int) and isinstance(people, int) and people >= count
            else f"{count}; {people}"
        )


class _Grid:
    """A sheet being written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Merge] = []

    def put(self, row: int, column: int, value: Written) -> None:
        if value is not None and value != "":
            kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
            self.cells[row, column] = Cell(kind=kind, value=value, address=address_of(row, column))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        self.merges.append(Merge(top=top, left=left, bottom=bottom, right=right))

    def sheet(self) -> Sheet:
        return Sheet(name=self.name, cells=self.cells, merges=tuple(self.merges))


def _places(dice: random.Random, left: int, *, tidy: bool) -> dict[str, int]:
    names = []
    if dice.random() < 0.85:
        names.append("row_number")
    names.append("label")
    if dice.random() < 0.9:
        names.append("unit")
    extra = dice.random()
    if extra < 0.1:
        names.append("plan")
    elif extra < 0.2:
        names.append("past")
    names += ["single"] if dice.random() < 0.12 and extra >= 0.2 and not tidy else ["count", "people"]
    if dice.random() < 0.9:
        names.append("note")
    return {name: left + number for number, name in enumerate(names, start=1)}


_HEADERS = {
    "row_number": ("STT", "TT", "Số TT", "stt"),
    "label": ("Nội dung", "Chỉ tiêu", "NỘI DUNG", "Noi dung hoat dong", "Tên chỉ tiêu"),
    "unit": ("Đơn vị", "ĐVT", "Đơn vị tính", "Don vi tinh", "Đơn vi"),
    "count": ("Số lớp/số cuộc thi", "Số lớp/cuộc", "Số lớp", "So lop/so cuoc thi", "Số cuộc", "Số lớp, số cuộc"),
    "people": ("Người", "Số người", "NGƯỜI", "Nguoi", "Số người tham gia", "Số lượt người"),
    "single": ("Số lượng", "SL", "Kết quả", "Kết quả thực hiện", "So luong"),
    "note": ("Ghi chú", "Ghi chu", "GHI CHÚ"),
    "plan": ("Kế hoạch", "Chỉ tiêu kế hoạch", "KH giao"),
    "past": ("Năm 2019", "Cùng kỳ năm trước", "Năm trước"),
}


def _header(dice: random.Random, sheet: _Grid, row: int, places: dict[str, int], mess: Mess) -> int:
    """Write a header and return the row below it."""
    style = dice.choice(("two", "two", "unmerged", "one", "one", "none"))
    extra = "plan" in places or "past" in places
    if style == "none" and (extra or "single" in places):
        style = "one"
    mess.notes.append(f"header {style}")
    if style == "none":
        return row
    double = style != "one" and "count" in places
    for name, column in places.items():
        low = double and name in ("count", "people")
        sheet.put(row + (1 if low else 0), column, dice.choice(_HEADERS[name]))
        if double and not low and style == "two":
            sheet.merge(row, column, row + 1, column)
    if double:
        sheet.put(row, places["count"], dice.choice(("Số lượng", "SL", "So luong")))
        if style == "two":
            sheet.merge(row, places["count"], row, places["people"])
    row += 2 if double else 1
    if dice.random() < 0.15:
        for number, column in enumerate(places.values(), start=1):
            sheet.put(row, column, f"({number})")
        row += 1
    return row
