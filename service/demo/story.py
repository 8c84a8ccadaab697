"""The story of the demonstration: what nineteen communes send between 1 and 17 October 2020, and how."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from config.campaign import Campaign, Unit
from service.demo.files import figures, form_workbook, photograph, report_document, zipped
from service.outputs.letters import with_headers

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_TYPES = {
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "jpg": ("image", "jpeg"),
    "zip": ("application", "zip"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A mail and the moment it arrives in the mailbox."""

    at: datetime
    raw: bytes


class Story:
    """Who sends what. `mailbox` is the address they send to."""

    def __init__(self, campaign: Campaign, mailbox: str) -> None:
        self._campaign = campaign
        self._mailbox = mailbox
        self._units = {unit.code: unit for unit in campaign.roster}

    def arrivals(self) -> tuple[Arrival, ...]:
        """Every mail of the campaign, in the order of arrival."""
        return tuple(sorted(self._all(), key=lambda each: each.at))

    def _all(self) -> Iterator[Arrival]:
        on_time = ("03253", "03260", "03262", "03265", "03268", "03271", "03280", "03283", "03298")
        for place, code in enumerate(on_time):
            day, hour = 5 + place, 8 + place % 9
            yield self._whole(code, _at(day, hour, 12))
        yield from self._in_parts("03295")
        yield from self._corrected("03274")
        yield from self._from_a_phone("03259")
        yield from self._private_address("03284")
        yield from self._wrong_name("03289", "03274")
        yield from self._asked_again("03277")
        yield from self._blank_first("03299")
        yield from self._late("03304")
        yield self._out_of_office(_at(8, 8, 5))
        # Nà Tòng only asks for more time, Pú Xi never sends
        yield self._extension("03263", _at(13, 16, 20))

    def _whole(self, code: str, at: datetime) -> Arrival:
        """Everything in one mail, as asked."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        files = {
            f"Biểu số liệu {unit.name}.xlsx": form_workbook(self._campaign, unit.full_name, filled, offset=int(code) % 3),
            f"Báo cáo {unit.name}.docx": report_document(self._campaign, unit.full_name, filled),
            **_photos(int(code), 3 + int(code) % 3),
        }
        return self._mail(unit, at, f"UBND {unit.full_name} gửi báo cáo Tuần lễ HTSĐ 2020", files)

    def _in_parts(self, code: str) -> Iterator[Arrival]:
        """The form first, the report the next day, the photos when the network is better."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        form = {"Book1.xlsx": form_workbook(self._campaign, unit.full_name, filled)}
        yield self._mail(unit, _at(6, 9, 40), "Biểu số liệu tuần lễ", form)
        report = {"1. BC tuần lễ.docx": report_document(self._campaign, unit.full_name, filled)}
        yield self._mail(unit, _at(7, 15, 2), f"xã {unit.name} gửi tiếp báo cáo", report)
        yield self._mail(unit, _at(9, 10, 30), "ảnh", _photos(int(code), 2))
        yield self._mail(unit, _at(12, 9, 30), f"Xã {unit.name} gửi bổ sung ảnh", _photos(int(code) + 50, 2))

    def _corrected(self, code: str) -> Iterator[Arrival]:
        """A wrong figure, found by the commune itself."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        yield self._whole(code, _at(8, 14, 15))
        filled["4.books"] = {"count": "1.250"}
        again = {"Bieu so lieu (sua).xlsx": form_workbook(self._campaign, unit.full_name, filled)}
        yield self._mail(unit, _at(10, 8, 45), f"E gửi lại biểu ạ, bản trước bị nhầm - xã {unit.name}", again)

    def _from_a_phone(self, code: str) -> Iterator[Arrival]:
        """All in one .zip, sent from a phone."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        inside = {
            "bieu.xlsx": form_workbook(self._campaign, unit.full_name, filled),
            "bao cao.docx": report_document(self._campaign, unit.full_name, filled),
            **_photos(int(code), 3),
        }
        yield self._mail(
            unit, _at(13, 20, 55), f"bc xa {unit.name}", {"HTSD.zip": zipped(inside)}, body="Đã gửi từ iPhone của tôi"
        )

    def _private_address(self, code: str) -> Iterator[Arrival]:
        """A clerk's own address: filed by what the papers say, provisional until the officer confirms it."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        files = {
            "Mau tong hop so lieu.xlsx": form_workbook(self._campaign, unit.full_name, filled),
            "BC.docx": report_document(self._campaign, unit.full_name, filled),
            **_photos(int(code), 3),
        }
        subject = f"Báo cáo Tuần lễ học tập suốt đời {unit.full_name}"
        yield self._mail(unit, _at(14, 10, 10), subject, files, sender="thu.nguyen@thu.example")

    def _wrong_name(self, code: str, named: str) -> Iterator[Arrival]:
        """The neighbour's file with the neighbour's name on it: nobody but the officer can say whose it is."""
        unit, other = self._units[code], self._units[named]
        filled = figures(self._campaign, int(code))
        files = {
            f"BC {other.name}.docx": report_document(self._campaign, other.full_name, filled),
            f"Biểu số liệu {other.name}.xlsx": form_workbook(self._campaign, other.full_name, filled),
            **_photos(int(code), 3),
        }
        yield self._mail(unit, _at(12, 16, 5), f"UBND {unit.full_name} gửi báo cáo", files)

    def _asked_again(self, code: str) -> Iterator[Arrival]:
        """Figures as people write them: some are understood, some must be asked about."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        report = report_document(self._campaign, unit.full_name, filled)
        filled["1.it_training"] = {"count": "02 lớp/45 người"}
        filled["4.books"] = {"count": "hơn 300 quyển"}
        filled["10.state_budget"] = {"money": "5 triệu"}
        filled["10.other"] = {"money": "500"}
        filled["7.communes"] = {"count": 3}
        files = {
            "So lieu.xlsx": form_workbook(self._campaign, unit.full_name, filled, offset=4),
            "Bao cao.docx": report,
            **_photos(int(code), 4),
        }
        yield self._mail(unit, _at(14, 15, 30), f"Xã {unit.name} nộp báo cáo", files)

    def _blank_first(self, code: str) -> Iterator[Arrival]:
        """The blank form sent back by mistake, the filled one after the reminder."""
        unit = self._units[code]
        blank = {"PHU LUC.xlsx": form_workbook(self._campaign, "", {}, heading=False)}
        yield self._mail(unit, _at(7, 16, 50), f"{unit.name} báo cáo", blank)
        yield self._whole(code, _at(15, 16, 40))

    def _late(self, code: str) -> Iterator[Arrival]:
        """In time with the report, a day late with the form: complete only then."""
        unit = self._units[code]
        filled = figures(self._campaign, int(code))
        report = {f"BC {unit.name}.docx": report_document(self._campaign, unit.full_name, filled), **_photos(int(code), 3)}
        yield self._mail(unit, _at(15, 22, 10), f"Báo cáo {unit.full_name}", report)
        form = {"bieu so lieu.xlsx": form_workbook(self._campaign, unit.full_name, filled)}
        yield self._mail(unit, _at(16, 9, 20), f"Biểu số liệu {unit.full_name}", form)

    def _extension(self, code: str, at: datetime) -> Arrival:
        unit = self._units[code]
        body = "Do mưa lũ sạt lở, xã xin gửi báo cáo muộn đến ngày 17/10/2020. Rất mong Phòng tạo điều kiện."
        return self._mail(unit, at, f"Xã {unit.name} xin gia hạn nộp báo cáo", {}, body=body)

    def _out_of_office(self, at: datetime) -> Arrival:
        robot = {"Auto-Submitted": "auto-replied"}
        return self._arrival("to.chuc@tuangiao.example", at, "Tự động trả lời: Nhắc hạn", _body("Tôi đang đi công tác."), robot)

    def _mail(
        self, unit: Unit, at: datetime, subject: str, files: dict[str, bytes], *, body: str = "", sender: str = ""
    ) -> Arrival:
        mail = _body(body or f"Kính gửi Phòng GD&ĐT,\n{unit.full_name} gửi báo cáo theo yêu cầu.\nTrân trọng.")
        for name, content in files.items():
            main, sub = _TYPES[name.rpartition(".")[2]]
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return self._arrival(sender or unit.emails[0], at, subject, mail, {})

    def _arrival(self, sender: str, at: datetime, subject: str, body: EmailMessage, more: dict[str, str]) -> Arrival:
        headers = {
            "From": sender,
            "To": self._mailbox,
            "Subject": subject,
            "Date": format_datetime(at),
            "Message-ID": f"<{at:%d%H%M}.{hashlib.sha256(sender.encode()).hexdigest()[:8]}@may.example>",
        }
        return Arrival(at=at, raw=with_headers({**headers, **more}, body))


def _body(text: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(text)
    return mail


def _photos(seed: int, count: int) -> dict[str, bytes]:
    return {f"IMG_2020{seed % 1000:03d}{number}.jpg": photograph(seed * 10 + number) for number in range(count)}


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2020, 10, day, hour, minute, tzinfo=_ZONE)
