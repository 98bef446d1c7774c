"""Read `STACKRANK_DASK`: the address of a Dask scheduler, or a class of clusters with its keywords.

Nothing of the extra `cluster` is imported where the variable is not set.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pipelines.landing.store import STORE

if TYPE_CHECKING:
    from prefect_dask import DaskTaskRunner

DASK, LANES, LEASE = "STACKRANK_DASK", "STACKRANK_LANES", "STACKRANK_LEASE_SECONDS"
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+")
CLASS = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)(?:\s+(?P<keywords>\{.*\}))?", re.S)
LANE = re.compile(r"(?P<host>[\w.:-]+)=(?P<number>[1-9]\d?)")
MOST_LANES = 20
SECONDS = 60.0
"""After so many seconds without a change a lease is stale. LEASE says otherwise."""
LONGEST_LEASE = 86_400.0
NO_EXTRA = f"{DASK} needs the extra `cluster`, which is not installed: install stackrank[cluster]"


class WrongClusterError(Exception):
    """The settings of the cluster name none that could be used; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """Where the tasks run: at a scheduler that is there, or in a cluster that the run starts and ends."""

    address: str = ""
    class_name: str = ""
    keywords: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return what the user has named."""
        return self.address or self.class_name


def is_asked(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the tasks of a night run on a cluster."""
    return bool(environ.get(DASK, "").strip())


def read_cluster(environ: Mapping[str, str] = os.environ) -> Cluster:
    """Return the cluster that is named; raises WrongClusterError, also where no store is named for it."""
    text = environ.get(DASK, "").strip()
    if not environ.get(STORE):
        raise WrongClusterError(f"{DASK} needs {STORE}: name a store that every worker reaches")
    if ADDRESS.fullmatch(text):
        return Cluster(address=text)
    if not (found := CLASS.fullmatch(text)):
        raise WrongClusterError(
            f"{DASK} is neither an address nor a class: {text.partition('{')[0]!r:.80}. Write tcp://HOST:8786, "
            'or package.module:Class {"keyword": value}'
        )
    return Cluster(class_name=f"{found['module']}.{found['name']}", keywords=_keywords(found["keywords"]))


def _keywords(text: str | None) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text or "{}")
    except ValueError:
        raise WrongClusterError(f"{DASK}: the keywords are no object of JSON") from None
    return found


def read_lanes(environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return how many lanes a host has at a time, where it is more than one: `github.com=4 opendev.org=2`."""
    words = environ.get(LANES, "").replace(",", " ").split()
    found = [LANE.fullmatch(word) for word in words]
    for word, match in zip(words, found, strict=True):
        if not match or int(match["number"]) > MOST_LANES:
            raise WrongClusterError(f"{LANES}: {word!r:.80} is no host with 1 to {MOST_LANES} lanes, such as host=4")
    return {match["host"]: int(match["number"]) for match in found if match}


def lease_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """Return after how many seconds a lease is stale; raises WrongClusterError where LEASE is no such number."""
    text = environ.get(LEASE, "").strip()
    try:
        seconds = float(text or SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_LEASE:
        raise WrongClusterError(f"{LEASE}: {text!r:.80} is no number of seconds, such as {SECONDS:.0f}")
    return seconds


def task_runner(environ: Mapping[str, str] = os.environ) -> "DaskTaskRunner | None":
    """Return what runs the tasks of a flow: None stands for Prefect's own threads.

    Raises WrongClusterError where the extra, or the class of clusters, is not installed.
    """
    if not is_asked(environ):
        return None
    chosen = read_cluster(environ)
    try:
        from prefect_dask import DaskTaskRunner

        return DaskTaskRunner(
            address=chosen.address or None,
            cluster_class=chosen.class_name or None,
            cluster_kwargs=chosen.keywords or None,
        )
    except (ImportError, AttributeError) as error:
        raise WrongClusterError(_missing(error)) from None


def check_cluster() -> None:
    """Raise WrongClusterError where the settings name no cluster, or the extra is not installed; imports nothing."""
    if not is_asked():
        return
    read_cluster()
    read_lanes()
    if not find_spec("prefect_dask"):
        raise WrongClusterError(NO_EXTRA)


def _missing(error: Exception) -> str:
    """Say what is not installed."""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    if name in ("prefect_dask", "dask", "distributed"):
        return NO_EXTRA
    return f"{DASK} names a class that cannot be imported: {error}"
