"""Commands before the work begins: demo, init, check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.text import Language, Text
from service.cli_session import HomeOption, JsonOption, NowOption, RefusedError, act_at, home_path, moment_of, print_json


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="No live board; exits when the campaign is over.")] = False,
    home: HomeOption = None,
) -> None:
    """Run the reference campaign on a fast clock with servers of its own: nineteen communes send, Thubao does the rest."""
    from service.demo.show import run_demo

    run_demo(home.absolute() if home is not None else Path.cwd() / "demo-home", headless=headless)


def init(
    folder: Annotated[Path, typer.Argument(help="The new home folder.")],
    campaign: Annotated[str, typer.Option("--campaign", help="The built-in campaign to begin with.")] = "htsd-2020",
    form: Annotated[Path | None, typer.Option("--form", help="The office's own blank form.", show_default=False)] = None,
    roster: Annotated[Path | None, typer.Option("--roster", help="The units: .csv or .xlsx.", show_default=False)] = None,
    deadline: Annotated[
        datetime | None,
        typer.Option("--deadline", parser=moment_of, metavar="ISO8601", help="When reports are due.", show_default=False),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The campaign's title.", show_default=False)] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="The campaign's id; made from the title otherwise.", show_default=False)
    ] = None,
    language: Annotated[Language, typer.Option("--language", help="Of letters and outputs.")] = Language.VI,
    office: Annotated[str, typer.Option("--office", help="The office's name, as letters show it.", show_default=False)] = "",
) -> None:
    """Write a home folder: with the reference campaign, or with --form, --roster, --deadline and --title for any office.

    In a folder that is a home already, --form adds a campaign to it.
    """
    from config.home import write_home

    if form is not None or roster is not None:
        from service.learning import make_campaign

        missing = [
            name
            for name, given in (("--form", form), ("--roster", roster), ("--deadline", deadline), ("--title", title))
            if given is None
        ]
        if form is None or roster is None or deadline is None or title is None:
            raise typer.BadParameter(f"an office's own campaign also needs {', '.join(missing)}")
        written = make_campaign(
            folder.absolute(),
            form=form,
            roster=roster,
            deadline=deadline,
            title=title,
            identifier=identifier,
            language=language,
            office=office,
        )
    else:
        written = write_home(folder.absolute(), campaign=campaign, language=language, office=office)
    settings = folder / "thubao.toml"
    told = Text(
        vi=f"Đã tạo {len(written)} tệp trong {folder}.\nTiếp theo: sửa {settings}, rồi chạy: thubao --home {folder} check",
        en=f"{len(written)} files are in {folder}.\nNext: edit {settings}, then run: thubao --home {folder} check",
    )
    typer.echo(told.in_(language))


def check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not log in to the servers.")] = False,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate everything, log in to the servers, and print the calendar of mails."""
    from config.loading import load_home
    from service.checking import check_home
    from service.console import Console

    path = home_path(home)
    configured = load_home(path)
    report = check_home(configured, act_at(configured, now), online=not offline)
    if as_json:
        print_json(report.plain())
    else:
        Console(configured.office).checked(report)
    if report.problems:
        raise RefusedError("; ".join(report.problems))
