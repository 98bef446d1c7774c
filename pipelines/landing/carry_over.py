"""Carry what is held of a source over to its new name, as `renamed_from` in the catalogue says."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.files import replace_synced
from pipelines.folders import Folders
from pipelines.landing import set_aside
from pipelines.landing.pages import PAGES
from pipelines.landing.removed import note_removed
from pipelines.landing.stored import VISIT, date_by_visit, stored_files
from pipelines.landing.visit_files import pack, visit_files
from pipelines.model import Community, Source

Name = tuple[str, str]


def carry_over(where: Folders, communities: Sequence[Community]) -> list[str]:
    """Move what is held under former names to the present ones; return a line for each source. Nobody else may write.

    What is held under both names stays under the present one; the other is set aside. After a crash it goes on.
    """
    return [
        f"{old[0]}/{old[1]}: what is held of it goes on as {source.id}"
        for old, source in former_names(communities)
        if _carry(where, old, (source.community, source.name))
    ]


def former_names(communities: Sequence[Community]) -> Iterator[tuple[Name, Source]]:
    """Yield the former community and name of each renamed source, its own or by the rename of its community."""
    for community in communities:
        for source in community.sources:
            if source.renamed_from:
                slug, _, name = source.renamed_from.rpartition("/")
                yield (slug or community.slug, name), source
            elif community.renamed_from:
                yield (community.renamed_from, source.name), source


def _carry(where: Folders, old: Name, new: Name) -> bool:
    tops = [
        top for top in (where.observations, where.visits, where.clones, where.data / PAGES) if _of(top, old).is_dir()
    ]
    for path in stored_files(_of(where.observations, old)):
        _carry_unit(where, path, _place(where.observations, path, old, new), new)
    _carry_visits(_of(where.visits, old), _of(where.visits, new), new)
    for top in tops:
        _move_rest(where, top, old, new)
    return bool(tops)


def _carry_unit(where: Folders, path: Path, target: Path, new: Name) -> None:
    """Write a file of observations under the new name, with its visit, and remove the old one."""
    if target.exists():
        set_aside.move(where, path, "its unit is held under its new name")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with pq.ParquetFile(path) as file:
        footer = {key: value for key, value in file.metadata.metadata.items() if key.startswith(b"stackrank.")}
        footer |= {VISIT: _renamed(footer[VISIT], new)}
        with pq.ParquetWriter(draft, file.schema_arrow, compression="zstd", write_page_checksum=True) as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch)
            writer.add_key_value_metadata(footer)
    replace_synced(draft, target)
    date_by_visit(target)
    note_removed(path)
    path.unlink()


def _carry_visits(source: Path, target: Path, new: Name) -> None:
    """Put the visits of an old name before those of the new one, in one file, and remove the old ones."""
    old_files, new_files = visit_files(source), visit_files(target)
    if not old_files:
        return
    target.mkdir(parents=True, exist_ok=True)
    lines = [_renamed(line, new) for path in old_files for line in path.read_bytes().splitlines()]
    lines += [line for path in new_files for line in path.read_bytes().splitlines()]
    pack(target, [*old_files, *new_files], dict.fromkeys(lines))  # after a crash the old lines are there already


def _renamed(content: bytes, new: Name) -> bytes:
    facts: dict[str, Any] = json.loads(content)
    return json.dumps(facts | dict(zip(("community", "source"), new, strict=True))).encode()


def _move_rest(where: Folders, top: Path, old: Name, new: Name) -> None:
    """Move the folder of a source: clones, pages, the plan; what the new name has already is set aside."""
    source, target = _of(top, old), _of(top, new)
    if (plan := source / "plan.json").exists():
        note_removed(plan)
        plan.unlink()  # each run makes it anew
    for path in [path for path in source.rglob("*") if path.is_file()]:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            set_aside.move(where, path, "the new name has its own")
        else:
            note_removed(path)
            path.rename(place)
    _remove_empty(source)


def _remove_empty(folder: Path) -> None:
    for path in [*sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True), folder]:
        path.rmdir()


def _of(top: Path, name: Name) -> Path:
    return top / name[0] / name[1]


def _place(top: Path, path: Path, old: Name, new: Name) -> Path:
    return _of(top, new) / path.relative_to(_of(top, old))
