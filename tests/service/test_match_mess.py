"""A mess of mails in which no wrong unit is ever filed: all words of one unit, or of two, in any spelling, from any address."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Unit
from config.loading import reference_campaign
from service.rules.match import Outcome, Query, identify
from service.rules.submission import Trust
from tests.service.mails_for_match import form, letterhead, mail, narrative

CAMPAIGN = reference_campaign()
_NOISE = (
    "",
    "gui a Kien",
    "báo cáo",
    "BC HTSĐ",
    "Fwd: bc tuan le",
    "huyện Tuần Giáo",
    "số liệu",
    "(bản chính)",
    "14.10",
    "ta mà",
    "xã em",
)
_SPELLINGS: dict[str, Callable[[Unit], str]] = {
    "office": lambda unit: f"UBND {unit.full_name}",
    "name": lambda unit: unit.name,
    "folded": lambda unit: unit.aliases[-1],
    "letterhead": letterhead,
    "school": lambda unit: f"Trường THCS {unit.name}",
    "abbreviation": lambda unit: next(iter(unit.weak_aliases), ""),
    "half": lambda unit: f"xã {unit.name.split()[0]}",
    "squeezed": lambda unit: f"bc{unit.name.replace(' ', '')}2020",
    "nothing": lambda _: "",
}
_spelling = st.tuples(st.sampled_from(sorted(_SPELLINGS)), st.sampled_from(_NOISE))
_SURE = frozenset({"office", "letterhead", "name", "squeezed", "folded"})


def _written(unit: Unit, spelling: tuple[str, str]) -> str:
    return f"{_SPELLINGS[spelling[0]](unit)} {spelling[1]}".strip()


@settings(max_examples=250, deadline=None)
@given(
    unit=st.sampled_from(CAMPAIGN.roster),
    owner=st.sampled_from((None, *CAMPAIGN.roster)),
    subject=_spelling,
    heading=_spelling,
    file=_spelling,
    body=_spelling,
    trust=st.sampled_from(Trust),
)
def test_no_wrong_unit_is_filed_whatever_the_mess(
    unit: Unit,
    owner: Unit | None,
    subject: tuple[str, str],
    heading: tuple[str, str],
    file: tuple[str, str],
    body: tuple[str, str],
    trust: Trust,
) -> None:
    """All of a mail's words are of `unit`, in any spelling; its address is anybody's. Only `unit` or a silent owner is filed."""
    paper = narrative(f"{_written(unit, file)}.docx", heading=_written(unit, heading))
    reading = mail(
        paper,
        form("Book1.xlsx"),
        sender=owner.emails[0] if owner else "x@private.example",
        subject=_written(unit, subject),
        body=_written(unit, body),
    )
    found = identify(CAMPAIGN, reading, Query(trust=trust))
    spoken = {each[0] for each in (subject, heading, file, body)}
    if found.outcome is Outcome.FILED:
        titles = {each[0] for each in (subject, heading, file)}
        nothing = {"nothing", "half"} | ({"name", "squeezed", "school"} if unit.name in CAMPAIGN.area else set())
        vague = titles <= nothing  # "Tuần Giáo" alone is the district
        silent = {owner.code} if owner is not None and vague and body[0] not in {"office", "letterhead"} else set()
        assert found.unit in {unit.code} | silent
        assert found.provisional is (owner is None)
        assert trust is not Trust.FAILED
    if owner is not None and owner is not unit and spoken & {"office", "letterhead"}:
        assert found.outcome is Outcome.NEEDS_DECISION


@settings(max_examples=200, deadline=None)
@given(
    units=st.lists(st.sampled_from(CAMPAIGN.roster), min_size=2, max_size=2, unique=True),
    first=_spelling,
    second=_spelling,
    places=st.sampled_from(["subject+file", "heading+file", "body+heading", "subject+heading", "file+file"]),
)
def test_two_units_in_one_mail_are_never_filed_as_one(
    units: list[Unit], first: tuple[str, str], second: tuple[str, str], places: str
) -> None:
    one, other = _written(units[0], first), _written(units[1], second)
    readings = {
        "subject+file": mail(form(f"{other}.xlsx"), subject=one),
        "heading+file": mail(narrative(f"{other}.docx", heading=one), subject=""),
        "body+heading": mail(narrative(heading=other), subject="", body=one),
        "subject+heading": mail(narrative(heading=other), subject=one),
        "file+file": mail(form(f"{one}.xlsx"), form(f"{other}.xls"), subject=""),
    }
    found = identify(CAMPAIGN, readings[places])
    if {first[0], second[0]} <= {"office", "letterhead"} and found.outcome is Outcome.FILED:
        assert found.documents, "two units, one file"
        assert {found.unit, *(unit for _, unit in found.documents)} == {units[0].code, units[1].code}
    if found.outcome is Outcome.FILED:
        assert found.unit in {units[0].code, units[1].code}
