"""Files and mails as they come, opened for a test."""

from __future__ import annotations

import io
from email.message import EmailMessage

from docx import Document as WordDocument

from parsers.allowance import Limits
from parsers.containers import OpenedLeaf, open_all
from tests.parsers.mails import (
    attach,
    leaf,
    mail,
    ole,
    photograph,
    saved,
)

JPEG = saved(photograph((320, 240)))
TEXT = "Kính gửi Phòng Giáo dục và Đào tạo".encode()


def opened(data: bytes, name: str = "tep.zip", limits: Limits | None = None) -> dict[str, OpenedLeaf]:
    found = open_all((leaf(data, name),), limits)
    assert len({each.leaf.path for each in found}) == len(found)
    return {each.leaf.path: each for each in found}


def contents(found: dict[str, OpenedLeaf]) -> dict[str, bytes]:
    return {path: each.leaf.data for path, each in found.items() if not each.is_container}


def ole_streams(*streams: tuple[str, bytes]) -> bytes:
    return ole(dict(streams))


def docx_with(*pictures: bytes) -> bytes:
    document = WordDocument()
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def forward(**options: object) -> EmailMessage:
    outer = mail("Fwd: bc")
    outer.add_attachment(
        attach(mail("bc trường", sender="Trường THCS <thcs@truong.example>"), "anh.jpg", JPEG, "image/jpeg"), **options
    )
    return outer
