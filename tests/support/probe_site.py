"""A demo server with a healthy source of every kind, and one source for each way in which an assertion can fail."""

import json
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

from support.git import FORGE, commit, line, made

from flows.demo import archives, counts, forums
from flows.demo.archives import Archives, MailingList
from flows.demo.captures import Wayback
from flows.demo.counts import Counts, Listed, Project, Register, Repository
from flows.demo.forums import Forum
from flows.demo.pipermail import capture
from flows.demo.server import FAULTS as GIT_FAULTS
from flows.demo.server import serve
from spiders.mail.captures import index_url

TODAY = datetime.now(UTC).date()
MONTHS = {date(TODAY.year - 1, month, 1): 20 for month in range(1, 13)}
FIRST, LAST = min(MONTHS), date(TODAY.year - 1, 12, 31)
JUNE, JULY = FIRST.replace(month=6), FIRST.replace(month=7)
EARLIER = date(TODAY.year - 3, 1, 1)
CAPTURES = "/web.archive.org/"
OTHER = "/other.example.org/archives/"
MOVED, NOW = date(2010, 1, 2), b"%d +0000" % time.time()
LISTS = {
    "pipermail": "/old.example.org/pipermail/{}/",
    "hyperkitty": "/lists.example.org/archives/list/{}@lists.example.org/",
    "ponymail": "/pony.example.org/{}/api/",
}
PAGES = {
    "openinfra": {"members": Register(9000, EARLIER), "members/all/companies": Register(700, EARLIER)},
    "launchpad": {"~birds/members": Listed(311)},
    "asf": {"groups.json": Project("{}", 138, ("2013-03-20", "2013-04-01"))},
    "github": {"repos/birds/wren": Repository("birds/wren", 3000, 900, 120),
               "repos/birds/wren/contributors": Listed(500)},
}  # fmt: skip


def mailing_list(kind, name, months=MONTHS, **facts):
    return MailingList(kind, LISTS[kind].format(name), f"{name}@lists.example.org", months, **facts)


def month_path(one):
    """The path by which a probe asks for a month of a list: the middle one of those that the list can have."""
    name, _, domain = one.address.partition("@")
    if one.kind == "pipermail":  # its table begins with the newest month
        return f"{one.url}{JUNE:%Y-%B}.txt.gz"
    if one.kind == "ponymail":
        return f"{one.url}mbox.lua?list={name}&domain={domain}&d={JULY:%Y-%m}"
    return f"{one.url}export/{JULY}.mbox.gz?start={JULY}&end={JULY.replace(month=8)}"


class Site:
    """What the server has, and the community files that name it: add sources, then serve."""

    def __init__(self, top):
        self.root, self.communities = top / "served", top / "communities"
        self.lists, self.forums, self.pages, self.captures = [], [], {}, []
        self.faults, self.count_faults, self.git_faults = {}, {}, {}
        self.blocks = {}

    def add(self, community, name, kind, url, since=FIRST, **facts):
        """Declare a source; `url` is one path, or several, below the server."""
        known = {"name": name, "kind": kind, "why": "Invented.", "since": since, **facts}
        known |= {"urls": [url] if isinstance(url, str) else url}
        self.blocks.setdefault(community, []).append(known)

    def add_list(
        self, community, kind, name, fault="", since=FIRST, at=month_path, shape="object", of="", url="", **facts
    ):
        """Add a list, called `of` where that is not its source's name, with a fault in the answer at one path."""
        one = mailing_list(kind, of or name, shape=shape)
        one = replace(one, url=url) if url else one
        self.lists.append(one)
        if fault:
            self.faults[at(one)] = [fault]
        self.add(community, name, kind, one.url, since, until=LAST, address=one.address, **facts)
        return one

    def add_forum(self, community, name, fault="", at="posts.json", **facts):
        self.forums.append(Forum(f"/{name}/", {FIRST: 70, JULY: 50}, **facts))
        if fault:
            self.faults[f"/{name}/{at}"] = [fault]
        self.add(community, name, "discourse", f"/{name}/")

    def add_counts(self, community, kind, name, fault="", pages=None):
        root = f"/{name}.example.org" + ("/api/public/v1" if kind == "openinfra" else "")
        found = pages or PAGES[kind]
        of = {f"{root}/{path}": page for path, page in found.items()}
        self.pages |= {path: page._replace(name=community) if kind == "asf" else page for path, page in of.items()}
        self.count_faults |= {path: [fault] for path in of} if fault else {}
        self.add(community, name, kind, list(of), EARLIER)

    def add_captures(self, community, name, fault="", shots=True):
        folder = f"http://lists.{name}.example.org/pipermail/users/"
        taken = datetime(TODAY.year, 1, 15, tzinfo=UTC)
        of = mailing_list("pipermail", "users")
        self.captures += [capture(of, month, taken, folder) for month in MONTHS] if shots else []
        self.blocks.setdefault(community, []).append({
            "name": name, "kind": "archiveorg", "why": "Invented.", "since": FIRST, "until": max(MONTHS),
            "captures": CAPTURES, "urls": [folder], "address": "users@lists.example.org",
        })  # fmt: skip
        if fault:
            self.faults[index_url(CAPTURES, folder)] = [fault]

    def add_series(self, community, name):
        file = self.root / f"{name}.example.org/series_status.yaml"
        file.parent.mkdir(parents=True)
        file.write_text("- name: austin\n  status: end of life\n  initial-release: 2010-10-21\n")
        self.add(community, name, "series_status", f"/{name}.example.org/series_status.yaml", EARLIER)

    def add_repository(self, community, name, fault="", orders=None, since=date(2010, 1, 1), **facts):
        made(self.root, name, orders or line(5))
        self.git_faults |= {f"birds/{name}": fault} if fault else {}
        self.add(community, name, "git", f"/{FORGE}/{name}", since, **facts)

    @contextmanager
    def served(self, robots=b"User-agent: *\nDisallow: /forbidden/\n"):
        """Serve all of it, and write the community files; yields the server."""
        self.root.mkdir(exist_ok=True)
        with serve(self.root, self.git_faults) as server:
            known = archives.FAULTS | archives.SURPRISES | forums.FAULTS
            server.archives = Archives(
                self.lists, self.faults, robots, self.forums, known, Wayback(CAPTURES, self.captures)
            )
            server.counts = Counts(self.pages, server.base_url, self.count_faults)
            self.write(server.base_url)
            yield server

    def write(self, base):
        """Write a community file for each community, with the urls of the server."""
        self.communities.mkdir(exist_ok=True)
        for slug, blocks in self.blocks.items():
            head = f'name = "{slug.title()}"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n'
            texts = [block_text(block, base) for block in blocks]
            (self.communities / f"{slug}.toml").write_text("\n".join([head, *texts]))


def block_text(block, base):
    """Return a source as a community file has it."""
    plain = {**block, "urls": [_at(base, block["kind"], url) for url in block["urls"]]}
    if "captures" in block:
        plain["captures"] = f"{base}{CAPTURES}"
    lines = (f"{key} = {value if isinstance(value, date) else json.dumps(value)}" for key, value in plain.items())
    return "\n".join(["[[sources]]", *lines, ""])


def _at(base, kind, url):
    return url if url.startswith("http") else f"git+{base}{url}" if kind == "git" else f"{base}{url}"


# ---- what is declared -------------------------------------------------------------------------------------------


def add_healthy(site):
    """Add a source of every kind that is as we assume."""
    for kind, name in (("pipermail", "dev"), ("hyperkitty", "discuss"), ("ponymail", "users")):
        site.add_list("birds", kind, name)
    site.add_captures("birds", "gone")
    site.add_series("birds", "series")
    site.add_forum("birds", "forum")
    for kind in PAGES:
        site.add_counts("birds", kind, kind)
    site.add_repository("birds", "wren", until=MOVED, continued_by="birds/wren-too")
    grown = line(5) + commit(6, parents=(5,), at=NOW)
    site.add_repository("birds", "wren-too", orders=grown, since=MOVED, continues="birds/wren")


def add_foes(site):
    """Add a source for each assertion, named after it, which is not as we assume."""

    def index(one):
        return one.url

    def emails(one):
        return f"{one.url.replace('/list/', '/api/list/')}emails/?format=json&limit=1"

    site.add_list("foes", "pipermail", "pipermail-robots", url="/forbidden/")
    site.add_list("foes", "pipermail", "pipermail-open", "wall")
    site.add_list("foes", "pipermail", "pipermail-read", "damaged")
    site.add_list("foes", "pipermail", "pipermail-table", "quarters", at=index)
    site.add_list("foes", "pipermail", "pipermail-begin", since=EARLIER)
    site.add_list("foes", "pipermail", "pipermail-gzip", "encoded")
    site.add_list("foes", "pipermail", "pipermail-validators", "unmarked")
    by_date = f"{month_path(mailing_list('pipermail', 'pipermail-total'))}".replace(".txt.gz", "/date.html")
    site.add_list("foes", "pipermail", "pipermail-total", "miscount", at=lambda _: by_date)
    names, place = f"{OTHER}api/lists/?format=json&limit=100", f"{OTHER}list/hyperkitty-list@lists.example.org/"
    site.add_list("foes", "hyperkitty", "hyperkitty-list", "unnamed", at=lambda _: names, url=place)
    site.add_list("foes", "pipermail", "old", enabled=True)
    site.add_list("foes", "hyperkitty", "hyperkitty-retired", of="old")
    site.add_list("foes", "hyperkitty", "hyperkitty-count", "braces", at=emails)
    site.add_list("foes", "hyperkitty", "hyperkitty-export", "encoded")
    site.add_list("foes", "ponymail", "ponymail-shape", shape="list")
    site.add_list("foes", "ponymail", "ponymail-begin", since=EARLIER)
    site.add_list("foes", "ponymail", "ponymail-mbox", "half")
    site.add_captures("foes", "archiveorg-captures", shots=False)
    site.add_forum("foes", "discourse-names", old=True)
    site.add_forum("foes", "discourse-born", old=True)
    site.add_forum("foes", "discourse-before", old=True)
    site.add_forum("foes", "discourse-posts", step=2, old=True)
    site.add_counts("foes-openinfra-active", "openinfra", "openinfra-active", "ignored")
    site.add_counts("foes-openinfra-created", "openinfra", "openinfra-created", "ignored")
    site.add_counts(
        "foes-launchpad-size", "launchpad", "launchpad-size", pages={"~birds/members": Listed(311, linked=True)}
    )
    site.add_counts("foes-asf-validators", "asf", "asf-validators", "unmarked")
    site.add_counts("foes-github-limit", "github", "github-limit", "scarce")
    site.add_counts("foes-github-last", "github", "github-last", "unlinked")
    site.add_repository("foes", "git-filter", "unfiltered")
    site.add_repository("foes", "git-alive")
    site.add_repository("foes", "git-address", "rename")
    site.add_repository("foes", "finch", until=MOVED, continued_by="foes/git-shared")
    other = commit(1, b"Another history", at=NOW)
    site.add_repository("foes", "git-shared", orders=other, since=MOVED, continues="foes/finch")


def add_faults(site):
    """Add a source for each fault that the demo server has, named after it."""
    for fault in archives.FAULTS:
        site.add_list("faults", "pipermail", f"mail-{fault}", fault)
    for fault in forums.FAULTS:
        site.add_forum("faults", f"forum-{fault}", fault)
    for fault in counts.FAULTS.keys() - archives.FAULTS.keys():
        site.add_counts(f"faults-{fault}", "openinfra", f"counts-{fault}", fault)
    for fault in GIT_FAULTS:
        site.add_repository("faults", f"git-{fault}", fault, orders=commit(1, at=NOW))
