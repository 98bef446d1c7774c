"""Tells whether this machine can do the night, one finding a line; changes and makes nothing in any data folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import contact, damage, locks, prefect_api, status
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import Folders, read_demo_note
from pipelines.landing.store import stored_visits
from pipelines.model import Source
from pipelines.privacy import pseudonyms
from pipelines.warehouse.query import NoDatabaseError, ask

OK, NOTE, BAD = "ok", "note", "BAD"

# GIT_CONFIG_GLOBAL is known from 2.32 on (without it git would read the user's configuration), and
# fetch --no-write-fetch-head, --no-auto-maintenance from 2.29 on.
GIT_NEEDED = (2, 32)
GB = 1e9
LEAST_FREE = 1 * GB
ENOUGH_FREE = 10 * GB  # more than what the spider lets one repository take (GIT_MAX_BYTES)
# Measured on 2026-11-23 with eleven real repositories: clones 102 MB, observations 20, database 21, site 6, Prefect 5.
FIRST_LOAD = "a first load of eleven repositories takes 0.2 GB; more than 8.6 GB are taken by none"
EXPECTED = timedelta(hours=48)
MOST_NAMES = 5
HISTORY = """\
blob
mark :1
data 4
one

commit refs/heads/main
committer Wren <wren@example.org> 0 +0000
data 4
one
M 644 :1 file
"""


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is (ok, note, BAD), and what to do where it is not well."""

    state: str
    about: str
    said: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.state:4}  {self.about}: {' '.join(self.said.split())}"


def examine(where: Folders, now: datetime) -> list[Finding]:
    """Look at machine and data folder; a finding is BAD where a night would fail, or nights have failed."""
    found = [_git(), _key(where), _space(where), *_prefect(where), _database(where)]
    try:
        sources = [source for community in load_catalogue(where.communities) for source in community.sources]
    except CatalogueError as error:
        return [*found, Finding(BAD, "catalogue", f"nothing runs until this is mended: {error}"), *_runs(where)]
    known = status.known(where, sources)
    found += [_contact(sources), *_token(sources), _night(known, where, now), _sources(known)]
    return [*found, *_observations(where, sources), *_runs(where)]


def _git() -> Finding:
    if not shutil.which("git"):
        return Finding(BAD, "git", "is not installed; install git 2.32 or newer")
    try:
        told = _run("version")
        lacking = _lacking(told)
    except subprocess.CalledProcessError as error:
        return Finding(BAD, "git", f"could not try a clone without files: {error.stderr}")
    number = told.removeprefix("git version ").strip()
    if lacking:
        return Finding(BAD, "git", f"{number} {lacking}; install a git of 2.32 or newer with its https support")
    return Finding(OK, "git", f"{number}; it clones commits without files, as the spiders do")


def _lacking(told: str) -> str | None:
    """Say what the installed git cannot do; None if nothing. Tries it on a repository of one commit."""
    found = re.match(r"git version (\d+)\.(\d+)", told)
    if not found or (int(found[1]), int(found[2])) < GIT_NEEDED:
        return "is too old"
    if not (Path(_run("--exec-path").strip()) / "git-remote-https").exists():
        return "cannot speak https"
    with TemporaryDirectory(prefix="stackrank-doctor-") as folder:
        if kinds := _cloned_kinds(Path(folder)) - {"commit"}:
            return f"does not filter: it clones {' and '.join(sorted(kinds))} objects too"
    return None


def _cloned_kinds(folder: Path) -> set[str]:
    """Return the kinds of objects that come with a treeless clone of one commit with a file."""
    origin, clone = folder / "origin.git", folder / "clone.git"
    _run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(origin))
    _run(f"--git-dir={origin}", "fast-import", "--quiet", given=HISTORY)
    _run(f"--git-dir={origin}", "config", "uploadpack.allowFilter", "true")
    _run("clone", "--quiet", "--bare", "--template=", "--filter=tree:0", origin.as_uri(), str(clone))
    listed = _run(f"--git-dir={clone}", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return set(listed.split())


def _run(*arguments: str, given: str = "") -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", *arguments]
    return subprocess.run(command, env=kept | alone, input=given, capture_output=True, text=True, check=True).stdout


def _key(where: Folders) -> Finding:
    """Find the key without making one; tell its id, never the key."""
    path, about = pseudonyms.key_file(), "pseudonym key"
    used = {visit.key_id for visit in stored_visits(where.observations).values() if visit.key_id}
    if "STACKRANK_KEY" not in os.environ and not path.exists():
        if used:
            return Finding(BAD, about, f"{path} is missing, which made what is held (id {_listed(sorted(used))}); "
                           "restore it from your backup, or everything is read again under a new one")  # fmt: skip
        if not _writable(path):
            return Finding(BAD, about, f"there is none, and {path} cannot be written; set STACKRANK_KEY or allow it")
        return Finding(NOTE, about, f"there is none yet; the first run makes {path}, which belongs into your backup")
    try:
        key_id = pseudonyms.load().key_id
    except (pseudonyms.KeyRefusedError, OSError) as error:
        return Finding(BAD, about, str(error))
    kept = "in STACKRANK_KEY" if "STACKRANK_KEY" in os.environ else f"in {path}, for its owner only"
    if used - {key_id}:
        return Finding(NOTE, about, f"its id is {key_id} ({kept}), but something held was made with key "
                       f"{_listed(sorted(used - {key_id}))}; the next visits read that again")  # fmt: skip
    return Finding(OK, about, f"its id is {key_id} ({kept})")


def _space(where: Folders) -> Finding:
    about = "data folder"
    for folder in (where.data, where.site):
        if not _writable(folder):
            return Finding(BAD, about, f"{folder} cannot be written; give it to the user who runs this, "
                           "or name another folder in STACKRANK_DATA")  # fmt: skip
    free = shutil.disk_usage(_nearest(where.data)).free
    said = f"{where.data} has {free / GB:.1f} GB free; {FIRST_LOAD}"
    if free >= ENOUGH_FREE:
        return Finding(OK, about, said)
    return Finding(NOTE if free >= LEAST_FREE else BAD, about, f"{said}; make room, or name another in STACKRANK_DATA")


def _writable(path: Path) -> bool:
    return _nearest(path).is_dir() and os.access(_nearest(path), os.W_OK)


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest folder above it that exists."""
    return next(one for one in (path, *path.parents) if one.exists())


def _prefect(where: Folders) -> Iterator[Finding]:
    try:
        number = version("prefect")
    except PackageNotFoundError:
        yield Finding(BAD, "Prefect", "is not installed; run: uv sync")
        return
    home = Path(os.environ.get("PREFECT_HOME", where.data / "prefect"))
    if not _writable(home):
        yield Finding(BAD, "Prefect", f"{home} cannot be written; give it to the user who runs this")
    elif "PREFECT_API_URL" not in os.environ:
        yield Finding(OK, "Prefect", f"{number}; its notes are kept in {home}")
    else:
        yield _server(number, os.environ["PREFECT_API_URL"])


def _server(number: str, url: str) -> Finding:
    try:
        prefect_api.wait(patience=5)
    except prefect_api.NotStartedError as error:
        return Finding(BAD, "Prefect", f"{error}; start it, or unset PREFECT_API_URL: each run then brings its own")
    return Finding(OK, "Prefect", f"{number}; its server at {url} answers")


def _database(where: Folders) -> Finding:
    if not where.database.exists():
        return Finding(NOTE, "database", "there is none yet; stackrank nightly makes it")
    try:
        (build,) = ask(where.database, "from raw.build").to_pylist()
    except NoDatabaseError as error:
        what = "close what has it open for writing; if nothing has, delete it and run: stackrank build"
        return Finding(BAD, "database", f"{error}; {what}")
    size = where.database.stat().st_size / 1e6
    return Finding(OK, "database", f"readable, {size:.0f} MB, last complete month {build['last_complete_month']:%Y-%m}")


def _contact(sources: Sequence[Source]) -> Finding:
    live = contact.live(sources)
    if not live:
        return Finding(OK, "contact", "none is needed: all sources are on this machine")
    if complaint := contact.wrong():
        return Finding(BAD, "contact", f"{complaint}; {contact.HOW}")
    return Finding(OK, "contact", f"visited servers are told {os.environ['STACKRANK_CONTACT']}")


def _token(sources: Sequence[Source]) -> Iterator[Finding]:
    """Tell which token GitHub is asked with, never the token, where GitHub is asked at all."""
    asked, about = sum(len(s.urls) for s in sources if s.visited and s.kind == "github"), "GitHub token"
    found = count_pages.github_token(os.environ)
    if asked and found:
        yield Finding(OK, about, f"GitHub is asked with that of {found[0]}; nobody else is told")
    elif asked and any(os.environ.get(name) for name in count_pages.GITHUB_TOKENS):
        yield Finding(
            NOTE, about, "what the environment has for one is no token and is not sent; GitHub is asked without"
        )
    elif asked:
        yield Finding(OK, about, f"none, and none is needed: {asked} of the 60 questions an hour that GitHub allows")


def _night(known: status.Known, where: Folders, now: datetime) -> Finding:
    about, last = "last good night", known.last_good_night
    if not any(seen.latest for seen in known.sources):
        return Finding(NOTE, about, "there was no night yet; run: stackrank nightly")
    if last and last >= now - EXPECTED:
        return Finding(OK, about, status.ago(last, now))
    said = status.ago(last, now) if last else "there never was one in which every unit was seen well"
    if read_demo_note(where):
        return Finding(NOTE, about, f"{said}; a rehearsal needs none, stackrank demo makes it anew")
    return Finding(BAD, about, f"{said}; what failed and why: stackrank status")


def _sources(known: status.Known) -> Finding:
    never = [seen.source.id for seen in known.sources if seen.never]
    if not never:
        return Finding(OK, "sources", f"all {len(known.sources)} were seen well at least once")
    said = f"{len(never)} of {len(known.sources)} were never seen well: {_listed(never)}"
    if any(seen.latest for seen in known.sources):
        return Finding(BAD, "sources", f"{said}; why: stackrank status")
    return Finding(NOTE, "sources", f"{said}; nothing was asked yet")


def _observations(where: Folders, sources: Sequence[Source]) -> Iterator[Finding]:
    """Tell which files of observations cannot be read, the first ones by name."""
    troubles = damage.find(where, sources)
    for line in damage.lines(troubles[:MOST_NAMES]):
        yield Finding(BAD, *line.split(": ", 1))
    if len(troubles) > MOST_NAMES:
        yield Finding(BAD, "observations", f"{len(troubles) - MOST_NAMES} more cannot be read: stackrank status")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _runs(where: Folders) -> Iterator[Finding]:
    """Tell who is at work, and what killed runs have left for the next one to clear up."""
    at_work = locks.at_work(where)
    yield Finding(NOTE if at_work else OK, "at work now", "; ".join(at_work) or "nobody")
    left = locks.stale_files(where)
    said = f"{len(left)}, such as {left[0]}; the next run removes them" if left else "none"
    yield Finding(NOTE if left else OK, "drafts of killed runs", said)
