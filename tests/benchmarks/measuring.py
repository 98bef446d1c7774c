"""Runs whole processes, the sides of a comparison in turn, and prints what they took as rows of a table."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flows.demo.places import environment

LAUNCH = Path(__file__).with_name("launch.py")
HEADINGS = ("what", "result", "seconds", "CPU seconds", "peak MB", "times the seconds", "times the CPU", "of")


class Cost(NamedTuple):
    """What processes took: seconds, CPU seconds (user and system), the memory of the largest one in MB."""

    wall: float
    cpu: float
    memory: float


class Outcome(NamedTuple):
    """What a side took and what it made of it, in words: `38,957 commits`."""

    cost: Cost
    result: str


class Side(NamedTuple):
    """One side of a comparison: works in a folder that it shares with the others of its round.

    `of` names the side whose costs this one is compared with; `agrees` says that its result must be
    that of every other side with `agrees`.
    """

    name: str
    work: Callable[[Path], Outcome]
    of: str | None = None
    agrees: bool = False


class DisagreementError(Exception):
    """Sides that read the same history made different things of it."""


def run(*command: str | Path, **moved: str) -> Cost:
    """Run a process to its end, with `moved` in its environment; raises OSError with its complaint if it fails."""
    launched = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCH, *command],
        env=ordinary() | moved, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    *figures, status = launched.stdout.split() or ["1"]
    if status != "0":
        complaint = launched.stderr.strip()[-500:]
        raise OSError(f"{' '.join(map(str, command))[:200]} ended with {status}: {complaint}")
    return Cost(*map(float, figures))


def ordinary() -> dict[str, str]:
    """Return an environment where git has no configuration and Python keeps its bytecode, as it usually does."""
    return {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}


def one_after_another(costs: Iterable[Cost]) -> Cost:
    """Add up the costs of processes that ran one after another."""
    walls, cpus, memories = zip(*costs, strict=True)
    return Cost(sum(walls), sum(cpus), max(memories))


def compare(title: str, sides: Sequence[Side], rounds: int) -> None:
    """Let the sides work in turn, round after round, each round in a new folder; print a row for each side.

    Raises DisagreementError where results differ that must not.
    """
    outcomes: dict[str, list[Outcome]] = {side.name: [] for side in sides}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as folder:
            for side in sides:
                print(f"round {number + 1} of {rounds}: {title}: {side.name}", file=sys.stderr, flush=True)
                outcomes[side.name].append(side.work(Path(folder)))
    _check({side.name: outcomes[side.name] for side in sides if side.agrees})
    print(_row(f"**{title}**"))
    for side in sides:
        print(_row(*_cells(side, outcomes)), flush=True)


def _check(outcomes: Mapping[str, list[Outcome]]) -> None:
    if len({outcome.result for several in outcomes.values() for outcome in several}) > 1:
        told = (f"{name}: {', '.join(o.result for o in several)}" for name, several in outcomes.items())
        raise DisagreementError("; ".join(told))


def _cells(side: Side, outcomes: Mapping[str, list[Outcome]]) -> list[str]:
    own = [outcome.cost for outcome in outcomes[side.name]]
    cells = [side.name, outcomes[side.name][-1].result]
    cells += [spread(c.wall for c in own), spread(c.cpu for c in own), f"{max(c.memory for c in own):.0f}"]
    if side.of is None:
        return cells
    pairs = list(zip(own, (outcome.cost for outcome in outcomes[side.of]), strict=True))
    ratios = (spread(a.wall / b.wall for a, b in pairs), spread(a.cpu / b.cpu for a, b in pairs))
    return [*cells, *ratios, side.of]


def spread(values: Iterable[float]) -> str:
    """Return the middle value, with the smallest and the largest if there are several."""
    several = list(values)
    middle = f"{statistics.median(several):.2f}"
    return f"{middle} ({min(several):.2f}-{max(several):.2f})" if len(several) > 1 else middle


def print_headings(rounds: int, versions: str) -> None:
    """Print when and where this was measured, what the figures are, and the head of the table."""
    load = os.getloadavg()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {platform.machine()}, {os.cpu_count()} cores, {_processor()}, "
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB of memory, "
        f"load {load:.1f} before; Python {platform.python_version()}, {versions}.\n"
        f"Whole processes, sides in turn; the middle (smallest-largest) of {rounds} rounds, "
        "ratios within a round; peak memory of the largest process.\n"
    )
    print(_row(*HEADINGS))
    print(_row(*("---" for _ in HEADINGS)), flush=True)


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())


def _row(*cells: str) -> str:
    return f"| {' | '.join((*cells, *('' for _ in range(len(HEADINGS) - len(cells)))))} |"
