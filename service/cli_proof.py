"""Commands of proof and repair: pack, verify, backup, fsck, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.text import Text
from service.cli_session import CampaignOption, HomeOption, JsonOption, NowOption, print_json, session

OutputOption = Annotated[Path | None, typer.Option("--output", help="The folder to write to.", show_default=False)]


def pack(
    campaign: CampaignOption = None,
    output: OutputOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """The evidence of a campaign in one zip: raw mails, decisions, mails sent, outputs, the chained log."""
    from service.console import Console
    from service.evidence import write_pack

    with session(home, now, exclusive=True) as at:
        made = write_pack(at.installation, at.desk.campaign(campaign), at.now, (output or at.home.storage.outputs).absolute())
        if as_json:
            print_json({"file": str(made.path), "sha256": made.sha256, "files": made.files, "absent": list(made.absent)})
            return
        console = Console(at.home.office)
        console.say(f"{made.path}: {made.files} tệp.", f"{made.path}: {made.files} files.")
        console.say(
            f"SHA-256 của hồ sơ (đề nghị ghi lại): {made.sha256}",
            f"SHA-256 of the pack (write it down): {made.sha256}",
        )
        for each in made.absent:
            console.say(f"Thiếu thư gốc {each}.", f"The raw mail {each} is missing.")


def verify(
    pack_file: Annotated[Path, typer.Argument(metavar="PACK", help="A pack made by `thubao pack`.")],
    as_json: JsonOption = False,
) -> None:
    """Check an evidence pack, offline and without a home folder. Exit 1 when something does not fit."""
    from service.evidence_check import verify_pack

    problems = verify_pack(pack_file)
    if as_json:
        print_json({"file": str(pack_file), "problems": list(problems)})
    else:
        for each in problems:
            typer.echo(each)
        typer.echo("Hồ sơ nguyên vẹn / The pack is whole." if not problems else f"{len(problems)} điểm không khớp / mismatches.")
    if problems:
        raise typer.Exit(1)


def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of the backup; an earlier backup there is brought up to date.")
    ],
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy settings, database, raw mails and outputs, also while Thubao runs. The copy is a home folder."""
    from service.backup import backup as copy
    from service.cli_session import RefusedError
    from service.console import Console

    with session(home, now) as at:
        target = folder.absolute()
        if target == at.home.path or at.home.path in target.parents:
            raise RefusedError(
                Text(
                    vi=f"{folder} nằm trong thư mục làm việc; chọn thư mục ở ổ đĩa khác",
                    en=f"{folder} is inside the home folder; choose a folder on another disk",
                )
            )
        report = copy(at.installation, target)
        if as_json:
            problems = list(report.problems)
            print_json({"folder": str(target), "messages": report.messages, "copied": report.copied, "problems": problems})
        else:
            console = Console(at.home.office)
            console.say(
                f"Đã sao lưu {report.messages} thư ({report.copied} thư mới) vào {target}.",
                f"{report.messages} messages ({report.copied} new) are backed up in {target}.",
            )
            for each in report.problems:
                typer.echo(each)
    if report.problems:
        raise typer.Exit(1)


def fsck(home: HomeOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Check that records and raw mails agree and nothing was changed. Exit 1 when something does not fit."""
    from service.console import Console
    from service.fsck import check_records

    with session(home, now, exclusive=True) as at:
        report = check_records(at.installation, at.now)
        if as_json:
            print_json(
                {
                    "messages": report.messages,
                    "events": report.events,
                    "adopted": list(report.adopted),
                    "problems": list(report.problems),
                }
            )
        else:
            console = Console(at.home.office)
            console.say(
                f"Đã kiểm tra {report.messages} thư, {report.events} mục nhật ký.",
                f"{report.messages} messages and {report.events} entries of the log checked.",
            )
            for number in report.adopted:
                console.say(
                    f"Thư {number}: có trong kho lưu, chưa có trong sổ; đã ghi vào sổ.",
                    f"Message {number}: was archived without a row; it is on record now.",
                )
            for each in report.problems:
                typer.echo(each)
    if report.problems:
        raise typer.Exit(1)


def rebuild(home: HomeOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Empty every derived table and fill it again from archive and decisions. Nothing is sent twice."""
    from service.console import Console, progress_bar
    from service.repair import replay

    with session(home, now, exclusive=True) as at:
        with progress_bar(at.home.office) as progress:
            count = replay(at.installation, at.now, None, progress)
        if as_json:
            print_json({"messages": count})
        else:
            Console(at.home.office).say(f"Đã dựng lại từ {count} thư.", f"Rebuilt from {count} messages.")
