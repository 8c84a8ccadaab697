"""Commands that look: status, show, messages, explain, notices. They change nothing."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from config.text import Language
from service.cli_session import CampaignOption, HomeOption, JsonOption, NowOption, Session, print_json, session

_TOLD_OF_A_MESSAGE = ("id", "subject", "from", "received_at", "message_id", "uid", "sha256")


def _state(text: str) -> str:
    from storage.filings import MessageState

    known = [each.value for each in MessageState]
    if text not in known:
        raise typer.BadParameter(f"there is no state {text}; write one of: {', '.join(known)}")
    return text


StateOption = Annotated[
    str | None,
    typer.Option("--state", parser=_state, metavar="STATE", help="Only messages in this state.", show_default=False),
]
UnitArgument = Annotated[str, typer.Argument(help="The unit's code or an unambiguous name.")]


def status(
    campaign: Annotated[str | None, typer.Argument(help="The campaign's id, where several run.", show_default=False)] = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The board: who has sent what, who still owes what, what needs you."""
    with session(home, now) as at:
        board = at.desk.board(at.desk.campaign(campaign))
        if as_json:
            print_json(at.views.board(board))
            return
        from service.console import Console

        Console(at.home.office).board(board)


def show(
    unit: UnitArgument,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """One unit: slots, figures with source, findings, versions, timeline."""
    with session(home, now) as at:
        plain = _unit(at, campaign, unit)
        if as_json:
            print_json(plain)
            return
        from service.console import Console

        Console(at.home.office).unit(at.desk.campaign(campaign), plain)


def messages(
    state: StateOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every message with its state, unit, evidence, and the fate of each document."""
    with session(home, now) as at:
        plain = [each for each in _messages(at) if state is None or each["state"] == state]
        if as_json:
            print_json(plain)
            return
        from service.console import Console

        Console(at.home.office).messages(plain)


def explain(
    unit: UnitArgument,
    indicator: Annotated[str, typer.Argument(help="The indicator's code, such as 1.it_training.")],
    column: Annotated[str | None, typer.Option("--column", help="Only this column, such as people.", show_default=False)] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="Write the cell of a scan that it was read from, as PNG.", show_default=False),
    ] = None,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where a number comes from, down to the cell and the raw text; from a scan, with the picture of the cell."""
    with session(home, now) as at:
        answer = _explanation(at, campaign, unit, indicator, column)
        if picture is not None:
            from service.cell_pictures import write_cell

            chosen = at.desk.campaign(campaign)
            submission = at.desk.submission(chosen, at.desk.unit(chosen, unit))
            written = write_cell(at.installation, submission, indicator, column, picture.absolute())
            answer["values"][written]["picture"] = str(picture)
        if as_json:
            print_json(answer)
            return
        from service.console import Console

        Console(at.home.office).explanation(answer)


def _explanation(at: Session, campaign: str | None, unit: str, indicator: str, column: str | None) -> dict[str, Any]:
    from service.desk import unknown_indicator

    chosen = at.desk.campaign(campaign)
    found = chosen.form.indicator(indicator)
    if found is None:
        raise unknown_indicator(chosen, indicator)
    plain = _unit(at, campaign, unit)
    by_number = {each["id"]: each for each in _messages(at)}
    columns = {key: value for key, value in plain["values"].get(indicator, {}).items() if column in {None, key}}
    for value in columns.values():
        mail = by_number.get(value["source"].get("message"))
        if mail is not None:
            value["message"] = {key: mail[key] for key in _TOLD_OF_A_MESSAGE}
    return {
        "campaign": chosen.id,
        "unit": plain["code"],
        "name": plain["name"],
        "indicator": indicator,
        "label": found.label if at.home.office.language is Language.VI else found.label_en,
        "values": columns,
        "findings": [each for each in plain["findings"] if each["where"].split("|")[0] == indicator],
        "versions": [
            {**each, "changes": [change for change in each["changes"] if change["indicator"] == indicator]}
            for each in plain["versions"]
        ],
    }


def notices(
    number: Annotated[int | None, typer.Argument(help="One mail by its number: how it reads.", show_default=False)] = None,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The outbox: every mail with its cause, key and fate; with a number, that mail as it left, or in a dry run would have."""
    from storage.notices import notices as recorded
    from storage.switch import sending_stopped

    with session(home, now) as at, at.installation.database.reading() as connection:
        plain = [at.views.notice(each) for each in recorded(connection, campaign) if number in {None, each.id}]
        if sending_stopped(connection) is not None:
            for each in plain:
                each["state"] = "held" if each["state"] == "queued" else each["state"]
        if number is not None:
            from service.cli_letters import print_letter
            from service.previewing import letter_of

            print_letter(letter_of(at.installation, number, at.now), plain[0] if plain else {}, as_json=as_json)
            return
        if as_json:
            print_json(plain)
            return
        from service.console import Console

        Console(at.home.office).notices(plain)


def _unit(at: Session, campaign: str | None, wanted: str) -> dict[str, Any]:
    from service.lines import unit_lines
    from storage.decisions import decisions_on
    from storage.notices import notices as recorded

    chosen = at.desk.campaign(campaign)
    unit = at.desk.unit(chosen, wanted)
    with at.installation.database.reading() as connection:
        line = next(each for each in unit_lines(connection, chosen, at.now) if each.code == unit.code)
        sent = recorded(connection, chosen.id, unit.code)
        decisions = decisions_on(connection, chosen.id, unit.code)
    return at.views.unit(chosen, line, sent, decisions)


def _messages(at: Session) -> list[dict[str, Any]]:
    from storage.filings import filings
    from storage.mail_records import messages as recorded
    from storage.mail_records import set_aside_sightings, sightings
    from storage.readings import documents, reading_of

    with at.installation.database.reading() as connection:
        filed, seen, found = filings(connection), sightings(connection), []
        files = {number: tuple(rows) for number, rows in groupby(documents(connection), key=lambda each: each.message_id)}
        for record in recorded(connection):
            reading = reading_of(connection, record.id)
            found.append(at.views.message(record, filed.get(record.id), seen.get(record.id), reading, files.get(record.id, ())))
        return [*found, *(at.views.unfetched(each) for each in set_aside_sightings(connection))]
