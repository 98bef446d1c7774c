"""What RFC 4287 asks of an Atom feed, as a list of what is wrong: sections 4.1.1, 4.1.2, 3.1, 3.3 and 4.2."""

import re
from collections import Counter
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
ONE = ("id", "title", "updated")
AT_MOST_ONE = {"feed": ("subtitle", "generator", "icon", "logo", "rights"), "entry": ("summary", "content", "published",
               "rights", "source")}  # fmt: skip
MANY = ("author", "category", "contributor", "link")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def find_faults(feed: bytes) -> list[str]:
    """Return every rule that a feed breaks."""
    root = ElementTree.fromstring(feed)
    entries = root.findall(f"{ATOM}entry")
    faults = [] if root.tag == f"{ATOM}feed" else [f"the root is {root.tag}"]
    faults += _of_parts("feed", root, [*MANY, "entry"])
    for number, entry in enumerate(entries):
        faults += [f"entry {number}: {fault}" for fault in _of_entry(entry)]
    if root.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        faults.append("an entry has no author, and the feed has none")
    twice = Counter((entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries)
    return faults + [f"twice: {key}" for key, count in twice.items() if count > 1]


def _of_entry(entry) -> list[str]:
    faults = _of_parts("entry", entry, MANY)
    links = [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    if entry.find(f"{ATOM}content") is None and not links:
        faults.append("neither content nor an alternate link")
    return faults


def _of_parts(kind, element, many) -> list[str]:
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    faults = [f"{kind} has {counts[name]} of {name}" for name in ONE if counts[name] != 1]
    faults += [f"{kind} has {counts[name]} of {name}" for name in AT_MOST_ONE[kind] if counts[name] > 1]
    faults += [f"{kind} has {name}" for name in counts if name not in (*ONE, *AT_MOST_ONE[kind], *many)]
    updated, name = element.findtext(f"{ATOM}updated", ""), element.findtext(f"{ATOM}id", "")
    faults += [] if DATE.fullmatch(updated) else [f"{updated!r} is no date"]
    faults += [] if ABSOLUTE.fullmatch(name) else [f"{name!r} is no absolute IRI"]
    faults += [
        f"{child.tag} has elements" for child in element if child.tag.endswith(("title", "summary")) and len(child)
    ]
    return faults + _of_links(kind, element) + _of_authors(element)


def _of_links(kind, element) -> list[str]:
    links = element.findall(f"{ATOM}link")
    kinds = Counter((one.get("rel", "alternate"), one.get("type"), one.get("hreflang")) for one in links)
    faults = [f"two alternate links: {key}" for key, n in kinds.items() if n > 1 and key[0] == "alternate"]
    faults += ["a link without address" for one in links if not one.get("href")]
    if kind == "feed" and not any(one.get("rel") == "self" for one in links):
        faults.append("no link to itself")
    return faults


def _of_authors(element) -> list[str]:
    return ["an author without name" for one in element.findall(f"{ATOM}author") if not one.findtext(f"{ATOM}name")]
