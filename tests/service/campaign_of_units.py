"""A campaign's submissions made by hand from a seed: on time, late, partial, doubtful, rejected, corrected, excused, missing."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.campaign import Campaign, Indicator, IndicatorType, Severity, Slot, Unit
from config.loading import reference_campaign
from config.text import Text
from parsers.values import Finding, ValueStatus
from service.rules.consolidate import consolidate
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import (
    Content,
    SlotReport,
    SlotState,
    Source,
    Submission,
    Timeliness,
    UnitPhoto,
    UnitSection,
    UnitValue,
    Version,
)

CAMPAIGN = reference_campaign()
DEADLINE = CAMPAIGN.deadline
_SENTENCES = (
    "Ban hành Kế hoạch số 45/KH-UBND ngày 25/9/2020 về việc tổ chức Tuần lễ hưởng ứng học tập suốt đời năm 2020.",
    "Chỉ đạo các trường học, bản, tổ dân phố treo băng rôn, khẩu hiệu và tuyên truyền trên loa truyền thanh.",
    "Tổ chức Lễ khai mạc tại nhà văn hóa xã với sự tham gia của cán bộ, giáo viên, học sinh và nhân dân.",
    "Nhân dân tích cực tham gia các lớp xóa mù chữ, phổ biến kiến thức pháp luật.",
    "Cơ sở vật chất của Trung tâm học tập cộng đồng còn thiếu, kinh phí hạn hẹp.",
    "Đề nghị UBND huyện quan tâm bổ sung đầu sách cho tủ sách cộng đồng.",
)


def many_units(count: int) -> Campaign:
    """The reference campaign with a roster of so many units."""
    units = tuple(Unit(code=f"{10_000 + at:05}", name=f"Bản Số {at}", kind="xã") for at in range(count))
    return replace(CAMPAIGN, roster=units)


def lines(campaign: Campaign = CAMPAIGN, *, seed: int = 1, missing: int = 2) -> tuple[UnitLine, ...]:
    """One line per unit; the last `missing` units of a seeded shuffle sent nothing."""
    return tuple(each_line(campaign, seed=seed, missing=missing))


def each_line(campaign: Campaign, *, seed: int = 1, missing: int = 2) -> Iterator[UnitLine]:
    """The same lines, one after another."""
    chance = random.Random(seed)
    silent = {unit.code for unit in chance.sample(campaign.roster, missing)}
    for number, unit in enumerate(campaign.roster, 1):
        if unit.code in silent:
            yield silent_line(unit)
        else:
            yield reporting_line(campaign, unit, number, random.Random(f"{seed} {unit.code}"))


def silent_line(unit: Unit, content: Content = Content.MISSING) -> UnitLine:
    """A unit that sent nothing."""
    slots = tuple(SlotReport(slot=slot, state=SlotState.MISSING) for slot in Slot)
    return UnitLine(
        code=unit.code,
        name=unit.full_name,
        submission=Submission(unit=unit.code, content=content, slots=slots),
        timeliness=Timeliness.OVERDUE,
        reported=False,
        reminders=3,
        phone="0215 386 2222",
    )


def reporting_line(campaign: Campaign, unit: Unit, number: int, chance: random.Random) -> UnitLine:
    """A unit whose form is in the totals."""
    late = chance.random() < 0.15
    received = DEADLINE + timedelta(hours=chance.randint(1, 30) if late else -chance.randint(1, 200))
    source = Source(
        message=number,
        document=f"bao-cao.zip/Mau tong hop {unit.name}.xlsx",
        sha256=hashlib.sha256(unit.code.encode()).hexdigest(),
        received_at=received,
        sheet="Sheet1",
    )
    values = tuple(_values(campaign, source, chance))
    finding = Finding(
        code="V-7-FLAG",
        severity=Severity.ERROR,
        where="7.communes",
        text=Text(vi="Số xã tổ chức Lễ khai mạc của một xã chỉ có thể là 0 hoặc 1 (đã ghi: 3).", en="Must be 0 or 1 (3)."),
    )
    submission = Submission(
        unit=unit.code,
        content=Content.RECEIVED,
        slots=(
            SlotReport(slot=Slot.NARRATIVE, state=SlotState.OK, documents=1, received_at=received),
            SlotReport(slot=Slot.FORM, state=SlotState.OK, documents=1, received_at=received),
            SlotReport(slot=Slot.PHOTOS, state=SlotState.OK, documents=4, count=4, received_at=received),
        ),
        values=values,
        sections=tuple(_sections(campaign, source, chance)),
        photos=tuple(_photo(unit, at, source) for at in range(1, 5)),
        findings=(finding,) if chance.random() < 0.3 else (),
        versions=(Version(number=1, message=number, received_at=received, slots=tuple(Slot)),),
        first_received_at=received,
        completed_at=received,
        last_received_at=received,
    )
    return UnitLine(
        code=unit.code,
        name=unit.full_name,
        submission=submission,
        timeliness=Timeliness.LATE if late else Timeliness.ON_TIME,
        reported=True,
        reminders=chance.randint(0, 2),
    )


def consolidation(
    campaign: Campaign = CAMPAIGN,
    units: tuple[UnitLine, ...] | None = None,
    *,
    final: bool = True,
    version: int = 1,
    previous: Consolidation | None = None,
    findings: tuple[Finding, ...] = (),
) -> Consolidation:
    """A consolidation of these units, made five seconds after the deadline."""
    now = DEADLINE + timedelta(seconds=5)
    return consolidate(
        campaign,
        lines(campaign) if units is None else units,
        now=now,
        cutoff=DEADLINE,
        final=final,
        version=version,
        previous=previous,
        findings=findings,
    )


def moment(text: str) -> datetime:
    """An instant from ISO text."""
    return datetime.fromisoformat(text)


def _values(campaign: Campaign, source: Source, chance: random.Random) -> list[UnitValue]:
    values = []
    for indicator in campaign.form.indicators:
        for at, column in enumerate(indicator.columns):
            cell = f"{'DE'[at % 2]}{indicator.order + 6}"
            values.append(_value(indicator, column, replace(source, cell=cell), chance))
    return values


def _value(indicator: Indicator, column: str, source: Source, chance: random.Random) -> UnitValue:
    if indicator.type is IndicatorType.TEXT:
        text = chance.choice(["Không", "", "Tặng 20 xe đạp cho học sinh nghèo vượt khó", "Hội khuyến học tặng 5 suất học bổng"])
        status = ValueStatus.OK if text else ValueStatus.EMPTY
        return UnitValue(indicator=indicator.code, column=column, value=text or None, raw=text, status=status, source=source)
    top = {IndicatorType.MONEY: 20, IndicatorType.INTEGER_FLAG: 1}.get(indicator.type, 120 if column == "people" else 6)
    number = chance.randint(0, top) * (500_000 if indicator.type is IndicatorType.MONEY else 1)
    status = chance.choices(
        [ValueStatus.OK, ValueStatus.EMPTY, ValueStatus.CONFIRM, ValueStatus.REJECT, ValueStatus.CORRECTED],
        [86, 7, 3, 2, 2],
    )[0]
    raw = "" if status is ValueStatus.EMPTY else f"{number:02}" if status is ValueStatus.OK else f"3/{number}"
    value = number if status in (ValueStatus.OK, ValueStatus.CONFIRM, ValueStatus.CORRECTED) else None
    decision = 7 if status is ValueStatus.CORRECTED else None
    why = "gọi điện hỏi xã" if decision else ""
    return UnitValue(
        indicator=indicator.code, column=column, value=value, raw=raw, status=status, source=source, decision=decision, why=why
    )


def _sections(campaign: Campaign, source: Source, chance: random.Random) -> list[UnitSection]:
    wanted = [section.code for section in campaign.form.outline if section.required]
    report = replace(source, document="Bao cao tong ket.docx", sheet="", cell="")
    return [
        UnitSection(code=code, text="\n".join(chance.sample(_SENTENCES, chance.randint(1, 2))), source=report)
        for code in wanted
        if chance.random() < 0.9
    ]


def _photo(unit: Unit, number: int, source: Source) -> UnitPhoto:
    key = hashlib.sha256(f"{unit.code} {number}".encode()).hexdigest()
    return UnitPhoto(
        sha256=key,
        name=f"Ảnh {number} - Lễ khai mạc {unit.name}.jpg",
        width=1600,
        height=1200,
        source=replace(source, sheet="", cell=""),
    )
