"""A photographed or scanned page turned level, and seen from the front where it was photographed at a slant. Pillow alone."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from PIL import Image, ImageOps

from parsers.scan_paper import Paper, Point, between

DARK = 165  # of a page whose paper is 255
BESIDE = 0.4  # degrees
PALE = 235  # what grey and hair-thin lines are still darker than, which tell a small turn best
WIDTH = 480  # pixels of the small copy in which lines are looked for
STRIP = 16  # pixels
SKEW_MOST = 8.0  # degrees
LEVEL = 0.005  # slope that is left as it is: a third of a degree
CLEAR, CLEARER = 5.0, 1.04  # sharpness of lines that can be trusted, and how much sharper than level ones they must be
LEVEL_ALREADY = 1.05  # times as sharp as turned a little either way
PASSES = 3  # the first comes close, the next ones right it


def straightened(page: Paper) -> Paper:
    """The page turned so that its lines of text lie level."""
    small = _small(page.image)
    dark, pale = (_sharpness_at(_ink(small, lightest)) for lightest in (DARK, PALE))
    found = _skew(dark)
    angle = max((_stands_out(dark, found), _stands_out(pale, _finer(pale, found))))[1]
    return page if abs(angle) < 0.08 else page.turned(angle)  # noqa: PLR2004 - less than three pixels on an A4 page


def _small(page: Image.Image) -> Image.Image:
    return page.resize((WIDTH, max(1, round(page.height * WIDTH / page.width))), Image.Resampling.BOX)


def _ink(small: Image.Image, lightest: int = DARK) -> Image.Image:
    """What of a page is darker than that: 0 for its paper, the more the darker."""
    return ImageOps.invert(small).point(lambda value: 0 if value < 255 - lightest else value)


def _skew(sharpness: Callable[[float], float]) -> float:
    """The turn, in degrees, at which rows of pixels differ most: text lines and gaps fall apart then."""
    return _finer(sharpness, _sharpest(sharpness, 0.0, SKEW_MOST, 1.0))


def _finer(sharpness: Callable[[float], float], angle: float) -> float:
    """The sharpest turn near one that was found roughly."""
    return _sharpest(sharpness, _sharpest(sharpness, angle, 0.75, 0.25), 0.2, 0.1)


def _sharpest(sharpness: Callable[[float], float], middle: float, reach: float, step: float) -> float:
    steps = round(reach / step)
    turns = [middle + each * step for each in range(-steps, steps + 1)]
    return max(turns, key=lambda angle: (round(sharpness(angle), 1), -abs(angle)))


def _stands_out(sharpness: Callable[[float], float], angle: float) -> tuple[float, float]:
    """How far a turn stands out from turns a little larger and smaller, and the turn."""
    return sharpness(angle) / max(sharpness(angle - BESIDE) + sharpness(angle + BESIDE), 1.0), angle


def _sharpness_at(ink: Image.Image) -> Callable[[float], float]:
    """How much the rows of pixels differ when ink is turned by so many degrees; what was asked once is known."""
    # in upright strips a pixel wide: slid up and down they are the page turned, for a twentieth of the work
    strips = ink.resize((WIDTH // STRIP, ink.height), Image.Resampling.BOX)
    return functools.cache(functools.partial(_sharpness, strips))


def _sharpness(strips: Image.Image, angle: float) -> float:
    fall = math.tan(math.radians(angle)) * STRIP
    slid = (1.0, 0.0, 0.0, fall, 1.0, -fall * strips.width / 2)
    turned = strips.transform(strips.size, Image.Transform.AFFINE, slid, Image.Resampling.BILINEAR)
    rows = turned.resize((1, strips.height), Image.Resampling.BOX).tobytes()
    mean = sum(rows) / len(rows)
    return math.sqrt(sum(value * value for value in rows) / len(rows) - mean * mean)


def facing(page: Paper) -> Paper:
    """A level page that was photographed at a slant, as if seen from the front: its columns upright, its lines parallel."""
    for _ in range(PASSES):
        corners = _corners(page.image)
        if corners is None:
            break
        page = page.seen(between(corners, *page.image.size))
    return page


def _corners(page: Image.Image) -> tuple[Point, Point, Point, Point] | None:
    """Where the corners of the page lie, clockwise from the upper left; None when it is seen from the front."""
    ink = _ink(_small(page))
    upright = page.resize((max(1, round(page.width * WIDTH / page.height)), WIDTH), Image.Resampling.BOX)
    beside = _ink(upright.transpose(Image.Transpose.ROTATE_90))
    top, bottom = (_slope(_part(ink, place)) for place in (0, 3))
    right, left = (_slope(_part(beside, place)) for place in (0, 3))
    if max(abs(top), abs(bottom), abs(left), abs(right)) < LEVEL:
        return None
    # slopes were seen a fifth from each edge; at the edges themselves they go on as they change in between
    top, bottom = top + (top - bottom) / 3, bottom + (bottom - top) / 3
    left, right = -(left + (left - right) / 3), -(right + (right - left) / 3)
    (width, height), across, down = page.size, page.width / 2, page.height / 2
    return (
        (-left * down, -top * across),
        (width - right * down, top * across),
        (width + right * down, height + bottom * across),
        (left * down, height - bottom * across),
    )


def _part(ink: Image.Image, fifth: int) -> Image.Image:
    """Two fifths of a page from one of its fifths on, from the top."""
    return ink.crop((0, ink.height * fifth // 5, ink.width, ink.height * (fifth + 2) // 5))


def _slope(ink: Image.Image) -> float:
    """By how much the lines of a part of a page fall to the right; 0 where they are level or none are clear."""
    sharpness = _sharpness_at(ink)
    if sharpness(0.0) >= max(CLEAR, LEVEL_ALREADY * sharpness(-BESIDE), LEVEL_ALREADY * sharpness(BESIDE)):
        return 0.0  # as on every scan from a scanner: no need to look further
    angle = _skew(sharpness)
    clear = sharpness(angle) >= max(CLEAR, CLEARER * sharpness(0.0))
    return math.tan(math.radians(angle)) if clear else 0.0
