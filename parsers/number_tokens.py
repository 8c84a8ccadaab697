"""A cell's text as tokens: atoms of numbers, known words by their role, signs, and what nobody knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from config.vietnamese import fold
from parsers.number_literals import next_literal
from parsers.number_units import EXACT_LEXICON, LEXICON, LONGEST_PHRASE, Role, Word, known_word
from parsers.number_words import BARE_WORDS, DOUBTFUL_BARE, EXACT_WORDS, GLUED_SCALES, Atom, AtomKind


class TokenKind(Enum):
    """What a token is."""

    ATOM = auto()
    WORD = auto()  # known, with a role
    SIGN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `text` is what stood there, lower case."""

    kind: TokenKind
    text: str
    atom: Atom | None = None
    word: Word | None = None

    def has(self, *roles: Role) -> bool:
        """Whether this is a known word with one of these roles."""
        return self.word is not None and self.word.role in roles


_LITERAL_STARTS = frozenset("0123456789oli")
_LETTERS = re.compile(r"[^\W\d_]+")
_ABBREVIATED = ((re.compile(r"\bh/s\b"), "hs"), (re.compile(r"\b[đd]/c\b"), "đồng chí"), (re.compile(r"\bc/b\b"), "cb"))
_GLUED_UNITS = {"l": "l", "n": "n", "c": "c", "q": "q", "ng": "ng", "đ": "đ", "d": "đ"}
_SHORT = 1
_MISSPELT_SCALES = frozenset({"trieu", "nghin", "ngan"})
_UNIT_ONLY_GLUED = frozenset({"l", "n", "c", "d"})  # single letters mean a unit only right behind a figure


class _Scanner:
    def __init__(self, text: str, words: Mapping[str, Word], *, money: bool) -> None:
        for pattern, full in _ABBREVIATED:
            text = pattern.sub(full, text)
        self.text = text
        self.words = words
        self.money = money
        self.bare = all(not each.isalpha() or each.isascii() for each in text)
        self.at = 0
        self.tokens: list[Token] = []

    def scan(self) -> list[Token]:
        while self.at < len(self.text):
            character = self.text[self.at]
            literal = next_literal(self.text, self.at) if character in _LITERAL_STARTS else None
            if literal:
                self.tokens.append(Token(TokenKind.ATOM, literal.raw, Atom(AtomKind.LITERAL, 0, literal)))
                self.at += len(literal.raw)
            elif character == " ":
                self.at += 1
            elif _LETTERS.match(self.text, self.at):
                self._words()
            else:
                self.tokens.append(Token(TokenKind.SIGN, character))
                self.at += 1
        return self.tokens

    def _words(self) -> None:
        """One known phrase, longest first, or one word."""
        run = self._run()
        glued = self.at > 0 and self.text[self.at - 1].isdigit()
        if glued and self._glued(run[0]):
            return
        if glued and len(run[0][0]) <= _SHORT:
            self.tokens.append(Token(TokenKind.UNKNOWN, run[0][0]))
            self.at = run[0].end()
            return
        for length in range(min(LONGEST_PHRASE, len(run)), 0, -1):
            start, end = run[0].start(), run[length - 1].end()
            token = self._token(self.text[start:end], single=length == 1)
            if token:
                self.tokens.append(token)
                self.at = end
                return
        self.tokens.append(Token(TokenKind.UNKNOWN, run[0][0]))
        self.at = run[0].end()

    def _run(self) -> list[re.Match[str]]:
        run: list[re.Match[str]] = []
        at = self.at
        while len(run) < LONGEST_PHRASE:
            match = _LETTERS.match(self.text, at)
            if not match:
                break
            run.append(match)
            at = match.end() + 1
            if self.text[match.end() : at] != " ":
                break
        return run

    def _glued(self, match: re.Match[str]) -> bool:
        """Letters right behind digits: 5tr, 500k, 45ng, 2L, 5đ."""
        text = match[0]
        if text in GLUED_SCALES and (self.money or text in ("k", "tr")):
            sure = self.money or text != "k"  # 3k may be three courses (khóa)
            self.tokens.append(Token(TokenKind.ATOM, text, Atom(AtomKind.SCALE, GLUED_SCALES[text], None, sure)))
        elif self.money and text == "n":
            self.tokens.append(Token(TokenKind.ATOM, text, Atom(AtomKind.SCALE, GLUED_SCALES["k"])))
        elif text in _GLUED_UNITS:
            name = _GLUED_UNITS[text]
            self.tokens.append(Token(TokenKind.WORD, text, word=EXACT_LEXICON.get(name) or LEXICON[name]))
        else:
            return False
        self.at = match.end()
        return True

    def _token(self, phrase: str, *, single: bool) -> Token | None:
        folded = fold(phrase)
        if single and phrase in EXACT_WORDS and not self._is_year(phrase):
            return Token(TokenKind.ATOM, phrase, EXACT_WORDS[phrase])
        if single and phrase in ("tr", "trđ", "k") and self.tokens and self.tokens[-1].kind is TokenKind.ATOM:
            return Token(TokenKind.ATOM, phrase, Atom(AtomKind.SCALE, GLUED_SCALES[phrase], None, self.money or phrase != "k"))
        if single and self.bare and folded in BARE_WORDS and not self._is_year(phrase) and not self._is_from(folded):
            bare = BARE_WORDS[folded]
            if folded == "nam" and self.tokens and self.tokens[-1].atom and self.tokens[-1].atom.literal:
                return Token(TokenKind.WORD, phrase, word=EXACT_LEXICON["nam"])
            return Token(TokenKind.ATOM, phrase, Atom(bare.kind, bare.value, None, folded not in DOUBTFUL_BARE))
        if single and folded in _MISSPELT_SCALES and not self.bare and phrase not in EXACT_WORDS:  # triêu
            return Token(TokenKind.ATOM, phrase, Atom(AtomKind.SCALE, BARE_WORDS[folded].value, None, sure=False))
        known = self.words.get(folded) or self._exact(phrase, folded) or known_word(phrase, folded)
        if known is None or (single and folded in _UNIT_ONLY_GLUED and not (self.money and folded == "d")):
            return None
        return Token(TokenKind.WORD, phrase, word=known)

    def _exact(self, phrase: str, folded: str) -> Word | None:
        if phrase in EXACT_LEXICON:
            return EXACT_LEXICON[phrase]
        if not self.bare:
            return None
        bare = {"tu": "từ", "den": "đến", "toi": "tới", "nam": "năm", "dong": "đồng", "moi": "mỗi"}.get(folded)
        return EXACT_LEXICON[bare] if bare else None

    def _is_year(self, phrase: str) -> bool:
        """Tell a year: "năm 2020" is one, "năm" and "năm triệu" are five."""
        return phrase in ("năm", "nam") and re.match(r" ?(?:19|20)\d\d\b", self.text[self.at + len(phrase) :]) is not None

    def _is_from(self, folded: str) -> bool:
        return folded == "tu" and re.match(r" ?\d", self.text[self.at + 2 :]) is not None


def tokens_of(text: str, words: Mapping[str, Word], *, money: bool = False) -> list[Token]:
    """The tokens of a cleaned text. `words` are phrases only this context knows; `money` lets "5tr", "500n", "đ" be money."""
    return _Scanner(text.lower(), words, money=money).scan()
