"""What goes with a mail: never more than mail servers take, and what stays behind is named with its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.enclosures import packed
from service.outputs.letters import Addressing, Text, compose
from storage.notices import NoticeKind, enqueue
from tests.service.office_without_servers import ZONE, at, attachments_of, office, text_of

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
