"""Where a repository lives on the demo's server, and how git is called there."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.model import Source

CONFIGURATION = {
    "uploadpack.allowFilter": "true",
    "safe.directory": "*",
    "core.fsync": "none",
    "gc.auto": "0",
}


def place(url: str) -> str:
    """Return where a repository is served: `git+https://h/a/b.git` -> `h/a/b`.

    Raises ValueError if that is not a plain path below a host.
    """
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix("/").removesuffix("/").removesuffix(".git")
    if not parts.hostname or any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"not the address of a repository: {url}")
    return f"{parts.hostname}/{path}"


def unit(place: str) -> str:
    """Return the `owner/name` of a place."""
    return "/".join(place.split("/")[-2:])


def repository(root: Path, place: str) -> Path:
    """Return the bare repository below `root` that is served at a place."""
    return root / f"{place}.git"


def served(root: Path) -> dict[str, Path]:
    """Return the repositories below `root` by their place."""
    found = (folder for folder in root.glob("*/**/*.git") if (folder / "HEAD").is_file())
    return {folder.relative_to(root).as_posix().removesuffix(".git"): folder for folder in found}


def page(root: Path, place: str) -> Path | None:
    """Return the file that is served at a place below `root`: a list in YAML, never a repository's own file."""
    parts = place.split("/")
    plain = not {"", ".", ".."}.intersection(parts) and not any(part.endswith(".git") for part in parts)
    return file if plain and place.endswith(".yaml") and (file := root / place).is_file() else None


def visited(sources: Iterable[Source]) -> dict[str, Source]:
    """Return the places that the git sources which every run visits name themselves, with the first that does."""
    git_sources = [source for source in sources if source.visited and source.kind == "git"]
    places: dict[str, Source] = {}
    for source in git_sources:
        for url in source.urls:
            places.setdefault(place(url), source)
    return places


def git(repository: Path, *arguments: str | Path) -> str:
    """Run git on a bare repository; raises CalledProcessError with git's own words in `stderr`."""
    command = ["git", f"--git-dir={repository}", *arguments]
    finished = subprocess.run(command, env=environment(), capture_output=True, check=True)
    return finished.stdout.decode(errors="surrogateescape")


def environment() -> dict[str, str]:
    """Return git's environment: no configuration but ours, which allows filters; no lazy fetch.

    `safe.directory` lets repositories of another owner be served; nothing is synced to disk,
    because every repository here can be made again.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    pairs = {"GIT_CONFIG_COUNT": str(len(CONFIGURATION))}
    for number, (key, value) in enumerate(CONFIGURATION.items()):
        pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_LAZY_FETCH": "1"}
    return kept | pairs | alone | {"LC_ALL": "C"}
