"""Make the tables that a question reads, and no other: a build makes a hundred, checks them and writes a file."""

from functools import cache

from support.database import close_database, database, open_database

from pipelines.landing.schemas import SCHEMAS
from pipelines.warehouse.build import NothingObservedError
from pipelines.warehouse.engine import make_schemas
from pipelines.warehouse.inputs import read_inputs
from pipelines.warehouse.raw import load_domains, load_raw
from pipelines.warehouse.tables import Table, create_table, in_order, read_tables, reads_from

read_once = cache(read_tables)


class Tables:
    """The tables of what was landed in a folder, in memory: raw ones at once, the others when they are read."""

    def __init__(self, where, communities, today):
        inputs = read_inputs(where, communities, today, None)
        if not inputs.units and not inputs.figures:
            raise NothingObservedError
        self._con = open_database()
        make_schemas(self._con)
        for table in read_once():
            if table.is_declared:
                create_table(self._con, table)
        load_raw(self._con, inputs, (*SCHEMAS, "replay_commits"))
        load_domains(self._con, "raw.commits", "raw.messages")
        self._waiting = {table.name: table for table in in_order(read_once())}

    def rows(self, sql):
        """Answer in rows."""
        return self._asked(sql).execute(sql).fetchall()

    def ask(self, sql, parameters=None):
        """Answer in Arrow, as `query.Database` does."""
        return self._asked(sql).sql(sql, params=dict(parameters or {})).to_arrow_table()

    def _asked(self, sql):
        """Make what a question reads."""
        self._make(reads_from(Table("question", "", {}, {}, sql)))
        return self._con

    def _make(self, names):
        for name in names:
            if table := self._waiting.pop(name, None):
                self._make(reads_from(table))
                create_table(self._con, table)

    def close(self):
        close_database(self._con)


_built: dict = {}


def build_tables(where, communities, today):
    """Let `ask` answer from what is landed in a folder now."""
    forget(where)
    _built[where.database] = Tables(where, communities, today)


def opened(where):
    """Return the tables of a folder, which answer as `query.Database` does."""
    return _built[where.database]


def forget(where):
    if where.database in _built:
        _built.pop(where.database).close()


def forget_all():
    """Close what `build_tables` has opened."""
    while _built:
        _built.popitem()[1].close()


def ask(where, sql):
    """Answer a question in rows, from what `build_tables` was given or else from the database file of the folder."""
    if where.database in _built:
        return opened(where).rows(sql)
    with database(where.database, "(read_only)") as con:
        return con.execute(sql).fetchall()
