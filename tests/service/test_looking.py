"""`thubao read`: a file that cannot be opened hides no other, is named, and makes the command fail."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl

from tests.parsers.form_sheets import whole


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in whole({"1": (3,), "2": (7,)}):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(stream.getvalue())
    return path


def read(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "service.cli", "read", *words]
    environment = {**os.environ, "THUBAO_HOME": str(folder)}
    return subprocess.run(line, capture_output=True, text=True, env=environment, check=False, timeout=120)


def test_the_good_file_is_shown_beside_a_missing_one(tmp_path: Path) -> None:
    good, gone = workbook(tmp_path / "bieu.xlsx"), tmp_path / "khong-co.pdf"
    done = read(tmp_path, str(good), str(gone), "--json")
    assert done.returncode == 1
    first, second = json.loads(done.stdout)
    assert first["documents"][0]["role"] == "form"
    assert (second["documents"], second["missing"]) == ([], True)
    assert done.stderr.count("\n") == 1
    assert "khong-co.pdf" in done.stderr
    shown = read(tmp_path, str(gone), str(good))
    assert shown.returncode == 1
    assert "bieu.xlsx" in shown.stdout
    assert "khong-co.pdf" in shown.stdout


def test_with_every_file_there_the_command_is_done(tmp_path: Path) -> None:
    done = read(tmp_path, str(workbook(tmp_path / "bieu.xlsx")), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "missing" not in json.loads(done.stdout)[0]


def test_a_mail_cut_short_and_its_links_are_told(tmp_path: Path) -> None:
    mail = tmp_path / "thu.eml"
    mail.write_bytes(
        b"From: a@x.vn\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhttps://drive.google.com/file/d/1abc/view\r\n"
        b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nnua chung"
    )
    shown = read(tmp_path, str(mail))
    assert "có thể thiếu tệp" in shown.stdout
    assert "drive.google.com/file/d/1abc" in shown.stdout
    (plain,) = json.loads(read(tmp_path, str(mail), "--json").stdout)
    assert [each["code"] for each in plain["findings"]] == ["M-DAMAGED"]


def test_two_forms_of_one_file_that_differ_are_asked_about(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "bieu.xlsx"))
    other = book.create_sheet("Biểu 2")
    for row in whole({"1": (5,), "2": (7,)}):
        other.append(list(row))
    book.save(tmp_path / "hai bieu.xlsx")
    ((document,),) = (each["documents"] for each in json.loads(read(tmp_path, str(tmp_path / "hai bieu.xlsx"), "--json").stdout))
    figures = {code: columns["count"] for code, columns in document["values"].items() if "count" in columns}
    assert (document["forms"], figures["1"]["status"], figures["2"]["status"]) == (2, "confirm", "ok")
    assert "two_forms_differ" in figures["1"]["warnings"]
