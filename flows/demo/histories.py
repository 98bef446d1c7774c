"""Make the repositories of the demo's server, from bundles or invented."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from subprocess import CalledProcessError

from flows.demo import fast_import
from flows.demo.invented import Change, changes
from flows.demo.places import git, place, repository, unit, visited
from flows.demo.shares import Part, pace, period, share_out
from flows.demo.totals import Window
from pipelines.model import Source

AT_ONCE = 2


@dataclass(frozen=True)
class Unbundled:
    """What a folder of histories gave: units served and missing, files unnamed and broken.

    `missing` are repositories of the catalogue without a file, `unnamed` files that no source
    names, `broken` one sentence per file that could not be read.
    """

    served: tuple[str, ...]
    missing: tuple[str, ...]
    unnamed: tuple[str, ...]
    broken: tuple[str, ...]


def generate(root: Path, sources: Iterable[Source], today: date, windows: Mapping[str, Window] | None = None) -> None:
    """Invent a history, up to `today`, for each repository that an enabled git source names.

    A community that has a window, by its slug, gets the totals and the end of that. A repository that
    continues another one holds all of its history. The same day gives the same hashes. Raises
    FileExistsError if one of the repositories is there already.
    """
    declared = list(sources)
    places = visited(declared)
    plans = _plans({unit(at): source for at, source in places.items()}, today, windows or {})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        works = [
            pool.submit(_invent, repository(root, at), _lineage(at, source, declared), plans)
            for at, source in places.items()
        ]
        for work in works:
            work.result()


@dataclass(frozen=True)
class Plan:
    """What is to happen in one repository, month by month, before the day `end`."""

    parts: list[Part]
    end: date


def _plans(units: Mapping[str, Source], today: date, windows: Mapping[str, Window]) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for community in dict.fromkeys(source.community for source in units.values()):
        window = windows.get(community)
        mine = {name: source for name, source in units.items() if source.community == community}
        spans = {name: period(source, today, window) for name, source in mine.items()}
        parts = share_out(community, spans, window.of if window else None)
        plans |= {name: Plan(parts[name], spans[name][1]) for name in mine}
    return plans


def _invent(bare: Path, lineage: list[tuple[str, Source]], plans: Mapping[str, Plan]) -> None:
    """Make a repository of the histories of its ancestors and its own, the last of its lineage."""
    own = unit(lineage[-1][0])
    legs = [_leg(unit(at), source, plans[unit(at)]) for at, source in lineage]
    fast_import.write(bare, pace(own).branch, chain.from_iterable(legs))


def _leg(name: str, source: Source, plan: Plan) -> Iterator[Change]:
    for part in plan.parts:
        yield from changes(name, source, part, plan.end)


def _lineage(at: str, source: Source, declared: list[Source]) -> list[tuple[str, Source]]:
    """Return the repository's ancestors, oldest first, and itself: place and source of each.

    The ancestor is the repository of the same name in the source that this one continues.
    """
    name = at.rpartition("/")[2]
    for parent in declared:
        if parent.id == source.continues:
            for ancestor in map(place, parent.urls):
                if ancestor.rpartition("/")[2] == name:
                    return [*_lineage(ancestor, parent, declared), (at, source)]
    return [(at, source)]


def unbundle(folder: Path, root: Path, sources: Iterable[Source]) -> Unbundled:
    """Make `owner__name.bundle` and bare `owner__name.git` of a folder servable below `root`.

    Bundles are unpacked, repositories are linked and never written to. Raises FileExistsError if
    one of the repositories is below `root` already.
    """
    units = {place: unit(place) for place in visited(sources)}
    found = {place: file for place in units if (file := _history(folder, units[place]))}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        complaints = pool.map(_serve, found.values(), (repository(root, p) for p in found))
        broken = {place: complaint for place, complaint in zip(found, complaints, strict=True) if complaint}
    files = {file for file in folder.iterdir() if not file.name.startswith(".")}
    return Unbundled(
        served=tuple(units[place] for place in found if place not in broken),
        missing=tuple(units[place] for place in units if place not in found),
        unnamed=tuple(sorted(file.name for file in files - set(found.values()))),
        broken=tuple(broken.values()),
    )


def find_histories(folder: Path, sources: Iterable[Source]) -> list[Path]:
    """Return the histories in a folder that a source names, sorted."""
    return sorted({file for place in visited(sources) if (file := _history(folder, unit(place)))})


def _history(folder: Path, unit: str) -> Path | None:
    stem = unit.replace("/", "__")
    candidates = (folder / f"{stem}{ending}" for ending in (".bundle", ".git", ""))
    return next((file for file in candidates if file.exists()), None)


def _serve(history: Path, bare: Path) -> str | None:
    """Make one history servable as `bare`; return a sentence if it is broken."""
    bare.parent.mkdir(parents=True, exist_ok=True)
    try:
        if history.is_dir():
            git(history, "rev-parse", "--git-dir")
            bare.symlink_to(history.resolve())
        else:
            _unpack(history.resolve(), bare)
    except (CalledProcessError, ValueError) as error:
        if bare.exists():
            shutil.rmtree(bare)
        return f"{history.name} cannot be read: {_reason(error)}"
    return None


def _reason(error: CalledProcessError | ValueError) -> str:
    if isinstance(error, ValueError):
        return str(error)
    lines = error.stderr.decode(errors="replace").splitlines()
    return "; ".join(line.strip() for line in lines) or f"git ended with {error.returncode}"


def _unpack(bundle: Path, bare: Path) -> None:
    """Unpack all branches and tags of a bundle; its HEAD becomes the default branch."""
    bare.mkdir()
    git(bare, "init", "--quiet", "--bare", "--template=")
    lines = git(bare, "bundle", "unbundle", bundle).splitlines()
    refs = {name: digest for digest, name in (line.split(" ", 1) for line in lines)}
    # One file instead of a lock and a file for each of thousands of references: half a second.
    kept = [name for name in refs if name.startswith(("refs/heads/", "refs/tags/"))]
    packed = "".join(f"{refs[name]} {name}\n" for name in kept)
    (bare / "packed-refs").write_text(packed, encoding="utf-8", errors="surrogateescape")
    git(bare, *_set_head(refs))


def _set_head(refs: dict[str, str]) -> tuple[str, ...]:
    """Return the git command that makes the bundle's HEAD the HEAD of the repository.

    A bundle knows HEAD by its hash only: it is the branch with that hash, `main` or `master` where
    several have it. A bundle without HEAD must have one of those two, or a single branch.
    """
    wanted = refs.get("HEAD")
    branches = [n for n in refs if n.startswith("refs/heads/") and wanted in {None, refs[n]}]
    usual = [name for name in ("refs/heads/main", "refs/heads/master") if name in branches]
    if usual or len(branches) == 1 or (wanted and branches):
        return ("symbolic-ref", "HEAD", (usual or branches)[0])
    if wanted:
        return ("update-ref", "--no-deref", "HEAD", wanted)
    raise ValueError("it has no HEAD and no branch that must be the default one")
