"""Whole campaigns of messy mail: no figure is silently wrong or invented, no mail is filed to the wrong unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from config.loading import reference_campaign
from parsers.read import Outside
from service.convert import OutsidePrograms
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.campaign_mess import report
from tests.scoreboard.scoreboard import EXACT, LOST, NEVER, NO_FORM, RIGHT, UNITS, Case, board, run, worst
from tests.servers_libreoffice import LibreOffice

CAMPAIGN = reference_campaign()


def checked(cases: Iterable[Case]) -> Counter[str]:
    """The sum of all counts, after the figures that must be nought."""
    done = list(cases)
    bad = [case for case in done if case.bad]
    assert not bad, worst(bad)
    total: Counter[str] = Counter()
    for case in done:
        total += case.counts
    assert not any(total[each] for each in NEVER), board(done)
    return total


@pytest.mark.parametrize("seed", range(4))
def test_no_figure_is_silently_wrong_and_no_mail_misfiled(seed: int) -> None:
    total = checked(run(CAMPAIGN, [seed], outside=Outside()))
    assert total[RIGHT] > 0.9 * total["figures"]
    assert total[LOST] < 0.005 * total["figures"]
    assert total[NO_FORM] == 0
    assert total["photos counted"] == total["photos sent"]
    assert total["narratives found"] == total["narratives sent"]


@pytest.mark.soak
def test_two_hundred_campaigns() -> None:
    program = need(LIBREOFFICE)
    outside = Outside(convert=OutsidePrograms(seconds=120).convert)
    total = checked(run(CAMPAIGN, range(1_000, 1_200), outside=Outside()))
    assert total[UNITS] == 200 * len(CAMPAIGN.roster)
    assert total[EXACT] > 0.25 * total[UNITS]
    checked(run(CAMPAIGN, range(2_000, 2_004), outside=outside, office=LibreOffice(program=program)))


def test_the_same_seed_gives_the_same_report() -> None:
    unit = CAMPAIGN.roster[3]
    one, two = report(CAMPAIGN, unit, 7), report(CAMPAIGN, unit, 7)
    assert one.truth == two.truth
    assert one.notes == two.notes


def test_a_wrong_figure_is_noticed() -> None:
    sent = report(CAMPAIGN, CAMPAIGN.roster[2], 3)
    for key, allowed in sent.truth.items():
        sent.truth[key] = frozenset(each + 1 if isinstance(each, int) else each for each in allowed)
    from tests.scoreboard.scoreboard import judged

    case = judged(CAMPAIGN, sent, Outside())
    assert case.bad
    assert str(case.report.seed) in worst([case])
