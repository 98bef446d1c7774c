"""A demo server with a healthy source of every kind, and one source for each way in which an assertion can fail."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

from support.git import FORGE, line, made

from flows.demo import archives, forums
from flows.demo.archives import Archives, MailingList
from flows.demo.captures import Wayback
from flows.demo.counts import Counts, Listed, Project, Register, Repository
from flows.demo.forums import Forum
from flows.demo.pipermail import capture
from flows.demo.server import serve
from spiders.mail.captures import index_url

TODAY = datetime.now(UTC).date()
MONTHS = {date(TODAY.year - 1, month, 1): 20 for month in range(1, 13)}
FIRST, LAST = min(MONTHS), date(TODAY.year - 1, 12, 31)
JUNE, JULY = FIRST.replace(month=6), FIRST.replace(month=7)
EARLIER = date(TODAY.year - 3, 1, 1)
CAPTURES = "/web.archive.org/"
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

    def add_repository(self, community, name, fault="", orders=None, since=date(2010, 1, 1), **facts):
        made(self.root, name, orders or line(5))
        self.git_faults |= {f"birds/{name}": fault} if fault else {}
        self.add(community, name, "git", f"/{FORGE}/{name}", since, **facts)

    @contextmanager
    def served(self, robots=b"User-agent: *\nDisallow: /forbidden/\n"):
        """Serve all of it, and write the community files; yields the server."""
        self.root.mkdir(exist_ok=True)
        with serve(self.root, self.git_faults) as server:
            known = archives.FAULTS | forums.FAULTS
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
