"""What a document is for once it was read, and the words for what it is not."""

from __future__ import annotations

from config.text import NO_TEXT, Text
from parsers.values import DocumentFate, DocumentRole, FormReading, NarrativeReading

ONLY_PICTURES = Text(
    vi="tệp chỉ có hình ảnh; từng ảnh bên trong được xét riêng",
    en="holds nothing but pictures; each of them is judged on its own",
)
NOT_OURS = Text(
    vi="không có biểu số liệu, nội dung báo cáo hay ảnh hoạt động",
    en="holds no form, no report text and no photo",
)
ONLY_PHOTOS = Text(
    vi="không có biểu số liệu hay nội dung báo cáo; ảnh bên trong đã được xét riêng",
    en="holds no form and no report text; the photos in it were judged on their own",
)
_BLANK = Text(vi="mẫu trống, chưa điền số liệu", en="the blank form, nothing filled in")
_EMPTY_SCAN = Text(vi="bản quét không đọc được chữ", en="a scan without readable text")
_SCAN_OF_SOMETHING = Text(
    vi="ảnh chụp hoặc bản quét trang giấy, không nhận ra biểu số liệu hay nội dung báo cáo; đề nghị gửi tệp Excel hoặc Word",
    en="a photo or scan of a page on which no form and no report is recognised; please send Excel or Word",
)


def verdict(
    filled: tuple[FormReading, ...],
    forms: tuple[FormReading, ...],
    narrative: NarrativeReading | None,
    *,
    scanned: bool,
    why: Text,
    words: bool,
) -> tuple[DocumentRole, DocumentFate, Text]:
    """Role, fate and reason of a document by the forms and the narrative that were found in it.

    `filled` are those of the forms that are not blank; `why` is what its reader said; `words` whether a scan had any.
    """
    blank_outline = narrative is not None and any(each.code == "N-BLANK" for each in narrative.findings)
    if filled:
        return DocumentRole.FORM, DocumentFate.USED, NO_TEXT
    if narrative is not None and not blank_outline:
        return DocumentRole.NARRATIVE, DocumentFate.USED, NO_TEXT
    if forms or blank_outline:
        return DocumentRole.BLANK_FORM, DocumentFate.IGNORED, _BLANK
    if why == ONLY_PICTURES:
        return DocumentRole.UNKNOWN, DocumentFate.IGNORED, ONLY_PICTURES
    if scanned:
        unread = _SCAN_OF_SOMETHING if words else _EMPTY_SCAN
        return DocumentRole.SCAN, DocumentFate.UNREADABLE, why if why != NO_TEXT else unread
    return DocumentRole.UNKNOWN, DocumentFate.IGNORED, NOT_OURS
