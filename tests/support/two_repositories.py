"""A machine of its own, whose catalogue names two repositories of one community."""

import os
import subprocess
from datetime import date

from support import builders, machine

from pipelines.folders import Folders
from pipelines.model import Source

BIRDS = Source("birds", "core", "git", (), date(2025, 1, 15), "Invented.")
FILE = "observations/birds/core/birds/one.parquet"
AGAIN = "the next collect reads its unit again"
COMMIT = ("-c", "user.name=Ann Wren", "-c", "user.email=ann@example.org", "commit", "--quiet", "--allow-empty")


def make_repository(top, name):
    """A real repository of two commits, a month apart."""
    bare = top / "birds" / name
    bare.parent.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", bare], check=True)
    for month in (2, 3):
        moment = f"2025-{month:02}-10T12:00:00Z"
        at = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        subprocess.run(["git", "-C", bare, *COMMIT, "--message=one"], env=os.environ | at, check=True)


def declare(top, monkeypatch) -> Folders:
    """Make the machine; nothing is landed."""
    where = machine.bare(top, monkeypatch)
    monkeypatch.setenv("STACKRANK_KEY", machine.KEY)
    urls = [f"git+file://localhost{top}/birds/{name}" for name in ("one", "two")]
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(f"""name = "Birds"
homepage = "https://birds.example.org/"
born = 2025-01-15

[[sources]]
name = "core"
kind = "git"
urls = {urls}
since = 2025-01-15
why = "Invented."
""")
    return where


def land_both(where: Folders) -> Folders:
    """Land the two repositories without a crawl."""
    for unit, first in (("birds/one", 1), ("birds/two", 1001)):
        builders.land(where, BIRDS, unit, builders.monthly(first, range(6)), key_id=None)
    return where
