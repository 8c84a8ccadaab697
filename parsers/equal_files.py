"""Files of one mail that hold the same bytes: opened and read once, and told under the name of each.

A tar of hard links names one file five hundred times in a few kilobytes. What a name says counts all the same: a year in it, a
camera's way to number its pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from config.text import NO_TEXT, Text
from parsers.parts import Leaf
from parsers.photos import PHONE_NAME, SIGNATURE_NAME
from parsers.values import Finding

Found = TypeVar("Found")

_FIGURES = re.compile(r"\d{4,}")
_MOST_NAMINGS = 8
"""So often the same content is read anew because its name says something else; every further name is told as the first."""


@dataclass(slots=True)
class OnceEach(Generic[Found]):
    """What was found for each content. `kind` is all that decides beside content and name: few values, and each for itself."""

    _known: dict[tuple[object, ...], dict[tuple[object, ...], tuple[Leaf, Found]]] = field(default_factory=dict)

    def before(self, leaf: Leaf, *kind: object) -> tuple[Leaf, Found] | None:
        """The earlier leaf of the same content and what was found then; None when it is to be looked at."""
        namings = self._known.get(_content(leaf, kind), {})
        found = namings.get(_naming(leaf))
        return found or (next(iter(namings.values())) if len(namings) >= _MOST_NAMINGS else None)

    def note(self, leaf: Leaf, found: Found, *kind: object) -> None:
        """Keep what was found for the copies to come."""
        self._known.setdefault(_content(leaf, kind), {})[_naming(leaf)] = (leaf, found)


def _content(leaf: Leaf, kind: tuple[object, ...]) -> tuple[object, ...]:
    return (leaf.sha256, bool(leaf.name), leaf.inline, leaf.declared_type == "message/rfc822", leaf.refusal, *kind)


def _naming(leaf: Leaf) -> tuple[object, ...]:
    """What a name says of the content: a year on its path, that a phone or a mail program gave it to a picture."""
    return (*_FIGURES.findall(leaf.path), *(each.match(leaf.name) is not None for each in (PHONE_NAME, SIGNATURE_NAME)))


def same_as(path: str) -> Text:
    """What is said of a file whose content stands in the same mail under this other path."""
    return Text(vi=f"cùng nội dung với “{path}” trong thư này", en=f"the same content as “{path}” in this mail")


def moved(member: Leaf, first: Leaf, copy: Leaf, *, name: str) -> Leaf:
    """A file found in the first of two equal containers, as it stands in the copy, under this name."""
    path = f"{copy.path}{member.path.removeprefix(first.path)}"
    if name != member.name:
        path = f"{path.removesuffix(member.name)}{name}"
    return replace(member, path=path, name=name, slice=None)


def renamed(findings: Iterable[Finding], first: str, copy: str) -> tuple[Finding, ...]:
    """What was found in the first of two equal files, said of the copy."""
    old, new = f"“{first}”", f"“{copy}”"
    return tuple(
        replace(
            each,
            where=copy if each.where == first else each.where,
            text=Text(vi=each.text.vi.replace(old, new), en=each.text.en.replace(old, new)),
        )
        for each in findings
    )


def why_of_copy(why: Text, first: Leaf) -> Text:
    """What is said of a copy: that it is one, where the first was read without a word."""
    return same_as(first.path) if why == NO_TEXT else why
