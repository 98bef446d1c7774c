"""The links between sources: which one continues another, and which one is a copy of another."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from pipelines.catalogue.consistency import blocks
from pipelines.catalogue.toml_files import Table, nearest
from pipelines.catalogue.urls import CHANNELS


def wrong_links(tables: Mapping[str, Table], unread: Collection[str]) -> Iterator[str]:
    """Yield a sentence about each wrong link between the sources of community files.

    `tables` are the files by slug. Links into an `unread` file, by slug, are not judged.
    """
    placed = [
        (f"{slug}.toml: {place}", f"{slug}/{source.get('name')}", source)
        for slug, table in tables.items()
        for place, source in blocks(table, "sources")
    ]
    sources = {own: source for _, own, source in placed}
    yield from _wrong_former_names(placed, sources)
    for where, own, source in placed:
        for key in ("continues", "continued_by", "copy_of"):
            other = source.get(key)
            if not isinstance(other, str) or (key != "copy_of" and other.partition("/")[0] in unread):
                continue
            try:
                _check_copy(sources, own, other) if key == "copy_of" else _check_link(sources, own, key, other)
            except ValueError as wrong:
                yield f"{where}.{key}: {wrong}"


def _wrong_former_names(placed: list[tuple[str, str, Table]], taken: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each former name that is in use: its data belong to who has the name now."""
    for where, own, source in placed:
        former = source.get("renamed_from")
        if isinstance(former, str):
            slug, _, name = former.rpartition("/")
            if f"{slug or own.partition('/')[0]}/{name}" in taken:
                yield f"{where}.renamed_from: a source has this name: {former!r:.80}"


def _check_copy(sources: Mapping[str, Table], own: str, other: str) -> None:
    """Check that a source is a copy of a list or a forum of its community that is not a copy itself."""
    if other not in sources:
        raise ValueError(f"no such source: {other!r:.80}{nearest(other, sources)}")
    if other == own or other.partition("/")[0] != own.partition("/")[0]:
        raise ValueError(f"{other} is no other source of the same community")
    if sources[other].get("kind") not in CHANNELS or "copy_of" in sources[other]:
        raise ValueError(f"{other} must be a list or a forum that is not a copy itself")


def _check_link(sources: Mapping[str, Table], own: str, key: str, other: str) -> None:
    """Check one link; a source continues only what begins before it, so there are no circles.

    Several lists can go on in one, which then continues one of them.
    """
    if other not in sources:
        raise ValueError(f"no such source: {other!r:.80}{nearest(other, sources)}")
    back = "continued_by" if key == "continues" else "continues"
    folded = key == "continued_by" and sources[own].get("kind") in CHANNELS and back in sources[other]
    if sources[other].get(back) != own and not folded:
        raise ValueError(f"{other} must have {back} = {own!r}")
    since, begun = sources[own].get("since"), sources[other].get("since")
    if key == "continues" and type(since) is date and type(begun) is date and since <= begun:
        raise ValueError(f"{other} must begin earlier, not on {begun}")
