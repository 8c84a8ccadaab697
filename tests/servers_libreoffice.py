"""LibreOffice headless, as an independent judge of the files we make."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
_PATIENCE = 180.0


class LibreOffice:
    """Opens a file and writes it again. Every call has a profile of its own, so calls may run side by side."""

    def __init__(self, *, program: str) -> None:
        self.program = program

    def recalculate(self, path: Path) -> Path:
        """The workbook opened, every formula computed afresh, and saved as .xlsx in a new folder beside it."""
        return self.convert(path, "xlsx")

    def to_pdf(self, path: Path) -> Path:
        """The document or workbook printed to PDF in a new folder beside it."""
        return self.convert(path, "pdf")

    def convert(self, path: Path, extension: str) -> Path:
        """The file written in another format, in a new folder beside it."""
        folder = Path(tempfile.mkdtemp(prefix="libreoffice-", dir=path.parent))
        with tempfile.TemporaryDirectory(prefix="thubao-profile-") as profile:
            user = Path(profile) / "user"
            user.mkdir()
            (user / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE)
            finished = subprocess.run(
                [
                    self.program,
                    f"-env:UserInstallation=file://{profile}",
                    "--headless",
                    "--norestore",
                    "--nolockcheck",
                    "--convert-to",
                    extension,
                    "--outdir",
                    str(folder),
                    str(path),
                ],
                check=False,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                env={**os.environ, "HOME": profile},
            )  # fmt: skip - one command
        result = folder / f"{path.stem}.{extension}"
        assert result.is_file(), f"LibreOffice made no {extension} of {path.name}: {finished.stdout} {finished.stderr}"
        return result
