"""What goes with a letter: files on record, and files made for this letter when it is written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.campaign import Campaign, Requirement, Slot, Unit
from config.text import Language, Text
from config.vietnamese import fold
from service.chasing import chase_papers
from service.correction import asked_in, own_workbook
from service.digest import draft_workbook
from service.installation import Installation
from service.outputs.blank_form import write_blank_form
from service.outputs.letters import Enclosure
from service.outputs.outline import outline_document
from service.rules.status import deadline_of
from service.rules.submission import SlotState, Submission
from storage.notices import Notice, NoticeKind

_TIME_TO_FILL_IN = timedelta(days=3)
_LONGEST_NAME = 60
_ROOM_FOR_TEXT = 60_000
_ROOM_FOR_HEAD = 500
_LINE_OF_BASE64, _BYTES_OF_A_LINE = 78, 57
_TOO_LARGE = Text(
    vi="Tệp không gửi kèm vì vượt dung lượng cho phép của một thư; đề nghị lấy tại máy của bộ phận tổng hợp:",
    en="Too large to go with a mail; please fetch it from the machine of the report desk:",
)
_MADE_AGAIN = Text(vi="lập lại bằng lệnh thubao consolidate", en="made again by thubao consolidate")


def enclosures(
    installation: Installation, campaign: Campaign, notice: Notice, submission: Submission | None, now: datetime
) -> tuple[Enclosure, ...]:
    """The files of a notice's letter; `submission` is the unit's, as the letter tells of it."""
    unit = campaign.unit(notice.unit) if notice.unit else None
    language = installation.home.office.language
    if notice.kind is NoticeKind.DELIVERY:
        return tuple(path for each in notice.context.get("files", ()) if (path := Path(each)).exists())
    if notice.kind in {NoticeKind.CORRECTION, NoticeKind.RECEIPT} and unit is not None and submission is not None:
        return _for_correction(installation, campaign, unit, notice, submission)
    if notice.kind is NoticeKind.DIGEST:
        return (draft_workbook(installation, campaign, now),)
    if notice.kind is NoticeKind.CHASE:
        return chase_papers(installation, campaign, now)
    if notice.kind is NoticeKind.KICKOFF and unit is not None:
        return _for_kickoff(campaign, unit, language)
    if notice.kind is NoticeKind.REMINDER and unit is not None and submission is not None:
        return _for_reminder(installation, campaign, unit, submission, now)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What goes with a mail, and what would make it larger than mail servers take."""

    inside: tuple[Enclosure, ...]
    left_out: tuple[Enclosure, ...]

    def note(self, language: Language) -> str:
        """Where the files lie that do not go with the mail, "" when all do."""
        lines = [f"- {_size_of_file(each, language)}" for each in self.left_out]
        return f"{_TOO_LARGE.in_(language)}\n" + "\n".join(lines) if lines else ""


def packed(files: tuple[Enclosure, ...], most: int) -> Packed:
    """The files that a mail of at most so many bytes can carry: the small ones first, in the order given."""
    left = most - _ROOM_FOR_TEXT
    inside = []
    for each in sorted(files, key=_size):
        if (encoded := _size(each) * _LINE_OF_BASE64 // _BYTES_OF_A_LINE + _ROOM_FOR_HEAD) > left:
            break
        left -= encoded
        inside.append(each)
    return Packed(
        inside=tuple(each for each in files if each in inside), left_out=tuple(each for each in files if each not in inside)
    )


def _size(file: Enclosure) -> int:
    return file.stat().st_size if isinstance(file, Path) else len(file[1])


def _size_of_file(file: Enclosure, language: Language) -> str:
    """Name, size and folder of a file; one that was made for this letter lies nowhere."""
    megabytes = max(1, round(_size(file) / 1_000_000))
    if isinstance(file, Path):
        return f"{file.name} ({megabytes} MB): {file.parent}"
    return f"{file[0]} ({megabytes} MB): {_MADE_AGAIN.in_(language)}"


def blank_form_for(campaign: Campaign, unit: Unit, language: Language) -> tuple[str, bytes]:
    """The blank form with the unit's name and hidden mark, under a name that every mail program can show."""
    name = f"Bieu-so-lieu-{_plain_name(unit)}.xlsx"
    with tempfile.TemporaryDirectory(prefix="thubao-form-") as folder:
        path = Path(folder) / name
        write_blank_form(path, campaign, unit, language=language)
        return name, path.read_bytes()


def _for_kickoff(campaign: Campaign, unit: Unit, language: Language) -> tuple[Enclosure, ...]:
    made: list[Enclosure] = []
    if campaign.narrative is not Requirement.OFF and campaign.form.outline:
        made.append((f"De-cuong-bao-cao-{_plain_name(unit)}.docx", outline_document(campaign, unit, language)))
    if campaign.form_slot is not Requirement.OFF:
        made.append(blank_form_for(campaign, unit, language))
    return tuple(made)


def _for_reminder(
    installation: Installation, campaign: Campaign, unit: Unit, submission: Submission, now: datetime
) -> tuple[Enclosure, ...]:
    """The blank form for a unit that owes its form, while there is time to fill it in; later letters only remind."""
    timezone = installation.home.office.timezone
    due = deadline_of(campaign, submission).astimezone(timezone).date()
    form = submission.slot(Slot.FORM)
    owed = campaign.form_slot is Requirement.REQUIRED and (form is None or form.state is SlotState.MISSING)
    if not owed or due - now.astimezone(timezone).date() <= _TIME_TO_FILL_IN:
        return ()
    return (blank_form_for(campaign, unit, installation.home.office.language),)


def _for_correction(
    installation: Installation, campaign: Campaign, unit: Unit, notice: Notice, submission: Submission
) -> tuple[Enclosure, ...]:
    """The unit's own workbook where it is a .xlsx, else a form that bears its name; nothing where nothing is asked."""
    language = installation.home.office.language
    found = asked_in(notice, submission, language)
    if found is None:
        return () if notice.kind is NoticeKind.RECEIPT else (blank_form_for(campaign, unit, language),)
    return (own_workbook(installation, found) or blank_form_for(campaign, unit, language),)


def _plain_name(unit: Unit) -> str:
    words = "-".join(each.capitalize() for each in fold(unit.name).split())
    return (words if len(words) <= _LONGEST_NAME else words[:_LONGEST_NAME].rpartition("-")[0]) or unit.code
