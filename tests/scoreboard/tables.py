"""Lays the cells out as a commune's sheet: any offset, header, columns, rows dropped, moved, added, renamed, beside other sheets."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field

from config.campaign import Form, Indicator, IndicatorRole, Unit
from tests.scoreboard.figures import BLANK, Allowed, Content, Entry, Key

_STRANGERS = (
    "Lớp tập huấn tin học cho học sinh",
    "Số người tham dự lễ khai mạc",
    "Cộng",
    "Tổng cộng",
    "Trong đó: Nữ",
    "- Dân tộc thiểu số",
    "Số trường học trên địa bàn",
    "Tuyên truyền trên hệ thống loa truyền thanh",
    "Bồi dưỡng chuyên môn cho cán bộ thư viện",
    "Giáo dục pháp luật cho học sinh",
    "Tuyên truyền phòng chống dịch Covid-19",
    "Lớp học nghề ngắn hạn cho lao động nông thôn",
    "Thi rung chuông vàng",
    "Hội thi giáo viên dạy giỏi",
    "Kinh phí hỗ trợ học sinh nghèo",
    "Số bản có nhà văn hóa",
    "Gia đình hiếu học",
    "Số người mù chữ còn lại",
    "Hội khuyến học xã",
    "Văn hóa, văn nghệ quần chúng ở bản",
    "Số lượt bạn đọc tại thư viện",
)
_SHORT = {
    "giáo viên": "GV",
    "học sinh": "HS",
    "Bồi dưỡng": "BD",
    "tập huấn": "TH",
    "cán bộ quản lý": "CBQL",
    "báo cáo viên": "BCV",
    "cán bộ, công chức, viên chức": "CBCCVC",
    "kỹ năng sống": "KNS",
    "thể dục thể thao": "TDTT",
    "Tuần lễ": "TL",
    "giáo dục": "GD",
    "cơ sở giáo dục": "CSGD",
    "Tổ chức": "T/c",
    "hoạt động": "HĐ",
    "văn nghệ": "VN",
    "lịch sử": "LS",
}
_NEAR = {"ă": "a", "ơ": "o", "ư": "u", "ê": "e", "ị": "i", "ổ": "ô", "ã": "ả", "ỹ": "ỷ", "x": "s", "s": "x"}
_HEAD = {
    "stt": ("STT", "TT", "Số TT", "Stt", "S TT"),
    "label": ("Nội dung", "Chỉ tiêu", "Nội dung hoạt động", "Các hoạt động", "NỘI DUNG", "Tên chỉ tiêu", ""),
    "unit": ("Đơn vị", "ĐVT", "Đơn vị tính", "Đ.vị", "Don vi"),
    "count": ("Số lớp/số cuộc thi", "Số lớp/ số cuộc", "Số lớp", "Số cuộc", "Lớp/cuộc", "Số lớp, số cuộc thi", "Số lớp (cuộc)"),
    "people": ("Người", "Số người", "Số lượt người", "Số người tham gia", "Lượt người", "Số học viên"),
    "single": ("Số lượng", "Kết quả", "Số liệu", "SL", "Kết quả thực hiện"),
    "note": ("Ghi chú", "Ghi chu", "Ghi chú (nếu có)"),
    "past": ("Năm 2019", "Cùng kỳ 2019", "Kết quả năm trước"),
    "plan": ("Kế hoạch", "KH năm 2020", "Chỉ tiêu giao"),
    "women": ("Trong đó nữ", "Nữ", "Trong đó: Nữ", "Dân tộc"),
    "gap": ("",),
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the result its program saw."""

    text: str
    result: int


@dataclass(slots=True)
class Page:
    """A sheet or table to be written: cells by (row, column), both 1-based; merges as top, left, bottom, right."""

    name: str
    cells: dict[tuple[int, int], Content | Formula] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False
    above: list[str] = field(default_factory=list)  # the lines over the table, for formats where they stand outside of it
    top: int = 1  # where the table itself begins

    def put(self, row: int, column: int, content: Content | Formula) -> None:
        """Write one cell; None writes nothing."""
        if content is not None:
            self.cells[row, column] = content

    @property
    def size(self) -> tuple[int, int]:
        """The last row and column."""
        return max(row for row, _ in self.cells), max(column for _, column in self.cells)


@dataclass(slots=True)
class Line:
    """One row before it is laid out."""

    label: str
    stt: str = ""
    unit: str = ""
    entry: Entry = field(default_factory=Entry)
    code: str = ""


class Layout:
    """One unit's form as a page, and the truth of what stands in it."""

    def __init__(self, form: Form, unit: Unit, dice: random.Random, *, wild: float, named: bool) -> None:
        self.form, self.unit, self.dice, self.wild, self.named = form, unit, dice, wild, named
        self.truth: dict[Key, Allowed] = {}
        self.notes: list[str] = []

    def page(self, entries: dict[str, Entry], *, only: tuple[str, ...] = ()) -> Page:
        """The form; `only` some indicators' rows, as in a correction."""
        lines = [self._line(each, entries[each.code]) for each in self.form.indicators if not only or each.code in only]
        lines = lines if only else self._changed(lines)
        shown = {line.code for line in lines if line.code}
        for each in self.form.indicators:
            for key in each.columns:
                self.truth[each.code, key] = entries[each.code].truth.get(key, BLANK) if each.code in shown else BLANK
        return self._laid_out(lines)

    def _line(self, indicator: Indicator, entry: Entry) -> Line:
        return Line(self._label(indicator), indicator.row_number, indicator.unit, entry, indicator.code)

    def _label(self, indicator: Indicator) -> str:
        dice = self.dice
        if dice.random() > self.wild:
            return indicator.label
        return dice.choice(
            (
                self._typo,
                self._typo,
                self._bare,
                self._alias,
                self._cut,
                self._bullet,
                self._upper,
                self._shorter,
                self._with_unit,
            )
        )(indicator)

    def _typo(self, indicator: Indicator) -> str:
        letters = list(indicator.label)
        for _ in range(1 + len(letters) // 25):
            place = self.dice.randrange(len(letters))
            kind = self.dice.randrange(4)
            if kind == 0:
                letters[place] = ""
            elif kind == 1 and place:
                letters[place - 1], letters[place] = letters[place], letters[place - 1]
            elif kind == 2:
                letters[place] = _NEAR.get(letters[place], letters[place])
            else:
                letters[place] *= 2
        return "".join(letters)

    def _bare(self, indicator: Indicator) -> str:
        plain = unicodedata.normalize("NFD", indicator.label.replace("đ", "d").replace("Đ", "D"))
        return "".join(each for each in plain if not unicodedata.combining(each))

    def _alias(self, indicator: Indicator) -> str:
        return self.dice.choice(indicator.aliases or (indicator.label,))

    def _cut(self, indicator: Indicator) -> str:
        words = indicator.label.split()
        return " ".join(words[: max(3, int(len(words) * self.dice.uniform(0.5, 0.9)))])

    def _bullet(self, indicator: Indicator) -> str:
        return (
            self.dice.choice(("- ", "+ ", "* ", "a) ", "1.2 ", "• ", "\t", "  "))
            + indicator.label
            + self.dice.choice(("", ":", ";", "."))
        )

    def _upper(self, indicator: Indicator) -> str:
        return indicator.label.upper() if self.dice.random() < 0.5 else unicodedata.normalize("NFD", indicator.label)

    def _shorter(self, indicator: Indicator) -> str:
        label = indicator.label
        for long, short in _SHORT.items():
            if self.dice.random() < 0.7:
                label = label.replace(long, short)
        return label

    def _with_unit(self, indicator: Indicator) -> str:
        return (
            f"{indicator.label} ({self.dice.choice((indicator.unit, indicator.unit.lower()))})"
            if indicator.unit
            else indicator.label
        )

    def _changed(self, lines: list[Line]) -> list[Line]:
        dice = self.dice
        if dice.random() > self.wild:
            return lines
        lines = [line for line in lines if dice.random() > 0.05]
        if dice.random() < 0.3:
            self.notes.append("moved")
            lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))
        if dice.random() < 0.1:
            self.notes.append("groups turned round")
            lines = self._regrouped(lines)
        for _ in range(dice.choice((0, 0, 1, 2, 5))):
            label = dice.choice(_STRANGERS)
            self.notes.append(f"stranger {label}")
            cells: dict[str, Content] = {"count": dice.randint(3001, 3099), "people": dice.randint(7001, 7999)}
            if dice.random() < 0.3:
                del cells["count"]
            lines.insert(
                dice.randrange(2, len(lines)),
                Line(label, unit=dice.choice(("", "người", "lớp/người", "lớp")), entry=Entry(cells)),
            )
        if dice.random() < 0.2:
            for number, line in enumerate(lines, 1):
                line.stt = str(number)
        return lines

    def _regrouped(self, lines: list[Line]) -> list[Line]:
        """Two whole groups change places."""
        groups: dict[str, list[Line]] = {}
        for line in lines:
            groups.setdefault(line.code.split(".")[0], []).append(line)
        names = list(groups)
        if len(names) > 5:
            one, two = self.dice.sample(range(2, len(names) - 2), 2) if len(names) > 6 else (2, 3)
            names[one], names[two] = names[two], names[one]
        return [line for name in names for line in groups[name]]

    def _columns(self) -> list[str]:
        dice = self.dice
        names = ["stt"] if dice.random() < 0.85 else []
        names.append("label")
        if dice.random() < 0.88:
            names.append("unit")
        extra = dice.random() if self.wild > 0.1 else 1.0
        if extra < 0.12:
            names.append(dice.choice(("past", "plan")))
        if extra > 0.9 and self.wild > 0.1:
            names.append("single")
        elif extra > 0.86 and self.wild > 0.1:
            names += ["people", "count"]
            self.notes.append("columns turned round")
        else:
            names += ["count", "people"]
        if 0.16 < extra < 0.2 and names[-1] == "people":
            names.append("women")
        if dice.random() < 0.04:
            names.insert(names.index("label") + 1, "gap")
        if dice.random() < 0.9:
            names.append("note")
        if 0.12 < extra < 0.16:
            names.append("past")
        return names

    def _laid_out(self, lines: list[Line]) -> Page:
        dice = self.dice
        page = Page(
            dice.choice(
                (
                    "Sheet1",
                    "Biểu",
                    "Mau tong hop",
                    "Tuần lễ HTSĐ",
                    "Biểu số liệu",
                    f"Xã {self.unit.name}" if self.named else "So lieu",
                )
            )
        )
        left = dice.choice((0, 0, 0, 1, 2, 4))
        columns = self._columns()
        places = {name: left + number for number, name in enumerate(columns, 1)}
        row = dice.choice((1, 1, 1, 2, 4, 9))
        page.above = self._titles()
        for text in page.above:
            page.put(row, left + dice.choice((1, 1, 2)), text)
            row += dice.choice((1, 1, 2))
        page.top = row
        row = self._header(page, row, places)
        again = dice.randrange(10, 28) if dice.random() < 0.1 else -1
        for number, line in enumerate(lines):
            if number == again:
                row = self._header(page, row, places) if dice.random() < 0.7 else row + 1
            elif dice.random() < 0.01 * self.wild:
                row += 1
            self._put(page, row, line, places)
            row += 1
        page.put(row + 1, places["label"], "NGƯỜI LẬP BIỂU")
        page.put(
            row + 1,
            left + len(columns),
            dice.choice(("CHỦ TỊCH", f"TM. UBND {self.unit.full_name.upper()}" if self.named else "KT. CHỦ TỊCH")),
        )
        self.notes.append("/".join(columns))
        return page

    def _titles(self) -> list[str]:
        dice, unit = self.dice, self.unit
        titles = []
        if self.named:
            titles.append(
                dice.choice(
                    (f"ỦY BAN NHÂN DÂN {unit.full_name.upper()}", f"UBND {unit.full_name.upper()}", f"UBND {unit.full_name}")
                )
            )
        if dice.random() < 0.9:
            titles.append(
                dice.choice(
                    (self.form.title, self.form.title, "BIỂU TỔNG HỢP KẾT QUẢ TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI NĂM 2020")
                )
            )
        if dice.random() < 0.5:
            titles.append(dice.choice(("(Kèm theo báo cáo)", "(Kèm theo Báo cáo số 45/BC-UBND ngày 12/10/2020)", "Năm 2020")))
        return titles

    def _header(self, page: Page, row: int, places: dict[str, int]) -> int:
        dice = self.dice
        if (
            "single" not in places
            and not {"past", "plan"} & set(places)
            and dice.random() < 0.05 * self.wild
            and "count" in places
            and "columns turned round" not in self.notes
        ):
            self.notes.append("no header")
            return row
        double = "count" in places and dice.random() < 0.7
        for name, column in places.items():
            low = double and name in {"count", "people"}
            text = dice.choice(_HEAD[name]) if dice.random() < self.wild else _HEAD[name][0]
            page.put(row + low, column, text or None)
            if double and not low and dice.random() < 0.8:
                page.merges.append((row, column, row + 1, column))
        if double:
            first = min(places["count"], places["people"])
            page.put(row, first, dice.choice(("Số lượng", "SỐ LƯỢNG", "Kết quả")))
            page.merges.append((row, first, row, first + 1))
        row += 1 + double
        if dice.random() < 0.12:
            for number, column in enumerate(places.values(), 1):
                page.put(row, column, number if dice.random() < 0.5 else f"({number})")
            row += 1
        return row

    def _put(self, page: Page, row: int, line: Line, places: dict[str, int]) -> None:
        dice = self.dice
        if "stt" in places and line.stt:
            page.put(row, places["stt"], int(line.stt) if line.stt.isdigit() and dice.random() < 0.6 else line.stt)
        page.put(row, places["label"], line.label)
        if "unit" in places and line.unit:
            page.put(row, places["unit"], line.unit)
        cells = dict(line.entry.cells)
        if "single" in places:
            page.put(row, places["single"], self._one_cell(line, cells))
        else:
            for key in ("count", "people"):
                page.put(row, places[key], cells.get(key))
            if line.entry.joined and places["people"] == places["count"] + 1:
                page.merges.append((row, places["count"], row, places["people"]))
        if "note" in places:
            page.put(row, places["note"], cells.get("note"))
        elif line.code and cells.get("note") and line.code == "11":
            self.truth["11", "text"] = self.truth.get(("11", "text"), BLANK) | BLANK
        for name in ("past", "plan", "women"):
            if (
                name in places
                and line.code
                and dice.random() < 0.8
                and self.form.indicator(line.code).role is not IndicatorRole.GROUP
            ):  # type: ignore[union-attr] # a code of this form
                page.put(row, places[name], dice.randint(4001, 4999))

    def _one_cell(self, line: Line, cells: dict[str, Content]) -> Content:
        """What a clerk writes where one column has to hold both figures."""
        given = [(key, cells[key]) for key in ("count", "people") if cells.get(key) not in (None, "", " ")]
        if len(given) < 2:
            if given and line.code:
                self._said_once(line)
            return given[0][1] if given else None
        first, second = (str(int(each) if isinstance(each, float) else each) for _, each in given)
        return self.dice.choice((f"{first}/{second}", f"{first}; {second}", f"{first} / {second}"))

    def _said_once(self, line: Line) -> None:
        """The word "không" in the one column of a row for classes and persons speaks for both."""
        truth = {key: line.entry.truth[key] for key in line.entry.truth if (line.code, key) in self.truth}
        if len(truth) > 1 and all(allowed <= {0, None} for allowed in truth.values()):
            self.truth |= {(line.code, key): frozenset({0, None}) for key in truth}
