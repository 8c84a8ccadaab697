"""Photographs drawn from a seed, with a position in their EXIF, as a source that outputs can ask."""

from __future__ import annotations

import io
import random

from PIL import Image

from service.rules.submission import UnitPhoto

GPS = 0x8825


def picture(seed: str) -> bytes:
    """A JPEG of random colours that says where it was taken."""
    chance = random.Random(seed)
    small = Image.frombytes("RGB", (32, 24), chance.randbytes(32 * 24 * 3))
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (21.0, 35.0, 12.0)
    exif[0x010F] = "Phone"
    target = io.BytesIO()
    small.resize((320, 240)).save(target, "JPEG", exif=exif)
    return target.getvalue()


class Photos:
    """Photos by their hash; `gone` are no longer in the archive, `broken` are no pictures."""

    def __init__(self, *, gone: frozenset[str] = frozenset(), broken: frozenset[str] = frozenset()) -> None:
        self._gone = gone
        self._broken = broken

    def photo(self, photo: UnitPhoto) -> bytes | None:
        """The photo as sent."""
        if photo.sha256 in self._gone:
            return None
        return b"\xff\xd8 no picture" if photo.sha256 in self._broken else picture(photo.sha256)
