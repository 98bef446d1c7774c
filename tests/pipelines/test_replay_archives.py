"""What the shipped figures of CY13-Q2 have beside them once the archives of 2013 are read: here invented ones."""

import io
import shutil
from datetime import UTC, date, datetime

import pytest
from support.builders import TODAY, folders_in, land, row, visit
from support.postings import KEYED, mail
from support.tables_on_demand import ask, build_tables

from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import ARCHIVES
from pipelines.folders import CATALOGUE
from pipelines.landing import harvest
from pipelines.landing.schemas import MESSAGES
from spiders.mail.reader import Archive, messages

QUARTER = [date(2013, month, 1) for month in (4, 5, 6)]
WHO = ("ann", "bob", "cid")


def land_list(where, source):
    """Land a message of each of three people in each month of the quarter."""
    for month in QUARTER:
        sent = [mail(f"{source.name}-{month:%m}-{who}", f"{month:%d %b %Y}", who) for who in WHO]
        archive = Archive(datetime(2009, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), month)
        batches = list(messages(io.BytesIO(b"".join(sent)).read, archive, KEYED))
        harvest.land(where, harvest.Harvest(visit(source, f"{month:%Y-%m}"), 0.0, MESSAGES, batches, []))


def land_repository(where, source, unit):
    land(where, source, unit, [row(number, datetime(2013, 6, 3, number), who) for number, who in enumerate(WHO)])


def lists_of_2013(communities):
    sources = [source for one in communities for source in one.sources if source.kind in ARCHIVES and source.visited]
    return [s for s in sources if s.since <= QUARTER[-1] and (s.until is None or s.until >= QUARTER[0])]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The shipped catalogue and figures, with three people on every list and in every core repository of that time."""
    where, communities = folders_in(tmp_path_factory.mktemp("archives")), load_catalogue(CATALOGUE)
    shutil.copytree(CATALOGUE.parent / "history", where.history)
    for source in lists_of_2013(communities):
        land_list(where, source)
    for one in communities:
        core = next(source for source in one.sources if source.name in ("core", "eucalyptus"))
        for url in core.urls:
            land_repository(where, core, "/".join(url.split("/")[-2:]))
    build_tables(where, communities, TODAY)
    return where


@pytest.mark.long
def test_most_published_figures_of_the_quarter_stand_beside_ours(read):
    """Of the others, nobody reads the lists of four groups and of two bots, and no archive states subscribers."""
    asked = """select coalesce(reason_code, 'beside ours'), count(*) from published.replay
        where quarter = 'CY13-Q2' and published is not null group by all"""
    assert dict(ask(read, asked)) == {"beside ours": 61, "no_source": 18, "not_public": 6}
