"""The text a sender wrote: which part is the body, HTML as text, the original of a forward, links to cloud drives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import lxml.etree
import lxml.html

from config.text import NO_TEXT
from parsers import content_type as kind
from parsers.legacy import decode_legacy
from parsers.part_names import decode_bytes
from parsers.parts import Leaf, Part, is_blank
from parsers.uuencode import uuencoded_files, without_uuencoded
from parsers.values import Forwarded
from parsers.writing_html import readable_html

LONGEST_BODY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The chosen text, its HTML if any, and the indexes of the leaves they came from."""

    text: str
    html: str
    leaves: tuple[Leaf, ...]


def choose_body(pairs: Sequence[tuple[Part, Leaf]]) -> Body:
    """The text of the message: of each alternative the plain text, else its HTML; texts between pictures belong together."""
    shown = [(part, leaf) for part, leaf in pairs if _is_shown_text(leaf)]
    first = next((part for part, leaf in shown if not is_blank(leaf.data)), None)
    if first is None:
        return Body(text="", html="", leaves=tuple(leaf for _, leaf in shown))
    plain = [leaf for _, leaf in shown if leaf.declared_type != "text/html"]
    html = [leaf for _, leaf in shown if leaf.declared_type == "text/html"]
    alternative = any("multipart/alternative" in part.around for part, _ in shown)
    texts = [text_of(leaf) for leaf in plain]
    html_text = "\n".join(text_of(leaf) for leaf in html)
    if not alternative or not "".join(texts).strip():
        texts.extend(html_to_text(text_of(leaf)) for leaf in html)
    return Body(text=decode_legacy(_tidy("\n".join(texts))).text, html=html_text, leaves=tuple(leaf for _, leaf in shown))


def _is_shown_text(leaf: Leaf) -> bool:
    if leaf.declared_type not in {"text/plain", "text/html", "text", ""} or leaf.disposition == "attachment" or leaf.name:
        return False
    if leaf.refusal != NO_TEXT:
        return False
    return kind.media_type(leaf.data) in {
        kind.TEXT,
        kind.HTML,
        kind.CSV,
        kind.UUENCODE,
        kind.EML,
        kind.EMPTY,
        kind.SVG,
        "text/xml",
    }


def text_of(leaf: Leaf) -> str:
    """A text leaf decoded, uuencoded files taken out, line ends made one; an HTML page may declare its charset itself."""
    data = leaf.data[:LONGEST_BODY]
    if b"begin" in data:
        data = without_uuencoded(data, uuencoded_files(data))
    charset = leaf.charset
    if not charset and leaf.declared_type == "text/html":
        declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2048])
        charset = declared[1].decode("ascii") if declared else ""
    return decode_bytes(data, charset).replace("\r\n", "\n").replace("\r", "\n")


_BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "tr",
        "table",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "body",
        "section",
    }
)
_SILENT = frozenset({"script", "style", "head", "title", "template"})


def html_to_text(html: str) -> str:
    """HTML as a person reads it: blocks on lines of their own, table cells apart by tabs."""
    if not html.strip():
        return ""
    try:
        page = readable_html(html).encode("utf-8", "replace")
        tree = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return _without_tags(html)
    pieces: list[str] = []
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            pieces.append(_flat(element.tail))
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                pieces.append("\n")
            if tag not in _SILENT:
                pieces.append(_flat(element.text))
            continue
        if tag in {"td", "th"}:
            pieces.append("\t")
        elif tag in _BLOCKS and tag != "br":
            pieces.append("\n")
        pieces.append(_flat(element.tail))
    return _tidy("".join(pieces)) or _without_tags(html)


_LONGEST_GIVEN_UP = 200_000


def _without_tags(html: str) -> str:
    """What the parser gave up on: thousands of elements inside each other."""
    shown = re.sub(r"(?is)<(script|style|head)\b.{0,2000}?</\1>|<!--.{0,2000}?-->", " ", html[:_LONGEST_GIVEN_UP])
    return _tidy(re.sub(r"<[^>]{0,2000}>", " ", shown))


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", text or "")


def _tidy(text: str) -> str:
    lines = [re.sub(r"\t+$", "", line.strip(" ")) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_DRIVES = (
    r"drive\.google\.com|docs\.google\.com|photos\.google\.com|photos\.app\.goo\.gl|1drv\.ms|onedrive\.live\.com|[\w-]+\.sharepoint\.com"
    r"|(?:www\.)?dropbox\.com|db\.tt|(?:[\w-]+\.)?zalo\.me|[\w.-]+\.zdn\.vn|(?:www\.)?fshare\.vn|(?:www\.)?mediafire\.com|mega\.nz"
    r"|we\.tl|(?:www\.)?wetransfer\.com|(?:www\.)?icloud\.com|(?:www\.)?4shared\.com|(?:www\.)?terabox\.com|(?:www\.)?transfernow\.net"
    r"|drive\.proton\.me|disk\.yandex\.\w+|cloud\.mail\.ru|(?:[\w-]+\.)?box\.com|(?:\w+\.)?pcloud\.(?:com|link)|gofile\.io"
    r"|(?:www\.)?swisstransfer\.com|fromsmash\.com|(?:www\.)?send(?:gb|space)\.com|filemail\.com|(?:www\.)?jumpshare\.com"
)
_LINK = re.compile(
    rf"(?i)(?:https?://|(?<![\w.-]))(?:{_DRIVES})/[^\s<>\"'\]]+"
)  # a host begins once: else endless dots take for ever


def drive_links(text: str) -> tuple[str, ...]:
    """Links to files on Google Drive, OneDrive, Dropbox, Zalo, Fshare and their like, each once, in order. Never opened."""
    found = (match[0].rstrip(").,;!…»”") for match in _LINK.finditer(text))
    return tuple(dict.fromkeys(each for each in found if not re.search(r"(?i)\.(?:png|gif)$|/(?:images?|static|email)/", each)))


_FORWARD_MARK = re.compile(
    r"(?im)^[> \t]*(?:-{3,}[ \t]*(?:forwarded message|(?:thư|tin nhắn) (?:được |đã )?chuyển tiếp)\s*-{3,}"
    r"|begin forwarded message:|bắt đầu thư (?:được )?chuyển tiếp:)[ \t]*$"
)
_FORWARD_SUBJECT = re.compile(r"(?i)^\s*(?:re:\s*|trả lời:\s*)*(?:fwd?|chuyển tiếp|wg|tr|rv|i)\s*:")
_SENDER_LINE = re.compile(r"(?im)^[>* \t]*(?:from|từ|người gửi|gửi từ|von|de)\s*:\s*\**\s*(\S.*)$")
_SUBJECT_LINE = re.compile(r"(?im)^[>* \t]*(?:subject|chủ đề|tiêu đề|v/v|betreff|objet)\s*:\s*\**\s*(.*)$")
_OTHER_LINE = re.compile(r"(?im)^[>* \t]*(?:date|sent|to|ngày|đã gửi|tới|đến|gửi lúc|vào|gửi)\s*:")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def inline_forwards(text: str, subject: str) -> tuple[Forwarded, ...]:
    """The originals of a mail forwarded in the text. A quoted reply is none: it needs the mark or a forward's subject."""
    marks = [match.end() for match in _FORWARD_MARK.finditer(text)]
    if not marks and _FORWARD_SUBJECT.match(subject):
        marks = [match.start() for match in _SENDER_LINE.finditer(text)]
    found: list[Forwarded] = []
    for mark in marks[:10]:
        head = text[mark : mark + 2000]
        sender = _SENDER_LINE.search(head[:400])
        if sender is None or not _OTHER_LINE.search(head[: sender.end() + 600]):
            continue
        about = _SUBJECT_LINE.search(head[: sender.end() + 600])
        address = _ADDRESS.search(sender[1].replace("mailto:", ""))
        name = re.sub(r"[<\[(].*", "", sender[1]).strip(" *\"'")
        forwarded = Forwarded(
            sender=address[0].lower() if address else "",
            sender_name="" if address and name == address[0] else name,
            subject=about[1].strip(" *") if about else "",
        )
        if forwarded not in found:
            found.append(forwarded)
    return tuple(found)


_ADDRESS_TOKEN = re.compile(r'("(?:[^"\\]|\\.){0,200}")|<([^<>]{0,500})>|\([^()]{0,500}\)|([,;])|([^"<>(),;]+|.)', re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ROUTE = re.compile(r"^\s*@[^:]*:")


def address_list(raw: str) -> tuple[tuple[str, str], ...]:
    """(name, address in lower case) of an address header; entries without an address are left out.

    The standard library's parser differs between Python 3.11 and 3.13 on what is not quite right; this one does not. What can
    be read in two ways gives no address that somebody else owns: all that it may be, or the whole of it as it stands.
    """
    found: list[tuple[str, str]] = []
    words: list[str] = []
    angled: list[str] = []
    for token in [*_ADDRESS_TOKEN.finditer(raw[:20_000]), None]:
        if token is None or token[3]:
            entry = " ".join(words)
            name = " ".join(re.sub(r"\\(.)", r"\1", each[1:-1]) if each[0] == '"' else each for each in words)
            addresses = [each for each in angled if "@" in each]
            if not addresses and (addresses := _bare_addresses(entry)):
                name = ""
            found.extend((name.strip(), each.strip().lower()) for each in dict.fromkeys(addresses))
            words, angled = [], []
        elif token[1]:
            words.append(token[1])
        elif token[2] is not None:
            angled.append(_ROUTE.sub("", token[2]))
        elif token[4] and token[4].strip():
            words.append(token[4].strip())
    return tuple(found)


def _bare_addresses(entry: str) -> list[str]:
    """The addresses of an entry without brackets; a quoted one before an @ is no address by itself."""
    unquoted = re.sub(r"\s*@\s*", "@", _QUOTED.sub('""', entry))
    addresses = _ADDRESS.findall(unquoted)
    plain = unquoted.count("@") == len(addresses) and '"@' not in unquoted
    return addresses if plain else [re.sub(r"\s*@\s*", "@", entry)] * ("@" in unquoted)
