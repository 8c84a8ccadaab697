"""Which campaign each document of a mail is for, when several collect at once: by its form, else by what is written about it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from config.vietnamese import fold
from parsers.values import Document, MessageReading
from service.rules.match_evidence import own_words
from service.rules.match_reports import has_theme

_DATED = re.compile(r"\bngay\b[ \d]*\bthang\b[ \d]*\bnam\b(?: \d+)?")
"""The day of a letterhead, which says when a form was signed and not for which month it is."""
_LETTERS = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChoice:
    """The campaign of a mail, the documents in it that are for others by their path, and the campaigns it may be for as well.

    `rivals` is not empty where nothing tells the form of one campaign from that of another.
    """

    main: Campaign
    others: tuple[tuple[str, Campaign], ...] = ()
    rivals: tuple[Campaign, ...] = ()


def choose_campaigns(campaigns: Sequence[Campaign], reading: MessageReading, answered: str | None) -> CampaignChoice:
    """The campaigns of a mail, of those open when it came. `answered` is the campaign whose letter it answers."""
    by_id = {each.id: each for each in campaigns}
    said = (reading.envelope.subject, own_words(reading))
    chosen: dict[str, str] = {}
    unsure: dict[str, tuple[str, ...]] = {}
    for document in reading.documents:
        possible = [each for each in document.campaigns if each in by_id]
        if answered in possible:
            chosen[document.path] = answered or ""
        elif possible:
            left = _told([by_id[each] for each in possible], (_heading(document), *said))
            if len(left) == 1:
                chosen[document.path] = left[0]
            else:
                unsure[document.path] = left
    counted = Counter(chosen.values())
    if answered in counted or (answered in by_id and not chosen and not unsure):
        main = answered or ""
    elif counted:
        main = max(counted, key=lambda each: counted[each])
    elif not unsure and reading.campaign in by_id:
        main = reading.campaign
    else:
        rivals = next(iter(unsure.values()), ())
        main = min(rivals or _spoken_of(campaigns, said), key=lambda each: by_id[each].deadline)
    doubtful = tuple(by_id[each] for places in unsure.values() for each in places if main not in places or not counted)
    return CampaignChoice(
        main=by_id[main],
        others=tuple((path, by_id[each]) for path, each in chosen.items() if each != main),
        rivals=tuple({each.id: each for each in doubtful}.values()),
    )


def _told(campaigns: Sequence[Campaign], sources: Iterable[str]) -> tuple[str, ...]:
    """The campaigns that are left when what is written is asked in turn: the form itself, the subject, the sender's words."""
    left = list(campaigns)
    for source in sources:
        if len(left) == 1:
            break
        text = f" {_DATED.sub(' ', fold(source))} "
        named = [each for each in left if any(f" {words} " in text for words in _telling(each, left))]
        left = named or left
    return tuple(each.id for each in left)


def _telling(campaign: Campaign, rivals: Sequence[Campaign]) -> frozenset[str]:
    """The words, alone or two in a row, that stand in the titles of this campaign and in none of the others'."""
    others = frozenset().union(*(_grams(each) for each in rivals if each is not campaign))
    return _grams(campaign) - others


def _grams(campaign: Campaign) -> frozenset[str]:
    found: set[str] = set()
    for title in (campaign.title, campaign.short_title, campaign.form.title):
        words = fold(title).split()
        found.update(word for word in words if _LETTERS.fullmatch(word))
        found.update(" ".join(pair) for pair in itertools.pairwise(words))
    return frozenset(found)


def _heading(document: Document) -> str:
    return "\n".join((document.name, *(each.heading for each in document.forms), *(each.sheet for each in document.forms)))


def _spoken_of(campaigns: Sequence[Campaign], said: Iterable[str]) -> list[str]:
    """The campaigns that a mail without a form names, else all."""
    texts = [fold(each) for each in said]
    return [each.id for each in campaigns if any(has_theme(each, text) for text in texts)] or [each.id for each in campaigns]
