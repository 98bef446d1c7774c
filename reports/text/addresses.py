"""Public addresses of what was read, and of a repository's log of one month where its host shows one."""

import re
from datetime import date, timedelta

from reports.text.formats import next_month

OF_DEMO = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/")
"""The demo serves each archive on this machine, under the name of its real host."""
REPOSITORY = re.compile(r"https://(github\.com|opendev\.org)/[\w.-]+/[\w.-]+")
LOGS = {
    "github.com": "{address}/commits?since={first}&until={last}",
    "opendev.org": "{address}/commits/branch/master/search?q=after:{before}+before:{following}",
}


def public_address(url: str | None) -> str:
    """Return the https address of a page that was read; nothing where only this machine can reach it."""
    address = OF_DEMO.sub("https://", (url or "").removeprefix("git+"))
    return address if address.startswith("https://") else ""


def log_address(url: str | None, month: date) -> str:
    """Return where a repository's host shows its commits of a month; nothing where it has no such page."""
    address = public_address(url).removesuffix(".git").rstrip("/")
    found = REPOSITORY.fullmatch(address)
    if not found:
        return ""
    following = next_month(month)
    days = {"first": month, "last": following - timedelta(1), "before": month - timedelta(1), "following": following}
    return LOGS[found[1]].format(address=address, **days)
