"""Correction by return mail: the unit's own workbook comes back marked, once, in the same thread, in few words."""

from __future__ import annotations

import io
from email import message_from_bytes
from pathlib import Path

import openpyxl

from service.demo.story import Story
from service.planning import plan
from storage.notices import NoticeKind, NoticeState
from tests.service.office_without_servers import arrivals, at, attachments_of, office, text_of

UNIT = "03277"  # writes "hơn 300 quyển", "5 triệu", 3 opening ceremonies
UNITS = (UNIT, "03253")


def test_the_own_workbook_comes_back_marked_in_the_same_thread(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        (sent,) = arrivals(UNIT)
        here.take_in(sent, *arrivals("03253"))
        here.work_at(at(14, 15, 31))
        here.work_at(at(14, 16))
        (notice,) = here.notices(NoticeKind.CORRECTION)  # once, and nothing for the unit whose figures are clear
        assert (notice.unit, notice.state) == (UNIT, NoticeState.DRY_RUN)
        mail = here.mail(notice)
        original = message_from_bytes(sent.raw)
        assert mail["To"] == original["From"]
        assert str(mail["In-Reply-To"]).strip() == original["Message-ID"].strip()
        lines = [each for each in text_of(mail).splitlines() if each[:2] in {"1.", "2.", "3.", "4.", "5.", "6."}]
        assert 2 <= len(lines) <= 5
        assert any(each.startswith("1. ô ") for each in lines)
        ((name, content),) = attachments_of(mail).items()
        assert name == "So lieu.xlsx"
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        marked = {cell.value: cell for row in sheet for cell in row if cell.comment}
        assert {"hơn 300 quyển", 3} <= set(marked)
        assert "300" in marked["hơn 300 quyển"].comment.text
        assert {cell.fill.start_color.rgb for cell in marked.values()} == {"FFFFC7CE", "FFFFF2A8"}
        assert "các ô cần sửa đã tô màu" in text_of(mail)


def test_a_clear_form_that_came_meanwhile_makes_the_question_idle(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*arrivals(UNIT))
        plan(here.installation, at(14, 15, 31))
        clear = Story(here.campaign, "baocao@tuangiao.example")._whole(UNIT, at(14, 15, 45))
        here.take_in(clear)
        here.work_at(at(14, 16))
        (notice,) = here.notices(NoticeKind.CORRECTION)
        assert (notice.state, notice.error) == (NoticeState.CANCELLED, "nothing is left to mend")
