"""The histories that are measured: bundles of a folder, of the demo's invented repositories, or of one repository."""

import os
from dataclasses import dataclass
from pathlib import Path

from measuring import run

from flows.demo import run as demo
from flows.demo.places import git, served, unit
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE


class UnusableError(Exception):
    """A history cannot be measured; says which one and why."""


@dataclass(frozen=True)
class History:
    """One history: as a bundle, and unpacked into a bare repository."""

    unit: str
    bundle: Path
    bare: Path
    commits: int

    @property
    def branch(self) -> str:
        """The name of the default branch; raises CalledProcessError if there is none."""
        return git(self.bare, "symbolic-ref", "--short", "HEAD").strip()

    @property
    def has_files(self) -> bool:
        """Whether the newest commit has any file; histories that were copied without files have none."""
        return bool(git(self.bare, "ls-tree", "HEAD"))

    def __str__(self) -> str:
        """Name it, and say whether it was invented, and what flatters readers of files."""
        if "invented" in self.bundle.parts:
            return f"an invented history of {self.commits:,} commits"
        return self.unit + ("" if self.has_files else " (copied without files)")


def unpacked(bundles: Path, work: Path) -> list[History]:
    """Unpack every `owner__name.bundle` of a folder, those with fewer commits first."""
    found = [_unpacked(bundle.resolve(), work / f"{bundle.stem}.git") for bundle in bundles.glob("*__*.bundle")]
    if not found:
        raise UnusableError(f"{bundles} holds no owner__name.bundle")
    return sorted(found, key=lambda history: (history.commits, history.unit))


def _unpacked(bundle: Path, bare: Path) -> History:
    run("git", "clone", "--quiet", "--bare", bundle, bare)
    commits = int(git(bare, "rev-list", "--count", "HEAD"))
    return History(bundle.stem.replace("__", "/", 1), bundle, bare, commits)


def invented(work: Path) -> Path:
    """Return a folder with a bundle of each of the demo's invented repositories."""
    os.environ["STACKRANK_DATA"] = str(work / "demo")
    _, root = demo.prepare(None, load_catalogue(CATALOGUE))
    bundles = work / "invented"
    bundles.mkdir()
    for place, bare in served(root).items():
        _bundle(bare, bundles / f"{unit(place).replace('/', '__')}.bundle")
    return bundles


def complete(repository: Path, work: Path) -> History:
    """Return the history of a repository on disk that lacks nothing; raises UnusableError otherwise."""
    inside = (repository / ".git" if (repository / ".git").exists() else repository).resolve()
    if ".promisor=true" in git(inside, "config", "--list") or (inside / "shallow").exists():
        raise UnusableError(f"{repository} is a partial or shallow clone")
    name = (inside.parent if inside.name == ".git" else inside).name.removesuffix(".git")
    bundle = work / f"complete__{name}.bundle"
    _bundle(inside, bundle)
    return _unpacked(bundle, work / f"{bundle.stem}.git")


def _bundle(repository: Path, bundle: Path) -> None:
    git(repository, "bundle", "create", "--quiet", bundle, "HEAD", "--branches", "--tags")
