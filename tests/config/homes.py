"""A home folder for a test: written by the program, then spoilt on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import ConfigError, Problem
from config.home import write_home
from config.loading import load_home
from config.settings import Home

CAMPAIGN = "campaigns/htsd-2020"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFolder:
    """A home folder on disk."""

    path: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Changes one place of a file; the place must be there."""
        target = self.path / file
        text = target.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        target.write_text(text.replace(old, new, 1), "utf-8")

    def load(self, environment: Mapping[str, str] | None = None) -> Home:
        """The home as configured."""
        return load_home(self.path, environment or {})

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it; there must be something."""
        with pytest.raises(ConfigError) as error:
            self.load()
        return error.value.problems

    def only_problem(self) -> str:
        """The one thing that is wrong with it, as the officer sees it."""
        (problem,) = self.problems()
        return str(problem)

    def line_of(self, file: str, text: str) -> int:
        """The number of the first line that contains a text."""
        lines = (self.path / file).read_text("utf-8").split("\n")
        return next(number for number, line in enumerate(lines, start=1) if text in line)


def new_home(folder: Path) -> HomeFolder:
    """What `thubao init` writes."""
    write_home(folder)
    return HomeFolder(path=folder)
