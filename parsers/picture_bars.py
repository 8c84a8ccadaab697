"""What a phone's picture viewer shows between dark bars: a page or a photograph on a screen that was photographed by itself."""

from __future__ import annotations

from PIL import Image

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of a picture's width and height."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

_SIDE = 300  # pixels of the copy that is looked at
_DARK = 48  # of 255
_IS_DARK = [255 if value <= _DARK else 0 for value in range(256)]
_SAMPLE = 60  # points across and down, to see at once that hardly anything is dark
_BAR = 0.85  # of a row or column that is dark: the rest may be the clock, icons, a few words
_LEAST_CUT, _LEAST_LEFT = 0.12, 0.2  # of the picture
_LEAST_DARK = 0.9  # of what lies around


def inside_bars(grey: Image.Image) -> Box | None:
    """The part of a grey picture between even dark bars; None where it has none, or where they leave hardly anything."""
    sample = grey.resize((_SAMPLE, _SAMPLE), Image.Resampling.NEAREST)
    if sum(sample.histogram()[: _DARK + 1]) < _LEAST_CUT / 2 * _SAMPLE**2:
        return None
    mask = grey.reduce(max(1, max(grey.size) // _SIDE)).point(_IS_DARK)
    width, height = mask.size
    top, bottom = _longest_bright(mask.resize((1, height), Image.Resampling.BOX).tobytes())
    if bottom <= top:
        return None
    middle = mask.crop((0, top, width, bottom))
    left, right = _longest_bright(middle.resize((width, 1), Image.Resampling.BOX).tobytes())
    area, whole = (right - left) * (bottom - top), width * height
    if not _LEAST_LEFT * whole <= area <= (1 - _LEAST_CUT) * whole:
        return None
    inside = sum(mask.crop((left, top, right, bottom)).histogram()[255:])
    if sum(mask.histogram()[255:]) - inside < _LEAST_DARK * (whole - area):
        return None
    return left / width, top / height, right / width, bottom / height


def part(image: Image.Image, box: Box) -> Image.Image:
    """The part of a picture in a box of shares."""
    left, top, right, bottom = box
    width, height = image.size
    return image.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def _longest_bright(dark: bytes) -> tuple[int, int]:
    """The longest run of rows or columns that are no bar, by how much of each is dark; narrow dark ones belong to it."""
    least = round(_BAR * 255)
    narrow = max(2, len(dark) // 40)
    best, start, end = (0, 0), 0, -1
    for place, share in enumerate(dark):
        if share >= least:
            continue
        if end < 0 or place - end > narrow:
            start = place
        end = place
        best = max(best, (start, end + 1), key=lambda run: run[1] - run[0])
    return best
