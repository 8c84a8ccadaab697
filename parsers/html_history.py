"""An HTML mail without the mails that it answers, as mail programs mark them, or as they only head them."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.etree
import lxml.html

from parsers.quoting import begins_history
from parsers.writing_html import readable_html

_QUOTES = (
    "//blockquote[@type='cite' or contains(@class, 'gmail_quote')]",
    "//div[contains(@class, 'gmail_quote') or contains(@class, 'yahoo_quoted') or contains(@class, 'moz-cite-prefix')]",
)
_QUOTED_BELOW = "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='zwchr']"
_MOST_QUOTES = 50
_BLOCKS = ("p", "div", "td", "li", "pre", "h1", "h2", "h3", "h4", "table", "blockquote", "center", "section")
_MOST_BLOCKS, _LONGEST = 2_000, 600
_HEADER_LINES = 3


def without_history(html: str, *, is_reply: bool) -> str:
    """The part that was written now; of a reply also without what stands below "From: ... Sent: ..." and no other mark."""
    try:
        tree = lxml.html.document_fromstring(
            readable_html(html).encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return html
    for path in _QUOTES:
        for element in tree.xpath(path):
            if element.getparent() is not None:
                element.drop_tree()
    for mark in tree.xpath(_QUOTED_BELOW)[:_MOST_QUOTES]:
        if mark.getparent() is not None:
            for element in (*mark.itersiblings(), mark):
                element.getparent().remove(element)
    if is_reply and (first := _first_of_history(tree)) is not None:
        _cut_from(first)
    return str(lxml.html.tostring(tree, encoding="unicode"))


def _first_of_history(tree: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """The block with which the mail that is answered begins; it may be headed line by line in blocks of their own."""
    blocks = [(element, text) for element in _lowest_blocks(tree) if (text := _text(element))]
    for place, (element, _) in enumerate(blocks):
        lines = "\n".join(text for _, text in blocks[place : place + _HEADER_LINES])
        if begins_history(lines):
            return element
    return None


def _lowest_blocks(tree: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """The blocks that hold no other, outside of tables, in the order of the text."""
    for count, element in enumerate(tree.iter(*_BLOCKS)):
        if count >= _MOST_BLOCKS:
            return
        in_table = element.tag == "td" or next(element.iterancestors("td"), None) is not None
        if not in_table and next(element.iterdescendants(*_BLOCKS), None) is None:
            yield element


def _text(element: lxml.html.HtmlElement) -> str:
    """The text of a block, its line breaks kept."""
    pieces: list[str] = []
    for event, inner in lxml.etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            pieces.append("\n" if inner.tag == "br" else " ".join((inner.text or "").split()) + " ")
        elif inner is not element:
            pieces.append(" ".join((inner.tail or "").split()) + " ")
    return "".join(pieces).strip()[:_LONGEST]


def _cut_from(element: lxml.html.HtmlElement) -> None:
    """Remove a block and everything behind it."""
    step = element
    while (parent := step.getparent()) is not None:
        for behind in list(step.itersiblings()):
            parent.remove(behind)
        step.tail = None
        step = parent
    element.getparent().remove(element)
