"""The words that stand beside figures: what is counted, how often, about, of which. Matched without diacritics unless noted."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from config.vietnamese import fold
from parsers.number_values import NumberContext


class Role(Enum):
    """What a word or phrase does beside a figure."""

    UNIT = auto()
    APPROX = auto()
    VAGUE = auto()  # "vài", "nhiều": a number that is none
    FILLER = auto()
    OF_WHICH = auto()  # what follows is a part of what came before
    EACH = auto()
    FROM = auto()
    TO = auto()
    AND = auto()
    REFERENCE = auto()  # the number behind it is a name: "số 1", "khối 5"
    CALENDAR = auto()  # the number behind it is a date: "ngày 3"
    TIMES = auto()
    PERCENT = auto()
    MASK = auto()  # words that take certainty away: "chưa", "không"


@dataclass(frozen=True, slots=True)
class Word:
    """A known phrase: its role, and for units the kinds of thing it may count."""

    role: Role
    kinds: frozenset[str] = frozenset()
    turns: bool = False


_KINDS = {
    "class": "lop, lop hoc, lop tap huan, lop boi duong, khoa, l",
    "event": (
        "cuoc, buoi, hoi thi, cuoc thi, lan, dot, hoi nghi, hoi thao, chuyen de, chuyen, toa dam, giai, tran, hoat dong, "
        "su kien, c, buoi sinh hoat, cuoc toa dam, cuoc hop, gian trung bay, gian"
    ),
    "person": (
        "nguoi, ng, nguoi dan, hoc sinh, hs, hoc vien, hv, em, em hoc sinh, chau, giao vien, gv, can bo, cb, cbgv, "
        "cbccvc, cbcc, cbql, bcv, cong chuc, vien chuc, dai bieu, thanh vien, vdv, van dong vien, phu huynh, nhan dan, "
        "doan vien, hoi vien, ba con, dong chi, thi sinh, khach, sinh vien, dang vien, lao dong, nguoi lao dong, nong "
        "dan, ca nhan, cn, nhan vien, nv, bao cao vien, nguoi dan, thanh nien, tre, tre em, nguoi tham gia, nguoi tham "
        "du, cbgvnv, n"
    ),
    "turns": "luot, luot nguoi, luot hoc sinh, luot hoc vien, luot can bo, luot hs, luot ng",
    "news": "tin, bai, tin bai, bai viet, ban tin, phong su, tin bai viet",
    "book": "quyen, cuon, q, quyen sach, cuon sach, sach",
    "title": "dau sach",
    "sheet": "to, to roi, ap phich, poster, to gap, to buom",
    "piece": (
        "cai, chiec, bang ron, bang zon, bang dzon, bang gion, bang rol, khau hieu, pano, pa no, phuon, bang, bang ron khau hieu"
    ),
    "commune": "xa, thi tran, phuong, xa thi tran",
    "school": "truong, truong hoc, co so, co so giao duc, csgd, diem truong",
    "centre": "trung tam, tthtcd, tt htcd, tt, trung tam hoc tap cong dong, trung tam htcd",
    "collective": "tap the, don vi, co quan, nhom, doan the, doanh nghiep, to chuc, tt, cong ty, chi hoi",
    "household": "ho, ho dan, ho gia dinh, gia dinh",
    "subset": "nu, dan toc, dtts, nguoi dan toc, ho ngheo, nguoi ngheo, nguoi dtts, hoc sinh nu, dan toc thieu so, phu nu",
    "currency": "d, dong, vnd, vn dong, dong chan, vnd chan, viet nam dong, dong vn",
}
_ROLES = {
    Role.APPROX: (
        "khoang, gan, hon, tren, duoi, uoc, uoc tinh, uoc dat, uoc khoang, chung, xap xi, toi thieu, toi da, it nhat, "
        "nhieu nhat, khong duoi, khong qua, khong it hon, du kien, tro len, tro xuong, tam tinh, tren duoi, gan nhu, "
        "nhieu hon, it hon, lon hon, nho hon, hon nua, ke hoach, vao khoang, co khoang, len toi, dat khoang"
    ),
    Role.VAGUE: (
        "vai, may, nhieu, mot so, mot vai, hang tram, hang chuc, hang nghin, hang ngan, dam, dam ba, phan lon, da so, hau "
        "het, toan bo, mot phan, vai tram, may chuc, it, rat nhieu, mot nua, nua"
    ),
    Role.FILLER: (
        "tham gia, tham du, du, da, duoc, co, gom, la, voi, cho, tai, o, cua, so luong, sl, tong so, tong cong, tong, "
        "cong, ts, tc, tat ca, mo, trien khai, thuc hien, huy dong, phat, treo, thu hut, tap huan, boi duong, ca, chi, "
        "duy nhat, dung, du, khac, toan xa, trong xa, trong tuan, tham gia hoc, theo hoc, da mo, da to chuc, to chuc "
        "duoc, voi su tham gia cua, nguoi hoc, duoc phat, da phat, chan, ve, trong tuan le, cac, the, toan the, th, thcs, "
        "mn, thpt, tieu hoc, mam non, cac cap, tien mat, tien, so tien, kinh phi, tri gia, gia tri, tuong duong, thanh "
        "tien, tren dia ban, tren dia ban xa, tren toan xa, tren loa, tren he thong loa, tren loa truyen thanh, tren trang, "
        "tren trang ttdt, tren trang thong tin, tren trang thong tin dien tu, tren dai, tren zalo, tren facebook"
    ),
    Role.OF_WHICH: "trong do, bao gom, trong so do, rieng, cu the, chia ra, gom co, trong do co, do la",
    Role.EACH: "binh quan, trung binh, bq, tb, moi lop, moi cuoc, moi buoi, moi truong, moi nguoi, moi em",
    Role.AND: "va, cung, cung voi, kem",
    Role.REFERENCE: (
        "khoi, khu, doi, ban, thon, to dan pho, chi bo, muc, diem, quyet dinh so, kh so, ql, phu luc, tuan, hoc ky, ky, "
        "thu, lan thu, so, cong van, quoc lo, dien thoai, dt, sdt"
    ),
    Role.CALENDAR: "ngay, thang, quy, nam hoc",
    Role.TIMES: "nhan, nhan voi",
    Role.PERCENT: "phan tram",
    Role.MASK: (
        "chua, khong, dang, se, hoan, huy, ko, khong co, chua co, tru, con thieu, thieu, nam truoc, nam ngoai, tang, "
        "giam, tang them"
    ),
}
_EXACT_ONLY = {  # phrases whose bare letters mean other things too
    "số": Word(Role.REFERENCE),
    "tặng": Word(Role.FILLER),
    "mỗi": Word(Role.EACH),
    "từ": Word(Role.FROM),
    "đến": Word(Role.TO),
    "tới": Word(Role.TO),
    "cỡ": Word(Role.APPROX),
    "tầm": Word(Role.APPROX),
    "độ": Word(Role.APPROX),
    "nam": Word(Role.UNIT, frozenset({"subset"})),
    "đ": Word(Role.UNIT, frozenset({"currency"})),
    "đồng": Word(Role.UNIT, frozenset({"currency"})),
    "₫": Word(Role.UNIT, frozenset({"currency"})),
    "năm": Word(Role.CALENDAR),
}


def _spelt(words: str) -> dict[str, frozenset[str]]:
    return {fold(word.split("|")[0]): frozenset(word.split("|")) for word in words.split()}


_SPELT = _spelt(
    """
    lớp khoá|khóa cuộc buổi lần đợt chuyến giải trận người|nguời|ngừoi|ngưòi cháu trẻ khách lượt bài quyển|quyễn cuốn tờ cái chiếc
    băng xã phường trường nhóm hộ sách nữ có là với tại ở của mở cả chỉ đúng đã được gồm phát về các chẵn dự|đủ khác cộng tổng
    gần hơn trên dưới ước chừng vài mấy nhiều dăm ít nửa|nữa chưa không đang sẽ hoãn hủy|huỷ trừ thiếu giảm tăng
    khối đội bản thôn mục điểm tuần kỳ|kì thứ ngày tháng quý và kèm cùng nhân
    """
)  # single syllables are matched by their own letters once they carry marks: "hỗ" is not "hộ"


def _lexicon() -> dict[str, Word]:
    words: dict[str, Word] = {}
    for role, table in _ROLES.items():
        words |= {phrase.strip(): Word(role) for phrase in table.split(",")}
    for kind, table in _KINDS.items():
        for phrase in map(str.strip, table.split(",")):
            known = words.get(phrase)
            kinds = known.kinds if known and known.role is Role.UNIT else frozenset()
            counted = "person" if kind == "turns" else kind
            words[phrase] = Word(Role.UNIT, kinds | {counted}, kind == "turns")
    return words


def known_word(phrase: str, folded: str) -> Word | None:
    """What everybody knows a phrase for, in lower case and folded."""
    if not phrase.isascii() and phrase not in _SPELT.get(folded, (phrase,)):
        return None
    return LEXICON.get(folded)


def counted_by(heading: str) -> frozenset[str]:
    """The kinds of things that a heading says are counted: persons for "Số học viên", classes for "Lớp"; parts of them no."""
    known = LEXICON.get(re.sub(r"^(?:tong )?so (?:luot )?|^tong |^luot (?=\w)", "", fold(heading)))
    return known.kinds - {"subset"} if known and known.role is Role.UNIT else frozenset()


LEXICON = _lexicon()
EXACT_LEXICON = _EXACT_ONLY
LONGEST_PHRASE = 5


class Mode(Enum):
    """How many figures a cell may rightly hold."""

    PAIR = auto()  # "3/120": two columns' figures
    SUM = auto()  # "3 trường/1 trung tâm": kinds counted together
    FIRST = auto()  # "Tin, bài/ cuộc": two things printed, one column
    SINGLE = auto()


@dataclass(frozen=True, slots=True)
class Counted:
    """What a context counts: by itself or in its first column (`own`), in its second (`other`), and words only it knows."""

    mode: Mode
    own: frozenset[str]
    other: frozenset[str]
    words: Mapping[str, Word]
    heads_per_event: bool  # fewer persons than events would be odd


_SUMMED = frozenset({"truong trung tam", "quyen to"})
_FIRST = frozenset({"tin bai cuoc"})
_DEFAULT_PAIR = ("count", "people")
EVENTS = frozenset({"class", "event"})


def counted(context: NumberContext) -> Counted:
    """What the context counts, by its unit of measure, its pair and its subunits."""
    subunits = tuple((key, tuple(words)) for key, words in (context.subunits or {}).items())
    return _counted(context.unit, context.pair, subunits)


@functools.lru_cache(maxsize=512)
def _counted(unit: str, pair: tuple[str, str] | None, subunits: tuple[tuple[str, tuple[str, ...]], ...]) -> Counted:
    words: dict[str, Word] = {}
    parts = [part for part in unit.split("/") if fold(part)]
    kinds = [_kinds(part, words) for part in parts]
    below = [frozenset[str]().union(*(_kinds(each, words) for each in names)) for _, names in subunits]
    mode = _mode(unit, pair, parts, kinds, has_subunits=bool(subunits))
    if mode is not Mode.PAIR:
        own = kinds[0] if mode is Mode.FIRST and kinds else frozenset[str]().union(*kinds, *below)
        return Counted(mode, own, frozenset(), words, heads_per_event=False)
    pair_size = 2
    first, second = (
        (kinds[0], kinds[1]) if len(kinds) >= pair_size else (kinds[0] if kinds else frozenset[str](), frozenset[str]())
    )
    if len(below) == pair_size:
        first, second = first | below[0], second | below[1]
    if pair == _DEFAULT_PAIR:
        first, second = first or EVENTS, second or frozenset({"person"})
    if first & EVENTS:
        first |= EVENTS if len(kinds) < pair_size else frozenset[str]()
    return Counted(mode, first, second - first, words, heads_per_event=bool(first & EVENTS) and "person" in second)


def _mode(unit: str, pair: tuple[str, str] | None, parts: list[str], kinds: list[frozenset[str]], *, has_subunits: bool) -> Mode:
    name = fold(unit)
    if name in _FIRST:
        return Mode.FIRST
    if name in _SUMMED:
        return Mode.SUM
    if pair is not None and (pair != _DEFAULT_PAIR or len(parts) != 1):
        return Mode.PAIR
    if len(parts) > 1 and has_subunits:
        events = [bool(each & EVENTS) for each in kinds]
        return Mode.FIRST if any(events) and not all(events) else Mode.SUM
    return Mode.SINGLE


def _kinds(part: str, words: dict[str, Word]) -> frozenset[str]:
    """The kinds that a printed unit names; a word nobody knows becomes a kind of its own."""
    found: frozenset[str] = frozenset()
    for each in re.split(r"[,;]", part):
        name = re.sub(r"^so (?=\w)", "", fold(each))
        if not name:
            continue
        known = LEXICON.get(name)
        if known and known.role is Role.UNIT and not known.kinds & {"subset"}:
            found |= known.kinds
            if "sheet" in known.kinds:
                found |= {"piece"}  # banners are counted where sheets are
        else:
            words[name] = Word(Role.UNIT, frozenset({name}))
            found |= {name}
    return found
