"""What every command shares: where home is, what time it is, how to open it, and how to print."""

from __future__ import annotations

import contextlib
import getpass
import ipaddress
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.campaign import Campaign, Unit
from config.errors import ThubaoError
from config.settings import Home, Sending
from config.text import Text

if TYPE_CHECKING:  # opening pulls in the database and the readers: only commands that need them pay for it
    from service.desk import Desk
    from service.installation import Installation
    from service.views import Views

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home folder (also THUBAO_HOME; default: the current folder).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def moment_of(text: str) -> datetime:
    """A moment written as ISO 8601."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no moment; write it like 2020-10-16T08:00:00+07:00") from error


NowOption = Annotated[
    datetime | None,
    typer.Option(
        "--now",
        parser=moment_of,
        metavar="ISO8601",
        help="Act as if it were this moment: for rehearsals and tests.",
        show_default=False,
    ),
]
CampaignOption = Annotated[
    str | None, typer.Option("--campaign", help="The campaign's id, where several run.", show_default=False)
]


def _reason(text: str) -> str:
    if not text.strip():
        raise typer.BadParameter("write the reason; it stays on record")
    return text.strip()


WhyOption = Annotated[str, typer.Option("--why", parser=_reason, metavar="TEXT", help="The reason; it stays on record.")]
OptionalWhyOption = Annotated[str, typer.Option("--why", help="The reason; it stays on record.", show_default=False)]

_chosen_home: list[Path] = []
"""Set by `thubao --home DIR COMMAND`, and by a --home behind the command, which wins."""


class RefusedError(ThubaoError):
    """The command may not be carried out as asked."""


def choose_home(path: Path | None) -> None:
    """Remember the home folder given before the command."""
    _chosen_home[:] = [path] if path is not None else []


def home_path(given: Path | None) -> Path:
    """The home folder: behind the command, before it, from the environment, or the current folder."""
    if given is not None:
        choose_home(given)
    if _chosen_home:
        return _chosen_home[0].absolute()
    return Path(os.environ.get("THUBAO_HOME") or Path.cwd()).absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An opened home folder with the moment of the command and the officer's desk."""

    installation: Installation
    now: datetime
    desk: Desk
    views: Views

    @property
    def home(self) -> Home:
        """The configuration."""
        return self.installation.home


@contextlib.contextmanager
def session(home: Path | None, now: datetime | None, *, exclusive: bool = False) -> Iterator[Session]:
    """Open the home folder for one command."""
    from service.desk import Desk
    from service.installation import opened
    from service.views import Views

    with opened(home_path(home), exclusive=exclusive) as installation:
        office = installation.home.office
        moment = act_at(installation.home, now)
        yield Session(
            installation=installation,
            now=moment,
            desk=Desk(installation, moment, officer_name()),
            views=Views(office.timezone, office.language),
        )


def act_at(home: Home, now: datetime | None) -> datetime:
    """The moment to act at; a pretended one is refused while mail really leaves for another machine."""
    if now is None:
        return datetime.now(home.office.timezone)
    smtp = home.smtp
    if smtp is not None and smtp.sending is Sending.ON and not _is_loopback(smtp.host):
        raise RefusedError(
            Text(
                vi='--now chỉ để chạy thử: đặt sending = "dry-run" trong thubao.toml trước',
                en='--now is for rehearsals: set sending = "dry-run" in thubao.toml first',
            )
        )
    return now if now.tzinfo else now.replace(tzinfo=home.office.timezone)


def officer_name() -> str:
    """Under whose name decisions go on record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The unit that a command is about, in its campaign."""

    session: Session
    campaign: Campaign
    unit: Unit


@contextlib.contextmanager
def deciding(home: Path | None, now: datetime | None, campaign: str | None, wanted: str, *, as_json: bool) -> Iterator[Choice]:
    """Open the home folder for a decision on one unit, and show the unit's line as it stands afterwards.

    Not exclusive: a decision is one transaction, and the service goes on beside it.
    """
    with session(home, now) as at:
        chosen = at.desk.campaign(campaign)
        unit = at.desk.unit(chosen, wanted)
        yield Choice(session=at, campaign=chosen, unit=unit)
        line = next(each for each in at.desk.board(chosen).lines if each.code == unit.code)
        if as_json:
            print_json(at.views.unit_line(chosen, line))
            return
        from service.console import Console

        Console(at.home.office).line(line)


def print_json(plain: Any) -> None:  # noqa: ANN401 - any JSON
    """Print JSON as UTF-8 whatever the terminal's encoding."""
    sys.stdout.flush()
    text = json.dumps(plain, ensure_ascii=False, indent=2, default=str) + "\n"
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
