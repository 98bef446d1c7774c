"""What we assume of repositories: a probe judges it by what came (`spiders.core.recording`)."""

from datetime import UTC, datetime, timedelta

from spiders.core.recording import ANSWERS, OPEN, READ, Assertion, Found, NotReachedError, Recording

LIVES = timedelta(days=365)
IGNORED, MOVED = "ignored the filter", "moved to"


def honours_filter(recording: Recording) -> Found:
    """Judge whether the server sends commits without trees and files."""
    page = recording.unit_page()
    note = str(page.json().get("note", ""))
    return Found(IGNORED not in note, f"{page.size:,} bytes; {note}".removesuffix("; "))


def is_at_its_address(recording: Recording) -> Found:
    """Judge whether the repository is where the catalogue says; git has followed it on its host."""
    note = str(recording.unit_page().json().get("note", ""))
    return Found(MOVED not in note, note)


def lives_as_declared(recording: Recording) -> Found:
    """Judge whether the newest commit fits the last day of the catalogue, or is of the last year."""
    newest = _newest(recording)
    until = recording.source.until
    ends = f"{newest:%Y-%m-%d} is the day of its newest commit"
    if until:
        return Found(newest.date() <= until + timedelta(days=1), f"{ends}, in the catalogue it ends on {until}")
    return Found(newest > datetime.now(UTC) - LIVES, ends)


def _newest(recording: Recording) -> datetime:
    import pyarrow.compute as pc

    rows = recording.rows.get(recording.source.id)
    if rows is None or not rows.num_rows:
        raise NotReachedError("no commit came")
    newest: datetime = pc.max(rows["committed_at"]).as_py()
    return newest.replace(tzinfo=UTC)


def shares_history(recording: Recording) -> Found:
    """Judge whether a repository that continues another one has the commits of that one."""
    earlier = recording.source.continues
    if earlier is None:
        return Found(True, "it continues no other")
    if earlier not in recording.rows or recording.source.id not in recording.rows:
        raise NotReachedError("the commits of both did not come")
    before = set(recording.rows[earlier]["hash"].to_pylist())
    shared = len(before & set(recording.rows[recording.source.id]["hash"].to_pylist()))
    return Found(shared == len(before), f"{shared:,} of {len(before):,} commits of {earlier} are in it")


GIT = (
    ANSWERS, OPEN, READ,
    Assertion("filter", "The server sends commits without files.", honours_filter),
    Assertion("address", "It is at the address of the catalogue.", is_at_its_address),
    Assertion("alive", "Its newest commit fits the catalogue.", lives_as_declared),
    Assertion("shared", "It has the commits of the repository that it continues.", shares_history),
)  # fmt: skip
