"""The `thubao` command: its options, its commands, and the boundary where an error becomes one plain line."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from config.errors import ConfigError, ThubaoError
from config.text import Language, Text
from service import cli_decide, cli_form, cli_letters, cli_look, cli_proof, cli_setup, cli_work
from service.cli_session import HomeOption, choose_home, home_path

_DONE, _FAILED, _BAD_USAGE = 0, 1, 2

app = typer.Typer(
    name="thubao",
    help="Thubao collects reports by e-mail: who has sent what, who still owes what, and the consolidated report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def thubao(
    home: HomeOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what happens inside, for finding faults.")] = False,
) -> None:
    """Thubao collects reports by e-mail."""
    choose_home(home)
    if verbose:
        logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(message)s")


_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": cli_setup.demo,
    "init": cli_setup.init,
    "check": cli_setup.check,
    "run": cli_work.run,
    "tick": cli_work.tick,
    "poll": cli_work.poll,
    "import": cli_work.import_,
    "read": cli_work.read,
    "status": cli_look.status,
    "show": cli_look.show,
    "messages": cli_look.messages,
    "explain": cli_look.explain,
    "assign": cli_decide.assign,
    "correct": cli_decide.correct,
    "approve": cli_decide.approve,
    "return": cli_decide.send_back,
    "extend": cli_decide.extend,
    "excuse": cli_decide.excuse,
    "remind": cli_work.remind,
    "notices": cli_look.notices,
    "hold": cli_letters.hold,
    "resume": cli_letters.resume,
    "consolidate": cli_work.consolidate,
    "export": cli_letters.export,
    "replay": cli_work.replay,
    "rebuild": cli_proof.rebuild,
    "fsck": cli_proof.fsck,
    "backup": cli_proof.backup,
    "pack": cli_proof.pack,
    "verify": cli_proof.verify,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(cli_form.form)
app.add_typer(cli_letters.letters, name="letters")


def main() -> None:
    """Run one command. Exit 0 done; 1 could not do it, one line on stderr; 2 bad usage or configuration, every problem."""
    _speak_utf8()
    try:
        app()
    except ConfigError as error:
        _complain(str(error))
        sys.exit(_BAD_USAGE)
    except ThubaoError as error:
        _complain(error.in_(_language()))
        sys.exit(_FAILED)
    except KeyboardInterrupt:
        sys.exit(_FAILED)
    except BrokenPipeError:  # `thubao status | head`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - lives until the process ends
        sys.exit(_DONE)
    except OSError as error:  # an output that cannot be written, a disk that is full
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        sys.exit(_FAILED)
    except Exception as error:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            raise
        told = f"{type(error).__name__}: {error}"
        fault = Text(
            vi=f"lỗi bên trong Thubao: {told}. Đề nghị chạy lại với `thubao --verbose` và báo cho người phát triển.",
            en=f"a fault inside Thubao: {told}. Run it again with `thubao --verbose` and report it.",
        )
        _complain(fault.in_(_language()))
        sys.exit(_FAILED)


def _language() -> Language:
    from config.loading import language_of

    return language_of(home_path(None))


def _complain(text: str) -> None:
    sys.stderr.write(f"thubao: {text}\n" if "\n" not in text else f"{text}\n")


def _speak_utf8() -> None:
    """Vietnamese on any terminal, Windows' included."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main()
