"""A mail's own words told from what it quotes and from its signature, as mail programs in Vietnam write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIVIDER = re.compile(
    r"^[ \t]*(?:-{2,}|_{2,}|={2,}|\*{2,})?[ \t]*"
    r"(?:original message|forwarded message|begin forwarded message|thư gốc|thư chuyển tiếp|thư đã chuyển tiếp|tin nhắn gốc|"
    r"tin nhắn (?:đã |được )?chuyển tiếp|thư đã được chuyển tiếp)[ \t]*:?[ \t]*(?:-{2,}|_{2,}|={2,}|\*{2,})?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_WROTE = re.compile(
    r"^[ \t]*(?:vào|ngày|on|lúc|thứ|th |cn|chủ nhật|am|le)\b[^\n]{0,200}(?:\n[^\n]{0,120})?(?:đã viết|viết|wrote)[ \t]*:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADERS = re.compile(
    r"^[ \t*]*(?:from|từ|người gửi)[ \t*]*:[^\n]*\n(?:[^\n]*\n){0,2}?[ \t*]*"
    r"(?:sent|date|đã gửi|ngày|gửi|to|tới|đến|subject|chủ đề|tiêu đề|thời gian)[ \t*]*:",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_SIGNATURE = re.compile(
    r"^[ \t]*(?:--[ \t]*|_{3,}|trân trọng[^\n]{0,40}|tran trong[^\n]{0,40}|kính thư[^\n]{0,10}|thân mến[^\n]{0,10}|"
    r"best regards[^\n]{0,5}|sent from [^\n]*|đã gửi từ [^\n]*|được gửi từ [^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A mail's text in three parts: what the sender wrote now, the signature under it, and the history quoted below."""

    own: str
    signature: str
    quoted: str


def begins_history(text: str) -> bool:
    """Whether a text begins as programs head the mail that is answered: a dividing line, "… đã viết:", "Từ: … Đã gửi: …"."""
    text = text.lstrip()
    return any(pattern.match(text) for pattern in (_DIVIDER, _WROTE, _HEADERS))


def parts_of(body: str) -> Parts:
    """The parts of a mail's text; without a sign of history or signature all of it is the sender's own."""
    cut = min((match.start() for pattern in (_DIVIDER, _WROTE, _HEADERS) if (match := pattern.search(body))), default=len(body))
    quoted = [body[cut:]] if cut < len(body) else []
    own = body[:cut]
    quoted = [match[0] for match in _QUOTED_LINE.finditer(own)] + quoted
    own = _QUOTED_LINE.sub("", own)
    sign = _SIGNATURE.search(own)
    if sign is not None:
        return Parts(own=own[: sign.start()].strip(), signature=own[sign.start() :].strip(), quoted="\n".join(quoted).strip())
    return Parts(own=own.strip(), signature="", quoted="\n".join(quoted).strip())
