"""Check whether this machine can do the nightly run, one finding a line; change nothing in the data folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import contact, damage, locks, opt_outs, prefect_api, status
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import Folders, read_demo_marker
from pipelines.landing.stored import stored_visits
from pipelines.model import Source
from pipelines.privacy import decisions, pseudonyms
from pipelines.warehouse.query import NoDatabaseError, ask

OK, NOTE, BAD = "ok", "note", "BAD"
KEY = "pseudonym key"

# GIT_CONFIG_GLOBAL is known from 2.32 on (without it git would read the user's configuration), and
# fetch --no-write-fetch-head, --no-auto-maintenance from 2.29 on.
MIN_GIT = (2, 32)
GB = 1e9
MIN_FREE = 1 * GB
ENOUGH_FREE = 10 * GB  # more than what the spider lets one repository take (GIT_MAX_BYTES)
# Measured on 2026-11-23 with eleven real repositories: clones 102 MB, observations 20, database 21, site 6, Prefect 5.
FIRST_LOAD = "the first load of eleven repositories takes 0.2 GB; no repository takes more than 8.6 GB"
MAX_AGE = timedelta(hours=48)
MAX_NAMES = 5
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
    """What was checked, its state (ok, note, BAD), what was found and how to fix it."""

    state: str
    subject: str
    text: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.state:4}  {self.subject}: {' '.join(self.text.split())}"


def examine(where: Folders, now: datetime) -> list[Finding]:
    """Check machine and data folder; a finding is BAD where a run would fail, or runs have failed."""
    findings = [_git(), _key(where), *_opt_outs(where), _space(where), *_prefect(where), _database(where)]
    try:
        sources = [source for community in load_catalogue(where.communities) for source in community.sources]
    except CatalogueError as error:
        return [*findings, Finding(BAD, "catalogue", f"fix this first, nothing runs: {error}"), *_runs(where)]
    found = status.read_status(where, sources)
    findings += [_contact(sources), *_token(sources), _last_run(found, where, now), _sources(found)]
    return [*findings, *_observations(where, sources), *_runs(where)]


def _git() -> Finding:
    if not shutil.which("git"):
        return Finding(BAD, "git", "is not installed; install git 2.32 or newer")
    try:
        version_line = _run("version")
        lacking = _lacking(version_line)
    except subprocess.CalledProcessError as error:
        return Finding(BAD, "git", f"a clone without files failed: {error.stderr}")
    number = version_line.removeprefix("git version ").strip()
    if lacking:
        return Finding(BAD, "git", f"{number} {lacking}; install a git of 2.32 or newer with its https support")
    return Finding(OK, "git", f"{number}, can clone commits without files")


def _lacking(version_line: str) -> str | None:
    """Say what the installed git lacks; None if nothing. Tries a clone of a repository with one commit."""
    found = re.match(r"git version (\d+)\.(\d+)", version_line)
    if not found or (int(found[1]), int(found[2])) < MIN_GIT:
        return "is too old"
    if not (Path(_run("--exec-path").strip()) / "git-remote-https").exists():
        return "cannot speak https"
    with TemporaryDirectory(prefix="stackrank-doctor-") as folder:
        if kinds := _cloned_kinds(Path(folder)) - {"commit"}:
            return f"ignores --filter: it clones {' and '.join(sorted(kinds))} objects too"
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


def _opt_outs(where: Folders) -> list[Finding]:
    """Say how many people are left out under which key: under another one than the present they are not."""
    key_id = opt_outs.read_key_id()
    others = decisions.people_left_out(where).keys() - {key_id}
    state = NOTE if others else OK
    text = "; ".join(opt_outs.format_people(where, key_id))
    fix = "; forget their addresses again" if others else ""
    return [Finding(state, "opted out", text + fix)] if text else []


def _key(where: Folders) -> Finding:
    """Check the key without making one; print its id, never the key."""
    path = pseudonyms.key_file()
    used = {visit.key_id for visit in stored_visits(where.observations).values() if visit.key_id}
    if "STACKRANK_KEY" not in os.environ and not path.exists():
        return _no_key(path, used)
    try:
        key_id = pseudonyms.load().key_id
    except (pseudonyms.KeyRefusedError, OSError) as error:
        return Finding(BAD, KEY, str(error))
    place = "in STACKRANK_KEY" if "STACKRANK_KEY" in os.environ else f"in {path}, for its owner only"
    if others := used - {key_id}:
        text = f"some stored data was written with another key ({_shorten_list(sorted(others))})"
        return Finding(NOTE, KEY, f"its id is {key_id} ({place}); {text}; the next run reads it again")
    return Finding(OK, KEY, f"its id is {key_id} ({place})")


def _no_key(path: Path, used: Collection[str]) -> Finding:
    if used:
        return Finding(BAD, KEY, f"{path} is missing, and stored data was written with it "
                       f"(id {_shorten_list(sorted(used))}); restore it from your backup, "
                       "or the next run reads everything again with a new key")  # fmt: skip
    if not _writable(path):
        return Finding(BAD, KEY, f"there is none, and {path} cannot be written; "
                       "set STACKRANK_KEY or make its folder writable")  # fmt: skip
    return Finding(NOTE, KEY, f"there is none yet; the first run makes {path}; put it into your backup")


def _space(where: Folders) -> Finding:
    subject = "data folder"
    for folder in (where.data, where.site):
        if not _writable(folder):
            return Finding(BAD, subject, f"{folder} cannot be written; give it to the user who runs stackrank, "
                           "or name another folder in STACKRANK_DATA")  # fmt: skip
    free = shutil.disk_usage(_nearest(where.data)).free
    text = f"{where.data} has {free / GB:.1f} GB free; {FIRST_LOAD}"
    if free >= ENOUGH_FREE:
        return Finding(OK, subject, text)
    return Finding(NOTE if free >= MIN_FREE else BAD, subject, f"{text}; make room, or name another in STACKRANK_DATA")


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
        yield Finding(BAD, "Prefect", f"{home} cannot be written; give it to the user who runs stackrank")
    elif "PREFECT_API_URL" not in os.environ:
        yield Finding(OK, "Prefect", f"{number}; its state is in {home}")
    else:
        yield _server(number, os.environ["PREFECT_API_URL"])


def _server(number: str, url: str) -> Finding:
    try:
        prefect_api.wait(patience=5)
    except prefect_api.NotStartedError as error:
        return Finding(BAD, "Prefect", f"{error}; start it, or unset PREFECT_API_URL: each run then starts its own")
    return Finding(OK, "Prefect", f"{number}; its server at {url} answers")


def _database(where: Folders) -> Finding:
    if not where.database.exists():
        return Finding(NOTE, "database", "there is none yet; to make it: stackrank nightly")
    try:
        (build,) = ask(where.database, "from raw.build").to_pylist()
    except NoDatabaseError as error:
        what = "close what has it open for writing; if nothing has, delete it and run: stackrank build"
        return Finding(BAD, "database", f"{error}; {what}")
    size = where.database.stat().st_size / 1e6
    return Finding(OK, "database", f"readable, {size:.0f} MB, last complete month {build['last_complete_month']:%Y-%m}")


def _contact(sources: Sequence[Source]) -> Finding:
    if not contact.live_sources(sources):
        return Finding(OK, "contact", "none is needed: all sources are on this machine")
    if mistake := contact.find_mistake():
        return Finding(BAD, "contact", f"{mistake}. {contact.HOW}")
    return Finding(OK, "contact", f"{os.environ['STACKRANK_CONTACT']}, sent to the servers that are visited")


def _token(sources: Sequence[Source]) -> Iterator[Finding]:
    """Say where the token for GitHub comes from, never the token, where a source needs GitHub."""
    requests, subject = sum(len(s.urls) for s in sources if s.visited and s.kind == "github"), "GitHub token"
    found = count_pages.github_token(os.environ)
    if requests and found:
        yield Finding(OK, subject, f"taken from {found[0]}, sent to GitHub only")
    elif requests and any(os.environ.get(name) for name in count_pages.GITHUB_TOKENS):
        yield Finding(NOTE, subject, "the value in the environment is not a token, so it is not sent; none is needed")
    elif requests:
        yield Finding(
            OK, subject, f"none, and none is needed: {requests} of the 60 requests an hour that GitHub allows"
        )


def _last_run(found: status.Status, where: Folders, now: datetime) -> Finding:
    subject, last = "last good run", found.last_good_run
    if not any(source.latest for source in found.sources):
        return Finding(NOTE, subject, "there was no run yet; to start one: stackrank nightly")
    if last and last >= now - MAX_AGE:
        return Finding(OK, subject, status.format_moment(last, now))
    text = status.format_moment(last, now) if last else "there was none that fetched every unit"
    if read_demo_marker(where):
        return Finding(NOTE, subject, f"{text}; this is a demo, to make it again: stackrank demo")
    return Finding(BAD, subject, f"{text}; what failed, and why: stackrank status")


def _sources(found: status.Status) -> Finding:
    new = [source.source.id for source in found.sources if source.is_new]
    if not new:
        return Finding(OK, "sources", f"all {len(found.sources)} were fetched at least once")
    text = f"{len(new)} of {len(found.sources)} were never fetched: {_shorten_list(new)}"
    if any(source.latest for source in found.sources):
        return Finding(BAD, "sources", f"{text}; why: stackrank status")
    return Finding(NOTE, "sources", f"{text}; there was no run yet")


def _observations(where: Folders, sources: Sequence[Source]) -> Iterator[Finding]:
    """Name the first files of observations that cannot be read, and count the others."""
    problems = damage.find_damage(where, sources)
    for line in damage.format_lines(problems[:MAX_NAMES]):
        yield Finding(BAD, *line.split(": ", 1))
    if len(problems) > MAX_NAMES:
        yield Finding(BAD, "observations", f"{len(problems) - MAX_NAMES} more cannot be read; all: stackrank status")


def _shorten_list(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more


def _runs(where: Folders) -> Iterator[Finding]:
    """Name the active commands and count the files that killed runs have left."""
    active = locks.running_commands(where)
    yield Finding(NOTE if active else OK, "running commands", "; ".join(active) or "none")
    stale = locks.stale_files(where)
    text = f"{len(stale)}, such as {stale[0]}; the next run removes them" if stale else "none"
    yield Finding(NOTE if stale else OK, "stale files of killed runs", text)
