"""An archive cut up over several attachments is put together; a volume alone is told for what it is, never as damaged."""

from __future__ import annotations

import struct

import pytest

from parsers.containers import OpenedLeaf, open_all
from parsers.values import DocumentFate
from tests.parsers.mails import leaf, zipped, zipped_with_raw_names
from tests.parsers.opened_files import JPEG, TEXT, contents
from tests.parsers.test_containers import seven_zip

_ALONE = "chia thành nhiều phần"


def _opened(*files: tuple[bytes, str]) -> dict[str, OpenedLeaf]:
    return {each.leaf.path: each for each in open_all(tuple(leaf(data, name) for data, name in files))}


def _cut(data: bytes, count: int) -> list[bytes]:
    size = -(-len(data) // count)
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(("pack", "ending"), [(zipped, "zip"), (seven_zip, "7z")])
def test_all_volumes_of_a_mail_are_put_together_in_whatever_order_they_came(pack: object, ending: str) -> None:
    whole = pack(("anh.jpg", JPEG), ("bc.txt", TEXT))  # type: ignore[operator] # one of two packers
    first, second, third = ((part, f"Tuan le.{ending}.{number:03}") for number, part in enumerate(_cut(whole, 3), start=1))
    found = _opened(third, (JPEG, "khac.jpg"), first, second)
    inside = f"Tuan le.{ending}.001/Tuan le.{ending}"
    assert contents(found) == {"khac.jpg": JPEG, f"{inside}/anh.jpg": JPEG, f"{inside}/bc.txt": TEXT}
    assert found[f"Tuan le.{ending}.001"].fate is found[inside].fate is DocumentFate.USED
    assert {found[f"Tuan le.{ending}.{number:03}"].fate for number in (2, 3)} == {DocumentFate.IGNORED}


def test_volumes_of_an_archive_that_is_refused_are_not_called_used() -> None:
    whole = zipped_with_raw_names(*[(b"%d.txt" % number, b"") for number in range(3_000)])
    first, second = ((part, f"a.zip.{number:03}") for number, part in enumerate(_cut(whole, 2), start=1))
    found = _opened(first, second)
    assert found["a.zip.001/a.zip"].fate is DocumentFate.REFUSED
    assert "3.000 tệp" in found["a.zip.001/a.zip"].why.vi
    assert found["a.zip.002"].fate is DocumentFate.IGNORED


def test_a_volume_without_the_others_is_told_for_what_it_is() -> None:
    parts = _cut(zipped(("anh.jpg", JPEG)), 3)
    found = _opened((parts[0], "a.zip.001"), (parts[2], "a.zip.003"), (b"\x01\x02" * 200, "b.z01"), (b"\x03\x04" * 200, "c.r01"))
    assert {each.fate for each in found.values()} == {DocumentFate.UNREADABLE}
    assert all(_ALONE in each.why.vi for each in found.values())


def test_the_last_volume_of_a_zip_is_not_called_damaged() -> None:
    data = bytearray(zipped(("anh.jpg", JPEG)))
    struct.pack_into("<H", data, data.rfind(b"PK\x05\x06") + 4, 2)
    (found,) = _opened((bytes(data), "a.zip")).values()
    assert _ALONE in found.why.vi


def test_a_damaged_archive_stays_damaged() -> None:
    (found,) = _opened((zipped(("anh.jpg", JPEG))[:-40], "a.zip")).values()
    assert _ALONE not in found.why.vi
