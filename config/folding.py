"""Folding under its first name; `config.vietnamese` is its home."""

from __future__ import annotations

from config.vietnamese import fold

__all__ = ["fold"]
