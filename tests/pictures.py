"""The README's pictures, made by the program: `python -m tests.pictures HOME_OF_A_DEMONSTRATION`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal

from service.console import Console
from service.desk import Desk
from service.installation import opened
from tests.servers_libreoffice import LibreOffice

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LAST = datetime(2020, 10, 17, 17, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def main(home: Path) -> None:
    """Draw the board as SVG and the first page of the newest workbook as PNG."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened(home, exclusive=False) as installation, Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        terminal = Terminal(record=True, width=112, file=nowhere)
        desk = Desk(installation, LAST, "demo")
        Console(installation.home.office, terminal).board(desk.board(desk.campaign(None)))
        drawn = terminal.export_svg(title="thubao status")
        # no font from the network: the reader's own monospace font will do
        (PICTURES / "board.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), encoding="utf-8")
        workbook = max(installation.home.storage.outputs.glob("*.xlsx"))
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is needed"
    with tempfile.TemporaryDirectory() as folder:
        pdf = LibreOffice(program=program).to_pdf(workbook)
        page = Path(folder) / "page"
        subprocess.run(["pdftoppm", "-r", "70", "-png", "-f", "1", "-l", "1", str(pdf), str(page)], check=True)
        shutil.copy(next(Path(folder).glob("page*.png")), PICTURES / "workbook.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
