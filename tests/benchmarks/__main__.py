"""What the git collector, the build and the page take, compared with what others take for the same.

    uv run python tests/benchmarks [DIR] [--complete REPOSITORY] [--unit OWNER/NAME] [--rounds N] [--all]
    uv run python tests/benchmarks --first-visit REPOSITORY

Reads the `owner__name.bundle` files of DIR, one for each repository of the catalogue; without DIR the
demo's invented repositories. Prints one table in Markdown; what could not be measured is said below it.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from subprocess import CalledProcessError

import sides
from histories import History, UnusableError, complete, invented, unpacked
from measuring import DisagreementError, compare, print_headings

from flows.demo.places import git


def main() -> int:
    """Measure what was asked for; return 1 if some of it could not be."""
    chosen = parser().parse_args()
    print_headings(chosen.rounds, sides.versions())
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as folder:
        measure(chosen, Path(folder), missing)
    for sentence in missing:
        print(f"\nNot measured: {sentence}")
    return 1 if missing else 0


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    top = argparse.ArgumentParser(prog="tests/benchmarks", description=__doc__.splitlines()[0])
    top.add_argument("bundles", nargs="?", type=Path, metavar="DIR", help="bundles of the catalogue's repositories")
    top.add_argument("--complete", type=Path, metavar="REPOSITORY", help="a repository on disk with all of its files")
    top.add_argument("--unit", metavar="OWNER/NAME", help="the one that Perceval reads (default: of middle size)")
    top.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each side works (default: 3)")
    top.add_argument("--all", action="store_true", help="let Perceval read all of them together too, once")
    top.add_argument("--first-visit", type=Path, metavar="REPOSITORY", help="serve this bare repository over HTTP, and "
                     "compare only the first visits of the collector and of Perceval")  # fmt: skip
    return top


def measure(chosen: argparse.Namespace, work: Path, missing: list[str]) -> None:
    """Measure part after part, each whether or not another could be; add to `missing` those that could not."""
    part = partial(told, missing)
    if chosen.first_visit:
        with part("first visits"):
            visit(chosen.first_visit, chosen.rounds, work)
        return
    perceval, histories, subjects = None, [], []
    with part("Perceval"):
        perceval = sides.installed_perceval(work)
    with part("the histories"):
        histories = unpacked(chosen.bundles or invented(work), work / "bare")
    with part("a whole night"):
        compare(f"a night, {len(histories)} repositories", sides.night(histories, work / "catalogue"), chosen.rounds)
    with part("one bundle"):
        subjects.append(picked(histories, chosen.unit))
    with part("a history with files"):
        subjects.append(with_files(chosen, subjects, work))
    for history in dict.fromkeys(subjects):
        with part(f"readers of {history}"):
            compare(str(history), sides.readers([history], perceval), chosen.rounds)
    for history in subjects[-1:]:
        with part(f"clones of {history}"), sides.served(history, work) as url:
            compare(f"{history}, over HTTP from this machine", sides.clones(url), chosen.rounds)
    if chosen.all:
        with part("all histories"):
            compare("all of them, one round", sides.readers(histories, perceval), 1)


def visit(repository: Path, rounds: int, work: Path) -> None:
    """Compare first visits to a bare repository with files, which a server on this machine serves."""
    perceval = sides.installed_perceval(work)
    branch = git(repository, "symbolic-ref", "--short", "HEAD").strip()
    with sides.served_repository(repository, "birds/one", work) as url:
        title = f"{repository.name}, a first visit over HTTP from this machine"
        compare(title, sides.first_visits(url, perceval, branch), rounds)


@contextmanager
def told(missing: list[str], title: str) -> Iterator[None]:
    """Turn what goes wrong in the block into a sentence of `missing`."""
    try:
        yield
    except (OSError, UnusableError, DisagreementError, CalledProcessError) as error:
        complaint = getattr(error, "stderr", None) or b""
        missing.append(f"{title}: {error} {complaint.decode(errors='replace')}".strip())


def picked(histories: list[History], unit: str | None) -> History:
    """Return the history of that unit, without one that of middle size; raises UnusableError if it is not there."""
    found = [history for history in histories if unit in {None, history.unit}]
    if not found:
        raise UnusableError(f"there is no bundle of {unit or 'anything'}")
    return found[len(found) // 2]


def with_files(chosen: argparse.Namespace, subjects: list[History], work: Path) -> History:
    """Return the complete history that was named, else a measured one with files, else an invented one."""
    if chosen.complete:
        return complete(chosen.complete, work)
    if subjects and subjects[-1].has_files:
        return subjects[-1]
    return picked(unpacked(invented(work), work / "invented-bare"), None)


if __name__ == "__main__":
    sys.exit(main())
