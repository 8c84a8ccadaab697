"""Every doubt about a figure: how grave it is, and the words that tell the unit what is doubtful and how to write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.campaign import Severity
from config.text import Text
from parsers.values import ValueStatus


@dataclass(frozen=True, slots=True)
class _Warning:
    severity: Severity
    text: Text


def _told(vi: str, en: str) -> _Warning:
    return _Warning(Severity.INFO, Text(vi=vi, en=en))


def _asked(vi: str, en: str) -> _Warning:
    return _Warning(Severity.WARNING, Text(vi=vi, en=en))


def _refused(vi: str, en: str) -> _Warning:
    return _Warning(Severity.ERROR, Text(vi=vi, en=en))


_WARNINGS = {
    # read with certainty; told to the officer only
    "dash_as_zero": _told("Dấu gạch được hiểu là 0.", "A dash was read as 0."),
    "word_zero": _told("Chữ “không” được hiểu là 0.", "The word for none was read as 0."),
    "word_number": _told("Số được ghi bằng chữ.", "The number is written in words."),
    "unit_suffix": _told("Đơn vị tính được ghi kèm trong ô.", "The unit of measure is repeated in the cell."),
    "unit_from_parenthesis": _told(
        "Đơn vị tiền được lấy từ phần ghi trong ngoặc.", "The unit of money was taken from the brackets."
    ),
    "parenthetical_ignored": _told("Phần ghi thêm trong ngoặc không được tính.", "A remark in brackets was left out."),
    "rate_suffix_ignored": _told("Phần ghi “/xã” không được tính.", "The words “per commune” were left out."),
    "turns_not_heads": _told(
        "Ô ghi số lượt người; đề nghị ghi số người nếu thống kê được.",
        "The cell counts attendances, not persons; please give persons if known.",
    ),
    "split_pair": _told(
        "Hai số ghi chung một ô đã được tách vào hai cột.", "Two figures in one cell were put into their columns."
    ),
    "summed_components": _told("Các thành phần ghi trong ô đã được cộng lại.", "The parts written in the cell were added up."),
    "expression": _told("Phép cộng ghi trong ô đã được tính.", "The sum written in the cell was calculated."),
    "shorthand": _told("Số được ghi tắt.", "The number is written in short."),
    "thousands_comma": _told("Dấu phẩy được hiểu là dấu phân cách hàng nghìn.", "The comma was read as a thousands separator."),
    "thousands_space": _told("Dấu cách được hiểu là dấu phân cách hàng nghìn.", "The space was read as a thousands separator."),
    "en_format": _told("Số được ghi theo kiểu Anh - Mỹ (1,000.00).", "The number is written the English way (1,000.00)."),
    "scientific": _told("Số được ghi dạng khoa học (5E+06).", "The number is written in scientific form (5E+06)."),
    "fullwidth": _told(
        "Chữ số thuộc bộ gõ khác đã được đổi sang chữ số thường.", "Digits of another script were read as plain digits."
    ),
    "formula": _told("Ô là công thức; dùng kết quả đã tính sẵn.", "The cell is a formula; its stored result is used."),
    "placeholder": _told(
        "Ô còn để dấu chờ điền; coi như để trống. Nếu không phát sinh, đề nghị ghi 0.",
        "The cell holds a placeholder and counts as blank. Please write 0 if there was none.",
    ),
    # used provisionally and asked about
    "approx": _asked(
        "Số ghi là số ước lượng; đề nghị ghi số chính xác.", "The number is an estimate; please give the exact number."
    ),
    "ambiguous_comma": _asked(
        "Dấu phẩy có thể là dấu thập phân hoặc dấu hàng nghìn; đề nghị ghi đủ bằng chữ số, ví dụ 1.250.000.",
        "The comma may mark decimals or thousands; please write all digits, for example 1.250.000.",
    ),
    "decimal_dot": _asked(
        "Dấu chấm có thể là dấu thập phân hoặc dấu hàng nghìn; đề nghị ghi đủ bằng chữ số, ví dụ 5.500.000.",
        "The dot may mark decimals or thousands; please write all digits, for example 5.500.000.",
    ),
    "ambiguous_unit": _asked(
        "Chưa rõ số ghi theo đơn vị tính nào; đề nghị chỉ ghi một con số theo đúng đơn vị tính của chỉ tiêu.",
        "It is not clear which unit the number is in; please write one number in the unit of the indicator.",
    ),
    "ambiguous_reading": _asked(
        "Nội dung ghi có thể hiểu theo nhiều cách; đề nghị ghi mỗi số vào một ô, chỉ dùng chữ số.",
        "The cell can be read in more than one way; please write each number in a cell of its own, in digits only.",
    ),
    "column_shift": _asked(
        "Số liệu ghi ở cột không đúng đơn vị tính; tạm chuyển sang đúng cột, đề nghị xác nhận.",
        "The number stands in a column of another unit; it was moved for now, please confirm.",
    ),
    "date_recovered": _asked(
        "Ô đã bị chuyển thành ngày tháng; tạm đọc lại thành số lớp (cuộc) và số người, đề nghị ghi hai số vào hai cột.",
        "The cell was turned into a date; it was read back as two numbers, please write them in two columns.",
    ),
    "possible_date_serial": _asked(
        "Số này có thể là ngày tháng do bảng tính tự đổi; đề nghị kiểm tra và ghi lại số đúng.",
        "The number may be a date the spreadsheet converted by itself; please check and write the right number.",
    ),
    "implausible": _asked(
        "Số quá lớn so với thực tế; đề nghị kiểm tra lại đơn vị tính.", "The number is far too large; please check the unit."
    ),
    "mark_as_one": _asked(
        "Dấu đánh dấu được hiểu là 1; đề nghị ghi số 1 hoặc số 0.", "A tick was read as 1; please write 1 or 0."
    ),
    "money_small": _asked(
        "Số tiền quá nhỏ, có thể ghi theo nghìn đồng hoặc triệu đồng; đề nghị ghi đủ bằng đồng, ví dụ 5.000.000.",
        "The amount is very small and may be in thousands or millions; please write it in full in đồng, for example 5.000.000.",
    ),
    "multiplication_inferred": _asked(
        "Ô ghi dạng phép nhân; tạm hiểu là số lớp (cuộc) nhân số người mỗi lớp, đề nghị ghi tổng số người.",
        "The cell is a multiplication, read as classes times persons per class; please write the total number of persons.",
    ),
    "ocr_suspect": _asked(
        "Số có ký tự dễ nhầm (chữ O với số 0, chữ l với số 1); đề nghị xác nhận.",
        "The number holds look-alike letters (O for 0, l for 1); please confirm.",
    ),
    "from_picture": _asked(
        "Số đọc từ ảnh chụp hoặc bản quét; đề nghị đối chiếu với bản gốc.",
        "The number was read from a photo or a scan; please compare it with the original.",
    ),
    "struck_out": _asked(
        "Nội dung trong ô đã bị gạch ngang; đề nghị xác nhận còn dùng số này hay không.",
        "What stands in the cell is struck through; please confirm whether it still holds.",
    ),
    "cut_off": _asked(
        "Chữ trong bảng bị cắt ở mép ô khi in ra PDF nên có thể nhầm dòng; đề nghị đối chiếu hoặc gửi tệp Excel, Word.",
        "Texts of the table were cut off at the borders of cells when it was printed to PDF, so that rows may be mistaken; "
        "please compare, or send the Excel or Word file.",
    ),
    "digits_boxed": _asked(
        "Phông chữ của tệp PDF có thể thiếu các chữ số này nên dễ đọc sai; đề nghị đối chiếu hoặc gửi tệp Excel, Word.",
        "The PDF has these digits in a typeface that may lack them, so that they may be read wrongly; please compare, or send the"
        " Excel or Word file.",
    ),
    "place_uncertain": _asked(
        "Bảng in không kẻ ô nên chưa chắc số này thuộc đúng dòng, đúng cột; đề nghị xác nhận.",
        "The table was printed without lines, so the figure may belong to another row or column; please confirm.",
    ),
    "people_lt_count": _asked(
        "Số người nhỏ hơn số lớp (cuộc), có thể ghi ngược cột; đề nghị kiểm tra.",
        "There are fewer persons than classes or events; the columns may be swapped, please check.",
    ),
    "roman": _asked(
        "Số được ghi bằng chữ số La Mã; đề nghị ghi bằng chữ số thường.", "The number is in Roman numerals; please use digits."
    ),
    "thousands_dot_lost": _asked(
        "Dấu chấm hàng nghìn đã bị hiểu thành dấu thập phân; tạm khôi phục, đề nghị xác nhận.",
        "The thousands dot was taken for a decimal point; the number was restored for now, please confirm.",
    ),
    "value_from_note": _asked(
        "Số liệu được lấy từ cột Ghi chú; đề nghị ghi vào cột Số lượng.",
        "The number was taken from the notes column; please write it in the quantity column.",
    ),
    "words_mismatch": _asked(
        "Số ghi bằng chữ số và số ghi bằng chữ không khớp; đề nghị kiểm tra.",
        "The number in digits and the number in words differ; please check.",
    ),
    # no value, asked about
    "place_unread": _refused(
        "Bảng in không kẻ ô, có số in giữa hai dòng nên chưa rõ thuộc dòng nào; đề nghị ghi rõ số liệu của dòng này.",
        "The table was printed without lines and a figure stands between two rows; please write out the figure of this row.",
    ),
    "ink_unread": _refused(
        "Trong ô có chữ hoặc số nhưng không đọc được từ ảnh chụp, bản quét; đề nghị ghi rõ số liệu ô này.",
        "Something is written in the cell that could not be read from the photo or scan; please write out its figure.",
    ),
    "rows_in_cell": _refused(
        "Trong ô của bản quét có số của hai dòng dính vào nhau, chưa rõ của chỉ tiêu nào; đề nghị ghi rõ số liệu hai dòng này.",
        "A cell of the scan holds figures of two printed rows and it is not clear which is whose; please write them out.",
    ),
    "table_in_cell": _refused(
        "Trong ô có một bảng con gồm nhiều số, không rõ số nào là số liệu của chỉ tiêu; đề nghị ghi một số vào ô.",
        "A table of several figures stands inside the cell; please write the one figure that is meant into the cell.",
    ),
    "ambiguous_slash": _refused(
        "Ô ghi hai số cách nhau bằng dấu “/” nhưng chỉ tiêu chỉ cần một số; đề nghị ghi một số.",
        "The cell holds two numbers with a slash where the indicator needs one; please write one number.",
    ),
    "bad_grouping": _refused(
        "Dấu phân cách hàng nghìn đặt không đúng chỗ; đề nghị ghi lại, ví dụ 5.000.000.",
        "The thousands separators are misplaced; please write the number again, for example 5.000.000.",
    ),
    "boolean": _refused(
        "Ô chứa giá trị đúng/sai, không phải số; đề nghị ghi số.", "The cell holds true or false; please write a number."
    ),
    "date_in_numeric": _refused(
        "Ô chứa ngày tháng, không phải số lượng; đề nghị ghi số.", "The cell holds a date; please write a number."
    ),
    "date_text": _refused(
        "Ô ghi ngày tháng, không phải số lượng; đề nghị ghi số.", "A date is written here; please write a number."
    ),
    "ditto": _refused("Ô ghi “như trên”; đề nghị ghi số cụ thể.", "The cell says “as above”; please write the number."),
    "excel_error": _refused(
        "Ô bị lỗi công thức hoặc cột quá hẹp; đề nghị ghi số.", "The cell shows a spreadsheet error; please write a number."
    ),
    "expression_mismatch": _refused(
        "Tổng ghi trong ô không bằng các số thành phần; đề nghị kiểm tra.",
        "The total written in the cell differs from its parts; please check.",
    ),
    "formula_as_text": _refused(
        "Công thức được ghi như văn bản nên không được tính; đề nghị ghi kết quả.",
        "A formula is stored as text and was never calculated; please write the result.",
    ),
    "formula_uncalculated": _refused(
        "Công thức chưa có kết quả; đề nghị mở tệp, lưu lại hoặc ghi kết quả bằng số.",
        "The formula has no stored result; please open and save the file, or write the result.",
    ),
    "mark_without_number": _refused(
        "Ô chỉ đánh dấu, chưa có số; đề nghị ghi số lượng.", "The cell holds a tick but no number; please write one."
    ),
    "multiplication": _refused(
        "Ô ghi phép nhân hoặc mức bình quân; đề nghị ghi kết quả.",
        "The cell is a multiplication or a rate; please write the result.",
    ),
    "negative": _refused(
        "Số âm không hợp lệ; đề nghị ghi số không âm, không đặt dấu “-” trước số.", "A negative number is not valid here."
    ),
    "non_integer": _refused(
        "Số lẻ (thập phân) không hợp lệ; đề nghị ghi số nguyên, số nghìn ghi dạng 1.200.",
        "The number has decimals; please write a whole number, thousands as 1.200.",
    ),
    "pending": _refused("Chưa có số liệu; đề nghị bổ sung khi có.", "The number is still to come; please send it when known."),
    "percent": _refused(
        "Ô ghi tỷ lệ phần trăm; đề nghị ghi số lượng.", "The cell holds a percentage; please write the number itself."
    ),
    "range": _refused(
        "Ô ghi khoảng số (từ - đến); đề nghị ghi một số chính xác.", "The cell holds a range; please write one exact number."
    ),
    "text_no_number": _refused(
        "Không đọc được một con số rõ ràng trong ô; đề nghị ghi số bằng chữ số.",
        "No clear number can be read in the cell; please write a number in digits.",
    ),
}
_STATUS = {Severity.INFO: ValueStatus.OK, Severity.WARNING: ValueStatus.CONFIRM, Severity.ERROR: ValueStatus.REJECT}
_UNKNOWN = _asked("Số liệu cần xác nhận.", "The number needs confirmation.")

WARNING_CODES = frozenset(_WARNINGS)


def warning_text(code: str) -> Text:
    """What is doubtful and how to write it instead, in one or two sentences."""
    return _WARNINGS.get(code, _UNKNOWN).text


def warning_severity(code: str) -> Severity:
    """INFO: read with certainty; WARNING: used provisionally and asked about; ERROR: no value."""
    return _WARNINGS.get(code, _UNKNOWN).severity


def status_of(codes: Iterable[str]) -> ValueStatus:
    """How far a value with these warnings can be trusted."""
    found = {_STATUS[warning_severity(code)] for code in codes}
    if ValueStatus.REJECT in found:
        return ValueStatus.REJECT
    return ValueStatus.CONFIRM if ValueStatus.CONFIRM in found else ValueStatus.OK
