"""What can be wrong with a form as a whole, in words: rows that could not be placed, columns that were guessed, other forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.campaign import Indicator, Severity
from config.text import Text
from parsers.grid import UNREAD
from parsers.values import Finding

FORM_WARNINGS: Mapping[str, Text] = {
    "row_uncertain": Text(
        vi="Tên chỉ tiêu ghi khác mẫu nên chưa chắc đúng dòng; đề nghị xác nhận số liệu này thuộc chỉ tiêu trên.",
        en="The label differs from the form, so the row may be another one; please confirm that the figure belongs here.",
    ),
    "column_uncertain": Text(
        vi="Chưa rõ số liệu thuộc cột nào (số lớp/cuộc, số người, năm nay hay năm trước); đề nghị xác nhận.",
        en="It is not clear which column the figure belongs to (classes, persons, this year or last); please confirm.",
    ),
    "unit_in_header": Text(
        vi="Biểu ghi đơn vị nghìn đồng hoặc triệu đồng; số tiền đã tạm quy đổi ra đồng, đề nghị xác nhận.",
        en="The table states thousands or millions of đồng; the amount was converted for now, please confirm.",
    ),
    "merged_rows": Text(
        vi="Ô được gộp qua nhiều dòng; tạm tính cho dòng đầu, đề nghị ghi riêng từng dòng.",
        en="The cell is merged over several rows and was read for the first; please write each row on its own.",
    ),
    "value_moved": Text(
        vi="Số liệu ghi ở dòng tiêu đề đã tạm chuyển sang dòng chỉ tiêu tương ứng; đề nghị xác nhận.",
        en="The figure stands in the row of the heading and was moved to its indicator for now; please confirm.",
    ),
    "hidden_row": Text(
        vi="Dòng này bị ẩn trong bảng tính; đề nghị xác nhận số liệu.",
        en="The row is hidden in the workbook; please confirm the figure.",
    ),
    "label_against": Text(
        vi="Tên chỉ tiêu ghi thêm “chưa”, “không”, “dự kiến”, “kế hoạch”… hoặc năm khác so với mẫu; đề nghị xác nhận số liệu.",
        en="The label adds “not”, “planned” or another year to that of the form; please confirm the figure.",
    ),
    "two_indicators": Text(
        vi="Tên dòng ghi gộp hai chỉ tiêu của mẫu; đề nghị ghi riêng số liệu từng chỉ tiêu.",
        en="The label names two indicators of the form at once; please write the figures of each.",
    ),
    "note_against": Text(
        vi="Ghi chú bên cạnh nói khác số liệu (sửa lại, không tổ chức, dự kiến, năm khác, đơn vị khác); đề nghị xác nhận.",
        en="The note beside it speaks against the figure (put right, not held, planned, another year or unit); please confirm.",
    ),
    "planned_form": Text(
        vi="Tiêu đề của biểu nói là số liệu kế hoạch hoặc dự kiến; đề nghị xác nhận số liệu đã thực hiện.",
        en="The title of the form says that its figures are planned; please confirm that they are results.",
    ),
    "other_year": Text(
        vi="Biểu mẫu ghi năm khác với năm của đợt báo cáo; đề nghị xác nhận số liệu là của năm nay.",
        en="The form names another year than the campaign's; please confirm that the figure is this year's.",
    ),
    "two_forms_differ": Text(
        vi="Trong thư có nhiều biểu số liệu ghi khác nhau; đề nghị xác nhận biểu nào đúng.",
        en="The mail holds several forms that differ; please confirm which one is right.",
    ),
    "from_text": Text(
        vi="Số được đọc từ lời văn, không phải từ bảng; đề nghị xác nhận.",
        en="The figure was read from running text, not from a table; please confirm.",
    ),
    "table_shifted": Text(
        vi="Nhiều số liệu của biểu nằm ở dòng hoặc cột không có số liệu, có thể bị lệch một dòng (cột); đề nghị xác nhận.",
        en="Many figures stand in rows or columns that take none; they may be one row or column off, please confirm.",
    ),
    "two_values": Text(
        vi="Hai ô của cùng chỉ tiêu ghi hai số khác nhau; đề nghị ghi một số đúng.",
        en="Two cells of the same indicator hold different figures; please write the right one.",
    ),
    "two_amounts": Text(
        vi="Có hai số tiền khác nhau ở hai cột; đề nghị ghi một số đúng.",
        en="Two columns hold different amounts of money; please write the right one.",
    ),
}
"""Words for the warnings that only a form can give; the others are in `parsers.number_warnings`."""


_MOST_NAMED = 6


def _finding(code: str, where: str, vi: str, en: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(code=code, severity=severity, where=where, text=Text(vi=vi, en=en))


def _at(place: str) -> str:
    return f" ({place})" if place else ""


def disputed_row(indicator: Indicator, label: str, place: str) -> Finding:
    """A row that may be this indicator, but another row or indicator fits as well: its figures are not used."""
    return _finding(
        "F-ROW-DISPUTED",
        indicator.code,
        f"Dòng “{label}”{_at(place)} có thể là “{indicator.label}” nhưng chưa chắc chắn; số liệu chưa được dùng, "
        "đề nghị ghi tên chỉ tiêu đúng như mẫu.",
        f"Row “{label}”{_at(place)} may be “{indicator.label_en}”, but not surely; its figures were not used. "
        "Please write the label as in the form.",
    )


def unknown_row(label: str, place: str, missing: int) -> Finding:
    """A row with figures that is no row of the form, while rows of the form are missing or it may be part of one."""
    why, because = (
        (f", trong khi còn {missing} chỉ tiêu chưa thấy", f" while {missing} of them were not found")
        if missing
        else (", có thể là một phần tên của chỉ tiêu liền kề", ", it may be part of the label next to it")
    )
    return _finding(
        "F-ROW-UNKNOWN",
        "",
        f"Dòng “{label}”{_at(place)} không khớp chỉ tiêu nào của mẫu{why}; số liệu dòng này chưa được dùng.",
        f"Row “{label}”{_at(place)} matches no indicator{because}; its figures were not used.",
    )


def added_rows(rows: Sequence[tuple[str, str]]) -> Finding:
    """Rows with figures, as label and place, that a unit added to a form of which every row is there."""
    named = ", ".join(f"“{label}”{_at(place)}" for label, place in rows[:_MOST_NAMED])
    more = len(rows) - _MOST_NAMED
    return _finding(
        "F-ROW-ADDED",
        "",
        f"Biểu có thêm dòng ngoài mẫu có ghi số liệu: {named}{f' và {more} dòng khác' if more > 0 else ''}; "
        "số liệu các dòng này không tính vào chỉ tiêu nào.",
        f"The form holds rows with figures that it was not given with: {named}{f' and {more} more' if more > 0 else ''}; "
        "they count for no indicator.",
        Severity.INFO,
    )


def only_parts(indicator: Indicator, label: str, place: str) -> Finding:
    """Figures in a row added below one of the form that is left blank: perhaps its schools or villages, without their sum."""
    return _finding(
        "F-ROW-PARTS",
        indicator.code,
        f"Dòng thêm “{label}”{_at(place)} có số liệu, còn chỉ tiêu “{indicator.label}” ngay trên để trống; số liệu dòng này chưa "
        "được dùng. Nếu đó là số của chỉ tiêu trên, đề nghị ghi tổng vào dòng chỉ tiêu.",
        f"The added row “{label}”{_at(place)} holds figures, but “{indicator.label_en}” just above it is blank; they were not "
        "used. If they belong to that indicator, please write their total in its row.",
    )


def unlabelled_row(place: str) -> Finding:
    """Figures in a row without a label."""
    return _finding(
        "F-ROW-UNLABELLED",
        "",
        f"Ô {place} có số liệu nhưng dòng không ghi tên chỉ tiêu; số liệu này chưa được dùng.",
        f"Cell {place} holds a figure, but its row has no label; it was not used.",
    )


def unread_column(place: str, raw: str) -> Finding:
    """Figures in a column whose heading says nothing to us, beside rows that are blank otherwise."""
    return _finding(
        "F-COLUMN-UNKNOWN",
        "",
        f"Ô {place} ghi “{raw}” ở cột không rõ tiêu đề; số liệu của cột này chưa được dùng.",
        f"Cell {place} holds “{raw}” in a column whose heading is not understood; the column was not used.",
    )


def header_has_value(indicator: Indicator, raw: str, cell: str) -> Finding:
    """A figure in the row of a heading, where the form has none; or what may be one and could not be read."""
    vi, en = (f"ghi “{raw}”", f"holds “{raw}”") if raw != UNREAD else ("có thể có số liệu chưa đọc được", "may hold a figure")
    return _finding(
        "F-HEADER-VALUE",
        indicator.code,
        f"Dòng tiêu đề “{indicator.label}” (ô {cell}) {vi}; mẫu không có số liệu ở dòng này nên chưa được dùng.",
        f"The heading “{indicator.label_en}” (cell {cell}) {en}; the form has no figure there, so it was not used.",
    )


def stray_value(indicator: Indicator, raw: str, cell: str) -> Finding:
    """A figure in a column that the indicator's unit does not use."""
    return _finding(
        "V-COL",
        indicator.code,
        f"{indicator.label}: ô {cell} ghi “{raw}” ở cột không đúng đơn vị tính ({indicator.unit}); số này chưa được dùng.",
        f"{indicator.label_en}: cell {cell} holds “{raw}” in a column its unit ({indicator.unit}) does not use; it was not used.",
    )


def guessed_columns(sheet: str) -> Finding:
    """The quantity columns were not certain."""
    return _finding(
        "F-COLUMNS",
        "",
        f"Tiêu đề cột của biểu (trang “{sheet}”) không rõ ràng; các số liệu cần được xác nhận.",
        f"The column headings of the table (sheet “{sheet}”) are not clear; its figures are to be confirmed.",
    )


def no_quantity_column(sheet: str) -> Finding:
    """The labels were found, but no column of figures."""
    return _finding(
        "F-NO-COLUMN",
        "",
        f"Không tìm thấy cột số liệu của biểu (trang “{sheet}”).",
        f"No column of figures was found in the table (sheet “{sheet}”).",
    )


def several_forms(count: int) -> Finding:
    """The document holds more than one filled form."""
    return _finding(
        "F-SEVERAL",
        "",
        f"Tệp có {count} biểu số liệu đã điền; mỗi biểu được đọc riêng.",
        f"The file holds {count} filled forms; each was read on its own.",
        Severity.INFO,
    )


def other_year(sheet: str, year: int) -> Finding:
    """A form of another year beside this year's was left out."""
    return _finding(
        "F-OTHER-YEAR",
        "",
        f"Biểu số liệu năm {year} (trang “{sheet}”) không được dùng cho đợt này.",
        f"The form of {year} (sheet “{sheet}”) was not used for this campaign.",
        Severity.INFO,
    )


def no_result(sheet: str) -> Finding:
    """A form on a sheet named for a plan or a draft, beside the one with the results, was left out."""
    return _finding(
        "F-NO-RESULT",
        "",
        f"Biểu số liệu ở trang “{sheet}” là kế hoạch hoặc bản nháp nên không được dùng; số liệu lấy từ trang kết quả.",
        f"The form on sheet “{sheet}” is a plan or a draft and was not used; the figures are those of the results.",
        Severity.INFO,
    )


def shifted_table(sheet: str) -> Finding:
    """So many figures stand in wrong places that the whole table may be one row or column off."""
    return _finding(
        "F-SHIFTED",
        "",
        f"Số liệu của biểu (trang “{sheet}”) có dấu hiệu lệch một dòng hoặc một cột so với mẫu; đề nghị kiểm tra toàn bộ biểu.",
        f"The figures of the table (sheet “{sheet}”) seem to be one row or column off; please check all of it.",
    )


def swapped_columns(sheet: str) -> Finding:
    """In most rows there are fewer persons than classes: the two columns are exchanged."""
    return _finding(
        "F-SWAPPED",
        "",
        f"Ở phần lớn các dòng của biểu (trang “{sheet}”) số người nhỏ hơn số lớp (cuộc), có thể ghi ngược hai cột; "
        "đề nghị xác nhận.",
        f"In most rows of the table (sheet “{sheet}”) there are fewer persons than classes; the columns may be exchanged.",
    )


def form_of_other_year(found: int, year: int) -> Finding:
    """The only form there is says that it is of another year."""
    return _finding(
        "F-YEAR",
        "",
        f"Biểu mẫu ghi năm {found}, trong khi đợt báo cáo là năm {year}; toàn bộ số liệu của biểu cần được xác nhận. "
        f"Nếu gửi nhầm, đề nghị gửi lại biểu số liệu năm {year}.",
        f"The form says {found}, but the campaign is about {year}; all its figures are to be confirmed. "
        f"If it was sent by mistake, please send the form of {year}.",
    )


def planned_form() -> Finding:
    """The only form there is says that it holds plans."""
    return _finding(
        "F-PLAN",
        "",
        "Tiêu đề của biểu nói là số liệu kế hoạch hoặc dự kiến; toàn bộ số liệu của biểu cần được xác nhận. "
        "Nếu gửi nhầm, đề nghị gửi lại biểu số liệu đã thực hiện.",
        "The title of the form says that its figures are planned; all of them are to be confirmed. "
        "If it was sent by mistake, please send the form with the results.",
    )


def hidden_sheet(sheet: str) -> Finding:
    """The form was found on a hidden sheet only."""
    return _finding(
        "F-HIDDEN",
        "",
        f"Biểu số liệu chỉ có ở trang tính ẩn “{sheet}”; đề nghị xác nhận.",
        f"The form stands on the hidden sheet “{sheet}” only; please confirm.",
    )
