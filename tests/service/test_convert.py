"""The outside programs: what they give, what is said when they are missing, and that nothing outlives its time."""

from __future__ import annotations

import re
import sys
import threading
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook, load_workbook
from PIL import Image, ImageDraw, ImageFont

from parsers.content_type import XLS, XLSX
from parsers.spreadsheets import read_sheets
from service.convert import MEMORY, OutsidePrograms, ProgramError, available, run_program
from tests.parsers.writing_samples import DOCX, report
from tests.requirements import LIBREOFFICE, TESSERACT, UNAR, need
from tests.service.processes import ended

posix = pytest.mark.skipif(sys.platform == "win32", reason="process groups are a POSIX thing")


def test_a_formula_without_a_result_is_calculated() -> None:
    need(LIBREOFFICE)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([3, 4, "=A1+B1"])
    stream = BytesIO()
    book.save(stream)
    programs = OutsidePrograms()
    done = programs.convert(stream.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    programs.close()
    computed = load_workbook(BytesIO(done), data_only=True).active
    assert computed is not None
    assert computed["C1"].value == 7


def test_two_conversions_at_once_both_succeed() -> None:
    need(LIBREOFFICE)
    made: list[bytes] = []

    def convert(programs: OutsidePrograms) -> None:
        made.append(programs.convert(report(), DOCX, "odt"))

    threads = [threading.Thread(target=convert, args=(OutsidePrograms(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [data[:2] for data in made] == [b"PK", b"PK"]


def test_a_file_that_is_none_is_refused_and_the_next_one_is_converted() -> None:
    need(LIBREOFFICE)
    programs = OutsidePrograms()
    with pytest.raises(ProgramError) as refused:
        programs.convert(b"PK\x03\x04 no office file", DOCX, "pdf")
    assert "đề nghị" in refused.value.text.vi
    assert programs.convert(report(), DOCX, "pdf").startswith(b"%PDF")


def test_a_conversion_that_takes_too_long_is_ended() -> None:
    need(LIBREOFFICE)
    with pytest.raises(ProgramError, match="soffice"):
        OutsidePrograms(seconds=0.05).convert(report(), DOCX, "pdf")


def test_missing_programs_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("service.convert.OFFICE_PLACES", ())
    assert [name for name, program in available().items() if not program.found] == ["libreoffice", "tesseract", "unar"]
    programs = OutsidePrograms()
    with pytest.raises(ProgramError, match="libreoffice-writer-nogui"):
        programs.convert(b"", DOCX, "pdf")
    with pytest.raises(ProgramError, match="tesseract-ocr-vie"):
        programs.recognise(b"")
    with pytest.raises(ProgramError, match="unar"):
        programs.unpack_archive(b"", "application/vnd.rar")


def test_programs_that_are_here_are_found() -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    need(UNAR)
    assert all(program.found and program.package and program.purpose.vi for program in available().values())


@posix
def test_a_program_and_its_children_end_at_the_wall_clock(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(ProgramError, match=r"0\.5 s"):
        run_program(["sh", "-c", f"sleep 600 & echo $! > {note}; wait"], tmp_path, 0.5)
    assert time.monotonic() - began < 20
    assert ended(int(note.read_text(encoding="ascii")))


@pytest.mark.skipif(sys.platform != "linux", reason="limits are set from outside on Linux only")
def test_a_program_that_takes_more_memory_than_any_document_needs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="MemoryError"):
        run_program([sys.executable, "-c", f"x = bytearray({MEMORY} + 1)"], tmp_path, 60)


@posix
def test_a_program_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THUBAO_IMAP_PASSWORD", "do-not-tell")
    said = run_program(["env"], tmp_path, 10)
    assert "do-not-tell" not in said
    assert f"HOME={tmp_path}" in said


@posix
def test_a_failing_program_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="broken pipe dream"):
        run_program(["sh", "-c", "echo broken pipe dream; exit 3"], tmp_path, 10)


def test_printed_vietnamese_is_read_with_the_place_of_each_word() -> None:
    need(TESSERACT)
    page = Image.new("L", (1100, 200), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(page).text((40, 60), "Quài Tở 145 người", fill=0, font=font)
    stream = BytesIO()
    page.save(stream, "PNG")
    words = OutsidePrograms().recognise(stream.getvalue(), "block")
    assert [word.text for word in words] == ["Quài", "Tở", "145", "người"]
    assert all(word.left >= 40 and word.left + word.width <= 1000 and 50 <= word.top <= 120 for word in words)
    assert {word.line for word in words} == {1}
    assert min(word.confidence for word in words) > 50


def archive(**files: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


def test_an_archive_gives_names_and_contents() -> None:
    need(UNAR)
    files = OutsidePrograms().unpack_archive(
        archive(**{"báo cáo/số liệu.txt": b"145", "ảnh.jpg": b"x" * 1000}), "application/zip"
    )
    assert dict(files) == {"báo cáo/số liệu.txt": b"145", "ảnh.jpg": b"x" * 1000}


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    need(UNAR)
    outside = tmp_path / "outside.txt"
    names = {f"../../../../..{outside}": b"bad", str(outside): b"bad", "good.txt": b"good"}
    files = OutsidePrograms().unpack_archive(archive(**names), "application/zip")
    assert ("good.txt", b"good") in files
    assert not outside.exists()


def test_an_archive_that_announces_too_much_is_refused() -> None:
    need(UNAR)
    began = time.process_time()
    with pytest.raises(ProgramError, match="too large"):
        OutsidePrograms().unpack_archive(
            archive(**{f"{number}.txt": bytes(70_000_000) for number in range(4)}), "application/zip"
        )
    assert time.process_time() - began < 6
    with pytest.raises(ProgramError):
        OutsidePrograms().unpack_archive(b"Rar!\x1a\x07\x00 nothing", "application/vnd.rar")


def test_zeros_that_a_program_wrote_beside_its_formulas_are_calculated() -> None:
    """XlsxWriter and others write no results but zeros, and ask for a calculation when the file is opened."""
    need(LIBREOFFICE)
    book, stream, zeros = Workbook(), BytesIO(), BytesIO()
    book.worksheets[0].append(["Xóa mù chữ", "=2+1", "=B1*40"])
    book.save(stream)
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(zeros, "w") as made:
        for name in source.namelist():
            made.writestr(name, re.sub(rb"</f><v ?/>|</f><v></v>", b"</f><v>0</v>", source.read(name)))
    found = read_sheets(zeros.getvalue(), XLSX)
    assert found.uncalculated
    (sheet,) = read_sheets(OutsidePrograms(seconds=60).convert(zeros.getvalue(), XLSX, "xlsx"), XLSX).sheets
    assert [sheet.at(1, column).text for column in (2, 3)] == ["3", "120"]


def test_zeros_beside_the_formulas_of_an_old_workbook_are_calculated() -> None:
    """As Perl's Spreadsheet::WriteExcel writes them: every formula is to be calculated when the file is opened."""
    need(LIBREOFFICE)
    book, stream = xlwt.Workbook(), BytesIO()
    sheet = book.add_sheet("A")
    for column, content in enumerate(("Xóa mù chữ", xlwt.Formula("2+1"), 0)):
        sheet.write(0, column, content)
    book.save(stream)
    unknown, zero, later = b"\x03\0\0\0\0\0\xff\xff\0\0", bytes(8) + b"\0\0", bytes(8) + b"\x02\0"  # result and flags
    assert stream.getvalue().count(unknown) == 1
    assert not read_sheets(stream.getvalue().replace(unknown, zero), XLS).uncalculated  # a result that is zero
    stale = stream.getvalue().replace(unknown, later)
    assert read_sheets(stale, XLS).uncalculated
    (found,) = read_sheets(OutsidePrograms(seconds=60).convert(stale, XLS, "xlsx"), XLSX).sheets
    assert [found.at(1, column).text for column in (2, 3)] == ["3", "0"]
