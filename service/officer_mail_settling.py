"""Orders whose undo window is over take effect, by the same desk as the officer's commands on the computer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from config.campaign import Campaign, Unit
from config.text import Text
from service.desk import Desk, NotUnderstoodError
from service.installation import Installation
from service.officer_mail import code_for
from service.officer_mail_checks import Checks
from service.officer_mail_orders import Order, answers_by_key, due_at, lapse, waiting_orders
from service.officer_mail_taking import queue_answer
from service.officer_mail_words import order_line
from service.rules.officer_commands import Command, CommandKind
from service.rules.officer_commands_words import END_OF_DAY

_LOST = Text(vi="{line}, vì {why}.", en="{line}, because {why}.")
_ASK_AGAIN = timedelta(minutes=5)


def settle_orders(installation: Installation, now: datetime) -> int:
    """Carry out every order whose time has come, oldest first; gives how many took effect. The officer is told of the others."""
    with installation.database.reading() as connection:
        waiting = waiting_orders(connection)
        answers = answers_by_key(connection) if waiting else {}
    lapsed: dict[int, list[tuple[Order, Text]]] = {}
    done = 0
    for order in waiting:
        campaign = installation.home.campaign(order.campaign)
        if campaign is None or due_at(campaign, order, answers.get(order.answer)) > now:
            continue
        why = _carry_out(installation, campaign, order, now)
        if why is None:
            done += 1
        else:
            lapsed.setdefault(order.mail, []).append((order, why))
    for mail, lost in lapsed.items():
        _tell(installation, mail, lost, now)
    return done


def units_being_decided(installation: Installation, now: datetime) -> Mapping[tuple[str, str], datetime]:
    """Until when the orders about each unit (campaign, code) will have taken effect: it is not reminded meanwhile."""
    with installation.database.reading() as connection:
        waiting = waiting_orders(connection)
        answers = answers_by_key(connection) if waiting else {}
    until: dict[tuple[str, str], datetime] = {}
    for order in waiting:
        campaign = installation.home.campaign(order.campaign)
        if campaign is not None:
            key = (order.campaign, order.command.unit)
            until[key] = max(now + _ASK_AGAIN, due_at(campaign, order, answers.get(order.answer)), until.get(key, now))
    return until


def _carry_out(installation: Installation, campaign: Campaign, order: Order, now: datetime) -> Text | None:
    """Decide as ordered; gives why that was not possible."""
    command, office = order.command, installation.home.office
    unit = campaign.unit(command.unit)
    with installation.database.reading() as connection:
        checks = Checks(connection=connection, campaign=campaign, timezone=office.timezone, seen_at=order.at, now=now)
        why = checks.refusal(command)
    if why is not None or unit is None:
        return why or Text(vi="đơn vị không còn trong danh sách", en="the unit is no longer on the roster")
    desk = Desk(installation, now, order.who, order=order.id)
    try:
        _decide(desk, campaign, unit, command)
    except NotUnderstoodError as error:
        return Text(vi=str(error), en=str(error))
    return None


def _decide(desk: Desk, campaign: Campaign, unit: Unit, command: Command) -> None:
    if command.kind is CommandKind.APPROVE:
        desk.approve(campaign, unit)
    elif command.kind is CommandKind.RETURN:
        desk.send_back(campaign, unit, command.why)
    elif command.kind is CommandKind.EXCUSE:
        desk.excuse(campaign, unit, command.why)
    elif command.kind is CommandKind.EXTEND and command.day is not None:
        desk.extend(campaign, unit, command.day, command.why, at=command.at or END_OF_DAY)
    elif command.kind is CommandKind.ASSIGN and command.message is not None:
        desk.assign(command.message, campaign, unit, command.why)


def _tell(installation: Installation, mail: int, lost: list[tuple[Order, Text]], now: datetime) -> None:
    """Record the orders of one mail that could not be carried out, and tell the officer in one letter."""
    office = installation.home.office
    campaign = installation.home.campaign(lost[0][0].campaign)
    if campaign is None:
        return
    lines, told = [], {}
    with installation.database.writing() as connection:
        for order, why in lost:
            lapse(connection, order, now, why.in_(office.language))
            line = order_line(campaign, order.command, office.timezone, office.language)
            lines.append(_LOST.in_(office.language).format(line=line, why=why.in_(office.language)))
            unit = campaign.unit(order.command.unit)
            checks = Checks(connection=connection, campaign=campaign, timezone=office.timezone, seen_at=order.at, now=now)
            if unit is not None and checks.news_of(unit) == why:
                told[unit.code] = now.isoformat()
        context = {"reply_code": code_for(installation), "thread": lost[0][0].thread, "refused": lines, "told": told}
        queue_answer(connection, campaign, lost[0][0].who, mail, now, context, mail)
