"""Say what a figure of the old series counts, why ours differs, and why there is none of ours."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reports.text.language import gettext

KINDS = {
    "threads": gettext("threads in the month"),
    "messages": gettext("messages in the month"),
    "participation_ratio": gettext("messages for each thread"),
    "talk_people": gettext("participants in the month"),
    "active_people_quarter": gettext("participants in the quarter"),
    "new_people": gettext("first-time participants in the month"),
    "population": gettext("participants ever"),
    "postings": gettext("mail on the list {part}"),
    "postings_week": gettext("mail on the list {part}, week by week"),
    "threads_week": gettext("threads on the list {part}, week by week"),
    "talk_people_week": gettext("senders on the list {part}, week by week"),
    "postings_quarter": gettext("mail on all lists"),
    "talk_people_quarter": gettext("senders on all lists"),
    "thread_starters_quarter": gettext("people who started a thread, all lists"),
    "written_commits": gettext("commits a month, merges in"),
    "written_names": gettext("git contributors: author names in the month, merges in"),
    "written_domains": gettext("domains of git contributors in the month, merges in"),
    "domain_share": gettext("share of commits from {part}"),
    "repository_commits_quarter": gettext("commits of {part}"),
    "repository_people_quarter": gettext("authors of {part}"),
    "releases": gettext("releases that began a series in the month"),
    "releases_so_far": gettext("releases that began a series so far"),
    "subscribers": gettext("subscribers of the list {part}"),
    "registered": gettext("registered members"),
    "committers": gettext("committers"),
    "committee_members": gettext("members of the committee"),
    "countries": gettext("countries"),
    "user_groups": gettext("user groups"),
}
CAUSES = {
    "equal": gettext("none: within 2 %"),
    "sources_missing": gettext("not all of their sources were read"),
    "to_date": gettext("theirs is of a month that had not ended"),
    "rounded": gettext("theirs is rounded, or was read from a chart"),
    "threading": gettext("they took threads as the archive shows them; ours follow the headers of replies"),
    "tracker_mail": gettext("they dropped tracker mail by its subject alone"),
    "accounts": gettext("they counted addresses and forum accounts, and merged some by hand"),
    "clocks": gettext("they counted by the clock of the archive; ours is UTC"),
    "people": gettext("they merged the addresses of a person by other rules"),
    "repositories": gettext("they do not say which repositories they read, or whether merges count"),
    "branches": gettext("they seem to read all branches; ours is the default branch, bots in, by committer date"),
    "series": gettext("they may count other releases as the first of a series"),
    "period": gettext("they do not say of which time; ours is of the quarter"),
}
"""The likely cause of a difference, by `published.replay.cause_code`."""
WITHOUT = {
    "not_read": gettext("its sources have not been read yet"),
    "gone": gettext("its sources cannot be read any more"),
    "no_source": gettext("no source of ours holds it"),
    "few_people": gettext("one or two people, who are not published"),
    "no_definition": gettext("nobody has said yet how it was counted"),
    "not_public": gettext("no archive states who was subscribed"),
    "no_past": gettext("the source states only how many there are today"),
    "not_counted": gettext("no source of ours states it"),
}
"""Why there is no count of ours, by `published.replay.reason_code`."""
WAITS = ("not_read",)
"""The reasons that end when a source is read."""
NO_FIGURES = gettext("This database holds no figures that others published.")


def counted_text(metric: str) -> str:
    """Return what a figure counts; a metric that nobody has described keeps its name."""
    kind, _, part = metric.partition(":")
    return KINDS.get(kind, metric).format(part=part)


def value_text(metric: str, value: float | None) -> str:
    """Return a figure as it is printed: shares in percent, ratios with a decimal."""
    if value is None:
        return ""
    if metric.startswith("domain_share"):
        return f"{100 * value:.1f} %"
    return f"{value:,.1f}" if metric == "participation_ratio" else f"{value:,.0f}"


def difference_text(row: Mapping[str, Any]) -> str:
    """Return a difference with its sign."""
    if row["difference"] is None:
        return ""
    sign = "+" if row["difference"] > 0 else "−" if row["difference"] < 0 else ""
    return sign + value_text(row["metric"], abs(row["difference"]))


def summary_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how many figures of a quarter were published, and how many stand beside ours."""
    published = [row for row in rows if row["published"] is not None]
    counts = {
        "published": len(published),
        "beside": sum(row["ours"] is not None for row in published),
        "waiting": sum(row["reason_code"] in WAITS for row in published),
    }
    return gettext(
        "{published} published figures: {beside} beside ours, {waiting} waiting for sources that have not been read,"
        " {others} that cannot be counted."
    ).format(**counts, others=counts["published"] - counts["beside"] - counts["waiting"])


def waiting_texts(rows: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return for each source that only the replay counts which figures wait for it.

    `units` are the repositories of these sources, as in raw.replay_units; one is unread where a figure misses it.
    """
    ordered = sorted(units, key=lambda unit: (unit["community"], unit["source"]))
    texts = [
        _waiting_text(rows, list(own)) for _, own in groupby(ordered, lambda unit: (unit["community"], unit["source"]))
    ]
    return [text for text in texts if text]


def _waiting_text(rows: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]) -> str:
    names = {unit["unit"] for unit in units}
    waiting = [row for row in rows if row["community"] == units[0]["community"] and names & set(row["missing"])]
    if not waiting:
        return ""
    unread = names & {name for row in waiting for name in row["missing"]}
    counted = dict.fromkeys(counted_text(row["metric"]) for row in waiting)
    return gettext(
        "{unread} of the {all} repositories of {source} have not been read."
        " These figures of {name} wait for them: {counted}."
    ).format(unread=len(unread), all=len(names), source=f"{units[0]['community']}/{units[0]['source']}",
             name=waiting[0]["name"], counted="; ".join(counted))  # fmt: skip
