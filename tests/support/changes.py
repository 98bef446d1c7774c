"""A data folder of invented communities that changes at random: a community, a rule, a harvest, a key or the method."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import md5

import duckdb
import pyarrow as pa
from support.builders import TODAY, community, folders_in, row, source, visit

from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COMMITS, MESSAGES
from pipelines.landing.stored import stored_files
from pipelines.model import Source
from pipelines.privacy import decisions
from pipelines.warehouse.build import build_from
from pipelines.warehouse.inputs import read_inputs

BEGUN = datetime(2025, 1, 20)
SLUGS = ("ants", "bees", "cats", "dogs")
FORGET = {"format": 1, "since": "2026-03-01", "accounts": []}
NEVER = """[[never]]
community = "{community}"
key = "{key}"
evidence = "{evidence}"
why = "Invented."
decided = 2026-03-01

"""
BUILD_ALONE = {"raw.build": "built_at"}
"""What differs between two builds of equal inputs."""


class ChangingFolder:
    """Communities with a repository or two and a list; `change` lets one thing become another."""

    def __init__(self, top, seed):
        self.where, self.random = folders_in(top), random.Random(seed)
        self.key, self.keys, self.number, self.method, self.never = "k0", 0, 0, {}, []
        self.declared = {slug: self._community(slug) for slug in SLUGS[:3]}
        self.changes = (self.harvest, self.harvest, self.harvest, self.describe, self.declare, self.decide, self.forget,
                        self.lose, self.rotate, self.rank_otherwise)  # fmt: skip
        self.where.communities.mkdir(parents=True)
        for slug in SLUGS:
            self._land_all(slug)

    def change(self):
        """Change one thing and return what."""
        chosen = self.random.choice(self.changes)
        chosen()
        return chosen.__name__

    def inputs(self):
        """Return what a build of the folder reads now."""
        given = read_inputs(self.where, list(self.declared.values()), TODAY)
        return replace(given, method=replace(given.method, rules=given.method.rules | self.method))

    def builds(self):
        """Build the folder with and without what is kept; return the database files."""
        given = self.inputs()
        other = Folders(self.where.data / "other", self.where.communities, self.where.site)
        build_from(self.where, given)
        build_from(other, given, full=True)
        return self.where.database, other.database

    def harvest(self):
        """Land a unit of a community anew, with news."""
        slug = self.random.choice(list(self.declared))
        self._land(self.random.choice(self.declared[slug].sources))

    def describe(self):
        """Let a community be born on another day, or its sources stand in another order."""
        slug = self.random.choice(list(self.declared))
        of = self.declared[slug]
        born = date(2024 + self.random.randrange(2), 1 + self.random.randrange(12), 1)
        self.declared[slug] = replace(of, born=born, sources=tuple(self.random.sample(of.sources, len(of.sources))))

    def declare(self):
        """Add a community, or take one away."""
        slug = self.random.choice(SLUGS)
        if self.declared.pop(slug, None) is None or not self.declared:
            self.declared[slug] = self._community(slug)
        self.never = [one for one in self.never if one[0] in self.declared]
        self._write_never()

    def decide(self):
        """Say that a name or an address merges nobody."""
        slug = self.random.choice(list(self.declared))
        self.never.append((slug, self._key(self.random.choice("na"), self._person())))
        self._write_never()

    def forget(self):
        """Leave somebody out."""
        line = FORGET | {
            "key": self.key,
            "address_key": self._key("a", self._person()),
            "person": f"opted_out_{self.number}",
        }
        with (self.where.data / decisions.OPTED_OUT).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def lose(self):
        """Lose a file of observations."""
        self.random.choice(stored_files(self.where.observations)).unlink()
        self.harvest()

    def rotate(self):
        """Rotate the key; most units are read anew under the next one."""
        decisions.record_key_rotation(self.where, self.key, TODAY)
        self.keys += 1
        self.key = f"k{self.keys}"
        for slug in SLUGS:
            self._land_all(slug)

    def rank_otherwise(self):
        """Let the method ask for another coverage."""
        self.method = {"usable_coverage": self.random.choice((0.5, 0.8, 0.9))}

    def _community(self, slug):
        dev = Source(slug, "dev", "pipermail", (f"https://lists.example.org/{slug}/",), date(2025, 1, 1), "Invented.")
        return community(slug, source(slug, repositories=(f"{slug}/one", f"{slug}/two")), dev)

    def _land_all(self, slug):
        for of in self._community(slug).sources:
            self._land(of)
            self._land(of)

    def _land(self, of):
        self.number += 1
        if of.kind == "git":
            unit = f"{of.community}/{self.random.choice(('one', 'two'))}"
            self._store(of, unit, COMMITS, [self._commit(n) for n in self.random.sample(range(400), 40)])
        else:
            month = date(2025, 1 + self.random.randrange(12), 1)
            self._store(
                of, f"{month:%Y-%m}", MESSAGES, [self._message(month) for _ in range(self.random.randrange(9, 30))]
            )

    def _store(self, of, unit, schema, rows):
        seen = visit(
            of, unit, seen_at=datetime(2026, 3, 10, tzinfo=UTC) + timedelta(seconds=self.number), key_id=self.key
        )
        batch = pa.RecordBatch.from_pylist(rows, schema=schema)
        harvest.land(self.where, Harvest(seen, 0.0, schema, [batch], [], allowed_loss=1_000))

    def _commit(self, number):
        at = BEGUN + timedelta(hours=self.random.randrange(9_000))
        facts = {f"{role}_{k}": v for role in ("author", "committer") for k, v in self._account().items()}
        written = {"authored_at": at - timedelta(days=self.random.choice((0, 0, 0, 40)))}
        same = {"subject_key": f"s{self.random.randrange(30)}", "parents": self.random.choice((1, 1, 1, 2))}
        return row(number, at) | facts | written | same

    def _message(self, month):
        at = datetime(month.year, month.month, 1) + timedelta(hours=self.random.randrange(700))
        number, answered = self.random.sample(range(200), 2)
        facts = {f"sender_{k}": v for k, v in self._account().items()}
        return dict.fromkeys(MESSAGES.names) | facts | {
            "message_id_key": f"m{number}", "content_key": f"c{number}", "sent_at": at, "claimed_at": at,
            "date_quality": "date", "archive_month": month, "sender_quality": "given", "size": 100,
            "subject_key": f"t{number % 20}", "is_reply": number % 3 > 0, "reference_keys": [],
            "in_reply_to_key": f"m{answered}" if number % 3 == 1 else None,
            "quarantine": "no headers" if number == 7 else None,
        }  # fmt: skip

    def _account(self):
        name, address = (self._person() for _ in range(2))
        return {"name_key": self._key("n", name), "address_key": self._key("a", address), "name_words": 2,
                "domain": "example.org"}  # fmt: skip

    def _key(self, kind, person):
        return md5(f"{kind}-{person}-{self.key}".encode()).hexdigest()

    def _person(self):
        return self.random.randrange(25)

    def _write_never(self):
        blocks = (NEVER.format(community=slug, key=self.key, evidence=evidence) for slug, evidence in self.never)
        decisions.never_merge_file(self.where).write_text("".join(blocks))


def differences(one, other):
    """Return the tables of two database files that differ in a value."""
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        tables, others = (_tables(con, of) for of in ("one", "other"))
        return sorted(tables ^ others) + [name for name in sorted(tables & others) if _differs(con, name)]


def _tables(con, of):
    names = "select schema_name || '.' || table_name from duckdb_tables() where database_name = ?"
    return {name for (name,) in con.execute(names, [of]).fetchall()}


def _differs(con, name):
    """Compare row by row, which is cheap, and then as bags: a build may write rows in another order."""
    columns = f"* exclude ({BUILD_ALONE[name]})" if name in BUILD_ALONE else "*"
    one, other = (f"select {columns} from {of}.{name}" for of in ("one", "other"))
    if con.sql(one).to_arrow_table().equals(con.sql(other).to_arrow_table()):
        return False
    return con.execute(f"(({one} except all {other}) union all ({other} except all {one})) limit 1").fetchall() != []
