"""Office files that are encrypted and yet open without asking: Excel locks "protected" workbooks with a password of its own."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from xml.parsers.expat import ExpatError

import msoffcrypto
import olefile
from msoffcrypto.exceptions import DecryptionError, EncryptionError, FileFormatError, InvalidKeyError, ParseError

_EXCELS_OWN = "VelvetSweatshop"
_LARGEST = 30 * 1024 * 1024
_MOST_ROUNDS = 200_000  # Office itself uses 100,000
_ERRORS = (
    DecryptionError, EncryptionError, FileFormatError, InvalidKeyError, ParseError, ExpatError, OSError, ValueError, KeyError,
    IndexError, TypeError, AttributeError, struct.error, zipfile.BadZipFile, OverflowError, RecursionError, NotImplementedError,
    AssertionError,
)  # fmt: skip


def unlocked(data: bytes) -> bytes | None:
    """The file decrypted with Excel's own password, or None: then a person has set one."""
    if len(data) > _LARGEST or not _is_affordable(data):
        return None
    target = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=_EXCELS_OWN)
        office.decrypt(target)
    except _ERRORS:
        return None
    opened = target.getvalue()
    return opened if opened.startswith((b"PK\x03\x04", olefile.MAGIC)) else None


def _is_affordable(data: bytes) -> bool:
    """A file may ask for billions of rounds of hashing to keep us busy."""
    rounds = re.findall(rb'spinCount="(\d{1,12})"', data)
    return all(int(each) <= _MOST_ROUNDS for each in rounds)
