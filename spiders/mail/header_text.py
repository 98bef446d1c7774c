"""Decodes header values of mail as people's programs really write them; nothing here raises."""

import re
from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Iterator
from functools import lru_cache
from quopri import decodestring

import webencodings

_WORD = re.compile(rb"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[bBqQ]\?)")
NAMED_BY_NOBODY = {
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8", "gb2312": "gb18030", "gbk": "gb18030",
    "cn-gb": "gb18030", "chinesebig5": "big5hkscs", "koi8r": "koi8-r", "koi8u": "koi8-u",
    "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
}  # fmt: skip
"""Codecs by names of charsets that neither browsers nor Python know, and by names that both take too narrowly."""
AS_PYTHON_HAS_IT = frozenset({"us-ascii", "ascii", "utf-16"})
"""Browsers read ASCII as Windows-1252, mail has UTF-8 under that name; they know no marks of byte order."""
_WINDOWS = re.compile(r"(?:win|windows|cp)[-_ ]?(\d{3,4})")

NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape"})


def unfolded(value: bytes) -> bytes:
    """Return a header value on one line."""
    return value.replace(b"\r", b"").replace(b"\n", b"").strip() if b"\n" in value else value.strip()


def text_of(value: bytes) -> str:
    """Return the text of a header value: encoded words decoded, other bytes as UTF-8, else Windows-1252."""
    if b"=?" not in value:
        return _decoded(value)
    joined = _BETWEEN_WORDS.sub(rb"\1", value)
    parts: list[tuple[bytes, str]] = []
    end = 0
    for word in _WORD.finditer(joined):
        parts.append((joined[end : word.start()], "utf-8"))
        parts.append((_unwrapped(word[2], word[3]), word[1].decode("ascii", "replace").partition("*")[0].lower()))
        end = word.end()
    parts.append((joined[end:], "utf-8"))
    return "".join(_decoded_by(_codec(charset), b"".join(raw for raw, _ in run)) for charset, run in _runs(parts))


def _runs(parts: list[tuple[bytes, str]]) -> list[tuple[str, list[tuple[bytes, str]]]]:
    """Group neighbours of one charset: writers cut encoded words inside a character."""
    runs: list[tuple[str, list[tuple[bytes, str]]]] = []
    for raw, charset in parts:
        if not raw:
            continue
        if runs and runs[-1][0] == charset:
            runs[-1][1].append((raw, charset))
        else:
            runs.append((charset, [(raw, charset)]))
    return runs


def _unwrapped(coding: bytes, payload: bytes) -> bytes:
    if coding in b"qQ":
        return decodestring(payload, header=True)
    try:
        return b64decode(payload + b"=" * (-len(payload) % 4))
    except BinasciiError:
        return payload


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except ValueError:
        return raw.decode("cp1252", "replace")


def _decoded_by(codec: str, raw: bytes) -> str:
    try:
        return raw.decode(codec)
    except ValueError:
        return _decoded(raw)


@lru_cache(maxsize=500)
def _codec(charset: str) -> str:
    """Return a codec that makes text of bytes: the one that browsers or Python know by this name, else UTF-8."""
    label = charset.strip("\"' \t")
    return next((name for name in _names(label) if _is_codec(name)), "utf-8")


def _names(label: str) -> Iterator[str]:
    """Yield what a charset may be called in Python, the likeliest name first: labels as in the Encoding Standard."""
    known = None if label in AS_PYTHON_HAS_IT else webencodings.lookup(label)
    if known and known.name not in ("replacement", "x-user-defined"):
        label = known.codec_info.name
    yield NAMED_BY_NOBODY.get(label, label)
    if windows := _WINDOWS.fullmatch(label):
        yield f"cp{windows[1]}"


def _is_codec(name: str) -> bool:
    try:
        return name not in NO_CHARSETS and isinstance(b"-".decode(name, "ignore"), str)
    except (LookupError, ValueError):
        return False
