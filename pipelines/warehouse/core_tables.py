"""Say which tables belong to one community: they follow from its file, harvests, rules and decisions alone."""

from collections.abc import Iterator

from pipelines.warehouse.tables import Table, in_order, reads_from

LANDED = ("commits", "messages", "aliases", "replay_commits")
"""The rows of harvests that are read a community at a time; all others are few."""

LANDED_TABLES = frozenset(f"raw.{name}" for name in LANDED)
OF_COMMUNITY = LANDED_TABLES | {
    *("raw.communities", "raw.sources", "raw.harvests", "raw.never_merge", "raw.opted_out"),
    *("raw.corrections", "raw.replay_units"),
}
"""What a table of one community may read. A visit without news, or another month, changes none of it."""

NOT_KEPT = ("core.accounts", "core.links", "core.persons", "core.hidden_accounts", "core.identities",
            "core.left_out")  # fmt: skip
"""Tables of a community that only its other tables need. They know who opted out, or single events."""


def community_tables(tables: list[Table]) -> list[Table]:
    """Return the tables of the stage core that are made for each community by itself, in order."""
    return list(_of_community(tables))


def _of_community(tables: list[Table]) -> Iterator[Table]:
    landed, known = set(LANDED_TABLES), set(OF_COMMUNITY)
    for table in in_order(tables):
        reads = reads_from(table)
        if table.name.startswith("core.") and reads <= known and reads & landed:
            known.add(table.name)
            landed.add(table.name)
            yield table
