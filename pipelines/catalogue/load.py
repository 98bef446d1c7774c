"""Read the community files: the whole catalogue, or every mistake in it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.catalogue import kept
from pipelines.catalogue.toml_files import Table, WrongFileError, parse_toml, validate
from pipelines.folders import Folders, folders
from pipelines.model import Community, Fact, ReleaseDate, Source

if TYPE_CHECKING:
    from pipelines.catalogue.community_file import CommunityFile


class CatalogueError(WrongFileError):
    """The community files are wrong; the text has one line per mistake, naming file and key."""


def load_catalogue(folder: Path) -> tuple[Community, ...]:
    """Return the communities of the `*.toml` files of a folder and its subfolders, by slug; raises CatalogueError.

    Where a run has kept the catalogue of these files, it is read from there.
    """
    where = folders()
    if where.communities == folder and (found := kept.read(where.kept_catalogue, community_files(folder))):
        return found
    return _read_all(folder)


def keep_catalogue(where: Folders) -> None:
    """Keep the catalogue for the next commands, unless its files are as they were; raises CatalogueError."""
    files = community_files(where.communities)
    if kept.read(where.kept_catalogue, files) is None:
        before = kept.fingerprint(files)
        kept.write(where.kept_catalogue, before, _read_all(where.communities))


def _read_all(folder: Path) -> tuple[Community, ...]:
    from pipelines.catalogue.community_file import CommunityFile
    from pipelines.catalogue.consistency import inconsistencies
    from pipelines.catalogue.lineage import wrong_links

    files = community_files(folder)
    tables, mistakes = _parse_files(folder, files)
    content: dict[str, CommunityFile] = {}
    for slug, table in tables.items():
        community, wrong = validate(table, CommunityFile)
        wrong = [*_wrong_name(slug), *wrong, *inconsistencies(f"{slug}.toml", table)]
        mistakes += [f"{slug}.toml: {mistake}" for mistake in wrong]
        content |= {slug: community} if community else {}
    mistakes += wrong_links(tables, unread={file.stem for file in files} - tables.keys())
    if mistakes:
        raise CatalogueError(*mistakes)
    return tuple(_community(slug, each) for slug, each in content.items())


def _parse_files(folder: Path, files: list[Path]) -> tuple[dict[str, Table], list[str]]:
    """Return the tables of the files that can be read, by slug, and a sentence about each other file."""
    tables: dict[str, Table] = {}
    mistakes = list(_same_names(folder, files))
    for file in files:
        try:
            tables[file.stem] = parse_toml(file)
        except ValueError as wrong:
            mistakes.append(f"{file.name}: {wrong}")
    return tables, mistakes


def _same_names(folder: Path, files: list[Path]) -> Iterator[str]:
    """Yield a sentence about each name that files of several folders have: a community has the name of its file."""
    for name, times in Counter(file.name for file in files).items():
        if times > 1:
            places = (str(file.relative_to(folder)) for file in files if file.name == name)
            yield f"{name}: one file only may have this name: {', '.join(places)}"


def community_files(folder: Path) -> list[Path]:
    """Return the community files of a folder and of its subfolders, by slug; raises CatalogueError for none."""
    if not folder.is_dir():
        raise CatalogueError(f"{folder}: no such folder. Name the folder of community files in STACKRANK_COMMUNITIES.")
    found = [file for file in folder.rglob("*.toml") if "/." not in str(file)[len(str(folder)) :]]
    if not found:
        raise CatalogueError(f"{folder}: no community file (*.toml). Name another folder in STACKRANK_COMMUNITIES.")
    return sorted(found, key=lambda file: file.stem)


def file_of(folder: Path, slug: str) -> Path:
    """Return the file of a community, which may lie in a subfolder."""
    return next(folder.rglob(f"{slug}.toml"), folder / f"{slug}.toml")


def _wrong_name(slug: str) -> Iterator[str]:
    from pipelines.catalogue.field_types import SLUG, is_slug

    if not is_slug(slug):
        yield f"the file name must match {SLUG}"


def _community(slug: str, content: "CommunityFile") -> Community:
    facts: Table = content.model_dump(exclude_none=True)
    facts["sources"] = tuple(_source(slug, block) for block in facts["sources"])
    facts["release_dates"] = tuple(ReleaseDate(**block) for block in facts["release_dates"])
    facts["facts"] = tuple(Fact(**block) for block in facts["facts"])
    return Community(slug=slug, **facts)


def _source(slug: str, block: Table) -> Source:
    return Source(community=slug, urls=block.pop("urls", ()), **block)
