"""The fonts of cards: Pillow's own for English, one of the machine for a language of other letters.

Pillow's font has the letters of English alone: a letter with a mark loses the mark. A machine without a font of a
language has no cards in it: pages then lead to the English ones.
"""

import unicodedata
from functools import cache

from PIL import ImageFont

from reports.text.language import LANGUAGE, SOURCE

FONTS = {
    "ko": ("Pretendard-Regular.otf", "NotoSansKR-Regular.otf", "NotoSansCJK-Regular.ttc", "NanumGothic.ttf",
           "malgun.ttf", "AppleSDGothicNeo.ttc"),
}  # fmt: skip
"""The files in which a machine may have the letters of a language; Pillow looks where the system keeps fonts."""
SMALLEST = 12
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def file_of(language: str) -> str | None:
    """Return the first font of a language that this machine has; None where it has none."""
    return next((name for name in FONTS.get(language, ()) if _is_there(name)), None)


def _is_there(name: str) -> bool:
    try:
        ImageFont.truetype(name, SMALLEST)
    except OSError:
        return False
    return True


def has_letters(language: str) -> bool:
    """Return whether cards can be drawn in a language here."""
    return language == SOURCE or file_of(language) is not None


@cache
def font_at(size: float) -> Font:
    """Return the font of the language of this process in a size."""
    name = file_of(LANGUAGE)
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


def fitting_font(text: str, size: float, room: float) -> Font:
    """Return the font in which a text is at most so many pixels wide: of this size or smaller."""
    fits = room / max(font_at(size).getlength(letters(text)), 1)
    return font_at(size) if fits >= 1 else font_at(max(size * fits, SMALLEST))


def letters(text: str) -> str:
    """Return a text in the letters that the font has."""
    if file_of(LANGUAGE):
        return text
    plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("−", "-")).replace("·", "\0")
    return plain.encode("ascii", "ignore").decode().replace("\0", "·")
