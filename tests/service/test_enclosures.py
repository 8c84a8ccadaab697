"""What goes with a mail: never more than mail servers take, and what stays behind is named with its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from service.consolidating import consolidate_campaign
from service.enclosures import packed
from service.outputs.letters import Addressing, Text, compose
from storage.notices import WITHOUT_FILES, NoticeKind, enqueue
from tests.service.office_without_servers import ZONE, arrivals, at, attachments_of, office, text_of

LIMIT = 20 * 1024 * 1024
ADDRESSING = Addressing(
    sender="baocao@tuangiao.example",
    sender_name="Phòng Giáo dục và Đào tạo huyện Tuần Giáo",
    recipient="can.bo@tuangiao.example",
    message_id="<1@tuangiao.example>",
    dated=datetime(2020, 10, 16, tzinfo=ZONE),
)


@given(st.lists(st.sampled_from((0, 60_000, 150_000, 300_000)), max_size=6), st.integers(100_000, 700_000))
def test_a_packed_mail_is_never_larger_than_the_limit_and_loses_no_file(sizes: list[int], most: int) -> None:
    files = tuple((f"tệp-{at}.xlsx", b"x" * size) for at, size in enumerate(sizes))
    going = packed(files, most)
    assert {*going.inside, *going.left_out} == set(files)
    assert len(going.inside) + len(going.left_out) == len(files)
    assert len(compose(Text(subject="Bản tổng hợp", body="Kính gửi\n" * 500), ADDRESSING, going.inside)) <= most


@given(st.lists(st.integers(0, 10_000), max_size=6))
def test_small_files_all_go_in_their_order(sizes: list[int]) -> None:
    files = tuple((f"{at}.xlsx", b"x" * size) for at, size in enumerate(sizes))
    assert packed(files, LIMIT).inside == files


def test_a_delivery_leaves_the_album_behind_and_says_where_it_lies(tmp_path: Path) -> None:
    with office(tmp_path, units=("03253",)) as here:
        outputs = here.installation.home.storage.outputs
        album, workbook = outputs / "htsd-2020-v1-album.zip", outputs / "htsd-2020-v1.xlsx"
        workbook.write_bytes(b"PK" + b"x" * 50_000)
        with album.open("wb") as file:
            file.truncate(30_000_000)
        with here.installation.database.writing() as connection:
            enqueue(
                connection,
                key="delivery",
                campaign=here.campaign.id,
                unit=None,
                kind=NoticeKind.DELIVERY,
                due_at=at(14),
                created_at=at(14),
                recipient="can.bo@tuangiao.example",
                cause="test",
                context={"files": [str(album), str(workbook)], "version": 1},
            )
        here.work_at(at(14, 9))
        (notice,) = here.notices(NoticeKind.DELIVERY)
        mail = here.mail(notice)
        assert list(attachments_of(mail)) == [workbook.name]
        assert f"- {album.name} (30 MB): {outputs}" in text_of(mail)
        assert "vượt dung lượng" in text_of(mail)
        assert len(mail.as_bytes()) < LIMIT


def test_a_reminder_brings_the_form_to_who_owes_it_while_there_is_time_to_fill_it_in(tmp_path: Path) -> None:
    with office(tmp_path, units=("03253", "03295")) as here:
        here.take_in(*[each for each in arrivals("03295") if each.at < at(7)])  # its form, no more
        for day, enclosed in ((8, ["Bieu-so-lieu-Tuan-Giao.xlsx"]), (12, []), (14, [])):
            here.work_at(at(day, 8, 1))
            sent = {
                each.unit: here.mail(each)
                for each in here.notices(NoticeKind.REMINDER)
                if each.due_at.astimezone(ZONE).day == day
            }
            assert list(attachments_of(sent["03253"])) == enclosed
            assert ("Biểu mẫu ghi sẵn tên đơn vị được gửi kèm" in text_of(sent["03253"])) == bool(enclosed)
            assert attachments_of(sent["03295"]) == {}


def test_a_delivery_says_what_each_file_is_and_which_units_are_new_in_it(tmp_path: Path) -> None:
    with office(tmp_path, units=("03253", "03304")) as here:
        here.take_in(*[each for each in arrivals("03253", "03304") if each.at < at(16, 0, 0)])
        consolidate_campaign(here.installation, here.campaign, at(16, 0, 1))
        here.take_in(*[each for each in arrivals("03304") if each.at > at(16, 0, 0)])
        consolidate_campaign(here.installation, here.campaign, at(16, 12))
        here.work_at(at(16, 12, 1))
        text = text_of(here.mail(here.notices(NoticeKind.DELIVERY)[-1]))
        assert "Dự thảo báo cáo tổng kết: htsd-2020-v2.docx" in text
        assert "Bộ ảnh theo đơn vị: htsd-2020-v2-photos.zip" in text
        sheet = openpyxl.load_workbook(here.installation.home.storage.outputs / "htsd-2020-v2.xlsx")["Cảnh báo"]
        listed = sum(isinstance(row[0], int) for row in sheet.iter_rows(values_only=True))
        assert f"Nội dung cần lưu ý: {listed:02d} (xem bảng Cảnh báo)" in text
        assert "Bổ sung so với bản trước: xã Tênh Phông." in text
        assert "số liệu khác" in text, "changes beyond what can be read are counted, not dropped"


def test_a_delivery_that_a_server_found_too_large_says_where_its_files_lie(tmp_path: Path) -> None:
    with office(tmp_path, units=("03253",)) as here:
        workbook = here.installation.home.storage.outputs / "htsd-2020-v1.xlsx"
        workbook.write_bytes(b"PK")
        with here.installation.database.writing() as connection:
            enqueue(
                connection,
                key="delivery",
                campaign=here.campaign.id,
                unit=None,
                kind=NoticeKind.DELIVERY,
                due_at=at(14),
                created_at=at(14),
                recipient="can.bo@tuangiao.example",
                cause="test",
                context={"files": [str(workbook)], "version": 1, WITHOUT_FILES: True},
            )
        here.work_at(at(14, 9))
        (notice,) = here.notices(NoticeKind.DELIVERY)
        assert attachments_of(here.mail(notice)) == {}
        assert f"- {workbook.name} (1 MB): {workbook.parent}" in text_of(here.mail(notice))
