"""Reads and validates data/communities/*.toml: who is compared, and where each can be observed."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipelines.nouns import Community, Source

KINDS = ("git",)
GIT_SCHEMES = ("git+https", "git+http", "git+file")
LIST_SCHEMES = ("https", "http")
SLUG = re.compile(r"[a-z][a-z0-9-]*")
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
COMMUNITY_KEYS = {"name": str, "homepage": str, "born": date, "sources": list}
SOURCE_KEYS: dict[str, type] = {
    "name": str, "kind": str, "urls": list, "since": date, "why": str, "until": date, "continues": str,
    "continued_by": str, "enabled": bool, "snapshot": bool, "urls_from": str, "url_template": str,
}  # fmt: skip
REQUIRED = ("name", "kind", "since", "why")
WORDS = {str: "a text", date: "a date", list: "a list", bool: "true or false"}


class CatalogueError(Exception):
    """The community files have mistakes; one line each, naming file and key."""


def load(folder: Path) -> tuple[Community, ...]:
    """Read every community file of a folder, sorted by slug.

    Raises CatalogueError with all mistakes of all files, and then nothing runs.
    """
    files = sorted(p for p in folder.glob("*.toml") if not p.name.startswith("."))
    if not files:
        raise CatalogueError(f"{folder}: no community file (*.toml) here")
    pages = {path.name: _parsed(path) for path in files}
    mistakes = [m for name, page in pages.items() for m in _mistakes(name, page)]
    if not mistakes:
        mistakes = list(_lineage_mistakes(pages))
    if mistakes:
        raise CatalogueError("\n".join(mistakes))
    return tuple(_community(name.removesuffix(".toml"), page) for name, page in pages.items())


def unit_of(url: str) -> str:
    """Return `owner/name` of a repository's url; raises ValueError if the url is not allowed."""
    _check_url(url, GIT_SCHEMES)
    path = unquote(urlsplit(url).path).strip("/").removesuffix(".git").removesuffix(".bundle")
    parts = path.split("/")
    if urlsplit(url).scheme == "git+file" and "__" in parts[-1]:
        parts = parts[-1].split("__", 1)
    if len(parts) < 2 or not all(PART.fullmatch(part) and ".." not in part for part in parts[-2:]):
        raise ValueError(f"does not end in owner/name: {url!r}")
    return "/".join(parts[-2:])


def repository_url(template: str, name: str) -> str:
    """Put a repository's name, which came from somebody's file, into a url template.

    Raises ValueError if the name is no plain `owner/name`.
    """
    parts = name.split("/")
    if len(parts) != 2 or not all(PART.fullmatch(part) and ".." not in part for part in parts):
        raise ValueError(f"not a repository's name: {name!r}")
    return template.replace("{repository}", name)


def table(communities: Sequence[Community]) -> str:
    """Return the catalogue as an aligned plain-text table, a line per source."""
    head = ("source", "kind", "units", "since", "until", "state", "continues")
    rows = [head, *(_row(source) for community in communities for source in community.sources)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _row(source: Source) -> tuple[str, ...]:
    listed = f"from {source.urls_from.rsplit('/', 1)[-1]}" if source.urls_from else str(len(source.urls))
    return (source.id, source.kind, listed, source.since.isoformat(), str(source.until or "-"),
            "on" if source.enabled else "off", source.continues or "-")  # fmt: skip


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: not a TOML file: {error}") from None


def _community(slug: str, page: dict[str, Any]) -> Community:
    sources = tuple(_source(slug, block) for block in page["sources"])
    return Community(slug, page["name"], page["homepage"], page["born"], sources)


def _source(slug: str, block: dict[str, Any]) -> Source:
    known = {field.name for field in fields(Source)}
    facts = {key: value for key, value in block.items() if key in known}
    return Source(community=slug, **facts | {"urls": tuple(block.get("urls", ()))})


def _mistakes(file: str, page: dict[str, Any]) -> Iterator[str]:
    if not SLUG.fullmatch(file.removesuffix(".toml")):
        yield f"{file}: the file's name must be lower-case letters, digits and -"
    yield from _key_mistakes(file, page, COMMUNITY_KEYS, tuple(COMMUNITY_KEYS))
    if isinstance(page.get("homepage"), str):
        yield from _tried(f"{file}: homepage", page["homepage"], lambda url: _check_url(url, ("https",)))
    blocks = page.get("sources")
    if not isinstance(blocks, list):
        return
    for number, block in enumerate(blocks):
        where = f"{file}: sources[{number}]"
        if isinstance(block, dict):
            yield from _source_mistakes(where, block)
        else:
            yield f"{where}: not a [[sources]] block"
    yield from _twice(file, "source name", (b.get("name") for b in blocks if isinstance(b, dict)))
    yield from _twice(file, "repository", _units(blocks))


def _source_mistakes(where: str, block: dict[str, Any]) -> Iterator[str]:
    yield from _key_mistakes(where, block, SOURCE_KEYS, REQUIRED, dot=".")
    name, kind = block.get("name"), block.get("kind")
    if isinstance(name, str) and not SLUG.fullmatch(name):
        yield f"{where}.name: must be lower-case letters, digits and -: {name!r}"
    if isinstance(kind, str) and kind not in KINDS:
        yield f"{where}.kind: unknown kind {kind!r}; known: {', '.join(KINDS)}"
    since, until = block.get("since"), block.get("until")
    if _is(since, date) and _is(until, date) and until < since:
        yield f"{where}.until: {until} lies before since ({since})"
    yield from _url_mistakes(where, block)


def _url_mistakes(where: str, block: dict[str, Any]) -> Iterator[str]:
    if not block.get("urls") and not (block.get("urls_from") and block.get("url_template")):
        yield f"{where}.urls: missing: name urls, or urls_from and url_template together"
    urls = block.get("urls", [])
    for number, url in enumerate(urls if isinstance(urls, list) else []):
        yield from _tried(f"{where}.urls[{number}]", url, unit_of)
    if isinstance(block.get("urls_from"), str):
        yield from _tried(f"{where}.urls_from", block["urls_from"], lambda url: _check_url(url, LIST_SCHEMES))
    if isinstance(template := block.get("url_template"), str):
        yield from _tried(f"{where}.url_template", template, _check_template)


def _key_mistakes(
    where: str, page: dict[str, Any], known: dict[str, type], required: Iterable[str], dot: str = ": "
) -> Iterator[str]:
    for key in required:
        if key not in page:
            yield f"{where}{dot}{key}: missing"
    for key, value in page.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            yield f"{where}{dot}{key}: unknown key" + (f"; did you mean {near[0]}?" if near else "")
        elif not _is(value, known[key]):
            yield f"{where}{dot}{key}: not {WORDS[known[key]]}: {value!r}"


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is date and isinstance(value, datetime))


def _tried(where: str, value: object, check: Callable[[str], object]) -> Iterator[str]:
    try:
        if not isinstance(value, str):
            raise ValueError(f"not a text: {value!r}")
        check(value)
    except ValueError as mistake:
        yield f"{where}: {mistake}"


def _check_template(template: str) -> None:
    if template.count("{repository}") != 1:
        raise ValueError("must hold {repository} exactly once")
    unit_of(repository_url(template, "owner/name"))


def _check_url(url: str, schemes: tuple[str, ...]) -> None:
    """Raise ValueError unless the url is plain, with a host and one of the schemes."""
    if not url.isascii() or re.search(r"[\x00-\x20\x7f]", url):
        raise ValueError(f"a url has no spaces, control or non-ASCII characters: {url!r}")
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise ValueError(f"scheme not allowed: {url!r}; allowed: {', '.join(schemes)}")
    if not parts.hostname or parts.hostname.startswith("-"):
        raise ValueError(f"no host: {url!r}")
    if "@" in parts.netloc:
        raise ValueError("a url must not carry a user or password")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError(f"a url here has no query and no fragment: {url!r}")
    if parts.scheme == "git+file" and parts.netloc != "localhost":
        raise ValueError(f"git+file is for git+file://localhost/ only: {url!r}")
    _ = parts.port


def _units(blocks: list[Any]) -> Iterator[str]:
    for block in blocks:
        for url in block.get("urls", []) if isinstance(block, dict) else []:
            try:
                yield unit_of(url)
            except (ValueError, AttributeError, TypeError):
                continue


def _twice(file: str, what: str, names: Iterable[Any]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if name is not None and times > 1:
            yield f"{file}: duplicate {what}: {name!r} stands {times} times"


def _lineage_mistakes(pages: dict[str, dict[str, Any]]) -> Iterator[str]:
    declared = {f"{f.removesuffix('.toml')}/{b['name']}": (f, b) for f, p in pages.items() for b in p["sources"]}
    for name, (file, block) in declared.items():
        for key, back in (("continues", "continued_by"), ("continued_by", "continues")):
            other = block.get(key)
            if other is None:
                continue
            if other not in declared:
                yield f"{file}: {block['name']}.{key}: no source is called {other!r}"
            elif declared[other][1].get(back) != name:
                yield f"{file}: {block['name']}.{key}: {other} does not say {back} = {name!r}"
