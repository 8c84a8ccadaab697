"""What a commune's clerk types into the cells of the form, and what a careful person reads there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from config.campaign import Form, Indicator, IndicatorRole, IndicatorType
from tests.parsers.number_spellings import DOUBTFUL, PLAIN, full_width, grouped, in_words, without_marks

Key = tuple[str, str]
Content = str | int | float | datetime | None
Allowed = frozenset[int | str | None]
BLANK: Allowed = frozenset({None})

_WORDS = {
    "lớp": ("lớp", "lop", "Lớp"),
    "cuộc": ("cuộc", "buổi", "cuoc"),
    "người": ("người", "nguoi", "lượt người", "ng", "người tham gia"),
    "quyển": ("quyển", "cuốn", "quyen", "q"),
    "tin": ("tin", "tin bài", "bài", "tin, bài"),
    "tờ": ("tờ", "băng rôn", "khẩu hiệu", "tờ rơi"),
    "tập thể": ("tập thể", "đơn vị"),
    "cá nhân": ("cá nhân", "người"),
    "trường": ("trường", "Trường"),
    "xã": ("xã",),
}
_ZERO: tuple[Content, ...] = (0, "0", "00", "không", "Không có", "-", "–", "Không tổ chức", "ko", "khong", "0,0", "Không")
_EMPTY: tuple[Content, ...] = (None, None, None, None, "", " ", "...", "…………", "\u00a0", "?")
_REMARKS = (
    "Có danh sách kèm theo",
    "20 nữ",
    "Tổ chức ngày 02/10/2020",
    "Phối hợp với Hội Khuyến học xã",
    "tăng 5 lớp so với năm 2019",
    "Lồng ghép",
    "dự kiến tháng 11 mở thêm 2 lớp",
    "Trường THCS, trường TH",
    "QĐ số 45/QĐ-UBND",
    "đạt 100%",
)
_OTHER = (
    "Trồng 200 cây xanh quanh nhà văn hóa",
    "Tặng quà cho 15 học sinh nghèo vượt khó",
    "Không",
    "Ra quân vệ sinh môi trường ngày 03/10/2020",
)


@dataclass(slots=True)
class Entry:
    """The cells of one indicator, by column key and "note", and what may be read from them without a question."""

    cells: dict[str, Content] = field(default_factory=dict)
    truth: dict[str, Allowed] = field(default_factory=dict)
    joined: bool = False  # one cell, merged over both quantity columns


class Clerk:
    """Fills in the form. `care` from 0 to 1: how often a figure is typed as a plain number."""

    def __init__(self, form: Form, dice: random.Random, *, care: float) -> None:
        self.form, self.dice, self.care = form, dice, care

    def fill(self) -> dict[str, Entry]:
        """Every indicator's entry, totals mostly agreeing with their parts."""
        values = {each.code: self._values(each) for each in self.form.indicators}
        for each in self.form.indicators:
            if each.role is IndicatorRole.TOTAL:
                values[each.code] = self._total(each, values)
        return {each.code: self._entry(each, values[each.code]) for each in self.form.indicators}

    def _values(self, indicator: Indicator) -> dict[str, int | None]:
        chance = self.dice.random()
        if chance < 0.12:
            return dict.fromkeys(indicator.columns)
        if chance < 0.25:
            return dict.fromkeys(indicator.columns, 0)
        return {key: self._amount(indicator, key) for key in indicator.columns}

    def _amount(self, indicator: Indicator, key: str) -> int | None:
        dice = self.dice
        if indicator.type is IndicatorType.MONEY:
            return dice.choice((500_000, 1_250_000, 2_000_000, 5_000_000, 5_500_000, 12_350_000, 45_000_000))
        if indicator.type is IndicatorType.INTEGER_FLAG:
            return dice.choice((0, 1, 1, 1))
        if indicator.type is IndicatorType.TEXT:
            return None
        if indicator.code in {"4.books", "3"}:
            return dice.choice((dice.randint(1, 60), dice.randint(100, 999), dice.randint(1_000, 12_000)))
        if key == "people" and len(indicator.columns) > 1:
            return dice.choice((dice.randint(12, 60), dice.randint(61, 900), dice.randint(1_000, 2_600)))
        return dice.choice((dice.randint(1, 9), dice.randint(1, 9), dice.randint(10, 40)))

    def _total(self, indicator: Indicator, values: dict[str, dict[str, int | None]]) -> dict[str, int | None]:
        parent = indicator.parent or indicator.code
        parts = [each for each in self.form.indicators if each.parent == parent and each.role is IndicatorRole.LEAF]
        if self.dice.random() < 0.1:
            return dict.fromkeys(indicator.columns)
        slip = self.dice.choice((0,) * 12 + (1,)) if indicator.type is not IndicatorType.MONEY else 0
        return {key: sum(values[each.code].get(key) or 0 for each in parts) + slip for key in indicator.columns}

    def _entry(self, indicator: Indicator, values: dict[str, int | None]) -> Entry:
        entry = Entry()
        if indicator.type is IndicatorType.TEXT:
            return self._text()
        if indicator.type is IndicatorType.MONEY:
            value = values["money"]
            place = self.dice.choice(("count", "count", "people"))
            entry.cells[place], entry.truth["money"] = self._money(value)
        elif self._as_pair(indicator, values, entry):
            pass
        else:
            for key, value in values.items():
                entry.cells[key], entry.truth[key] = self._cell(indicator, key, value)
        self._remark(indicator, values, entry)
        return entry

    def _text(self) -> Entry:
        if self.dice.random() < 0.5:
            return Entry(truth={"text": BLANK})
        text = self.dice.choice(_OTHER)
        return Entry(
            cells={self.dice.choice(("count", "count", "note")): text}, truth={"text": frozenset({text, None, "", "Không"})}
        )

    def _remark(self, indicator: Indicator, values: dict[str, int | None], entry: Entry) -> None:
        if self.dice.random() < 0.1 * (2 - self.care):
            entry.cells["note"] = self.dice.choice(_REMARKS)

    def _cell(self, indicator: Indicator, key: str, value: int | None) -> tuple[Content, Allowed]:
        dice = self.dice
        if value is None:
            return dice.choice(_EMPTY if dice.random() > self.care else (None,)), BLANK
        if value == 0:
            written = dice.choice(_ZERO) if dice.random() > self.care else dice.choice((0, 0, "0", "-", None))
            return written, BLANK if written is None else frozenset({0})
        if dice.random() < self.care:
            return value, frozenset({value})
        return self._spelt(indicator, key, value), frozenset({value})

    def _spelt(self, indicator: Indicator, key: str, value: int) -> Content:
        dice = self.dice
        if indicator.type is IndicatorType.INTEGER_FLAG:
            return dice.choice(("1", "01", "x", "Có", "01 xã", "1 xã", "một", 1.0))
        chance = dice.random()
        if chance < 0.30:
            return dice.choice((str(value), f"{value:02d}", grouped(value, "."), float(value), f" {value} "))
        if chance < 0.60:
            word = dice.choice(_WORDS[_unit_word(indicator, key)])
            amount = dice.choice((str(value), f"{value:02d}", grouped(value, ".")))
            return dice.choice((f"{amount} {word}", f"{amount}{word}", f"{amount} ({word})"))
        if chance < 0.82:
            return dice.choice(PLAIN)(value)
        if chance < 0.92:
            return dice.choice(DOUBTFUL)(value)
        return dice.choice(_ODD)(value)

    def _as_pair(self, indicator: Indicator, values: dict[str, int | None], entry: Entry) -> bool:
        """Both figures in one cell."""
        dice = self.dice
        if indicator.pair is None or dice.random() > 0.35 * (1 - self.care) + 0.05:
            return False
        one, two = (values.get(key) for key in indicator.pair)
        if not one or not two:
            return False
        first, second = (_unit_word(indicator, key) for key in indicator.pair)
        written: Content = dice.choice(_PAIRS)(one, two, dice.choice(_WORDS[first]), dice.choice(_WORDS[second]))
        if two <= 12 and one <= 28 and dice.random() < 0.5:
            written = datetime(2020, two, one)  # noqa: DTZ001 - a date as Excel makes it out of 3/12
        entry.joined = dice.random() < 0.3
        place = indicator.pair[0] if entry.joined or dice.random() < 0.8 else indicator.pair[1]
        entry.cells[place] = written
        entry.truth = {indicator.pair[0]: frozenset({one}), indicator.pair[1]: frozenset({two})}
        return True

    def _money(self, value: int | None) -> tuple[Content, Allowed]:
        dice = self.dice
        if value is None:
            return None, BLANK
        if value == 0:
            return dice.choice((0, "0", "không", "-", "0 đồng")), frozenset({0})
        if dice.random() < self.care:
            return dice.choice((value, value, grouped(value, "."))), frozenset({value})
        return dice.choice(_MONEY)(value), frozenset({value})


def _unit_word(indicator: Indicator, key: str) -> str:
    unit = indicator.unit.casefold()
    if key == "people":
        return "cá nhân" if "cá nhân" in unit else "người"
    for word in ("tập thể", "lớp", "quyển/ tờ", "quyển", "tin", "trường", "xã"):
        if word in unit:
            return {"quyển/ tờ": "tờ"}.get(word, word)
    return "tập thể" if indicator.code == "9.collectives" else "cuộc"


_ODD: tuple[Callable[[int], Content], ...] = (
    lambda v: f"{v} nữ" if v < 0 else f"{v} (có danh sách)",
    lambda v: f"Tổng: {v}",
    lambda v: f"= {v}",
    lambda v: f"- {v}",
    lambda v: f"+ {v}",
    lambda v: f"{v} *",
    lambda v: f"{v} (1)",
    lambda v: f"{v} lượt",
    lambda v: f"{v}(nữ {v // 2})",
    lambda v: f"{v} {chr(10)}",
    lambda v: f"{v}, {v // 2 + 1} nữ",
    lambda v: f"0{v}",
    lambda v: f"{v}\u00a0",
    lambda v: f"{v} đợt 1, {v + 1} đợt 2",
    lambda v: f"Đợt 1: {v}",
    lambda v: f"tháng 10: {v}",
    lambda v: f"{v} - DTTS {v // 3}",
    lambda v: f"{v}đ/c",
    lambda v: f"{full_width(v)}",
    lambda v: f"{in_words(v)} ({v})",
    lambda v: f"Có {v}",
    lambda v: f"có {in_words(v)}",
    lambda v: f"khoảng {v} - {v + 10}",
    lambda v: without_marks(in_words(v)).upper(),
    lambda v: f"trên {v}",
    lambda v: f"gần {v}",
    lambda v: f"{v}.000" if v > 999_999 else f"{v} ",
    lambda v: f"{v} 2019: {v + 3}",
    lambda v: f"{v} (năm 2019: {v + 3})",
    lambda v: f"{v};{chr(10)}nữ {v // 2}",
)
_PAIRS: tuple[Callable[[int, int, str, str], str], ...] = (
    lambda a, b, _x, _y: f"{a}/{b}",
    lambda a, b, _x, _y: f"{a:02d}/{b}",
    lambda a, b, _x, _y: f"{a} / {b}",
    lambda a, b, x, y: f"{a} {x}/{b} {y}",
    lambda a, b, x, y: f"{a:02d} {x}/{grouped(b, '.')} {y}",
    lambda a, b, x, y: f"{a} {x}, {b} {y}",
    lambda a, b, x, y: f"{a} {x} với {b} {y}",
    lambda a, b, x, y: f"{a} {x} ({b} {y})",
    lambda a, b, x, y: f"{a} {x} - {b} {y}",
    lambda a, b, x, y: f"{a} {x}; {b} {y}",
    lambda a, b, x, y: f"{a}{x}/{b}{y}",
    lambda a, b, x, y: f"{a} {x}\n{b} {y}",
    lambda a, b, x, y: f"{in_words(a)} {x}, {b} {y}",
    lambda a, b, _x, _y: f"{a}\\{b}",
    lambda a, b, _x, _y: f"{a}-{b}",
    lambda a, b, _x, _y: f"{a}|{b}",
    lambda a, b, x, y: f"{b} {y}/{a} {x}",
    lambda a, b, x, y: f"Mở {a} {x} cho {b} {y}",
    lambda a, b, x, y: f"{a} {x}, mỗi {x} khoảng {b // a} {y}, tổng {b} {y}",
    lambda a, b, _x, y: f"{a}/{b} {y}",
    lambda a, b, x, _y: f"{a} {x}/{b}",
    lambda a, b, x, y: f"{b} {y} ({a} {x})",
    lambda a, b, x, y: f"{a} {x}, {b} {y}, trong đó nữ {b // 2} {y}",
    lambda a, b, x, y: f"{a} {x} ({max(b // a, 1)} {y}/{x})",
    lambda a, b, x, _y: f"{a} {x}: {b - b // 2} nam, {b // 2} nữ",
)
_MONEY: tuple[Callable[[int], Content], ...] = (
    str,
    float,
    lambda v: grouped(v, "."),
    lambda v: grouped(v, ","),
    lambda v: grouped(v, " "),
    lambda v: f"{grouped(v, '.')} đồng",
    lambda v: f"{grouped(v, '.')}đ",
    lambda v: f"{grouped(v, '.')} VNĐ",
    lambda v: f"{grouped(v, '.')}đ (từ ngân sách xã)",
    lambda v: f"{grouped(v // 1000, '.')} nghìn đồng",
    lambda v: f"{grouped(v // 1000, '.')}k" if v < 1_000_000 else f"{v // 1000}.000",
    lambda v: f"{v / 1e6:g} triệu".replace(".", ","),
    lambda v: f"{v / 1e6:g} triệu đồng".replace(".", ","),
    lambda v: f"{v / 1e6:g}tr".replace(".", ","),
    lambda v: f"{v // 1_000_000}tr{v % 1_000_000 // 100_000}" if v >= 1_000_000 and v % 100_000 == 0 else f"{v}đ",
    lambda v: f"{v // 1_000_000} triệu {v % 1_000_000 // 1000} nghìn" if v >= 1_000_000 and v % 1_000_000 else f"{v} đ",
    lambda v: f"{in_words(v)} đồng",
    lambda v: f"{in_words(v).capitalize()} đồng chẵn",
    lambda v: f"{grouped(v, '.')}/xã",
    lambda v: f"khoảng {grouped(v, '.')}",
)
