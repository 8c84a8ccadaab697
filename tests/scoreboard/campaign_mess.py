"""Whole campaigns as they arrive: nineteen units, each with its own habits, and what each of them truly reported."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.campaign import Campaign, Unit
from tests.scoreboard.figures import BLANK, Allowed, Clerk, Entry, Key
from tests.scoreboard.formats import (
    LEGACY,
    as_csv,
    as_docx,
    as_html,
    as_narrative,
    as_ods,
    as_text,
    as_xls,
    as_xlsx,
    converted,
)
from tests.scoreboard.mails import File, Letter, bare, forwarded, in_archive, photo, written
from tests.scoreboard.tables import Formula, Layout, Page
from tests.servers_libreoffice import LibreOffice

_FORMATS = ("xlsx",) * 8 + ("xls",) * 4 + ("docx",) * 4 + ("ods", "csv", "html", "html", "text", "web.xls", "docx+", "docx+")
_CONVERTED = ("doc", "pdf", "odt", "rtf", "calc.xls", "calc.ods", "calc.pdf")
_FIRST = timedelta(hours=8)


@dataclass(slots=True)
class SentMail:
    """One mail of a unit. `verified`: the office's server vouches for the sender."""

    raw: bytes
    at: datetime
    verified: bool


@dataclass(slots=True)
class Report:
    """All a unit sent and what it said. `photos` distinct photographs; `named` whether anything but the address tells the unit."""

    unit: Unit
    seed: str
    mails: list[SentMail] = field(default_factory=list)
    truth: dict[Key, Allowed] = field(default_factory=dict)
    photos: int = 0
    narrative: bool = False
    notes: list[str] = field(default_factory=list)


def reports(campaign: Campaign, seed: int, *, office: LibreOffice | None = None) -> Iterator[Report]:
    """The reports of every unit in one run of the campaign; the same seed gives the same mess."""
    for unit in campaign.roster:
        yield report(campaign, unit, seed, office=office)


def report(campaign: Campaign, unit: Unit, seed: int, *, office: LibreOffice | None = None) -> Report:
    """The report of one unit."""
    return _Office(campaign, unit, f"{seed}/{unit.code}", office).send()


class _Office:
    """One commune's office with its habits."""

    def __init__(self, campaign: Campaign, unit: Unit, seed: str, office: LibreOffice | None) -> None:
        self.campaign, self.unit, self.office = campaign, unit, office
        self.dice = random.Random(seed)
        self.report = Report(unit, seed)
        self.wild = self.dice.choice((0.0, 0.1, 0.3, 0.6))
        self.care = self.dice.choice((0.95, 0.8, 0.5))
        self.roster = self.dice.random() < 0.6
        self.verified = self.roster and self.dice.random() < 0.8
        self.named = not self.roster or self.dice.random() < 0.7
        self.at = datetime.combine(campaign.starts, datetime.min.time(), campaign.deadline.tzinfo) + _FIRST
        self.entries: dict[str, Entry] = {}

    def send(self) -> Report:
        """Everything this unit sends."""
        self.entries = Clerk(self.campaign.form, self.dice, care=self.care).fill()
        layout = Layout(self.campaign.form, self.unit, self.dice, wild=self.wild, named=self.named)
        page = layout.page(self.entries)
        self.report.truth = layout.truth
        self.report.notes = [f"wild {self.wild}, care {self.care}", *layout.notes]
        files, text, html = self._form(page)
        narrative = self._narrative() if not any("docx+" in note for note in self.report.notes) else []
        photos = self._photos()
        dice = self.dice
        if dice.random() < 0.25 and (files or html or text):
            self._mail(files, text=text, html=html)
            self._mail(narrative + photos[:2])
            self._mail(photos[2:])
        else:
            self._mail([*files, *narrative, *photos], text=text, html=html)
        if dice.random() < 0.15:
            self._correction()
        return self.report

    def _form(self, page: Page) -> tuple[list[File], str, str]:
        """The form as a file, or as the text or HTML of the mail."""
        dice = self.dice
        kind = dice.choice(_CONVERTED) if self.office is not None and dice.random() < 0.3 else dice.choice(_FORMATS)
        encoding = dice.choice(("unicode", "unicode", "unicode", "tcvn3", "vni"))
        self.report.notes.append(f"{kind} {encoding if kind in {'xls', 'xlsx', 'docx', 'docx+'} else ''}")
        if kind == "text":
            return [], as_text(page), ""
        if kind == "html":
            return [], "", as_html(page)
        name = self._file_name(dice.choice(("Mẫu tổng hợp số liệu", "Bieu so lieu", "Phụ lục", "Mau tong hop")))
        return [(name + "." + _ending(kind, dice), self._file(page, kind, encoding))], "", ""

    def _file(self, page: Page, kind: str, encoding: str) -> bytes:
        dice = self.dice
        if kind in {"xlsx", "xls", "ods"}:
            pages = self._beside(page)
            self._formulas(page)
            if kind == "xlsx":
                return as_xlsx(pages, encoding=encoding)
            return as_xls(pages, encoding=encoding) if kind == "xls" else as_ods(pages)
        if kind == "csv":
            return as_csv(page, dice)
        if kind == "web.xls":
            return f"<html><head><meta charset='utf-8'></head><body>{as_html(page)}</body></html>".encode()
        if kind in {"docx", "docx+"}:
            before = self._lines() if kind == "docx+" else ()
            self.report.narrative |= kind == "docx+"
            return as_docx(page, before=before, encoding=encoding)
        assert self.office is not None
        if kind.startswith("calc."):
            return converted(as_xlsx([page]), "xlsx", kind[5:], self.office)
        return converted(as_docx(page), "docx", kind, self.office)

    def _beside(self, page: Page) -> list[Page]:
        """Other sheets of the same workbook."""
        dice = self.dice
        pages = [page]
        if dice.random() < 0.15:
            cover = Page("Bìa")
            cover.put(3, 2, "BÁO CÁO TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI")
            pages.insert(0, cover)
        if dice.random() < 0.1:
            past = Layout(
                self.campaign.form, self.unit, random.Random(f"{self.report.seed}/2019"), wild=0, named=self.named
            ).page(Clerk(self.campaign.form, random.Random(f"{self.report.seed}/past"), care=1).fill())
            past.name, past.hidden = "Năm 2019", dice.random() < 0.5
            past.cells[past.top + 40, 1] = "Số liệu năm 2019"
            for place, content in list(past.cells.items()):
                if isinstance(content, str) and place[0] < past.top:
                    past.cells[place] = content.replace("2020", "2019") + ("" if "2020" in content else " NĂM 2019")
            pages.insert(dice.choice((0, len(pages))), past)
            self.report.notes.append(f"last year's sheet hidden {past.hidden}")
        if dice.random() < 0.1:
            pages.append(Page("Sheet2", {(1, 1): "Danh sách"}))
        return pages

    def _formulas(self, page: Page) -> None:
        """Some plain figures become formulas with results."""
        if self.dice.random() < 0.3:
            for place, content in page.cells.items():
                if (
                    isinstance(content, int)
                    and content > 4
                    and place[0] > page.top + 2
                    and place[1] > 3
                    and self.dice.random() < 0.2
                ):
                    page.cells[place] = Formula(f"={content - 3}+3", content)

    def _file_name(self, stem: str) -> str:
        dice = self.dice
        name = f"{stem} {dice.choice(('xã', 'UBND xã', ''))} {self.unit.name}" if self.named and dice.random() < 0.7 else stem
        return dice.choice((name, bare(name), bare(name).replace(" ", "_"), name.upper(), f"{name} (1)"))

    def _lines(self) -> list[str]:
        unit, dice = self.unit, self.dice
        head = [f"UBND {unit.full_name.upper()}", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] if self.named else []
        texts = {
            "I.1": "Ban hành Kế hoạch số 68/KH-UBND ngày 25/9/2020 về việc tổ chức Tuần lễ.",
            "I.2": "Lễ khai mạc được tổ chức ngày 01/10/2020 tại nhà văn hóa.",
            "I.3": "Các trường học và Trung tâm học tập cộng đồng đã tổ chức nhiều hoạt động.",
            "I.4": "Kinh phí chi từ nguồn thường xuyên.",
            "II.1": "Nhận thức của nhân dân được nâng lên.",
            "II.2": "Cơ sở vật chất còn thiếu.",
            "II.3": "Đề nghị cấp trên quan tâm.",
        }
        lines = [*head, "BÁO CÁO TỔNG KẾT TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI NĂM 2020"]
        for section in self.campaign.form.outline:
            if section.code in texts:
                lines += [f"{dice.choice((section.code.partition('.')[2] + '. ', ''))}{section.heading}", texts[section.code]]
        return lines

    def _narrative(self) -> list[File]:
        self.report.narrative = True
        encoding = self.dice.choice(("unicode", "unicode", "tcvn3"))
        return [(f"{self._file_name('Báo cáo tuần lễ')}.docx", as_narrative(self._lines(), encoding=encoding))]

    def _photos(self) -> list[File]:
        dice = self.dice
        numbers = dice.sample(range(12), dice.choice((0, 3, 4, 5)))
        self.report.photos = len(numbers)
        return [
            (dice.choice((f"IMG_{number}.jpg", f"ảnh {number}.jpg", f"z{number}77_abc.jpg")), photo(number)) for number in numbers
        ]

    def _correction(self) -> None:
        """A few rows, or the whole form, sent again with other figures; what was not resent stays."""
        dice = self.dice
        shown = sorted({code for code, _ in self.report.truth if self.report.truth[code, _] != BLANK})
        fresh = Clerk(self.campaign.form, dice, care=1).fill()
        layout = Layout(self.campaign.form, self.unit, dice, wild=0, named=self.named)
        whole = dice.random() < 0.6
        only = () if whole else tuple(dice.sample(shown, min(8, len(shown))))
        if not whole and len(only) < 6:
            return
        page = layout.page(fresh, only=only)
        self.report.notes.append("whole correction" if whole else f"correction of {', '.join(only)}")
        for key, allowed in layout.truth.items():
            if whole or (key[0] in only and allowed != BLANK):
                self.report.truth[key] = allowed
        self._mail(
            [(f"{self._file_name('Mẫu tổng hợp (đính chính)')}.xlsx", as_xlsx([page]))], subject="Đính chính báo cáo tuần lễ"
        )

    def _mail(self, files: list[File], *, text: str = "", html: str = "", subject: str = "") -> None:
        dice, unit = self.dice, self.unit
        if not files and not text and not html:
            return
        if files and dice.random() < 0.25:
            files = [(f"{self._file_name('Báo cáo')}.zip", in_archive(files, dice))]
        self.at += timedelta(hours=dice.randint(1, 40))
        sender = (
            unit.emails[0] if self.roster else f"{bare(unit.name).replace(' ', '').lower()}{dice.randint(1, 99)}@mailbox.example"
        )
        who = (
            dice.choice((f"UBND {unit.full_name}", f"Ủy ban nhân dân {unit.full_name}"))
            if self.named
            else dice.choice(("Lò Văn An", "Quàng Thị B", ""))
        )
        hello = f"Kính gửi Phòng GD&ĐT. {who} gửi báo cáo." if dice.random() < 0.8 else "Kính gửi Phòng GD&ĐT."
        subject = subject or dice.choice(
            ("Báo cáo tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020", "Bao cao tuan le HTSD", "BC tuần lễ")
        )
        letter = Letter(
            sender=sender,
            sender_name=who if self.named else dice.choice((who, "")),
            subject=f"{subject} {unit.full_name}" if self.named and dice.random() < 0.7 else subject,
            text=f"{hello}\n\n{text}\n\nTrân trọng.",
            html=f"<p>{hello}</p>{html}<p>Trân trọng.</p>" if html else "",
            files=tuple(files),
            at=self.at,
        )
        raw = written(letter, dice, number=len(self.report.mails))
        if dice.random() < 0.08:
            self.report.notes.append("forwarded")
            raw = forwarded(raw, letter, dice, number=100 + len(self.report.mails))
        self.report.mails.append(SentMail(raw, self.at, self.verified and dice.random() < 0.95))


def _ending(kind: str, dice: random.Random) -> str:
    """The file's extension, now and then a wrong one."""
    ending = {"web.xls": "xls", "docx+": "docx"}.get(kind, kind.removeprefix("calc."))
    if dice.random() < 0.05 and ending in {"xlsx", "xls"}:
        return {"xlsx": "xls", "xls": "xlsx"}[ending]
    return ending


__all__ = ["LEGACY", "Report", "SentMail", "report", "reports"]
