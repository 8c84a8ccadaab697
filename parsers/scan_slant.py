"""A photographed or scanned page turned level, and seen from the front where it was photographed at a slant. Pillow alone."""

from __future__ import annotations

import math

from PIL import Image, ImageOps

DARK = 165  # of a page whose paper is 255
SKEW_MOST = 8.0  # degrees
LEVEL = 0.005  # slope that is left as it is: a third of a degree
CLEAR, CLEARER = 5.0, 1.04  # sharpness of lines that can be trusted, and how much sharper than level ones they must be
PASSES = 3  # the first comes close, the next ones right it

Point = tuple[float, float]


def straightened(page: Image.Image) -> Image.Image:
    """The page turned so that its lines of text lie level."""
    angle = _skew(page)
    if abs(angle) < 0.08:  # noqa: PLR2004 - less than three pixels on an A4 page
        return page
    return page.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _ink(page: Image.Image) -> Image.Image:
    """The ink of a page, small."""
    width = 480
    small = page.resize((width, max(1, round(page.height * width / page.width))), Image.Resampling.BOX)
    return ImageOps.invert(small).point(lambda value: 0 if value < 255 - DARK else value)


def _skew(page: Image.Image) -> float:
    """The turn, in degrees, at which rows of pixels differ most: text lines and gaps fall apart then."""
    ink = _ink(page)
    best = 0.0
    for reach, step in ((SKEW_MOST, 1.0), (0.75, 0.25), (0.2, 0.1)):
        steps = round(reach / step)
        turns = [best + each * step for each in range(-steps, steps + 1)]
        best = max(turns, key=lambda angle: (round(_sharpness(ink, angle), 1), -abs(angle)))
    return best


def _sharpness(ink: Image.Image, angle: float) -> float:
    rows = ink.rotate(angle, resample=Image.Resampling.BILINEAR).resize((1, ink.height), Image.Resampling.BOX).tobytes()
    mean = sum(rows) / len(rows)
    return math.sqrt(sum((value - mean) ** 2 for value in rows) / len(rows))


def facing(page: Image.Image) -> Image.Image:
    """A level page that was photographed at a slant, as if seen from the front: its columns upright, its lines parallel."""
    for _ in range(PASSES):
        corners = _corners(page)
        if corners is None:
            break
        page = page.transform(
            page.size, Image.Transform.PERSPECTIVE, _perspective(corners, *page.size), Image.Resampling.BICUBIC, fillcolor=255
        )
    return page


def _corners(page: Image.Image) -> tuple[Point, Point, Point, Point] | None:
    """Where the corners of the page lie, clockwise from the upper left; None when it is seen from the front."""
    width, height = page.size
    beside = page.transpose(Image.Transpose.ROTATE_90)
    top, bottom = (_slope(page.crop((0, start, width, start + height * 2 // 5))) for start in (0, height * 3 // 5))
    right, left = (_slope(beside.crop((0, start, height, start + width * 2 // 5))) for start in (0, width * 3 // 5))
    if max(abs(top), abs(bottom), abs(left), abs(right)) < LEVEL:
        return None
    # slopes were seen a fifth from each edge; at the edges themselves they go on as they change in between
    top, bottom = top + (top - bottom) / 3, bottom + (bottom - top) / 3
    left, right = -(left + (left - right) / 3), -(right + (right - left) / 3)
    across, down = width / 2, height / 2
    return (
        (-left * down, -top * across),
        (width - right * down, top * across),
        (width + right * down, height + bottom * across),
        (left * down, height - bottom * across),
    )


def _slope(part: Image.Image) -> float:
    """By how much the lines of a part of a page fall to the right; 0 where they are level or none are clear."""
    angle, ink = _skew(part), _ink(part)
    seen = _sharpness(ink, angle)
    return math.tan(math.radians(angle)) if seen >= CLEAR and seen >= CLEARER * _sharpness(ink, 0.0) else 0.0


def _perspective(corners: tuple[Point, Point, Point, Point], width: int, height: int) -> tuple[float, ...]:
    """The eight numbers with which Pillow draws what lies between four corners, clockwise from the upper left, as a rectangle."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    across, down = (x1 - x2, y1 - y2), (x3 - x2, y3 - y2)
    rest = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3)
    whole = across[0] * down[1] - down[0] * across[1]
    g = (rest[0] * down[1] - down[0] * rest[1]) / whole
    h = (across[0] * rest[1] - rest[0] * across[1]) / whole
    return (
        (x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0,
        (y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0,
        g / width, h / height,
    )  # fmt: skip
