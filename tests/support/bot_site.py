"""Build a site of lists to which bots write."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from support.builders import community
from support.page import Page
from support.postings import land_index, land_month, mail

from pipelines.folders import Folders
from pipelines.model import Source
from pipelines.warehouse.build import build_database
from reports import site

MONTHS = [date(2025, month, 1) for month in range(1, 13)]
NIGHT = datetime(2026, 1, 12, 3, tzinfo=UTC)


# How many messages each of four people writes in a month, and how many a tracker does.
WRITTEN = {"birds": (5, 1), "fish": (4, 30)}


BOT = b"Ann Invented (JIRA) <jira@apache.org>"


def month_of(slug, month):
    """The mail of one month: of four people, and of a tracker."""
    each, tracked = WRITTEN[slug]
    people = [
        mail(f"{slug}{month:%m}{who}{n}", f"{n + 1:02} {month:%b} 2025", who, subject=f"About {n}")
        for who in ("jane", "joe", "ann", "bob")
        for n in range(each)
    ]
    bots = [
        mail(f"{slug}{month:%m}m{n}", f"{n % 28 + 1:02} {month:%b} 2025", subject=f"Case {n}").replace(
            b"Jane Invented <jane@example.org>", BOT
        )
        for n in range(tracked)
    ]
    return people + bots


@pytest.fixture(scope="module")
def house(once):
    """Two communities with a list each, one of them with much mail of a tracker; the published site."""
    where = site_folders(once("bot-site", publish))
    found = where.site.glob("**/*.html")
    pages = {str(path.relative_to(where.site)): Page(path.read_text(encoding="utf-8")) for path in found}
    return SimpleNamespace(where=where, pages=pages)


def site_folders(top):
    return Folders(top / "data", top / "communities", top / "data" / "site")


def publish(top):
    """Land the lists of both communities below `top`, build, and publish the site."""
    where, lists = site_folders(top), []
    for slug in WRITTEN:
        dev = Source(slug, "dev", "pipermail", ("https://lists.example.org/dev/",), MONTHS[0], "Invented.")
        lists.append(dev)
        land_index(where, dev, dict.fromkeys(MONTHS), NIGHT)
        for month in MONTHS:
            land_month(where, dev, month, *month_of(slug, month), seen_at=NIGHT)
    build_database(where, [community(slug, dev) for slug, dev in zip(WRITTEN, lists, strict=True)], date(2026, 1, 12))
    site.publish(where)
