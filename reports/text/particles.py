"""Pick the particles of Korean: a translation writes both forms after a name, such as `{name}[은/는]`.

The last syllable of the word decides: a final consonant takes the first form. `로` also follows a final ㄹ.
"""

import re
from collections.abc import Mapping
from html import unescape

PAIRS = "은/는", "이/가", "을/를", "과/와", "으로/로", "이/"
MARK = re.compile(r"\[(" + "|".join(PAIRS) + r")\]")
TAG = re.compile(r"<[^>]*>")
BRACKETED = re.compile(r"\([^()]*\)$")
FIRST, LAST, FINALS = "가", "힣", 28
"""The syllables of Unicode: their order repeats the 28 finals, of which the first is none."""
RIEUL = 8
NUMBERS = {"0": "영", "1": "일", "2": "이", "3": "삼", "4": "사", "5": "오", "6": "육", "7": "칠", "8": "팔", "9": "구",
           "%": "트"}  # fmt: skip
"""The last syllable of how a digit or a sign is read."""
SHOWN = 300
"""So many characters before a mark hold the word that it follows."""


def pick_particles(page: str, readings: Mapping[str, str]) -> str:
    """Replace each pair by the form that fits the word before it; `readings` are the names in Hangul.

    A word that nobody can read here gets both forms: `은(는)`. A mark after `}` stays, for a script to resolve.
    """
    if "[" not in page:
        return page
    return MARK.sub(lambda found: _pick(found, readings), page)


def _pick(found: re.Match[str], readings: Mapping[str, str]) -> str:
    before = found.string[max(found.start() - SHOWN, 0) : found.start()]
    word = BRACKETED.sub("", unescape(TAG.sub("", before)).rstrip()).rstrip()
    if word.endswith("}"):
        return found[0]
    with_final, without = found[1].split("/")
    final = read_final(word, readings)
    if final is None:
        return f"{with_final}({without})" if without else f"({with_final})"
    is_closed = final not in ((0, RIEUL) if without == "로" else (0,))
    return with_final if is_closed else without


def read_final(word: str, readings: Mapping[str, str]) -> int | None:
    """Return the final consonant with which a text ends, by its number in Unicode; 0 is none, None is unknown."""
    known = max((name for name in readings if word.endswith(name)), key=len, default="")
    last = (readings.get(known) or word)[-1:]
    syllable = NUMBERS.get(last, last)
    return (ord(syllable) - ord(FIRST)) % FINALS if FIRST <= syllable <= LAST else None
