"""The command `thubao form`: write the blank form, and derive a form from an office's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.text import Language
from service.cli_session import CampaignOption, HomeOption, JsonOption, NowOption, print_json, session

form = typer.Typer(name="form", help="The blank form: write it, or derive one from an office's own.", no_args_is_help=True)

FormArgument = Annotated[Path, typer.Argument(help="The office's own blank form: .xlsx, .xls, .ods, .csv, .docx, .odt or .doc.")]


@form.command("blank")
def blank(
    unit: Annotated[
        str | None, typer.Option("--unit", help="The unit's code or name, printed in it.", show_default=False)
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="The workbook to write.", show_default=False)] = None,
    campaign: CampaignOption = None,
    home: HomeOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the blank form, for one unit or for any; a unit's own comes back with its code in it."""
    from service.outputs.blank_form import write_blank_form

    with session(home, now) as at:
        chosen = at.desk.campaign(campaign)
        whose = at.desk.unit(chosen, unit) if unit else None
        path = output or Path(f"{chosen.id}{f'-{whose.code}' if whose else ''}.xlsx")
        write_blank_form(path.absolute(), chosen, whose, language=at.home.office.language)
        if as_json:
            print_json({"campaign": chosen.id, "unit": whose.code if whose else None, "file": str(path)})
        else:
            typer.echo(str(path))


@form.command("learn")
def learn(
    file: FormArgument,
    output: Annotated[Path | None, typer.Option("--output", help="The form.toml to write.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Derive form.toml from an office's own blank form; what was understood is shown for confirmation."""
    from config.home import write_files
    from config.writing_form import form_toml
    from service.console_form import print_form
    from service.learning import learn_file, plain_form

    learned = learn_file(file, language=Language.VI)
    if output is not None:
        text = form_toml(learned.form)
        write_files(output.absolute().parent, {output.name: text.encode()}, language=Language.VI, folders=())
    if as_json:
        print_json(plain_form(learned))
        return
    print_form(plain_form(learned))
    if output is not None:
        typer.echo(f"Đã ghi {output}; đề nghị đọc lại và sửa chỗ chưa đúng.")
    else:
        typer.echo(f"Ghi thành tệp: thubao form learn {file} --output form.toml")
