"""One row per ranking and two neighbours in its table: how far apart they are, and how firmly.

as_of: first day of the last month of the window
family: family of the ranking, or overall
ahead: slug of the community with the larger score; equal ones stand by slug
behind: slug of the one in the next row
rank: rank of the one ahead
difference: difference of the scores
error: its standard error
firm: Holm's rule says that the one is ahead; all that is firm in a table holds together in nominally 90 of 100 repeats
probability: chance that a repeat finds the same order; not the chance of being right
word: ahead (firm), probably ahead (not firm, but a probability of at least .90), or cannot be told apart
fragility: of code, the fewest authors of the one ahead without whom the two would be level, taken greedily; an upper
    bound; NULL where all do not suffice, and in other rankings
fragility_of: of code, all authors of the one ahead in the months of the window that were seen; NULL in other rankings
flip_weight: the weight within code or talk that people must have for the two to be level; NULL where no weight from 0
    to 1 does that, and in other rankings
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ranking.held import DAY, FRAME_TABLES, TEXT, column, read_frame, read_levels
from pipelines.ranking.pairs import Acts, Measured, compare, count_fragility, find_flip_weights

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


READS = ("rankings.monthly", "rankings.levels", "rankings.numbers", "core.activity", *FRAME_TABLES)
FAMILY, PEOPLE, COMMITS = "code", "code_people", "commits"
"""The ranking whose order can be turned by leaving out authors, and its metrics."""
RANKED = """
select as_of, family, community, rank, score, score_error, threshold
from rankings.monthly where threshold is not null and rank is not null order by as_of, family, rank
"""
AUTHORS = f"""
with authors as (
    select community, month, person_key, sum(events)::double as events
    from core.activity join rankings.numbers using (community, month)
    where channel = '{FAMILY}' and metric = '{PEOPLE}' and number is not null and not filled group by all
)
select place - 1 as community, date_diff('month', date '1970-01-01', month) as month, events,
    dense_rank() over (partition by community order by person_key) - 1 as author
from authors join (select community, row_number() over (order by community) as place from raw.communities)
    using (community)
order by 1, month, author
"""
"""Who committed how much in each month that gives a number; authors are numbered in the order of their keys."""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compare the neighbours of all tables."""

    def ask(sql: str) -> pa.Table:
        return con.sql(sql).to_arrow_table()

    held = _Held(ask)
    ahead, behind = _neighbours(ask(RANKED))
    (score, error), (other_score, other_error) = (
        [side[name].to_numpy() for name in ("score", "score_error")] for side in (ahead, behind)
    )
    pairs = compare(score, error, other_score, other_error, ahead["threshold"].to_numpy(), held.method)
    fragility, authors = _fragilities(ask, ahead, other_score, held)
    return pa.table({
        **{name: ahead[name] for name in ("as_of", "family")},
        "ahead": ahead["community"],
        "behind": behind["community"],
        "rank": ahead["rank"],
        "difference": column(pairs.difference),
        "error": column(pairs.error),
        "firm": column(pairs.is_firm),
        "probability": column(pairs.probability),
        "word": column(pairs.word),
        "fragility": column(fragility).cast(pa.int32()),
        "fragility_of": column(authors).cast(pa.int32()),
        "flip_weight": column(_flip_weights(ahead, behind, held)),
    })  # fmt: skip


def _neighbours(ranked: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the rows that have a next one in their own table, and these next ones."""
    as_of, family = ranked["as_of"].to_numpy(), ranked["family"].to_numpy(zero_copy_only=False)
    first = np.flatnonzero((as_of[1:] == as_of[:-1]) & (family[1:] == family[:-1]))
    return ranked.take(pa.array(first)), ranked.take(pa.array(first + 1))


class _Held:
    """The method, the levels of all metrics, and where communities and editions stand in them."""

    def __init__(self, ask: Any) -> None:
        frame = read_frame(ask)
        self.method, self.people = frame.method, frame.people
        self.communities, self.as_ofs = pa.array(frame.communities, TEXT), pa.array(frame.as_ofs, DAY)
        self.levels, _ = read_levels(ask, frame)

    def cells(self, rows: pa.Table) -> tuple[Any, Any]:
        """Return row and edition of each of the rows."""
        row = pc.index_in(rows["community"], self.communities)
        edition = pc.index_in(rows["as_of"], self.as_ofs)
        return row.to_numpy().astype(np.intp), edition.to_numpy().astype(np.intp)


def _flip_weights(ahead: pa.Table, behind: pa.Table, held: _Held) -> Any:
    """Return the weight of people at which neighbours are level, of the rankings of which people are one metric."""
    found = np.full(len(ahead), np.nan)
    families = ahead["family"].to_numpy(zero_copy_only=False)
    for counted in held.people:
        family = held.method.metric(counted).family
        weights, rows = held.method.weights(family), np.flatnonzero(families == family)
        if len(weights) > 1:
            cells = [held.cells(side.take(pa.array(rows))) for side in (ahead, behind)]
            first, second = ({name: held.levels[name].log_ratio[cell] for name in weights} for cell in cells)
            found[rows] = find_flip_weights(first, second, counted, weights)
    return found


def _fragilities(ask: Any, ahead: pa.Table, score_behind: Any, held: _Held) -> tuple[Any, Any]:
    """Return for pairs of code how many authors turn the order, and of how many."""
    fragility, authors = np.full(len(ahead), np.nan), np.full(len(ahead), np.nan)
    is_code = ahead["family"].to_numpy(zero_copy_only=False) == FAMILY
    weights, window = held.method.weights(FAMILY), held.method.window_months
    if not is_code.any() or weights.keys() != {PEOPLE, COMMITS}:
        return fragility, authors
    acts, (places, editions) = _acts(ask, held), held.cells(ahead)
    months = ahead["as_of"].to_numpy().astype("datetime64[M]").astype(np.int64)
    for place in np.unique(places[is_code]):
        rows = np.flatnonzero(is_code & (places == place))
        people, commits = (_measured(held, name, weights[name], (place, editions[rows])) for name in (PEOPLE, COMMITS))
        found = count_fragility(acts[place], months[rows], people, commits, score_behind[rows], window)
        fragility[rows], authors[rows] = found
    return fragility, authors


def _measured(held: _Held, name: str, weight: float, cells: tuple[Any, Any]) -> Measured:
    metric, levels = held.method.metric(name), held.levels[name]
    return Measured(levels.level[cells], levels.months[cells], metric.offset, metric.reference, weight)


def _acts(ask: Any, held: _Held) -> list[Acts]:
    """Return what the authors of each community did, in the order of the communities."""
    rows = ask(AUTHORS)
    community, month, author, events = (rows[name].to_numpy() for name in ("community", "month", "author", "events"))
    ends = np.searchsorted(community, np.arange(len(held.communities) + 1))
    return [Acts(month[a:b], author[a:b], events[a:b]) for a, b in pairwise(ends)]
