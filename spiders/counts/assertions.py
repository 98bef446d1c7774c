"""What we assume of pages that state counts: a probe judges it by what came (`spiders.core.recording`)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pipelines.model import Source
from spiders.core.recording import COMMON, Answer, Assertion, Found, NotReachedError, Recording

HOURLY = 60


# ---- the register of the OpenInfra foundation ------------------------------------------------------------------


def everybody(source: Source) -> Sequence[str]:
    """Return the url of all accounts of a register, active or not."""
    return [f"{url}?per_page=1&page=1" for url in source.urls if url.endswith("/members")]


def _filters(answer: Answer) -> list[str]:
    return parse_qs(urlsplit(answer.url).query).get("filter[]", [])


def _total(recording: Recording, *wanted: str) -> int:
    """Return the total of the page of members with filters that begin so; raises NotReachedError."""
    for answer in recording.pages():
        given = _filters(answer)
        has_all = len(given) == len(wanted) and all(map(str.startswith, given, wanted))
        if has_all and urlsplit(answer.url).path.endswith("/members"):
            total: int = answer.json()["total"]
            return total
    raise NotReachedError("no such page came")


INDIVIDUAL = ("active==", "membership_type==")


def filter_of_active_works(recording: Recording) -> Found:
    """Judge whether the filters leave fewer members than there are accounts."""
    active, everybody_ = _total(recording, *INDIVIDUAL), _total(recording)
    return Found(0 < active < everybody_, f"{active:,} active individual members of {everybody_:,} accounts")


def filter_of_time_works(recording: Recording) -> Found:
    """Judge whether fewer had joined by an earlier month than have until now."""
    earlier, now = _total(recording, *INDIVIDUAL, "created<="), _total(recording, *INDIVIDUAL)
    return Found(0 < earlier < now, f"{earlier:,} by an earlier month, {now:,} now")


OPENINFRA = (
    *COMMON,
    Assertion("active", "The filters leave fewer than all accounts.", filter_of_active_works, everybody),
    Assertion("created", "created<= gives the members of an earlier month.", filter_of_time_works),
)

# ---- Launchpad, Apache, GitHub ---------------------------------------------------------------------------------


def states_size(recording: Recording) -> Found:
    """Judge whether the size of a team stands in the answer, and not behind a link."""
    keys = set(recording.page("ws.size=1").json())
    how = "total_size" if "total_size" in keys else "total_size_link" if "total_size_link" in keys else "neither"
    return Found(how == "total_size", how)


LAUNCHPAD = (*COMMON, Assertion("size", "total_size stands in the answer.", states_size))


def files_have_validators(recording: Recording) -> Found:
    """Judge whether the files can be asked for on condition that they changed."""
    pages = recording.pages()
    if not pages:
        raise NotReachedError("no file came")
    without = [urlsplit(one.url).path for one in pages if not {"etag", "last-modified"} & one.headers.keys()]
    return Found(not without, f"without: {', '.join(without)}" if without else "")


ASF = (*COMMON, Assertion("validators", "The files have an ETag or Last-Modified.", files_have_validators))


def leaves_enough_requests(recording: Recording) -> Found:
    """Judge whether the limit of an hour covers a run's requests."""
    asked = len(recording.source.urls)
    limits = [int(one.headers["x-ratelimit-limit"]) for one in recording.pages() if "x-ratelimit-limit" in one.headers]
    if not recording.pages():
        raise NotReachedError("no page came")
    if not limits:
        return Found(False, "no header states the limit")
    return Found(min(limits) >= HOURLY, f"{min(limits)} an hour; a run asks {asked} pages of this source")


def links_last_page(recording: Recording) -> Found:
    """Judge whether a list of one entry a page links its last page, from which its length is read."""
    lists = [one for one in recording.pages() if "per_page=1" in unquote(one.url)]
    if not lists:
        raise NotReachedError("no list came")
    longer: list[Any] = [one for one in lists if 'rel="last"' not in one.headers.get("link", "")]
    return Found(not longer, f"{len(longer)} of {len(lists)} lists have no link to their last page" if longer else "")


GITHUB = (
    *COMMON,
    Assertion("limit", f"At least {HOURLY} requests an hour are allowed.", leaves_enough_requests),
    Assertion("last", "A list links its last page.", links_last_page),
)
