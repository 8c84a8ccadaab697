"""Kinds of files that are never opened, and what the sender is told of each."""

from __future__ import annotations

from collections.abc import Mapping

from config.text import Text
from parsers import content_type as kind

REFUSED: Mapping[str, tuple[str, Text]] = {
    kind.EXECUTABLE: (
        "D-EXECUTABLE",
        Text(vi="là chương trình chạy được, không mở vì lý do an toàn", en="is a program, not opened for safety"),
    ),
    kind.SCRIPT: (
        "D-EXECUTABLE",
        Text(vi="là tệp lệnh chạy được, không mở vì lý do an toàn", en="is a script, not opened for safety"),
    ),
    kind.SHORTCUT: (
        "D-LINK-FILE",
        Text(
            vi="là lối tắt (shortcut), không phải tệp thật; đề nghị gửi tệp gốc",
            en="is a shortcut, not the file itself; please send the file",
        ),
    ),
    kind.ENCRYPTED_MAIL: (
        "D-PASSWORD",
        Text(vi="thư được mã hóa, không mở được; đề nghị gửi lại không mã hóa", en="encrypted mail, please send it unencrypted"),
    ),
    kind.IWORK: (
        "D-FORMAT",
        Text(
            vi="là tệp Pages, Numbers hoặc Keynote của Apple, không đọc được; đề nghị xuất sang Word hoặc Excel rồi gửi lại",
            en="a file of Apple's Pages, Numbers or Keynote, cannot be read; please export it to Word or Excel and send it again",
        ),
    ),
    kind.LINK_STUB: (
        "D-LINK",
        Text(
            vi="chỉ là đường dẫn tới Google Drive, không có nội dung; đề nghị đính kèm tệp",
            en="only points to Google Drive and has no content; please attach the file",
        ),
    ),
}
"""Finding code and words for what is refused."""

IGNORED: Mapping[str, Text] = {
    kind.SIGNATURE: Text(vi="chữ ký số của thư", en="the mail's digital signature"),
    kind.CALENDAR: Text(vi="lịch hẹn", en="a calendar entry"),
    kind.VCARD: Text(vi="danh thiếp", en="a contact card"),
    kind.LOCK_FILE: Text(
        vi="tệp tạm của Word/Excel, không có nội dung; có thể đơn vị định gửi tệp cùng tên",
        en="a temporary file of Word or Excel without content; the unit may have meant the file of the same name",
    ),
    kind.APPLE_DOUBLE: Text(vi="tệp phụ của máy Apple", en="an Apple side file"),
    kind.THUMBS: Text(vi="tệp phụ của Windows (Thumbs.db)", en="a Windows side file (Thumbs.db)"),
    kind.EMPTY: Text(vi="tệp trống, không có nội dung; đề nghị gửi lại", en="an empty file; please send it again"),
}
"""Words for what is no part of a report and left alone."""
