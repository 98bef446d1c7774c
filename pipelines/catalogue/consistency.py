"""What must agree within one community file: the keys of a block, and the blocks of a file.

It looks at what stands in the file, so that its mistakes are named together with those of single values.
"""

from collections.abc import Callable, Iterator
from datetime import date

from pipelines.catalogue import platform_facts
from pipelines.catalogue.toml_files import Table, nearest
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, FORUM, INDEX, KINDS

ONE_URL = {**dict.fromkeys(ARCHIVES, "because it is the archive of one list"), FORUM: "the start page of one forum"}
"""Why a source of these kinds has one url."""


def inconsistencies(file: str, table: Table) -> Iterator[str]:
    """Yield a sentence about everything in a community file that contradicts something else in it."""
    for place, block in blocks(table, "sources"):
        for key, sentence in _of_source(block):
            yield f"{place}.{key}: {sentence}"
    for place, block in blocks(table, "facts"):
        for key, sentence in _of_fact(block):
            yield f"{place}.{key}: {sentence}"
    yield from _repeated(table, "sources", "name", "{value!r} is already the name of {first}")
    yield from _repeated(table, "release_dates", "version", "{value!r} has its day already in {first}")
    yield from _repeated_facts(table)
    yield from _repeated_units(file, table)


def blocks(table: Table, key: str) -> list[tuple[str, Table]]:
    """Return the `[[key]]` blocks that are tables, each with its place, `sources[0]`."""
    found = table.get(key)
    numbered = enumerate(found if isinstance(found, list) else ())
    return [(f"{key}[{number}]", block) for number, block in numbered if isinstance(block, dict)]


def _of_source(block: Table) -> Iterator[tuple[str, str]]:
    since, until = block.get("since"), block.get("until")
    if type(since) is date and type(until) is date and until < since:
        yield "until", f"{until} is before since, {since}"
    for key, other in (("traffic", "traffic_source"), ("traffic_source", "traffic")):
        if key in block and other not in block:
            yield other, f"missing beside {key}"
    kind, urls = block.get("kind"), block.get("urls")
    if kind == "git":
        yield from _of_repositories(block)
    if not isinstance(kind, str) or not isinstance(urls, list) or not urls:
        return
    if len(urls) > 1 and kind in ONE_URL:
        yield "urls", f"one url, {ONE_URL[kind]}"
    if kind == "hyperkitty" and not str(urls[0]).endswith(f"/list/{block.get('address')}/"):
        yield "urls[0]", "it must end in /list/ADDRESS/, with the address of the list"


def _of_repositories(block: Table) -> Iterator[tuple[str, str]]:
    """Yield what is wrong unless there are either urls, or urls_from with its url_template."""
    given = [key for key in ("urls", "urls_from", "url_template") if key in block]
    if not given:
        yield "urls", "missing (or urls_from together with url_template)"
    elif given[0] == "urls":
        yield from ((key, "not together with urls") for key in given[1:])
    elif len(given) == 1:
        yield "url_template" if given == ["urls_from"] else "urls_from", f"missing beside {given[0]}"
    if "not_releases" in block and "releases" not in block:
        yield "not_releases", "nothing to leave out without releases"


def _of_fact(block: Table) -> Iterator[tuple[str, str]]:
    topic = block.get("topic")
    if not isinstance(topic, str) or topic not in platform_facts.TOPICS:
        return
    if ("values" in block) == ("text" in block):
        yield "text", "one of values and text is needed, not both"
    if ("as_of" in block) == (topic in platform_facts.TIMELESS):
        yield "as_of", "not for what is true of all times" if "as_of" in block else "missing"
    if topic not in platform_facts.OF_RELEASES:
        yield from ((key, "only a fact about a release has it") for key in ("version", "day") if key in block)
    if topic != "cadence" and "per_year" in block:
        yield "per_year", "only a fact about the cadence has it"
    if topic == "image-formats":
        yield from _of_formats(block.get("values"))


def _of_formats(values: object) -> Iterator[tuple[str, str]]:
    """Yield the image formats that nobody has explained in image-formats.toml."""
    known = [each.name for each in platform_facts.formats()]
    if not isinstance(values, list):
        yield "values", "missing; formats are named one by one"
        return
    for number, value in enumerate(values):
        if isinstance(value, str) and value not in known:
            yield f"values[{number}]", f"unknown image format {value!r:.80}{nearest(value, known)}"


def _repeated(table: Table, kind: str, key: str, sentence: str) -> Iterator[str]:
    """Yield the blocks whose key has the value of an earlier block."""
    seen: dict[str, str] = {}
    for place, block in blocks(table, kind):
        first = seen.setdefault(str(block.get(key, place)), place)
        if first != place:
            yield f"{place}.{key}: {sentence.format(value=block[key], first=first)}"


def _repeated_facts(table: Table) -> Iterator[str]:
    seen: dict[str, str] = {}
    for place, block in blocks(table, "facts"):
        statement = [block.get(key) for key in ("topic", "as_of", "values", "text")]
        first = seen.setdefault(repr(statement), place)
        if first != place:
            yield f"{place}.topic: {first} says the same"


def _repeated_units(file: str, table: Table) -> Iterator[str]:
    """Yield the urls of units that an earlier url of the community names."""
    seen: dict[str, str] = {}
    for place, block in blocks(table, "sources"):
        for number, unit, identity in _units(block):
            own = f"{place}.urls[{number}]"
            first = seen.setdefault(identity.lower(), own)
            if first != own:
                yield f"{own}: {unit} is named already by {file}: {first}"


def _units(block: Table) -> Iterator[tuple[int, str, str]]:
    """Yield the number, the unit and the identity in the community of each url that is right."""
    kind, urls = block.get("kind"), block.get("urls")
    unit_of: Callable[[str], str] | None = KINDS.get(kind) if isinstance(kind, str) else None
    for number, url in enumerate(urls if unit_of and isinstance(urls, list) else ()):
        try:
            unit = unit_of(url) if unit_of and isinstance(url, str) else None
        except ValueError:
            continue
        if unit:
            address = f"{url} {block.get('address')} {kind == CAPTURED}"
            yield number, unit, address if unit == INDEX else unit
