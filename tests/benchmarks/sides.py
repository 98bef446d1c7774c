"""The sides of the comparisons: bare git, the commands of stackrank, Perceval, two kinds of clones."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq
from histories import History, UnusableError
from measuring import Outcome, Side, one_after_another, run

from flows.demo import catalogue
from flows.demo.places import repository, unit
from flows.demo.server import serve
from pipelines.folders import CATALOGUE
from spiders.code.git_log import FIELDS

PERCEVAL = "perceval==1.6.1"
QUESTION = "select community, sum(value) from metrics.monthly where metric = 'commits' group by all"
NOWHERE = "http://bundles.example.org"
COMMUNITY = """\
name = "Benchmark"
homepage = "https://example.org/"
born = 1990-01-01

[[sources]]
name = "code"
kind = "git"
since = 1990-01-01
urls = {urls}
why = "They are to be measured."
"""
BARE = "bare `git log`, all fields"
UNPACKED = "unpacking the bundles, then bare `git log`"
COLLECT = "`stackrank collect`, bundle to Parquet"
AGAIN = "the same again, nothing new"
FIRST = "`stackrank collect`, over HTTP to Parquet"
TREELESS = "`git clone`, commits only"


def versions() -> str:
    """Tell whose versions the figures are of."""
    finished = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True)
    return f"{finished.stdout.strip()}, stackrank {version('stackrank')}, {PERCEVAL.replace('==', ' ')}"


def installed_perceval(work: Path) -> Path:
    """Install Perceval into an environment of its own and return its program; raises OSError where that fails."""
    place = work / "perceval"
    run("uv", "venv", "--quiet", "--python", sys.executable, place)
    run("uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", place / "bin/python", PERCEVAL)
    return place / "bin/perceval"


def night(histories: Sequence[History], target: Path) -> list[Side]:
    """Return bare git log and the commands of a night over the whole catalogue, which is written to `target`."""
    communities = _whole_catalogue(histories, target / "communities")

    def command(*arguments: str) -> Side:
        return Side(f"`stackrank {arguments[0]}`", partial(_stackrank, communities, arguments))

    return [
        Side(BARE, partial(_bare_log, histories), agrees=True),
        Side(UNPACKED, partial(_unpack_and_log, histories), of=BARE, agrees=True),
        Side(COLLECT, partial(_collect, communities), of=UNPACKED, agrees=True),
        Side(AGAIN, partial(_collect, communities), of=COLLECT, agrees=True),
        command("build"),
        command("report"),
        command("sql", QUESTION),
        command("calibrate"),
    ]


def readers(histories: Sequence[History], perceval: Path | None) -> list[Side]:
    """Return those that read the same bundles: bare git log (unpacked before), the collector, Perceval if there."""
    ours = [
        Side(BARE, partial(_bare_log, histories), agrees=True),
        Side(COLLECT, partial(_collect_alone, histories), of=BARE, agrees=True),
        Side(AGAIN, partial(_collect_alone, histories), of=COLLECT, agrees=True),
    ]
    theirs = Side("Perceval, bundle to JSON lines", partial(_perceval, histories, perceval), of=COLLECT, agrees=True)
    return [*ours, theirs] if perceval else ours


def clones(url: str) -> list[Side]:
    """Return the clone without files and the full one, both of the default branch and its tags."""
    return [
        Side(TREELESS, partial(_clone, url, ("--filter=tree:0",))),
        Side("`git clone`, everything", partial(_clone, url, ()), of=TREELESS),
    ]


def first_visits(url: str, perceval: Path, branch: str) -> list[Side]:
    """Return the collector and Perceval on their first visit to a repository with files, over HTTP."""
    return [
        Side(FIRST, partial(_first_visit, url)),
        Side("Perceval, over HTTP to JSON lines", partial(_perceval_visit, url, branch, perceval), of=FIRST),
    ]


@contextmanager
def served(history: History, work: Path) -> Iterator[str]:
    """Serve a history over HTTP from this machine, until the block ends; give its url."""
    with served_repository(history.bare, history.unit, work) as url:
        yield url


@contextmanager
def served_repository(repository_on_disk: Path, name: str, work: Path) -> Iterator[str]:
    """Serve a bare repository over HTTP from this machine as `owner/name`, until the block ends; give its url."""
    place = f"code.example.org/{name}"
    bare = repository(work / "served", place)
    bare.parent.mkdir(parents=True)
    bare.symlink_to(repository_on_disk.resolve())
    with serve(work / "served") as server:
        yield f"{server.base_url}/{place}"


def _bare_log(histories: Sequence[History], _: Path) -> Outcome:
    form = f"--format=tformat:{'%x00'.join(FIELDS)}"
    log = ("log", "-z", "--no-mailmap", "--date=raw", form, "HEAD")
    cost = one_after_another(run("git", f"--git-dir={history.bare}", *log) for history in histories)
    return Outcome(cost, _commits(sum(history.commits for history in histories)))


def _unpack_and_log(histories: Sequence[History], folder: Path) -> Outcome:
    """Do what a first visit cannot do without: take each bundle into a new repository, and read its commits."""
    costs = []
    for number, history in enumerate(histories):
        bare = folder / f"unpacked{number}.git"
        costs.append(run("git", "init", "--quiet", "--bare", "--template=", bare))
        costs.append(run("git", f"--git-dir={bare}", "bundle", "unbundle", history.bundle))
    read = _bare_log(histories, folder)
    return Outcome(one_after_another([*costs, read.cost]), read.result)


def _collect(communities: Path, folder: Path) -> Outcome:
    """Collect and count the rows that landed; a history in two sources is counted in each."""
    cost = _stackrank(communities, ("collect",), folder).cost
    landed = (folder / "observations").rglob("*.parquet")
    return Outcome(cost, _commits(sum(pq.read_metadata(file).num_rows for file in landed)))


def _collect_alone(histories: Sequence[History], folder: Path) -> Outcome:
    """Collect these bundles and nothing else."""
    communities = folder / "communities"
    communities.mkdir(exist_ok=True)
    urls = json.dumps([_url(history) for history in histories])
    (communities / "benchmark.toml").write_text(COMMUNITY.format(urls=urls))
    return _collect(communities, folder)


def _first_visit(url: str, folder: Path) -> Outcome:
    communities = folder / "communities"
    communities.mkdir()
    (communities / "benchmark.toml").write_text(COMMUNITY.format(urls=json.dumps([f"git+{url}"])))
    collected = _collect(communities, folder)
    return Outcome(collected.cost, f"{collected.result}, {_received(folder / 'clones')}")


def _perceval_visit(url: str, branch: str, program: Path, folder: Path) -> Outcome:
    clone, lines = folder / "perceval.git", folder / "perceval.jsonl"
    options = ("--git-path", clone, "--branches", branch, "--json-line", "--output", lines)
    cost = run(program, "git", url, *options)
    with lines.open("rb") as produced:
        return Outcome(cost, f"{_commits(sum(1 for _ in produced))}, {_received(clone)}")


def _stackrank(communities: Path, arguments: Sequence[str], folder: Path) -> Outcome:
    """Run one command as a whole process, its data in the round's folder."""
    moved = {
        "STACKRANK_DATA": str(folder),
        "STACKRANK_COMMUNITIES": str(communities),
        "STACKRANK_CONTACT": "benchmark@example.org",
        "STACKRANK_KEY": "7a" * 32,
    }
    return Outcome(run(sys.executable, "-m", "flows.cli", *arguments, **moved), "")


def _perceval(histories: Sequence[History], program: Path, folder: Path) -> Outcome:
    """Let Perceval clone each bundle and read its default branch, as it does by itself; count its lines."""
    costs, commits = [], 0
    for number, history in enumerate(histories):
        lines = folder / f"perceval{number}.jsonl"
        options = ("--git-path", folder / f"perceval{number}.git", "--branches", history.branch, "--json-line")
        costs.append(run(program, "git", history.bundle, *options, "--output", lines))
        with lines.open("rb") as produced:
            commits += sum(1 for _ in produced)
    return Outcome(one_after_another(costs), _commits(commits))


def _clone(url: str, options: Sequence[str], folder: Path) -> Outcome:
    """Clone, and tell how large the packs are that came."""
    clone = Path(tempfile.mkdtemp(dir=folder))
    cost = run("git", "clone", "--quiet", "--bare", "--single-branch", *options, url, clone)
    return Outcome(cost, _received(clone))


def _received(clones: Path) -> str:
    """Say how large the packs below a folder are."""
    return f"{sum(pack.stat().st_size for pack in clones.rglob('*.pack')) / 1e6:.2f} MB of packs"


def _commits(number: int) -> str:
    return f"{number:,} commits"


def _url(history: History) -> str:
    return f"git+file://localhost{quote(str(history.bundle))}"


def _whole_catalogue(histories: Sequence[History], target: Path) -> Path:
    """Write the catalogue with every repository turned to its bundle; raises UnusableError if one has none."""
    urls = {history.unit: _url(history) for history in histories}

    def bundle(found: re.Match[str]) -> str:
        if unit(found[1]) not in urls:
            raise UnusableError(f"there is no bundle of {unit(found[1])}, which the catalogue names")
        return json.dumps(urls[unit(found[1])])

    catalogue.write_communities(CATALOGUE, target, NOWHERE, snapshot=True)
    for file in target.glob("*.toml"):
        file.write_text(re.sub(rf'"git\+{re.escape(NOWHERE)}/([^"]+)"', bundle, file.read_text()))
    (target.parent / "history").symlink_to(CATALOGUE.parent / "history")
    return target
