"""Read the urls of the catalogue: each kind of source has a form, and a url names its unit."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from urllib.parse import SplitResult, unquote, urlsplit

from pipelines.catalogue import count_pages
from pipelines.model import BY_HAND, UNREADABLE, Source

PLACE = "{repository}"


GIT_SCHEMES = ("git+https", "git+http", "git+file")


PAGE_SCHEMES = ("https", "http")


INDEX = "index"


ARCHIVES = ("pipermail", "hyperkitty", "ponymail")


FORUM = "discourse"


MAILBOX = "mbox"


CAPTURED = "archiveorg"


CHANNELS = (*ARCHIVES, FORUM, MAILBOX, CAPTURED, *sorted(BY_HAND), UNREADABLE)
"""The kinds of mailing lists and forums."""


CAPTURES = "https://web.archive.org/"
"""Where captures are asked for, unless the catalogue says otherwise."""


_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"


_UNIT = re.compile(rf"(?!.*\.\.){_PART}/{_PART}")


_NO_URL_CHARACTER = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]")


_PLAIN_URL = re.compile(r"([a-z][a-z+]*)://([a-z0-9]+(?:[.-][a-z0-9]+)*)(/[A-Za-z0-9._~/-]*)")


_HOST = re.compile(r"[a-z0-9:][a-z0-9.:_-]*")


@lru_cache(maxsize=1 << 12)
def unit_of(url: str) -> str:
    """Return the unit of a git url, `owner/name`; raises ValueError if it is no plain address.

    `git+https://host/any/owner/name.git` gives `owner/name`, and so does
    `git+file://localhost/any/owner__name.bundle`.
    """
    parts = split_url(url, GIT_SCHEMES)
    is_file = parts.scheme == "git+file"
    if is_file and parts.netloc != "localhost":
        raise ValueError("the host of a git+file url must be localhost")
    names = unquote(parts.path).removeprefix("/").split("/")
    if not "".join(names).isprintable() or not {"", ".", ".."}.isdisjoint(names):
        raise ValueError(f"not a plain path: {parts.path!r:.200}")
    unit = (is_file and _in_file_name(names[-1])) or "/".join(names[-2:]).removesuffix(".git")
    if not _UNIT.fullmatch(unit):
        raise ValueError(f"the path does not end in owner/name: {parts.path!r:.200}")
    return unit


def file_of(url: str) -> str:
    """Return the unit of the url of a file on the web, its name; raises ValueError if there is none."""
    names = unquote(split_url(url, PAGE_SCHEMES).path).removeprefix("/").split("/")
    if not "".join(names).isprintable() or not {"", ".", ".."}.isdisjoint(names):
        raise ValueError("the url of a file is needed")
    if not re.fullmatch(_PART, names[-1]) or ".." in names[-1]:
        raise ValueError(f"not the plain name of a file: {names[-1]!r:.200}")
    return names[-1]


def index_of(url: str) -> str:
    """Return the unit of the url of a mail archive, its index; raises ValueError for any other url."""
    path = unquote(split_url(url, PAGE_SCHEMES).path)
    if not path.isprintable() or not path.endswith("/") or not {"", ".", ".."}.isdisjoint(path[1:-1].split("/")):
        raise ValueError("the url of an archive is a folder and ends in /")
    return INDEX


def mailmap_of(url: str) -> str:
    """Return the unit of the url of a .mailmap, `owner/name.mailmap`, of how its path begins; raises ValueError."""
    names = unquote(split_url(url, PAGE_SCHEMES).path).removeprefix("/").split("/")
    if names[-1] != ".mailmap" or len(names) < 3 or not _UNIT.fullmatch("/".join(names[:2])):
        raise ValueError("the url of a .mailmap is owner/name, where it lies, and .mailmap")
    return "/".join(names[:2]) + names[-1]


def forum_of(url: str) -> str:
    """Return the unit of the url of a forum, its index; raises ValueError for any other url."""
    return INDEX if split_url(url, PAGE_SCHEMES).path == "/" else index_of(url)


def mailbox_of(url: str) -> str:
    """Return the unit of the url of a mailbox on this machine, its name; raises ValueError for any other url."""
    parts = split_url(url, ("file",))
    names = unquote(parts.path).removeprefix("/").split("/")
    if parts.netloc != "localhost" or not "".join(names).isprintable() or not {"", ".", ".."}.isdisjoint(names):
        raise ValueError("the url of a mailbox is file://localhost/ and a plain path")
    if not re.fullmatch(_PART, names[-1]) or ".." in names[-1]:
        raise ValueError(f"not the plain name of a mailbox: {names[-1]!r:.200}")
    return names[-1]


def is_plain_name(name: str) -> bool:
    """Tell whether a file's name can be that of a unit."""
    return bool(re.fullmatch(_PART, name)) and ".." not in name


def _unread(url: str) -> str:
    return split_url(url, PAGE_SCHEMES).geturl()


def _page_of(kind: str, url: str) -> str:
    """Return the unit of a page that states dated counts, its name; raises ValueError for any other url."""
    path = unquote(split_url(url, PAGE_SCHEMES).path)
    if not path.isprintable():
        raise ValueError("not a plain path")
    return count_pages.page(kind, path)


def repository_url(template: str, name: str) -> str:
    """Put the `owner/name` that a foreign file gave into a `url_template`; raises ValueError."""
    if not _UNIT.fullmatch(name):
        raise ValueError(f"not the owner/name of a repository: {name!r:.80}")
    url = template.replace(PLACE, name)
    if unit_of(url) != name:
        raise ValueError(f"the template makes no address of the repository {name!r:.80}")
    return url


def _in_file_name(name: str) -> str | None:
    """Return `owner/name` for the file name `owner__name.bundle` or `owner__name.git`."""
    stem, _, ending = name.rpartition(".")
    is_joined = "__" in stem.strip("_") and ending in {"bundle", "git"}
    return stem.replace("__", "/", 1) if is_joined else None


@lru_cache(maxsize=1 << 12)
def split_url(url: str, schemes: tuple[str, ...]) -> SplitResult:
    """Take apart a url that is a host and a path and nothing else; raises ValueError.

    The error does not repeat the url: a wrong one may hold a password.
    """
    if (plain := _PLAIN_URL.fullmatch(url)) and plain[1] in schemes:
        return SplitResult(plain[1], plain[2], plain[3], "", "")
    return _split_unusual(url, schemes)


def _split_unusual(url: str, schemes: tuple[str, ...]) -> SplitResult:
    """Do what `split_url` promises for any url, in five times the time."""
    if foreign := _NO_URL_CHARACTER.search(url):
        raise ValueError(f"a url has no {foreign[0]!r}")
    if url.partition("://")[0] not in schemes or "://" not in url:
        raise ValueError(f"the scheme of the url is not one of {', '.join(schemes)}")
    if "?" in url or "#" in url:
        raise ValueError("a query or a fragment is not allowed in a url")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("a user or a password is not allowed in a url")
    if not _HOST.fullmatch(parts.hostname or "") or parts.port == 0:
        raise ValueError("a url needs a host")
    return parts


KINDS: Mapping[str, Callable[[str], str]] = {
    "git": unit_of,
    "series_status": file_of,
    "mailmap": mailmap_of,
    **dict.fromkeys(ARCHIVES, index_of),
    FORUM: forum_of,
    MAILBOX: mailbox_of,
    CAPTURED: index_of,
    **{kind: partial(_page_of, kind) for kind in count_pages.KINDS},
    **dict.fromkeys((*sorted(BY_HAND), UNREADABLE), _unread),
}
"""The known kinds of source, each with what checks a url and names its unit."""


def units(source: Source) -> list[str]:
    """Return the units that a source names itself, in the order of its urls; none where nothing can be asked."""
    return [KINDS[source.kind](url) for url in source.urls] if source.kind not in (UNREADABLE, *BY_HAND) else []
