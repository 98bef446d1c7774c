"""One row per ranking, community and span: how its index moved since an earlier window, where it has a score in both.

as_of: first day of the last month of the window
family: family of the ranking, or overall
community: slug of the community
span: month (the window that ended a month before), year (twelve months before), origin (June 2013)
earlier: first day of the last month of the earlier window
reason_code: why nothing is said: moved (in one of the windows a source moved, and one of the two cannot be read, see
    core.moves), began (in one of them the first mailing list, forum or repository of the community began, and whoever
    was there before looks new: where newcomers count); else NULL. One definition holds for all months of a metric
break_month: the month of the newest of these; NULL where there is none
growth: change of the index as a share: .05 is five percent more; like what follows NULL where there is a reason
low: lower end of its interval of 90 %
high: upper end
probability: chance that a repeat finds growth
detectable: the smallest growth that the noise lets one see; not NULL
word: rising or falling (the interval leaves out 0, and the growth is 5 % or more), steady (the interval lies within
    10 % up and down), unclear
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ranking.held import FRAME_TABLES, column, read_frame
from pipelines.ranking.movement import measure_movement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("rankings.monthly", "rankings.weights", "core.moves", "core.channels", *FRAME_TABLES)
KEPT = ("as_of", "family", "community", "span", "earlier", "reason_code", "break_month")
SCORES = """
with spans as (
    select as_of, unnest(['month', 'year', 'origin']) as span,
        unnest([(as_of - interval 1 month)::date, (as_of - interval 1 year)::date, compared_with]) as earlier
    from rankings.as_ofs cross join rankings.rules
), began as (
    select community, min(month) as began from core.channels
    where family in ('code', 'talk') and state <> 'not_applicable' group by community, family
), causes as (
    select community, unnest([family, 'people']) as metric_family, month, 'moved' as cause
    from core.moves where action = 'censor'
    union all
    select community, 'people', began, 'began' from began
    qualify began > min(began) over (partition by community)
), breaks as (
    select as_of, span, w.family, community, max(month) as break_month, arg_max(cause, (month, cause)) as cause
    from spans cross join rankings.rules join causes
        on month between as_of - to_months(window_months - 1) and as_of
            or month between earlier - to_months(window_months - 1) and earlier
    join rankings.weights as w using (metric_family)
    group by all
)
select s.as_of, n.family, n.community, s.span, earlier, date_diff('month', earlier, s.as_of)::smallint as months,
    if(break_month is null, n.score, null) as score, n.score_error,
    b.score as score_before, b.score_error as error_before,
    cause as reason_code, break_month
from spans as s join rankings.monthly as n on n.as_of = s.as_of
join rankings.monthly as b on (b.as_of, b.family, b.community) = (s.earlier, n.family, n.community)
left join breaks as k on (k.as_of, k.span, k.family, k.community) = (s.as_of, s.span, n.family, n.community)
where earlier < s.as_of and n.score is not null and b.score is not null
order by s.as_of, n.family, n.community, s.span
"""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compare every score with those before it."""

    def ask(sql: str) -> pa.Table:
        return con.sql(sql).to_arrow_table()

    rows = ask(SCORES)
    now, error, before, error_before = (
        rows[name].to_numpy() for name in ("score", "score_error", "score_before", "error_before")
    )
    moved = measure_movement(now, error, before, error_before, rows["months"].to_numpy(), read_frame(ask).method)
    kept = {name: rows[name] for name in KEPT}
    found = {name: column(np.asarray(values)) for name, values in vars(moved).items()}
    found["word"] = pc.replace_with_mask(found["word"], pc.equal(found["word"], ""), pa.scalar(None, pa.string()))
    return pa.table(kept | found)
