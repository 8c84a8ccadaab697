"""An OpenDocument text or workbook saved as one plain XML file (.fodt, .fods): packed as the programs that read it expect it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from parsers.allowance import Allowance
from parsers.archives import Member

_KIND = re.compile(rb"""office:mimetype=["'](application/vnd\.oasis\.opendocument\.(?:text|spreadsheet))["']""")
_ENDINGS = {b"application/vnd.oasis.opendocument.text": "odt", b"application/vnd.oasis.opendocument.spreadsheet": "ods"}
_HEAD = 20_000  # bytes


def flat_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The one document as a package; nothing for another kind of flat file, such as a drawing."""
    found = _KIND.search(data[:_HEAD])
    if found is None:
        return
    allowance.take(len(data))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", found[1])
        made.writestr("content.xml", data)
        made.writestr("META-INF/manifest.xml", "<manifest/>")
    yield Member(name=f"document.{_ENDINGS[found[1]]}", data=target.getvalue())
