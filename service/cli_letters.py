"""Commands about letters and figures that leave the house: letters preview, hold, resume, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli_look import UnitArgument
from service.cli_session import CampaignOption, HomeOption, JsonOption, NowOption, print_json, session

if TYPE_CHECKING:  # writing letters pulls in Word and workbooks: only commands that do it pay for it
    from service.previewing import Preview

letters = typer.Typer(help="The letters: how they will read.", no_args_is_help=True)


class ExportFormat(StrEnum):
    """How figures are exported."""

    CSV = "csv"
    JSONL = "jsonl"


@letters.callback()
def about_letters() -> None:
    """The letters: how they will read."""


@letters.command("preview")
def preview(
    kind: Annotated[str, typer.Argument(help="The letter: kickoff, reminder, receipt_problems, digest ...")],
    unit: UnitArgument,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """How a letter to this unit reads at this moment. Nothing is sent, queued or recorded."""
    from service.previewing import preview_letter

    with session(home, now) as at:
        chosen = at.desk.campaign(campaign)
        found = preview_letter(at.installation, chosen, at.desk.unit(chosen, unit), kind, at.now)
    print_letter(found, {"kind": kind}, as_json=as_json)


def hold(home: HomeOption = None, now: NowOption = None) -> None:
    """Stop sending at once, also while the service runs: mail that is due waits. Everything else goes on."""
    from service.console import Console

    with session(home, now) as at:
        at.desk.stop_sending()
        Console(at.home.office).say(
            "Đã tạm dừng gửi thư; thư đến hạn chờ đến khi chạy `thubao resume`.",
            "Sending is stopped; mail that is due waits for `thubao resume`.",
        )


def resume(home: HomeOption = None, now: NowOption = None) -> None:
    """Let mail leave again after `thubao hold`: what waited leaves if it is still called for."""
    from service.console import Console

    with session(home, now) as at:
        at.desk.resume_sending()
        Console(at.home.office).say("Thư được gửi trở lại.", "Mail leaves again.")


def print_letter(letter: Preview, about: dict[str, object], *, as_json: bool) -> None:
    """A letter with the names and sizes of its files; `about` goes before it in JSON."""
    if as_json:
        attached = [{"name": name, "size": size} for name, size in letter.attachments]
        print_json({**about, "to": letter.recipient, "subject": letter.subject, "body": letter.body, "attachments": attached})
        return
    typer.echo(letter.subject)
    typer.echo("")
    typer.echo(letter.body.rstrip())
    for name, size in letter.attachments:
        typer.echo(f"[{name}, {max(1, size // 1024)} KB]")


def export(
    campaign: CampaignOption = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="csv for spreadsheets, jsonl for programs.")] = ExportFormat.CSV,
    output: Annotated[Path | None, typer.Option("--output", help="The folder to write to.", show_default=False)] = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every figure of every unit with its source, one line each, as it stands at this moment."""
    from service.consolidating import draft
    from service.outputs.export import write_csv, write_jsonl

    with session(home, now) as at:
        chosen = at.desk.campaign(campaign)
        folder = output.absolute() if output else at.home.storage.outputs
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{chosen.id}-figures.{form.value}"
        write = write_csv if form is ExportFormat.CSV else write_jsonl
        write(path, chosen, draft(at.installation, chosen, at.now), at.home.office.language)
    if as_json:
        print_json({"campaign": chosen.id, "format": form.value, "file": str(path)})
    else:
        typer.echo(str(path))
