"""Three archives of which one is killed, and readers that change: what was held stays and is read again.

The names of the tests carry the number of the complaint.
"""

import shutil
from datetime import date

import pyarrow.parquet as pq
import pytest
from support.lists import block
from support.tables_on_demand import ask, build_tables
from support.walk import KEY, crawl, next_night

from flows.collect import reread
from flows.demo.archives import Archives, MailingList
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.stored import VISIT
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import open_database
from reports import site
from reports.answers import ask_rows

SEPTEMBER, OCTOBER = date(2013, 9, 1), date(2013, 10, 1)
SERVED = {
    kind: MailingList(kind, url, f"{kind}@lists.example.org", {SEPTEMBER: 20, OCTOBER: 20})
    for kind, url in (
        ("pipermail", "/two.example.org/pipermail/pipermail/"),
        ("hyperkitty", "/three.example.org/archives/list/hyperkitty@lists.example.org/"),
        ("ponymail", "/pony.example.org/api/"),
    )
}


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    """A server with three archives, and a data folder that has all of them from a good night."""
    top = tmp_path_factory.mktemp("killed")
    where = Folders(top / "data", top / "communities", top / "data" / "site")
    where.communities.mkdir()
    with serve(top / "none") as server:
        server.archives = Archives([*SERVED.values()])
        head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n\n'
        sources = [block(one, server.base_url, kind, SEPTEMBER, "") for kind, one in SERVED.items()]
        (where.communities / "birds.toml").write_text(head + "".join(sources))
        crawl(where, (*SERVED,), "units=index,2013-09,2013-10")
        yield where, server


def later(first_night, tmp_path):
    """The data folder as it was after the good night, to go on from on the next day."""
    next_night(hours=24)
    where, _ = first_night
    new = Folders(tmp_path / "data", where.communities, tmp_path / "data" / "site")
    shutil.copytree(where.data, new.data)
    return new


@pytest.mark.long
@pytest.mark.parametrize("killed", SERVED)
def test_r14_each_source_is_killed_in_turn_and_the_report_still_builds_and_names_it(first_night, tmp_path, killed):
    where, (_, server) = later(first_night, tmp_path), first_night
    server.archives = Archives([one for kind, one in SERVED.items() if kind != killed])
    crawl(where, (*SERVED,), "units=index,2013-09,2013-10")
    server.archives = Archives([*SERVED.values()])
    build_database(where, load_catalogue(where.communities), date(2013, 12, 20))
    page = (site.publish(where).parent / "operations.html").read_text(encoding="utf-8")
    with open_database(where.database) as database:
        failed = {row["source"] for row in ask_rows(database, "operations", "failures")}
    assert failed == {killed}
    assert f"<td>{killed}</td>" in page
    held = dict(ask(where, "select source, count(*) from core.postings group by all"))
    assert held == dict.fromkeys(SERVED, 40), "what was had before is kept and counted"
    values = ask(where, "select value, state from metrics.monthly where metric = 'messages' and month = '2013-09-01'")
    assert values == [(60, "observed")]


@pytest.mark.long
def test_r25_a_reader_of_another_version_reads_what_is_held_again_and_the_tables_are_those_of_a_fresh_visit(
    first_night, tmp_path, monkeypatch
):
    """An older reader knew no classes and another clock; after it is bumped, kept pages give today's rows."""
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    where = later(first_night, tmp_path)
    known = load_catalogue(where.communities)
    messages = "select * from core.messages join core.threads using (community, thread_key) order by all"
    build_tables(where, known, date(2013, 12, 20))
    fresh = ask(where, messages)
    assert len(fresh) == 120
    for path in where.observations.glob("birds/*/2013-*.parquet"):
        as_of_an_older_reader(path)
    build_tables(where, known, date(2013, 12, 20))
    assert ask(where, messages) != fresh
    assert ask(where, "select distinct class from core.messages") == [(None,)]
    again = reread(where, [source for one in known for source in one.sources])
    assert {visit.unit for visit in again.good} == {"2013-09", "2013-10"}
    build_tables(where, known, date(2013, 12, 20))
    assert ask(where, messages) == fresh


def as_of_an_older_reader(path):
    """Make a harvest what a reader of another version would have left: no class, and that version in its footer."""
    footer = {
        name: value.replace(b"mail/", b"mail/0.")
        for name, value in pq.read_metadata(path).metadata.items()
        if name != b"ARROW:schema"
    }
    rows = pq.read_table(path).drop_columns(["class", "class_rule"])
    pq.write_table(rows.replace_schema_metadata(footer), path)
    assert b"mail/0." in footer[VISIT]


def test_r25_a_changed_rule_about_bots_is_another_reader():
    from hashlib import sha256

    from pipelines.rules.bots_mail import RULES_FILE
    from spiders.mail.pipermail import PipermailSpider

    assert PipermailSpider.reader.endswith(sha256(RULES_FILE.read_bytes()).hexdigest()[:8])
