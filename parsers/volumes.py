"""Archives cut into volumes because a mail could not carry them whole: put together where all of one mail's came, else told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.text import Text
from parsers.allowance import Refused
from parsers.archives import MANY_VOLUMES
from parsers.parts import Leaf, make_leaf

_CUT = re.compile(r"(.+\.(?:zip|7z|rar|tar|gz|tgz))\.(\d{3})$", re.IGNORECASE)  # as 7-Zip cuts: nothing but the bytes in order
_OTHER = re.compile(r".+\.(?:z\d\d|r\d\d|part\d+\.rar)$", re.IGNORECASE)  # each with headers of its own
_FEWEST = 2
JOINED = Text(
    vi="một phần của tệp nén chia nhỏ, được ghép vào phần đầu; nội dung xem ở đó",
    en="one volume of a split archive, joined to the first; see there for what is inside",
)


def is_volume(name: str) -> bool:
    """Whether a file's name says that it is one volume of an archive."""
    return _CUT.match(name) is not None or _OTHER.match(name) is not None


def joined_volumes(leaves: Sequence[Leaf]) -> Mapping[str, Leaf | None]:
    """By the path of each volume of a complete set: for the first one the whole archive, for the others None."""
    sets: dict[str, dict[int, Leaf]] = {}
    for leaf in leaves:
        if match := _CUT.match(leaf.name):
            sets.setdefault(match[1].casefold(), {}).setdefault(int(match[2]), leaf)
    found: dict[str, Leaf | None] = {}
    for volumes in sets.values():
        if len(volumes) < _FEWEST or sorted(volumes) != list(range(1, len(volumes) + 1)):
            continue
        first, *others = (volumes[number] for number in sorted(volumes))
        name = first.name[: -len(".001")]
        whole = b"".join(each.data for each in (first, *others))
        found[first.path] = replace(make_leaf(whole, path=f"{first.path}/{name}", name=name), declared_type=first.declared_type)
        found.update(dict.fromkeys((each.path for each in others), None))
    return found


def as_volume(name: str, refused: Refused) -> Refused:
    """What is said of a file that cannot be read: of one volume, that the others are wanting."""
    return Refused(MANY_VOLUMES, code=refused.code) if refused.code == "D-UNREADABLE" and is_volume(name) else refused
