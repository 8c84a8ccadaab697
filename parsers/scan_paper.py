"""A picture of a page while it is made fit for reading, and where each of its points stood on the picture that was sent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from PIL import Image

from parsers.grid import SHARES, PicturePlace

Point = tuple[float, float]
Way = tuple[float, ...]
"""Eight numbers that lead from a point of a picture to the one it was drawn from, as Pillow's perspective takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A picture of a page; `way` leads from its pixels to shares of the width and height of the page as it was sent."""

    image: Image.Image
    way: Way

    @classmethod
    def whole(cls, image: Image.Image) -> Self:
        """A picture that shows the whole page as it was sent, at any size."""
        return cls.part(image, (0.0, 0.0, 1.0, 1.0))

    @classmethod
    def part(cls, image: Image.Image, box: tuple[float, float, float, float]) -> Self:
        """A picture, at any size, that shows what lies between these shares (left, top, right, bottom) of what was sent."""
        left, top, right, bottom = box
        return cls(image=image, way=((right - left) / image.width, 0.0, left, 0.0, (bottom - top) / image.height, top, 0.0, 0.0))

    def redrawn(self, image: Image.Image) -> Self:
        """The same view in other shades."""
        return replace(self, image=image)

    def turned(self, degrees: float) -> Self:
        """Turned against the clock about its middle, on white paper large enough for all of it."""
        image = self.image.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        (x, y), (from_x, from_y) = _middle(image), _middle(self.image)
        back = (cosine, -sine, from_x - cosine * x + sine * y, sine, cosine, from_y - sine * x - cosine * y, 0.0, 0.0)
        return replace(self, image=image, way=_joined(back, self.way))

    def seen(self, way: Way) -> Self:
        """Seen from another side: each point drawn from the one that this way leads to."""
        size, perspective = self.image.size, Image.Transform.PERSPECTIVE
        image = self.image.transform(size, perspective, way, Image.Resampling.BICUBIC, fillcolor=255)
        return replace(self, image=image, way=_joined(way, self.way))

    def place(self, box: tuple[int, int, int, int], page: int) -> PicturePlace:
        """Where a box of this picture stands on the page that was sent."""
        left, top, right, bottom = box
        corners = (along(self.way, *each) for each in ((left, top), (right, top), (right, bottom), (left, bottom)))
        return PicturePlace(page=page, corners=tuple((round(x * SHARES), round(y * SHARES)) for x, y in corners))


def along(way: Way, x: float, y: float) -> Point:
    """The point that a way leads to."""
    a, b, c, d, e, f, g, h = way
    depth = g * x + h * y + 1
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def between(corners: Sequence[Point], width: float, height: float) -> Way:
    """The way by which what lies between four corners, clockwise from the upper left, is drawn as a rectangle."""
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


def _middle(image: Image.Image) -> Point:
    return image.width / 2, image.height / 2


def _joined(first: Way, then: Way) -> Way:
    """One way and then another, as one."""
    (a, b, c, d, e, f, g, h), (p, q, r, s, t, u, v, w) = first, then
    rows = ((p, q, r), (s, t, u), (v, w, 1.0))
    whole = [x * i + y * j + z * k for x, y, z in rows for i, j, k in ((a, d, g), (b, e, h), (c, f, 1.0))]
    return tuple(value / whole[8] for value in whole[:8])
