"""Commands that put a decision on record: assign, correct, approve, return, extend, excuse."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from service.cli_look import UnitArgument
from service.cli_session import CampaignOption, HomeOption, JsonOption, NowOption, OptionalWhyOption, WhyOption, deciding


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise typer.BadParameter(f"{text} is no day; write it like 2020-10-17 or 17/10/2020")


MessageArgument = Annotated[int, typer.Argument(help="The message's number, as `thubao messages` lists it.")]
IndicatorArgument = Annotated[str, typer.Argument(help="The indicator's code, such as 1.it_training.")]
ColumnArgument = Annotated[str, typer.Argument(help="The column: count, people, money, text ...")]
ValueArgument = Annotated[str, typer.Argument(help="The right figure.")]
DayArgument = Annotated[date, typer.Argument(parser=_day, metavar="DAY", help="The new last day: 2020-10-17 or 17/10/2020.")]


def assign(
    message: MessageArgument,
    unit: UnitArgument,
    why: OptionalWhyOption = "",
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """This message is from that unit; its sender is known from now on."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.assign(message, at.campaign, at.unit, why)


def correct(
    unit: UnitArgument,
    indicator: IndicatorArgument,
    column: ColumnArgument,
    value: ValueArgument,
    why: WhyOption,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The figure is this one; what the unit wrote stays on record."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.correct(at.campaign, at.unit, indicator, column, value, why)


def approve(
    unit: UnitArgument,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The report is accepted as it stands."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.approve(at.campaign, at.unit)


def send_back(
    unit: UnitArgument,
    why: WhyOption,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The report is returned; the unit owes it again."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.send_back(at.campaign, at.unit, why)


def extend(
    unit: UnitArgument,
    day: DayArgument,
    why: OptionalWhyOption = "",
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The unit has until the end of that day."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.extend(at.campaign, at.unit, day, why)


def excuse(
    unit: UnitArgument,
    why: WhyOption,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The unit owes no report."""
    with deciding(home, now, campaign, unit, as_json=as_json) as at:
        at.session.desk.excuse(at.campaign, at.unit, why)
