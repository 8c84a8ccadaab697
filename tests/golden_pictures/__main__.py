"""`python -m tests.golden_pictures`: compare and name what differs; `--regenerate` keeps the new pages instead."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.golden_pictures.pages import difference, keep, kept_pages, print_pages
from tests.golden_pictures.papers import make_papers
from tests.requirements import LIBREOFFICE, POPPLER, need


def main() -> None:
    """Print the papers; then compare them or keep them."""
    with tempfile.TemporaryDirectory(prefix="golden-pictures-") as folder:
        papers = make_papers(Path(folder))
        pages = print_pages(papers, libreoffice=need(LIBREOFFICE), pdftoppm=need(POPPLER))
    if "--regenerate" in sys.argv:
        print(f"{len(pages)} pages kept, {keep(pages) / 1000:.0f} KB")
        return
    kept = kept_pages()
    for name in sorted({*pages, *kept}):
        if name not in pages or name not in kept:
            print(f"{name}: only {'kept' if name in kept else 'printed'}")
            continue
        apart = difference(pages[name], kept[name])
        print(f"{name}: average {apart.average:.1f}, worst {apart.worst:.0f}{'' if apart.alike else ' DIFFERS'}")


if __name__ == "__main__":
    main()
