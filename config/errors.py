"""What can go wrong on our side. What senders do wrong is data (a finding), never an exception.

ThubaoError
├── ConfigError         every problem of the settings and campaign files at once
├── ParseError          bytes that cannot be read as what they seem to be; becomes a finding
├── StorageError        the database or the archive refused
├── MailServerError     the IMAP server refused or went away      .transient: try again later
└── SendError           the SMTP server refused or went away      .permanent: do not try again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.text import Language, Text


class ThubaoError(Exception):
    """Anything Thubao gives up on. Its text is one line that a person can act on; `str` gives it in English, for logs."""

    def __init__(self, text: str | Text) -> None:
        self._told = text if isinstance(text, Text) else Text(vi=text, en=text)
        super().__init__(self._told.en)

    @property
    def told(self) -> Text:
        """The line in both languages."""
        return self._told

    def in_(self, language: Language) -> str:
        """The line in the office's language."""
        return self._told.in_(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a settings or campaign file: where it stands, what is wrong, what to write instead."""

    file: str
    where: str  # "line 12", "[smtp] port", "row 3, emails"
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.text}" if self.where else f"{self.file}: {self.text}"


class ConfigError(ThubaoError):
    """The configuration cannot be used. Carries every problem found, not only the first.

    The problems are in the office's language; `told` says the same in both where that is not known.
    """

    def __init__(self, problems: tuple[Problem, ...], *, told: Text | None = None) -> None:
        self.problems = problems
        super().__init__(told or "\n".join(str(problem) for problem in problems))


class ParseError(ThubaoError):
    """Bytes that are not what they seem to be."""


class StorageError(ThubaoError):
    """The database or the archive could not be opened, read or written."""


class MailServerError(ThubaoError):
    """The IMAP server refused us or went away. `transient` says whether trying again can help, `pause` not before when."""

    def __init__(self, text: str | Text, *, transient: bool, pause: timedelta = timedelta(0)) -> None:
        self.transient = transient
        self.pause = pause
        super().__init__(text)


class SendError(ThubaoError):
    """The SMTP server did not take a mail. `permanent` says whether trying again is useless.

    `uncertain` is true when the whole mail was handed over and the answer never came: it may have been sent. `too_large`: a
    smaller one would have been taken.
    """

    def __init__(self, text: str | Text, *, permanent: bool, uncertain: bool = False, too_large: bool = False) -> None:
        self.permanent = permanent
        self.uncertain = uncertain
        self.too_large = too_large
        super().__init__(text)
