"""Ruling lines on the picture of a page: rows and columns of pixels that are dark over blocks side by side. Pillow alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

BLOCK_ACROSS = 60  # the page is this many blocks wide when looking for lines across
BLOCK_DOWN = 110
FULL = 217  # of 255: how dark a block of a ruling line is
LINE_BLOCKS = 3
SAME_LINE = 9
THICKEST = 16  # pixels between the first and the last row of a line; a stamp or a photo is thicker
LINE_THICK = 4  # pixels on either side of a line's darkest row
PEAK = 2  # times as long as the rows beside it: a line that letters touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A ruling line: its position across its direction, and where it begins and ends along it."""

    at: int
    start: int
    end: int

    @property
    def length(self) -> int:
        """How long it is."""
        return self.end - self.start


def rules_across(dark: Image.Image) -> list[Rule]:
    """Lines along the width of a picture: rows in which three blocks or more in a row are dark."""
    block = max(8, dark.width // BLOCK_ACROSS)
    # thickened across its direction alone: a thin line that is not quite level fills its blocks, and letters stay apart
    thick = ImageChops.lighter(dark, ImageChops.offset(dark, 0, 1))
    return _rules(thick.reduce((block, 1), box=(0, 0, dark.width // block * block, dark.height)), block)


def rules_down(dark: Image.Image) -> list[Rule]:
    """Lines along the height of a picture."""
    block = max(8, dark.height // BLOCK_DOWN)
    thick = ImageChops.lighter(dark, ImageChops.offset(dark, 1, 0))
    shrunk = thick.reduce((1, block), box=(0, 0, dark.width, dark.height // block * block))
    return _rules(shrunk.transpose(Image.Transpose.TRANSPOSE), block)


def _rules(blocks: Image.Image, block: int) -> list[Rule]:
    if blocks.width < LINE_BLOCKS:
        return []
    runs = _runs(blocks.tobytes(), blocks.width)
    pieces = [Rule(at=at, start=start * block, end=end * block) for at, start, end in runs]
    return [rule for rule in _merged(pieces, block) if rule.length >= LINE_BLOCKS * block]


_FULL_BLOCKS = re.compile(b"[%c-\xff]+" % FULL)


def _runs(rows: bytes, width: int) -> Iterator[tuple[int, int, int]]:
    """Where full blocks stand side by side: the row, and the first block and the one behind the last."""
    for found in _FULL_BLOCKS.finditer(rows):
        row, start = divmod(found.start(), width)
        left = found.end() - found.start()
        while left > 0:  # what fills the end of a row and the beginning of the next are two
            end = min(width, start + left)
            yield row, start, end
            row, start, left = row + 1, 0, left - (end - start)


def _merged(pieces: Sequence[Rule], block: int) -> list[Rule]:
    """Pieces of one line put together: rows of pixels of a thick line, and steps of a line that is not quite level."""
    lines: list[list[Rule]] = []
    for piece in pieces:  # in order of position
        for line in reversed(lines[-40:]):
            if piece.at - line[-1].at > SAME_LINE // 2 or piece.at - line[0].at > SAME_LINE * 2:
                continue
            recent = line[-4:]
            end, start = max(each.end for each in recent), min(each.start for each in recent)
            if min(piece.end, end) - max(piece.start, start) >= -block:
                line.append(piece)
                break
        else:
            lines.append([piece])
    return [rule for line in lines if (rule := _rule(line)) is not None]


def _rule(pieces: list[Rule]) -> Rule | None:
    """The ruling line in pieces that touch: letters beside a line are cut off; a stamp or a photo is no line."""
    lengths: Counter[int] = Counter()
    for piece in pieces:
        lengths[piece.at] += piece.length
    peak = max(lengths, key=lambda at: lengths[at])
    beside = [lengths[at] for at in lengths if abs(at - peak) > LINE_THICK]
    if beside:
        if lengths[peak] * len(beside) >= PEAK * sum(beside):
            pieces = [piece for piece in pieces if abs(piece.at - peak) <= LINE_THICK]
        elif max(lengths) - min(lengths) >= THICKEST:
            return None
    return Rule(
        at=round(sum(each.at * each.length for each in pieces) / sum(each.length for each in pieces)),
        start=min(each.start for each in pieces),
        end=max(each.end for each in pieces),
    )
