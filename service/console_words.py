"""The console's words in Vietnamese and English."""

from __future__ import annotations

from config.text import Text

CONTENT = {
    "missing": Text(vi="chưa gửi", en="missing"),
    "partial": Text(vi="thiếu phần", en="partial"),
    "received": Text(vi="đã nhận", en="received"),
    "issues": Text(vi="có vấn đề", en="issues"),
    "approved": Text(vi="đã duyệt", en="approved"),
    "returned": Text(vi="trả lại", en="returned"),
    "excused": Text(vi="miễn", en="excused"),
}
TIME = {
    "not_due": Text(vi="chưa đến hạn", en="not due"),
    "due_soon": Text(vi="sắp đến hạn", en="due soon"),
    "on_time": Text(vi="đúng hạn", en="on time"),
    "late": Text(vi="trễ", en="late"),
    "overdue": Text(vi="quá hạn", en="overdue"),
    "extended": Text(vi="gia hạn", en="extended"),
}
SLOT_STATE = {
    "missing": Text(vi="–", en="–"),
    "partial": Text(vi="thiếu", en="part"),
    "ok": Text(vi="có", en="yes"),
    "issues": Text(vi="cần xem", en="look"),
}
VALUE_STATUS = {
    "ok": Text(vi="", en=""),
    "confirm": Text(vi="cần xác nhận", en="to confirm"),
    "reject": Text(vi="hỏi lại", en="asked again"),
    "empty": Text(vi="để trống", en="blank"),
    "corrected": Text(vi="đã sửa", en="corrected"),
}
MESSAGE_STATE = {
    "received": Text(vi="chưa đọc", en="not read yet"),
    "filed": Text(vi="đã ghi nhận", en="filed"),
    "unattributed": Text(vi="chưa rõ đơn vị", en="unattributed"),
    "needs_decision": Text(vi="chờ quyết định", en="needs decision"),
    "not_a_report": Text(vi="không phải báo cáo", en="not a report"),
    "duplicate": Text(vi="thư trùng", en="duplicate"),
    "set_aside": Text(vi="không xử lý được", en="set aside"),
    "command": Text(vi="lệnh của cán bộ", en="officer's commands"),
}
ROLE = {
    "form": Text(vi="biểu số liệu", en="form"),
    "narrative": Text(vi="báo cáo", en="narrative"),
    "photo": Text(vi="ảnh", en="photo"),
    "scan": Text(vi="bản quét", en="scan"),
    "blank_form": Text(vi="mẫu trống", en="blank form"),
    "container": Text(vi="tệp chứa", en="container"),
    "decoration": Text(vi="hình trang trí", en="decoration"),
    "unknown": Text(vi="khác", en="unknown"),
}
FATE = {
    "used": Text(vi="đã dùng", en="used"),
    "superseded": Text(vi="đã có bản mới", en="superseded"),
    "duplicate": Text(vi="trùng", en="duplicate"),
    "ignored": Text(vi="bỏ qua", en="ignored"),
    "refused": Text(vi="không mở", en="refused"),
    "unreadable": Text(vi="không đọc được", en="unreadable"),
}
SEVERITY = {
    "error": Text(vi="lỗi", en="error"),
    "warning": Text(vi="cảnh báo", en="warning"),
    "info": Text(vi="lưu ý", en="note"),
}
SLOT = {
    "narrative": Text(vi="báo cáo", en="report"),
    "form": Text(vi="biểu số liệu", en="form"),
    "photos": Text(vi="ảnh", en="photos"),
}
EVIDENCE = {
    "address": Text(vi="địa chỉ gửi", en="address"),
    "learned": Text(vi="địa chỉ đã được cán bộ xác nhận", en="address that the officer confirmed"),
    "thread": Text(vi="trả lời thư của cơ quan", en="answer to a letter of the office"),
    "earlier": Text(vi="địa chỉ của thư trước đã ghi nhận", en="address of an earlier mail that was filed"),
    "form_code": Text(vi="mã trong biểu mẫu đã gửi", en="code in the form that was sent out"),
    "letterhead": Text(vi="tiêu đề văn bản", en="letterhead"),
    "form_heading": Text(vi="tiêu đề biểu", en="form heading"),
    "subject": Text(vi="tiêu đề thư", en="subject"),
    "file_name": Text(vi="tên tệp", en="file name"),
    "folder_name": Text(vi="tên thư mục", en="folder name"),
    "forwarded": Text(vi="thư được chuyển tiếp", en="forwarded mail"),
    "body": Text(vi="nội dung thư", en="body"),
    "signature": Text(vi="chữ ký cuối thư", en="signature"),
    "request": Text(vi="đề nghị trong thư", en="request"),
}
DECISION = {
    "assign": Text(vi="nhận diện đơn vị", en="assigned"),
    "correct": Text(vi="sửa số liệu", en="figure corrected"),
    "approve": Text(vi="duyệt", en="approved"),
    "return": Text(vi="trả lại", en="returned"),
    "extend": Text(vi="gia hạn", en="extended"),
    "excuse": Text(vi="miễn", en="excused"),
    "order": Text(vi="lệnh qua thư", en="ordered by mail"),
    "withdraw": Text(vi="rút lệnh", en="order withdrawn"),
    "lapse": Text(vi="lệnh không thực hiện được", en="order that could not be carried out"),
}
NOTICE_KIND = {
    "kickoff": Text(vi="triển khai", en="kick-off"),
    "receipt": Text(vi="xác nhận đã nhận", en="receipt"),
    "question": Text(vi="hỏi đơn vị", en="question"),
    "reminder": Text(vi="nhắc hạn", en="reminder"),
    "overdue": Text(vi="đôn đốc quá hạn", en="overdue"),
    "overdue_copy": Text(vi="bản gửi lãnh đạo", en="copy to the head"),
    "officer_alert": Text(vi="báo cán bộ", en="officer's alert"),
    "digest": Text(vi="tổng hợp tình hình", en="digest"),
    "delivery": Text(vi="giao bản tổng hợp", en="delivery"),
    "chase": Text(vi="công văn đôn đốc", en="chase letter"),
    "correction": Text(vi="đề nghị sửa", en="correction"),
    "officer_answer": Text(vi="trả lời lệnh", en="answer to commands"),
}
NOTICE_STATE = {
    "held": Text(vi="tạm giữ", en="held"),
    "queued": Text(vi="chờ gửi", en="queued"),
    "claimed": Text(vi="đang soạn", en="claimed"),
    "transmitting": Text(vi="đang gửi", en="transmitting"),
    "sent": Text(vi="đã gửi", en="sent"),
    "failed": Text(vi="không gửi được", en="failed"),
    "uncertain": Text(vi="chưa chắc đã gửi", en="uncertain"),
    "bounced": Text(vi="bị trả lại", en="bounced"),
    "cancelled": Text(vi="đã hủy", en="cancelled"),
    "dry_run": Text(vi="chạy thử, không gửi", en="dry run"),
}
OUTGOING = Text(vi="Máy chủ gửi thư", en="Outgoing mail server")
NEVER = Text(vi="chưa lần nào", en="never")
SILENT = Text(
    vi="đã quá lâu chưa đọc được hộp thư: kiểm tra Thubao có đang chạy không",
    en="not read for too long: see whether Thubao is running",
)
COLOUR = {
    "missing": "bright_black",
    "partial": "yellow",
    "received": "blue",
    "issues": "yellow",
    "approved": "green",
    "returned": "red",
    "excused": "bright_black",
    "overdue": "red",
    "late": "yellow",
    "on_time": "green",
    "due_soon": "yellow",
    "not_due": "bright_black",
    "extended": "cyan",
}


def mailbox_line(name: str, last: str, recorded: int, server: int) -> Text:
    """When a mailbox was read last, and how much of what it holds is on record."""
    return Text(
        vi=f"Hộp thư {name}: kiểm tra lần cuối {last}; {recorded}/{server} thư đã ghi nhận",
        en=f"Mailbox {name}: last read {last}; {recorded}/{server} mails on record",
    )


def stopped_line(since: str, who: str) -> Text:
    """No mail leaves."""
    return Text(
        vi=f"Đang tạm dừng gửi thư từ {since} ({who}); chạy `thubao resume` để gửi tiếp",
        en=f"Sending is stopped since {since} ({who}); run `thubao resume` to go on",
    )


def archive_line(missing: int, surplus: int) -> Text:
    """The records and the raw mails on the disk do not agree."""
    return Text(
        vi=f"Kho thư gốc không khớp sổ ghi nhận: thiếu {missing} thư gốc, thừa {surplus} thư gốc (chạy `thubao fsck`)",
        en=f"The raw mails do not agree with the records: {missing} are missing, {surplus} have no record (run `thubao fsck`)",
    )
