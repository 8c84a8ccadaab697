"""Pictures: photographs are never thrown out, decoration never counted, pages become scans, bombs are refused."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from config.loading import reference_campaign
from parsers import content_type as kind
from parsers.photos import PictureVerdict, is_page_picture, read_photo, thumbnail, without_position
from parsers.read import Outside, expected_of, read_file
from parsers.recognition import RecognisedWord
from parsers.values import Document, DocumentFate, DocumentRole
from tests.bench.mails import from_a_phone
from tests.parsers.mails import page_picture, photograph, saved


def judge(data: bytes, name: str = "anh.jpg", *, inline: bool = False) -> PictureVerdict:
    return read_photo(data, kind.media_type(data), name=name, inline=inline)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("seed", [2, 3])
def test_a_photograph_is_one_in_every_format(form: str, seed: int) -> None:
    verdict = judge(saved(photograph((800, 640), seed), form))
    assert (verdict.role, verdict.fate) == (DocumentRole.PHOTO, DocumentFate.USED)
    assert verdict.photo is not None
    assert (verdict.photo.width, verdict.photo.height) == (800, 640)
    assert len(verdict.photo.perceptual_hash) == 16


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("change", ["small", "grey", "dark", "bright", "poor", "wide", "signature", "inline"])
def test_a_real_photo_is_never_called_decoration_or_scan(seed: int, change: str) -> None:
    image = photograph(seed=seed + 10)
    name = "image001.jpg" if change in {"signature", "inline"} else "anh.jpg"
    if change == "small":
        image = image.resize((320, 240))
    elif change == "grey":
        image = image.convert("L")
    elif change == "dark":
        image = image.point(lambda value: value // 6)
    elif change == "bright":
        image = image.point(lambda value: 155 + value * 100 // 255)
    elif change == "wide":
        image = image.crop((0, 0, 960, 300))
    data = saved(image, quality=25 if change == "poor" else 80)
    assert judge(data, name, inline=change == "inline").role is DocumentRole.PHOTO


@pytest.mark.parametrize("seed", [0, 3, 7])
def test_the_grain_of_a_phone_is_no_print(seed: int) -> None:
    """People before a bright sky and a darker field: the field is speckled where it is just as dark as ink would be."""
    assert judge(from_a_phone(seed)).role is DocumentRole.PHOTO


def _logo(size: tuple[int, int], colour: tuple[int, int, int] = (200, 0, 0)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((4, 4, size[1] - 4, size[1] - 4), fill=colour)
    pen.text((size[1] + 4, size[1] // 3), "UBND XA", fill=(0, 0, 160), font=ImageFont.load_default(max(10, size[1] // 4)))
    return image


@pytest.mark.parametrize("size", [(300, 100), (160, 60), (400, 200), (90, 90), (600, 90)])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
def test_logos_are_decoration(size: tuple[int, int], form: str) -> None:
    verdict = judge(saved(_logo(size), form), "image001.png", inline=True)
    assert (verdict.role, verdict.fate) == (DocumentRole.DECORATION, DocumentFate.IGNORED)
    assert verdict.why.vi


def test_icons_lines_and_transparent_signatures_are_decoration() -> None:
    line = Image.new("RGB", (600, 3), "navy")
    signature = Image.new("RGBA", (350, 150), (0, 0, 0, 0))
    ImageDraw.Draw(signature).line((10, 100, 90, 20, 200, 120, 340, 40), fill=(0, 0, 120, 255), width=3)
    for data in (saved(line, "PNG"), saved(signature, "PNG"), saved(photograph((60, 60)), "PNG"), saved(photograph((90, 40)))):
        assert judge(data, "image002.png").role is DocumentRole.DECORATION


def test_drawings_without_pixels_are_decoration() -> None:
    assert read_photo(b"\x01\x00\x00\x00", kind.EMF).role is DocumentRole.DECORATION
    assert read_photo(b"<svg/>", kind.SVG).role is DocumentRole.DECORATION


def _photographed(page: Image.Image) -> Image.Image:
    """A page as a phone sees it: warm uneven light, slightly turned, not quite sharp."""
    light = Image.linear_gradient("L").resize(page.size).point(lambda value: 150 + value * 90 // 255)
    lit = Image.composite(page, page.point(lambda value: value * 55 // 100), light)
    return lit.rotate(1.5, fillcolor=(120, 110, 100), resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.8))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pages_are_scans_scanned_or_photographed(seed: int) -> None:
    page = page_picture(seed=seed)
    stamped = page.copy()
    ImageDraw.Draw(stamped).ellipse((700, 1300, 1000, 1600), outline=(210, 30, 40), width=12)
    images = [page, stamped, _photographed(page)]
    if seed == 1:
        images += [page.convert("L"), page.convert("1"), page.resize((2480, 3508)), page.rotate(90, expand=True)]
        images.append(page.resize((595, 842)))  # an A4 page at 72 dots an inch
    for image in images:
        verdict = judge(saved(image, "PNG" if image.mode == "1" else "JPEG"), "Scan_20201013.jpg")
        assert (verdict.role, verdict.fate) == (DocumentRole.SCAN, DocumentFate.USED)
    assert is_page_picture(saved(page))
    assert is_page_picture(saved(_on_a_desk(page, 0.72)))
    assert not is_page_picture(saved(photograph()))


def _on_a_desk(page: Image.Image, share: float) -> Image.Image:
    """A page photographed with the desk around it, half of it in shadow."""
    desk = photograph((1500, 2000), 7).point(lambda value: 60 + value // 4)
    size = (round(1500 * share), round(2000 * share))
    desk.paste(page.resize(size), ((1500 - size[0]) // 2, (2000 - size[1]) // 2))
    light = Image.linear_gradient("L").rotate(90).resize(desk.size).point(lambda value: 120 + value * 135 // 255)
    return ImageChops.multiply(desk, Image.merge("RGB", (light, light, light)))


def _read(data: bytes, *found: str) -> Document:
    words = tuple(
        RecognisedWord(text=text, left=100, top=40 * line, width=300, height=30, confidence=90.0, line=line)
        for line, text in enumerate(found, start=1)
    )
    outside = Outside(recognise=lambda *_: words)
    (document,) = read_file("anh.jpg", data, expected_of((reference_campaign(),)), outside=outside).documents
    return document


def test_a_page_on_a_desk_is_a_page_when_words_are_read_on_it_and_else_a_photo() -> None:
    picture = saved(_on_a_desk(page_picture(), 0.72))
    written = ["Kế hoạch tổ chức các hoạt động của nhà trường"] * 8
    assert _read(picture, *written).role is DocumentRole.SCAN
    photo = _read(picture, "lll", "xq zz", "tường")
    assert (photo.role, photo.fate) == (DocumentRole.PHOTO, DocumentFate.USED)


def test_the_end_of_a_table_on_an_empty_page_is_a_page() -> None:
    page = Image.new("RGB", (1240, 1754), (250, 249, 247))
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(22)
    for row in range(8):
        pen.line((120, 120 + 40 * row, 1120, 120 + 40 * row), fill=(40, 40, 40), width=2)
        pen.text((200, 126 + 40 * row), "Kinh phi huy dong tu cac nguon khac" if row < 7 else "", font=font, fill=(30, 30, 30))
        pen.text((820, 126 + 40 * row), "2.000.000" if row < 7 else "", font=font, fill=(30, 30, 30))
    for edge in (120, 190, 800, 950, 1120):
        pen.line((edge, 120, edge, 400), fill=(40, 40, 40), width=2)
    assert judge(saved(page.filter(ImageFilter.GaussianBlur(0.6)))).role is DocumentRole.SCAN


def test_a_pdf_of_photographs_is_no_scan_that_nobody_can_read() -> None:
    first, *more = (photograph((1600, 1200), seed) for seed in (1, 2))
    stream = io.BytesIO()
    first.save(stream, "PDF", save_all=True, append_images=more, resolution=150)
    outside = Outside(recognise=lambda *_: ())
    pdf, *photos = read_file("anh.pdf", stream.getvalue(), expected_of((reference_campaign(),)), outside=outside).documents
    assert (pdf.role, pdf.fate) == (DocumentRole.UNKNOWN, DocumentFate.IGNORED)
    assert [each.role for each in photos] == [DocumentRole.PHOTO, DocumentRole.PHOTO]


@pytest.mark.parametrize("seed", range(4))
def test_a_photograph_is_not_searched_for_text(seed: int) -> None:
    assert not judge(saved(photograph((1600, 1200), seed))).perhaps_page


def test_screenshots_and_slides_are_not_photos() -> None:
    screen = Image.new("RGB", (1080, 2220), (240, 240, 240))
    slide = Image.new("RGB", (1280, 720), (255, 255, 255))
    font = ImageFont.load_default(30)
    for y in range(100, 2100, 80):
        ImageDraw.Draw(screen).text((40, y), "Kinh gui phong giao duc, em gui bao cao", fill=(20, 20, 20), font=font)
    ImageDraw.Draw(slide).rectangle((0, 0, 1280, 90), fill=(20, 90, 200))
    ImageDraw.Draw(slide).text((60, 300), "TUAN LE HOC TAP SUOT DOI", fill=(200, 0, 0), font=ImageFont.load_default(64))
    for image in (screen, slide):
        verdict = judge(saved(image, "PNG"), "hinh.png")
        assert (verdict.role, verdict.fate) == (DocumentRole.UNKNOWN, DocumentFate.IGNORED)
        assert "cán bộ có thể duyệt lại" in verdict.why.vi


def _with_exif(orientation: int = 1, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Samsung"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2020:10:07 08:30:15"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (21.0, 30.0, 0.0)
    return saved(photograph((800, 600)), exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_and_its_hash(orientation: int) -> None:
    upright = photograph((800, 600))
    turned = ImageOps.exif_transpose(_tagged(upright, orientation))
    verdict = judge(_with_exif(orientation))
    assert verdict.photo is not None
    assert (verdict.photo.width, verdict.photo.height) == turned.size
    same = judge(saved(turned)).photo
    assert same is not None
    assert distance(verdict.photo.perceptual_hash, same.perceptual_hash) <= 4
    assert Image.open(io.BytesIO(thumbnail(_with_exif(orientation), 200))).size[0] == (150 if orientation > 4 else 200)


def _tagged(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return Image.open(io.BytesIO(saved(image, exif=exif)))


def test_camera_time_and_position_are_read() -> None:
    photo = judge(_with_exif()).photo
    assert photo is not None
    assert photo.taken_at == datetime(2020, 10, 7, 8, 30, 15)  # noqa: DTZ001 - a camera has no zone
    assert photo.has_position
    bare = judge(saved(photograph((800, 600)))).photo
    assert bare is not None
    assert (bare.taken_at, bare.has_position) == (None, False)


@pytest.mark.parametrize("orientation", [1, 6])
def test_copies_carry_no_position(orientation: int) -> None:
    data = _with_exif(orientation)
    for copy in (without_position(data), thumbnail(data)):
        assert not Image.open(io.BytesIO(copy)).getexif()
        assert b"Exif" not in copy
    assert judge(without_position(data)).photo is not None


def test_an_upright_copy_keeps_its_pixels() -> None:
    data = _with_exif()
    assert Image.open(io.BytesIO(without_position(data))).tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_the_same_photo_made_smaller_and_poorer_has_nearly_the_same_hash() -> None:
    photos = [judge(saved(image)).photo for image in (photograph(seed=5), photograph(seed=6), photograph((640, 480), seed=5))]
    poorer = judge(saved(photograph(seed=5).resize((500, 375)), quality=30)).photo
    assert photos[0] is not None
    assert photos[1] is not None
    assert poorer is not None
    assert distance(photos[0].perceptual_hash, poorer.perceptual_hash) <= 6
    assert distance(photos[0].perceptual_hash, photos[1].perceptual_hash) >= 16


def test_cmyk_is_read_and_shown() -> None:
    data = saved(photograph((900, 700)).convert("CMYK"))
    assert judge(data).role is DocumentRole.PHOTO
    assert Image.open(io.BytesIO(thumbnail(data))).mode == "RGB"


def test_heic_is_read() -> None:
    data = (Path(__file__).parent / "data" / "mails" / "photo.heic").read_bytes()
    assert kind.media_type(data, "IMG_1234.JPG") == kind.HEIC
    verdict = judge(data)
    assert verdict.role is DocumentRole.PHOTO
    assert verdict.photo is not None
    assert (verdict.photo.width, verdict.photo.height) == (160, 120)
    for copy in (thumbnail(data), without_position(data)):
        assert Image.open(io.BytesIO(copy)).format == "JPEG"
    assert judge(data[:500]).fate is DocumentFate.UNREADABLE


def _announced(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    pixels = zlib.compress(bytes(1_000_000), 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def test_a_picture_of_900_million_pixels_is_refused_in_words_at_once() -> None:
    started = time.process_time()
    verdict = judge(_announced(30_000, 30_000))
    assert time.process_time() - started < 0.5
    assert verdict.fate is DocumentFate.REFUSED
    assert "quá lớn" in verdict.why.vi
    with pytest.raises(ValueError, match="too large"):
        thumbnail(_announced(30_000, 30_000))


def test_the_limit_is_our_own_and_not_only_pillows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # as another library in the process may do
    assert judge(_announced(30_000, 30_000)).fate is DocumentFate.REFUSED


def test_a_picture_too_large_to_decode_is_still_a_photo() -> None:
    tracemalloc.start()
    verdict = judge(_announced(12_000, 12_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.role is DocumentRole.PHOTO
    assert peak < 20_000_000


def test_a_picture_that_announces_far_more_than_it_holds_is_no_photo() -> None:
    header = struct.pack("<IiiHHIIiiII", 40, 9_000, 9_000, 1, 24, 0, 0, 0, 0, 0, 0)
    verdict = judge(b"BM" + struct.pack("<IHHI", 94, 0, 0, 54) + header + bytes(40), "anh.bmp")
    assert verdict.fate is DocumentFate.UNREADABLE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_a_picture_cut_short_is_received_but_unreadable(form: str) -> None:
    data = saved(photograph((640, 480)), form)
    verdict = judge(data[: len(data) // 2])
    assert verdict.fate is DocumentFate.UNREADABLE
    assert "đã nhận" in verdict.why.vi


def test_an_animated_gif_and_a_many_page_tiff_are_read_once() -> None:
    frames = [photograph((400, 300), seed=seed) for seed in range(3)]
    for form in ("GIF", "TIFF"):
        assert judge(saved(frames[0], form, save_all=True, append_images=frames[1:])).role is DocumentRole.PHOTO


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]),
    st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 255)), max_size=8),
)
def test_damaged_pictures_never_raise(form: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLES[form])
    for at, value in flips:
        data[at % len(data)] = value
    judge(bytes(data))
    try:
        thumbnail(bytes(data))
        without_position(bytes(data))
    except ValueError:
        pass


_SAMPLES = {form: saved(photograph((200, 150)), form) for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")}


def test_a_photo_of_12_million_pixels_is_counted_within_twice_of_pillow_alone() -> None:
    data = saved(photograph((4000, 3000)))

    def best(work: object) -> float:
        times = []
        for _ in range(7):
            started = time.process_time()
            work()  # type: ignore[operator] # a function without arguments
            times.append(time.process_time() - started)
        return min(times)

    def pillow_alone() -> None:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (256, 256))
            image.load()

    assert best(lambda: judge(data)) <= 2 * best(pillow_alone)
