"""Pictures: real photographs told from logos, signatures, screenshots, slides and scanned pages; safe to open, cheap to count.

The header is looked at first and the pixels are decoded small (a JPEG at an eighth). In doubt a picture is a photograph: a
commune's photo must never be thrown out as decoration.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache

from PIL import Image, ImageOps, UnidentifiedImageError

from config.campaign import Severity
from config.text import NO_TEXT, Text
from parsers import content_type as kind
from parsers.picture_bars import inside_bars, part
from parsers.picture_look import TRANSPOSED, Look, look_at, text_share
from parsers.picture_memory import ORIENTATION, grey, is_too_much, reduced, upright_grey
from parsers.values import DocumentFate, DocumentRole, Finding, PhotoReading

MOST_PIXELS = 178_000_000
"""A picture that announces more is refused, as Pillow itself would; the usual largest phone photo has 108 million."""

MOST_DECODED = 50_000_000
"""Pixels decoded in full where a format cannot be decoded small."""

PICTURE_ERRORS = (
    OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, AttributeError, OverflowError, EOFError, RuntimeError,
    struct.error, ZeroDivisionError, AssertionError, UnidentifiedImageError, Image.DecompressionBombError, MemoryError,
)  # fmt: skip
_FORMATS = {
    kind.JPEG: ("JPEG",), kind.PNG: ("PNG",), kind.GIF: ("GIF",), kind.WEBP: ("WEBP",), kind.BMP: ("BMP",), kind.TIFF: ("TIFF",),
    kind.AVIF: ("AVIF",), kind.HEIC: ("HEIF",),
}  # fmt: skip
_EXIF = 0x8769
_GPS = 0x8825
_TAKEN = (0x9003, 0x9004)
_CHANGED = 0x0132
_CAMERA = (0x010F, 0x0110)
SIGNATURE_NAME = re.compile(
    r"^(?:image|img|oledata|logo|outlook-|banner|signature|chu ?ky)[\w-]*\d*\.(?:png|gif|jpe?g|bmp)$", re.IGNORECASE
)
PHONE_NAME = re.compile(r"^(?:IMG|DSC|DSCN|DSCF|PXL|P\d|FB_IMG|received|VID|\d{8}_\d{6}|z\d{13}[_-][0-9a-f]{32})", re.IGNORECASE)

_JPEG = frozenset({"JPEG", "MPO"})
_BY_CAMERAS = _JPEG | {"HEIF", "AVIF"}
Picture = bytes | Image.Image
"""A picture as a file, or decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureVerdict:
    """What a picture is. `photo` is set for every picture that could be opened, whatever its role."""

    role: DocumentRole
    fate: DocumentFate
    why: Text = NO_TEXT
    photo: PhotoReading | None = None
    findings: tuple[Finding, ...] = ()
    perhaps_page: bool = False  # a photo on which a page may lie, or a screen that may show it: who can read its text decides
    decoded: Image.Image | None = None  # a scan that was decoded in full to be judged, for its reader: upright, in grey


def read_photo(data: bytes, media_type: str, *, name: str = "", inline: bool = False) -> PictureVerdict:
    """Open one picture safely and say what it is. Never raises for what a sender did."""
    if media_type not in kind.PICTURES:
        return _verdict_without_pixels(media_type)
    try:
        with _opened(data, media_type) as image:
            return _judged(image, data, name=name, inline=inline)
    except Image.DecompressionBombError:
        return PictureVerdict(
            role=DocumentRole.UNKNOWN,
            fate=DocumentFate.REFUSED,
            why=_TOO_LARGE,
            findings=_findings("D-LIMIT", _TOO_LARGE),
        )
    except PICTURE_ERRORS:
        why = Text(
            vi="đã nhận nhưng ảnh bị hỏng hoặc tải lên chưa trọn vẹn, không xem được; đề nghị gửi lại",
            en="received, but the picture is damaged or incomplete and cannot be viewed; please send it again",
        )
        return PictureVerdict(
            role=DocumentRole.UNKNOWN, fate=DocumentFate.UNREADABLE, why=why, findings=_findings("D-UNREADABLE", why)
        )


def _verdict_without_pixels(media_type: str) -> PictureVerdict:
    why = Text(vi="hình vẽ (không phải ảnh chụp)", en="a drawing, not a photograph")
    role = DocumentRole.DECORATION if media_type in {kind.EMF, kind.WMF, kind.SVG} else DocumentRole.UNKNOWN
    return PictureVerdict(role=role, fate=DocumentFate.IGNORED, why=why)


@cache
def register_formats() -> None:
    """Let Pillow open every kind of picture that is read here."""
    import pi_heif
    from PIL import AvifImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401 - importing them registers them

    Image.preinit()
    pi_heif.register_heif_opener()


def _opened(data: bytes, media_type: str = "") -> Image.Image:
    register_formats()
    formats = _FORMATS.get(media_type or kind.media_type(data))
    if formats is None:
        message = "not a picture"
        raise ValueError(message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large pictures and odd EXIF; both are judged here
        image = Image.open(io.BytesIO(data), formats=formats)
    if image.size[0] * image.size[1] > MOST_PIXELS:
        raise Image.DecompressionBombError(_TOO_LARGE.en)
    return image


_MOST_OF_A_BYTE = 500  # pixels: a picture of one colour comes near, no photo does
_UNSEEN = Text(
    vi="ảnh quá lớn nên chỉ tính là ảnh hoạt động, chưa xem nội dung; nếu là bản quét báo cáo, đề nghị gửi lại bản nhỏ hơn",
    en="too large to be looked at, counted as a photo; if it is a scanned report, please send a smaller one",
)
_HOLLOW = "hardly any data for its size"
_TOO_LARGE = Text(
    vi="ảnh có kích thước quá lớn, không mở vì lý do an toàn; đề nghị gửi lại ảnh nhỏ hơn",
    en="too large a picture, not opened for safety; please send a smaller one",
)


def _judged(image: Image.Image, data: bytes, *, name: str, inline: bool) -> PictureVerdict:
    width, height = image.size
    can_decode = _can_decode(image, data)
    exif = _exif(image) if can_decode or image.format != "PNG" else _Exif()  # Pillow decodes a PNG to look for its EXIF
    rotated = exif.orientation in {5, 6, 7, 8}
    reading = PhotoReading(
        width=height if rotated else width,
        height=width if rotated else height,
        taken_at=exif.taken_at,
        has_position=exif.has_position,
    )
    if not can_decode:
        if width * height > _MOST_OF_A_BYTE * len(data):
            raise OSError(_HOLLOW)
        told = () if image.format in _BY_CAMERAS else _findings("D-LIMIT", _UNSEEN)
        return PictureVerdict(role=DocumentRole.PHOTO, fate=DocumentFate.USED, why=_UNSEEN, photo=reading, findings=told)
    _decode_small(image)
    small = _small(image)
    look = look_at(small, exif.orientation)
    reading = PhotoReading(
        width=reading.width, height=reading.height, taken_at=reading.taken_at,
        perceptual_hash=look.perceptual_hash, has_position=reading.has_position,
    )  # fmt: skip
    text = _text_on(look, min(width, height), image)
    if text is _Text.NONE and (box := inside_bars(small.convert("L"))):
        side = min((box[2] - box[0]) * width, (box[3] - box[1]) * height)
        text = _text_on(look_at(part(small, box)), round(side), part(image, box))
    role, why = _role(look, reading, text, len(data), name=name, inline=inline, from_camera=exif.from_camera)
    used = role in {DocumentRole.PHOTO, DocumentRole.SCAN}
    in_full = image.format not in _JPEG
    return PictureVerdict(
        role=role,
        fate=DocumentFate.USED if used else DocumentFate.IGNORED,
        why=why,
        photo=reading,
        perhaps_page=role in {DocumentRole.PHOTO, DocumentRole.UNKNOWN} and text is not _Text.NONE,
        decoded=upright_grey(image) if role is DocumentRole.SCAN and in_full else None,
    )


def _findings(code: str, text: Text) -> tuple[Finding, ...]:
    return (Finding(code=code, severity=Severity.WARNING, where="", text=text),)


def _can_decode(image: Image.Image, data: bytes) -> bool:
    most = MOST_PIXELS if image.format in _JPEG else MOST_DECODED
    return image.size[0] * image.size[1] <= most and not is_too_much(image, data)


def _decode_small(image: Image.Image) -> None:
    """Decode once for all looks, where the format can at 700 to 1,400 pixels a side: print on a page is told there."""
    scale = next(each for each in (8, 4, 2, 1) if max(image.size) >= each * 700 or each == 1)
    image.draft("RGB", (image.size[0] // scale, image.size[1] // scale))
    image.load()


def _small(image: Image.Image) -> Image.Image:
    """The whole picture at 240 to 480 pixels a side, in RGB, or in RGBA where it may be transparent."""
    return reduced(image, max(image.size) // _SEEN, _coloured)


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        return image.convert("RGBA")
    return (grey(image) if image.mode.startswith(("I", "F")) else image).convert("RGB")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exif:
    orientation: int = 1
    taken_at: datetime | None = None
    has_position: bool = False
    from_camera: bool = False


def _exif(image: Image.Image) -> _Exif:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = image.getexif()
            details = tags.get_ifd(_EXIF)
            position = tags.get_ifd(_GPS)
    except PICTURE_ERRORS:
        return _Exif()
    taken = next((details.get(tag) for tag in _TAKEN if details.get(tag)), None)
    orientation = tags.get(ORIENTATION, 1)
    camera = any(str(tags.get(tag, "")).strip() for tag in _CAMERA)
    return _Exif(
        orientation=orientation if orientation in range(1, 9) else 1,
        taken_at=_camera_time(taken or (tags.get(_CHANGED) if camera else None)),
        has_position=bool(set(position) - {0}),
        from_camera=camera,
    )


def _camera_time(stamp: object) -> datetime | None:
    text = stamp.decode("ascii", "replace") if isinstance(stamp, bytes) else str(stamp or "")
    found = re.match(r"\s*(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", text)
    try:
        return datetime(*(int(piece) for piece in found.groups())) if found else None  # type: ignore[arg-type] # noqa: DTZ001 - a camera has no zone
    except ValueError:
        return None


_SEEN = 240
_TINY = 10_000
_SMALL = 160_000
_SCAN_SIDE = 560
_PAPER = 0.45


def _role(
    look: Look, reading: PhotoReading, text: _Text, size: int, *, name: str, inline: bool, from_camera: bool
) -> tuple[DocumentRole, Text]:
    width, height = reading.width, reading.height
    pixels, ratio = width * height, max(width, height) / max(1, min(width, height))
    if (pixels <= _TINY or min(width, height) < 48) and not from_camera:  # noqa: PLR2004 - icons, lines, bullets
        return DocumentRole.DECORATION, _SMALL_PICTURE
    is_graphic = look.is_flat and not from_camera
    if pixels <= _SMALL and (is_graphic or look.has_transparency or (ratio > 4 and not from_camera)):  # noqa: PLR2004 - a banner
        return DocumentRole.DECORATION, _LOGO
    if inline and SIGNATURE_NAME.match(name) and pixels <= _TINY * 4 and not from_camera:
        return DocumentRole.DECORATION, _LOGO
    if text is _Text.COVERS:
        is_screen = not from_camera and (ratio > 1.8 or (look.is_flat and width > height * 1.5))  # noqa: PLR2004 - A4 is 1.41, phones 1.33 to 1.78
        if is_screen:
            return DocumentRole.UNKNOWN, _SCREENSHOT
        if ratio <= 1.8:  # noqa: PLR2004 - as above
            return DocumentRole.SCAN, _PAGE
    if is_graphic and not PHONE_NAME.match(name):
        if ratio > 4:  # noqa: PLR2004 - a banner
            return DocumentRole.DECORATION, _LOGO
        return DocumentRole.UNKNOWN, _SCREENSHOT
    if size < 2_000 and pixels > _SMALL and not from_camera:  # noqa: PLR2004 - a blank picture: nothing can be seen on it
        return DocumentRole.UNKNOWN, _SCREENSHOT
    return DocumentRole.PHOTO, NO_TEXT


class _Text(Enum):
    """How much of a picture text on paper covers."""

    NONE = auto()
    SOME = auto()  # a page that lies on a table, or a photograph full of small things
    COVERS = auto()


def _text_on(look: Look, side: int, image: Image.Image) -> _Text:
    """How much of the picture is text on paper, seen at 700 to 1,400 pixels a side; `side`: the shorter one as it was sent."""
    smooth = look.even >= 0.25 and look.colour <= 0.2  # noqa: PLR2004 - paper beside the grain of a photograph
    if not look.may_be_page or side < _SCAN_SIDE or not (smooth or look.paper >= _PAPER):
        return _Text.NONE
    if image.mode == "P" and _is_colourful(image.getpalette() or []):
        return _Text.NONE  # a photograph as GIF: its dots look like letters
    shades = reduced(image, round(max(image.size) / 1200), _on_white)
    text, empty = text_share(shades)
    ratio = max(image.size) / min(image.size)
    nearly_blank = text >= 0.008 and text + empty >= 0.93 and 1.25 <= ratio <= 1.5  # noqa: PLR2004 - the last page of a report
    ruled = text >= 0.008 and text + empty >= 0.85 and look.paper >= 0.9 and look.colour <= 0.05 and 1.345 <= ratio <= 1.48  # noqa: PLR2004 - the end of a table on A4
    if look.paper >= _PAPER and (nearly_blank or ruled or (text >= 0.06 and text + empty >= 0.55)):  # noqa: PLR2004 - measured on pages and photographs
        return _Text.COVERS
    page = text >= 0.05 and text + empty >= 0.34  # noqa: PLR2004 - as above
    short = text >= 0.01 and text + empty >= 0.6 and look.even >= 0.6 and look.paper >= _PAPER and look.colour <= 0.1  # noqa: PLR2004 - the end of a table on a desk
    blurred = text >= 0.01 and text + empty >= 0.55 and look.paper >= 0.75 and look.colour <= 0.02  # noqa: PLR2004 - no photo is as white and grey
    return _Text.SOME if smooth and (page or short or blurred) else _Text.NONE


def _on_white(image: Image.Image) -> Image.Image:
    return image.convert("L") if image.mode in {"L", "RGB", "CMYK"} else _plain_rgb(image).convert("L")


def _is_colourful(palette: list[int]) -> bool:
    """Whether the colours of a palette are far from grey on average; a scanned page as GIF holds greys and a stamp's red."""
    colours = list(zip(palette[::3], palette[1::3], palette[2::3], strict=False))
    return sum(max(each) - min(each) for each in colours) > 24 * len(colours)


_SMALL_PICTURE = Text(vi="hình quá nhỏ (biểu tượng, đường kẻ)", en="too small to be a photo (icon, line)")
_LOGO = Text(
    vi="biểu trưng hoặc hình trong chữ ký thư, không tính là ảnh hoạt động",
    en="a logo or signature picture, not counted as a photo",
)
_PAGE = Text(vi="ảnh chụp hoặc bản quét trang giấy", en="a scanned or photographed page")
_SCREENSHOT = Text(
    vi="có vẻ là ảnh chụp màn hình, trang chiếu hoặc hình vẽ, không tính là ảnh hoạt động; cán bộ có thể duyệt lại",
    en="looks like a screenshot, slide or drawing, not counted as a photo; the officer may decide otherwise",
)


def is_page_picture(data: bytes) -> bool:
    """Whether a picture that fills a PDF page is the scanned page itself; then the PDF is the document, not the picture."""
    verdict = read_photo(data, kind.media_type(data))
    return verdict.role is not DocumentRole.PHOTO or verdict.perhaps_page


def thumbnail(data: bytes, size: int = 320) -> bytes:
    """A JPEG at most `size` pixels a side, upright, without EXIF. Raises ValueError for what cannot be opened."""
    try:
        with _opened(data) as image:
            if not _can_decode(image, data):
                message = "too large"
                raise ValueError(message)
            orientation = _exif(image).orientation
            image.draft("RGB", (size, size))
            small = image.reduce(max(1, max(image.size) // (size * 2))) if max(image.size) > size * 4 else image
            small = _upright(_plain_rgb(small), orientation)
            small.thumbnail((size, size), Image.Resampling.BICUBIC)
            target = io.BytesIO()
            small.save(target, format="JPEG", quality=80, optimize=False)
            return target.getvalue()
    except Image.DecompressionBombError as error:
        raise ValueError(_TOO_LARGE.en) from error
    except PICTURE_ERRORS as error:
        raise ValueError(str(error) or "not a picture") from error


def _plain_rgb(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        background = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(background, layered).convert("RGB")
    return image.convert("RGB")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(TRANSPOSED[orientation]) if orientation in TRANSPOSED else image


def without_position(data: bytes) -> bytes:
    """The same picture without EXIF, XMP and position: a JPEG that stands upright keeps its pixels, others are re-encoded."""
    try:
        with _opened(data) as image:
            if image.format in {"JPEG", "MPO"} and _exif(image).orientation == 1:
                return _without_metadata(data)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a TIFF reads its tags again when it is loaded
                upright = _plain_rgb(ImageOps.exif_transpose(image))
            target = io.BytesIO()
            upright.save(target, format="JPEG", quality=92)
            return target.getvalue()
    except Image.DecompressionBombError as error:
        raise ValueError(_TOO_LARGE.en) from error
    except PICTURE_ERRORS as error:
        raise ValueError(str(error) or "not a picture") from error


def _without_metadata(jpeg: bytes) -> bytes:
    """A JPEG without APP1 (EXIF, XMP), APP13 and comments; APP0, ICC profile (APP2) and Adobe (APP14) stay."""
    kept = [jpeg[:2]]
    position = 2
    while position + 4 <= len(jpeg) and jpeg[position] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = jpeg[position + 1]
        if marker == 0xDA:  # noqa: PLR2004 - the pixels begin
            break
        length = struct.unpack(">H", jpeg[position + 2 : position + 4])[0]
        if marker not in {0xE1, 0xED, 0xFE} and jpeg[position + 4 : position + 7] != b"MPF":
            kept.append(jpeg[position : position + 2 + length])
        position += 2 + length
    end = jpeg.find(b"\xff\xd9\xff\xd8", position)  # a second picture (MPO) follows: it has its own EXIF
    kept.append(jpeg[position : end + 2] if end > 0 else jpeg[position:])
    return b"".join(kept)
