"""The forms of the sentences that rank or compare, and the rows of the database that must hold what each says."""

import re

from reports.text.changes import STILL
from reports.text.formats import format_level, format_ordinals, format_percents, pluralize
from reports.text.headlines import FIRM, ORDINALS
from reports.text.labels import family_phrase

PLACES = r"\d+(?:st|nd|rd|th)(?: to \d+(?:st|nd|rd|th))?"
CLAIM = re.compile(
    rf"{PLACES}|ahead|told apart|would need|would not be|equal scores|are level|whatever people|(?:is|are) firm|rising"
    r"|falling|steady|unclear|\bbeat|\blead(?!s to)|\bled\b|\bovertak|\bnumber \d|\btied\b|100 %|firm order"
    r"|\brose\b|\bfell\b|had the most|(?:is|instead of) (?:first|second|third|fourth)"
)
PAIR = "from rankings.pairs where as_of = $as_of and ahead = $ahead and behind = $behind"
ROW = "from rankings.monthly where as_of = $as_of and community = $name and rank is not null"
MOVED = "from rankings.movement where as_of = $as_of and community = $name"
BOTH = (
    "from (select family, as_of, b.community as other, a.score - b.score as gap, "
    "a.threshold * sqrt(a.score_error ^ 2 + b.score_error ^ 2) as chance "
    "from rankings.monthly a join rankings.monthly b using (as_of, family) where as_of <= $as_of "
    "and a.community = $ahead and {} and a.rank is not null and b.rank is not null)"
)
ONE, ANY = BOTH.format("b.community = $behind"), BOTH.format("b.community <> a.community")
LAST = f"""select max(as_of) as edition, arg_max(gap, as_of) as gap_then, arg_max(chance, as_of) as chance_then
    {ANY} group by family, other"""
LEADS = """select count(*) filter (gap > chance) as ones, count(*) filter (-gap > chance) as threes,
    count(*) filter (abs(gap) <= chance) as untold {} group by family, other"""
IN_A_YEAR = "from rankings.movement where as_of = $as_of and span = 'year'"
BEYOND_CHANCE = "Ahead only where the gap is beyond chance"
SHARES = ("growth", "low", "high")
COUNTS = (
    "fragility", "fragility_of", "flip_weight", "ranked", "required", "firm", "of", "untold", "imported",
)  # fmt: skip
OF_TWO = LEADS.format(ONE)
CLAIMS = {  # the form of a sentence, and the question whose rows must hold what it says
    "{ahead} is ahead of {behind}.": f"{PAIR} and firm and word = 'ahead'",
    "{ahead} is ahead of {behind}: its score is {ratio} times as high.": "select exp(arg_max(gap, as_of)) as ratio "
    f"{ONE} group by family having max(as_of) = $as_of and arg_max(gap - chance, as_of) > 0",
    "Both were last ranked in {edition}. {ahead} was ahead then.": f"{LAST} having gap_then > chance_then",
    "Both were last ranked in {edition}. {ahead} was probably ahead then.": f"{LAST} "
    "having gap_then between 0 and chance_then",
    "Both were last ranked in {edition}. They could not be told apart then.": "select as_of as edition "
    "from rankings.monthly where rank is not null and as_of <= $as_of group by as_of, family having count(*) > 1",
    f"{BEYOND_CHANCE}: {{ahead}} in {{ones}}, {{behind}} in {{threes}}; nobody can tell in {{untold}}.": LEADS.format(
        ONE
    ),
    "{ahead} was ahead in all {ones} in which both were ranked.": f"{LEADS.format(ANY)} having untold + threes = 0",
    "{name} is {place} by {by}{moving}.": "select m.*, v.word from rankings.monthly m left join rankings.movement v "
    "on (v.as_of, v.family, v.community, v.span) = (m.as_of, m.family, m.community, 'year') "
    "where m.as_of = $as_of and m.community = $name and m.rank is not null",
    "In a year its score rose {growth} % (range {low} to {high} %).": f"{IN_A_YEAR} and word = 'rising'",
    "In a year its score fell {growth} % (range {low} to {high} %).": "select -growth as growth, -high as low, "
    f"-low as high {IN_A_YEAR} and word = 'falling'",
    "In a year its score was steady: {growth} % (range {low} to {high} %).": f"{IN_A_YEAR} and word = 'steady'",
    "How its score changed in a year is unclear: {growth} % (range {low} to {high} %).": IN_A_YEAR,
    "{name}: {imported} commits recorded at once on {day} count in {from} to {to} and feed its lead there.": "select "
    "moved as imported from core.imports where community = $name and month <= $as_of",
    "{ahead} is probably ahead of {behind}.": f"{PAIR} and not firm and probability >= .9 and word = 'probably ahead'",
    "{ahead} and {behind} cannot be told apart.": f"{PAIR} and not firm and word = 'cannot be told apart'",
    "{ahead} and {behind} have equal scores.": f"{PAIR} and difference = 0",
    "{behind} would need {needed} a month to be level with {ahead}.": "select list(needed_whole) as needed "
    "from rankings.distances where as_of = $as_of and ahead = $ahead and behind = $behind group by family",
    "Without {fragility} of its {fragility_of} contributors {ahead} would not be before {behind}.": PAIR,
    "Their order is the same whatever people weigh in {family}.": "from rankings.pairs where as_of = $as_of and "
    "family = $family and flip_weight is null",
    "They are level where people weigh {flip_weight} of 100 in {family}.": "select * replace "
    "(round(100 * flip_weight)::int as flip_weight) from rankings.pairs where as_of = $as_of and family = $family",
    "{name} {places} ({percent})": ROW,
    "{name} is {places} of {ranked} in ": ROW,
    FIRM: "select 1 from rankings.monthly where as_of = $as_of and rank is not null "
    "group by family having bool_and(rank_low = rank_high)",
    "Places of the {ranked} that could be seen.": "from rankings.monthly where as_of = $as_of "
    "and state = 'not observed'",
    "{name}'s score rose {growth} % (range {low} to {high} %).": f"{MOVED} and word = 'rising'",
    "{name}'s score fell {growth} % (range {low} to {high} %).": "select -growth as growth, -high as low, -low as high "
    f"{MOVED} and word = 'falling'",
    STILL: "select 1 from rankings.movement where as_of = $as_of and growth is not null group by family, span "
    "having bool_and(word not in ('rising', 'falling'))",
    "The largest step, {name}'s {growth} %, could be {low} to {high} %.": f"{MOVED} "
    "qualify abs(growth) = max(abs(growth)) over (partition by family, span)",
    "{name} is {now} instead of {then}": "select n.rank_low as now, t.rank_low as then from rankings.monthly n "
    "join rankings.monthly t using (family, community) cross join rankings.rules where n.as_of = $as_of "
    "and t.as_of = compared_with and community = $name and n.rank_low = n.rank_high and t.rank_low = t.rank_high",
    "The scores of {first} and {last} differ by {gap} %, and a firm order needs {required} %.": "select "
    "100 * (exp(a.score - b.score) - 1) as gap, "
    "ceil(100 * (exp(a.threshold * sqrt(a.score_error ^ 2 + b.score_error ^ 2)) - 1))::int as required "
    "from rankings.monthly a join rankings.monthly b using (as_of, family) "
    "where as_of = $as_of and a.community = $first and b.community = $last and a.level_until >= b.rank",
    "Every place is firm in {firm} of {of} months that have a ranking by {by}.": "select count(*) as of, "
    "count(*) filter (firm) as firm, family from (select family, as_of, bool_and(rank_low = rank_high) as firm "
    "from rankings.monthly where rank is not null and as_of <= $as_of group by all) group by family",
    "{name} had the most {metric}": "select 1 from rankings.components where as_of = $as_of and community = $name",
    "{name}, {what}, against {month}: {word}, {growth} % (90 % range {low} to {high} %).": "from rankings.movement "
    "where as_of = $as_of and community = $name",
    "between its best and worst case it would be {possible}": "from rankings.monthly where as_of = $as_of "
    "and state = 'not observed' and possible_low is not null",
}
FORMS = {
    "place": rf"{PLACES}|first|second|third|fourth", "moving": r"(?:, and (?:rising|falling|steady))?",
    "places": PLACES, "possible": PLACES, "ratio": r"[\d.,]+",
    "edition": r"\w+ \d{4}", "ones": r"no months|\d+ months?", "threes": r"no months|\d+ months?",
    "needed": r"[\w ,]+", "percent": r"[\d.]+", "what": r"[\w ,]+?",
    "month": r"\w+ \d{4}", "word": "rising|falling|steady|unclear", "family": r"\w+",
    "gap": r"\d+|less than 1", "metric": r"[a-z ]+", "now": r"\w+", "then": r"\w+", "by": r"[\w ,]+",
    "from": r"\w+ \d{4}", "to": r"\w+ \d{4}", "day": r"\d+ \w+ \d{4}",
    **dict.fromkeys(SHARES, r"[+−]?\d+"),
    **dict.fromkeys(COUNTS, r"[\d,]+"),
}  # fmt: skip


def form_of(claim, names):
    """Return the expression of a sentence whose gaps are names of communities and what FORMS says."""
    named = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    parts = re.split(r"{(\w+)}", claim)
    gaps = (f"(?P<{gap}>{FORMS.get(gap, named)})" for gap in parts[1::2])
    return "".join(part for pair in zip(map(re.escape, parts[::2]), [*gaps, ""], strict=True) for part in pair)


def place_of(low, high):
    return ORDINALS[low] if low == high else format_ordinals(low, high)


def numbers(text):
    return sorted(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text))


def holds(row, said):
    """Return whether a row has each value that a sentence says, as the sentence writes it."""
    return all(WRITTEN[gap](row, gap) == clean(gap, text) for gap, text in said.items() if gap in WRITTEN)


def clean(gap, text):
    """Return what a sentence says in a gap in the form in which WRITTEN has it."""
    if gap in SHARES:
        return text.lstrip("+")
    return numbers(text) if gap in ("needed", *COUNTS) else text


WRITTEN = {
    "places": lambda row, _: format_ordinals(row["rank_low"], row["rank_high"]),
    "possible": lambda row, _: format_ordinals(row["possible_low"], row["possible_high"]),
    "needed": lambda row, _: sorted(row["needed"]),
    "month": lambda row, _: f"{row['earlier']:%B %Y}",
    "word": lambda row, _: row["word"],
    "place": lambda row, _: place_of(row["rank_low"], row["rank_high"]),
    "moving": lambda row, _: f", and {row['word']}" if row["word"] in ("rising", "falling", "steady") else "",
    "edition": lambda row, _: f"{row['edition']:%B %Y}",
    **dict.fromkeys(("ones", "threes"), lambda row, gap: pluralize(row[gap], "month")),
    "ratio": lambda row, _: format_level(row["ratio"]),
    "by": lambda row, _: family_phrase(row["family"]),
    "gap": lambda row, _: f"{row['gap']:.0f}" if row["gap"] >= 1 else "less than 1",
    **dict.fromkeys(SHARES, lambda row, gap: format_percents(row[gap])[0].lstrip("+")),
    **dict.fromkeys(COUNTS, lambda row, gap: [row[gap]]),
    **dict.fromkeys(("now", "then"), lambda row, gap: ORDINALS[row[gap]]),
}
"""How a sentence writes a value of a row, by the name of the gap."""
