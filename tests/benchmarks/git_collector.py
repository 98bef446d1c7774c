"""Compare the git collector with bare `git log` over the same histories.

    uv run python tests/benchmarks/git_collector.py DIR

DIR holds `owner__name.bundle` files that the catalogue names. Prints, for three rounds: seconds of bare
`git log` with all fields, seconds of `stackrank collect` from bundle to landed Parquet as a whole
process, their ratio, the collector's peak memory, and seconds of build, report and one question.
"""

import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic

from pipelines.communities import unit_of
from pipelines.folders import CHECKOUT
from spiders.git import FIELDS

STACKRANK = [sys.executable, "-m", "flows.cli"]
QUESTION = "select community, sum(value) from metrics.monthly where metric = 'commits' group by all"


def main(bundles: Path) -> None:
    """Run three rounds and print a table."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, git {git('--version')}")
    print("bare log s  collect s  ratio  peak MB  build s  report s  sql s")
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        bare = unpacked(bundles, top / "bare")
        catalogue(bundles, top / "communities")
        for number in range(3):
            print(one_round(bare, top / "communities", top / f"data{number}"))


def one_round(bare: list[Path], communities: Path, data: Path) -> str:
    """Measure once, with an empty data folder."""
    log = timed(
        lambda: [
            git("-C", path, "log", "-z", "--no-mailmap", f"--format={'%x00'.join(FIELDS)}", "HEAD") for path in bare
        ]
    )
    peaks: list[int] = []
    collect = timed(lambda: peaks.append(stackrank(communities, data, "collect")))
    commands = (("build",), ("report",), ("sql", QUESTION))
    rest = [timed(partial(stackrank, communities, data, *command)) for command in commands]
    cells = (f"{log:10.1f}", f"{collect:9.1f}", f"{collect / log:5.2f}", f"{peaks[0]:7d}", *(f"{s:7.2f}" for s in rest))
    return "  ".join(cells)


def unpacked(bundles: Path, target: Path) -> list[Path]:
    """Unpack each bundle into a bare repository."""
    for bundle in sorted(bundles.glob("*.bundle")):
        git("clone", "--quiet", "--bare", bundle, target / f"{bundle.stem}.git")
    return sorted(target.iterdir())


def catalogue(bundles: Path, target: Path) -> None:
    """Write the community files with every git url turned to its bundle."""
    target.mkdir()
    for file in (CHECKOUT / "data/communities").glob("*.toml"):
        text = file.read_text().replace('kind = "series_status"', 'kind = "series_status"\nenabled = false')
        for source in tomllib.loads(text)["sources"]:
            for url in source.get("urls", ()) if source["kind"] == "git" else ():
                bundle = bundles.resolve() / f"{unit_of(url).replace('/', '__')}.bundle"
                text = text.replace(f'"{url}"', f'"git+file://localhost{bundle}"')
        (target / file.name).write_text(text)


def stackrank(communities: Path, data: Path, *arguments: str) -> int:
    """Run one command as a whole process; return the peak memory, MB, of the largest process in it."""
    moved = {"STACKRANK_DATA": str(data), "STACKRANK_COMMUNITIES": str(communities)}
    process = subprocess.Popen([*STACKRANK, *arguments], env=os.environ | moved, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"stackrank {arguments[0]} ended with {status}")
    return usage.ru_maxrss // 1024


def git(*arguments: str | Path) -> str:
    """Run git; its output is read and, but for the version, thrown away."""
    finished = subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True)
    return finished.stdout[:80].decode(errors="replace").strip()


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds the work took."""
    started = monotonic()
    work()
    return monotonic() - started


if __name__ == "__main__":
    main(Path(sys.argv[1]))
