"""What reading costs, each against the library or program that does the bare minimum of the same work, in the same run.

`python -m tests.bench.reading` prints every row; `measure()` does the same from the benchmark. Ours and theirs take turns, and
the medians are compared. A document goes through a warm child process as in the service: pipe and JSON are in the figure.
"""

from __future__ import annotations

import functools
import io
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import docx
import openpyxl
from PIL import Image

from config.loading import reference_campaign
from parsers.photos import read_photo, thumbnail
from parsers.read import Outside, expected_of, read_message
from service.convert import OutsidePrograms
from service.demo.files import figures, form_workbook, photograph, report_document
from service.outputs.letters import with_headers
from service.sandbox import ReadingPool
from tests.bench.mails import from_a_phone
from tests.bench.timing import Watch, seconds_of
from tests.parsers.golden_forms import FOLDER
from tests.parsers.test_scan import scanned_form
from tests.requirements import LIBREOFFICE, TESSERACT, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

ROUNDS = 9
CAMPAIGN = reference_campaign()
UNIT = CAMPAIGN.roster[15]
FIGURES = figures(CAMPAIGN, int(UNIT.code))
EXPECTED = expected_of((CAMPAIGN,))
_FORMS = ("plain_openpyxl.xlsx", "calculated_libreoffice.xls", "by_hand.xlsb", "calculated_libreoffice.ods", "windows.csv")
_MIXED_MAILS = 20


def measure() -> None:
    """Print every row: what, how long, against what, the bar."""
    with ReadingPool((CAMPAIGN,), size=2) as pool:
        forms(pool)
        report(pool)
        photo()
        scan(pool)
        mixed_mails(pool)
    large_mail()


def forms(pool: ReadingPool) -> None:
    """A form of 35 rows in every format of a spreadsheet, against openpyxl walking over the cells of the same form as .xlsx."""
    office = LibreOffice(program=need(LIBREOFFICE))
    plain = form_workbook(CAMPAIGN, UNIT.full_name, FIGURES)
    files = {"xlsx": plain, "csv": _as_csv(plain), "xlsb": (FOLDER / "by_hand.xlsb").read_bytes()}
    files |= {suffix: converted(plain, "xlsx", suffix, office) for suffix in ("xls", "ods")}
    for suffix, data in files.items():
        ours = functools.partial(pool.read_file, f"bieu.{suffix}", data)
        _compared(f"form in .{suffix}", ours, functools.partial(_walked, plain), "openpyxl", 60)


def report(pool: ReadingPool) -> None:
    """A report in Word, against python-docx walking over its paragraphs."""
    data = report_document(CAMPAIGN, UNIT.full_name, FIGURES)

    def walk() -> list[str]:
        return [each.text for each in docx.Document(io.BytesIO(data)).paragraphs]

    _compared("report in .docx", lambda: pool.read_file("bao cao.docx", data), walk, "python-docx", 80)


def photo() -> None:
    """A photo of 12 megapixels counted and made small, against Pillow doing no more than decoding to the same size."""
    data = _twelve_megapixels()

    def decode(size: int, kept: str | None) -> Image.Image:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (size, size))
            image.thumbnail((size, size), Image.Resampling.BICUBIC)
            if kept:
                image.save(io.BytesIO(), kept)
            return image

    _compared("photo of 12 megapixels counted", lambda: read_photo(data, "image/jpeg"), lambda: decode(256, None), "Pillow", 5)
    _compared("photo of 12 megapixels made small", lambda: thumbnail(data), lambda: decode(320, "JPEG"), "Pillow", 40)


def scan(pool: ReadingPool) -> None:
    """A scanned page through its reader, against the tesseract command over the same picture."""
    program, page = need(TESSERACT), io.BytesIO()
    scanned_form().save(page, "PNG")
    with tempfile.TemporaryDirectory(prefix="thubao-bench-") as folder:
        picture = Path(folder) / "page.png"
        picture.write_bytes(page.getvalue())
        command = [program, str(picture), str(Path(folder) / "out"), "-l", "vie", "--psm", "3"]
        alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}

        def recognise() -> object:
            return subprocess.run(command, check=True, capture_output=True, env=alone)

        _compared(
            "scanned page", lambda: pool.read_file("trang.png", page.getvalue()), recognise, "tesseract", None, bar=1.3, rounds=3
        )


def mixed_mails(pool: ReadingPool) -> None:
    """Mails with a form, a report and photos in all formats: the pool of two against one process that reads without a fence."""
    mails = [_mixed_mail(number) for number in range(_MIXED_MAILS)]
    outside = Outside(convert=OutsidePrograms(seconds=60).convert)

    def here() -> None:
        for raw in mails:
            read_message(raw, EXPECTED, outside=outside)

    def fenced() -> None:
        for raw in mails:
            pool.read(raw)

    with Watch() as watch:
        _compared(
            f"{_MIXED_MAILS} mails of all formats, the pool one by one",
            fenced,
            here,
            "reading in the same process",
            None,
            bar=1.5,
            rounds=3,
        )
    print(f"  peak memory of this process and the readers: {watch.peak / 1e6:.0f} MB (bar 500)")


def large_mail() -> None:
    """What one mail of 40 MB adds to the memory of this process and its reader."""
    raw = _large_mail()
    with ReadingPool((CAMPAIGN,), size=1) as pool:
        pool.read(_mixed_mail(1))
        with Watch() as before:
            pool.read(_mixed_mail(2))
        with Watch() as during:
            pool.read(raw)
    print(f"a mail of {len(raw) / 1e6:.0f} MB: {(during.peak - before.peak) / 1e6:+.0f} MB at the peak (bar +100)")


def _compared(
    what: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    peer: str,
    most_ms: float | None,
    *,
    bar: float = 2,
    rounds: int = ROUNDS,
) -> None:
    ours(), theirs()  # neither pays for what is loaded once
    mine, other = zip(*((seconds_of(ours), seconds_of(theirs)) for _ in range(rounds)), strict=True)
    fast, bare = statistics.median(mine), statistics.median(other)
    limit = f" (bar {most_ms:.0f} ms)" if most_ms else ""
    print(f"{what}: {fast * 1e3:.1f} ms{limit}, {peer} {bare * 1e3:.1f} ms, ratio {fast / bare:.2f} (bar {bar})")


def _walked(data: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return sum(1 for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)


def _as_csv(workbook: bytes) -> bytes:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook), data_only=True).worksheets[0]
    rows = [[str(each or "").replace(";", ",").replace("\n", " ") for each in row] for row in sheet.iter_rows(values_only=True)]
    return "\r\n".join(";".join(row) for row in rows).encode("utf-8-sig")


def _twelve_megapixels() -> bytes:
    with Image.open(io.BytesIO(from_a_phone(3))) as picture:
        target = io.BytesIO()
        picture.resize((4000, 3000), Image.Resampling.BICUBIC).save(target, "JPEG", quality=88)
    return target.getvalue()


def _mixed_mail(number: int) -> bytes:
    mail = EmailMessage(policy=SMTP)
    unit = CAMPAIGN.roster[number % len(CAMPAIGN.roster)]
    mail.set_content(f"UBND {unit.full_name} gửi báo cáo.")
    names = (*_FORMS, "report_python_docx.docx", "report_libreoffice.pdf")
    name = names[number % len(names)]
    mail.add_attachment((FOLDER / name).read_bytes(), maintype="application", subtype="octet-stream", filename=name)
    report = report_document(CAMPAIGN, unit.full_name, FIGURES)
    mail.add_attachment(report, maintype="application", subtype="octet-stream", filename="bao cao.docx")
    for seed in range(3):
        mail.add_attachment(photograph(seed + number), maintype="image", subtype="jpeg", filename=f"IMG_{seed}.jpg")
    return with_headers({"From": f"{unit.code}@tuangiao.example", "To": "baocao@tuangiao.example", "Subject": "báo cáo"}, mail)


def _large_mail() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("Gửi ảnh.")
    mail.add_attachment(
        form_workbook(CAMPAIGN, UNIT.full_name, FIGURES), maintype="application", subtype="octet-stream", filename="bieu.xlsx"
    )
    pictures = [from_a_phone(seed) for seed in range(8)]
    size, at = 0, 0
    while size < 29_000_000:  # base64 makes a third more of it
        mail.add_attachment(pictures[at % 8] + bytes([at]), maintype="image", subtype="jpeg", filename=f"{at}.jpg")
        size, at = size + len(pictures[at % 8]), at + 1
    return with_headers({"From": "x@tuangiao.example", "To": "baocao@tuangiao.example", "Subject": "ảnh"}, mail)


if __name__ == "__main__":
    measure()
