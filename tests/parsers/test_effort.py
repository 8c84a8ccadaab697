"""What one mail may cost: small files first, plain text up to a limit, and nothing is begun when the time is gone."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import openpyxl
import pytest

from config.loading import reference_campaign
from parsers.allowance import Allowance, Limits, Refused, most_of
from parsers.read import expected_of, read_message
from parsers.values import Document, DocumentFate
from parsers.watch import Watch
from tests.parsers.form_sheets import figures, whole
from tests.parsers.mails import mail, zipped
from tests.parsers.test_form import SOME

EXPECTED = expected_of((reference_campaign(),))


def form() -> bytes:
    book = openpyxl.Workbook()
    for row in whole(SOME):
        book.active.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(*files: tuple[str, bytes], spent: Callable[[], float] = lambda: 0.0) -> dict[str, Document]:
    message = mail("bc")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    watch = Watch(opening=lambda _sha256: None, spent=spent)
    return {each.path: each for each in read_message(message.as_bytes(), EXPECTED, watch=watch).documents}


def test_of_a_mail_full_of_text_the_form_is_read_and_every_text_is_told() -> None:
    texts = [(f"{number}.txt.gz", gzip.compress(b"%d " % number * 350_000)) for number in range(1, 10)]
    found = read(*texts, ("bieu.xlsx", form()), ("ngan.txt", b"Kinh gui Phong GDDT"))
    assert figures(found["bieu.xlsx"].forms[0])
    refused = [each for each in found.values() if each.fate is DocumentFate.REFUSED]
    assert len(refused) >= 3
    for each in refused:
        assert each.why.vi.startswith("thư có quá nhiều tệp văn bản thuần (tối đa 4 MB một thư)")
        assert [(one.code, one.where) for one in each.findings] == [("D-LIMIT", each.path)]
    assert found["ngan.txt"].fate is not DocumentFate.REFUSED
    assert len(found) == 2 * len(texts) + 2


def test_when_the_time_is_gone_the_files_left_are_told() -> None:
    gone = iter([0.0] * 5)
    found = read(("a.xlsx", form()), ("b.csv", form() + b" "), ("c.txt", b"x" * 90_000), spent=lambda: next(gone, 1.0))
    assert found["a.xlsx"].fate is DocumentFate.USED
    assert found["c.txt"].fate is DocumentFate.REFUSED
    assert found["c.txt"].why.vi.startswith("thư có quá nhiều tệp lớn, đọc quá lâu nên tệp này chưa đọc")


def test_archives_are_opened_within_a_part_of_the_time_and_files_beside_them_are_read() -> None:
    found = read(("a.zip", zipped(("x.txt", b"x"))), ("bieu.xlsx", form()), spent=lambda: 0.5)
    assert found["a.zip"].fate is DocumentFate.REFUSED
    assert found["a.zip"].why.vi.startswith("thư có quá nhiều tệp nén, mở quá lâu")
    assert found["bieu.xlsx"].forms


def test_what_is_inflated_in_vain_comes_to_an_end() -> None:
    allowance = Allowance(limits=Limits(total_bytes=10_000, ratio_from=1_000))
    for _ in range(3):
        with pytest.raises(Refused):
            allowance.expect_streamed(10_001, 500)
    with pytest.raises(Refused):
        allowance.expect_streamed(1, 500)
    allowance.expect_streamed(1, 4)  # what is so small cannot swell to much


def test_small_mails_hold_less_than_large_ones() -> None:
    assert (most_of([10]), most_of([40_000_000, 5_000_000]), most_of([10**9])) == (100 << 20, 135_000_000, 200 << 20)
