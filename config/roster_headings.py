"""What the columns of an office's own list of units are, by their headings."""

from __future__ import annotations

import re

from config.vietnamese import fold

COLUMNS = ("code", "name", "kind", "emails", "aliases", "phone", "contact")  # the contract's, in its order
OPTIONAL = ("weak_aliases", "parent", "population", "head_email")

_HEADINGS = {
    "code": "ma|ma don vi|ma dv|ma xa|ma truong|ma co so|ma so|ma so don vi|ky hieu|unit code|id",
    "name": (
        "ten|ten don vi|don vi|don vi bao cao|ten co quan|co quan|ten xa|xa|xa phuong|xa phuong thi tran|xa thi tran|ten truong|"
        "truong|ten co so|co so|unit|unit name|name of unit|school|department|commune|office|clinic|facility|branch"
    ),
    "kind": "loai|cap|loai don vi|loai hinh|kieu|type|unit type",
    "emails": "email|e mail|mail|thu dien tu|hop thu|hom thu|dia chi thu|dia chi thu dien tu|email address|e mail address",
    "head_email": "email lanh dao|thu lanh dao|dia chi lanh dao|email thu truong|head e mail|email of head",
    "aliases": "ten goi khac|ten khac|alias|other names|also known as",
    "weak_aliases": "viet tat|ten viet tat|abbreviation",
    "phone": "dien thoai|so dien thoai|sdt|dt|telephone|phone number",
    "contact": "dau moi|nguoi lien he|lien he|can bo dau moi|can bo phu trach|nguoi phu trach|ho ten|ho va ten|contact person",
    "population": "dan so",
    "parent": "truc thuoc|cap tren",
}  # folded
_KEYS = {heading: key for key, headings in _HEADINGS.items() for heading in headings.split("|")}
_OWN = frozenset({*COLUMNS, *OPTIONAL})
_MAIL = re.compile(r"\b(?:e ?mail|thu dien tu)\b")


def column_key(heading: str) -> str:
    """The column that a heading means, else its bare words joined by "_"."""
    folded = fold(heading)
    if (key := folded.replace(" ", "_")) in _OWN:
        return key
    return _KEYS.get(folded) or ("emails" if _MAIL.search(folded) else key)


def is_heading(cells: tuple[str, ...]) -> bool:
    """Whether a row of a list is the one with the headings."""
    return {"code", "name"} <= {column_key(each) for each in cells}
