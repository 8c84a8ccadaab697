"""What a person sees in the terminal: tables in plain Vietnamese or English. All of it can be had as JSON too."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text as Styled

from config.settings import Office
from config.text import Language, Text
from service import console_words as words
from service.console_board import at_moment, board_table, grouped, health_lines, needs_you, word

if TYPE_CHECKING:  # what is printed is made elsewhere; `thubao status` must not wait for the mail libraries
    from config.campaign import Campaign
    from service.checking import CheckReport
    from service.consolidating import Output
    from service.desk import Board
    from service.importing import ImportReport
    from service.rules.consolidation import UnitLine
    from service.worker import TickReport

_FIGURE_COLUMNS = (
    Text(vi="Mã", en="Code"),
    Text(vi="Chỉ tiêu", en="Indicator"),
    Text(vi="Cột", en="Column"),
    Text(vi="Số liệu", en="Figure"),
    Text(vi="Ghi trong tệp", en="As written"),
    Text(vi="Nơi ghi", en="Where"),
    Text(vi="Lưu ý", en="Note"),
)
_NOTICE_COLUMNS = (
    Text(vi="Số", en="No."),
    Text(vi="Đến hạn", en="Due"),
    Text(vi="Loại", en="Kind"),
    Text(vi="Đơn vị", en="Unit"),
    Text(vi="Gửi tới", en="To"),
    Text(vi="Tiêu đề", en="Subject"),
    Text(vi="Kết quả", en="Fate"),
)
_PAGE_WIDTH = 120
_LONG = 5
"""A bar is shown for more mails than this."""


class Console:
    """Prints for one office, in its language and time zone."""

    def __init__(self, office: Office, terminal: Terminal | None = None) -> None:
        self._office = office
        self._language = office.language
        self._terminal = terminal or make_terminal()

    def say(self, vi: str, en: str) -> None:
        """One sentence."""
        self._print(vi if self._language is Language.VI else en)

    def board(self, board: Board) -> None:
        """The board of a campaign."""
        self._terminal.print(self.board_table(board))
        for line in needs_you(board, self._office):
            self._print(line, "magenta")
        for line in health_lines(board, self._office):
            self._print(line, "bright_black")

    def board_table(self, board: Board) -> Table:
        """The board as a table that can also be shown live."""
        return board_table(board, self._office)

    def line(self, line: UnitLine) -> None:
        """One unit in one line."""
        content = self._word(words.CONTENT, line.submission.content.value)
        self._print(f"{line.code} {line.name}: {content}, {self._word(words.TIME, line.timeliness.value)}")

    def unit(self, campaign: Campaign, plain: dict[str, Any]) -> None:
        """Everything about one unit."""
        content, time = self._word(words.CONTENT, plain["content"]), self._word(words.TIME, plain["time"])
        self._print(f"{plain['code']} {plain['kind']} {plain['name']}: {content}, {time}", "bold")
        rows = [
            self._figure_row(campaign, indicator.code, column, value)
            for indicator in campaign.form.indicators
            for column, value in plain["values"].get(indicator.code, {}).items()
            if value["status"] != "empty"
        ]
        self._table(_FIGURE_COLUMNS, rows)
        for finding in plain["findings"]:
            self._print(f"- {self._word(words.SEVERITY, finding['severity'])} {finding['code']}: {finding['message']}")
        for each in plain["cited"]:
            of_day = f" ({datetime.fromisoformat(each['dated']):%d/%m/%Y})" if each["dated"] else ""
            about = f": {each['subject']}" if each["subject"] else ""
            self.say(f"- văn bản {each['number']}{of_day}{about}", f"- document {each['number']}{of_day}{about}")
        for mail in plain["open_mails"]:
            decide = f"thubao assign {mail['message']} {plain['code']}"
            self.say(
                f"- chờ quyết định, thư #{mail['message']}: {mail['why']} (ghi nhận cho đơn vị: {decide})",
                f"- waits for you, message #{mail['message']}: {mail['why']} (to file it to the unit: {decide})",
            )
        for moment in plain["timeline"]:
            self._print(f"  {self._at(datetime.fromisoformat(moment['at']))} {self._happened(moment)}", "bright_black")

    def messages(self, plain: list[dict[str, Any]]) -> None:
        """Every message with its documents."""
        for mail in plain:
            state = self._word(words.MESSAGE_STATE, mail["state"])
            unit = f" → {mail['unit']}" if mail["unit"] else ""
            if mail["id"] is None:
                self._print(f"{mail['mailbox']}/{mail['folder']} {mail['uid']}: {state}", "bold")
            else:
                at = self._at(datetime.fromisoformat(mail["received_at"]))
                self._print(f"#{mail['id']} {at} {mail['from']} “{mail['subject']}”: {state}{unit}", "bold")
            if mail["why"]:
                self._print(f"    {mail['why']}")
            for each in mail["evidence"]:
                kind = self._word(words.EVIDENCE, each["kind"])
                self._print(f"    {kind}: {each.get('detail')} ({each.get('unit', '')} {each.get('score')})", "bright_black")
            self._documents(mail["documents"])

    def files(self, plain: list[dict[str, Any]]) -> None:
        """What is understood of files."""
        for file in plain:
            unit = file["unit"] or self._say("chưa rõ đơn vị", "unit not known")
            self._print(f"{file['file']}: {unit}", "bold")
            if file.get("error"):
                self._print(f"  {file['error']}", "red")
            for finding in file.get("findings", ()):
                self._print(f"  {self._word(words.SEVERITY, finding['severity'])}: {finding['message']}", "yellow")
            for link in file.get("links", ()):
                self.say(f"  đường liên kết, không mở: {link}", f"  link, not opened: {link}")
            self._documents(file["documents"])
            for document in file["documents"]:
                for code, columns in document["values"].items():
                    for column, value in columns.items():
                        self._value_line(code, column, value)
                for finding in document["findings"]:
                    self._print(f"    {self._word(words.SEVERITY, finding['severity'])}: {finding['message']}", "yellow")

    def explanation(self, answer: dict[str, Any]) -> None:
        """Where a number comes from."""
        self._print(f"{answer['unit']} {answer['name']} · {answer['indicator']} {answer['label']}", "bold")
        if not answer["values"]:
            self.say("  Chưa có số liệu.", "  Nothing was read for it.")
        for column, value in answer["values"].items():
            self._print(f"  {column} = {self._figure(value['value'])} {self._word(words.VALUE_STATUS, value['status'])}")
            source, mail = value["source"], value.get("message")
            if source:
                place = f"{source['document']} · {source['sheet']} {source['cell']} · sha256 {source['sha256'][:12]}"
                self._print(f"    “{value['raw']}” · {place}")
                self._cell_picture(source.get("picture"), value.get("picture"))
            if mail:
                at = self._at(datetime.fromisoformat(mail["received_at"]))
                self._print(f"    #{mail['id']} {at} {mail['from']} “{mail['subject']}” {mail['message_id']}")
            if value.get("why"):
                self._print(f"    {self._say('quyết định', 'decision')} {value['decision']}: {value['why']}")
        for finding in answer["findings"]:
            self._print(f"  {self._word(words.SEVERITY, finding['severity'])}: {finding['message']}", "yellow")

    def _cell_picture(self, place: dict[str, Any] | None, file: str | None) -> None:
        """Where the picture of a scanned cell was written, or how to have it."""
        if file is not None:
            self.say(f"    ảnh ô: {file}", f"    picture of the cell: {file}")
        elif place is not None:
            page = place["page"]
            self.say(
                f"    trang {page}; xem ảnh ô: thêm --picture TỆP.png", f"    page {page}; to see the cell add --picture FILE.png"
            )

    def notices(self, plain: list[dict[str, Any]]) -> None:
        """The outbox."""
        rows = [
            (
                str(each["id"]),
                self._at(datetime.fromisoformat(each["due_at"])),
                self._word(words.NOTICE_KIND, each["kind"]),
                each["unit"] or "",
                each["to"],
                each["subject"],
                self._word(words.NOTICE_STATE, each["state"]),
            )
            for each in plain
        ]
        self._table(_NOTICE_COLUMNS, rows)

    def reminders(self, plain: list[dict[str, Any]]) -> None:
        """What is due."""
        if not plain:
            self.say("Không có thư nào đến hạn gửi.", "Nothing is due.")
        for each in plain:
            kind = self._word(words.NOTICE_KIND, each["kind"])
            self._print(f"{kind}: {each['unit'] or ''} {each['to']}")

    def tick(self, report: TickReport) -> None:
        """What one tick did, in one line; nothing for a quiet one but its problems."""
        for problem in report.problems:
            self._print(problem, "red")
        for note in (note for each in report.received for note in each.notes):
            self._print(note.in_(self._office.language), "yellow")
        new, reminders, sent = report.new_messages, report.planned.reminders, report.sent
        self.say(
            f"Thư mới {new} · nhắc {reminders} · đã gửi {sent.sent} · chạy thử {sent.dry} · lỗi {sent.failed}",
            f"New mail {new} · reminders {reminders} · sent {sent.sent} · dry run {sent.dry} · failed {sent.failed}",
        )
        for output in report.planned.consolidated:
            self.consolidated(output)

    def imported(self, report: ImportReport) -> None:
        """What an import brought."""
        self.say(f"Đã nhập {len(report.messages)} thư.", f"{len(report.messages)} messages taken in.")
        for each in report.skipped:
            self.say(f"Không phải thư: {each}", f"No mail: {each}")

    def consolidated(self, output: Output) -> None:
        """A consolidation and its files."""
        made = output.consolidation
        self.say(
            f"Bản tổng hợp số {made.version}: {made.reported}/{made.expected} đơn vị.",
            f"Consolidation {made.version}: {made.reported}/{made.expected} units.",
        )
        for path in output.files:
            self._print(f"  {path}")

    def checked(self, report: CheckReport) -> None:
        """What `thubao check` found."""
        self.say(f"Cấu hình {report.home.path}: hợp lệ.", f"The configuration {report.home.path} is in order.")
        for server in report.servers:
            self._print(f"  ✓ {server}", "green")
        for note in report.notes:
            self._print(f"  · {note}", "yellow")
        for entry in report.calendar:
            kind = self._word(words.NOTICE_KIND, entry.kind)
            count = self._say(f"tối đa {entry.recipients} thư", f"at most {entry.recipients} mails")
            self._print(f"  {self._at(entry.at)} {entry.campaign}: {kind}, {count}")

    def _happened(self, moment: dict[str, Any]) -> str:
        """One moment of a unit's timeline."""
        if moment["what"] == "received":
            slots = ", ".join(self._word(words.SLOT, each) for each in moment["slots"])
            number, version = moment["message"], moment["version"]
            return self._say(f"nhận thư #{number}, lần {version}: {slots}", f"message #{number}, version {version}: {slots}")
        if moment["what"] == "notice":
            kind, state = self._word(words.NOTICE_KIND, moment["kind"]), self._word(words.NOTICE_STATE, moment["state"])
            return f"{kind}, {state}" + (f": {moment['subject']}" if moment["subject"] else "")
        told = f"{self._word(words.DECISION, moment['kind'])} ({moment['who']})"
        return f"{told}: {moment['why']}" if moment["why"] else told

    def _figure_row(self, campaign: Campaign, code: str, column: str, value: dict[str, Any]) -> tuple[str, ...]:
        indicator = campaign.form.indicator(code)
        label = (indicator.label if self._language is Language.VI else indicator.label_en) if indicator else ""
        source = value["source"]
        where = f"#{source['message']} {source['document']} {source['cell']}" if source else ""
        status = self._word(words.VALUE_STATUS, value["status"])
        return (code, label, column, self._figure(value["value"]), value["raw"], where.strip(), status)

    def _value_line(self, code: str, column: str, value: dict[str, Any]) -> None:
        if value["status"] == "empty":
            return
        status = self._word(words.VALUE_STATUS, value["status"])
        figure = self._figure(value["value"])
        self._print(f"    {value['source']['cell']:>6} {code} {column} = {figure}  “{value['raw']}” {status}")

    def _table(self, columns: tuple[Text, ...], rows: Sequence[tuple[str, ...]]) -> None:
        table = Table(header_style="bold")
        for column in columns:
            table.add_column(column.in_(self._language))
        for row in rows:
            table.add_row(*(Styled(cell) for cell in row))
        self._terminal.print(table)

    def _documents(self, documents: list[dict[str, Any]]) -> None:
        for each in documents:
            role, fate = self._word(words.ROLE, each["role"]), self._word(words.FATE, each["fate"])
            why = f" ({each['why']})" if each["why"] else ""
            self._print(f"    {each['path']}: {role}, {fate}{why}")

    def _print(self, line: str, style: str = "") -> None:
        """A line as it is: what senders wrote is never taken for markup."""
        self._terminal.print(line, style=style or None, markup=False, soft_wrap=True)

    def _word(self, table: dict[str, Text], key: str) -> str:
        return word(table, key, self._language)

    def _figure(self, value: int | str | None) -> str:
        return grouped(value, self._language)

    def _say(self, vi: str, en: str) -> str:
        return vi if self._language is Language.VI else en

    def _at(self, moment: datetime) -> str:
        return at_moment(moment, self._office)


def make_terminal() -> Terminal:
    """The terminal; where output goes to a file or a pipe, wide enough that no table is cut."""
    return Terminal(highlight=False, width=None if sys.stdout.isatty() else _PAGE_WIDTH)


@contextlib.contextmanager
def progress_bar(office: Office) -> Iterator[Callable[[int, int], None]]:
    """A bar that appears when work turns out to be long, on a terminal only."""
    doing = "Đang xử lý thư" if office.language is Language.VI else "Working on mail"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(doing, total=None, visible=False)

        def advance(done: int, everything: int) -> None:
            progress.update(task, completed=done, total=everything, visible=everything > _LONG)

        yield advance
