"""What we assume of a forum of Discourse: a probe judges it by what came (`spiders.core.recording`)."""

from typing import Any

from spiders.core.recording import COMMON, Assertion, Found, Recording

PAGE = 50


def _about(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = recording.page("/about.json").json()["about"]
    return found


def has_new_names(recording: Recording) -> Found:
    """Judge whether the statistics have the names of newer servers; the reader takes both."""
    about = _about(recording)
    stats = about.get("stats", {})
    named = "users_count" if "users_count" in stats else "user_count" if "user_count" in stats else "no number of users"
    return Found(named == "users_count", f"{named}, version {about.get('version')!r:.30}")


def says_its_birth(recording: Recording) -> Found:
    """Judge whether the forum says when it was made, and not before the catalogue's first day."""
    born = str(_about(recording).get("site_creation_date", ""))[:10]
    return Found(born >= f"{recording.source.since}", f"made on {born}" if born else "site_creation_date is missing")


def _ids(recording: Recording) -> list[int]:
    return [post["id"] for post in recording.page("/posts.json").json()["latest_posts"]]


def shows_posts(recording: Recording) -> Found:
    """Judge whether anybody may read a full page of posts, the newest first."""
    ids = _ids(recording)
    order = "the newest first" if ids == sorted(ids, reverse=True) else "in another order"
    return Found(len(ids) == PAGE and order == "the newest first", f"posts: {len(ids)}, {order}")


def pages_by_id(recording: Recording) -> Found:
    """Judge whether `before` gives the posts below an id, and not the window of ids of old servers."""
    answer = recording.page("/posts.json?before=")
    before = int(answer.url.rpartition("=")[2])
    ids = [post["id"] for post in answer.json()["latest_posts"]]
    return Found(bool(ids) and max(ids) < before, f"before={before} gave ids up to {max(ids, default=0)}")


DISCOURSE = (
    *COMMON,
    Assertion("names", "about.json has the names of newer servers.", has_new_names),
    Assertion("born", "about.json says when the forum was made: in the catalogue's time.", says_its_birth),
    Assertion("posts", f"Anybody may read pages of {PAGE} posts, the newest first.", shows_posts),
    Assertion("before", "A page before an id has posts below it.", pages_by_id),
)
