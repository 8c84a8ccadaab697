"""Writes numbers the way commune offices do, independently of how they are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_NORTH = {"thousand": "nghìn", "linh": "linh"}
_SOUTH = {"thousand": "ngàn", "linh": "lẻ"}
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def without_marks(text: str) -> str:
    bare = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return bare.replace("đ", "d").replace("Đ", "D")


def grouped(value: int, separator: str) -> str:
    return f"{value:,}".replace(",", separator)


def in_words(value: int, *, south: bool = False, nham: bool = False, tu: bool = True) -> str:
    """The number in words; the variants of North and South, lăm or nhăm, tư or bốn."""
    style = _SOUTH if south else _NORTH
    if value == 0:
        return "không"
    words: list[str] = []
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, style["thousand"]), (1, "")):
        group, value = divmod(value, scale)
        if group:
            words += _group(group, full=bool(words), linh=style["linh"], nham=nham, tu=tu)
            words += [name] if name else []
    return " ".join(words)


def _group(group: int, *, full: bool, linh: str, nham: bool, tu: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, unit = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if unit and words:
            words.append(linh)
        return [*words, _DIGITS[unit]] if unit else words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if unit == 1 and tens > 1:
        words.append("mốt")
    elif unit == 4 and tens > 1 and tu:
        words.append("tư")
    elif unit == 5:
        words.append("nhăm" if nham and tens > 1 else "lăm")
    elif unit:
        words.append(_DIGITS[unit])
    return words


def full_width(value: int) -> str:
    return str(value).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})


PLAIN: tuple[Callable[[int], str], ...] = (
    str,
    lambda v: f"{v:02d}",
    lambda v: f" {v}\u00a0",
    lambda v: f"'{v}",
    lambda v: f"{v}.",
    lambda v: f"{v};",
    lambda v: f"{v}./.",
    lambda v: f"\u200b{v}\ufeff",
    lambda v: f'"{v}"',
    lambda v: grouped(v, "."),
    lambda v: grouped(v, ".") + ".",
    full_width,
    lambda v: f"Số lượng: {v}",
    lambda v: f"SL: {grouped(v, '.')}",
    lambda v: f"Tổng số {v}",
    lambda v: f"{v}.0",
    lambda v: f"{grouped(v, '.')},00",
    in_words,
    lambda v: in_words(v).capitalize(),
    lambda v: in_words(v).upper(),
    lambda v: unicodedata.normalize("NFD", in_words(v)),
    lambda v: in_words(v, south=True),
    lambda v: in_words(v, south=True, nham=True, tu=False),
    lambda v: without_marks(in_words(v)),
    lambda v: f"{grouped(v, '.')} ({in_words(v)})",
    lambda v: f"{v} (bằng chữ: {in_words(v)})",
)
"""Read as themselves, with certainty or with a question."""

DOUBTFUL: tuple[Callable[[int], str], ...] = (
    lambda v: grouped(v, ","),
    lambda v: grouped(v, " "),
    lambda v: grouped(v, "\u00a0"),
    lambda v: grouped(v, "\u2009"),
    lambda v: grouped(v, "\u202f"),
    lambda v: grouped(v, ". "),
    lambda v: grouped(v, "'"),
    lambda v: f"khoảng {v}",
    lambda v: f"~{grouped(v, '.')}",
    lambda v: f"hơn {v}",
    lambda v: f"{v} trở lên",
    lambda v: f"{v}+",
    lambda v: f"{v}?",
    lambda v: f"{v // 2}+{v - v // 2}",
    lambda v: f"{v // 2} + {v - v // 2} = {v}",
    lambda v: f"{v} (trong đó nữ: {v // 3})",
    lambda v: f"{v}, trong đó {v // 3} nữ",
    lambda v: f"{v} (100%)",
    lambda v: str(v).replace("0", "O").replace("1", "l"),
    lambda v: str(v).replace("0", "o"),
    lambda v: f"{v:E}",
    lambda v: f"{v / 1000:.3f}",
    lambda v: f"({v})",
    lambda v: f"-{v}",
    lambda v: f"{v}%",
    lambda v: f"{v}-{v + 5}",
    lambda v: f"từ {v} đến {v + 5}",
    lambda v: f"={v}",
    lambda v: f"{v}\n",
    lambda v: f"{grouped(v, '.')}\n({in_words(v + 1)})",
    lambda v: f"năm {v}",
    lambda v: f"lớp {v}",
    lambda v: f"{v}/",
    lambda v: f"/{v}",
    lambda v: f"{v} x 1",
    lambda v: f"chưa có {v}",
)
"""Read as themselves or as a question, never as another number with certainty."""
