"""An invented list of which a Wayback Machine has captures: its months, its source, and a visit to it."""

from datetime import UTC, date, datetime

from support.crawl import HEAD
from support.walk import crawl, next_night

from flows.demo import archives, mail
from flows.demo.archives import MailingList
from flows.demo.pipermail import capture
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.runs import begin_run
from spiders.mail import captures

OLD, OTHER = (
    "http://lists.birds.example.org/pipermail/users-birds.org/",
    "http://lists.host.example.net/pipermail/users-birds.org/",
)
MONTHS = {name: date(2012, number, 1) for number, name in enumerate(mail.MONTHS, 1)}
LIST = MailingList("pipermail", "/", "users@lists.birds.example.org", dict.fromkeys(MONTHS.values(), 30))
LIVE = MailingList("pipermail", "/lists.live.example.org/pipermail/users/", LIST.address, {MONTHS["March"]: 30})
PLACE = "/web.archive.org/"
LOGIN = archives.LOGIN


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shot(month, moment, folder=OLD, **facts):
    return capture(LIST, MONTHS[month], at(moment), folder, **facts)


RUNNING, OVER, LATEST = "2012-02-15T06:00", "2012-03-05T06:00", "2014-06-01T06:00"

WHO = 'why = "Invented."\naddress = "users@lists.birds.example.org"\naudience = "users"\n'


def source(name, base, *folders, more=""):
    urls = ", ".join(f'"{folder}"' for folder in folders)
    captures = f'captures = "{base}{PLACE}"\n' if base else ""
    return f'\n[[sources]]\nname = "{name}"\nkind = "archiveorg"\nsince = 2012-01-01\nuntil = 2012-12-31\n{WHO}{captures}urls = [{urls}]\n{more}'  # noqa: E501


def index_path(folder):
    return captures.index_url(PLACE, folder)


def path_of(capture):
    return f"{PLACE}web/{capture.timestamp}id_/{capture.url}"


def world(tmp_path, base, more=""):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir(exist_ok=True)
    (where.communities / "birds.toml").write_text(HEAD + source("users", base, OLD, OTHER) + more)
    return where


def run(where, server, **settings):
    """Visit everything of kind archiveorg; return the latest visit to each unit and the paths that were asked for."""
    (birds,) = load_catalogue(where.communities)
    server.requests.clear()
    next_night(hours=24)
    id_of_run = begin_run()
    crawl(where, ("archiveorg",), **settings)
    assert server.complaints == []
    visits = {v.unit: v for v in read_result(where, birds.sources, id_of_run).visits if v.source == "users"}
    return visits, [request.path for request in server.requests if request.path != "/robots.txt"]
