"""Text from mail that a spreadsheet would take for a formula: it stays text in everything that is handed out."""

from __future__ import annotations

_FORMULA_START = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula; the full-width signs are for those of East Asia."""
    return text.startswith(_FORMULA_START)
