"""Read the headline of a ranking clause by clause, and compare each with the rows of the ranking."""

import re

from reports.text.headlines import ORDINALS
from reports.text.labels import FAMILY_TITLES

ROWS = """
select coalesce(name, community) as name, rank, rank_low as low, rank_high as high
from rankings.monthly left join raw.communities using (community)
where as_of = $as_of and family = $family order by rank nulls last
"""
ENDS = r"order|ranked|two|others|leads|led"


def shown(name):
    """Return a name as a page shows it."""
    return " ".join(re.sub("[\u202e\u061c\x1b]", "\ufffd", name).split())


def rankings_of(database, month):
    """Return the rows of each ranking of a month, with the beginning of its headline."""
    found = {}
    for family, by in FAMILY_TITLES.items():
        rows = database.ask(ROWS, {"as_of": month, "family": family}).to_pylist()
        found[by] = [row | {"name": shown(row["name"])} for row in rows]
    return found


def read_headlines(text, rankings):
    """Return the text without its headlines; fail where a clause of one is not what the rows say."""
    for by, rows in rankings.items():
        names = [re.escape(row["name"]) for row in rows]
        begins, ends = "|".join(["only", "no", "places", *names]), "|".join([ENDS, *names, *ORDINALS.values()])
        for headline in [*re.finditer(rf"{by}(?: in \w+ \d{{4}})?, ((?:{begins})\b.*?(?:{ends}))\.", text)]:
            wrong = [clause for clause in headline[1].split("; ") if not is_so(clause, rows)]
            assert wrong == [], headline[0]
            text = text.replace(headline[0], "", 1)
    return text


def is_so(clause, rows):
    """Return whether a clause of a headline is what the rows of its ranking say."""
    ranked = [row for row in rows if row["rank"]]
    for form, check in FORMS:
        if found := re.fullmatch(form, clause):
            return check(ranked, *found.groups())
    return False


def is_level(ranked, said, how):
    low, high = places_of(said, [row["name"] for row in ranked])
    sets = {(row["low"], row["high"]) for row in ranked[low - 1 : high]}
    inside = all(low <= first <= last <= high for first, last in sets)
    return inside and (sets == {(low, high)}) == (how == "in no")


def places_of(said, names):
    """Return the first and the last place that a clause names."""
    if found := re.fullmatch(r"places (\d+) (?:and|to) (\d+)", said):
        return int(found[1]), int(found[2])
    return 1, next(n for n in range(1, len(names) + 1) if enumerated(names[:n]) == said)


def enumerated(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def is_first(ranked, name):
    return (ranked[0]["name"], ranked[0]["high"]) == (name, 1)


def leads_all(ranked, name, rest):
    is_firm = all(row["low"] == row["high"] for row in ranked)
    return is_firm and is_first(ranked, name) and enumerated([row["name"] for row in ranked[1:]]) == rest


def is_at(ranked, name, place):
    return any(
        row["name"] == name and ORDINALS[row["rank"]] == place and row["low"] == row["high"] == row["rank"]
        for row in ranked
    )


FORMS = (
    (r"(.*) (?:are|were) (in no|not all in a) firm order", is_level),
    (r"(.*) (?:leads|led) (\d+) others", lambda ranked, name, n: is_first(ranked, name) and len(ranked) == int(n) + 1),
    (r"(.*) (?:leads|led) (.*)", leads_all),
    (r"(.*) (?:leads|led)", is_first),
    (r"(.*) (?:is|was) (\w+)", is_at),
    (
        r"no community (?:can|could) be ranked|only .* (?:can|could) be ranked, and a ranking needs two",
        lambda ranked: not ranked,
    ),
)
"""The forms of a clause, and what must be so of the ranked rows for it."""
