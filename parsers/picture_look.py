"""What a small copy of a picture looks like: flat as a drawing, white as a page, and its perceptual hash."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

TRANSPOSED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""How a picture is turned upright, by its EXIF orientation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The measures of a picture. Shares are of all pixels, 0 to 1."""

    perceptual_hash: str  # dHash of the upright picture, 16 hex digits
    is_flat: bool  # few colours in large even areas: drawn, not photographed
    may_be_page: bool  # mostly bright and hardly coloured: worth looking for text
    has_transparency: bool
    commonest: float = 0.0
    even: float = 0.0
    paper: float = 0.0
    colour: float = 0.0


def look_at(small: Image.Image, orientation: int = 1) -> Look:
    """Measure a small RGB or RGBA copy of a picture."""
    transparent = small.mode == "RGBA" and min(small.getchannel("A").tobytes()) < 250  # noqa: PLR2004 - nearly opaque
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small).convert("RGB")
    grey = small.convert("L")
    even = _even_share(grey)
    sample = small.resize((-(-small.size[0] // 2), -(-small.size[1] // 2)), Image.Resampling.NEAREST)  # shares stay the same
    commonest, colours, dark = _colours(sample)
    paper, colour = _paper_share(sample.convert("L")), _coloured_share(sample)
    drawn = even >= 0.85 and commonest >= 0.3 and not dark  # noqa: PLR2004 - measured on photos, screenshots and slides
    flat = drawn or even >= 0.93 or (colours <= 12 and even >= 0.6)  # noqa: PLR2004 - as above
    return Look(
        perceptual_hash=_difference_hash(grey, orientation), is_flat=flat, has_transparency=transparent,
        may_be_page=paper >= 0.35 and colour <= 0.3, commonest=commonest, even=even, paper=paper, colour=colour,  # noqa: PLR2004 - generous
    )  # fmt: skip


def text_share(grey: Image.Image) -> tuple[float, float]:
    """Shares of the picture that are text on paper and that are empty paper. Wants a grey copy of 700 to 1,200 pixels a side."""
    light = _local_light(grey)
    level = max(1, light.resize((1, 1), Image.Resampling.BOX).tobytes()[0])
    darker = _less(light, grey)
    mark = int(level * 0.22)
    ink = darker.point(lambda value: 255 if value > mark else 0)
    width, height = ink.size
    change = _stroke_edges(ink, grey, mark)
    ink_cells = ink.reduce(_CELL).tobytes()
    change_cells = change.crop((0, 0, width, height)).reduce(_CELL).tobytes()
    light_cells = light.reduce(_CELL).tobytes()
    text = empty = 0
    for inked, changed, bright in zip(ink_cells, change_cells, light_cells, strict=True):
        if bright < _DIM:
            continue
        if inked <= 2:  # noqa: PLR2004 - of 255
            empty += 1
        elif inked <= 115 and changed * 2 >= inked:  # noqa: PLR2004 - thin strokes: an edge for nearly every dark pixel
            text += 1
    return text / len(ink_cells), empty / len(ink_cells)


_CELL = 16
_DIM = 90


def _stroke_edges(ink: Image.Image, grey: Image.Image, mark: int) -> Image.Image:
    """Where ink begins or ends from left to right and the picture, without its grain, darkens or brightens too.

    The grain of a small sensor on a wall or a field as dark as the mark looks like print, but for that.
    """
    width, height = ink.size
    calm = grey.reduce(2)
    rise = ImageChops.difference(calm.crop((0, 0, calm.width - 1, calm.height)), calm.crop((1, 0, *calm.size)))
    rise = rise.point(lambda value: 255 if value > mark * 0.5 else 0).resize((width - 1, height), Image.Resampling.NEAREST)
    change = ImageChops.difference(ink.crop((0, 0, width - 1, height)), ink.crop((1, 0, width, height)))
    return ImageChops.darker(change, rise)


def _difference_hash(grey: Image.Image, orientation: int) -> str:
    if orientation in TRANSPOSED:
        grey = grey.transpose(TRANSPOSED[orientation])
    pixels = grey.resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (pixels[row * 9 + column] > pixels[row * 9 + column + 1])
    return f"{bits:016x}"


_STEPS = bytes(value & 0xF0 for value in range(256))
"""Sixteen steps a channel."""


def _colours(small: Image.Image) -> tuple[float, int, bool]:
    """The share of the commonest colour at 16 steps a channel, how many colours there are, whether the commonest is dark."""
    stepped = Image.frombytes(small.mode, small.size, small.tobytes().translate(_STEPS))
    counted = stepped.getcolors(4096 + 1) or []
    total = small.size[0] * small.size[1]
    most, commonest = max(counted)
    dark = isinstance(commonest, tuple) and max(commonest) <= 0x30  # noqa: PLR2004 - a night picture
    least = total / 1000
    return most / total, len([count for count, _ in counted if count > least]), dark


def _even_share(grey: Image.Image) -> float:
    """The share of pixels that hardly differ from their right and lower neighbours."""
    width, height = grey.size
    if width < 3 or height < 3:  # noqa: PLR2004 - no neighbours
        return 1.0
    area = grey.crop((0, 0, width - 1, height - 1))
    right = ImageChops.difference(area, grey.crop((1, 0, width, height - 1)))
    below = ImageChops.difference(area, grey.crop((0, 1, width - 1, height)))
    histogram = ImageChops.lighter(right, below).histogram()
    return sum(histogram[:2]) / ((width - 1) * (height - 1))


def _paper_share(grey: Image.Image) -> float:
    """The share of pixels nearly as bright as the brightest around them, where that is bright at all."""
    light = _local_light(grey)
    level = light.resize((1, 1), Image.Resampling.BOX).tobytes()[0]
    darker = _less(light, grey).histogram()
    return sum(darker[: max(12, int(level * 0.12))]) / (grey.size[0] * grey.size[1]) if level >= _DIM else 0.0


def _less(light: Image.Image, grey: Image.Image) -> Image.Image:
    """By how much each pixel is darker than the light, 0 where it is not: `ImageChops.subtract` at a fifth of its price."""
    return ImageChops.difference(light, ImageChops.darker(light, grey))


def _local_light(grey: Image.Image) -> Image.Image:
    """How bright the paper would be at each place: the brightest of a neighbourhood, smoothed."""
    side = max(1, max(grey.size) // 40)
    bright = grey.reduce(side)
    for _ in range(2):
        bright = _brightest_neighbour(bright)
    return bright.resize(grey.size, Image.Resampling.BILINEAR)


def _brightest_neighbour(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.MaxFilter(3)) if min(image.size) >= 3 else image  # noqa: PLR2004 - the filter's size


def _coloured_share(small: Image.Image) -> float:
    """The share of clearly coloured pixels; warm light on paper stays below it."""
    red, green, blue = small.split()
    highest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    spread = ImageChops.difference(highest, lowest).histogram()
    return sum(spread[60:]) / (small.size[0] * small.size[1])
