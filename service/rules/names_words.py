"""Words around the names of units: kinds of place, offices, schools, filler in file names, everyday phrases. All folded.

A name alone proves little: "Trường THCS Ta Ma" is a school in Ta Ma, "rạng đông" is the dawn, "Độc lập" stands on every letter.
"""

from __future__ import annotations

KIND_SHORT: dict[str, tuple[tuple[str, ...], ...]] = {
    "xa": (("x",),),
    "thi tran": (("tt",), ("ttr",), ("t", "t")),
    "phuong": (("p",),),
    "huyen": (("h",),),
    "quan": (("q",),),
    "thanh pho": (("tp",),),
    "thi xa": (("tx",),),
}
"""How a kind of unit is shortened before its name."""

PLACE_KINDS: frozenset[tuple[str, ...]] = frozenset(
    {("xa",), ("thi", "tran"), ("phuong",), ("huyen",), ("quan",), ("thi", "xa"), ("thanh", "pho"), ("tinh",), ("tp",)}
)
"""Kinds of administrative place: before a name, one that is not the unit's own kind means another place."""

AREA_KINDS: frozenset[tuple[str, ...]] = frozenset({("huyen",), ("quan",), ("thi", "xa"), ("thanh", "pho"), ("tp",)})
"""Kinds of the area that holds units: another area's name beside a unit's name means a namesake there."""

NOT_AN_AREA: frozenset[str] = frozenset(
    {
        "uy",
        "doan",
        "hoi",
        "doi",
        "em",
        "minh",
        "khac",
        "nay",
        "luan",
        "ta",
        "nha",
        "dang",
        "de",
        "ve",
        "va",
        "gui",
        "nop",
        "da",
        "cap",
        "to",
        "giao",
        "quan",
        "phong",
        "la",
    }
)
"""What follows "huyện" or "xã" without naming one: huyện ủy, xã đoàn, huyện nhà."""

NOT_A_NAME: frozenset[str] = frozenset(
    {"gui", "nop", "bao", "bc", "fw", "fwd", "re", "kinh", "xin", "bosung", "tonghop", "ketqua", "thuchien", "hoanthanh", "sua"}
)
"""What follows "xã" in a title written in capitals without being a name: alone or as the first two words squeezed."""

SMALLER_PLACES: frozenset[str] = frozenset(
    {"ban", "thon", "xom", "khu", "khoi", "duong", "pho", "cho", "cau", "suoi", "nui", "deo"}
)
"""A village or a road may bear a commune's name."""

OFFICES: frozenset[tuple[str, ...]] = frozenset(
    {
        ("ubnd",),
        ("uy", "ban", "nhan", "dan"),
        ("hdnd",),
        ("hoi", "dong", "nhan", "dan"),
        ("dang", "uy"),
        ("ubmttq",),
        ("tthtcd",),
        ("tt", "htcd"),
        ("trung", "tam", "htcd"),
        ("trung", "tam", "hoc", "tap", "cong", "dong"),
    }
)
"""Offices of a commune: directly before its name, or before its kind, they speak for it."""

OTHER_BODIES: frozenset[str] = frozenset(
    {"truong", "thcs", "thpt", "ptdtbt", "ptdt", "ptcs", "mn", "mg", "gdnn", "gdtx", "tram", "htx", "benh"}
)
"""A body in the commune that is not its office; anywhere before the name in the same phrase."""

OTHER_BODY_PAIRS: frozenset[tuple[str, str]] = frozenset(
    {("mam", "non"), ("tieu", "hoc"), ("mau", "giao"), ("cong", "an"), ("hop", "tac"), ("doan", "thanh"), ("doan", "tncs")}
    | {("hoi", each) for each in ("phu", "lhpn", "lien", "nong", "nd", "cuu", "ccb")}
)
"""Its unions and associations, too; but that for learning (hội khuyến học) runs the commune's learning centre."""

NEAR_BODIES: frozenset[str] = frozenset({"th", "c1", "c2"})
"""Shorthand for a school only when it stands right before the name or its kind."""

EVERYDAY: frozenset[str] = frozenset(
    {
        "rang dong",
        "ta ma",
        "binh minh",
        "hoa binh",
        "doan ket",
        "thong nhat",
        "doc lap",
        "tu do",
        "hanh phuc",
        "tien bo",
        "quyet thang",
        "quyet tien",
        "tan tien",
        "dong tam",
        "dan chu",
        "cong hoa",
        "viet nam",
        "thanh cong",
        "phu cuong",
        "hung thinh",
    }
)
"""Names that are ordinary words, too: without their kind before them they only suggest a unit."""

_FILLER = """
bao cao baocao bc ket qua ketqua tong tonghop hop thop ban moi cu cuoi chinh thuc chinhthuc final new copy scan file nop gui
kinh em anh chi xin dong chi lai bo sung bosung thay the thaythe sua va cua ve viec v lan nam thang ngay so lieu solieu mau
bieu bang tuan le tuanle tl hoc tap hoctap suot doi suotdoi htsd xhht hinh hinhanh phu luc phuluc pl kem theo kemtheo cong
van cv tap tin tep word excel pdf jpg docx xlsx xls doc to trinh kh ubnd bch gd gddt pgd pgddt phong giao duc dao huong ung
huongung thuc hien trien khai chuc hoat dong co dau do chua ki ky duoc theo mau thu lan fw fwd re
"""
FILLER: frozenset[str] = frozenset(_FILLER.split())
"""Words that surround a name in subjects and file names and say nothing about who sent it."""
