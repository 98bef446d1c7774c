"""Check whether this machine can do the nightly run, one finding a line; change nothing in the data folder."""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flows import contact, damage, editions, locks, notify, opt_outs, prefect_api, status
from flows.doctor_git import check_git
from flows.doctor_key import check_key
from flows.doctor_room import room
from flows.doctor_upgrade import upgrade
from flows.findings import BAD, MAX_NAMES, NOTE, OK, Finding, shorten_list
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import Folders, can_write, nearest_folder, read_demo_marker, typed
from pipelines.landing.undeclared import find_undeclared
from pipelines.model import Source
from pipelines.privacy import decisions, key_file
from pipelines.warehouse.query import NoDatabaseError, read_build

GB = 1e9
MIN_FREE = 1 * GB
ENOUGH_FREE = 10 * GB  # more than what the spider lets one repository take (GIT_MAX_BYTES)
# Measured on 2026-11-23 with eleven real repositories: clones 102 MB, observations 20, database 21, site 6, Prefect 5.
FIRST_LOAD = "the first load of eleven repositories takes 0.2 GB; no repository takes more than 8.6 GB"
MAX_AGE = timedelta(hours=48)


def examine(where: Folders, now: datetime) -> list[Finding]:
    """Check machine and data folder; a finding is BAD where a run would fail, or runs have failed."""
    findings = [check_git(), check_key(where), *_opt_outs(where), _space(where), *room(where, now)]
    findings += [*_prefect(where), _database(where)]
    findings += [Finding(BAD, "editions", each) for each in editions.find_mistakes(where)]
    try:
        declared = load_catalogue(where.communities)
    except CatalogueError as error:
        return [*findings, Finding(BAD, "catalogue", f"fix this first, nothing runs: {error}"), *_runs(where)]
    sources = [source for community in declared for source in community.sources]
    found = status.read_status(where, sources)
    findings += [_contact(sources), *_notification(), *_token(sources), _last_run(found, where, now), _sources(found)]
    findings += [Finding(NOTE, "held", str(each)) for each in find_undeclared(where, declared)]
    return [*findings, *upgrade(where, sources), *_observations(where, sources), *_runs(where)]


def _opt_outs(where: Folders) -> list[Finding]:
    """Say how many people are left out under which key: under another one than the present they are not."""
    if mistakes := opt_outs.find_mistake(where):
        return [Finding(BAD, "opted out", mistakes[0])]
    key_id = key_file.present_key_id()
    others = decisions.people_left_out(where).keys() - {key_id}
    state = NOTE if others else OK
    text = "; ".join(opt_outs.format_people(where, key_id))
    fix = "; forget their addresses again" if others else ""
    return [Finding(state, "opted out", text + fix)] if text else []


def _space(where: Folders) -> Finding:
    subject = "data folder"
    for folder in (where.data, where.site):
        if not can_write(folder):
            return Finding(BAD, subject, f"{folder} cannot be written; give it to the user who runs stackrank, "
                           "or name another folder in STACKRANK_DATA")  # fmt: skip
    free = shutil.disk_usage(nearest_folder(where.data)).free
    text = f"{where.data} has {free / GB:.1f} GB free; {FIRST_LOAD}"
    if free >= ENOUGH_FREE:
        return Finding(OK, subject, text)
    return Finding(NOTE if free >= MIN_FREE else BAD, subject, f"{text}; make room, or name another in STACKRANK_DATA")


def _prefect(where: Folders) -> Iterator[Finding]:
    try:
        number = version("prefect")
    except PackageNotFoundError:
        yield Finding(BAD, "Prefect", "is not installed; run: uv sync")
        return
    home = Path(os.environ.get("PREFECT_HOME", where.data / "prefect"))
    if not can_write(home):
        yield Finding(BAD, "Prefect", f"{home} cannot be written; give it to the user who runs stackrank")
    elif "PREFECT_API_URL" not in os.environ:
        yield Finding(OK, "Prefect", f"{number}; its state is in {home}")
    else:
        yield _server(number, os.environ["PREFECT_API_URL"])


def _server(number: str, url: str) -> Finding:
    try:
        prefect_api.wait(patience=5)
        prefect_api.check_closed()
    except prefect_api.NotStartedError as error:
        return Finding(BAD, "Prefect", f"{error}; start it, or unset PREFECT_API_URL: each run then starts its own")
    return Finding(OK, "Prefect", f"{number}; its server at {url} answers")


def _database(where: Folders) -> Finding:
    if not where.database.exists():
        return Finding(NOTE, "database", f"there is none yet; to make it: {typed('nightly')}")
    try:
        build = read_build(where.database)
    except NoDatabaseError as error:
        what = f"close what has it open for writing; if nothing has, delete it and run: {typed('build')}"
        return Finding(BAD, "database", f"{error}; {what}")
    size = where.database.stat().st_size / 1e6
    return Finding(OK, "database", f"readable, {size:.0f} MB, last complete month {build.last_complete_month:%Y-%m}")


def _contact(sources: Sequence[Source]) -> Finding:
    if not contact.has_live(sources):
        return Finding(OK, "contact", "none is needed: all sources are on this machine")
    if mistake := contact.find_mistake():
        return Finding(BAD, "contact", f"{mistake}. {contact.HOW}")
    return Finding(OK, "contact", f"{os.environ['STACKRANK_CONTACT']}, sent to the servers that are visited")


def _notification() -> Iterator[Finding]:
    """Say whether messages can be sent, where the user wants any; never where to."""
    if mistake := notify.find_mistake():
        yield Finding(BAD, "notification", f"{mistake}; nothing is sent")
    elif os.environ.get(notify.NOTIFY):
        yield Finding(OK, "notification", f"{notify.NOTIFY} is set")


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
        return Finding(NOTE, subject, f"there was no run yet; to start one: {typed('nightly')}")
    if last and last >= now - MAX_AGE:
        return Finding(OK, subject, status.format_moment(last, now))
    text = status.format_moment(last, now) if last else "there was none that fetched every unit"
    if read_demo_marker(where):
        return Finding(NOTE, subject, f"{text}; this is a demo, to make it again: {typed('demo')}")
    return Finding(BAD, subject, f"{text}; what failed, and why: {typed('status')}")


def _sources(found: status.Status) -> Finding:
    new = [source.source.id for source in found.sources if source.is_new]
    if not new:
        return Finding(OK, "sources", f"all {len(found.sources)} were fetched at least once")
    text = f"{len(new)} of {len(found.sources)} were never fetched: {shorten_list(new)}"
    if any(source.latest for source in found.sources):
        return Finding(BAD, "sources", f"{text}; why: {typed('status')}")
    return Finding(NOTE, "sources", f"{text}; there was no run yet")


def _observations(where: Folders, sources: Sequence[Source]) -> Iterator[Finding]:
    """Name the first files of observations that cannot be read, and count the others."""
    problems = damage.find_damage(where, sources)
    for line in damage.format_lines(problems[:MAX_NAMES]):
        yield Finding(BAD, *line.split(": ", 1))
    if len(problems) > MAX_NAMES:
        yield Finding(BAD, "observations", f"{len(problems) - MAX_NAMES} more cannot be read; all: {typed('status')}")


def _runs(where: Folders) -> Iterator[Finding]:
    """Name the active commands and count the files that killed runs have left."""
    active = locks.running_commands(where)
    yield Finding(NOTE if active else OK, "running commands", "; ".join(active) or "none")
    stale = locks.stale_files(where)
    text = f"{len(stale)}, such as {stale[0]}; the next run removes them" if stale else "none"
    yield Finding(NOTE if stale else OK, "stale files of killed runs", text)
