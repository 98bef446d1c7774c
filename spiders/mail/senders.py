"""Reads who sent a message, however a From header is written; nothing here raises."""

import re
from typing import NamedTuple

from pipelines.privacy.pseudonyms import fold_name
from spiders.mail.header_text import text_of, unfolded

_ANGLE = re.compile(r"(.*?)<([^<>]*)>[^<>]*$", re.S)
_COMMENT = re.compile(r"([^()]*?)\((.*)\)\s*$", re.S)
_SPLIT_AT = re.compile(r"(\S++)\s++(?:\(a\)|[(\[<]?\s*+at(?:\s*+[)\]>])?|\w{1,5})\s++(?=\S++$)(\S+\.\S+)$", re.I)
_VIA = re.compile(r"(?<!\s)\s++(?:via|par|über|por|przez)\s++(.*)$", re.I)
_ONE_OF_MANY = re.compile(r'(?:"[^"]*+"|[^,"]++)++')
_IN_ADDRESS = re.compile(r"\([^()]*+\)")
_SHORTENED = re.compile(r"\.\.\.@")


class Sender(NamedTuple):
    """Who a message says it is from.

    `quality` is given, obfuscated (`user at host`), shortened (`ja...@host`: no address to count
    by), list (a list's address stands there, and nobody else's anywhere) or missing.
    """

    name: str
    address: str
    quality: str


def sender(
    value: bytes, list_addresses: frozenset[str] = frozenset(), original: bytes = b"", reply_to: bytes = b""
) -> Sender:
    """Return name and address of a From header, however it is written.

    Where a list has put its own address there, the person stands in X-Original-From (`original`), in Reply-To, or
    in the name before "via". A Reply-To under another name is somebody else's.
    """
    one = _written(value)
    if not _is_of_list(one, list_addresses):
        return one
    name = _VIA.sub("", one.name).strip("\"' ")
    address, quality = _plain(name) if "@" in name else ("", "list")
    name = "" if address else name
    for header, surely in ((original, True), (reply_to, False)):
        person = _person(header, list_addresses)
        if person and (surely or not (name and person.name) or fold_name(name) == fold_name(person.name)):
            return person._replace(name=person.name or name)
    return Sender(name, address, quality)


def _written(value: bytes) -> Sender:
    return _read(text_of(unfolded(value)))


def _read(text: str) -> Sender:
    name, address = _halves(text)
    name = name.strip(" \t\"'").replace('\\"', '"')
    address, quality = _plain(address.strip(" \t\"',;"))
    if name.casefold() in (address.casefold(), "") or _plain(name)[0] == address:
        name = ""
    return Sender(name, address, quality if address else "missing")


def _is_of_list(one: Sender, list_addresses: frozenset[str]) -> bool:
    """Tell whether the address is a list's: one of the community's, or one that the name says it came "via"."""
    address = one.address.casefold()
    via = _VIA.search(one.name)
    named = "-".join(via[1].casefold().split()) if via else ""
    return address in list_addresses or bool(named and named == address.partition("@")[0])


def _person(header: bytes, list_addresses: frozenset[str]) -> Sender | None:
    """Return the first in a header of addresses who is not a list; None where there is none."""
    if not header:
        return None
    people = (_read(one[0]) for one in _ONE_OF_MANY.finditer(text_of(unfolded(header))))
    return next((one for one in people if one.address and not _is_of_list(one, list_addresses)), None)


def _halves(text: str) -> tuple[str, str]:
    angled = _ANGLE.match(text)
    if angled:
        return angled[1] or angled[0].rpartition(">")[2], angled[2]
    commented = _COMMENT.match(text)
    if commented and commented[1].strip():
        return commented[2], commented[1]
    return ("", text) if "@" in text or _SPLIT_AT.match(text.strip()) else (text, "")


def _plain(address: str) -> tuple[str, str]:
    """Return an address as `user@host`, without blanks and comments, and how good it is."""
    if "@" in address:
        return "".join(_IN_ADDRESS.sub("", address).split()), "shortened" if _SHORTENED.search(address) else "given"
    split = _SPLIT_AT.match(address)
    return (f"{split[1]}@{split[2]}", "obfuscated") if split else ("".join(address.split()), "given")
