"""How an address or a name becomes keyed fingerprints.

Nothing in this module writes a name or an address anywhere; it is the only door through which
they pass. A fingerprint is keyed BLAKE2b of 16 bytes in hexadecimal: without the key it can
neither be recomputed nor compared with that of another installation.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

KEY_BYTES = 32
FINGERPRINT_BYTES = 16
QUOTES = " \t\"'"
CONTROLS = dict.fromkeys((*range(0x20), 0x7F), " ")
"""The control characters of ASCII, each with the blank that stands for it."""
MOST_WORDS = 1 << 10
"""A name of more words counts as one of so many."""

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_PRIVATE = re.compile(r".*\.(local|localdomain|localhost|lan|home|internal|intranet|private|corp|invalid|arpa)")
_OBFUSCATED_AT = re.compile(r" ?[(\[{<_] ?at ?[)\]}>_] ?| at | ?\(a\) ?")
_OBFUSCATED_DOT = re.compile(r" ?[(\[{<_] ?dot ?[)\]}>_] ?| dot ")
_NO_REPLY = re.compile(r"(?:\d+\+)?([a-z0-9][a-z0-9-]*(?:\[bot\])?)@users\.noreply\.github\.com")
_ROLES = re.compile(
    r"(?:root|admin(?:istrator)?|info|office|contact|support|sales|help|security|team|staff|user|username|me|mail|email"
    r"|no-?reply|do-?not-?reply|nobody|none|null|unknown|devnull|anonymous|hostmaster|postmaster|webmaster|mailer-daemon"
    r"|daemon|bot|ci|build(?:er|s)?|builduser|jenkins|redmine|notifications?|git|svn|cvs|www|www-data|dev|devel"
    r"|developers?|ubuntu|debian|centos|fedora|vagrant|ec2-user|stack|localhost)(?:[+._-].*|\d*)"
)
_PLACEHOLDERS = re.compile(
    r"(?:you|my[._-]?(?:name|e?mail)|your(?:[._-]?(?:user|first|last|full)?[._-]?(?:name|e?mail|address|id|login))*"
    r"|(?:first|user|login|last)?[._-]?name|first(?:[._-]?name)?[._-]?last(?:[._-]?name)?|j(?:ohn|ane)[._-]?doe|example"
    r"|test(?:er|ing)?|some(?:one|body)|foo|(?:foo)?bar|change[._-]?me)@.*"
    r"|(?:gerrit|hudson)@(?:review|gerrit|ci|hudson|jenkins)\..*"
    r"|[^@]*@(?:(?:[^@]+\.)?(?:invalid|test)|your[._-]?(?:domain|company|host|e?mail)\.[a-z.]+|(?:my)?domain\.(?:com|tld))"
)
"""Addresses of manuals, such as `you@example.com` of git's own, and of a machine's programs: nobody has them."""
_IN_ADDRESS = r"[^\s<>\"'()\[\]{},;:@]"
_PART_OF_ADDRESS = rf"{_IN_ADDRESS}+"
_ADDRESS = re.compile(
    rf"(?<!{_IN_ADDRESS}){_PART_OF_ADDRESS}(?:@|%40|\s*\(a\)\s*|\s*[(\[{{<_]\s*at\s*[)\]}}>_]\s*){_PART_OF_ADDRESS}"
    rf"(?:\s*[(\[{{<]\s*dot\s*[)\]}}>]\s*{_PART_OF_ADDRESS})*",
    re.I,
)


class KeyRefusedError(Exception):
    """The pseudonym key is missing where it must be, malformed, or readable by others."""


class Fingerprints(NamedTuple):
    """What is kept of one (name, address) pair; None where the pair has no such part.

    `name_key` and `address_key` are over the folded text, the `exact` ones over the bytes as
    served. `name_words` counts the words of the folded name, `name_bag_key` is over its words in
    any order without initials, `login_key` is over the account name of a GitHub no-reply address,
    `domain` is the address' host in the clear, `role` says that an address is many people's.
    """

    name_exact_key: str | None
    name_key: str | None
    name_words: int
    address_exact_key: str | None
    address_key: str | None
    login_key: str | None
    domain: str | None
    name_bag_key: str | None
    role: bool


class Pseudonyms:
    """Turns names and addresses into fingerprints under one key."""

    def __init__(self, key: bytes) -> None:
        """Take the secret `key` (32 bytes); `key_id` names it without telling it."""
        if len(key) != KEY_BYTES:
            raise KeyRefusedError(f"a key has {KEY_BYTES} bytes, this one {len(key)}")
        self._key = key
        self.keyed = lru_cache(self._keyed)
        self.key_id = self._begin("key id", 8).hexdigest()
        self.of = lru_cache(maxsize=100_000)(self._of)

    def _of(self, name: bytes, address: bytes) -> Fingerprints:
        folded_name = fold_name(decode(name))
        folded_address = fold_address(decode(address))
        login = _NO_REPLY.fullmatch(folded_address)
        return Fingerprints(
            name_exact_key=self.key("name", name),
            name_key=self.key("folded name", folded_name.encode()),
            name_words=min(len(folded_name.split()), MOST_WORDS),
            name_bag_key=self.key("name bag", name_bag(folded_name).encode()),
            address_exact_key=self.key("address", address),
            address_key=self.key("folded address", folded_address.encode()),
            login_key=self.key("login", login[1].encode()) if login else None,
            domain=domain(folded_address),
            role=is_role(folded_address),
        )

    def key(self, space: str, text: bytes) -> str | None:
        """Return the fingerprint of a text, another one in every `space` (16 bytes at most); None if it is blank."""
        return self.keyed(space)(text)

    def _keyed(self, space: str) -> Callable[[bytes], str | None]:
        """Return what `key` does in one space, for many texts."""
        begun = self._begin(space)

        def key(text: bytes) -> str | None:
            if not text.strip():
                return None
            digest = begun.copy()
            digest.update(text)
            return digest.hexdigest()

        return key

    def _begin(self, space: str, size: int = FINGERPRINT_BYTES) -> blake2b:
        return blake2b(digest_size=size, key=self._key, person=space.encode().ljust(16, b"\0"))


def decode(text: bytes) -> str:
    """Read bytes as UTF-8, else as Latin-1, so that every byte string has one reading."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def fold_name(name: str) -> str:
    """Fold what makes one name look like two: Unicode form, case, Latin accents, quotes, spaces."""
    if name.isascii():  # most names: nothing is to be composed
        return " ".join(name.lower().translate(CONTROLS).strip(QUOTES).split())
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not "\u0300" <= c <= "\u036f")
    plain = "".join(" " if unicodedata.category(c).startswith("C") else c for c in plain)
    return " ".join(unicodedata.normalize("NFC", plain).strip(QUOTES).split())


def name_bag(folded_name: str) -> str:
    """Return the words of a name in one order, without initials and commas; nothing where fewer than two remain."""
    words = sorted(word for part in folded_name.split() if len(word := part.strip(".,")) > 1)
    return " ".join(words) if len(words) > 1 else ""


def is_role(folded_address: str) -> bool:
    """Tell whether an address is that of a role, of a machine's first user, or of a manual: many people use it."""
    local = folded_address.partition("@")[0]
    return bool(_ROLES.fullmatch(local) or _PLACEHOLDERS.fullmatch(folded_address))


def fold_address(address: str) -> str:
    """Fold an address: Unicode form, case, brackets, `mailto:`, and ` at `/` dot ` obfuscation."""
    plain = unicodedata.normalize("NFKC", address).casefold().strip().removeprefix("mailto:")
    if "@" not in plain:
        plain = " ".join(plain.split())
        plain = _OBFUSCATED_DOT.sub(".", _OBFUSCATED_AT.sub("@", plain, count=1))
    return "".join(plain.strip("<>\"' ").split())


def domain(folded_address: str) -> str | None:
    """Return the host of an address where it is a public host name, else None.

    Names of single machines (`janes-laptop.local`) are not public: many say whose machine it is.
    """
    local, at, host = folded_address.rpartition("@")
    return host if local and at and _DOMAIN.fullmatch(host) and not _PRIVATE.fullmatch(host) else None


def redact(text: str) -> str:
    """Replace everything that looks like an address, also an obfuscated one, in texts that other machines wrote."""
    return _ADDRESS.sub("[address]", text)
