"""Which strings of letters are Vietnamese syllables: the witness that tells a right decoding from a wrong one."""

from __future__ import annotations

import functools
import re
import unicodedata


def _table(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ONSETS = _table("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x")
_RIMES = frozenset(
    _table(
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
        i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
        o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc oong
        op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
        u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up uơ ut uy uya uych uyn uynh uyt uyu
        uyên uyêt ư ưa ưc ưi ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu
        """
    )
)
_AFTER_QU = _RIMES | {"yn", "ynh", "yt", "ych"}
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_STOPPED = re.compile(r"(?:[pct]|ch)$")
_STOP_TONES = "\u0301\u0323"  # a syllable closed by p, t, c, ch always carries sắc or nặng
_LETTERS = re.compile(r"[^\W\d_]+")


@functools.lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Whether this one word can be a Vietnamese syllable as spelt, tone included."""
    bare, tone = _without_tone(word.lower())
    if bare.startswith("qu") and bare[2:] in _AFTER_QU:
        rime = bare[2:]
    elif bare in _RIMES:
        rime = bare
    else:
        rime = next((bare[len(onset) :] for onset in _ONSETS if bare.startswith(onset) and bare[len(onset) :] in _RIMES), "")
    if not rime or len(tone) > 1:
        return False
    return not _STOPPED.search(rime) or (tone != "" and tone in _STOP_TONES)


def letter_runs(text: str) -> list[str]:
    """The words of a text: its runs of letters."""
    return _LETTERS.findall(text)


def _without_tone(word: str) -> tuple[str, str]:
    if word.isascii():
        return word, ""
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(each for each in decomposed if each in _TONES)
    bare = "".join(each for each in decomposed if each not in _TONES)
    return unicodedata.normalize("NFC", bare), tones
