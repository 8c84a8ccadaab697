"""What a picture would take is told by its header: what takes too much is not decoded, and that is said."""

from __future__ import annotations

import io
import re
import struct
import zlib

import pytest
from PIL import Image

from parsers import content_type as kind
from parsers.photos import PictureVerdict, read_photo, register_formats
from parsers.picture_memory import grey, is_too_much, reduced, upright_grey
from parsers.picture_pages import picture_pages
from parsers.scan_picture import prepared
from parsers.values import DocumentFate, DocumentRole
from parsers.writing_blocks import WritingError
from tests.parsers.mails import photograph, saved

FILLED = bytes(200_000)  # so that the file holds something for its size


def judge(data: bytes) -> PictureVerdict:
    return read_photo(data, kind.media_type(data), name="anh")


def png(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    """The header of a PNG and the beginning of its pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    palette = chunk(b"PLTE", bytes(768)) if colour == 3 else b""
    return b"\x89PNG\r\n\x1a\n" + header + palette + chunk(b"IDAT", zlib.compress(FILLED, 0)) + chunk(b"IEND", b"")


def tiff(*pages: dict[int, int]) -> bytes:
    """The headers of a TIFF: one page after another, each as its tags say, in shades of grey if they do not say."""
    data = b"II*\0" + struct.pack("<I", 8)
    for page in pages:
        tags = sorted(({258: 8, 259: 1, 262: 1, 277: 1} | page).items())
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        more = page is not pages[-1]
        data += struct.pack("<H", len(tags)) + entries + struct.pack("<I", len(data) + 6 + len(entries) if more else 0)
    return data + FILLED


def takes_too_much(data: bytes) -> bool:
    register_formats()
    with Image.open(io.BytesIO(data)) as image:
        return is_too_much(image, data)


@pytest.mark.parametrize(("depth", "colour"), [(8, 2), (16, 2), (16, 6), (8, 6)], ids=["RGB", "RGB 16", "RGBA 16", "RGBA"])
@pytest.mark.parametrize("interlaced", [0, 1])
def test_a_png_of_49_million_pixels_in_colour_is_not_decoded_and_that_is_said(
    depth: int, colour: int, interlaced: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Image.Image, "load")  # neither for its pixels nor for its EXIF
    monkeypatch.delattr("PIL.ImageFile.ImageFile.load")
    verdict = judge(png(7000, 7000, depth, colour, interlaced))
    assert (verdict.role, verdict.fate) == (DocumentRole.PHOTO, DocumentFate.USED)
    assert "chưa xem nội dung" in verdict.why.vi
    assert [each.code for each in verdict.findings] == ["D-LIMIT"]


def test_a_page_at_600_dpi_is_decoded_in_colour_and_one_twice_as_large_in_grey() -> None:
    assert not takes_too_much(png(4960, 7016))
    assert takes_too_much(png(7016, 9920))
    assert not takes_too_much(png(7016, 7016, colour=0))
    assert not takes_too_much(png(7016, 7016, colour=3))


def test_a_tiff_takes_its_largest_strip_or_tile_besides() -> None:
    assert not takes_too_much(tiff({256: 600, 257: 400, 278: 400, 273: 8, 279: 8}))
    assert takes_too_much(tiff({256: 600, 257: 400, 322: 30_000, 323: 30_000, 324: 8, 325: 8}))
    assert not takes_too_much(tiff({256: 7_000, 257: 7_000, 278: 16, 273: 8, 279: 8}))
    assert takes_too_much(tiff({256: 7_000, 257: 7_000, 278: 16, 273: 8, 279: 8, 274: 3, 258: 16}))


def test_formats_whose_libraries_copy_the_whole_have_a_lower_limit() -> None:
    assert not takes_too_much(saved(Image.new("RGB", (4000, 3000)), "WEBP"))
    assert takes_too_much(saved(Image.new("RGB", (4400, 3300)), "WEBP"))


def _in_separate_scans(side: int) -> bytes:
    """The header of a baseline JPEG whose components come one after another, each kept until the last has come."""
    begin = bytearray(saved(Image.new("RGB", (16, 16)), "JPEG", subsampling=0))
    frame = begin.index(b"\xff\xc0")
    begin[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    scan = begin.index(b"\xff\xda")
    return bytes(begin[:scan]) + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + FILLED + FILLED


def test_a_jpeg_of_108_million_pixels_is_looked_at_and_not_where_it_would_be_kept_whole() -> None:
    photo = photograph((1200, 900)).resize((12_000, 9_000), Image.Resampling.NEAREST)
    verdict = judge(saved(photo, "JPEG", quality=40))
    assert (verdict.role, verdict.why.vi) == (DocumentRole.PHOTO, "")
    assert verdict.photo is not None
    assert verdict.photo.perceptual_hash
    assert takes_too_much(_in_separate_scans(9_000))
    assert not takes_too_much(_in_separate_scans(4_000))


def test_a_progressive_jpeg_of_thousands_of_scans_is_not_decoded() -> None:
    data = saved(photograph((640, 480)), "JPEG", progressive=True)
    assert not takes_too_much(data)
    starts = [found.start() for found in re.finditer(rb"\xff\xda", data)]
    assert takes_too_much(data[:-2] + data[starts[2] : starts[3]] * 2_000 + data[-2:])


def test_what_takes_too_much_is_no_page_of_a_scan_either() -> None:
    with pytest.raises(WritingError, match="too large"):
        prepared(png(7000, 7000, 16, 6))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_made_small_strip_by_strip_a_picture_is_as_it_would_be_in_one(mode: str) -> None:
    image = photograph((1300, 1700))
    image = image.convert("L").convert("I").point(lambda value: value * 256).convert(mode) if mode == "I;16" else image
    image = image.convert(mode)

    def shade(part: Image.Image) -> Image.Image:
        return grey(part) if mode == "I;16" else part.convert("RGBA")

    for factor in (1, 3, 7):
        whole = shade(image).reduce(factor)
        assert reduced(image, factor, shade).tobytes() == whole.tobytes()


def test_a_scan_of_16_bits_a_pixel_is_not_white() -> None:
    page = Image.new("I;16", (1700, 2300), 60_000)
    page.paste(Image.new("I;16", (600, 600), 9_000), (300, 300))
    shades = upright_grey(Image.open(io.BytesIO(saved(page, "PNG"))))
    assert (shades.getpixel((10, 10)), shades.getpixel((500, 500))) == (234, 35)


def test_a_page_behind_the_first_is_not_decoded_where_it_takes_too_much() -> None:
    pages = [Image.new("L", (300, 400), 255), Image.new("L", (300, 400), 200)]
    assert len(list(picture_pages(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), kind.TIFF))) == 2
    tiled = {256: 600, 257: 400, 322: 30_000, 323: 30_000, 324: 8, 325: 8}
    assert len(list(picture_pages(tiff({256: 600, 257: 400, 278: 400, 273: 8, 279: 8}, tiled), kind.TIFF))) == 1
