"""What the receive step tells the officer."""

from __future__ import annotations

from config.text import Text


def renumbered_note(mailbox: str, folder: str) -> Text:
    """The server numbers the folder anew: everything was compared again."""
    return Text(
        vi=f"Hộp thư {mailbox}, thư mục {folder}: máy chủ đã đánh số lại toàn bộ thư. "
        "Thubao đã đối chiếu lại từng thư; thư đã nhận không bị tính hai lần.",
        en=f"Mailbox {mailbox}, folder {folder}: the server numbered all mails anew. "
        "Thubao compared every mail again; what was received is not counted twice.",
    )


def skipped_folder_note(mailbox: str, folder: str, reason: Text) -> Text:
    """A folder could not be read; the others were."""
    return Text(
        vi=f"Hộp thư {mailbox}: không đọc được thư mục {folder} ({reason.vi}). Các thư mục khác vẫn được đọc.",
        en=f"Mailbox {mailbox}: folder {folder} could not be read ({reason.en}). The other folders were read.",
    )


def set_aside_note(mailbox: str, folder: str, uid: int, reason: str) -> Text:
    """A mail could not be fetched and is not tried again."""
    return Text(
        vi=f"Hộp thư {mailbox}, thư mục {folder}: không tải được thư số {uid} ({reason}). "
        "Đề nghị mở thư này trong hộp thư và chuyển tiếp lại vào hộp thư nếu là báo cáo.",
        en=f"Mailbox {mailbox}, folder {folder}: mail number {uid} could not be fetched ({reason}). "
        "Please open it in the mailbox and forward it to the mailbox again if it is a report.",
    )


def too_large_note(mailbox: str, folder: str, uid: int, size: int, limit: int) -> Text:
    """Only the beginning of a mail was archived."""
    megabytes, allowed = round(size / 1_000_000), round(limit / 1_000_000)
    return Text(
        vi=f"Hộp thư {mailbox}, thư mục {folder}: thư số {uid} nặng {megabytes} MB, vượt giới hạn {allowed} MB; "
        "chỉ lưu phần đầu của thư. Đề nghị mở thư này trong hộp thư.",
        en=f"Mailbox {mailbox}, folder {folder}: mail number {uid} has {megabytes} MB, more than the limit of {allowed} MB; "
        "only its beginning is archived. Please open it in the mailbox.",
    )


def gap_note(mailbox: str, folder: str, count: int) -> Text:
    """Mails on the server that have no state: never to be seen, and therefore shown."""
    return Text(
        vi=f"Hộp thư {mailbox}, thư mục {folder}: còn {count} thư trên máy chủ chưa được ghi nhận. "
        "Thubao sẽ tải lại; nếu thông báo này lặp lại, đề nghị mở hộp thư để kiểm tra.",
        en=f"Mailbox {mailbox}, folder {folder}: {count} mails on the server are not recorded yet. "
        "Thubao fetches them again; if this is said repeatedly, please look into the mailbox.",
    )
