"""Reads and validates the community files: the whole catalogue, or every mistake in it."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.catalogue import measures, platform_facts
from pipelines.catalogue.urls import (
    ARCHIVES,
    CAPTURED,
    FORUM,
    INDEX,
    KINDS,
    MAILBOX,
    PAGE_SCHEMES,
    PLACE,
    index_of,
    repository_url,
    split_url,
)
from pipelines.model import BY_HAND, UNREADABLE, Community, Fact, ReleaseDate, Source

Table = dict[str, Any]


Check = Callable[[Any], object]


CAPTURES = "https://web.archive.org/"
"""Where captures are asked for, unless the catalogue says otherwise."""


AUDIENCES = ("developers", "users", "everyone", "announce", "governance", "outreach", "machines")


_SLUG = re.compile(r"[a-z][a-z0-9-]*")


_LIST = re.compile(r"[a-z0-9][a-z0-9._+-]*@([a-z0-9-]+\.)+[a-z]{2,}")


_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


# What Python and the database read alike, and what the database matches in linear time.
_RULE = re.compile(r"(?:(?:[A-Za-z0-9_/-]|\\[d.]|\))[?*+]?|\((?:\?:)?|\|){1,200}")


class CatalogueError(Exception):
    """The community files are wrong; the text has one line per mistake, naming file and key."""


def load_catalogue(folder: Path) -> tuple[Community, ...]:
    """Return the communities of the `*.toml` files of a folder, by slug; raises CatalogueError."""
    tables: dict[str, Table] = {}
    mistakes: list[str] = []
    files = _files(folder)
    for file in files:
        try:
            tables[file.stem] = _parsed(file)
        except ValueError as wrong:
            mistakes.append(f"{file.name}: {wrong}")
    mistakes += [m for slug, table in tables.items() for m in _in_community(slug, table)]
    mistakes += _in_lineage(tables, unread={file.stem for file in files} - tables.keys())
    if mistakes:
        raise CatalogueError("\n".join(" ".join(mistake.splitlines()) for mistake in mistakes))
    return tuple(_community(slug, table) for slug, table in tables.items())


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CatalogueError(f"{folder}: no such folder")
    found = [file for file in folder.glob("*.toml") if not file.name.startswith(".")]
    if not found:
        raise CatalogueError(f"{folder}: no community file (*.toml) in it")
    return sorted(found, key=lambda file: file.stem)


def _parsed(file: Path) -> Table:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (at line {line})") from error
    except ValueError as error:
        raise ValueError(f"not TOML: {error}") from error


def _community(slug: str, table: Table) -> Community:
    lists = ("urls", "not_releases")
    blocks = [block | {key: tuple(block.get(key, ())) for key in lists} for block in table["sources"]]
    blocks = [{"captures": CAPTURES} | block if block["kind"] == CAPTURED else block for block in blocks]
    sources = tuple(Source(community=slug, **block) for block in blocks)
    dates = tuple(ReleaseDate(**block) for block in table.get("release_dates", ()))
    facts = tuple(_fact(block) for block in table.get("facts", ()))
    return Community(**(table | {"slug": slug, "sources": sources, "release_dates": dates, "facts": facts}))


def _fact(block: Table) -> Fact:
    """Return a fact; its time becomes a text, `2013-11` or `2013-10-18`."""
    told: Table = block | {key: tuple(block.get(key, ())) for key in ("values", "per_year")}
    if "as_of" in block:
        told["as_of"] = str(block["as_of"])
    return Fact(**told)


def _in_community(slug: str, table: Table) -> Iterator[str]:
    file = f"{slug}.toml"
    if not _SLUG.fullmatch(slug):
        yield f"{file}: the file name must match {_SLUG.pattern}"
    yield from _in_table(f"{file}: ", table, COMMUNITY_KEYS, required=("name", "homepage", "born", "sources"))
    yield from _in_dates(file, table)
    yield from _in_facts(file, table)
    names: dict[str, str] = {}
    named: dict[str, str] = {}
    for place, source in _blocks(table):
        where = f"{file}: {place}."
        yield from _in_table(where, source, SOURCE_KEYS, required=("name", "kind", "since", "why"))
        yield from _in_period(where, source)
        if source.get("kind") not in (MAILBOX, *BY_HAND, UNREADABLE):
            yield from _in_choice(where, source.keys())
        yield from _in_kind(where, source)
        yield from _in_channel(where, source)
        yield from _in_urls(where, source, named)
        first = names.setdefault(str(source.get("name", place)), place)
        if first != place:
            yield f"{where}name: {source['name']!r} is already the name of {first}"


def _blocks(table: Table, key: str = "sources") -> list[tuple[str, Table]]:
    """Return the `[[sources]]` blocks that are tables, each with its place, `sources[0]`."""
    found = table.get(key)
    blocks = enumerate(found if isinstance(found, list) else ())
    return [(f"{key}[{number}]", block) for number, block in blocks if isinstance(block, dict)]


def _in_dates(file: str, table: Table) -> Iterator[str]:
    """Yield what is wrong with the `[[release_dates]]`."""
    versions: dict[str, str] = {}
    for place, block in _blocks(table, "release_dates"):
        where = f"{file}: {place}."
        yield from _in_table(where, block, DATE_KEYS, required=DATE_KEYS)
        first = versions.setdefault(str(block.get("version", place)), place)
        if first != place:
            yield f"{where}version: {block['version']!r} has its day already in {first}"


def _in_facts(file: str, table: Table) -> Iterator[str]:
    """Yield what is wrong with the `[[facts]]`."""
    told: dict[str, str] = {}
    for place, block in _blocks(table, "facts"):
        where = f"{file}: {place}."
        yield from _in_table(where, block, FACT_KEYS, required=("topic", "source"))
        topic = block.get("topic")
        if isinstance(topic, str) and topic in platform_facts.TOPICS:
            yield from _in_fact(where, topic, block)
        said = [block.get(key) for key in ("topic", "as_of", "values", "text")]
        first = told.setdefault(repr(said), place)
        if first != place:
            yield f"{where}topic: {first} says the same"


def _in_fact(where: str, topic: str, block: Table) -> Iterator[str]:
    """Yield what does not go together in one fact."""
    if ("values" in block) == ("text" in block):
        yield f"{where}text: one of values and text is needed, not both"
    if ("as_of" in block) == (topic in platform_facts.TIMELESS):
        yield f"{where}as_of: " + ("not for what is true of all times" if "as_of" in block else "missing")
    if topic not in platform_facts.OF_RELEASES:
        yield from (f"{where}{key}: only a fact about a release has it" for key in ("version", "day") if key in block)
    if topic != "cadence" and "per_year" in block:
        yield f"{where}per_year: only a fact about the cadence has it"
    if topic == "image-formats":
        yield from _in_formats(where, block)


def _in_formats(where: str, block: Table) -> Iterator[str]:
    """Yield the image formats that nobody has explained in formats.toml."""
    known = [each.name for each in platform_facts.formats()]
    values = block.get("values")
    if not isinstance(values, list):
        yield f"{where}values: missing; formats are named one by one"
        return
    for number, value in enumerate(values):
        if isinstance(value, str) and value not in known:
            yield f"{where}values[{number}]: unknown image format {value!r:.80}{_nearest(value, known)}"


def _in_table(where: str, table: Table, keys: Mapping[str, Check], required: Iterable[str]) -> Iterator[str]:
    for key in table:
        if key not in keys:
            yield f"{where}{key}: unknown key{_nearest(key, keys)}"
    for key in required:
        if key not in table:
            yield f"{where}{key}: missing"
    for key, check in keys.items():
        if key in table:
            yield from _tried(f"{where}{key}", check, table[key])


def _tried(where: str, check: Check, value: object) -> Iterator[str]:
    try:
        check(value)
    except ValueError as wrong:
        yield f"{where}: {wrong}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"not a text of one line: {value!r:.80}")
    return value


def _slug(value: object) -> None:
    if not _SLUG.fullmatch(_text(value)):
        raise ValueError(f"{value!r:.80} does not match {_SLUG.pattern}")


def _kind(value: object) -> None:
    if _text(value) not in KINDS:
        raise ValueError(f"unknown kind {value!r:.80}{_nearest(_text(value), KINDS)}")


def _day(value: object) -> None:
    if type(value) is not date:
        raise ValueError(f"not a date: {value!r:.80}")


def _flag(value: object) -> None:
    if type(value) is not bool:
        raise ValueError(f"neither true nor false: {value!r:.80}")


def _list(value: object) -> None:
    if not isinstance(value, list) or not value:
        raise ValueError(f"not a list with something in it: {value!r:.80}")


def _tables(name: str, value: object) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        raise ValueError(f"one [[{name}]] block or more is needed")


def _homepage(value: object) -> None:
    split_url(_text(value), ("https",))


def _page(value: object) -> None:
    if not split_url(_text(value), PAGE_SCHEMES).path.rpartition("/")[2]:
        raise ValueError("the url of a file is needed")


def _rule(value: object) -> re.Pattern[str]:
    """Return a rule about tag names, compiled; it has nothing in it that could take long to match."""
    if not _RULE.fullmatch(_text(value)):
        raise ValueError(rf"in a rule only letters, digits, _ / - \d \. ( ) (?: | ? * + are allowed: {value!r:.80}")
    try:
        return re.compile(str(value))
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}: {value!r:.80}") from None


def _releases(value: object) -> None:
    if _rule(value).groups != 1:
        raise ValueError(f"exactly one group, the version, must be in it: {value!r:.80}")


def _not_releases(value: object) -> None:
    _list(value)
    for rule in value if isinstance(value, list) else ():
        _rule(rule)


def _address(value: object) -> None:
    if not _LIST.fullmatch(_text(value)):
        raise ValueError("not the address of a list, in lower case")


def _language(value: object) -> None:
    if not _LANGUAGE.fullmatch(_text(value)):
        raise ValueError(f"not the code of a language, like en: {value!r:.80}")


def _audience(value: object) -> None:
    if _text(value) not in AUDIENCES:
        raise ValueError(f"unknown audience {value!r:.80}{_nearest(_text(value), AUDIENCES)}")


def _topic(value: object) -> None:
    if _text(value) not in platform_facts.TOPICS:
        raise ValueError(f"unknown topic {value!r:.80}{_nearest(_text(value), platform_facts.TOPICS)}")


def _time(value: object) -> None:
    if type(value) is not date and not (isinstance(value, str) and platform_facts.is_time(value)):
        raise ValueError(f"neither a year, a month like '2013-11' nor a date: {value!r:.80}")


def _texts(value: object) -> None:
    _list(value)
    for text in value if isinstance(value, list) else ():
        _text(text)


def _range(value: object) -> None:
    numbers = value if isinstance(value, list) and all(type(v) in (int, float) for v in value) else ()
    if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] < float("inf"):
        raise ValueError(f"not two numbers, at least and at most: {value!r:.80}")


def _registered(value: object) -> None:
    if _text(value) not in (known := measures.registered()):
        raise ValueError(f"no measure of the kind registered: {value!r:.80}{_nearest(_text(value), known)}")


def _captures(value: object) -> None:
    index_of(_text(value))


def _template(value: object) -> None:
    if _text(value).count(PLACE) != 1:
        raise ValueError(f"{PLACE} must be in it exactly once")
    repository_url(_text(value), "owner/name")


COMMUNITY_KEYS: Mapping[str, Check] = {
    "name": _text,
    "homepage": _homepage,
    "born": _day,
    "registered": _registered,
    "sources": partial(_tables, "sources"),
    "release_dates": partial(_tables, "release_dates"),
    "facts": partial(_tables, "facts"),
}


SOURCE_KEYS: Mapping[str, Check] = {
    "name": _slug,
    "kind": _kind,
    "urls": _list,
    "since": _day,
    "until": _day,
    "why": _text,
    "continues": _text,
    "continued_by": _text,
    "enabled": _flag,
    "snapshot": _flag,
    "urls_from": _page,
    "url_template": _template,
    "releases": _releases,
    "not_releases": _not_releases,
    "address": _address,
    "language": _language,
    "audience": _audience,
    "evidence": _text,
    "captures": _captures,
    "copy_of": _text,
}


GIT_ONLY = ("urls_from", "url_template", "releases", "not_releases")


CHANNELS = (*ARCHIVES, FORUM, MAILBOX, CAPTURED, *sorted(BY_HAND), UNREADABLE)


CHANNEL_ONLY = ("address", "language", "audience", "copy_of")


GONE = (CAPTURED, *BY_HAND, UNREADABLE)
"""The kinds of places that answer no more, so that the catalogue may say how one knows of them."""


DATE_KEYS: Mapping[str, Check] = {"version": _text, "day": _day, "source": _text}


FACT_KEYS: Mapping[str, Check] = {
    "topic": _topic,
    "as_of": _time,
    "values": _texts,
    "text": _text,
    "source": _text,
    "url": _homepage,
    "note": _text,
    "confirmed": _flag,
    "talk_said": _text,
    "version": _text,
    "day": _day,
    "per_year": _range,
}


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f" (known: {', '.join(sorted(known))})"


def _in_period(where: str, source: Table) -> Iterator[str]:
    since, until = source.get("since"), source.get("until")
    if type(since) is date and type(until) is date and until < since:
        yield f"{where}until: {until} is before since, {since}"


def _in_choice(where: str, keys: Collection[str]) -> Iterator[str]:
    """Yield what is wrong unless there are either urls, or urls_from with its url_template."""
    given = [key for key in ("urls", "urls_from", "url_template") if key in keys]
    if not given:
        yield f"{where}urls: missing (or urls_from together with url_template)"
    elif given[0] == "urls":
        yield from (f"{where}{key}: not together with urls" for key in given[1:])
    elif len(given) == 1:
        missing = "url_template" if given == ["urls_from"] else "urls_from"
        yield f"{where}{missing}: missing beside {given[0]}"


def _in_kind(where: str, source: Table) -> Iterator[str]:
    """Yield what a source of another kind than git cannot have."""
    if source.get("kind") in [kind for kind in KINDS if kind != "git"]:
        yield from (f"{where}{key}: only a source of kind git has it" for key in GIT_ONLY if key in source)
    if "not_releases" in source and "releases" not in source:
        yield f"{where}not_releases: nothing to leave out without releases"


def _in_channel(where: str, source: Table) -> Iterator[str]:
    """Yield what is wrong with a channel on which people talk, and with what only such a channel can have."""
    kind, urls = source.get("kind"), source.get("urls")
    if not isinstance(kind, str) or kind not in KINDS:
        return
    if kind not in CHANNELS:
        yield from (f"{where}{key}: only a mailing list or a forum has it" for key in CHANNEL_ONLY if key in source)
    if ("evidence" not in source and kind == UNREADABLE) or ("evidence" in source and kind not in GONE):
        yield f"{where}evidence: " + ("missing" if kind == UNREADABLE else "only a source that is unreadable needs it")
    if kind != CAPTURED and "captures" in source:
        yield f"{where}captures: only a source of kind {CAPTURED} has it"
    if kind == FORUM and isinstance(urls, list) and len(urls) > 1:
        yield f"{where}urls: one url, the start page of one forum"
    if kind not in (*ARCHIVES, CAPTURED):
        return
    if "address" not in source:
        yield f"{where}address: missing"
    if isinstance(urls, list) and len(urls) > 1 and kind in ARCHIVES:
        yield f"{where}urls: one url, because it is the archive of one list"
    if kind == "hyperkitty" and urls and not str(urls[0]).endswith(f"/list/{source.get('address')}/"):
        yield f"{where}urls[0]: it must end in /list/ADDRESS/, with the address of the list"


def _in_urls(where: str, source: Table, named: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with the urls; `named` remembers who of the community named which unit."""
    kind, urls = source.get("kind"), source.get("urls")
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(urls, list):
        return
    for number, url in enumerate(urls):
        place = f"{where}urls[{number}]"
        try:
            unit = KINDS[kind](_text(url))
        except ValueError as wrong:
            yield f"{place}: {wrong}"
        else:
            same = f"{url} {source.get('address')} {kind == CAPTURED}" if unit == INDEX else unit
            first = named.setdefault(same.lower(), place)
            if first != place:
                yield f"{place}: {unit} is named already by {first}"


def _in_lineage(tables: dict[str, Table], unread: Collection[str]) -> Iterator[str]:
    """Yield the links between sources that are wrong, but for those into an unread file."""
    placed = [
        (f"{slug}.toml: {place}.", f"{slug}/{source.get('name')}", source)
        for slug, table in tables.items()
        for place, source in _blocks(table)
    ]
    sources = {own: source for _, own, source in placed}
    for where, own, source in placed:
        for key in ("continues", "continued_by"):
            other = source.get(key)
            if isinstance(other, str) and other.partition("/")[0] not in unread:
                yield from _tried(f"{where}{key}", partial(_link, sources, own, key), other)
        if isinstance(source.get("copy_of"), str):
            yield from _tried(f"{where}copy_of", partial(_copy, sources, own), source["copy_of"])


def _copy(sources: dict[str, Table], own: str, other: str) -> None:
    """Check that a source is a copy of a list or a forum of its community that is no copy itself."""
    if other not in sources:
        raise ValueError(f"no such source: {other!r:.80}{_nearest(other, sources)}")
    if other == own or other.partition("/")[0] != own.partition("/")[0]:
        raise ValueError(f"{other} is no other source of the same community")
    if sources[other].get("kind") not in CHANNELS or "copy_of" in sources[other]:
        raise ValueError(f"{other} must be a list or a forum that is no copy itself")


def _link(sources: dict[str, Table], own: str, key: str, other: str) -> None:
    """Check one link; a source continues only what begins before it, so there are no circles.

    Several lists can go on in one, which then continues one of them.
    """
    if other not in sources:
        raise ValueError(f"no such source: {other!r:.80}{_nearest(other, sources)}")
    back = "continued_by" if key == "continues" else "continues"
    folded = key == "continued_by" and sources[own].get("kind") in CHANNELS and back in sources[other]
    if sources[other].get(back) != own and not folded:
        raise ValueError(f"{other} must have {back} = {own!r}")
    since, begun = sources[own].get("since"), sources[other].get("since")
    if key == "continues" and type(since) is date and type(begun) is date and since <= begun:
        raise ValueError(f"{other} must begin earlier, not on {begun}")
