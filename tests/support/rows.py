"""Give rows of a ranking as `reports/queries/ranking_table/rows.sql` does, for tests of sentences and tables."""

from datetime import date

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")
FACTS = {
    "family": "code", "state": "ranked", "months": 12, "published_months": 0, "reason_code": None, "missing": None,
    "without_source": None, "too_short": None, "people": 20.0, "living_since": date(2020, 1, 1), "active_in": None,
    "possible_low": None, "possible_high": None, "now_low": None, "now_high": None, "now_state": None,
    "then_low": None, "then_high": None, "score_error": 0.05, "threshold": 2.1, "marker": None,
}  # fmt: skip


def name_at(number):
    """Return the name of the row with this number, from 1 on."""
    return NAMES[number - 1] if number <= len(NAMES) else f"Cloud {number}"


def ranked_rows(*sets, **more):
    """Return a row for each set of places, such as (1, 1), (2, 3), (2, 3), in the order of their scores."""
    return [
        FACTS | {
            "community": name_at(n).lower().replace(" ", "-"), "name": name_at(n), "rank": n, "rank_low": low,
            "rank_high": high, "ranked": len(sets), "level_until": high, "score": -0.1 * n, "index": 100 * 0.9 ** n,
            "movement": [], "unseen": [], "listed": len(sets),
        } | more
        for n, (low, high) in enumerate(sets, 1)
    ]  # fmt: skip


def unranked_row(state, reason_code, number=9, **facts):
    """Return a row without a place."""
    (row,) = ranked_rows((1, 1))
    named = {"name": name_at(number), "community": name_at(number).lower()}
    nothing = dict.fromkeys(("rank", "rank_low", "rank_high", "level_until", "score", "score_error", "index"))
    return row | named | nothing | {"state": state, "reason_code": reason_code} | facts
