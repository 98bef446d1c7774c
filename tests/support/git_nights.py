"""Nights of the git spider in this process, over repositories that are broken, strange or meddled with."""

import asyncio
import logging
import shutil
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from support.git import FORGE, commit, imported, line, made

import spiders.settings
from flows.demo import places
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.runs import begin_run
from spiders.code.git import GitSpider

BROKEN = {
    "cut": ("failed", "broke off"),
    "refuse": ("refused", "answered 403: it shows a page instead"),
    "rename": ("ok", ""),
    "throttle": ("refused", "answered 429: we have asked too often; it asks us to come back after 120 s"),
    "error": ("failed", "answered 500: the server is in trouble"),
    "login": ("failed", "a page instead of a repository"),
    "unfiltered": ("ok", ""),
    "endless": ("refused", "more than 10,000 objects"),
    "slow": ("ok", ""),
}
"""How the visit to a repository with each fault ends, and why."""
MEANT = ("rewritten", "replaced", "vanished", "damaged", "linked", "hooked")
"""What happens between the first two nights to the repository itself or to our copy of it."""
LAST = ("cut", "throttle", "endless", "vanished", "damaged", "replaced")
"""What is visited in the third night."""
STRANGE = ("named", "blob", "shallow", "submodule", "times")
"""What is strange from the first night on."""
ODD_TAG, SHOWN_TAG = "v1\u20281", "v1 1"
TIMES = [0, 1_000_000_000, 1_262_347_200, 1_500_000_000, 4_102_444_800, 253_402_300_800]


def crawl(where, **settings):
    """Run one night of the git spider in this process, under some settings; return what was noted and said."""
    run = begin_run()
    ours = Settings({k: v for k, v in vars(spiders.settings).items() if k.isupper()}, priority="project")
    ours.update({"TWISTED_REACTOR_ENABLED": False, "LOG_ENABLED": False} | settings)
    said = StringIO()
    listener = logging.StreamHandler(said)
    logging.getLogger("git").addHandler(listener)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_DATA", str(where.data))
        patch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
        asyncio.run(night_of(ours))
    logging.getLogger("git").removeHandler(listener)
    done = read_result(where, sources(where), run)
    visits = {v.unit.removeprefix("birds/"): v for v in done.visits}
    return SimpleNamespace(visits=visits, silent=done.unvisited, left=done.deferred, said=said.getvalue())


async def night_of(settings: Settings) -> None:
    crawler = Crawler(GitSpider, settings)
    await crawler.crawl_async()
    for lock in crawler.spider._locks:
        lock.close()


def sources(where):
    return [source for community in load_catalogue(where.communities) for source in community.sources]


def furnish(root: Path) -> None:
    for name in (*BROKEN, *MEANT, "well"):
        made(root, name, line(60))
    named = made(root, "named", line(3).replace(b"refs/heads/main", b"refs/heads/-main"), head="-main")
    for tag in (ODD_TAG, "-d", "refs/stackrank/head"):
        places.git(named, "update-ref", f"refs/tags/{tag}", "refs/heads/-main~1")
    blob = made(root, "blob", line(3))
    (blob / "HEAD").write_text(places.git(blob, "hash-object", "-w", blob / "config"))
    shallow = made(root, "shallow", line(9))
    (shallow / "shallow").write_text(places.git(shallow, "rev-parse", "main~3"))
    module = b'[submodule "x"]\npath = x\nurl = ../well\n'
    made(root, "submodule", commit(1, path=b".gitmodules", text=module))
    dated = (commit(n, at=b"%d +0000" % at, parents=(n - 1,) if n > 1 else ()) for n, at in enumerate(TIMES, 1))
    made(root, "times", b"".join(dated) + commit(7, author=b"jane@secret.example.org <>", parents=(6,)))


def meddle(root: Path, where, home: Path) -> None:
    """Between two nights: everything has one commit more, and some things go wrong."""
    for name in (*BROKEN, *MEANT, "well"):
        imported(root / FORGE / f"{name}.git", commit(99, parents=(b"refs/heads/main^0",)))
    rewritten = root / FORGE / "rewritten.git"
    places.git(rewritten, "update-ref", "refs/heads/main", "main~2")
    imported(rewritten, commit(100, parents=(b"refs/heads/main^0",)))
    replaced = root / FORGE / "replaced.git"
    shutil.rmtree(replaced)
    made(root, "replaced", line(20).replace(b"Something", b"Otherwise"))
    places.git(root / FORGE / "vanished.git", "update-ref", "-d", "refs/heads/main")
    clones = where.clones / "birds/core/birds"
    shutil.rmtree(clones / "vanished.git")
    (pack,) = (clones / "damaged.git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    content = pack.read_bytes()
    pack.write_bytes(content[:2000] + bytes(500) + content[2500:])
    (clones / "linked.git").rename(home / "linked.git")
    (clones / "linked.git").symlink_to(home / "linked.git")
    shutil.copytree(home / "hooks", clones / "hooked.git/hooks")
    with (clones / "hooked.git/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {home}/evil\n")
    (clones / "hooked.git/objects/info").mkdir(exist_ok=True)
    (clones / "hooked.git/objects/info/alternates").write_text(f"{root / FORGE}/well.git/objects\n")
