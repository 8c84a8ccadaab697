"""Printing papers to grey pages, and telling whether two pages look alike."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

DPI = 50
KEPT = Path(__file__).parent / "pages"
_SHADES = 16
_BLOCK = 12  # pixels: a quarter of an inch
_BLUR = 4.0  # pixels: the lines of a paragraph become one grey
_SHIFTS = range(-2, 3)  # pixels that a whole page may lie elsewhere
_MOST_ON_AVERAGE, _MOST_SOMEWHERE = 2.0, 22.0
_PATIENCE = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far two pages are apart, in shades of 0 to 255: on average, and in the worst block."""

    average: float
    worst: float

    @property
    def alike(self) -> bool:
        """Whether a person would call it the same page: other hyphens and a line a pixel lower are no difference."""
        return self.average <= _MOST_ON_AVERAGE and self.worst <= _MOST_SOMEWHERE


def print_pages(papers: tuple[Path, ...], *, libreoffice: str, pdftoppm: str, dpi: int = DPI) -> dict[str, Image.Image]:
    """Every page of every paper by its name, "report-03"; one start of LibreOffice for all."""
    folder = Path(tempfile.mkdtemp(prefix="printed-", dir=papers[0].parent))
    with tempfile.TemporaryDirectory(prefix="thubao-profile-") as profile:
        options = ("--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf", "--outdir", str(folder))
        _run(libreoffice, f"-env:UserInstallation=file://{profile}", *options, *map(str, papers))
    pages: dict[str, Image.Image] = {}
    for paper in papers:
        printed = folder / f"{paper.stem}.pdf"
        assert printed.is_file(), f"LibreOffice printed nothing of {paper.name}"
        _run(pdftoppm, "-r", str(dpi), "-gray", "-png", str(printed), str(folder / paper.stem))
        made = sorted(folder.glob(f"{paper.stem}-*.png"), key=lambda each: int(each.stem.rpartition("-")[2]))
        for number, path in enumerate(made, 1):
            with Image.open(path) as page:
                pages[f"{paper.stem}-{number:02}"] = _few_shades(page)
    return pages


def kept_pages() -> dict[str, Image.Image]:
    """The golden pictures."""
    pages = {}
    for path in sorted(KEPT.glob("*.png")):
        with Image.open(path) as page:
            pages[path.stem] = page.convert("L")
    return pages


def keep(pages: dict[str, Image.Image]) -> int:
    """Write these as the golden pictures in place of all others; gives their bytes together."""
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.png"):
        old.unlink()
    for name, page in pages.items():
        page.quantize(_SHADES, dither=Image.Dither.NONE).save(KEPT / f"{name}.png", optimize=True)
    return sum(path.stat().st_size for path in KEPT.glob("*.png"))


def difference(one: Image.Image, other: Image.Image) -> Difference:
    """Block by block, so that the shape of a letter does not count and the place of a table does."""
    if any(abs(mine - theirs) > max(_SHIFTS) for mine, theirs in zip(one.size, other.size, strict=True)):
        return Difference(average=255.0, worst=255.0)
    size = (max(1, one.width // _BLOCK), max(1, one.height // _BLOCK))
    first, second = (each.filter(ImageFilter.GaussianBlur(_BLUR)) for each in (one, other))
    wanted = second.resize(size, Image.Resampling.BOX).tobytes()
    tried = (
        _apart(ImageChops.offset(first, right, down).resize(size, Image.Resampling.BOX).tobytes(), wanted)
        for right in _SHIFTS
        for down in _SHIFTS
    )
    return min(tried, key=lambda each: each.average)


def _apart(one: bytes, other: bytes) -> Difference:
    apart = [abs(mine - theirs) for mine, theirs in zip(one, other, strict=True)]
    return Difference(average=sum(apart) / len(apart), worst=float(max(apart)))


def _few_shades(page: Image.Image) -> Image.Image:
    step = 255 // (_SHADES - 1)
    return page.convert("L").point([round(shade / step) * step for shade in range(256)])


def _run(program: str, *words: str) -> None:
    finished = subprocess.run([program, *words], check=False, capture_output=True, text=True, timeout=_PATIENCE)
    assert finished.returncode == 0, f"{program}: {finished.stdout} {finished.stderr}"
